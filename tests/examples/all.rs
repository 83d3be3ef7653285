//! All examples, in reading order. Written by `UPDATE=1 cargo test --test house`.
#![allow(dead_code, reason = "tests run the scenes, and no command line")]
#![allow(clippy::duplicate_mod, reason = "`echo` uses the protocol of the example before it")]
use async_concepts::stage::Stage;

#[path = "../../examples/gather/as_completed.rs"]
pub mod as_completed;
#[path = "../../examples/iteration/await_for.rs"]
pub mod await_for;
#[path = "../../examples/iteration/backpressure.rs"]
pub mod backpressure;
#[path = "../../examples/synchronization/barrier.rs"]
pub mod barrier;
#[path = "../../examples/executors/blocked_loop.rs"]
pub mod blocked_loop;
#[path = "../../examples/event_loop/call_soon_threadsafe.rs"]
pub mod call_soon_threadsafe;
#[path = "../../examples/event_loop/cancel_handle.rs"]
pub mod cancel_handle;
#[path = "../../examples/futures/cancel_task.rs"]
pub mod cancel_task;
#[path = "../../examples/iteration/comprehension.rs"]
pub mod comprehension;
#[path = "../../examples/synchronization/condition.rs"]
pub mod condition;
#[path = "../../examples/context/context_manager.rs"]
pub mod context_manager;
#[path = "../../examples/cancellation/cooperative.rs"]
pub mod cooperative;
#[path = "../../examples/coroutines/coroutine.rs"]
pub mod coroutine;
#[path = "../../examples/debugging/deadlock.rs"]
pub mod deadlock;
#[path = "../../examples/futures/done_callbacks.rs"]
pub mod done_callbacks;
#[path = "../../examples/transports/echo.rs"]
pub mod echo;
#[path = "../../examples/synchronization/event.rs"]
pub mod event;
#[path = "../../examples/event_loop/exception_handler.rs"]
pub mod exception_handler;
#[path = "../../examples/synchronization/fairness.rs"]
pub mod fairness;
#[path = "../../examples/gather/first_completed.rs"]
pub mod first_completed;
#[path = "../../examples/transports/flow_control.rs"]
pub mod flow_control;
#[path = "../../examples/coroutines/four_ways.rs"]
pub mod four_ways;
#[path = "../../examples/coroutines/function.rs"]
pub mod function;
#[path = "../../examples/futures/future.rs"]
pub mod future;
#[path = "../../examples/cancellation/futurelock.rs"]
pub mod futurelock;
#[path = "../../examples/gather/gather.rs"]
pub mod gather;
#[path = "../../examples/gather/gather_errors.rs"]
pub mod gather_errors;
#[path = "../../examples/gather/gather_tasks.rs"]
pub mod gather_tasks;
#[path = "../../examples/coroutines/generator.rs"]
pub mod generator;
#[path = "../../examples/event_loop/hello_world.rs"]
pub mod hello_world;
#[path = "../../examples/transports/http.rs"]
pub mod http;
#[path = "../../examples/iteration/interval.rs"]
pub mod interval;
#[path = "../../examples/coroutines/laziness.rs"]
pub mod laziness;
#[path = "../../examples/threads/local_set.rs"]
pub mod local_set;
#[path = "../../examples/synchronization/lock.rs"]
pub mod lock;
#[path = "../../examples/debugging/logging.rs"]
pub mod logging;
#[path = "../../examples/cancellation/lost_message.rs"]
pub mod lost_message;
#[path = "../../examples/threads/multi_thread.rs"]
pub mod multi_thread;
#[path = "../../examples/debugging/never_awaited.rs"]
pub mod never_awaited;
#[path = "../../examples/threads/not_send.rs"]
pub mod not_send;
#[path = "../../examples/testing/paused_clock.rs"]
pub mod paused_clock;
#[path = "../../examples/coroutines/pin.rs"]
pub mod pin;
#[path = "../../examples/iteration/pipeline.rs"]
pub mod pipeline;
#[path = "../../examples/testing/poll_by_poll.rs"]
pub mod poll_by_poll;
#[path = "../../examples/executors/process_pool.rs"]
pub mod process_pool;
#[path = "../../examples/transports/protocol.rs"]
pub mod protocol;
#[path = "../../examples/synchronization/queue.rs"]
pub mod queue;
#[path = "../../examples/coroutines/recursion.rs"]
pub mod recursion;
#[path = "../../examples/debugging/resource_warning.rs"]
pub mod resource_warning;
#[path = "../../examples/event_loop/run_until_complete.rs"]
pub mod run_until_complete;
#[path = "../../examples/testing/scripted_io.rs"]
pub mod scripted_io;
#[path = "../../examples/testing/scripted_stream.rs"]
pub mod scripted_stream;
#[path = "../../examples/cancellation/select_loop.rs"]
pub mod select_loop;
#[path = "../../examples/synchronization/semaphore.rs"]
pub mod semaphore;
#[path = "../../examples/futures/shield.rs"]
pub mod shield;
#[path = "../../examples/debugging/slow_callback.rs"]
pub mod slow_callback;
#[path = "../../examples/event_loop/smallest_loop.rs"]
pub mod smallest_loop;
#[path = "../../examples/executors/spawn_blocking.rs"]
pub mod spawn_blocking;
#[path = "../../examples/coroutines/state_machine.rs"]
pub mod state_machine;
#[path = "../../examples/threads/static_spawn.rs"]
pub mod static_spawn;
#[path = "../../examples/transports/subprocess.rs"]
pub mod subprocess;
#[path = "../../examples/futures/task.rs"]
pub mod task;
#[path = "../../examples/gather/task_group.rs"]
pub mod task_group;
#[path = "../../examples/executors/thread_pool.rs"]
pub mod thread_pool;
#[path = "../../examples/executors/threads_and_tasks.rs"]
pub mod threads_and_tasks;
#[path = "../../examples/iteration/ticker.rs"]
pub mod ticker;
#[path = "../../examples/futures/timeout.rs"]
pub mod timeout;
#[path = "../../examples/event_loop/timers.rs"]
pub mod timers;
#[path = "../../examples/context/transaction.rs"]
pub mod transaction;
#[path = "../../examples/transports/udp_echo.rs"]
pub mod udp_echo;
#[path = "../../examples/futures/waker.rs"]
pub mod waker;

