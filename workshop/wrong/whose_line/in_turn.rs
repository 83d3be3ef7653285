//! Mistake: one request was over before the other began
async fn program() {
    request(1, 20).lane("one").await;
    request(2, 30).lane("two").await;
}
