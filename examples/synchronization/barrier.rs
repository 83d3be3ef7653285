//! Barrier: nothing goes on before all have come.
//!
//! In Python: `asyncio.Barrier`, see `barrier.py` beside this file.
//! Look for: Two tasks do two rounds at their own pace. Without a barrier A has ended both, at 2 s,
//! before B its first. With it, the second round begins when B has come, at 2.5 s, and the last to
//! come is the round's leader. If more tasks than one wait, they go on in an order that tokio
//! chooses at random.
//!
//!     cargo run --example barrier
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use futures::{StreamExt, stream};
use std::{process::ExitCode, time::Duration};
use tokio::{sync::Barrier, time::sleep};

const PACES: [(&str, u64); 2] = [("A", 1000), ("B", 2500)];

async fn walk(round: u32, pace: u64) {
    sleep(Duration::from_millis(pace)).await;
    say!("end round {round}");
}

// ANCHOR: alone
async fn alone(pace: u64) {
    for round in 1..=2 {
        walk(round, pace).await;
    }
}

pub async fn without() {
    stream::iter(PACES).for_each_concurrent(None, |(name, pace)| alone(pace).lane(name)).await;
}
// ANCHOR_END: alone

// ANCHOR: together
async fn together(barrier: &Barrier, pace: u64) {
    for round in 1..=2 {
        walk(round, pace).await;
        if barrier.wait().await.is_leader() {
            say!("all have ended round {round}");
        }
    }
}

pub async fn with() {
    let barrier = Barrier::new(2); // for all rounds: it closes behind the last one
    stream::iter(PACES)
        .for_each_concurrent(None, |(name, pace)| together(&barrier, pace).lane(name))
        .await;
}
// ANCHOR_END: together

/// Round 2 takes time, so what ends it has begun it after the barrier.
fn round_by_round(run: &SceneRun) -> bool {
    run.says("end round 2") == 0 || run.until("end round 2").says("end round 1") == 2
}

pub fn stage() -> Stage {
    Stage::of(include_str!("barrier.rs"))
        .scene("without", without)
        .must_hold("none ends round 2 before all have ended round 1", round_by_round)
        .scene("with", with)
        .variant_of("without")
        .must_hold("none ends round 2 before all have ended round 1", round_by_round)
}

fn main() -> ExitCode {
    stage().run()
}
