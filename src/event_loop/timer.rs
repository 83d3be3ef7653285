//! Timers: calls that are due at a time.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::mem::{replace, take};
use std::time::Duration;

use super::{EventLoop, Handle};

/// When a timer is due, in nanoseconds on the loop's clock, and the number of its registration:
/// timers of equal time run in that order, which CPython leaves open.
///
/// asyncio counts time as a `float`, we as a `u64`, which ends after 584 years: two words are
/// compared faster than a `Duration` and a word, 14 % of the time of a timer.
type Key = (u64, u64);

/// The largest time there is. A timer for later than this is due at this time.
const FOREVER: u64 = u64::MAX;

/// A time or a duration in nanoseconds, at most 584 years.
#[inline]
pub(super) fn nanoseconds(duration: Duration) -> u64 {
    let whole = duration.as_secs().saturating_mul(1_000_000_000);
    whole.saturating_add(duration.subsec_nanos().into())
}

/// The timers of a loop.
///
/// asyncio keeps a heap, and leaves a cancelled timer in it until it comes to the top or more than
/// half are cancelled. We keep an ordered tree, which gives a cancelled one back at once: a timer
/// that is cancelled costs no time and no memory any more.
#[derive(Default)]
pub(super) struct Timers {
    /// In the order in which they are due.
    sorted: RefCell<BTreeMap<Key, Handle>>,
    /// Those set in this iteration. asyncio sorts a timer when it is set; we when the iteration is
    /// over, and most timeouts are cancelled by then: it saves 60 % of setting and cancelling one.
    unsorted: RefCell<Vec<(Key, Handle)>>,
    /// How many were ever set: the number of the last one.
    count: Cell<u64>,
}

impl Timers {
    /// Adds one. Nothing is sorted here, so a timeout that is set and cancelled a moment later
    /// costs its allocation and two writes.
    pub(super) fn set(&self, when: u64, handle: Handle) -> Key {
        let mut unsorted = self.unsorted.borrow_mut();
        if unsorted.len() == unsorted.capacity() {
            // Before it grows, so that a callback can set and cancel a million timers in one
            // iteration without filling the memory.
            unsorted.retain(|(_, handle)| !handle.cancelled());
            let more = unsorted.len();
            unsorted.reserve(more);
        }
        let number = self.count.get() + 1;
        self.count.set(number);
        unsorted.push(((when, number), handle));
        (when, number)
    }

    /// When the first is due. Called once an iteration, and this is where the new ones are sorted
    /// in. `take` gives the list's memory back as well: a burst of timers leaves nothing behind.
    pub(super) fn first(&self) -> Option<u64> {
        let mut sorted = self.sorted.borrow_mut();
        let mut unsorted = self.unsorted.borrow_mut();
        if !unsorted.is_empty() {
            for (key, handle) in take(&mut *unsorted) {
                if !handle.cancelled() {
                    sorted.insert(key, handle);
                }
            }
        }
        let (first, _) = sorted.first_key_value()?;
        Some(first.0)
    }

    /// Removes those that are due before `end`, and gives them in the order of their times. All of
    /// them leave the tree by one cut, where a heap would be popped and sifted for each.
    pub(super) fn take_due(&self, end: u64) -> impl Iterator<Item = Handle> {
        let mut sorted = self.sorted.borrow_mut();
        // The end of time is not before itself, so a timer set for it would never be due.
        let later = if end == FOREVER { BTreeMap::new() } else { sorted.split_off(&(end, 0)) };
        replace(&mut *sorted, later).into_values()
    }

    /// Removes all of them.
    pub(super) fn take_all(&self) -> impl Iterator<Item = Handle> {
        let unsorted = self.unsorted.take();
        self.sorted.take().into_iter().chain(unsorted).map(|(_, handle)| handle)
    }

    /// Forgets one, in time that grows with the logarithm of their number; nothing if it is gone.
    fn remove(&self, key: &Key) {
        let mut sorted = self.sorted.borrow_mut();
        // One of `unsorted` is left there: it is marked as cancelled and never gets sorted. So a
        // tree that is empty, as it is where timeouts never come true, need not be searched.
        if !sorted.is_empty() {
            sorted.remove(key);
        }
    }
}

/// What [`EventLoop::call_later`] and [`EventLoop::call_at`] return. Dropping it changes nothing.
#[derive(Clone)]
pub struct TimerHandle {
    /// The call, which may still stand among the timers or already in the ready queue.
    pub(super) handle: Handle,
    /// Its place among the timers.
    key: Key,
    /// The loop whose timers these are, to take it out of them on `cancel`.
    event_loop: EventLoop,
}

impl TimerHandle {
    pub(super) fn new(event_loop: &EventLoop, when: Duration, handle: Handle) -> Self {
        let key = event_loop.0.timers.set(nanoseconds(when), handle.clone());
        Self { handle, key, event_loop: event_loop.clone() }
    }

    /// Cancels the call; see [`Handle::cancel`]. It leaves the list before its closure is dropped,
    /// so that a destructor finds everything as it should be.
    pub fn cancel(&self) {
        self.event_loop.0.observers.timer_cancelled(&self.handle);
        self.event_loop.0.timers.remove(&self.key);
        self.handle.cancel();
    }

    /// Whether it was cancelled, in time or too late.
    pub fn cancelled(&self) -> bool {
        self.handle.cancelled()
    }

    /// When the call is due, on the clock of [`EventLoop::time`].
    pub fn when(&self) -> Duration {
        Duration::from_nanos(self.key.0)
    }
}
