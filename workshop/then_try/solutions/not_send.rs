//! What is spawned on a `LocalSet` is polled on the thread of the set, and never moves.
async fn program() -> u32 {
    let first = given(1);
    let task = async move {
        let count = std::rc::Rc::new(std::cell::Cell::new(first));
        step().await;
        count.set(count.get() + 1);
        count.get()
    };
    let set = tokio::task::LocalSet::new();
    let local =
        async { tokio::task::spawn_local(task.lane("local")).await.expect("it does not panic") };
    set.run_until(local).await
}
