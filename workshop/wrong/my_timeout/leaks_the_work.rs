//! Mistake: the work was neither done nor dropped: it is still there
async fn my_timeout<F: Future>(limit: Duration, work: F) -> Result<F::Output, Elapsed> {
    let mut work = std::mem::ManuallyDrop::new(Box::pin(work));
    let mut timer = pin!(sleep(limit));
    poll_fn(|context| {
        if let Poll::Ready(output) = work.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        timer.as_mut().poll(context).map(|()| Err(Elapsed))
    })
    .await
}
