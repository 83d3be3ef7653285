//! Shield: work that must not be cancelled together with the task that waits for it.
//!
//! In Python: `asyncio.shield`, see `shield.py` beside this file.
//! Look for: Cancelling a task cancels what it awaits; a shield stops that. In all scenes the
//! request is cancelled; behind a shield the document is saved all the same. In tokio a task of its
//! own is the shield, since dropping a handle does not abort the task.
//!
//!     cargo run --example shield
use async_concepts::{
    LaneExt,
    event_loop::{self, Error, EventLoop, Task, create_task},
    say,
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, time::sleep};

const SECOND: Duration = Duration::from_secs(1);

async fn save() -> event_loop::Result<()> {
    say!("save the document");
    let written = event_loop::sleep(2 * SECOND).await;
    say!("{}", if let Err(Error::Cancelled) = written { "half a document" } else { "saved" });
    written
}

async fn cancel(request: Task<()>) -> event_loop::Result<()> {
    event_loop::sleep(SECOND).await?;
    say!("cancel the request");
    request.cancel();
    event_loop::sleep(2 * SECOND).await
}

// ANCHOR: unshielded
pub fn unshielded() -> event_loop::Result<()> {
    let event_loop = EventLoop::new()?;
    event_loop.run_until_complete(async {
        let saving = create_task(save().lane("save"))?;
        let request = create_task(async { saving.await }.lane("request"))?;
        cancel(request).await
    })?;
    event_loop.close()
}
// ANCHOR_END: unshielded

// ANCHOR: shield
pub fn shield() -> event_loop::Result<()> {
    let event_loop = EventLoop::new()?;
    event_loop.run_until_complete(async {
        let saving = create_task(save().lane("save"))?;
        let request = create_task(async { event_loop::shield(saving)?.await }.lane("request"))?;
        cancel(request).await
    })?;
    event_loop.close()
}
// ANCHOR_END: shield

// ANCHOR: tokio
async fn save_in_tokio() {
    say!("save the document");
    sleep(2 * SECOND).await;
    say!("saved");
}

pub async fn tokio() {
    let saving = spawn(save_in_tokio().lane("save"));
    let request = spawn(saving.lane("request"));
    sleep(SECOND).await;
    say!("cancel the request");
    request.abort();
    sleep(2 * SECOND).await;
}
// ANCHOR_END: tokio

pub fn stage() -> Stage {
    Stage::of(include_str!("shield.rs"))
        .blocking_scene("unshielded", unshielded)
        .blocking_scene("shield", shield)
        .variant_of("unshielded")
        .scene("tokio", tokio)
        .variant_of("unshielded")
}

fn main() -> ExitCode {
    stage().run()
}
