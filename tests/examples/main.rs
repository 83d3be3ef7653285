//! What the examples promise: results, elapsed time and every line, on a paused clock.
use std::time::Duration;

mod all;
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

/// That many milliseconds.
pub const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// All examples, in reading order.
pub fn examples() -> &'static [all::Example] {
    // Workers of `process_pool` are the example's program, started again; here that would be the tests.
    executors::use_workers();
    all::EXAMPLES
}
