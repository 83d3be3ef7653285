//! Mistake: the water was boiled twice: each call makes a future of its own
async fn make_tea() -> String {
    boil().lane("boil").await;
    steep(boil().lane("boil").await).lane("steep").await
}
