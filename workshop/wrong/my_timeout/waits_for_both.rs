//! Mistake: work that was quick enough was given up
async fn my_timeout<F: Future>(limit: Duration, work: F) -> Result<F::Output, Elapsed> {
    let mut work = pin!(work);
    poll_fn(|context| Poll::Ready(drop(work.as_mut().poll(context)))).await;
    sleep(limit).await;
    Err(Elapsed)
}
