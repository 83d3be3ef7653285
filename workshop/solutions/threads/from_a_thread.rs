//! The handle was made where the runtime is known, and moved into the thread. It puts the task into
//! the queue of the runtime and wakes it.
use async_concepts::{LaneExt, block, on_thread, say};
use tokio::{runtime::Handle, sync::oneshot, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((120, "task"));

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
        runtime.spawn(task.lane("task"));
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
