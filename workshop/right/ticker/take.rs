//! A stream that is consumed is closed when that is done.
async fn program() {
    ticker().take(2).for_each(async |tick| say!("tick {tick}")).await;
    sleep(ms(300)).lane("other work").await;
    say!("the other work is done");
}
