//! The job is pinned: when the token is cancelled, the same future gets another 30 ms.
async fn work(token: CancellationToken) -> u32 {
    let mut done = 0;
    loop {
        let mut job = std::pin::pin!(job());
        let finished = select! {
            () = token.cancelled() => tokio::time::timeout(ms(30), job).await.is_ok(),
            () = &mut job => true,
        };
        if finished {
            done += 1;
            say!("{done} done");
        }
        if token.is_cancelled() {
            break;
        }
    }
    sleep(ms(20)).await;
    say!("flushed");
    done
}
