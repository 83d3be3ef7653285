//! Predict: a beat every 100 ms, and 30 ms of work after each. When is the fifth beat?
//!
//! In Python one would keep the time of the next beat, and use `loop.call_at`.
//!
//! Then try: let the work of the second beat take 350 ms. What are the three kinds of `MissedTickBehavior`?
use async_concepts::{LaneExt, say};
use tokio::time::sleep;
use workshop::ms;

async fn work() {
    sleep(ms(30)).await;
}

async fn metronome() {
    for _ in 1..=5 {
        // TODO: the beats come later and later.
        sleep(ms(100)).await;
        say!("beat");
        work().lane("work").await;
    }
}

fn main() {
    workshop::show("drift", metronome);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beats_do_not_depend_on_the_work() {
        workshop::attempt(metronome)
            .mistake("each beat waited for the work before it, and a pause on top", |run| run.said("0.230 main beat"))
            .mistake("the first tick of an `interval` comes at once", |run| run.said("0.000 main beat"))
            .mistake("a guess at how long the work takes: the first beat has none before it", |run| {
                run.said("0.070 main")
            })
            .mistake("nobody waited for the last work", |run| run.took(500))
            .takes(530)
            .says(&["0.100 main beat", "0.200 main beat", "0.300 main beat", "0.400 main beat", "0.500 main beat"])
            .verdict();
    }
}
