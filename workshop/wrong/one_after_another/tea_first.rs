//! Mistake: the tea was made first, and the water boiled afterwards
async fn make_tea() -> String {
    let tea = steep("cold water").lane("steep").await;
    boil().lane("boil").await;
    tea
}
