//! Mistake: `poll` did not return: it must never wait, neither for the value nor for a lock
impl Future for Slot {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<u32> {
        loop {
            if let Some(value) = self.0.lock().unwrap().value.take() {
                return Poll::Ready(value);
            }
        }
    }
}
