//! The queue is first in, first out, also for what a callback puts into it.
fn call_soon(number: u32) -> JoinHandle<()> {
    let callback = async move {
        say!("{number}");
        if number == 1 {
            call_soon(3).await.expect("a callback does not panic");
        }
    };
    spawn(callback.lane("callback"))
}
