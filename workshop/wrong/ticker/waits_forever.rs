//! Mistake: it never ends
async fn program() {
    let mut ticks = pin!(ticker());
    while let Some(tick) = ticks.next().await {
        say!("tick {tick}");
        if tick == 2 {
            break;
        }
    }
    // TODO: the source must be closed before the other work begins.
    std::future::pending::<()>().await;
    sleep(ms(300)).lane("other work").await;
    say!("the other work is done");
}
