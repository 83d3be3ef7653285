//! Whoever returns `Pending` must have seen to a wake. The waker of the last poll is kept, since that one belongs to the task
//! in which the future is now; `set` takes it and rings it.
use async_concepts::LaneExt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use tokio::{spawn, time::sleep};
use workshop::ms;

#[derive(Default)]
struct State {
    value: Option<u32>,
    waker: Option<Waker>,
}

#[derive(Clone, Default)]
struct Slot(Arc<Mutex<State>>);

impl Slot {
    fn set(&self, value: u32) {
        let mut state = self.0.lock().unwrap();
        state.value = Some(value);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }
}

impl Future for Slot {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        let mut state = self.0.lock().unwrap();
        match state.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

async fn program() -> u32 {
    let slot = Slot::default();
    let waiter = spawn(slot.clone().lane("waiter"));
    sleep(ms(100)).await;
    slot.set(42);
    waiter.await.unwrap()
}

fn main() {
    workshop::show("my_future", program);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What two tasks see that poll a slot, first one and then the other: was it woken before the value came, and then?
    async fn by_hand() -> ([bool; 2], [bool; 2], Poll<u32>) {
        let slot = Slot::default();
        let (mut first, mut last) = (tokio_test::task::spawn(slot.clone()), tokio_test::task::spawn(slot.clone()));
        assert!(first.poll().is_pending() && last.poll().is_pending(), "there is no value yet");
        let before = [first.is_woken(), last.is_woken()];
        slot.set(42);
        (before, [first.is_woken(), last.is_woken()], last.poll())
    }

    #[test]
    fn who_polled_last_is_woken_when_the_value_comes() {
        let is = |before, after| move |run: &workshop::Run<_>| run.output() == Some(&(before, after, Poll::Ready(42)));
        workshop::attempt(by_hand)
            .mistake("`poll` waited itself, and nobody else could run", |run| run.blocked())
            .mistake("it woke itself when there was nothing yet: it will be polled for ever", is([true; 2], [true; 2]))
            .mistake("nobody was woken: it forgot who had asked", is([false; 2], [false; 2]))
            .mistake("it kept the waker of the first poll: the last one counts", is([false; 2], [true, false]))
            .returns(([false; 2], [false, true], Poll::Ready(42)))
            .verdict();
        workshop::attempt(program).takes(100).returns(42).verdict();
    }
}
