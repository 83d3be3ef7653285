//! All schedules: a test sees one order of its tasks. Does its claim hold in the others?
//!
//! In Python: `IsolatedAsyncioTestCase` runs a test in one order, see `all_schedules.py`.
//! Look for: A search box asks for "ru", then for "rust", and both answers come at 100 ms. In the
//! order that tokio takes, "rust" is shown in the end, and a test of it passes. `every_schedule`
//! tries the others, in some of which "ru" comes last and stays: `--schedules` draws one. With a
//! number for each question, the old answer is ignored, and "rust" is shown in every schedule.
//!
//!     cargo run --example all_schedules
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use futures::join;
use std::{cell::Cell, process::ExitCode, time::Duration};
use tokio::time::sleep;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

// ANCHOR: search
/// What a search box knows: what it shows, and how many questions it has asked.
#[derive(Default)]
pub struct SearchBox {
    shown: Cell<&'static str>,
    asked: Cell<u32>,
}

impl SearchBox {
    async fn show_what_comes(&self, text: &'static str, takes: Duration) {
        sleep(takes).await; // the server answers
        self.shown.set(text); // a trap: it may be the answer to an old question
        say!("shows {text}");
    }

    async fn show_the_newest(&self, text: &'static str, takes: Duration) {
        let number = self.asked.get() + 1;
        self.asked.set(number);
        sleep(takes).await;
        if number == self.asked.get() {
            self.shown.set(text);
            say!("shows {text}");
        }
    }
}

pub async fn what_comes() -> &'static str {
    let search = SearchBox::default();
    let later = async {
        sleep(ms(50)).await;
        search.show_what_comes("rust", ms(50)).await;
    };
    join!(search.show_what_comes("ru", ms(100)).lane("A"), later.lane("B"));
    search.shown.get()
}

pub async fn the_newest() -> &'static str {
    let search = SearchBox::default();
    let later = async {
        sleep(ms(50)).await;
        search.show_the_newest("rust", ms(50)).await;
    };
    join!(search.show_the_newest("ru", ms(100)).lane("A"), later.lane("B"));
    search.shown.get()
}
// ANCHOR_END: search

// ANCHOR: test
// What the test of it looks like; it stands in `tests/examples/testing.rs`, too:
//
//     every_schedule("search", the_newest)
//         .check(|run| matches!(run.outcome, Ok("rust")))
//         .holds();
//
// The test of the other one fails, and says how to run that schedule again.
// ANCHOR_END: test

fn shows_rust(run: &SceneRun) -> bool {
    run.returns(|shown: &&str| *shown == "rust")
}

pub fn stage() -> Stage {
    Stage::of(include_str!("all_schedules.rs"))
        .scene("what comes", what_comes)
        .must_hold("“rust” is shown in the end", shows_rust)
        .scene("the newest", the_newest)
        .variant_of("what comes")
        .must_hold("“rust” is shown in the end", shows_rust)
}

fn main() -> ExitCode {
    stage().run()
}
