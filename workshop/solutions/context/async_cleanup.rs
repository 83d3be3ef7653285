//! The result is kept, not returned at once by `?`. Both ways are awaited before the function
//! returns.
use async_concepts::say;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((170, ""));

type Result<T> = std::result::Result<T, &'static str>;

async fn commit() {
    sleep(ms(30)).await;
    say!("committed");
}

async fn roll_back() {
    sleep(ms(20)).await;
    say!("rolled back");
}

async fn work() -> Result<u32> {
    sleep(ms(100)).await;
    given(Err("no such account"))
}

/// Commits if the work succeeds, rolls back if it fails, and says only then how it went.
async fn transaction() -> Result<u32> {
    let result = work().await;
    match result {
        Ok(_) => commit().await,
        Err(_) => roll_back().await,
    }
    result
}

async fn program() -> Result<u32> {
    let result = transaction().await;
    say!("{result:?}");
    sleep(ms(50)).await;
    result
}

fn main() {
    workshop::show("async_cleanup", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_rolled_back_before_the_error_is_heard_of() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("the error left by `?`, and nothing was rolled back", |run| {
                !run.said("rolled back")
            })
            .mistake("the error was heard of before it was rolled back", |run| {
                run.said_in_order(&["Err", "rolled back"])
            })
            .mistake("work that had failed was committed", |run| run.said("committed"))
            .takes(170)
            .says(&["0.120 main rolled back", "0.120 main Err(\"no such account\")"])
            .returns(Err("no such account"))
            .verdict();
        workshop::scenario("the work succeeds")
            .value(Err::<u32, _>("no such account"), Ok(7))
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("work that had succeeded was rolled back", |run| run.said("rolled back"))
            .takes(180)
            .says(&["0.130 main committed", "0.130 main Ok(7)"])
            .returns(Ok(7))
            .verdict();
        workshop::scenario("the work succeeds with 0")
            .value(Err::<u32, _>("no such account"), Ok(0))
            .attempt(program)
            .predicted(PREDICTION)
            .takes(180)
            .says(&["0.130 main committed", "0.130 main Ok(0)"])
            .returns(Ok(0))
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/async_cleanup.rs"]
mod then_try;
