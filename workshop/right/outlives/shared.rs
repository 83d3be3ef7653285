//! One text, owned by both.
async fn program() -> (usize, usize) {
    let text: std::sync::Arc<str> = given("a bird in the hand").into();
    let theirs = text.clone();
    let task = async move {
        step().await;
        theirs.split(' ').count()
    };
    (tokio::spawn(task.lane("task")).await.expect("it does not panic"), text.len())
}
