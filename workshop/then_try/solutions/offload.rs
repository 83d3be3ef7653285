//! `abort` of a closure that runs already does nothing: the thread computes to its end.
async fn login() -> u64 {
    let mut hash = spawn_blocking(on_thread("hash", hash));
    match tokio::time::timeout(ms(50), &mut hash).await {
        Ok(hash) => hash.expect("a hash does not panic"),
        Err(_) => {
            hash.abort();
            say!("gave up");
            0
        }
    }
}
