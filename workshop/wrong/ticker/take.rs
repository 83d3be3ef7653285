//! Mistake: `break` ended the loop, but the stream lives to the end of its variable
async fn program() {
    let mut ticks = pin!(ticker().take(2));
    while let Some(tick) = ticks.next().await {
        say!("tick {tick}");
        if tick == 2 {
            break;
        }
    }
    // TODO: the source must be closed before the other work begins.
    sleep(ms(300)).lane("other work").await;
    say!("the other work is done");
}
