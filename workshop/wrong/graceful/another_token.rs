//! Mistake: the worker goes on: the token at which it looks is never cancelled
async fn work(_token: CancellationToken) -> u32 {
    let (mut done, token) = (0, CancellationToken::new());
    loop {
        tokio::select! {
            () = token.cancelled() => break,
            () = job() => done += 1,
        }
        say!("{done} done");
    }
    sleep(ms(20)).await;
    say!("flushed");
    done
}
