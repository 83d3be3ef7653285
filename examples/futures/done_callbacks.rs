//! Done callbacks: what to call when a future is done.
//!
//! In Python: `add_done_callback` and `remove_done_callback`, see `done_callbacks.py` beside this
//! file.
//! Look for: Setting a result calls no callback at once. It puts A, C and the task that awaits the
//! future into the queue, in the order in which they were added. D is added when the future is done
//! already, and is called soon. In tokio each callback is a task that waits.
//!
//!     cargo run --example done_callbacks
use async_concepts::{
    LaneExt, callback,
    event_loop::{self, DoneCallback, EventLoop, Future, create_task},
    say,
    stage::Stage,
};
use std::{process::ExitCode, sync::Arc, time::Duration};
use tokio::{spawn, sync::SetOnce, task::JoinHandle, time::sleep};

const SECOND: Duration = Duration::from_secs(1);

// ANCHOR: done_callbacks
fn report(name: &'static str, future: &Future<u64>) -> DoneCallback<u64> {
    let done = future.clone();
    let report = callback(name, move || done.result().map(|result| say!("it is {result}")));
    future.add_done_callback(|_| report())
}

async fn compute(future: Future<u64>) -> event_loop::Result<()> {
    event_loop::sleep(SECOND).await?;
    future.set_result(42)?;
    say!("set, and nothing has been called");
    Ok(())
}

pub fn done_callbacks() -> event_loop::Result<()> {
    let event_loop = EventLoop::new()?;
    // ANCHOR: report
    let future = event_loop.create_future();
    report("A", &future);
    future.remove_done_callback(&report("B", &future)); // added, and taken back
    report("C", &future);
    // ANCHOR_END: report
    event_loop.run_until_complete(async move {
        create_task(compute(future.clone()).lane("compute"))?;
        say!("awaited: {}", future.clone().await?);
        report("D", &future);
        event_loop::sleep(SECOND).await
    })?;
    event_loop.close()
}
// ANCHOR_END: done_callbacks

// ANCHOR: tokio
fn report_in_tokio(name: &str, future: &Arc<SetOnce<u64>>) -> JoinHandle<()> {
    let future = future.clone();
    spawn(async move { say!("it is {}", future.wait().await) }.lane(name))
}

async fn compute_in_tokio(future: Arc<SetOnce<u64>>) {
    sleep(SECOND).await;
    future.set(42).expect("it is set once");
    say!("set, and nothing has been called");
}

pub async fn tokio() {
    let future = Arc::new(SetOnce::new());
    report_in_tokio("A", &future);
    report_in_tokio("B", &future).abort();
    report_in_tokio("C", &future);
    spawn(compute_in_tokio(future.clone()).lane("compute"));
    say!("awaited: {}", future.wait().await);
    report_in_tokio("D", &future);
    sleep(SECOND).await;
}
// ANCHOR_END: tokio

pub fn stage() -> Stage {
    Stage::of(include_str!("done_callbacks.rs"))
        .blocking_scene("event loop", done_callbacks)
        .scene("tokio", tokio)
        .variant_of("event loop")
}

fn main() -> ExitCode {
    stage().run()
}
