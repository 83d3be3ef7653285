//! The channel keeps each message until it is pushed out by the sixth after it, whether or not it
//! has been read.
async fn program() -> (Vec<u32>, u64) {
    let (send, messages) = broadcast::channel(5);
    join!(biased; news(send).lane("news"), reader(messages).lane("reader")).1
}
