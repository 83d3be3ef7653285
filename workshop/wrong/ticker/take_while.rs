//! Mistake: the loop was only left when the third tick had come
async fn program() {
    ticker()
        .take_while(|t| std::future::ready(*t <= 2))
        .for_each(async |tick| say!("tick {tick}"))
        .await;
    // TODO: the source must be closed before the other work begins.
    sleep(ms(300)).lane("other work").await;
    say!("the other work is done");
}
