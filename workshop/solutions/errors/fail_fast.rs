//! `try_join!` returns at the first error, and the futures that are not done are dropped with it.
//! Dropping is cancelling: B stops at its `.await`, and what it holds is cleaned up.
use async_concepts::{LaneExt, say};
use futures::try_join;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((100, "A"));

struct Connection;

impl Drop for Connection {
    fn drop(&mut self) {
        say!("connection closed");
    }
}

async fn fetch(
    time: u64,
    answer: Result<&'static str, &'static str>,
) -> Result<&'static str, &'static str> {
    let _connection = Connection;
    say!("connection open");
    sleep(ms(time)).await;
    given(answer)
}

async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    let (a, b) = try_join!(a, b)?;
    Ok([a, b])
}

fn main() {
    workshop::show("fail_fast", PREDICTION, both);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_ends_both() {
        workshop::attempt(both)
            .predicted(PREDICTION)
            .mistake("B had not even begun: they ran one after another", |run| {
                !run.said("B connection open")
            })
            .mistake("B was not stopped: it is a task of its own, and goes on", |run| {
                run.left_running("B")
            })
            .mistake("the error of A was lost", |run| run.output().is_some_and(Result::is_ok))
            .mistake("the error of A had to wait for B", |run| run.took(500))
            .panics("the error was made into a panic", "no such page")
            .takes(100)
            .says(&[
                "0.000 A connection open",
                "0.000 B connection open",
                "0.100 A connection closed",
                "0.100 B connection closed",
            ])
            .returns(Err("no such page"))
            .verdict();
        workshop::scenario("B fails first, at 50 ms")
            .time(500, 50)
            .value(Ok::<_, &str>("page B"), Err("no paper"))
            .attempt(both)
            .predicted(PREDICTION)
            .mistake("the error of B had to wait for A", |run| run.took(100))
            .takes(50)
            .says(&[
                "0.000 A connection open",
                "0.000 B connection open",
                "0.050 A connection closed",
                "0.050 B connection closed",
            ])
            .returns(Err("no paper"))
            .verdict();
        workshop::scenario("both pages come")
            .value(Err::<&str, _>("no such page"), Ok("page A"))
            .attempt(both)
            .predicted(PREDICTION)
            .mistake("it gave up at 100 ms, and no page had failed", |run| run.took(100))
            .takes(500)
            .returns(Ok(["page A", "page B"]))
            .verdict();
    }

    async fn dropped_anywhere() {
        let _ = both().lane("both").cancellable().await;
        sleep(std::time::Duration::from_millis(1)).await;
    }

    #[test]
    fn no_connection_stays_open_after_any_cancellation() {
        workshop::every_cancellation(dropped_anywhere)
            .predicted(PREDICTION)
            .holds("each connection that was opened is closed", |run| {
                let count = |text: &str| {
                    run.transcript().iter().filter(|line| line.ends_with(text)).count()
                };
                count("open") == count("closed")
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/fail_fast.rs"]
mod then_try;
