//! Each of them waits at the barrier, and the last one that comes lets all of them go.
use async_concepts::{LaneExt, say};
use tokio::{join, sync::Barrier, time::sleep};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((300, "A B C"));

async fn run(way: u64, start: &Barrier) {
    sleep(ms(way)).await;
    start.wait().await;
    say!("runs");
    sleep(ms(100)).await;
}

async fn program() {
    let start = Barrier::new(3);
    join!(run(50, &start).lane("A"), run(100, &start).lane("B"), run(200, &start).lane("C"));
}

fn main() {
    workshop::show("start_together", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_begin_when_the_last_one_has_come() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("each began when it came: nothing waited for the others", |run| {
                run.said("0.050 A runs")
            })
            .hangs("the barrier waits for more than the three that come", |run| {
                run.ran_at("C", 200) && !run.said("runs")
            })
            .takes(300)
            .says(&["0.200 A runs", "0.200 B runs", "0.200 C runs"])
            .verdict();
        workshop::scenario("A is the last one, and comes after 400 ms")
            .time(50, 400)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("they did not wait for the last one", |run| run.said("0.200 "))
            .takes(500)
            .says(&["0.400 A runs", "0.400 B runs", "0.400 C runs"])
            .verdict();
        workshop::scenario("all three come at once")
            .time(50, 10)
            .time(200, 10)
            .time(100, 10)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(20)
            .verdict();
    }

    #[test]
    fn they_begin_together_in_every_schedule() {
        workshop::scenario("all three come at once")
            .time(50, 10)
            .time(200, 10)
            .time(100, 10)
            .every_schedule(program)
            .predicted(PREDICTION)
            .holds("each of the three runs", |run| run.transcript().len() == 3)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/start_together.rs"]
mod then_try;
