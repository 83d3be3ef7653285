//! `join!` does not look into what its futures return: a `Result` is a value like any other, and nobody is dropped.
use async_concepts::{LaneExt, say};
use futures::join;
use tokio::time::sleep;
use workshop::ms;

type Page = Result<&'static str, &'static str>;

async fn fetch(time: u64, page: Page) -> Page {
    sleep(ms(time)).await;
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
    workshop::show("collect_errors", report);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_waits_for_both_and_names_both() {
        workshop::attempt(report)
            .mistake("B was given up because A had failed", |run| run.took(100))
            .mistake("they ran one after another", |run| run.took(600))
            .mistake("the error of A is missing in the report", |run| run.output() == Some(&vec![Ok("page B")]))
            .mistake("one failure ended everything, as a panic", |run| run.panicked_with("no such page"))
            .takes(500)
            .says(&["0.100 A Err(\"no such page\")", "0.500 B Ok(\"page B\")"])
            .returns(vec![Err("no such page"), Ok("page B")])
            .verdict();
    }
}
