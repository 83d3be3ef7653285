//! Mistake: the token was only looked at between two jobs
async fn work(token: CancellationToken) -> u32 {
    let mut done = 0;
    loop {
        job().await;
        done += 1;
        say!("{done} done");
        if token.is_cancelled() {
            break;
        }
    }
    sleep(ms(20)).await;
    say!("flushed");
    done
}
