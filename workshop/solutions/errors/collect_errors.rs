//! `join!` does not look into what its futures return: a `Result` is a value like any other, and
//! none of them is dropped.
use async_concepts::{LaneExt, say};
use futures::join;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((500, "A B"));

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
    let (a, b) = join!(a, b);
    vec![a, b]
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
