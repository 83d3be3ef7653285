//! Cancel a task: a request that the task may answer, or a drop that it cannot.
//!
//! In Python: `Task.cancel`, see `cancel_task.py` beside this file. Python cannot drop a task, so
//! in "drop" the twin asks it, too. In "token" the twin does the same: asyncio has no such token.
//! Look for: A task that is asked to end can clean up first, and one that is dropped cannot. In
//! "request" and "refused" Python throws an error into the await of the task, and so does our event
//! loop. With tokio, `abort` drops the task, so only destructors run; a `CancellationToken` asks
//! it, and it answers in its own time, see also `cooperative`.
//!
//!     cargo run --example cancel_task
use async_concepts::{
    LaneExt,
    event_loop::{self, Error, EventLoop, create_task},
    say,
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, time::sleep};
use tokio_util::sync::CancellationToken;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

// ANCHOR: obey
// ANCHOR: cleanup
async fn obey() -> event_loop::Result<()> {
    say!("work");
    let slept = event_loop::sleep(ms(3000)).await;
    if let Err(Error::Cancelled) = slept {
        say!("asked to end");
        event_loop::sleep(ms(500)).await?;
        say!("cleaned up");
    }
    // The error has to go on: it tells the caller that the task was cancelled.
    slept
}
// ANCHOR_END: cleanup

async fn refuse() -> event_loop::Result<()> {
    say!("work");
    if event_loop::sleep(ms(3000)).await.is_err() {
        say!("asked to end, and do not want to");
        event_loop::sleep(ms(2000)).await?;
    }
    say!("done");
    Ok(())
}
// ANCHOR_END: obey

// ANCHOR: request
fn cancel(work: impl Future<Output = event_loop::Result<()>> + 'static) -> event_loop::Result<()> {
    let event_loop = EventLoop::new()?;
    event_loop.run_until_complete(async {
        let task = create_task(work.lane("A"))?;
        event_loop::sleep(ms(1000)).await?;
        task.cancel();
        say!("asked it to end");
        match task.await {
            Err(Error::Cancelled) => say!("it was cancelled"),
            outcome => outcome.map(|()| say!("it was not cancelled"))?,
        }
        Ok(())
    })?;
    event_loop.close()
}

pub fn request() -> event_loop::Result<()> {
    cancel(obey())
}

pub fn refused() -> event_loop::Result<()> {
    cancel(refuse())
}
// ANCHOR_END: request

// ANCHOR: drop
struct CleanUp;

// ANCHOR: work
impl Drop for CleanUp {
    fn drop(&mut self) {
        say!("dropped"); // no `.await` is possible here
    }
}

async fn work() {
    let _clean_up = CleanUp;
    say!("work");
    sleep(ms(3000)).await;
    say!("never said");
}
// ANCHOR_END: work

// ANCHOR: abort
pub async fn dropped() {
    // ANCHOR: aborted
    let task = spawn(work().lane("A"));
    sleep(ms(1000)).await;
    task.abort();
    // ANCHOR_END: aborted
    say!("asked it to end");
    if task.await.is_err_and(|error| error.is_cancelled()) {
        say!("it was cancelled");
    }
}
// ANCHOR_END: abort
// ANCHOR_END: drop

// ANCHOR: token
/// Works for three seconds, or until it is asked to end. Returns whether it did all of its work.
async fn work_until(asked: CancellationToken) -> bool {
    say!("work");
    if asked.run_until_cancelled(sleep(ms(3000))).await.is_some() {
        return true;
    }
    say!("asked to end");
    sleep(ms(500)).await; // unlike a destructor, it can wait
    say!("cleaned up");
    false
}

pub async fn asked() {
    let ask = CancellationToken::new();
    let task = spawn(work_until(ask.clone()).lane("A"));
    sleep(ms(1000)).await;
    ask.cancel();
    say!("asked it to end");
    if !task.await.expect("it does not panic") {
        say!("it was cancelled");
    }
}
// ANCHOR_END: token

pub fn stage() -> Stage {
    Stage::of(include_str!("cancel_task.rs"))
        .blocking_scene("request", request)
        .blocking_scene("refused", refused)
        .variant_of("request")
        .scene("drop", dropped)
        .variant_of("request")
        .scene("token", asked)
        .variant_of("request")
}

fn main() -> ExitCode {
    stage().run()
}
