//! Predict: the news comes at 0, and the worker begins to wait for it at 50 ms. When will the
//! worker be done?
//!
//! `Notify::notify_waiters` wakes the tasks that wait at that moment, and keeps nothing for those
//! that come later. In Python, `asyncio.Event` is a level: once set, it stays set.
//!
//! See `examples/synchronization/event.rs`, and the slide “Four additions without a lock”.
//!
//! Then try: two workers, both of which must hear of the one notification. Which primitive keeps
//! the level instead of the edge?
use async_concepts::{LaneExt, say};
use tokio::{join, sync::Notify, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn worker(news: &Notify) {
    sleep(ms(50)).await;
    say!("waits");
    news.notified().await;
    sleep(ms(50)).await;
    say!("is done");
}

async fn editor(news: &Notify) {
    sleep(ms(given(0))).await;
    // TODO: the worker may come later than the news. It must not miss them.
    news.notify_waiters();
}

async fn program() {
    let news = Notify::new();
    join!(worker(&news).lane("worker"), editor(&news).lane("editor"));
}

fn main() {
    workshop::show("lost_notify", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_that_come_before_the_worker_are_not_lost() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .hangs("the news came before the worker waited, and nothing kept them", |run| {
                run.said("waits") && !run.said("done")
            })
            .takes(100)
            .says(&["0.050 worker waits", "0.100 worker is done"])
            .verdict();
        workshop::scenario("the news come at 80 ms, when the worker waits")
            .value(0_u64, 80)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("the worker was done before the news had come", |run| run.took(100))
            .takes(130)
            .says(&["0.050 worker waits", "0.130 worker is done"])
            .verdict();
        workshop::scenario("the news come at the time at which the worker begins to wait")
            .value(0_u64, 50)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(100)
            .verdict();
    }

    #[test]
    fn no_news_are_lost_in_any_schedule() {
        const LOST: &str =
            "in one order of the lanes the news came before the worker waited, and were lost";
        workshop::every_schedule(program)
            .predicted(PREDICTION)
            .hangs(LOST, |run| run.deadlocked())
            .verdict();
        workshop::scenario("the news come at the time at which the worker begins to wait")
            .value(0_u64, 50)
            .every_schedule(program)
            .predicted(PREDICTION)
            .hangs(LOST, |run| run.deadlocked())
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/lost_notify.rs"]
mod then_try;
