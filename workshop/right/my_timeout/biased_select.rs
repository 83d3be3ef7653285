//! `select!` looks at the work first.
async fn my_timeout<F: Future>(limit: Duration, work: F) -> Result<F::Output, Elapsed> {
    tokio::select! {
        biased;
        output = work => Ok(output),
        () = sleep(limit) => Err(Elapsed),
    }
}
