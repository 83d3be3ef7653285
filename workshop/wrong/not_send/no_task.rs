//! Mistake: the work is no task any more: nothing was spawned
async fn program() -> u32 {
    let count = std::rc::Rc::new(std::cell::Cell::new(given(1)));
    step().await;
    count.set(count.get() + 1);
    count.get()
}
