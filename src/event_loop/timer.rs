//! Timers: calls that are due at a time.

use std::collections::BTreeMap;
use std::mem::{replace, take};
use std::time::Duration;

use super::{EventLoop, Handle};

/// When a timer is due, and the number of its registration: those of equal time run in that order, which CPython leaves open.
type Key = (Duration, u64);

#[derive(Default)]
pub(super) struct Timers {
    /// In the order in which they are due.
    sorted: BTreeMap<Key, Handle>,
    /// Those that were set in this turn. One that is cancelled before the turn ends never has to be sorted.
    new: Vec<(Key, Handle)>,
    count: u64,
}

impl Timers {
    pub(super) fn set(&mut self, when: Duration, handle: Handle) -> Key {
        if self.new.len() == self.new.capacity() {
            // Before it grows, so that one callback, too, can set and cancel a million timers without filling the memory.
            self.new.retain(|(_, handle)| !handle.cancelled());
            self.new.reserve(self.new.len());
        }
        self.count += 1;
        self.new.push(((when, self.count), handle));
        (when, self.count)
    }

    /// When the first is due.
    pub(super) fn first(&mut self) -> Option<Duration> {
        if !self.new.is_empty() {
            self.sorted
                .extend(take(&mut self.new).into_iter().filter(|(_, handle)| !handle.cancelled()));
        }
        self.sorted.first_key_value().map(|(key, _)| key.0)
    }

    /// Those that are due before `end_time`, in the order of their times.
    pub(super) fn take_due(&mut self, end_time: Duration) -> impl Iterator<Item = Handle> {
        let later = self.sorted.split_off(&(end_time, 0));
        replace(&mut self.sorted, later).into_values()
    }

    pub(super) fn into_handles(self) -> impl Iterator<Item = Handle> {
        self.sorted.into_iter().chain(self.new).map(|(_, handle)| handle)
    }
}

/// What [`EventLoop::call_later`] and [`EventLoop::call_at`] return.
#[derive(Clone)]
pub struct TimerHandle {
    pub(super) handle: Handle,
    pub(super) key: Key,
    pub(super) event_loop: EventLoop,
}

impl TimerHandle {
    /// Calls the call off; see [`Handle::cancel`].
    pub fn cancel(&self) {
        self.handle.cancel();
        self.event_loop.0.timers.borrow_mut().sorted.remove(&self.key);
    }

    /// Whether it was cancelled, in time or too late.
    pub fn cancelled(&self) -> bool {
        self.handle.cancelled()
    }

    /// When the call is due, on the clock of [`EventLoop::time`].
    pub fn when(&self) -> Duration {
        self.key.0
    }
}

/// A timer that ends with its scope: Python's `try: … finally: handle.cancel()`.
pub(super) struct CancelOnDrop(pub(super) TimerHandle);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
