//! Mistake: the thread was kept
async fn program() {
    let mut ticks = pin!(ticker());
    while let Some(tick) = ticks.next().await {
        say!("tick {tick}");
        if tick == 2 {
            break;
        }
    }
    // TODO: the source must be closed before the other work begins.
    std::thread::sleep(std::time::Duration::from_millis(6000));
    sleep(ms(300)).lane("other work").await;
    say!("the other work is done");
}
