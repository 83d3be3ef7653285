//! What the examples promise: results, elapsed time and every line, on a paused clock.
use std::process::ExitCode;

mod coroutines;
mod gather;
mod observed;
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
    ("gather", "gather", gather::gather::main),
    ("gather", "gather_tasks", gather::gather_tasks::main),
    ("gather", "gather_errors", gather::gather_errors::main),
    ("gather", "as_completed", gather::as_completed::main),
    ("gather", "first_completed", gather::first_completed::main),
    ("gather", "task_group", gather::task_group::main),
];
