//! Mistake: work that was quick enough was given up
async fn my_timeout<F: Future>(limit: Duration, work: F) -> Result<F::Output, Elapsed> {
    let work = pin!(work);
    let mut timer = pin!(sleep(limit));
    poll_fn(|context| timer.as_mut().poll(context)).await;
    if false {
        return Ok(work.await);
    }
    Err(Elapsed)
}
