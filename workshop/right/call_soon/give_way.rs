//! Give way once: then all that is in the queue is called.
async fn program() {
    for number in 0..3 {
        call_soon(number);
    }
    say!("9");
    tokio::task::yield_now().await;
}
