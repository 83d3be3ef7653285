//! Predict: timers at 300, 100 and 200 ms, made in this order. When does each go off?
//!
//! An event loop keeps its timers in a heap, as asyncio does: it sleeps until the next deadline,
//! and calls what is due.
//!
//! See `examples/event_loop/timers.rs`, and the slide “Timers”.
//!
//! Then try: of two timers with the same deadline, the one that was made first goes off first.
use async_concepts::say;
use std::collections::BinaryHeap;
use tokio::time::{Instant, sleep_until};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

#[derive(Default)]
struct Timers {
    // TODO: the timer that is due next should be on top.
    heap: BinaryHeap<(Instant, &'static str)>,
}

impl Timers {
    fn call_at(&mut self, deadline: Instant, name: &'static str) {
        self.heap.push((deadline, name));
    }

    /// When the next timer is due, if there is one.
    fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|(deadline, _)| *deadline)
    }

    fn call_due(&mut self) {
        while self.next().is_some_and(|deadline| deadline <= Instant::now()) {
            let (_, name) = self.heap.pop().expect("there is a next one");
            say!("{name}");
        }
    }
}

async fn program() {
    let (now, mut timers) = (Instant::now(), Timers::default());
    timers.call_at(now + ms(300), "c");
    timers.call_at(now + ms(100), "a");
    timers.call_at(now + ms(200), "b");
    while let Some(deadline) = timers.next() {
        sleep_until(deadline).await;
        timers.call_due();
    }
}

fn main() {
    workshop::show("my_timer", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two timers for the same moment, and one before.
    async fn same_deadline() {
        let (now, mut timers) = (Instant::now(), Timers::default());
        for (time, name) in [(100, "x"), (50, "w"), (100, "y")] {
            timers.call_at(now + ms(time), name);
        }
        while let Some(deadline) = timers.next() {
            sleep_until(deadline).await;
            timers.call_due();
        }
    }

    /// The loop was busy, and comes late to two of three timers.
    async fn late() {
        let (now, mut timers) = (Instant::now(), Timers::default());
        for (time, name) in [(200, "b"), (100, "a"), (300, "c")] {
            timers.call_at(now + ms(time), name);
        }
        sleep_until(now + ms(250)).await;
        while let Some(deadline) = timers.next() {
            sleep_until(deadline).await;
            timers.call_due();
        }
    }

    #[test]
    fn timers_go_off_when_they_are_due_and_in_that_order() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("the latest came first: a `BinaryHeap` gives its greatest", |run| {
                run.said_in_order(&["0.300 main c", "0.300 main b", "0.300 main a"])
            })
            .mistake("the timer that was made last went off first", |run| {
                run.said_in_order(&["b", "0.200 main a"])
            })
            .mistake("the timers went off in the order in which they were made", |run| {
                run.said_in_order(&["0.300 main c", "a"])
            })
            .mistake("timers went off before they were due", |run| run.count("0.100 main") > 1)
            .takes(300)
            .says(&["0.100 main a", "0.200 main b", "0.300 main c"])
            .verdict();
        workshop::scenario("two timers have the same deadline")
            .attempt(same_deadline)
            .predicted(PREDICTION)
            .mistake("of two timers with the same deadline one was lost", |run| {
                run.count("0.100 main") < 2
            })
            .holds("w goes off at 50 ms, and x and y at 100 ms", |run| {
                run.said("0.050 main w") && run.said("0.100 main x") && run.said("0.100 main y")
            })
            .takes(100)
            .verdict();
        workshop::scenario("the loop is late for two timers")
            .attempt(late)
            .predicted(PREDICTION)
            .says(&["0.250 main a", "0.250 main b", "0.300 main c"])
            .takes(300)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/my_timer.rs"]
mod then_try;
