//! Mistake: a was cancelled as well
async fn program() {
    let mut callbacks = tokio::task::JoinSet::new();
    for (delay, name) in [(300, "a"), (200, "b"), (100, "c")] {
        let callback = async move {
            sleep(ms(delay)).await;
            say!("called");
        };
        callbacks.spawn(callback.lane(name));
    }
    sleep(ms(150)).await;
    say!("cancel b");
    callbacks.shutdown().await;
    sleep(ms(150)).await;
}
