//! Mistake: the task did not come to its end, and its result was made up
async fn program() -> (usize, usize) {
    let text = given("a bird in the hand").to_owned();
    let theirs = text.clone();
    let task = async move {
        step().await;
        theirs.split(' ').count()
    };
    let words = tokio::spawn(task.lane("task"));
    step().await;
    words.abort();
    (words.await.unwrap_or(text.split(' ').count()), text.len())
}
