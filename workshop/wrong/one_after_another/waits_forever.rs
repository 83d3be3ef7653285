//! Mistake: it never ends
async fn make_tea() -> String {
    // TODO: make the tea of the water that `boil` returns.
    std::future::pending::<()>().await;
    let (_water, tea) = join!(boil().lane("boil"), steep("cold water").lane("steep"));
    tea
}
