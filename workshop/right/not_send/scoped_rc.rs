//! The `Rc` does not live across an `.await`.
async fn program() -> u32 {
    let first = given(1);
    let task = async move {
        step().await;
        let count = std::rc::Rc::new(std::cell::Cell::new(first));
        count.set(count.get() + 1);
        count.get()
    };
    tokio::spawn(task.lane("task")).await.unwrap()
}
