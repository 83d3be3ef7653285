//! An `interval` keeps its deadlines from the beginning on, however long each round takes. `interval_at` says when the first
//! one is; that of a plain `interval` is at once.
use async_concepts::{LaneExt, say};
use tokio::time::{Instant, interval_at, sleep};
use workshop::ms;

async fn work() {
    sleep(ms(30)).await;
}

async fn metronome() {
    let mut beats = interval_at(Instant::now() + ms(100), ms(100));
    for _ in 1..=5 {
        beats.tick().await;
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
