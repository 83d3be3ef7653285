//! Sleepers: what ten thousand of them cost, as tasks and as threads.
//!
//! In Python: ten thousand tasks of `asyncio.sleep(1)`, or threads of `time.sleep(1)`.
//! No twin: times and memory differ from run to run, so there are no lines to compare.
//! Look for: Both take little more than a second. A task costs a few hundred bytes, a thread about
//! ten kilobytes: of its stack, the part that it has touched. Ten thousand rows would be no
//! picture, so this example draws no timeline, and takes its real time.
//!
//!     cargo run --example sleepers
use std::{
    fs, io,
    sync::{Arc, RwLock},
    thread,
    time::{Duration, Instant},
};
use tokio::{
    runtime,
    task::{JoinSet, yield_now},
    time::sleep,
};

/// What a number of sleepers cost.
pub struct Cost {
    pub sleepers: usize,
    /// Why there are no more of them: the system may have no more threads.
    pub refused: Option<io::Error>,
    pub time: Duration,
    /// In bytes; none where the system does not say.
    pub memory: Option<usize>,
}

// ANCHOR: as_tasks
pub fn as_tasks(count: usize, nap: Duration) -> io::Result<Cost> {
    let begin = Instant::now();
    let before = resident_memory();
    let runtime = runtime::Builder::new_current_thread().enable_time().build()?;
    let memory = runtime.block_on(async {
        let mut sleepers: JoinSet<()> = (0..count).map(|_| sleep(nap)).collect();
        yield_now().await; // now they all sleep
        let memory = since(before);
        while sleepers.join_next().await.is_some() {}
        memory
    });
    Ok(Cost { sleepers: count, refused: None, time: begin.elapsed(), memory })
}
// ANCHOR_END: as_tasks

// ANCHOR: as_threads
pub fn as_threads(count: usize, nap: Duration) -> Cost {
    let begin = Instant::now();
    let before = resident_memory();
    // None goes to sleep before all are there, or the first would be gone when the last one comes.
    let gate = Arc::new(RwLock::new(()));
    let closed = gate.write();
    let mut sleepers = vec![];
    let mut refused = None;
    while sleepers.len() < count && refused.is_none() {
        let gate = gate.clone();
        let sleeper = move || {
            drop(gate.read());
            thread::sleep(nap);
        };
        match thread::Builder::new().spawn(sleeper) {
            Ok(sleeper) => sleepers.push(sleeper),
            Err(error) => refused = Some(error),
        }
    }
    let number = sleepers.len();
    let memory = since(before);
    drop(closed);
    for sleeper in sleepers {
        let _ = sleeper.join();
    }
    Cost { sleepers: number, refused, time: begin.elapsed(), memory }
}
// ANCHOR_END: as_threads

/// The memory that this process has now, in bytes, as Linux tells it.
fn resident_memory() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: usize = kilobytes.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn since(before: Option<usize>) -> Option<usize> {
    Some(resident_memory()?.saturating_sub(before?))
}

pub fn in_words(what: &str, cost: &Cost) -> String {
    let memory = match cost.memory {
        Some(bytes) => format!("{:.1} MB", bytes as f64 / 1e6),
        None => "memory unknown: this system has no /proc/self/status".into(),
    };
    let refused = match &cost.refused {
        Some(error) => format!("; no more were to be had: {error}"),
        None => String::new(),
    };
    let Cost { sleepers, time, .. } = cost;
    format!("{sleepers:>6} {what:<7}  {:.2} s  {memory}{refused}", time.as_secs_f64())
}

fn main() -> io::Result<()> {
    let count = 10_000;
    let nap = Duration::from_secs(1);
    println!("10,000 sleepers of one second each: how many, how long it took, and their memory");
    println!("{}", in_words("tasks", &as_tasks(count, nap)?));
    println!("{}", in_words("threads", &as_threads(count, nap)));
    Ok(())
}
