//! The task gives the text back.
async fn program() -> (usize, usize) {
    let text = given("a bird in the hand").to_owned();
    let task = async move {
        step().await;
        (text.split(' ').count(), text)
    };
    let (words, text) = tokio::spawn(task.lane("task")).await.unwrap();
    (words, text.len())
}
