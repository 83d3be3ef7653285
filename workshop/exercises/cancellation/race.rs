//! Predict: one mirror answers after 100 ms, the other after 500 ms. When is the race over, and
//! what becomes of the loser?
//!
//! In Python: `asyncio.wait(…, return_when=FIRST_COMPLETED)`, and then one has to cancel the
//! others.
//!
//! See `examples/gather/first_completed.rs`, and the slide “Cancelling, as tokio does it”.
//!
//! Then try: let both answer at 100 ms: near should win each time. What does `biased;` promise?
use async_concepts::{LaneExt, say};
use tokio::{join, time::sleep};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

struct Call;

impl Drop for Call {
    fn drop(&mut self) {
        say!("hangs up");
    }
}

async fn ask(name: &'static str, time: u64) -> &'static str {
    let _call = Call;
    say!("calls");
    sleep(ms(time)).await;
    name
}

/// The name of the mirror that answers first, if they take so many milliseconds.
async fn fastest(near_ms: u64, far_ms: u64) -> &'static str {
    let near = ask("near", near_ms).lane("near");
    let far = ask("far", far_ms).lane("far");
    // TODO: take the first answer, and let the other go. (And who knows the times beforehand?)
    let (near, far) = join!(near, far);
    if near_ms < far_ms { near } else { far }
}

fn main() {
    workshop::show("race", PREDICTION, || fastest(100, 500));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_wins_and_the_other_call_is_ended() {
        workshop::attempt(|| fastest(100, 500))
            .predicted(PREDICTION)
            .mistake("only one of them was asked", |run| run.count("calls") == 1)
            .mistake("they were asked one after another", |run| run.took(600))
            .mistake("the race was only over when the loser had answered", |run| run.took(500))
            .mistake("the loser goes on: dropping a handle does not end its task", |run| {
                run.left_running("far")
            })
            .mistake("the loser neither goes on nor hangs up: it was never dropped", |run| {
                run.leaked("far")
            })
            .takes(100)
            .returns("near")
            .holds("the loser hangs up when the winner has answered", |run| {
                run.said("0.100 far hangs up")
            })
            .verdict();
        workshop::scenario("the other mirror is the faster one")
            .attempt(|| fastest(500, 100))
            .predicted(PREDICTION)
            .mistake("only one of them was asked", |run| run.count("calls") == 1)
            .takes(100)
            .returns("far")
            .holds("the loser hangs up when the winner has answered", |run| {
                run.said("0.100 near hangs up")
            })
            .verdict();
        workshop::scenario("the near mirror takes 700 ms instead of 100 ms")
            .time(100, 700)
            .attempt(|| fastest(100, 500))
            .predicted(PREDICTION)
            .mistake("the winner was known from its times, not from its answer", |run| {
                run.output() == Some(&"near")
            })
            .takes(500)
            .returns("far")
            .holds("the loser hangs up when the winner has answered", |run| {
                run.said("0.500 near hangs up")
            })
            .verdict();
    }

    async fn dropped_anywhere() {
        fastest(100, 500).lane("race").cancellable().await;
        sleep(std::time::Duration::from_millis(1)).await;
    }

    #[test]
    fn both_calls_are_ended_in_any_cancellation() {
        workshop::every_cancellation(dropped_anywhere)
            .predicted(PREDICTION)
            .holds("each call that was made is ended", |run| {
                let count = |text: &str| {
                    run.transcript().iter().filter(|line| line.ends_with(text)).count()
                };
                count("calls") == count("hangs up")
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/race.rs"]
mod then_try;
