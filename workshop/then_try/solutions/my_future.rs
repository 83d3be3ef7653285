//! There are as many wakers as there are tasks that wait, and the value stays in the slot.
#[derive(Default)]
struct State {
    value: Option<u32>,
    wakers: Vec<Waker>,
}

impl Slot {
    fn set(&self, value: u32) {
        let mut state = self.0.lock().unwrap();
        state.value = Some(value);
        for waker in state.wakers.drain(..) {
            waker.wake();
        }
    }
}

impl Future for Slot {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        let mut state = self.0.lock().unwrap();
        match state.value {
            Some(value) => Poll::Ready(value),
            None => {
                state.wakers.push(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
