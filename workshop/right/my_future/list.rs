//! List.
#[derive(Default)]
struct State {
    value: Option<u32>,
    waker: Vec<Waker>,
}

impl Slot {
    fn set(&self, value: u32) {
        let mut state = self.0.lock().unwrap();
        state.value = Some(value);
        for waker in state.waker.drain(..) {
            waker.wake();
        }
    }
}

impl Future for Slot {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<u32> {
        let mut state = self.0.lock().unwrap();
        match state.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                state.waker.push(_context.waker().clone());
                Poll::Pending
            }
        }
    }
}
