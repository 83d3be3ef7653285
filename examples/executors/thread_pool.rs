//! Thread pool: no more threads at work than there are processors to run them.
//!
//! In Python: `ThreadPoolExecutor(max_workers=2)`, see `thread_pool.py` beside this file.
//! Look for: Two jobs at a time run on threads, and the results come in the order of the jobs,
//! though B ends before A. Aborting does not stop a job that runs: in "abort" A works on and keeps
//! its thread, and only C, which had not begun, never runs. The cure is a flag that the job looks
//! at between two steps. For computing, tokio's docs point to rayon.
//!
//!     cargo run --example thread_pool
use async_concepts::{LaneExt, block, on_thread, say, stage::Stage};
use futures::future::join_all;
use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{spawn, sync::Semaphore, task::spawn_blocking, time::sleep};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn work(name: &str, time: Duration) -> String {
    say!("begin");
    block(time); // stands for what a processor needs that long for
    say!("end");
    name.to_lowercase()
}

// ANCHOR: pool
/// Tokio's own pool has up to 512 threads: good for calls that wait, too many for those that
/// compute.
#[derive(Clone)]
struct Pool(Arc<Semaphore>);

impl Pool {
    fn new(threads: usize) -> Pool {
        Pool(Arc::new(Semaphore::new(threads)))
    }

    /// Runs `job` as soon as a thread is free; first come, first served. Dropping this before that
    /// drops the job, too; later, the job goes on, and its result is lost.
    async fn run<T: Send + 'static>(
        self,
        name: &'static str,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        let permit = self.0.acquire_owned().await.expect("it is never closed");
        let job = on_thread(name, move || {
            // Given back by the job, not by its caller, which may have been dropped by then.
            let _permit = permit;
            job()
        });
        spawn_blocking(job).await.expect("no job panics")
    }
}
// ANCHOR_END: pool

// ANCHOR: two_rounds
pub async fn two_rounds() -> Vec<String> {
    let pool = Pool::new(2);
    let jobs = [("A", ms(150)), ("B", ms(100)), ("C", ms(150)), ("D", ms(80))];
    let running = jobs.map(|(name, time)| pool.clone().run(name, move || work(name, time)));
    let results = join_all(running).await;
    say!("{}", results.join(" "));
    results
}
// ANCHOR_END: two_rounds

// ANCHOR: abort
pub async fn abort() {
    let pool = Pool::new(2);
    let start = |name, time| {
        spawn(pool.clone().run(name, move || work(name, time)).lane(format!("job {name}")))
    };
    let a = start("A", ms(150));
    let b = start("B", ms(100));
    let c = start("C", ms(150));
    let d = start("D", ms(80));
    sleep(ms(50)).await;
    a.abort(); // a trap: it has begun, so it goes on
    c.abort();
    say!("{} is cancelled", if a.await.is_err() { "A" } else { "neither" });
    say!("{} and {}", b.await.expect("it is not aborted"), d.await.expect("it is not aborted"));
}
// ANCHOR_END: abort

// ANCHOR: flag
/// Tells a job to stop when the future that waits for it is dropped.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn steps(stopped: &AtomicBool) {
    for step in 1..=3 {
        if stopped.load(Ordering::Relaxed) {
            return say!("stopped");
        }
        block(ms(50));
        say!("step {step}");
    }
}

pub async fn flag() {
    let pool = Pool::new(2);
    let job = async move {
        let stop = StopOnDrop(Arc::default());
        let stopped = stop.0.clone();
        pool.run("A", move || steps(&stopped)).await;
        drop(stop); // here, or where this future is dropped
    };
    let job = spawn(job.lane("job"));
    sleep(ms(70)).await;
    job.abort();
    say!("aborted");
    sleep(ms(80)).await;
}
// ANCHOR_END: flag

pub fn stage() -> Stage {
    Stage::of(include_str!("thread_pool.rs"))
        .scene("two rounds", two_rounds)
        .scene("abort", abort)
        .scene("flag", flag)
}

fn main() -> ExitCode {
    stage().run()
}
