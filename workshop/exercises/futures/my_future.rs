//! Predict: `poll` is called, then `set` after 100 ms, then `poll` again. What does each poll
//! return, which task is woken, and when?
//!
//! See `examples/testing/poll_by_poll.rs`, and the slide “A result that comes later”.
//!
//! Then try: let several tasks wait for one slot: wake all of them, and give each the value.
use async_concepts::LaneExt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use tokio::{spawn, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

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

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<u32> {
        match self.0.lock().unwrap().value.take() {
            Some(value) => Poll::Ready(value),
            // TODO: which task will be woken when the value comes?
            None => Poll::Pending,
        }
    }
}

async fn program() -> u32 {
    let slot = Slot::default();
    let waiter = spawn(slot.clone().lane("waiter"));
    sleep(ms(100)).await;
    slot.set(given(42));
    waiter.await.unwrap()
}

fn main() {
    workshop::show("my_future", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Seen {
        woken_early: bool,
        first_woken: bool,
        last_woken: bool,
        value: Poll<u32>,
    }

    /// Two tasks poll a slot, first one and then the other; then the value comes.
    async fn by_hand() -> Seen {
        let slot = Slot::default();
        let (mut first, mut last) =
            (tokio_test::task::spawn(slot.clone()), tokio_test::task::spawn(slot.clone()));
        assert!(first.poll().is_pending() && last.poll().is_pending(), "there is no value yet");
        let woken_early = first.is_woken() || last.is_woken();
        slot.set(42);
        let (first_woken, last_woken) = (first.is_woken(), last.is_woken());
        Seen { woken_early, first_woken, last_woken, value: last.poll() }
    }

    /// The value is there before a task asks for it.
    async fn early() -> u32 {
        let slot = Slot::default();
        slot.set(7);
        slot.await
    }

    #[test]
    fn a_task_that_has_polled_is_woken_when_the_value_comes() {
        workshop::scenario("two tasks poll a slot, one after the other")
            .attempt(by_hand)
            .predicted(PREDICTION)
            .blocks(
                "`poll` did not return: it must never wait, neither for the value nor for a lock",
                |_| true,
            )
            .mistake(
                "it woke itself when there was nothing yet: it will be polled for ever",
                |run| run.output().is_some_and(|seen| seen.woken_early),
            )
            .mistake("no task was woken: the slot forgot which one had asked", |run| {
                run.output().is_some_and(|seen| !seen.first_woken && !seen.last_woken)
            })
            .mistake("it kept the waker of the first poll: the last one counts", |run| {
                run.output().is_some_and(|seen| seen.first_woken && !seen.last_woken)
            })
            .holds(
                "the task that polled last is woken when the value comes, and not before",
                |run| run.output().is_some_and(|seen| !seen.woken_early && seen.last_woken),
            )
            .holds("the poll after that is ready, with the value", |run| {
                run.output().is_some_and(|seen| seen.value == Poll::Ready(42))
            })
            .verdict();
        workshop::attempt(program).predicted(PREDICTION).takes(100).returns(42).verdict();
        workshop::scenario("the value comes after 30 ms, and is 7")
            .time(100, 30)
            .value(42_u32, 7)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(30)
            .returns(7)
            .verdict();
        workshop::scenario("the value is there already")
            .attempt(early)
            .predicted(PREDICTION)
            .takes(0)
            .returns(7)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/my_future.rs"]
mod then_try;
