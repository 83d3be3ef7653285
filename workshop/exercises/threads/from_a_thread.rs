//! Predict: a thread computes for 100 ms, and then a task has to be started that takes 20 ms. How
//! can the thread start it, and when will it be done?
//!
//! `tokio::spawn` needs to know the runtime, and a thread of your own does not belong to one. A
//! `Handle` does, and can be sent to another thread. In Python: `asyncio.run_coroutine_threadsafe`.
//! `on_thread("thread", …)` wraps the closure so that its time is seen: on a thread of your own it
//! is necessary.
//!
//! See `examples/event_loop/call_soon_threadsafe.rs`, and the slide “Only one door for threads”.
//!
//! Then try: let the thread start two such tasks, and return the sum of what they give.
use async_concepts::{LaneExt, block, on_thread, say};
use tokio::{runtime::Handle, sync::oneshot, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn task(number: u32) -> u32 {
    sleep(ms(20)).await;
    say!("done");
    given(number)
}

/// A thread computes, and then starts the task. Returns what the task gives.
async fn program() -> u32 {
    let (send, result) = oneshot::channel();
    let runtime = Handle::current();
    std::thread::spawn(on_thread("thread", move || {
        block(ms(100));
        let task = async { send.send(task(7).await).expect("main waits") };
        // TODO: the thread should start the task on the runtime.
        drop((runtime, task.lane("task")));
    }));
    result.await.unwrap_or(0)
}

fn main() {
    workshop::show("from_a_thread", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_starts_a_task_on_the_runtime() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .mistake("the task was dropped on the thread, and not started", |run| {
                run.never_polled("task")
            })
            .mistake("the task was not run by the runtime, or not after the computation", |run| {
                !run.said("0.120 task done")
            })
            .takes(120)
            .says(&["0.120 task done"])
            .returns(7)
            .verdict();
        workshop::scenario("the task gives 9")
            .value(7_u32, 9)
            .attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .takes(120)
            .returns(9)
            .verdict();
        workshop::scenario("the thread computes for 10 ms")
            .time(100, 10)
            .attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .takes(30)
            .returns(7)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/from_a_thread.rs"]
mod then_try;
