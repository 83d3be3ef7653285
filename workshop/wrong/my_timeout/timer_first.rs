//! Mistake: the timer was looked at first, and work that is done was thrown away
async fn my_timeout<F: Future>(limit: Duration, work: F) -> Result<F::Output, Elapsed> {
    let mut work = pin!(work);
    let mut timer = pin!(sleep(limit));
    poll_fn(|context| {
        if timer.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(Elapsed));
        }
        work.as_mut().poll(context).map(Ok)
    })
    .await
}
