//! Predict: a beat every 20 ms, beside a parser that computes for four times 20 ms. When will the
//! beats come?
//!
//! In the timeline, a lane that computes without giving way is drawn as blocking. `block` stands
//! for a computation, so that virtual time sees it.
//!
//! See `examples/debugging/slow_callback.rs`, and the slide “Two transfers at the same time”.
//!
//! Then try: put the parser on a thread of its own instead, with the lane `parser thread`. What
//! does `main` have to do then?
use async_concepts::{LaneExt, block, say};
use tokio::{join, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn parse() -> u32 {
    let mut pages = 0;
    for _ in 0..4 {
        block(given(ms(20)));
        pages += given(1);
        // TODO: the beats come late. Find the lane that keeps the thread, and let it give way.
    }
    pages
}

async fn heartbeat() {
    for _ in 0..4 {
        sleep(ms(20)).await;
        say!("beat");
    }
}

async fn program() -> u32 {
    join!(biased; heartbeat().lane("heartbeat"), parse().lane("parser")).1
}

fn main() {
    workshop::show("hog", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beats_come_while_the_parser_computes() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("the parser rested after each page: it took longer than it had to", |run| {
                run.ran_at("parser", 30)
            })
            .mistake("the parser kept the thread, and the beats came when it was done", |run| {
                !run.said("0.040 heartbeat beat")
            })
            .takes(80)
            .says(&[
                "0.020 heartbeat beat",
                "0.040 heartbeat beat",
                "0.060 heartbeat beat",
                "0.080 heartbeat beat",
            ])
            .returns(4)
            .verdict();
        workshop::scenario("each page counts for two")
            .value(1_u32, 2)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("pages were left out", |run| run.output().is_some_and(|pages| *pages < 8))
            .returns(8)
            .takes(80)
            .verdict();
        workshop::scenario("a page takes 30 ms")
            .value(ms(20), ms(30))
            .attempt(program)
            .predicted(PREDICTION)
            .takes(120)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/hog.rs"]
mod then_try;
