//! Event: wait until something has happened. What if it happened before one came?
//!
//! In Python: `asyncio.Event`, see `event.py` beside this file.
//! Look for: B, who comes when the door has been opened. `Notify` is an edge: it wakes those who wait now, and B gives up
//! at 3.5 s. A `watch` channel is a level, as asyncio's event is: the door is still open when B comes, at 2 s.
//! A plain variable would do for whoever only wants to know whether it has happened, and does not wait for it.
//!
//!     cargo run --example event
use async_concepts::{LaneExt, say, stage::Stage};
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
    // A trap: B is too late to be one of them. `notify_one` would be kept for B, but only if nobody else had waited.
    let open = || door.notify_waiters();
    let opened = async || door.notified().await;
    join!(porter(open).lane("porter"), guest(0, opened).lane("A"), guest(2, opened).lane("B"));
}
// ANCHOR_END: edge

// ANCHOR: level
pub async fn level() {
    let door = watch::Sender::new(false);
    let open = || {
        door.send_replace(true); // not `send`, which keeps nothing if nobody is subscribed at that moment
    };
    let opened = async || {
        door.subscribe().wait_for(|open| *open).await.expect("the door outlives its guests");
    };
    join!(porter(open).lane("porter"), guest(0, opened).lane("A"), guest(2, opened).lane("B"));
}
// ANCHOR_END: level

pub fn stage() -> Stage {
    Stage::new("event").scene("edge", edge).scene("level", level)
}

fn main() -> ExitCode {
    stage().run()
}
