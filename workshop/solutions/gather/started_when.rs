//! `spawn` hands the future to the runtime, which polls it by itself while we lay out the page. The
//! handle is a future, too: of the result. `join!(download(), lay_out())` would have done as well.
use async_concepts::{LaneExt, say};
use tokio::spawn;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((300, "layout download"));

async fn download() -> &'static str {
    say!("the download begins");
    sleep(ms(300)).await;
    given("a picture")
}

async fn lay_out() {
    sleep(ms(200)).await;
    say!("the page is laid out");
}

async fn page() -> &'static str {
    let picture = spawn(download().lane("download"));
    lay_out().lane("layout").await;
    picture.await.expect("a download does not panic")
}

fn main() {
    workshop::show("started_when", PREDICTION, page);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_download_goes_on_while_the_page_is_laid_out() {
        workshop::attempt(page)
            .predicted(PREDICTION)
            .mistake(
                "the download began only when it was awaited: a future in a variable does not run",
                |run| run.said("0.200 download"),
            )
            .mistake("the layout waited for the download", |run| run.said("0.500 layout"))
            .mistake("nothing waited for the download to end", |run| run.took(200))
            .takes(300)
            .says(&["0.000 download the download begins", "0.200 layout the page is laid out"])
            .returns("a picture")
            .verdict();
        workshop::scenario("the download takes 50 ms, and gives a map")
            .time(300, 50)
            .value("a picture", "a map")
            .attempt(page)
            .predicted(PREDICTION)
            .mistake("nothing waited for the layout to end", |run| !run.said("laid out"))
            .mistake(
                "the download was polled once, and not when it could go on: its timer went on by \
                 itself",
                |run| run.took(200) && !run.ran_at("download", 50),
            )
            .holds("the download goes on at 50 ms", |run| run.ran_at("download", 50))
            .takes(200)
            .says(&["0.000 download the download begins", "0.200 layout the page is laid out"])
            .returns("a map")
            .verdict();
        workshop::scenario("the layout takes 400 ms")
            .time(200, 400)
            .attempt(page)
            .predicted(PREDICTION)
            .takes(400)
            .returns("a picture")
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/started_when.rs"]
mod then_try;
