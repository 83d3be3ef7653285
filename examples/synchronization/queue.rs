//! Queue: jobs go in here and come out there. How do you know that all of them are done?
//!
//! In Python: `asyncio.Queue` with `task_done` and `join`, see `queue.py` beside this file.
//! Look for: An empty queue does not mean that all is done: "empty" ends the workers in the middle
//! of jobs 3 and 4. Tokio has no `join`: in "join" each job carries a token, and all are done when
//! the last token is dropped. In "close" the workers end when the channel does; Python has that
//! since 3.13 (`shutdown`), so the twin sends an item that means "end"; and its `gather` wakes
//! `main` once, when the last worker has ended.
//!
//!     cargo run --example queue
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use std::{process::ExitCode, sync::Arc, time::Duration};
use tokio::{
    sync::{
        Mutex,
        mpsc::{self, Receiver, Sender},
    },
    task::JoinSet,
    time::sleep,
};

/// A number, and a token that goes where the job goes. Nothing is ever sent by it: that it is gone
/// says enough.
type Job = (u64, Sender<()>);

async fn work(jobs: Arc<Mutex<Receiver<Job>>>) {
    loop {
        // One idle worker waits for the next job, the other for the lock: there is one receiver.
        // The lock is released at the end of this statement. In `while let Some(…) = jobs.lock()…`
        // it would be held by the loop's body, and the jobs would be done one after the other.
        let next = jobs.lock().await.recv().await;
        let Some((job, token)) = next else { break };
        say!("begin {job}");
        sleep(Duration::from_millis(100 + 10 * job)).await;
        say!("end {job}");
        drop(token); // `task_done`; but even a job that fails drops its token
    }
    say!("no more jobs");
}

fn open() -> (Sender<Job>, JoinSet<()>) {
    let (sender, receiver) = mpsc::channel(4);
    let receiver = Arc::new(Mutex::new(receiver));
    let mut workers = JoinSet::new();
    workers.spawn(work(receiver.clone()).lane("A"));
    workers.spawn(work(receiver).lane("B"));
    (sender, workers)
}

async fn put_four(jobs: &Sender<Job>) -> Receiver<()> {
    let (token, tokens) = mpsc::channel(1);
    for job in 1..=4 {
        jobs.send((job, token.clone())).await.expect("there are workers");
    }
    tokens
}

// ANCHOR: empty
pub async fn empty() {
    let (jobs, mut workers) = open();
    put_four(&jobs).await;
    while jobs.capacity() < jobs.max_capacity() {
        sleep(Duration::from_millis(50)).await;
    }
    say!("empty"); // a trap: the last jobs have been taken out, and are not done
    workers.shutdown().await;
}
// ANCHOR_END: empty

// ANCHOR: join
pub async fn join() {
    let (jobs, mut workers) = open();
    let mut tokens = put_four(&jobs).await;
    tokens.recv().await; // `join`: there is `None` when the last token has been dropped
    say!("all jobs are done");
    workers.shutdown().await; // they wait for more
}
// ANCHOR_END: join

// ANCHOR: close
pub async fn close() {
    let (jobs, workers) = open();
    put_four(&jobs).await;
    // The only sender: what is in the queue can still be taken out, then there is `None`.
    drop(jobs);
    workers.join_all().await;
    say!("all workers have ended");
}
// ANCHOR_END: close

/// Before `main` says this line, all four jobs have ended.
fn all_done_before(run: &SceneRun, line: &str) -> bool {
    run.says(line) == 0 || run.until(line).says("end ") == 4
}

pub fn stage() -> Stage {
    Stage::of(include_str!("queue.rs"))
        .scene("empty", empty)
        .must_hold("all jobs are done when it says “empty”", |run| {
            all_done_before(run, "empty")
        })
        .scene("join", join)
        .variant_of("empty")
        .must_hold("all jobs are done when it says so", |run| all_done_before(run, "all jobs"))
        .scene("close", close)
        .variant_of("empty")
        .must_hold("all jobs are done when it says so", |run| all_done_before(run, "all workers"))
}

fn main() -> ExitCode {
    stage().run()
}
