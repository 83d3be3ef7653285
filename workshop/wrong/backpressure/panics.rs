//! Mistake: producer panicked
async fn produce(items: UnboundedSender<u32>) {
    for item in 1..=4 {
        // TODO: wait until there is room. There should be room for one item.
        todo!();
        items.send(item).expect("the consumer is there");
        say!("sent {item}");
    }
}
