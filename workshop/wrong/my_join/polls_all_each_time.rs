//! Mistake: a future was polled again after it was ready
async fn my_join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    poll_fn(|context: &mut Context<'_>| {
        if let Poll::Ready(output) = a.as_mut().poll(context) {
            first = Some(output);
        }
        if let Poll::Ready(output) = b.as_mut().poll(context) {
            second = Some(output);
        }
        if first.is_some() && second.is_some() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    (first.expect("it is ready"), second.expect("it is ready"))
}
