//! Predict: A fails at 100 ms, B charges the card at 300 ms. What will have happened by 1000 ms,
//! and in which order?
//!
//! In Python: `async with asyncio.TaskGroup()`. What a function starts should not outlive it.
//!
//! See `examples/gather/task_group.rs`, and the slide “One of three fails”.
//!
//! Then try: when one has failed, wait until the other has really ended, say `all ended`, and only
//! then return the error.
use async_concepts::{LaneExt, say};
use tokio::{spawn, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn check_the_stock() -> Result<(), &'static str> {
    sleep(ms(100)).await;
    given(Err("sold out"))
}

async fn charge_the_card() -> Result<(), &'static str> {
    say!("asking the bank");
    sleep(ms(300)).await;
    say!("the card is charged");
    given(Ok(()))
}

async fn order() -> Result<(), &'static str> {
    let a = spawn(check_the_stock().lane("A"));
    let b = spawn(charge_the_card().lane("B"));
    // TODO: nothing that was started here may outlive this function.
    a.await.expect("it does not panic")?;
    b.await.expect("it does not panic")
}

async fn shop() {
    let result = order().await;
    say!("{result:?}");
    sleep(ms(900)).await;
}

fn main() {
    workshop::show("task_group", PREDICTION, shop);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The one that ordered goes away after 50 ms.
    async fn impatient() {
        let order = tokio::time::timeout(ms(50), order()).await;
        say!("{}", if order.is_err() { "gone" } else { "served" });
        sleep(ms(950)).await;
    }

    #[test]
    fn nothing_outlives_the_function_that_started_it() {
        workshop::attempt(shop)
            .predicted(PREDICTION)
            .mistake(
                "the error waited for the other task, which had charged the card by then",
                |run| run.said("0.300 main Err"),
            )
            .mistake("a task outlived its function: returning dropped only the handle", |run| {
                run.said("charged")
            })
            .mistake("the bank was not even asked: they ran one after another", |run| {
                !run.said("asking")
            })
            .mistake("the error was lost", |run| !run.said("sold out"))
            .takes(1000)
            .says(&["0.000 B asking the bank", "0.100 main Err(\"sold out\")"])
            .verdict();
        workshop::scenario("the bank refuses at 300 ms, and checking the stock takes 400 ms")
            .time(100, 400)
            .value(Err::<(), _>("sold out"), Ok(()))
            .value(Ok::<_, &str>(()), Err("no cover"))
            .attempt(shop)
            .predicted(PREDICTION)
            .mistake("the error of B had to wait for A", |run| run.said("0.400 main Err"))
            .mistake("A was not stopped when B had failed", |run| !run.dropped_at("A", 300))
            .holds("A is stopped when B fails", |run| run.dropped_at("A", 300))
            .says(&[
                "0.000 B asking the bank",
                "0.300 B the card is charged",
                "0.300 main Err(\"no cover\")",
            ])
            .takes(1200)
            .verdict();
        workshop::scenario("`order` itself is dropped after 50 ms")
            .attempt(impatient)
            .predicted(PREDICTION)
            .mistake("a task outlived its function, which was dropped by its caller", |run| {
                run.said("charged")
            })
            .says(&["0.000 B asking the bank", "0.050 main gone"])
            .takes(1000)
            .verdict();
        workshop::scenario("nothing fails")
            .value(Err::<(), _>("sold out"), Ok(()))
            .attempt(shop)
            .predicted(PREDICTION)
            .mistake("a task was stopped though nothing had failed", |run| !run.said("charged"))
            .says(&["0.000 B asking the bank", "0.300 B the card is charged", "0.300 main Ok(())"])
            .takes(1200)
            .verdict();
    }

    async fn dropped_anywhere() {
        order().lane("order").cancellable().await;
        say!("over");
        sleep(std::time::Duration::from_millis(900)).await;
    }

    #[test]
    fn nothing_is_charged_after_any_cancellation() {
        workshop::every_cancellation(dropped_anywhere)
            .predicted(PREDICTION)
            .holds("no card is charged when the order is over", |run| {
                run.transcript().last().is_none_or(|line| line.ends_with("over"))
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/task_group.rs"]
mod then_try;
