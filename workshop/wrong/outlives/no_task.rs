//! Mistake: the work is no task any more: nothing was spawned
async fn program() -> (usize, usize) {
    let text = given("a bird in the hand").to_owned();
    step().await;
    (text.split(' ').count(), text.len())
}
