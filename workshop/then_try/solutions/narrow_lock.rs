//! All of them are on one thread, and there is no `.await` within an addition. Tasks of several
//! threads need more.
use std::cell::Cell;

async fn buy(price: u32, sum: &Cell<u32>) {
    let price = ask(price).await;
    sum.set(sum.get() + price);
    say!("sum {}", sum.get());
}

async fn shop() -> u32 {
    let sum = Cell::new(0);
    join_all(
        [(1, "A"), (2, "B"), (3, "C"), (4, "D")].map(|(price, name)| buy(price, &sum).lane(name)),
    )
    .await;
    sum.into_inner()
}
