//! Mistake: the tea was made of water that `boil` did not return
async fn make_tea() -> String {
    // TODO: make the tea of the water that `boil` returns.
    let (_water, tea) = join!(
        boil().lane("boil"),
        async {
            sleep(ms(100)).await;
            steep("hot water").await
        }
        .lane("steep")
    );
    tea
}
