use super::*;

#[test]
fn the_error_is_returned_when_all_have_ended() {
    workshop::attempt(shop)
        .predicted(PREDICTION)
        .holds("all have ended before the error is heard of", |run| {
            run.said_in_order(&["0.100 main all ended", "0.100 main Err(\"sold out\")"])
        })
        .takes(1000)
        .verdict();
}
