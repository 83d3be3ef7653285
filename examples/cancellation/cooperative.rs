//! Cooperative: ask all workers to end, let each finish what it must, and wait for them.
//!
//! In Python: `Task.cancel` and `gather`, see `cooperative.py` beside this file.
//! Look for: One token asks all workers; a tracker waits until the last has ended, at 0.45 s. Each
//! worker looks at the token only where it may be interrupted, so no job is cut in two. In
//! "aborted" the same workers are dropped where they are: at once, and in the middle of a job.
//!
//!     cargo run --example cooperative
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use std::{process::ExitCode, time::Duration};
use tokio::{task::JoinSet, time::sleep};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

async fn job(takes: Duration) {
    say!("begin");
    sleep(takes).await;
    say!("end");
}

// ANCHOR: asked
async fn work(asked: CancellationToken, takes: Duration) {
    while !asked.is_cancelled() {
        job(takes).await; // not interrupted
        asked.run_until_cancelled(sleep(ms(50))).await; // a pause, which may be
    }
    say!("asked to end");
    sleep(ms(20)).await; // says goodbye to its server
    say!("closed");
}

pub async fn cooperative() {
    let ask = CancellationToken::new();
    let workers = TaskTracker::new();
    workers.spawn(work(ask.clone(), ms(100)).lane("A"));
    workers.spawn(work(ask.clone(), ms(190)).lane("B"));
    sleep(ms(270)).await;
    ask.cancel();
    say!("asked them to end");
    workers.close(); // no more will come, so `wait` can end
    workers.wait().await;
    say!("all have ended");
}
// ANCHOR_END: asked

// ANCHOR: aborted
pub async fn aborted() {
    let ask = CancellationToken::new();
    let mut workers = JoinSet::new();
    workers.spawn(work(ask.clone(), ms(100)).lane("A"));
    workers.spawn(work(ask, ms(190)).lane("B"));
    sleep(ms(270)).await;
    say!("aborts them");
    workers.shutdown().await;
    say!("all have ended");
}
// ANCHOR_END: aborted

fn none_is_cut(run: &SceneRun) -> bool {
    run.says("all have ended") == 0 || run.says("begin") == run.says("end")
}

pub fn stage() -> Stage {
    Stage::of(include_str!("cooperative.rs"))
        .scene("asked", cooperative)
        .must_hold("when all have ended, each job that began has ended", none_is_cut)
        .scene("aborted", aborted)
        .variant_of("asked")
        .must_hold("when all have ended, each job that began has ended", none_is_cut)
}

fn main() -> ExitCode {
    stage().run()
}
