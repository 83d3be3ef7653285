//! Mistake: a line names the request that was begun last on this thread, not its own
async fn request(number: u32, time: u64) {
    REQUEST.set(number);
    log("begin");
    query(time).await;
    REQUEST.set(number);
    log("end");
}
