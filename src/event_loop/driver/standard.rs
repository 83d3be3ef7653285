//! Real time on the standard library alone: the loop parks its thread.

use std::task::Waker;
use std::thread::{park, park_timeout};
use std::time::{Duration, Instant};

use super::{Driver, waker_of_this_thread};

/// Real time on the standard library alone. While a loop on it waits, the thread of that loop is
/// parked.
pub struct StdDriver {
    /// What [`Driver::time`] counts from.
    start: Instant,
}

impl StdDriver {
    /// A driver whose time is zero now.
    #[expect(
        clippy::new_without_default,
        reason = "a clock that starts by default would be surprising"
    )]
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Driver for StdDriver {
    fn time(&self) -> Duration {
        self.start.elapsed()
    }

    fn wait(&self, timeout: Option<Duration>, _jobs: usize) {
        match timeout {
            Some(Duration::ZERO) => {}
            Some(timeout) => park_timeout(timeout),
            None => park(),
        }
    }

    fn waker(&self) -> Waker {
        waker_of_this_thread()
    }
}
