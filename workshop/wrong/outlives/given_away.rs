//! Mistake: the text was given away, and its letters were not counted
async fn program() -> (usize, usize) {
    let text = given("a bird in the hand").to_owned();
    let task = async move {
        step().await;
        text.split(' ').count()
    };
    (tokio::spawn(task.lane("task")).await.expect("it does not panic"), 0)
}
