//! Predict: a transfer takes 100 ms, and you wait for 50 ms at most. When will you hear of it, and
//! will the money be gone after a second?
//!
//! In Python, `asyncio.wait_for(task, 0.05)` cancels the task when the time is over.
//!
//! See `examples/futures/timeout.rs`, and the slide “A timeout cancels. What?”.
//!
//! Then try: let the transfer begin with 80 ms of `async_concepts::block`, which never gives way.
//! When does the timeout fire?
use async_concepts::{LaneExt, say};
use tokio::{
    spawn,
    time::{sleep, timeout},
};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn transfer() {
    say!("asking the bank");
    sleep(ms(100)).await;
    say!("the money is gone");
}

async fn pay() -> Result<(), &'static str> {
    let transfer = spawn(transfer().lane("transfer"));
    // TODO: when the time is over, no money may go any more.
    match timeout(ms(50), transfer).await {
        Ok(_) => Ok(()),
        Err(_) => Err("too slow"),
    }
}

async fn shop() {
    let result = pay().await;
    say!("{result:?}");
    sleep(ms(950)).await;
}

fn main() {
    workshop::show("deadline", PREDICTION, shop);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_deadline_no_money_goes() {
        workshop::attempt(shop)
            .predicted(PREDICTION)
            .mistake("it looked at the clock when it was over, which is no deadline", |run| {
                run.said("0.100 main Err")
            })
            .mistake("`pay` gave up at once: the timeout was made, and not awaited", |run| {
                run.said("0.000 main Err")
            })
            .mistake("the timeout let go of the handle, and the task ran on", |run| {
                run.said("the money is gone")
            })
            .mistake("the bank was not even asked", |run| !run.said("asking the bank"))
            .takes(1000)
            .says(&["0.000 transfer asking the bank", "0.050 main Err(\"too slow\")"])
            .verdict();
        workshop::scenario("the transfer takes 30 ms")
            .time(100, 30)
            .attempt(shop)
            .predicted(PREDICTION)
            .mistake("a transfer that is quick enough was given up", |run| run.said("main Err"))
            .mistake("the transfer itself was changed: the money does not go at all", |run| {
                !run.said("the money is gone")
            })
            .takes(980)
            .says(&[
                "0.000 transfer asking the bank",
                "0.030 transfer the money is gone",
                "0.030 main Ok(())",
            ])
            .verdict();
        workshop::scenario("the transfer takes 60 ms")
            .time(100, 60)
            .attempt(shop)
            .predicted(PREDICTION)
            .takes(1000)
            .says(&["0.000 transfer asking the bank", "0.050 main Err(\"too slow\")"])
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/deadline.rs"]
mod then_try;
