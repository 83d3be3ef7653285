//! The token runs the job.
async fn work(token: CancellationToken) -> u32 {
    let mut done = 0;
    while token.run_until_cancelled(job()).await.is_some() {
        done += 1;
        say!("{done} done");
    }
    sleep(ms(20)).await;
    say!("flushed");
    done
}
