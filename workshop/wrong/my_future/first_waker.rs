//! Mistake: it kept the waker of the first poll: the last one counts
impl Future for Slot {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        let mut state = self.0.lock().unwrap();
        match state.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                state.waker.get_or_insert_with(|| context.waker().clone());
                Poll::Pending
            }
        }
    }
}
