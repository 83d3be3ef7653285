//! Predict: a stream that gives 3, 2 and 1, each after 100 ms. How long will it take to collect it?
//!
//! A stream is polled like a future: `Pending`, `Ready(Some(item))`, and at the end `Ready(None)`.
//! What it waits for has to be polled within.
//!
//! See `examples/iteration/ticker.rs`, and the slide “Values that come in time”.
//!
//! Then try: let the stream begin again when it has come to its end, after a pause of one second,
//! for ever.
use async_concepts::say;
use futures::{Stream, StreamExt};
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::time::{Sleep, sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

struct Countdown {
    left: u32,
    pause: Pin<Box<Sleep>>,
}

impl Countdown {
    fn from(left: u32) -> Countdown {
        Countdown { left, pause: Box::pin(sleep(ms(100))) }
    }
}

impl Stream for Countdown {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        // TODO: a pause comes before each item.
        ready!(self.pause.as_mut().poll(context));
        self.left -= 1;
        Poll::Ready(Some(self.left + 1))
    }
}

async fn program() -> Vec<u32> {
    let items = Countdown::from(given(3)).inspect(|item| say!("{item}"));
    items.collect().await
}

fn main() {
    workshop::show("my_stream", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn dropped_early() -> Vec<u32> {
        Countdown::from(3).take(1).collect().await
    }

    #[test]
    fn a_pause_comes_before_each_item() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("all items came with the first one: a timer fires only once", |run| {
                run.said("0.100 main 2")
            })
            .mistake("the items came without any pause", |run| run.said("0.000 main 3"))
            .hangs("the timer was made anew each time it was polled, so it never fires", |run| {
                run.ran_at("main", 200) && !run.said("main 3")
            })
            .hangs("it was not woken: `Pending` was returned, and nothing had been polled", |run| {
                run.deadlocked() && run.ran_at("main", 100)
            })
            .takes(300)
            .says(&["0.100 main 3", "0.200 main 2", "0.300 main 1"])
            .returns(vec![3, 2, 1])
            .verdict();
        workshop::scenario("it counts from 5, and the pauses are 20 ms")
            .value(3_u32, 5)
            .time(100, 20)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(100)
            .returns(vec![5, 4, 3, 2, 1])
            .verdict();
        workshop::scenario("only one item is taken")
            .attempt(dropped_early)
            .predicted(PREDICTION)
            .takes(100)
            .returns(vec![3])
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/my_stream.rs"]
mod then_try;
