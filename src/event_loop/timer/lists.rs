//! How timers are kept: in the order of their times, and so that it costs little to cancel one.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem::take;

use crate::event_loop::Handle;

/// When a timer is due, in nanoseconds on the loop's clock, and the number of its registration:
/// timers of equal time run in that order, which CPython leaves open.
///
/// asyncio counts time as a `float`, we as a `u64`, which ends after 584 years: two words are
/// compared faster than a `Duration` and a word, 14 % of the time of a timer.
pub(super) type Key = (u64, u64);

/// The largest time there is. A timer for later than this is due at this time.
const FOREVER: u64 = u64::MAX;

/// The timers of a loop.
///
/// asyncio keeps a heap, and leaves a cancelled timer in it until it comes to the top or more than
/// half are cancelled. We keep an ordered tree, which gives a cancelled one back at once: a timer
/// that is cancelled costs no time and no memory any more.
#[derive(Default)]
pub(in crate::event_loop) struct Timers(RefCell<Lists>);

#[derive(Default)]
struct Lists {
    /// In the order in which they are due.
    sorted: BTreeMap<Key, Handle>,
    /// Those set in this iteration, in the order of their numbers, and `None` in the place of one
    /// that was cancelled. asyncio sorts a timer when it is set; we when the iteration is over, and
    /// most timeouts are cancelled by then: it saves 60 % of setting and cancelling one.
    unsorted: Vec<Option<(u64, Handle)>>,
    /// The number of the first of `unsorted`; the others follow without a gap. So a key tells in
    /// which of the two lists a timer is, and in which place of this one: no search.
    first_unsorted: u64,
    /// How many of `unsorted` are `None`. asyncio counts those of its heap for the same reason: to
    /// know when it pays to clear them away.
    cancelled: usize,
}

/// For how many timers the memory of `unsorted` is kept from one iteration to the next.
const KEPT: usize = 1024;

// These are functions of their own because they are rarely needed, and what calls them is: it is
// faster the shorter it is.
impl Lists {
    /// Puts the timers of `unsorted` that are left into the tree.
    #[inline(never)]
    fn sort(&mut self) {
        for timer in self.unsorted.drain(..) {
            if let Some((when, handle)) = timer {
                self.sorted.insert((when, self.first_unsorted), handle);
            }
            self.first_unsorted += 1;
        }
        self.cancelled = 0;
        // A burst of timers leaves nothing behind.
        self.unsorted.shrink_to(KEPT);
    }

    /// What `sort` does, for an `unsorted` of which nothing is left.
    #[inline(never)]
    fn clear(&mut self) {
        self.first_unsorted += self.unsorted.len() as u64;
        self.unsorted.clear();
        self.cancelled = 0;
        self.unsorted.shrink_to(KEPT);
    }

    /// Room for one more: by sorting, if that gives half of the places back, so that a callback can
    /// set and cancel a million timers in one iteration without filling the memory.
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
    /// Adds one. Nothing is sorted here, so a timeout that is set and cancelled a moment later
    /// costs its allocation and two writes.
    #[inline(always)]
    pub(super) fn set(&self, when: u64, handle: Handle) -> Key {
        let lists = &mut *self.0.borrow_mut();
        if lists.unsorted.len() == lists.unsorted.capacity() {
            lists.make_room();
        }
        let number = lists.first_unsorted + lists.unsorted.len() as u64;
        lists.unsorted.push(Some((when, handle)));
        (when, number)
    }

    /// When the first is due. Called once an iteration, and this is where the new ones are sorted
    /// in.
    #[inline]
    pub(in crate::event_loop) fn first(&self) -> Option<u64> {
        let lists = &mut *self.0.borrow_mut();
        if !lists.unsorted.is_empty() {
            lists.sort();
        }
        let (first, _) = lists.sorted.first_key_value()?;
        Some(first.0)
    }

    /// Removes the first, which is due, and the others that are due before `end`, and gives them in
    /// the order of their times.
    pub(in crate::event_loop) fn take_due(&self, end: u64) -> impl Iterator<Item = Handle> {
        let sorted = &mut self.0.borrow_mut().sorted;
        let first = sorted.pop_first();
        let mut others = BTreeMap::new();
        // Nearly always the first is the only one. If not, all of them leave the tree by one cut,
        // where a heap would be popped and sifted for each.
        if let Some((second, _)) = sorted.first_key_value()
            && (second.0 < end || end == FOREVER)
        {
            others = take(sorted);
            // The end of time is not before itself, so a timer set for it would never be due.
            if end != FOREVER {
                *sorted = others.split_off(&(end, 0));
            }
        }
        first.into_iter().chain(others).map(|(_, handle)| handle)
    }

    /// Removes all of them.
    pub(in crate::event_loop) fn take_all(&self) -> impl Iterator<Item = Handle> {
        let lists = &mut *self.0.borrow_mut();
        lists.sort();
        take(&mut lists.sorted).into_values()
    }

    /// Forgets one that is about to be cancelled; nothing if it is gone.
    #[inline]
    pub(super) fn remove(&self, key: &Key) {
        let lists = &mut *self.0.borrow_mut();
        let Some(place) = key.1.checked_sub(lists.first_unsorted) else {
            return lists.remove_sorted(key);
        };
        if let Some(timer) = lists.unsorted.get_mut(place as usize)
            && timer.take().is_some()
        {
            lists.cancelled += 1;
            // Nearly always it was the only one, and the next takes its place.
            if lists.cancelled == lists.unsorted.len() {
                lists.clear();
            }
        }
    }
}
