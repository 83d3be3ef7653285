//! How timers are kept: in the order of their times, and so that it costs little to cancel one.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem::take;

use crate::event_loop::Handle;

/// The place of a timer among all others: the earlier time comes first, and of equal times the
/// earlier registration, which CPython leaves open.
///
/// asyncio counts time as a `float`, we as a `u64`, which ends after 584 years: two words are
/// compared faster than a `Duration` and a word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// When the timer is due, in nanoseconds on the loop's clock.
    pub(super) when: u64,
    /// How many timers were set before it.
    number: u64,
}

/// The largest time there is. A timer for later than this is due at this time.
pub(in crate::event_loop) const FOREVER: u64 = u64::MAX;

/// The timers of a loop.
///
/// asyncio keeps a heap, and leaves a cancelled timer in it until the timer comes to the top, or
/// until there are more than 100 timers and more than half of them are cancelled. We keep an
/// ordered tree, from which a cancelled timer is removed at once: it saves the memory and the time
/// that cancelled timers cost in a heap.
#[derive(Default)]
pub(in crate::event_loop) struct Timers(RefCell<Lists>);

/// A new timer stands in `unsorted`. It moves into `sorted` when the loop next asks which timer is
/// the first, or earlier if `unsorted` is full and more than half of its timers were cancelled. A
/// timer that was cancelled before never moves.
#[derive(Default)]
struct Lists {
    /// Timers in the order in which they are due.
    sorted: BTreeMap<Key, Handle>,
    /// Timers set since timers were last sorted, in the order of their numbers, and `None` in the
    /// place of one that was cancelled. asyncio sorts a timer when it is set; we sort it when the
    /// next iteration begins, and most timeouts are cancelled by then: this saves sorting them,
    /// and taking them out again.
    unsorted: Vec<Option<(u64, Handle)>>,
    /// The number of the first timer in `unsorted`; the others follow without a gap. So the number
    /// in a key tells in which of the two lists a timer is, and its place in `unsorted` is found
    /// without a search.
    first_unsorted: u64,
    /// How many places of `unsorted` are `None`, to know when it pays to clear them away. asyncio
    /// counts the cancelled timers of its heap for the same reason.
    cancelled: usize,
}

/// For how many timers the memory of `unsorted` is kept from one iteration to the next, so that it
/// is not allocated anew each time.
const KEPT: usize = 1024;

// These are functions of their own, and not inlined, because they are rarely needed, while their
// callers are needed all the time and are faster the shorter they are.
impl Lists {
    /// Puts the timers of `unsorted` that are left into the tree.
    #[inline(never)]
    fn sort(&mut self) {
        for timer in self.unsorted.drain(..) {
            if let Some((when, handle)) = timer {
                self.sorted.insert(Key { when, number: self.first_unsorted }, handle);
            }
            self.first_unsorted += 1;
        }
        self.cancelled = 0;
        // The memory that a burst of timers took is given back.
        self.unsorted.shrink_to(KEPT);
    }

    /// What `sort` does if every timer in `unsorted` was cancelled: there is nothing to insert.
    #[inline(never)]
    fn clear(&mut self) {
        self.first_unsorted += self.unsorted.len() as u64;
        self.unsorted.clear();
        self.cancelled = 0;
        self.unsorted.shrink_to(KEPT);
    }

    /// Makes room for one more timer. If more than half of the places are empty, `sort` moves the
    /// timers that are left and frees all places. So a callback can set and cancel a million
    /// timers in one iteration without filling the memory.
    #[inline(never)]
    fn make_room(&mut self) {
        if self.cancelled > self.unsorted.len() / 2 {
            self.sort();
        } else {
            self.unsorted.reserve(1);
        }
    }

    #[inline(never)]
    fn remove_sorted(&mut self, key: &Key) {
        self.sorted.remove(key);
    }
}

impl Timers {
    /// Adds a timer. Nothing is sorted here, so a timeout that is set and cancelled a moment later
    /// costs its allocation and two writes.
    #[inline(always)]
    pub(super) fn set(&self, when: u64, handle: Handle) -> Key {
        let lists = &mut *self.0.borrow_mut();
        if lists.unsorted.len() == lists.unsorted.capacity() {
            lists.make_room();
        }
        let number = lists.first_unsorted + lists.unsorted.len() as u64;
        lists.unsorted.push(Some((when, handle)));
        Key { when, number }
    }

    /// When the first timer is due. Called in each iteration, and again after a wait; this is where
    /// the new timers are sorted in.
    #[inline]
    pub(in crate::event_loop) fn first(&self) -> Option<u64> {
        let lists = &mut *self.0.borrow_mut();
        if !lists.unsorted.is_empty() {
            lists.sort();
        }
        let (first, _) = lists.sorted.first_key_value()?;
        Some(first.when)
    }

    /// Removes the first timer, which the caller knows to be due, and all others that are due
    /// before `end`, and gives them in the order of their times. Called after `first`, so none is
    /// unsorted.
    pub(in crate::event_loop) fn take_due(&self, end: u64) -> impl Iterator<Item = Handle> {
        let sorted = &mut self.0.borrow_mut().sorted;
        let first = sorted.pop_first();
        let mut others = BTreeMap::new();
        // Nearly always only the first timer is due. Otherwise all that are due leave the tree by
        // one cut; a heap, as asyncio's, would have to be put in order again after each.
        if let Some((second, _)) = sorted.first_key_value()
            && (second.when < end || end == FOREVER)
        {
            others = take(sorted);
            // At the end of time all timers are due. A cut would leave those that are set for
            // exactly that time, and they would never be due.
            if end != FOREVER {
                *sorted = others.split_off(&Key { when: end, number: 0 });
            }
        }
        first.into_iter().chain(others).map(|(_, handle)| handle)
    }

    /// Removes all timers, when the loop is closed.
    pub(in crate::event_loop) fn take_all(&self) -> impl Iterator<Item = Handle> {
        let lists = &mut *self.0.borrow_mut();
        lists.sort();
        take(&mut lists.sorted).into_values()
    }

    /// Forgets a timer that is about to be cancelled. Does nothing if the timer is gone.
    #[inline]
    pub(super) fn remove(&self, key: &Key) {
        let lists = &mut *self.0.borrow_mut();
        let Some(place) = key.number.checked_sub(lists.first_unsorted) else {
            // A smaller number than the first unsorted one: this timer has been sorted in.
            return lists.remove_sorted(key);
        };
        if let Some(timer) = lists.unsorted.get_mut(place as usize)
            && timer.take().is_some()
        {
            lists.cancelled += 1;
            // Nearly always this was the only timer in `unsorted`, and the next one takes its
            // place.
            if lists.cancelled == lists.unsorted.len() {
                lists.clear();
            }
        }
    }
}
