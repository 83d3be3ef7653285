//! Predict: two naps of 100 and 200 ms in a join of your own. How long will they take, and how
//! often is each of them polled?
//!
//! `join!` is a future that polls its parts, keeps what is ready, and is ready itself when all of
//! them are.
//!
//! See `examples/gather/gather.rs`, and the slide “Start three, wait for all”.
//!
//! Then try: poll only the part that was woken: each part needs a waker of its own.
use async_concepts::{LaneExt, say};
use std::{
    future::poll_fn,
    pin::pin,
    task::{Context, Poll},
};
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn nap(name: &'static str, time: u64) -> &'static str {
    sleep(ms(time)).await;
    say!("slept");
    given(name)
}

/// Waits for both, at the same time.
async fn my_join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    poll_fn(|context: &mut Context<'_>| {
        // TODO: both should be polled, but none of them again when it is ready.
        if let Poll::Ready(output) = a.as_mut().poll(context) {
            first = Some(output);
            if let Poll::Ready(output) = b.as_mut().poll(context) {
                second = Some(output);
            }
        }
        match (first.take(), second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (one, other) => {
                (first, second) = (one, other);
                Poll::Pending
            }
        }
    })
    .await
}

async fn program() -> (&'static str, &'static str) {
    my_join(nap("a", 100).lane("A"), nap("b", 200).lane("B")).await
}

fn main() {
    workshop::show("my_join", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_under_way_and_none_is_polled_after_its_end() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("one began only when the other was done", |run| {
                run.took(300) || run.one_after_another()
            })
            .panics("a future was polled again after it was ready", "resumed after completion")
            .takes(200)
            .says(&["0.100 A slept", "0.200 B slept"])
            .returns(("a", "b"))
            .verdict();
        workshop::scenario("A takes 300 ms, and has another name")
            .time(100, 300)
            .value("a", "z")
            .attempt(program)
            .predicted(PREDICTION)
            .panics("a future was polled again after it was ready", "resumed after completion")
            .takes(300)
            .returns(("z", "b"))
            .verdict();
        workshop::scenario("both take 50 ms")
            .time(100, 50)
            .time(200, 50)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(50)
            .returns(("a", "b"))
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/my_join.rs"]
mod then_try;
