//! The coordinator: lets one slot run after the other, and the time pass in between.
use super::{
    Scheduler, TICK,
    slots::{Slot, State},
};
use crate::timeline::Clock;
use std::{sync::Arc, time::Duration};

impl Scheduler {
    /// Sees to it that the coordinator is there. It is a closure on the runtime's own pool, so that
    /// as long as it is there, tokio leaves the clock alone, as it does for any `spawn_blocking`.
    pub(super) fn ensure_coordinator(self: &Arc<Self>) {
        let mut state = self.lock();
        if self.clock == Clock::Paused && !state.coordinator_runs && !state.closed {
            state.coordinator_runs = true;
            drop(state);
            let scheduler = self.clone();
            self.runtime().spawn_blocking(move || scheduler.schedule());
        }
    }

    /// What the coordinator does: lets one slot run after the other, and the time pass in between.
    fn schedule(&self) {
        loop {
            let changes = self.lock().changes;
            self.run_until_idle();
            // `wait_until` returns false when it has waited for too long. Then the coordinator no
            // longer waits for closures that should have begun, nor for those that have ended. It
            // still waits for a closure that runs, even if that runs for ever. Meanwhile the
            // runtime is left alone: to set it in motion would be progress for the watchdog, which
            // would never give the run up.
            while !self.wait_until(|state| !state.a_slot_is_busy()) {
                self.change(State::give_up_waiting);
            }
            let mut state = self.lock();
            if state.closed || state.has_nothing_to_schedule() {
                state.coordinator_runs = false;
                return;
            }
            if state.changes != changes {
                continue; // what was changed may have set the runtime in motion
            }
            let now = self.elapsed();
            if let Some(next) = state.next(now) {
                state.slots.insert(next, Slot::Running);
                drop(state);
                self.changed.notify_all();
            } else {
                drop(state);
                // Up to the next whole tick and no further: a timer may be due there.
                let since_tick = Duration::from_nanos((now.as_nanos() % TICK.as_nanos()) as u64);
                self.advance(TICK - since_tick);
            }
        }
    }

    /// Lets the runtime do all that can be done at this instant.
    pub(super) fn run_until_idle(&self) {
        // Twice: the first visit may come when the runtime is about to sleep and has not looked at
        // its timers yet. It has looked at them before the second visit is over.
        for _ in 0..2 {
            let mut state = self.lock();
            if state.closed || state.runtime_blocks {
                return;
            }
            state.visits += 1;
            let visit = state.visits;
            drop(state);
            self.runtime().spawn(async {});
            self.wait_until(|state| state.runtime_blocks || state.idle_after >= visit);
        }
    }

    /// Lets the runtime do all that this thread has set off there. A thread calls this before it
    /// notes what it does next, so that what the runtime does is noted first. On the runtime's own
    /// thread the call does nothing.
    pub fn run_until_idle_on_thread(&self) {
        if self.clock == Clock::Paused && !self.on_runtime_thread() {
            self.run_until_idle();
        }
    }
}
