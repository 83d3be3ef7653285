//! Predict: four prices, 100 ms to ask for each, and one sum behind a lock. How long, and what is
//! the sum?
//!
//! In Python: `async with lock:`, with an `await` inside that should not be there.
//!
//! See `examples/synchronization/lock.rs`, and the slide “First wait, then add”.
//!
//! Then try: do without the `Mutex`, with a `Cell`. Why is that allowed here, and when would it not
//! be?
use async_concepts::{LaneExt, say};
use futures::future::join_all;
use workshop::shared::{sync::Mutex, time::sleep}; // tokio's; another task may use the lock, too
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn ask(price: u32) -> u32 {
    sleep(ms(100)).await;
    given(price)
}

async fn buy(price: u32, sum: &Mutex<u32>) {
    // TODO: four questions should take no longer than one, and no price may get lost.
    let mut sum = sum.lock().await;
    *sum += ask(price).await;
    say!("sum {sum}");
}

#[rustfmt::skip]
async fn shop() -> u32 {
    let sum = Mutex::new(0);
    join_all([(1, "A"), (2, "B"), (3, "C"), (4, "D")].map(|(price, name)| buy(price, &sum).lane(name))).await;
    sum.into_inner()
}

fn main() {
    workshop::show("narrow_lock", PREDICTION, shop);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_questions_take_as_long_as_one_and_no_price_is_lost() {
        const LOST: &str = "prices got lost between reading the sum and writing it";
        workshop::attempt(shop)
            .predicted(PREDICTION)
            .mistake("the lock was held while they waited for something else", |run| run.took(400))
            .mistake(LOST, |run| run.output().is_some_and(|sum| *sum < 10))
            .blocks(
                "a lock of `std` was held across an `.await`, and the next to lock it stopped the \
                 thread",
                |run| !run.never_polled("B"),
            )
            .takes(100)
            .holds("each of the four sees a sum at 100 ms", |run| run.count("0.100 ") == 4)
            .returns(10)
            .verdict();
        workshop::scenario("the questions take 100, 50, 200 and 100 ms")
            .times(100, &[100, 50, 200, 100])
            .attempt(shop)
            .predicted(PREDICTION)
            .takes(200)
            .returns(10)
            .verdict();
        workshop::scenario("one price is 30")
            .value(3_u32, 30)
            .attempt(shop)
            .predicted(PREDICTION)
            .takes(100)
            .returns(37)
            .verdict();
        workshop::scenario("another task holds the lock from 90 to 120 ms")
            .held(90, 120)
            .attempt(shop)
            .predicted(PREDICTION)
            .mistake(
                "the lock was taken at that moment, and the price was given up: it can be waited \
                 for",
                |run| run.output().is_some_and(|sum| *sum < 10),
            )
            .holds("it is over when the lock has been free for all", |run| !run.took_more_than(120))
            .returns(10)
            .verdict();
        workshop::every_schedule(shop)
            .predicted(PREDICTION)
            .mistake(LOST, |run| run.output().is_some_and(|sum| *sum < 10))
            .returns(10)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/narrow_lock.rs"]
mod then_try;
