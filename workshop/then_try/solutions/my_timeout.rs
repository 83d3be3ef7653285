//! Two timers are polled beside the work, and the first of them only once it is ready.
async fn my_timeout<F: Future>(limit: Duration, work: F) -> Result<F::Output, Elapsed> {
    let mut work = pin!(work);
    let (mut first, mut last) = (pin!(sleep(limit)), pin!(sleep(limit * 3)));
    let mut said = false;
    poll_fn(|context| {
        if let Poll::Ready(output) = work.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        if !said && first.as_mut().poll(context).is_ready() {
            said = true;
            say!("slow");
        }
        if last.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(Elapsed));
        }
        Poll::Pending
    })
    .await
}
