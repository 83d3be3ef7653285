//! Two items are in the channel, and one is with the consumer. A channel of tokio has room for one
//! at least.
async fn program() -> u32 {
    let (send, receive) = channel(2);
    let ((), sum) =
        join!(biased; produce(send).lane("producer"), consume(receive).lane("consumer"));
    sum
}
