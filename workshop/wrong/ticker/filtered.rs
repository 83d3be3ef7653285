//! Mistake: a ticker never ends by itself: something has to leave the loop
async fn program() {
    let first_two = ticker().filter(|tick| std::future::ready(*tick <= 2));
    first_two.for_each(async |tick| say!("tick {tick}")).await;
    sleep(ms(300)).lane("other work").await;
    say!("the other work is done");
}
