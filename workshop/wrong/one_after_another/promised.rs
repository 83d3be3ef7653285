//! Mistake: the tea went in before the water had boiled
async fn make_tea() -> String {
    let (_water, tea) = join!(boil().lane("boil"), steep("hot water").lane("steep"));
    tea
}
