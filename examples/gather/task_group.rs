//! Task group: tasks with a scope. Whatever is started inside has ended when the scope has.
//!
//! In Python: `async with asyncio.TaskGroup()`, see `task_group.py` beside this file.
//! Look for: Watch when the work returns, and which tasks still run then. In "loose" the tasks
//! outlive the function that started them. With a group, "it has returned" means "it is over", also
//! when one of its tasks fails.
//!
//!     cargo run --example task_group
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, task::JoinSet, time::sleep};

async fn upload(seconds: u64, works: bool) -> Result<u64, String> {
    // ANCHOR: upload
    sleep(Duration::from_secs(seconds)).await;
    if !works {
        say!("no connection");
        // ANCHOR_END: upload
        return Err(format!("failed after {seconds} s"));
    }
    say!("uploaded");
    Ok(seconds)
}

// ANCHOR: loose
pub async fn loose() {
    spawn(upload(1, false).lane("A")); // its error is lost
    spawn(upload(2, true).lane("B"));
    say!("returned, but nothing is over");
    sleep(Duration::from_secs(3)).await;
}
// ANCHOR_END: loose

// ANCHOR: group
/// Waits for all tasks of a group. The first error ends the others, and even then all of them are
/// waited for.
async fn wait_for(mut group: JoinSet<Result<u64, String>>) -> Result<u64, String> {
    let mut sum = 0;
    while let Some(task) = group.join_next().await {
        match task.expect("no task panics") {
            Ok(seconds) => sum += seconds,
            Err(error) => {
                // A `?` would drop the group: that aborts its tasks, too, but does not wait.
                group.shutdown().await;
                return Err(error);
            }
        }
    }
    Ok(sum)
}

pub async fn group() -> Result<u64, String> {
    let mut group = JoinSet::new();
    group.spawn(upload(1, true).lane("A"));
    group.spawn(upload(2, true).lane("B"));
    group.spawn(upload(3, true).lane("C"));
    let sum = wait_for(group).await?;
    say!("returned: {sum} s of work are over");
    Ok(sum)
}
// ANCHOR_END: group

// ANCHOR: failing
pub async fn failing() -> Result<u64, String> {
    // ANCHOR: scope
    let mut group = JoinSet::new();
    group.spawn(upload(1, false).lane("A"));
    group.spawn(upload(2, true).lane("B"));
    group.spawn(upload(3, true).lane("C"));
    let result = wait_for(group).await;
    // ANCHOR_END: scope
    say!("returned: {}", result.as_ref().expect_err("A fails"));
    sleep(Duration::from_secs(3)).await; // nothing more comes
    result
}
// ANCHOR_END: failing

fn nothing_comes_later(run: &SceneRun) -> bool {
    run.says("returned") == 0 || run.until("returned").lines().len() + 1 == run.lines().len()
}

pub fn stage() -> Stage {
    Stage::of(include_str!("task_group.rs"))
        .scene("loose", loose)
        .must_hold("no task goes on after “returned”", nothing_comes_later)
        .scene("group", group)
        .variant_of("loose")
        .must_hold("no task goes on after “returned”", nothing_comes_later)
        .scene("failing", failing)
        .variant_of("loose")
        .must_hold("no task goes on after “returned”", nothing_comes_later)
}

fn main() -> ExitCode {
    stage().run()
}
