//! Context manager: what was entered is left again, however the work in between ends.
//!
//! In Python: `async with`, see `context_manager.py` beside this file.
//! Look for: The exit runs on success, on error and on cancellation. After a timeout the body has
//! been dropped, so a task runs the exit, and `main` goes on at once, at 0.2 s. In "cancelled"
//! Python's coroutine runs the exit itself, and `main` goes on after it, at 0.3 s.
//!
//!     cargo run --example context_manager
use async_concepts::{
    LaneExt,
    context::{AsyncContext, BodyOutcome, Cleanups, Exit},
    say,
    stage::{SceneRun, Stage},
};
use std::{error::Error, process::ExitCode, time::Duration};
use tokio::time::{sleep, timeout};

const STEP: Duration = Duration::from_millis(100);
/// No exit may take longer.
const BOUND: Duration = Duration::from_secs(1);

type Fault = Box<dyn Error + Send + Sync>;
/// The length of the wish; or nothing, if its error was swallowed.
type Worked = Result<Option<usize>, Fault>;

// ANCHOR: context
struct Log {
    on_error: Exit,
}

impl AsyncContext for Log {
    type Value = &'static str;
    type Error = Fault;

    async fn enter(&mut self) -> Result<&'static str, Fault> {
        // ANCHOR: enter
        say!("entering");
        sleep(STEP).await;
        // ANCHOR_END: enter
        Ok("inside")
    }

    async fn exit(&mut self, outcome: &BodyOutcome<Fault>) -> Result<Exit, Fault> {
        // ANCHOR: exit
        say!("exiting: {outcome}");
        sleep(STEP).await;
        say!("outside");
        // ANCHOR_END: exit
        Ok(self.on_error)
    }
}
// ANCHOR_END: context

// ANCHOR: with
async fn work(cleanups: &Cleanups, wish: &str, on_error: Exit) -> Worked {
    let result = cleanups.with(Log { on_error }, async |place| {
        // ANCHOR: body
        say!("{place}");
        sleep(3 * STEP).await;
        // ANCHOR_END: body
        if wish.is_empty() { Err("nothing to do".into()) } else { Ok(wish.len()) }
    });
    let result = result.await;
    match &result {
        Ok(Some(length)) => say!("result: {length}"),
        Ok(None) => say!("no result, and no error"),
        Err(error) => say!("error: {error}"),
    }
    result
}
// ANCHOR_END: with

pub async fn success() -> Worked {
    work(&Cleanups::within(BOUND), "wish", Exit::PassOn).await
}

pub async fn error() -> Worked {
    work(&Cleanups::within(BOUND), "", Exit::PassOn).await
}

pub async fn swallowed() -> Worked {
    work(&Cleanups::within(BOUND), "", Exit::Swallow).await
}

// ANCHOR: cancelled
pub async fn cancelled() {
    let cleanups = Cleanups::within(BOUND);
    // ANCHOR: time_out
    let work = work(&cleanups, "wish", Exit::PassOn).lane("A").cancellable();
    // ANCHOR: waits
    if timeout(2 * STEP, work).await.is_err() {
        say!("timed out");
    }
    // Without this it would end with `main`, half-way.
    cleanups.wait().await.expect("the exit does not fail");
    say!("cleaned up");
    // ANCHOR_END: waits
    // ANCHOR_END: time_out
}
// ANCHOR_END: cancelled

fn is_left(run: &SceneRun) -> bool {
    run.says("inside") == run.says("outside")
}

pub fn stage() -> Stage {
    Stage::of(include_str!("context_manager.rs"))
        .scene("success", success)
        .must_hold("what was entered is left again", is_left)
        .scene("error", error)
        .variant_of("success")
        .must_hold("what was entered is left again", is_left)
        .scene("swallowed error", swallowed)
        .variant_of("success")
        .must_hold("what was entered is left again", is_left)
        .scene("cancelled", cancelled)
        .variant_of("success")
        .must_hold("what was entered is left again", is_left)
}

fn main() -> ExitCode {
    stage().run()
}
