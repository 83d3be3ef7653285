//! What a closure does on its thread: it is expected, begins, blocks, and ends.
use super::{
    Scheduler,
    slots::{RUNTIME, Slot, State},
};
use crate::timeline::Clock;
use std::{
    cell::Cell,
    sync::{Arc, PoisonError},
    thread::ThreadId,
    time::Duration,
};

thread_local! {
    /// The slot of the closure that runs on this thread.
    static SLOT: Cell<Option<u64>> = const { Cell::new(None) };
}

impl Scheduler {
    /// A closure will come, on a thread of its own. No time passes until it has begun. Returns the
    /// number of its slot.
    pub fn expect_slot(self: &Arc<Self>) -> u64 {
        let slot = self.change(|state| {
            let slot = state.next_slot;
            state.next_slot += 1;
            if self.clock == Clock::Paused {
                state.slots.insert(slot, Slot::Expected(std::time::Instant::now()));
            }
            slot
        });
        self.ensure_coordinator();
        slot
    }

    /// The closure has got a thread.
    pub fn begin_slot(self: &Arc<Self>, slot: u64) {
        if self.clock == Clock::Real {
            return;
        }
        // If this thread of a pool has run another closure, it has woken what joins that one.
        self.thread_left(std::thread::current().id());
        self.change(|state| state.slots.insert(slot, Slot::Ready));
        self.ensure_coordinator();
        self.wait_for_slot(slot);
        SLOT.set(Some(slot));
    }

    /// Occupies this thread for a time on the paused clock.
    pub fn block(self: &Arc<Self>, time: Duration) {
        let until = self.elapsed() + time;
        if !self.on_runtime_thread() {
            self.run_until_idle();
            let mine = SLOT.get();
            let slot = match mine {
                Some(slot) => slot,
                None => self.expect_slot(),
            };
            self.change(|state| state.slots.insert(slot, Slot::Blocked(until)));
            self.wait_for_slot(slot);
            if mine.is_none() {
                self.cancel(slot); // it has no lane, so it is scheduled only while it blocks
            }
        } else if self.lock().slots.is_empty() {
            // No other thread is on the clock: the runtime's own moves it.
            self.advance(time);
        } else {
            // Others are: the runtime's thread blocks as a slot does, and the coordinator moves the
            // clock.
            self.change(|state| {
                state.runtime_blocks = true;
                state.slots.insert(RUNTIME, Slot::Blocked(until));
            });
            self.ensure_coordinator();
            self.wait_for_slot(RUNTIME);
            self.change(|state| {
                state.runtime_blocks = false;
                state.slots.remove(&RUNTIME);
            });
        }
    }

    /// The closure has ended.
    pub fn end_slot(&self, slot: u64) {
        if self.clock == Clock::Real {
            return;
        }
        SLOT.set(None);
        // A pool's thread wakes the task that joins the closure after the closure has returned;
        // time must not pass before it has. Such a thread leaves, or takes other work, right
        // afterwards. No task joins a closure on a thread that is not of the pool.
        let pooled = match tokio::runtime::Handle::try_current() {
            Ok(handle) => handle.id() == self.runtime().id(),
            Err(_) => false,
        };
        self.change(|state| {
            state.slots.remove(&slot);
            if pooled {
                state.slots.insert(slot, Slot::Ending(std::thread::current().id()));
            }
            state.expect_what_is_queued();
        });
    }

    /// A thread of the runtime's pool has nothing more to do for the closure that it ran last.
    pub fn thread_left(&self, thread: ThreadId) {
        self.change(|state| state.slots.retain(|_, slot| *slot != Slot::Ending(thread)));
    }

    /// The closure will not begin any more.
    pub fn cancel(&self, slot: u64) {
        self.change(|state| {
            state.slots.remove(&slot);
            state.expect_what_is_queued();
        });
    }

    /// Waits until `slot` is allowed to run. Without a bound: what runs meanwhile may block for
    /// long.
    fn wait_for_slot(&self, slot: u64) {
        let waiting =
            |state: &mut State| !state.closed && state.slots.get(&slot) != Some(&Slot::Running);
        drop(self.changed.wait_while(self.lock(), waiting).unwrap_or_else(PoisonError::into_inner));
    }
}
