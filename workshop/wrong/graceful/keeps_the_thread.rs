//! Mistake: the thread was kept
/// Works until the token is cancelled. Returns how many jobs are done, and flushed.
async fn work(token: CancellationToken) -> u32 {
    let mut done = 0;
    // TODO: stop in the middle of a job when the token is cancelled, and then flush.
    std::thread::sleep(std::time::Duration::from_millis(6000));
    while !token.is_cancelled() {
        job().await;
        done += 1;
        say!("{done} done");
    }
    sleep(ms(20)).await;
    say!("flushed");
    done
}
