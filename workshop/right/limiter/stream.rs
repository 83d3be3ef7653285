//! No semaphore: a stream that keeps two of them under way.
use futures::{StreamExt, stream};

async fn jobs() {
    let names = stream::iter(["A", "B", "C", "D", "E", "F"]);
    let job = async |name: &'static str| {
        let job = async {
            say!("works");
            sleep(ms(100)).await;
        };
        job.lane(name).await
    };
    names.for_each_concurrent(2, job).await;
}
