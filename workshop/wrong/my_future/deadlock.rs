//! Mistake: `poll` did not return: it must never wait, neither for the value nor for a lock
impl Future for Slot {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<u32> {
        match self.0.lock().unwrap().value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                self.0.lock().unwrap().waker = Some(_context.waker().clone());
                Poll::Pending
            }
        }
    }
}
