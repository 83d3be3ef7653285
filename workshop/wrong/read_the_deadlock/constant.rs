//! Mistake: the result is a constant
async fn program() -> (i64, i64) {
    let accounts = [Mutex::new(given(100)), Mutex::new(50)];
    transfer(&accounts, 0, 1, 0).lane("A").await;
    transfer(&accounts, 1, 0, 0).lane("B").await;
    (90, 60)
}
