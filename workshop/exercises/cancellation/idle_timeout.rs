//! Predict: a tick every 5 s, a line at 13 s, and a session ends when it has been idle for 30 s.
//! When is that?
//!
//! Only lines count as something happening, ticks do not.
//!
//! See `examples/iteration/ticker.rs`, and the slide “A timeout cancels. What?”.
//!
//! Then try: warn 10 s before the session ends (`soon over`), once, and again only if a line has
//! come in between.
use async_concepts::{LaneExt, say};
use std::time::Duration;
use tokio::{
    join, select,
    sync::mpsc,
    time::{Instant, interval, sleep},
};
use workshop::Prediction;

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    loop {
        select! {
            _ = tick.tick() => {}
            Some(line) = lines.recv() => say!("{line}"),
            // TODO: this timer never gets to its end.
            () = sleep(seconds(30)) => break,
        }
    }
    say!("goodbye");
}

async fn program() -> Instant {
    let (send, lines) = mpsc::channel(1);
    let client = async {
        sleep(seconds(13)).await;
        send.send("hello").await.expect("the session is there");
    };
    join!(client.lane("client"), session(lines).lane("session"));
    Instant::now()
}

fn main() {
    workshop::show("idle_timeout", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client says something at each of these seconds. Returns when the session ended.
    async fn client_at(times: &'static [u64]) -> Instant {
        let (send, lines) = mpsc::channel(1);
        let begin = Instant::now();
        let client = async {
            for time in times {
                tokio::time::sleep_until(begin + seconds(*time)).await;
                send.send("hello").await.ok(); // the session may be over, which the times tell
            }
        };
        join!(client.lane("client"), session(lines).lane("session"));
        Instant::now()
    }

    #[test]
    fn a_session_ends_when_it_has_been_idle_for_thirty_seconds() {
        const NO_TICKS: &str = "the ticks were not served while it waited for lines";
        workshop::attempt(program)
            .predicted(PREDICTION)
            .hangs(
                "the thirty seconds never came to an end: is the timer made, or reset, at each \
                 tick?",
                |run| run.ran_at("session", 5_000),
            )
            .mistake("a line did not put the end off", |run| run.took(30_000))
            .mistake("the end was only looked for when a tick came", |run| run.took(45_000))
            .mistake(NO_TICKS, |run| !run.ran_at("session", 20_000))
            .holds("the ticks go on", |run| {
                run.ran_at("session", 20_000) && run.ran_at("session", 35_000)
            })
            .takes(43_000)
            .says(&["13.000 session hello", "43.000 session goodbye"])
            .verdict();
        workshop::scenario("a line comes at 15 s, with a tick, and another one at 40 s")
            .attempt(|| client_at(&[15, 40]))
            .predicted(PREDICTION)
            .mistake("only the first line put the end off", |run| run.took(45_000))
            .takes(70_000)
            .says(&["15.000 session hello", "40.000 session hello", "70.000 session goodbye"])
            .verdict();
        workshop::scenario("no line comes")
            .attempt(|| client_at(&[]))
            .predicted(PREDICTION)
            .takes(30_000)
            .says(&["30.000 session goodbye"])
            .verdict();
    }

    #[test]
    fn a_line_and_a_tick_may_come_in_any_order() {
        workshop::every_schedule(|| client_at(&[15, 40]))
            .predicted(PREDICTION)
            .holds("the session ends 30 s after the last line", |run| run.elapsed == seconds(70))
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/idle_timeout.rs"]
mod then_try;
