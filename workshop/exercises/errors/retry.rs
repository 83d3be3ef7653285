//! Predict: three attempts fail, the fourth succeeds, and the pauses are 100, 200 and 400 ms. When
//! is the answer there?
//!
//! With a pause that doubles, a server that is in trouble is not kept there by the clients that ask
//! again.
//!
//! See `examples/gather/first_completed.rs`, and the slide “A timeout cancels. What?”.
//!
//! Then try: give up when 500 ms are over, whatever the pause would be, and return the last error.
use async_concepts::say;
use std::cell::Cell;
use workshop::{Prediction, given};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

struct Server {
    failures: Cell<u32>,
}

impl Server {
    /// Fails as often as there are failures left.
    async fn ask(&self) -> Result<&'static str, &'static str> {
        let left = self.failures.get();
        self.failures.set(left.saturating_sub(1));
        say!("{}", if left > 0 { "busy" } else { "answer" });
        if left > 0 { Err("busy") } else { Ok(given("answer")) }
    }
}

/// Asks up to five times, and waits in between: 100 ms, then twice as long each time.
async fn retry(server: &Server) -> Result<&'static str, &'static str> {
    // TODO: give the server some time before it is asked again.
    for _ in 1..5 {
        if let Ok(answer) = server.ask().await {
            return Ok(answer);
        }
    }
    server.ask().await
}

async fn program() -> Result<&'static str, &'static str> {
    retry(&Server { failures: Cell::new(3) }).await
}

fn main() {
    workshop::show("retry", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn with(failures: u32) -> Result<&'static str, &'static str> {
        retry(&Server { failures: Cell::new(failures) }).await
    }

    #[test]
    fn each_pause_is_twice_as_long_as_the_one_before() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("it asked again at once", |run| run.count("0.000 main busy") > 1)
            .mistake("it waited before it had asked for the first time", |run| {
                !run.said("0.000 main busy")
            })
            .mistake("it gave up too soon", |run| run.output() == Some(&Err("busy")))
            .mistake("all pauses were the same", |run| run.took(300))
            .mistake("each pause was 100 ms longer, not twice as long", |run| run.took(600))
            .says(&["0.000 main busy", "0.100 main busy", "0.300 main busy", "0.700 main answer"])
            .takes(700)
            .returns(Ok("answer"))
            .verdict();
        workshop::scenario("the server does not fail")
            .value("answer", "another answer")
            .attempt(|| with(0))
            .predicted(PREDICTION)
            .takes(0)
            .returns(Ok("another answer"))
            .verdict();
        workshop::scenario("the server fails four times")
            .attempt(|| with(4))
            .predicted(PREDICTION)
            .says(&[
                "0.000 main busy",
                "0.100 main busy",
                "0.300 main busy",
                "0.700 main busy",
                "1.500 main answer",
            ])
            .takes(1500)
            .returns(Ok("answer"))
            .verdict();
    }

    #[test]
    fn after_the_fifth_attempt_there_is_no_pause() {
        workshop::scenario("the server fails each time")
            .attempt(|| with(9))
            .predicted(PREDICTION)
            .mistake("it asked again at once", |run| run.count("0.000 main busy") > 1)
            .mistake("it asked more than five times", |run| run.count("busy") > 5)
            .mistake("each pause was 100 ms longer, not twice as long", |run| run.took(1000))
            .mistake("it waited although no attempt followed", |run| run.took(3100))
            .mistake("it gave up too soon", |run| run.count("busy") < 5)
            .takes(1500)
            .returns(Err("busy"))
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/retry.rs"]
mod then_try;
