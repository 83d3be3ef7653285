//! Four ways to wait: one after another, with threads, with callbacks, with coroutines.
//!
//! In Python: the same four ways, see `four_ways.py` beside this file.
//! Look for: The last three print the same lines at the same times. They differ in how they read
//! (callbacks cut the work of A into pieces) and in where A can be interrupted. Unless the clock is
//! paused, the Rust example then measures ten thousand sleepers, as tasks and as threads.
//!
//!     cargo run --example four_ways
use async_concepts::{LaneExt, block, on_thread, say, stage::Stage};
use futures::join;
use std::{
    fs, io,
    process::ExitCode,
    sync::{Arc, RwLock},
    thread,
    time::{Duration, Instant},
};
use tokio::{
    runtime,
    sync::oneshot,
    task::{JoinSet, spawn, spawn_blocking, yield_now},
    time::sleep,
};

const STEPS: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_millis(300), Duration::from_millis(500)];

// ANCHOR: function
/// Reads well. Nothing can interrupt it, and nothing else gets on.
// ANCHOR: two_waits
fn two_waits(step: Duration) {
    block(step);
    say!("half-way");
    block(step);
    say!("done");
}
// ANCHOR_END: two_waits

pub async fn one_after_another() {
    let [a, b, c] = STEPS;
    join!(
        async { two_waits(a) }.lane("A"),
        async { two_waits(b) }.lane("B"),
        async { two_waits(c) }.lane("C")
    );
}
// ANCHOR_END: function

// ANCHOR: threads
/// The same function, so it reads as well. But the operating system may interrupt it anywhere:
/// whatever two threads share needs a lock.
pub async fn threads() {
    let [a, b, c] = STEPS.map(|step| move || two_waits(step));
    let (a, b, c) = join!(
        spawn_blocking(on_thread("A", a)),
        spawn_blocking(on_thread("B", b)),
        spawn_blocking(on_thread("C", c))
    );
    a.and(b).and(c).expect("no thread panics");
}
// ANCHOR_END: threads

// ANCHOR: callbacks
/// A callback is never interrupted: others run between two of them. But the work is in pieces, what
/// one piece has to tell the next is moved along by hand, and there is no caller to return to:
/// hence `done`.
// ANCHOR: two_waits_then
fn two_waits_then(name: &'static str, step: Duration, done: oneshot::Sender<()>) {
    call_later(name, step, move || {
        say!("half-way");
        call_later(name, step, move || {
            say!("done");
            let _ = done.send(());
        });
    });
}
// ANCHOR_END: two_waits_then

/// Each call is a lane of its own, since nothing holds the pieces together but their name.
fn call_later(name: &'static str, delay: Duration, callback: impl FnOnce() + Send + 'static) {
    let later = async move {
        sleep(delay).await;
        callback();
    };
    spawn(later.lane(name));
}

pub async fn callbacks() {
    let [(a, a_done), (b, b_done), (c, c_done)] =
        [oneshot::channel(), oneshot::channel(), oneshot::channel()];
    two_waits_then("A", STEPS[0], a);
    two_waits_then("B", STEPS[1], b);
    two_waits_then("C", STEPS[2], c);
    let (a, b, c) = join!(a_done, b_done, c_done);
    a.and(b).and(c).expect("each of them says when it is done");
}
// ANCHOR_END: callbacks

// ANCHOR: coroutines
/// Reads like the function, and is left at each `await` and nowhere else.
// ANCHOR: two_waits_async
async fn two_waits_async(step: Duration) {
    sleep(step).await;
    say!("half-way");
    sleep(step).await;
    say!("done");
}
// ANCHOR_END: two_waits_async

pub async fn coroutines() {
    let [a, b, c] = STEPS;
    join!(two_waits_async(a).lane("A"), two_waits_async(b).lane("B"), two_waits_async(c).lane("C"));
}
// ANCHOR_END: coroutines

/// What so many sleepers cost.
pub struct Cost {
    pub sleepers: usize,
    /// Since there were no more threads to be had, for example.
    pub refused: Option<io::Error>,
    pub time: Duration,
    /// In bytes; none where the system does not say.
    pub memory: Option<usize>,
}

// ANCHOR: as_tasks
pub fn as_tasks(count: usize, nap: Duration) -> Cost {
    let (begin, before) = (Instant::now(), resident_memory());
    let runtime = runtime::Builder::new_current_thread().enable_time().build();
    let memory = runtime.and_then(|runtime| {
        runtime.block_on(async {
            let mut sleepers: JoinSet<()> = (0..count).map(|_| sleep(nap)).collect();
            yield_now().await; // now they all sleep
            let memory = since(before);
            while sleepers.join_next().await.is_some() {}
            Ok(memory)
        })
    });
    match memory {
        Ok(memory) => Cost { sleepers: count, refused: None, time: begin.elapsed(), memory },
        Err(error) => {
            Cost { sleepers: 0, refused: Some(error), time: begin.elapsed(), memory: None }
        }
    }
}
// ANCHOR_END: as_tasks

// ANCHOR: as_threads
pub fn as_threads(count: usize, nap: Duration) -> Cost {
    let (begin, before) = (Instant::now(), resident_memory());
    // None goes to sleep before all are there, or the first would be gone when the last one
    // comes.
    let gate = Arc::new(RwLock::new(()));
    let closed = gate.write();
    let (mut sleepers, mut refused) = (vec![], None);
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
    let (number, memory) = (sleepers.len(), since(before));
    drop(closed);
    for sleeper in sleepers {
        let _ = sleeper.join();
    }
    Cost { sleepers: number, refused, time: begin.elapsed(), memory }
}
// ANCHOR_END: as_threads

/// The memory that this process has now, as Linux tells it.
fn resident_memory() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    kilobytes.trim().strip_suffix(" kB")?.parse::<usize>().ok().map(|kilobytes| kilobytes * 1024)
}

fn since(before: Option<usize>) -> Option<usize> {
    Some(resident_memory()?.saturating_sub(before?))
}

pub fn in_words(what: &str, Cost { sleepers, refused, time, memory }: &Cost) -> String {
    let memory = match memory {
        Some(bytes) => format!("{:.1} MB", *bytes as f64 / 1e6),
        None => "memory unknown: this system has no /proc/self/status".into(),
    };
    let refused = match refused {
        Some(error) => format!("; no more were to be had: {error}"),
        None => String::new(),
    };
    format!("{sleepers:>6} {what:<7}  {:.2} s  {memory}{refused}", time.as_secs_f64())
}

fn measure() {
    let (count, nap) = (10_000, Duration::from_secs(1));
    println!("\n10,000 sleepers of one second each: how many, how long it took, and their memory");
    println!("{}", in_words("tasks", &as_tasks(count, nap)));
    println!("{}", in_words("threads", &as_threads(count, nap)));
}

pub fn stage() -> Stage {
    Stage::of(include_str!("four_ways.rs"))
        .scene("one after another", one_after_another)
        .scene("threads", threads)
        .scene("callbacks", callbacks)
        .scene("coroutines", coroutines)
        .then_measure(measure)
}

fn main() -> ExitCode {
    stage().run()
}
