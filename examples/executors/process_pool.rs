//! Process pool: work that computes for long, or may crash, in processes of its own.
//!
//! In Python: `ProcessPoolExecutor(max_workers=2)`, see `process_pool.py` beside this file.
//! Look for: Four jobs share two workers, and the results come in the order of the jobs. A job that
//! crashes its worker gets an error, and the next one a new worker; in Python it breaks the pool. A
//! job that is dropped is killed with its worker; in Python it computes on. Processes keep real
//! time.
//!
//!     cargo run --example process_pool
use async_concepts::{LaneExt, say, stage::Stage};
use futures::{StreamExt, stream::FuturesOrdered};
use std::{
    error::Error,
    io::{self, Write},
    path::PathBuf,
    process::{ExitCode, Stdio},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

pub type Fault = Box<dyn Error + Send + Sync>;

/// The argument that makes a worker of this program.
const WORKER: &str = "--worker-of-process-pool";

/// What is started as a worker: this program, unless a test says otherwise.
pub static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

// ANCHOR: worker
/// In the worker: a job is a line of the standard input, its result a line of the standard output.
/// It ends with its input: if its pool is gone without a word, then at the latest after the job
/// that it is at.
fn work() -> io::Result<()> {
    for job in io::stdin().lines() {
        let job = job?;
        if job == "crash" {
            std::process::abort(); // stands for a mistake that takes the whole process with it
        }
        let result =
            job.parse().map_or("not a number".into(), |limit| primes_below(limit).to_string());
        writeln!(io::stdout(), "{result}")?;
    }
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

/// A worker, as the pool sees it.
struct Worker {
    process: Child,
    jobs: ChildStdin,
    results: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    fn start() -> Result<Worker, Fault> {
        let program = PROGRAM.get().cloned().map_or_else(std::env::current_exe, Ok)?;
        let mut command = Command::new(program);
        command.arg(WORKER).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.kill_on_drop(true).spawn()?; // tokio's default is to let it go on
        match (process.stdin.take(), process.stdout.take()) {
            (Some(jobs), Some(results)) => {
                Ok(Worker { process, jobs, results: BufReader::new(results).lines() })
            }
            _ => Err("a worker without its pipes".into()),
        }
    }

    async fn run(&mut self, job: &str) -> Result<String, Fault> {
        self.jobs.write_all(format!("{job}\n").as_bytes()).await?;
        self.results.next_line().await?.ok_or("the worker has crashed".into())
    }
}

// ANCHOR: pool
/// Processes that are started when there is a job for them, and kept for the next one.
pub struct Pool {
    /// One for each process that there may be.
    permits: Arc<Semaphore>,
    workers: u32,
    idle: Mutex<Vec<Worker>>,
    /// Of all workers there have ever been: a test sees that none is left.
    pub pids: Mutex<Vec<u32>>,
}

impl Pool {
    pub fn new(workers: u32) -> Pool {
        let permits = Arc::new(Semaphore::new(workers as usize));
        Pool { permits, workers, idle: Mutex::default(), pids: Mutex::default() }
    }

    /// Runs a job as soon as a worker is free; first come, first served. Dropping this kills the
    /// worker that is at it.
    pub async fn run(&self, job: &str) -> Result<String, Fault> {
        let permit = self.permits.clone().acquire_owned().await?;
        let idle = lock(&self.idle).pop();
        let worker = match idle {
            Some(worker) => worker,
            None => {
                let worker = Worker::start()?;
                lock(&self.pids).extend(worker.process.id());
                worker
            }
        };
        let mut busy = Busy { worker: Some(worker), permit: Some(permit) };
        let result = busy.worker.as_mut().expect("it is at work").run(job).await?;
        lock(&self.idle).extend(busy.worker.take());
        Ok(result)
    }

    /// Waits until no worker is left, and says which processes there have been.
    async fn close(self) -> Vec<u32> {
        // So those that were killed are gone.
        let _all = self.permits.acquire_many(self.workers).await;
        for Worker { mut process, jobs, results } in
            self.idle.into_inner().unwrap_or_else(PoisonError::into_inner)
        {
            drop((jobs, results)); // it has no more input, and ends
            if let Err(error) = process.wait().await {
                say!("a worker: {error}");
            }
        }
        self.pids.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker that is at a job, and the permit that there may be one.
struct Busy {
    worker: Option<Worker>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Busy {
    /// Its job has been dropped, or it has crashed. A destructor cannot wait, so that is left to a
    /// task.
    fn drop(&mut self) {
        let (Some(mut worker), permit, Ok(runtime)) =
            (self.worker.take(), self.permit.take(), Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move {
            // And waits for its end; if it has crashed, only that.
            let _ = worker.process.kill().await;
            drop(permit); // now there may be another one
        });
    }
}
// ANCHOR_END: pool

/// A panic while one of the lists is held leaves it as it should be: each change is a single one.
fn lock<T>(list: &Mutex<T>) -> MutexGuard<'_, T> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

fn report(name: &str, result: Result<String, Fault>) {
    match result {
        Ok(result) => say!("{name}: {result}"),
        Err(error) => say!("{name}: {error}"),
    }
}

// ANCHOR: in_order
pub async fn in_order() -> Vec<u32> {
    let pool = Pool::new(2);
    let jobs = [("A", "200000"), ("B", "50000"), ("C", "150000"), ("D", "100000")];
    let running: FuturesOrdered<_> =
        jobs.iter().map(|(name, job)| pool.run(job).lane(name)).collect();
    let results: Vec<_> = running.collect().await; // when all are there, in the order of the jobs
    for ((name, _), result) in jobs.iter().zip(results) {
        report(name, result);
    }
    pool.close().await
}
// ANCHOR_END: in_order

// ANCHOR: crash
pub async fn crash() -> Vec<u32> {
    let pool = Pool::new(2);
    report("A", pool.run("50000").lane("A").await);
    report("B", pool.run("crash").lane("B").await);
    report("C", pool.run("50000").lane("C").await);
    pool.close().await
}
// ANCHOR_END: crash

// ANCHOR: cancel
pub async fn cancel() -> Vec<u32> {
    let pool = Pool::new(2);
    let endless = u64::MAX.to_string();
    if timeout(Duration::from_millis(100), pool.run(&endless).lane("A")).await.is_err() {
        say!("A: cancelled");
    }
    report("B", pool.run("50000").lane("B").await);
    let pids = pool.close().await;
    say!("no worker is left");
    pids
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
    if std::env::args_os().nth(1).is_some_and(|argument| argument == WORKER) {
        // If it fails, its pool is gone, and there is no reader for an error.
        return work().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    stage().run()
}
