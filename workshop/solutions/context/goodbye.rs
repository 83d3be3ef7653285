//! The lock is a value that the visit holds, and unlocking is its `drop`: that runs however the
//! visit ends. `_lock` keeps it until then; `_` alone would drop it at once.
use async_concepts::{LaneExt, say};
use tokio::time::{sleep, timeout};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((30, ""));

struct Lock;

impl Drop for Lock {
    fn drop(&mut self) {
        say!("unlock the door");
    }
}

async fn visit() {
    say!("lock the door");
    let _lock = Lock;
    sleep(ms(100)).await;
}

async fn museum() {
    let cut_short = timeout(ms(10), visit().lane("visit")).await.is_err();
    say!("cut short: {cut_short}");
    sleep(ms(20)).await;
    say!("the lights are out");
}

fn main() {
    workshop::show("goodbye", PREDICTION, museum);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn undisturbed() {
        visit().lane("visit").await;
        sleep(ms(10)).await;
    }

    async fn cut_short_later() {
        let _ = timeout(ms(40), visit().lane("visit")).await;
        sleep(ms(10)).await;
    }

    /// A visit that is given up before it begins.
    async fn called_and_dropped() {
        drop(visit().lane("visit"));
    }

    #[test]
    fn the_door_is_unlocked_in_the_moment_in_which_the_visit_is_cut_short() {
        workshop::attempt(museum)
            .predicted(PREDICTION)
            .mistake(
                "what stands behind an `.await` does not run when the future is dropped",
                |run| !run.said("unlock"),
            )
            .mistake(
                "the door was unlocked at once: `_` is no variable, and keeps nothing",
                |run| run.said("0.000 visit unlock"),
            )
            .mistake("the visit was not cut short", |run| run.said("0.100 visit unlock"))
            .mistake(
                "each caller of `visit` has to remember the door, and the next one will forget it",
                |run| run.said("main unlock"),
            )
            .takes(30)
            .says(&[
                "0.000 visit lock the door",
                "0.010 visit unlock the door",
                "0.010 main cut short: true",
                "0.030 main the lights are out",
            ])
            .verdict();
        workshop::scenario("the visit is cut short after 40 ms")
            .attempt(cut_short_later)
            .predicted(PREDICTION)
            .mistake("the door was unlocked while the visit went on", |run| {
                run.said("0.010 visit unlock")
            })
            .says(&["0.000 visit lock the door", "0.040 visit unlock the door"])
            .verdict();
        workshop::scenario("the visit is not cut short")
            .attempt(undisturbed)
            .predicted(PREDICTION)
            .mistake("the door was unlocked twice", |run| run.count("unlock") == 2)
            .mistake("a visit that is not cut short never unlocks the door", |run| {
                !run.said("unlock")
            })
            .takes(110)
            .says(&["0.000 visit lock the door", "0.100 visit unlock the door"])
            .verdict();
        workshop::scenario("the visit is given up before it begins")
            .attempt(called_and_dropped)
            .predicted(PREDICTION)
            .mistake("a door was unlocked that had not been locked", |run| run.said("unlock"))
            .says(&[])
            .verdict();
    }

    async fn dropped_anywhere() {
        visit().lane("visit").cancellable().await;
    }

    #[test]
    fn the_door_is_unlocked_after_any_cancellation() {
        workshop::every_cancellation(dropped_anywhere)
            .predicted(PREDICTION)
            .holds("a door that was locked is unlocked, once", |run| {
                let count =
                    |text: &str| run.transcript().iter().filter(|line| line.contains(text)).count();
                count(" lock the door") == count("unlock the door")
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/goodbye.rs"]
mod then_try;