/// An example: its topic, its name, and its scenes.
pub struct Example {
    pub topic: &'static str,
    pub name: &'static str,
    pub stage: fn() -> Stage,
}

#[rustfmt::skip] // a row a line
pub const EXAMPLES: &[Example] = &[
    Example { topic: "coroutines", name: "function", stage: function::stage },
    Example { topic: "coroutines", name: "generator", stage: generator::stage },
    Example { topic: "coroutines", name: "coroutine", stage: coroutine::stage },
    Example { topic: "coroutines", name: "laziness", stage: laziness::stage },
    Example { topic: "coroutines", name: "state_machine", stage: state_machine::stage },
    Example { topic: "coroutines", name: "pin", stage: pin::stage },
    Example { topic: "coroutines", name: "recursion", stage: recursion::stage },
    Example { topic: "coroutines", name: "four_ways", stage: four_ways::stage },
    Example { topic: "event_loop", name: "smallest_loop", stage: smallest_loop::stage },
    Example { topic: "event_loop", name: "hello_world", stage: hello_world::stage },
    Example { topic: "event_loop", name: "cancel_handle", stage: cancel_handle::stage },
    Example { topic: "event_loop", name: "timers", stage: timers::stage },
    Example { topic: "event_loop", name: "call_soon_threadsafe", stage: call_soon_threadsafe::stage },
    Example { topic: "event_loop", name: "run_until_complete", stage: run_until_complete::stage },
    Example { topic: "event_loop", name: "exception_handler", stage: exception_handler::stage },
    Example { topic: "futures", name: "future", stage: future::stage },
    Example { topic: "futures", name: "waker", stage: waker::stage },
    Example { topic: "futures", name: "done_callbacks", stage: done_callbacks::stage },
    Example { topic: "futures", name: "task", stage: task::stage },
    Example { topic: "futures", name: "cancel_task", stage: cancel_task::stage },
    Example { topic: "futures", name: "timeout", stage: timeout::stage },
    Example { topic: "futures", name: "shield", stage: shield::stage },
    Example { topic: "gather", name: "gather", stage: gather::stage },
    Example { topic: "gather", name: "gather_tasks", stage: gather_tasks::stage },
    Example { topic: "gather", name: "gather_errors", stage: gather_errors::stage },
    Example { topic: "gather", name: "as_completed", stage: as_completed::stage },
    Example { topic: "gather", name: "first_completed", stage: first_completed::stage },
    Example { topic: "gather", name: "task_group", stage: task_group::stage },
    Example { topic: "iteration", name: "ticker", stage: ticker::stage },
    Example { topic: "iteration", name: "comprehension", stage: comprehension::stage },
    Example { topic: "iteration", name: "await_for", stage: await_for::stage },
    Example { topic: "iteration", name: "interval", stage: interval::stage },
    Example { topic: "iteration", name: "pipeline", stage: pipeline::stage },
    Example { topic: "iteration", name: "backpressure", stage: backpressure::stage },
    Example { topic: "context", name: "context_manager", stage: context_manager::stage },
    Example { topic: "context", name: "transaction", stage: transaction::stage },
    Example { topic: "synchronization", name: "lock", stage: lock::stage },
    Example { topic: "synchronization", name: "event", stage: event::stage },
    Example { topic: "synchronization", name: "condition", stage: condition::stage },
    Example { topic: "synchronization", name: "semaphore", stage: semaphore::stage },
    Example { topic: "synchronization", name: "queue", stage: queue::stage },
    Example { topic: "synchronization", name: "barrier", stage: barrier::stage },
    Example { topic: "synchronization", name: "fairness", stage: fairness::stage },
    Example { topic: "cancellation", name: "select_loop", stage: select_loop::stage },
    Example { topic: "cancellation", name: "lost_message", stage: lost_message::stage },
    Example { topic: "cancellation", name: "futurelock", stage: futurelock::stage },
    Example { topic: "cancellation", name: "cooperative", stage: cooperative::stage },
    Example { topic: "threads", name: "multi_thread", stage: multi_thread::stage },
    Example { topic: "threads", name: "static_spawn", stage: static_spawn::stage },
    Example { topic: "threads", name: "not_send", stage: not_send::stage },
    Example { topic: "threads", name: "local_set", stage: local_set::stage },
    Example { topic: "executors", name: "spawn_blocking", stage: spawn_blocking::stage },
    Example { topic: "executors", name: "blocked_loop", stage: blocked_loop::stage },
    Example { topic: "executors", name: "thread_pool", stage: thread_pool::stage },
    Example { topic: "executors", name: "process_pool", stage: process_pool::stage },
    Example { topic: "executors", name: "threads_and_tasks", stage: threads_and_tasks::stage },
    Example { topic: "transports", name: "protocol", stage: protocol::stage },
    Example { topic: "transports", name: "echo", stage: echo::stage },
    Example { topic: "transports", name: "flow_control", stage: flow_control::stage },
    Example { topic: "transports", name: "subprocess", stage: subprocess::stage },
    Example { topic: "transports", name: "udp_echo", stage: udp_echo::stage },
    Example { topic: "transports", name: "http", stage: http::stage },
    Example { topic: "testing", name: "paused_clock", stage: paused_clock::stage },
    Example { topic: "testing", name: "poll_by_poll", stage: poll_by_poll::stage },
    Example { topic: "testing", name: "scripted_io", stage: scripted_io::stage },
    Example { topic: "testing", name: "scripted_stream", stage: scripted_stream::stage },
    Example { topic: "debugging", name: "slow_callback", stage: slow_callback::stage },
    Example { topic: "debugging", name: "never_awaited", stage: never_awaited::stage },
    Example { topic: "debugging", name: "resource_warning", stage: resource_warning::stage },
    Example { topic: "debugging", name: "logging", stage: logging::stage },
    Example { topic: "debugging", name: "deadlock", stage: deadlock::stage },
];
