//! The number is set around each poll.
async fn request(number: u32, time: u64) {
    let work = async {
        log("begin");
        query(time).await;
        log("end");
    };
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(|context| {
        let before = REQUEST.replace(number);
        let polled = work.as_mut().poll(context);
        REQUEST.set(before);
        polled
    })
    .await
}
