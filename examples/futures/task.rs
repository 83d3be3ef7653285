//! Task: a coroutine that the event loop drives, from one await to the next.
//!
//! In Python: `asyncio.Task`, see `task.py` beside this file.
//! Look for: Each step of A has a cause: A was created, the timer woke it, B set the future that it
//! awaits, and at last A gave way by itself. B goes on first when it sets the future, since a wake
//! only puts the step into the queue.
//!
//!     cargo run --example task
use async_concepts::{
    LaneExt,
    event_loop::{self, EventLoop, Future},
    say,
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, sync::oneshot, task::yield_now, time::sleep};

const SECOND: Duration = Duration::from_secs(1);

// ANCHOR: task
async fn steps(future: Future<&'static str>) -> event_loop::Result<usize> {
    // ANCHOR: steps
    say!("step 1: created");
    event_loop::sleep(SECOND).await?;
    say!("step 2: woken by a timer");
    let who = future.await?;
    say!("step 3: woken by {who}");
    event_loop::sleep(Duration::ZERO).await?;
    say!("step 4: gave way");
    // ANCHOR_END: steps
    Ok(4)
}

async fn wake(future: Future<&'static str>) -> event_loop::Result<()> {
    // ANCHOR: wake
    event_loop::sleep(2 * SECOND).await?;
    future.set_result("B")?;
    say!("woke A, and go on");
    // ANCHOR_END: wake
    Ok(())
}

pub fn task() -> event_loop::Result<usize> {
    let event_loop = EventLoop::new()?;
    let future = event_loop.create_future();
    let task = event_loop.create_task(steps(future.clone()).lane("A"))?;
    event_loop.create_task(wake(future).lane("B"))?;
    say!("two tasks, and none has begun");
    let steps = event_loop.run_until_complete(task)?;
    say!("it took {steps} steps");
    event_loop.close()?;
    Ok(steps)
}
// ANCHOR_END: task

// ANCHOR: tokio
pub async fn tokio() -> usize {
    let (sender, future) = oneshot::channel();
    let steps = async {
        say!("step 1: created");
        sleep(SECOND).await;
        say!("step 2: woken by a timer");
        let who = future.await.expect("B sends it");
        say!("step 3: woken by {who}");
        yield_now().await;
        say!("step 4: gave way");
        4
    };
    let wake = async {
        sleep(2 * SECOND).await;
        sender.send("B").expect("A waits for it");
        say!("woke A, and go on");
    };
    let task = spawn(steps.lane("A"));
    spawn(wake.lane("B"));
    say!("two tasks, and none has begun");
    let steps = task.await.expect("it does not panic");
    say!("it took {steps} steps");
    steps
}
// ANCHOR_END: tokio

pub fn stage() -> Stage {
    Stage::of(include_str!("task.rs"))
        .blocking_scene("event loop", task)
        .scene("tokio", tokio)
        .variant_of("event loop")
}

fn main() -> ExitCode {
    stage().run()
}
