//! Mistake: the ticks came all at once, when they had been collected
async fn program() {
    let ticks: Vec<u32> = ticker().take(2).collect().await;
    for tick in ticks {
        say!("tick {tick}");
    }
    sleep(ms(300)).lane("other work").await;
    say!("the other work is done");
}
