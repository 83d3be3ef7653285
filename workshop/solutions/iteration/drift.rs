//! An `interval` keeps its deadlines from the beginning on, however long each round takes.
//! `interval_at` says when the first one is; that of a plain `interval` is at once.
use async_concepts::{LaneExt, say};
use tokio::time::{Instant, interval_at, sleep};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((530, ""));

async fn work() {
    sleep(ms(30)).await;
}

async fn metronome() {
    let mut beats = interval_at(Instant::now() + ms(100), ms(100));
    for _ in 1..=5 {
        beats.tick().await;
        say!("beat");
        work().lane("work").await;
    }
}

fn main() {
    workshop::show("drift", PREDICTION, metronome);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beats_do_not_depend_on_the_work() {
        workshop::attempt(metronome)
            .predicted(PREDICTION)
            .mistake("the first work began before the first beat", |run| {
                run.ran_at("work", 0) && !run.said("0.000")
            })
            .mistake("each beat waited for the work before it, and a pause on top", |run| {
                run.said("0.230 main beat")
            })
            .mistake("the first tick of an `interval` comes at once", |run| {
                run.said("0.000 main beat")
            })
            .mistake(
                "a guess at how long the work takes: the first beat has none before it",
                |run| run.said("0.070 main"),
            )
            .mistake("nothing waited for the last work", |run| run.left_running("work"))
            .holds("each work is waited for", |run| !run.left_running("work"))
            .takes(530)
            .says(&[
                "0.100 main beat",
                "0.200 main beat",
                "0.300 main beat",
                "0.400 main beat",
                "0.500 main beat",
            ])
            .verdict();
        workshop::scenario("the last work takes 20 ms, and the next one would take 90 ms")
            .times(30, &[30, 30, 30, 30, 20, 90])
            .attempt(metronome)
            .predicted(PREDICTION)
            .mistake("nothing waited for the last work", |run| run.left_running("work"))
            .holds("each work is waited for", |run| !run.left_running("work"))
            .takes(520)
            .says(&[
                "0.100 main beat",
                "0.200 main beat",
                "0.300 main beat",
                "0.400 main beat",
                "0.500 main beat",
            ])
            .verdict();
        workshop::scenario("the second work takes 90 ms")
            .times(30, &[30, 90, 30, 30, 30])
            .attempt(metronome)
            .predicted(PREDICTION)
            .holds("each work is waited for", |run| !run.left_running("work"))
            .takes(530)
            .says(&[
                "0.100 main beat",
                "0.200 main beat",
                "0.300 main beat",
                "0.400 main beat",
                "0.500 main beat",
            ])
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/drift.rs"]
mod then_try;
