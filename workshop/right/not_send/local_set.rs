//! A task that stays on its thread.
async fn program() -> u32 {
    let first = given(1);
    let task = async move {
        let count = std::rc::Rc::new(std::cell::Cell::new(first));
        step().await;
        count.set(count.get() + 1);
        count.get()
    };
    let local = tokio::task::LocalSet::new();
    local.run_until(async move { tokio::task::spawn_local(task.lane("task")).await.unwrap() }).await
}
