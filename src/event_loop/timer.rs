//! Timers: calls that are due at a time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem::replace;
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
pub(super) struct Timers(RefCell<Lists>);

#[derive(Default)]
struct Lists {
    /// In the order in which they are due.
    sorted: BTreeMap<Key, Handle>,
    /// Those set in this iteration, in the order of their numbers. asyncio sorts a timer when it is
    /// set; we when the iteration is over, and most timeouts are cancelled by then: it saves 60 %
    /// of setting and cancelling one.
    unsorted: Vec<(Key, Handle)>,
    /// How many of `unsorted` were cancelled, to know whether it pays to look for them. asyncio
    /// counts those of its heap for the same reason.
    cancelled: usize,
    /// How many were ever set: the number of the last one.
    count: u64,
    /// The number of the last one that is not in `unsorted` any more: it tells of a key in which
    /// of the two lists it would be.
    last_sorted: u64,
}

/// For how many timers the memory of `unsorted` is kept from one iteration to the next.
const KEPT: usize = 1024;

impl Lists {
    #[inline(never)]
    fn sort(&mut self) {
        for (key, handle) in self.unsorted.drain(..) {
            if !handle.cancelled() {
                self.sorted.insert(key, handle);
            }
        }
        // A burst of timers leaves nothing behind.
        self.unsorted.shrink_to(KEPT);
        self.cancelled = 0;
        self.last_sorted = self.count;
    }
}

impl Timers {
    /// Adds one. Nothing is sorted here, so a timeout that is set and cancelled a moment later
    /// costs its allocation and two writes.
    #[inline(always)]
    pub(super) fn set(&self, when: u64, handle: Handle) -> Key {
        let lists = &mut *self.0.borrow_mut();
        // Before it grows, so that a callback can set and cancel a million timers in one iteration
        // without filling the memory.
        let is_full = lists.unsorted.len() == lists.unsorted.capacity();
        if is_full && lists.cancelled > lists.unsorted.len() / 2 {
            lists.unsorted.retain(|(_, handle)| !handle.cancelled());
            lists.cancelled = 0;
        }
        lists.count += 1;
        let key = (when, lists.count);
        lists.unsorted.push((key, handle));
        key
    }

    /// When the first is due. Called once an iteration, and this is where the new ones are sorted
    /// in.
    #[inline]
    pub(super) fn first(&self) -> Option<u64> {
        let lists = &mut *self.0.borrow_mut();
        if !lists.unsorted.is_empty() {
            lists.sort();
        }
        let (first, _) = lists.sorted.first_key_value()?;
        Some(first.0)
    }

    /// Removes those that are due before `end`, and gives them in the order of their times. All of
    /// them leave the tree by one cut, where a heap would be popped and sifted for each.
    pub(super) fn take_due(&self, end: u64) -> impl Iterator<Item = Handle> {
        let sorted = &mut self.0.borrow_mut().sorted;
        // The end of time is not before itself, so a timer set for it would never be due.
        let later = if end == FOREVER { BTreeMap::new() } else { sorted.split_off(&(end, 0)) };
        replace(sorted, later).into_values()
    }

    /// Removes all of them.
    pub(super) fn take_all(&self) -> impl Iterator<Item = Handle> {
        let Lists { sorted, unsorted, .. } = self.0.take();
        sorted.into_iter().chain(unsorted).map(|(_, handle)| handle)
    }

    /// Forgets one that is about to be cancelled; nothing if it is gone.
    fn remove(&self, key: &Key) {
        let lists = &mut *self.0.borrow_mut();
        if key.1 <= lists.last_sorted {
            lists.sorted.remove(key);
            return;
        }
        match lists.unsorted.last() {
            // The one that was set last is nearly always the one that is cancelled first: it saves
            // a place in the list for each.
            Some((last, _)) if last == key => drop(lists.unsorted.pop()),
            // It stays there, and will be known by its mark.
            _ => lists.cancelled += 1,
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
    #[inline(always)]
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
