//! Predict: A fails at 100 ms, B is done at 500 ms. With one result for each, when is the report
//! complete?
//!
//! In Python: `await asyncio.gather(…, return_exceptions=True)`.
//!
//! See `examples/gather/gather_errors.rs`, and the slide “One of three fails”.
//!
//! Then try: as soon as A has failed, fetch it once more, while B goes on.
use async_concepts::{LaneExt, say};
use futures::try_join;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

type Page = Result<&'static str, &'static str>;

async fn fetch(time: u64, page: Page) -> Page {
    sleep(ms(time)).await;
    let page = given(page);
    say!("{page:?}");
    page
}

/// What became of each page.
async fn report() -> Vec<Page> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: the report should say what became of both.
    match try_join!(a, b) {
        Ok((a, b)) => vec![Ok(a), Ok(b)],
        Err(error) => vec![Err(error)],
    }
}

fn main() {
    workshop::show("collect_errors", PREDICTION, report);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_waits_for_both_and_names_both() {
        workshop::attempt(report)
            .predicted(PREDICTION)
            .mistake("B was given up because A had failed", |run| run.dropped_at("B", 100))
            .mistake("they ran one after another", |run| run.one_after_another())
            .mistake("the error of A is missing in the report", |run| {
                run.output() == Some(&vec![Ok("page B")])
            })
            .panics("one failure ended everything, as a panic", "no such page")
            .takes(500)
            .says(&["0.100 A Err(\"no such page\")", "0.500 B Ok(\"page B\")"])
            .returns(vec![Err("no such page"), Ok("page B")])
            .verdict();
        workshop::scenario("A takes 700 ms")
            .time(100, 700)
            .attempt(report)
            .predicted(PREDICTION)
            .mistake("the results are in the order of the clock: which page failed?", |run| {
                run.output() == Some(&vec![Ok("page B"), Err("no such page")])
            })
            .takes(700)
            .returns(vec![Err("no such page"), Ok("page B")])
            .verdict();
        workshop::scenario("both fail")
            .value(Ok::<_, &str>("page B"), Err("no paper"))
            .attempt(report)
            .predicted(PREDICTION)
            .takes(500)
            .returns(vec![Err("no such page"), Err("no paper")])
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/collect_errors.rs"]
mod then_try;
