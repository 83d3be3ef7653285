//! In a box of its own, which can be dropped.
async fn program() {
    let mut ticks = Box::pin(ticker());
    for _ in 0..2 {
        let tick = ticks.next().await.expect("it never ends");
        say!("tick {tick}");
    }
    drop(ticks);
    sleep(ms(300)).lane("other work").await;
    say!("the other work is done");
}
