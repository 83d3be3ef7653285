//! Four ways to wait: one after another, with threads, with callbacks, with coroutines.
//!
//! In Python: the same four ways, see `four_ways.py` beside this file.
//! Look for: The last three print the same lines at the same times. They differ in how they read
//! (callbacks cut the work of A into pieces) and in where A can be interrupted. What ten thousand
//! threads or tasks cost: see `sleepers`.
//!
//!     cargo run --example four_ways
use async_concepts::{LaneExt, block, on_thread, say, stage::Stage};
use futures::join;
use std::{process::ExitCode, time::Duration};
use tokio::{
    sync::oneshot,
    task::{spawn, spawn_blocking},
    time::sleep,
};

const STEPS: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_millis(300), Duration::from_millis(500)];

// ANCHOR: function
/// Reads well. On a loop's thread nothing interrupts it, and no other task gets on.
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

pub fn stage() -> Stage {
    Stage::of(include_str!("four_ways.rs"))
        .scene("one after another", one_after_another)
        .scene("threads", threads)
        .variant_of("one after another")
        .scene("callbacks", callbacks)
        .variant_of("one after another")
        .scene("coroutines", coroutines)
        .variant_of("one after another")
}

fn main() -> ExitCode {
    stage().run()
}
