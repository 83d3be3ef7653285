//! No tasks at all: two futures, which are dropped together.
async fn order() -> Result<(), &'static str> {
    futures::try_join!(check_the_stock().lane("A"), charge_the_card().lane("B")).map(|_| ())
}
