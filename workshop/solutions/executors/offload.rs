//! `spawn_blocking` runs the closure on a thread of its own, and its handle can be awaited here,
//! while the ticks go on.
use async_concepts::{LaneExt, block, on_thread, say};
use tokio::{join, task::spawn_blocking, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((90, "ticks"));

fn hash() -> u64 {
    block(ms(90));
    given(0xcafe)
}

async fn login() -> u64 {
    let work = on_thread("hash", hash);
    spawn_blocking(work).await.expect("a hash does not panic")
}

async fn ticks() {
    for tick in 1..=4 {
        sleep(ms(20)).await;
        say!("tick {tick}");
    }
}

async fn program() -> u64 {
    let ((), hash) = join!(biased; ticks().lane("ticks"), login().lane("login"));
    hash
}

fn main() {
    workshop::show("offload", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ticks_go_on_while_the_hash_is_computed() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .mistake("the hash kept the thread, and the ticks came late", |run| {
                run.said("0.090 ticks tick 1")
            })
            .mistake("the ticks began only when the hash was done", |run| {
                run.said("0.110 ticks tick 1")
            })
            .mistake("nothing waited for the hash", |run| run.took(80))
            .blocks("this thread computed the hash, or waited for it without giving way", |run| {
                run.lanes("hash") > 0
            })
            .takes(90)
            .says(&[
                "0.020 ticks tick 1",
                "0.040 ticks tick 2",
                "0.060 ticks tick 3",
                "0.080 ticks tick 4",
            ])
            .returns(0xcafe)
            .verdict();
        workshop::scenario("the hash takes 50 ms, and is another one")
            .time(90, 50)
            .value(0xcafe_u64, 0xbeef)
            .attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .mistake("the hash was not computed: the result is a constant", |run| {
                run.output() == Some(&0xcafe)
            })
            .takes(80)
            .returns(0xbeef)
            .verdict();
        workshop::scenario("the hash takes 200 ms")
            .time(90, 200)
            .attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .takes(200)
            .says(&[
                "0.020 ticks tick 1",
                "0.040 ticks tick 2",
                "0.060 ticks tick 3",
                "0.080 ticks tick 4",
            ])
            .returns(0xcafe)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/offload.rs"]
mod then_try;
