//! Option set.
async fn program() {
    let mut ticks = pin!(Some(ticker()));
    while let Some(tick) = ticks.as_mut().as_pin_mut().unwrap().next().await {
        say!("tick {tick}");
        if tick == 2 {
            break;
        }
    }
    ticks.set(None);
    sleep(ms(300)).lane("other work").await;
    say!("the other work is done");
}
