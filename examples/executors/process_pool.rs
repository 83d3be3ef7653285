//! Process pool: work that computes for long, or may crash, in processes of its own.
//!
//! In Python: `ProcessPoolExecutor(max_workers=2)`, see `process_pool.py` beside this file.
//! Look for: Two processes at a time do four jobs, and the results come in the order of the jobs. A
//! job that crashes gets an error, and the next one runs; in Python a crash breaks the pool. A job
//! that is dropped is killed; in Python it computes on. Python keeps its processes for the next
//! job; Rust's pool starts a new one for each. Processes keep real time.
//!
//!     cargo run --example process_pool
use async_concepts::{LaneExt, say, stage::Stage};
use futures::{StreamExt, stream::FuturesOrdered};
use std::{
    env, error::Error, io::Write, path::PathBuf, process::ExitCode, sync::OnceLock, time::Duration,
};
use tokio::{process::Command, sync::Semaphore, time::timeout};

pub type Fault = Box<dyn Error + Send + Sync>;

/// The argument that makes a worker of this program; after it comes the job.
pub const WORKER: &str = "--worker-of-process-pool";

/// What is started as a worker: this program, unless a test says otherwise.
pub static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

// ANCHOR: worker
/// In the worker: its job is an argument, and its result a line of the standard output.
fn work(job: &str) -> Result<(), Fault> {
    if job == "crash" {
        std::process::abort(); // stands for a mistake that takes the whole process with it
    }
    writeln!(std::io::stdout(), "{}", primes_below(job.parse()?))?;
    Ok(())
}

/// Slow on purpose.
fn primes_below(limit: u64) -> usize {
    let is_prime = |n: &u64| {
        (2..*n).take_while(|factor| factor * factor <= *n).all(|factor| !n.is_multiple_of(factor))
    };
    (2..limit).filter(is_prime).count()
}
// ANCHOR_END: worker

// ANCHOR: pool
/// A process for each job, and at most as many at a time as there are permits.
pub struct Pool(Semaphore);

impl Pool {
    pub fn new(workers: usize) -> Pool {
        Pool(Semaphore::new(workers))
    }

    /// Runs a job as soon as there is a place for its process; first come, first served. Dropping
    /// this kills the process, if it has begun, and makes room for the next one.
    pub async fn run(&self, job: &str) -> Result<String, Fault> {
        let _permit = self.0.acquire().await?;
        let program = match PROGRAM.get() {
            Some(program) => program.clone(),
            None => env::current_exe()?,
        };
        let mut worker = Command::new(program);
        worker.args([WORKER, job]).kill_on_drop(true); // tokio's default is to let it go on
        let output = worker.output().await?; // when it has ended, however it has
        if !output.status.success() {
            return Err("the worker has crashed".into());
        }
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }
}
// ANCHOR_END: pool

fn report(name: &str, result: Result<String, Fault>) {
    match result {
        Ok(result) => say!("{name}: {result}"),
        Err(error) => say!("{name}: {error}"),
    }
}

// ANCHOR: in_order
pub async fn in_order() {
    let pool = Pool::new(2);
    let jobs = [("A", "200000"), ("B", "50000"), ("C", "150000"), ("D", "100000")];
    let running: FuturesOrdered<_> =
        jobs.iter().map(|(name, job)| pool.run(job).lane(name)).collect();
    let results: Vec<_> = running.collect().await; // when all are there, in the order of the jobs
    for ((name, _), result) in jobs.iter().zip(results) {
        report(name, result);
    }
}
// ANCHOR_END: in_order

// ANCHOR: crash
pub async fn crash() {
    let pool = Pool::new(2);
    report("A", pool.run("50000").lane("A").await);
    report("B", pool.run("crash").lane("B").await);
    report("C", pool.run("50000").lane("C").await);
}
// ANCHOR_END: crash

// ANCHOR: cancel
pub async fn cancel() {
    let pool = Pool::new(1);
    let too_slow = pool.run("20000000").lane("A"); // takes minutes, and the only place
    if timeout(Duration::from_millis(100), too_slow).await.is_err() {
        say!("A: cancelled");
    }
    report("B", pool.run("50000").lane("B").await);
}
// ANCHOR_END: cancel

pub fn stage() -> Stage {
    Stage::of(include_str!("process_pool.rs"))
        .does_io()
        .scene("results in order", in_order)
        .scene("crash", crash)
        .scene("cancel", cancel)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let [_, worker, job] = &arguments[..]
        && worker == WORKER
    {
        return match work(job) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE, // the pool says that it has crashed
        };
    }
    stage().run()
}
