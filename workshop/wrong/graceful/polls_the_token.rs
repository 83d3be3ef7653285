//! Mistake: it did not stop when the token was cancelled, but at a time of its own
/// Works until the token is cancelled. Returns how many jobs are done, and flushed.
async fn work(token: CancellationToken) -> u32 {
    let mut done = 0;
    // TODO: stop in the middle of a job when the token is cancelled, and then flush.
    'outer: loop {
        for _ in 0..10 {
            sleep(ms(10)).await;
            if token.is_cancelled() {
                break 'outer;
            }
        }
        done += 1;
        say!("{done} done");
    }
    sleep(ms(20)).await;
    say!("flushed");
    done
}
