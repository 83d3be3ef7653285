//! Future: a result that is set later.
//!
//! In Python: `asyncio.Future`, see `future.py` beside this file.
//! Look for: Setting a result runs nothing at once. At 1 s "slow" sets the result and goes on to
//! its end; `main`, which awaits the future, comes after it. In tokio such a future is a `oneshot`,
//! which has two ends: one sets the result, the other is awaited.
//!
//!     cargo run --example future
use async_concepts::{
    LaneExt,
    event_loop::{EventLoop, Future, Result, sleep},
    say,
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, sync::oneshot, time};

const SECOND: Duration = Duration::from_secs(1);

// ANCHOR: future
// ANCHOR: slow_operation
async fn slow_operation(future: Future<&'static str>) -> Result<()> {
    sleep(SECOND).await?;
    future.set_result("Future is done!")?;
    say!("the result is set");
    Ok(())
}
// ANCHOR_END: slow_operation

pub fn future() -> Result<&'static str> {
    let event_loop = EventLoop::new()?;
    let future = event_loop.create_future();
    event_loop.create_task(slow_operation(future.clone()).lane("slow"))?;
    let result = event_loop.run_until_complete(future)?;
    say!("{result}");
    event_loop.close()?;
    Ok(result)
}
// ANCHOR_END: future

// ANCHOR: tokio
// ANCHOR: sender
async fn slow_operation_in_tokio(future: oneshot::Sender<&'static str>) {
    time::sleep(SECOND).await;
    // To set it twice is no error here, but does not compile: the sender is gone.
    future.send("Future is done!").expect("main waits for it");
    say!("the result is set");
}
// ANCHOR_END: sender

pub async fn tokio() -> Result<&'static str, oneshot::error::RecvError> {
    let (sender, future) = oneshot::channel();
    spawn(slow_operation_in_tokio(sender).lane("slow"));
    let result = future.await?; // an error would be that the sender was dropped unused
    say!("{result}");
    Ok(result)
}
// ANCHOR_END: tokio

pub fn stage() -> Stage {
    Stage::of(include_str!("future.rs"))
        .blocking_scene("event loop", future)
        .scene("tokio", tokio)
        .variant_of("event loop")
}

fn main() -> ExitCode {
    stage().run()
}
