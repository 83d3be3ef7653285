//! Condition: wait until what is shared is as one needs it.
//!
//! In Python: `asyncio.Condition`, see `condition.py` beside this file.
//! Look for: a loaf at 1 s, and two who are woken for it. Whoever looks only once (`if`) takes a loaf that is not there;
//! whoever looks again after each waking (`while`) waits for the next. Python's condition has a lock; here a plain
//! variable will do beside the `Notify`, since nobody else runs between looking at the shelf and taking from it.
//!
//!     cargo run --example condition
use async_concepts::{LaneExt, say, stage::Stage};
use futures::join;
use std::{cell::Cell, process::ExitCode, time::Duration};
use tokio::{sync::Notify, time::sleep};

#[derive(Default)]
struct Shelf {
    loaves: Cell<i32>,
    changed: Notify,
}

impl Shelf {
    async fn fill(&self) {
        for _ in 0..2 {
            sleep(Duration::from_secs(1)).await;
            self.loaves.set(self.loaves.get() + 1);
            say!("bakes: {}", self.loaves.get());
            self.changed.notify_waiters();
        }
    }

    fn take(&self) {
        self.loaves.set(self.loaves.get() - 1);
        say!("takes: {}", self.loaves.get());
    }
}

// ANCHOR: if
async fn look_once(shelf: &Shelf) {
    if shelf.loaves.get() == 0 {
        shelf.changed.notified().await; // a trap: it was so when I was woken; who has run since?
    }
    shelf.take();
}

pub async fn once() -> i32 {
    let shelf = Shelf::default();
    join!(shelf.fill().lane("baker"), look_once(&shelf).lane("A"), look_once(&shelf).lane("B"));
    shelf.loaves.get()
}
// ANCHOR_END: if

// ANCHOR: while
async fn look_again(shelf: &Shelf) {
    while shelf.loaves.get() == 0 {
        shelf.changed.notified().await;
    }
    shelf.take();
}

pub async fn again() -> i32 {
    let shelf = Shelf::default();
    join!(shelf.fill().lane("baker"), look_again(&shelf).lane("A"), look_again(&shelf).lane("B"));
    shelf.loaves.get()
}
// ANCHOR_END: while

pub fn stage() -> Stage {
    Stage::new("condition").scene("if", once).scene("while", again)
}

fn main() -> ExitCode {
    stage().run()
}
