//! Where a lane waits: what it has registered in a poll that returned `Pending`.
use super::{
    Run,
    lane_state::{KeptOfPoll, LaneState, NumberedStack, Registration},
    log::{Log, WaitsKey},
};
use crate::timeline::record::{
    LaneId,
    event::Polled,
    pair::{Clones, Moved},
    stack::{Captured, capture},
    waits::{OnStack, Registered, Waits},
};

/// The stack of a lane, up to the poll of that lane.
pub(super) struct StackOf {
    /// Which lane's stack it is.
    lane: LaneId,
    /// The lane that is polled there: see [`NumberedStack::inside`].
    inside: Option<LaneId>,
    /// What is on it.
    stack: Captured,
}

impl Run {
    /// The poll of `lane` has returned `Pending`; `clones` says what has become of the wakers that
    /// were cloned in it. Returns whether the lane waits elsewhere than before.
    pub fn note_pending(&self, lane: LaneId, clones: Clones) -> Moved {
        let mut log = self.lock();
        let Some(state) = log.lanes.get_mut(&lane) else { return Moved::No };
        // The poll is over: what it registered becomes what the lane waits for.
        let mut registered = std::mem::take(&mut state.poll.registered);
        let moved = state.wait.note_registrations(&registered);
        let ended = log.ended_of(&registered);
        let Some(state) = log.lanes.get_mut(&lane) else { return Moved::No };
        let mut kept = state.leave_out_what_is_over(&mut registered, &clones, &ended);
        // A lane that has only woken itself, as `yield_now` does, waits where it did that.
        if registered.is_empty()
            && let Some(stack) = state.poll.gave_way
        {
            registered.push(Registration::once(stack, None));
            kept = KeptOfPoll::All;
        }
        let made_at = state.made_at;
        let waits = match &state.wait.at {
            // The lane has registered at no new place. Either what it waits for has kept a waker of
            // it from an earlier poll, or the lane has gone on to something that keeps no waker.
            Some(before) if registered.is_empty() => before.kept_from_before(match kept {
                KeptOfPoll::Nothing if clones.an_older_one_is_kept => Registered::Kept,
                KeptOfPoll::Nothing => Registered::OrAfter,
                KeptOfPoll::All | KeptOfPoll::Unknown => Registered::Earlier,
            }),
            _ if !self.places => {
                let all_are_kept = false;
                Waits::new(made_at, Registered::Unknown, vec![], all_are_kept)
            }
            _ => log.waits(registered, made_at, kept),
        };
        if let Some(state) = log.lanes.get_mut(&lane) {
            state.wait.at = Some(waits.clone());
        }
        drop(log);
        self.poll_ends(lane, Polled::Pending(waits));
        moved
    }

    /// `lane` registers its waker now, or blocks its thread to wait: what is on the stack is where
    /// it waits. Returns the number of the stack, as `note_stack` does.
    pub fn registers(&self, lane: LaneId) -> Option<u32> {
        self.note_stack(lane, |state, stack| {
            state.poll.registers(Registration::once(stack, None));
        })
    }

    /// `lane` has polled `inside`, a lane that is part of it and that is not ready.
    pub fn waits_for(&self, lane: LaneId, inside: LaneId) {
        // A `LocalSet` polls tasks of its own. The lane that runs the set does not wait for those
        // tasks, but for the future that it has given to `run_until`.
        let mut log = self.lock();
        let task = |of: LaneId| log.lanes.get(&of).map(|state| state.owner.task);
        let in_one_task = task(lane) == task(inside);
        if !in_one_task {
            return;
        }
        // The stack that was noted when the poll of `inside` began: `lane` is still at that place.
        let around = log.lanes.get(&inside).and_then(|state| state.poll.around);
        if let Some(around) = around
            && around.lane == lane
            && !log.closed
            && let Some(state) = log.lanes.get_mut(&lane)
        {
            state.poll.registers(Registration::once(around.stack, Some(inside)));
        }
    }

    /// `lane` wakes itself: what is on the stack is where it wants to be polled again.
    pub fn gives_way(&self, lane: LaneId) {
        self.note_stack(lane, |state, stack| state.poll.gave_way = Some(stack));
    }

    /// The stack of the lane that polls or calls `inside` now; none if no lane does, or if this run
    /// does not note places.
    pub(super) fn stack_around(&self, inside: LaneId) -> Option<StackOf> {
        let lane = self.current_lane()?;
        // The lane that runs an event loop is polled once for each iteration of the loop. It notes
        // these polls itself, from inside: no lane is around them.
        if lane == inside || !self.places {
            return None;
        }
        Some(StackOf { lane, inside: Some(inside), stack: capture() })
    }

    /// The stack of the lane that runs now; none if no lane does, or if this run does not note
    /// places.
    pub(super) fn stack_of_the_current_lane(&self) -> Option<StackOf> {
        let lane = self.current_lane()?;
        if !self.places {
            return None;
        }
        Some(StackOf { lane, inside: None, stack: capture() })
    }

    /// Captures the stack up to the poll of `lane`, and calls `note` with the lane's state and the
    /// number of the stack. Returns that number. Returns none, and notes nothing, if this run does
    /// not note places, if it is closed, or if there are too many stacks already.
    fn note_stack(&self, lane: LaneId, note: impl FnOnce(&mut LaneState, u32)) -> Option<u32> {
        if !self.places {
            return None;
        }
        // Before the lock: walking the stack takes longer than all that is done with it.
        let stack = capture();
        let mut log = self.lock();
        if log.closed {
            return None;
        }
        let number = log.stacks.number(&stack)?;
        if let Some(state) = log.lanes.get_mut(&lane) {
            note(state, number);
        }
        Some(number)
    }
}

impl Log {
    /// Keeps a stack, and returns its number. None if there was none, if the log is closed, or if
    /// there are too many stacks already.
    pub(super) fn number_of(&mut self, captured: &Option<StackOf>) -> Option<NumberedStack> {
        let Some(StackOf { lane, inside, stack }) = captured else { return None };
        if self.closed {
            return None;
        }
        let stack = self.stacks.number(stack)?;
        Some(NumberedStack { lane: *lane, stack, inside: *inside })
    }

    /// Where the lane of this stack is, to be noted in an event. None if there is no stack, or if
    /// the log is full, so that the event would not be kept.
    pub(super) fn place(&mut self, stack: Option<NumberedStack>) -> Option<Waits> {
        let NumberedStack { lane, stack, inside } = stack?;
        if self.is_full() {
            return None;
        }
        let made_at = self.lanes.get(&lane)?.made_at;
        let key = WaitsKey::new(vec![Registration::once(stack, inside)], made_at, None);
        if let Some(known) = self.waits.get(&key) {
            return Some(known.clone());
        }
        let there = OnStack { stack: self.stacks.get(stack), lane: inside, times: 1 };
        let waits = Waits::of_a_lane_that_runs(made_at, there);
        self.waits.insert(key, waits.clone());
        Some(waits)
    }
}
