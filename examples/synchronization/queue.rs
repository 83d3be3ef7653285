//! Queue: one puts jobs in, others take them out. How does one know that all of them are done?
//!
//! In Python: `asyncio.Queue` with `task_done` and `join`, see `queue.py` beside this file.
//! Look for: that the queue is empty does not mean that all is done; "empty" ends the workers in the middle of jobs 3 and
//! 4. Tokio has no `join`: there each job brings a token, and the last one to be dropped says that all jobs are done.
//! To close the channel also ends the workers; Python, before 3.13, puts an item in for each of them that says so.
//! A `VecDeque` in a plain variable would do where nobody has to wait for a job to come.
//!
//!     cargo run --example queue
use async_concepts::{LaneExt, say, stage::Stage};
use std::{process::ExitCode, sync::Arc, time::Duration};
use tokio::{
    sync::{
        Mutex,
        mpsc::{self, Receiver, Sender},
    },
    task::JoinSet,
    time::sleep,
};

/// A number, and a token that goes where the job goes. Nothing is ever sent by it: that it is gone says enough.
type Job = (u64, Sender<()>);

async fn work(jobs: Arc<Mutex<Receiver<Job>>>) {
    // One idle worker waits for the next job, the other for its place: this receiver has only one.
    while let Some((job, token)) = { jobs.lock().await.recv().await } {
        say!("begin {job}");
        sleep(Duration::from_millis(100 + 10 * job)).await;
        say!("end {job}");
        drop(token); // `task_done`; but even a job that fails drops its token
    }
    say!("no more jobs");
}

fn open() -> (Sender<Job>, JoinSet<()>) {
    let (sender, receiver) = mpsc::channel(4);
    let (receiver, mut workers) = (Arc::new(Mutex::new(receiver)), JoinSet::new());
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
    drop(jobs); // the only sender: what is in the queue can still be taken out, then there is `None`
    workers.join_all().await;
    say!("all workers have ended");
}
// ANCHOR_END: close

pub fn stage() -> Stage {
    Stage::new("queue").scene("empty", empty).scene("join", join).scene("close", close)
}

fn main() -> ExitCode {
    stage().run()
}
