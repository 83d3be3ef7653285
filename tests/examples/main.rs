//! What the examples promise: results, elapsed time and every line, on a paused clock.
use std::process::ExitCode;

mod context;
mod coroutines;
mod debugging;
mod event_loop;
mod executors;
mod futures;
mod gather;
mod iteration;
mod observed;
mod synchronization;
mod transports;
mod twins;

/// An example: its topic, its name, and its `main`.
type Example = (&'static str, &'static str, fn() -> ExitCode);

/// All examples, in reading order.
const EXAMPLES: &[Example] = &[
    ("coroutines", "function", coroutines::function::main),
    ("coroutines", "generator", coroutines::generator::main),
    ("coroutines", "coroutine", coroutines::coroutine::main),
    ("coroutines", "laziness", coroutines::laziness::main),
    ("coroutines", "state_machine", coroutines::state_machine::main),
    ("coroutines", "four_ways", coroutines::four_ways::main),
    ("event_loop", "hello_world", event_loop::hello_world::main),
    ("event_loop", "cancel_handle", event_loop::cancel_handle::main),
    ("event_loop", "timers", event_loop::timers::main),
    ("event_loop", "call_soon_threadsafe", event_loop::call_soon_threadsafe::main),
    ("event_loop", "run_until_complete", event_loop::run_until_complete::main),
    ("event_loop", "exception_handler", event_loop::exception_handler::main),
    ("futures", "future", futures::future::main),
    ("futures", "done_callbacks", futures::done_callbacks::main),
    ("futures", "task", futures::task::main),
    ("futures", "cancel_task", futures::cancel_task::main),
    ("futures", "timeout", futures::timeout::main),
    ("futures", "shield", futures::shield::main),
    ("gather", "gather", gather::gather::main),
    ("gather", "gather_tasks", gather::gather_tasks::main),
    ("gather", "gather_errors", gather::gather_errors::main),
    ("gather", "as_completed", gather::as_completed::main),
    ("gather", "first_completed", gather::first_completed::main),
    ("gather", "task_group", gather::task_group::main),
    ("iteration", "ticker", iteration::ticker::main),
    ("iteration", "comprehension", iteration::comprehension::main),
    ("iteration", "await_for", iteration::await_for::main),
    ("iteration", "pipeline", iteration::pipeline::main),
    ("iteration", "backpressure", iteration::backpressure::main),
    ("context", "context_manager", context::context_manager::main),
    ("context", "transaction", context::transaction::main),
    ("synchronization", "lock", synchronization::lock::main),
    ("synchronization", "event", synchronization::event::main),
    ("synchronization", "condition", synchronization::condition::main),
    ("synchronization", "semaphore", synchronization::semaphore::main),
    ("synchronization", "queue", synchronization::queue::main),
    ("synchronization", "barrier", synchronization::barrier::main),
    ("executors", "spawn_blocking", executors::spawn_blocking::main),
    ("executors", "blocked_loop", executors::blocked_loop::main),
    ("executors", "thread_pool", executors::thread_pool::main),
    ("executors", "process_pool", executors::process_pool_with_workers),
    ("executors", "threads_and_tasks", executors::threads_and_tasks::main),
    ("transports", "protocol", transports::protocol::main),
    ("transports", "echo", transports::echo::main),
    ("transports", "flow_control", transports::flow_control::main),
    ("transports", "subprocess", transports::subprocess::main),
    ("transports", "udp_echo", transports::udp_echo::main),
    ("transports", "http", transports::http::main),
    ("debugging", "slow_callback", debugging::slow_callback::main),
    ("debugging", "never_awaited", debugging::never_awaited::main),
    ("debugging", "resource_warning", debugging::resource_warning::main),
    ("debugging", "deadlock", debugging::deadlock::main),
];
