//! Mistake: nothing was flushed: it stopped where it stood
async fn work(token: CancellationToken) -> u32 {
    let mut done = 0;
    loop {
        tokio::select! {
            () = token.cancelled() => return done,
            () = job() => done += 1,
        }
        say!("{done} done");
    }
}
