//! Event: wait until something has happened. What if it happened before you came?
//!
//! In Python: `asyncio.Event`, see `event.py` beside this file. In "edge" and "level" asyncio's
//! `sleep` of no time gives way; on the paused clock that of tokio goes on at once.
//! Look for: `Notify` is an edge: it wakes those that wait now, A and C. B comes later, and gives
//! up at 3.5 s. In "level" and "early" a `watch` channel is a level, as asyncio's event is: B finds
//! the door open, at 2 s. If you only want to know whether it has happened, a variable is enough.
//!
//!     cargo run --example event
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use futures::join;
use std::{process::ExitCode, time::Duration};
use tokio::{
    sync::{Notify, watch},
    time::{sleep, timeout},
};

async fn guest(comes: u64, opened: impl AsyncFnOnce()) {
    sleep(Duration::from_secs(comes)).await;
    say!("waits");
    match timeout(Duration::from_millis(1500), opened()).await {
        Ok(()) => say!("goes in"),
        Err(_) => say!("gives up"),
    }
}

async fn porter(open: impl FnOnce()) {
    sleep(Duration::from_secs(1)).await;
    say!("opens");
    open();
}

// ANCHOR: edge
pub async fn edge() {
    let door = Notify::new();
    // A trap: B comes too late. `notify_one` would wake A only, and be kept for B only if A and C
    // had not been waiting.
    let open = || door.notify_waiters();
    let opened = async || door.notified().await;
    join!(
        porter(open).lane("porter"),
        guest(0, opened).lane("A"),
        guest(2, opened).lane("B"),
        guest(0, opened).lane("C"),
    );
}
// ANCHOR_END: edge

// ANCHOR: level
pub async fn level() {
    let door = watch::Sender::new(false);
    let open = || {
        // Not `send`, which keeps nothing if there is no receiver at that moment: see "early".
        door.send_replace(true);
    };
    let opened = async || {
        door.subscribe().wait_for(|open| *open).await.expect("the door outlives this wait");
    };
    // One guest waits here. If several wait, `watch` chooses at random which of them it wakes
    // first; `Notify` wakes them in the order in which they came.
    join!(porter(open).lane("porter"), guest(0, opened).lane("A"), guest(2, opened).lane("B"));
}
// ANCHOR_END: level

pub async fn early() {
    let door = watch::Sender::new(false);
    let open = || {
        door.send_replace(true); // B is not there yet
    };
    let opened = async || {
        door.subscribe().wait_for(|open| *open).await.expect("the door outlives this wait");
    };
    join!(porter(open).lane("porter"), guest(2, opened).lane("B"));
}

fn all_go_in(run: &SceneRun) -> bool {
    run.says("gives up") == 0
}

pub fn stage() -> Stage {
    Stage::of(include_str!("event.rs"))
        .scene("edge", edge)
        .must_hold("no guest gives up", all_go_in)
        .scene("level", level)
        .variant_of("edge")
        .must_hold("no guest gives up", all_go_in)
        .scene("early", early)
        .variant_of("edge")
        .must_hold("no guest gives up", all_go_in)
}

fn main() -> ExitCode {
    stage().run()
}
