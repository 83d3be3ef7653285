//! Mistake: the program was over before the loop got to its callbacks
async fn program() {
    let callbacks = [0, 1, 2].map(call_soon);
    say!("9");
    for callback in callbacks {
        callback.abort();
        let _ = callback.await;
    }
}
