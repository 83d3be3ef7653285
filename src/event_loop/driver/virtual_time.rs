//! Virtual time: instead of waiting, the driver moves its clock.

use std::cell::Cell;
use std::rc::Rc;
use std::task::Waker;
use std::thread::park;
use std::time::Duration;

use super::{Driver, waker_of_this_thread};

/// Virtual time: instead of waiting, the driver moves its clock, so that hours pass in no time and
/// every run is the same. Clones are one clock.
///
/// While jobs run on other threads (`run_in_executor`) the clock stands still, and the loop really
/// waits for them.
#[derive(Clone, Default)]
pub struct VirtualDriver {
    /// The time; shared, so that a test can keep a clone and move it.
    now: Rc<Cell<Duration>>,
    /// What [`VirtualDriver::set_resolution`] was given, or `None` for a nanosecond.
    resolution: Rc<Cell<Option<Duration>>>,
}

impl VirtualDriver {
    /// Starts at zero, with a resolution of a nanosecond.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what [`Driver::resolution`] tells.
    pub fn set_resolution(&self, resolution: Duration) {
        self.resolution.set(Some(resolution));
    }

    /// Moves the clock on at once, as if a callback had worked for so long. It stops at
    /// [`Duration::MAX`].
    pub fn advance(&self, duration: Duration) {
        self.now.set(self.now.get().saturating_add(duration));
    }
}

impl Driver for VirtualDriver {
    fn time(&self) -> Duration {
        self.now.get()
    }

    fn resolution(&self) -> Duration {
        self.resolution.get().unwrap_or(Duration::from_nanos(1))
    }

    fn wait(&self, timeout: Option<Duration>, jobs: usize) {
        match timeout {
            Some(Duration::ZERO) => {}
            Some(timeout) if jobs == 0 => self.advance(timeout),
            // Either a job runs on another thread, or no timer is set. Only the waker can end this
            // wait.
            _ => park(),
        }
    }

    fn waker(&self) -> Waker {
        waker_of_this_thread()
    }
}
