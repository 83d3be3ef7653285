//! Mistake: the timer was looked at first, and work that is done was thrown away
async fn my_timeout<F: Future>(limit: Duration, work: F) -> Result<F::Output, Elapsed> {
    tokio::select! {
        output = work => Ok(output),
        () = sleep(limit) => Err(Elapsed),
    }
}
