//! What `join!` polls lives no longer than this function, so it may borrow from it.
async fn program() -> (usize, usize) {
    let text = given("a bird in the hand").to_owned();
    let words = async {
        step().await;
        text.split(' ').count()
    };
    futures::join!(words.lane("part"), async { text.len() })
}
