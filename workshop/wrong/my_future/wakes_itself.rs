//! Mistake: it woke itself when there was nothing yet: it will be polled for ever
impl Future for Slot {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        let mut state = self.0.lock().unwrap();
        match state.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}
