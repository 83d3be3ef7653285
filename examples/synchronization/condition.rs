//! Condition: wait until what is shared is as you need it.
//!
//! In Python: `asyncio.Condition`, see `condition.py` beside this file.
//! Look for: At 1 s there is one loaf, and two customers are woken for it. A customer who looks
//! only once (`if`) takes a loaf that is not there; one who looks again after each wake (`while`)
//! waits for the next. `notified()` is made before the look, so that no wake between look and await
//! is lost, not on several threads either.
//!
//!     cargo run --example condition
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use futures::join;
use std::{process::ExitCode, sync::Mutex, time::Duration};
use tokio::{sync::Notify, time::sleep};

/// Loaves, and a signal that there may be more. Python's condition is both: a lock and a signal.
#[derive(Default)]
pub struct Shelf {
    loaves: Mutex<i32>,
    changed: Notify,
}

impl Shelf {
    /// Adds `change` if `allowed` agrees, in one critical section. Returns how many there are then.
    fn change(&self, change: i32, allowed: impl FnOnce(i32) -> bool) -> Option<i32> {
        let mut loaves = self.loaves.lock().expect("no panic while it is locked");
        if !allowed(*loaves) {
            return None;
        }
        *loaves += change;
        Some(*loaves)
    }

    pub async fn fill(&self, times: u32) {
        for _ in 0..times {
            sleep(Duration::from_secs(1)).await;
            if let Some(loaves) = self.change(1, |_| true) {
                say!("bakes: {loaves}");
            }
            self.changed.notify_waiters();
        }
    }

    fn is_empty(&self) -> bool {
        *self.loaves.lock().expect("no panic while it is locked") == 0
    }
}

// ANCHOR: if
async fn look_once(shelf: &Shelf) {
    let changed = shelf.changed.notified();
    if shelf.is_empty() {
        changed.await; // a trap: another customer may have run since the wake
    }
    if let Some(loaves) = shelf.change(-1, |_| true) {
        say!("takes: {loaves}");
    }
}

pub async fn once() -> Option<i32> {
    let shelf = Shelf::default();
    join!(shelf.fill(2).lane("baker"), look_once(&shelf).lane("A"), look_once(&shelf).lane("B"));
    shelf.change(0, |_| true)
}
// ANCHOR_END: if

// ANCHOR: while
pub async fn look_again(shelf: &Shelf) {
    loop {
        // Before the look: from here on, a `notify_waiters` is kept for this future, even if it is
        // not awaited yet. After the look, another thread could notify in between.
        let changed = shelf.changed.notified();
        if let Some(loaves) = shelf.change(-1, |loaves| loaves > 0) {
            say!("takes: {loaves}");
            return;
        }
        changed.await;
    }
}

pub async fn again() -> Option<i32> {
    let shelf = Shelf::default();
    join!(shelf.fill(2).lane("baker"), look_again(&shelf).lane("A"), look_again(&shelf).lane("B"));
    shelf.change(0, |_| true)
}
// ANCHOR_END: while

fn none_is_missing(run: &SceneRun) -> bool {
    run.says("takes: -1") == 0
}

pub fn stage() -> Stage {
    Stage::of(include_str!("condition.rs"))
        .scene("if", once)
        .must_hold("no customer takes a loaf that is not there", none_is_missing)
        .scene("while", again)
        .variant_of("if")
        .must_hold("no customer takes a loaf that is not there", none_is_missing)
}

fn main() -> ExitCode {
    stage().run()
}
