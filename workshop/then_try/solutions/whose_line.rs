//! A task does not inherit the number; its future has to be given a scope of its own.
async fn request(number: u32, time: u64) {
    let work = async {
        log("begin");
        let task = REQUEST.scope(number, async { log("in the task") });
        tokio::spawn(task.lane("task")).await.expect("it does not panic");
        query(time).await;
        log("end");
    };
    REQUEST.scope(number, work).await;
}
