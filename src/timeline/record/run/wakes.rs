//! A lane is woken: by what, as far as it is known while the run goes on.
use super::{
    Run,
    kind::Home,
    lane_state::{LaneState, NO_TASK, Trace, Woken},
};
use crate::timeline::{
    Clock,
    record::{
        LaneId,
        event::{Event, What, WokenBy},
        gate::{Gate, Stranger},
        scheduler::TICK,
        stack::{Captured, capture},
    },
};
use std::time::Duration;

/// What has woken a lane, as far as it is known while the run goes on.
enum Cause {
    Known(WokenBy),
    /// Only the stack tells, which is looked up later. Until then, and in a binary that has no line
    /// tables, it counts as `guess`.
    Traced {
        stack: Captured,
        /// The lane that has ended just before.
        ended: Option<LaneId>,
        /// See [`Trace::current`].
        current: Option<LaneId>,
        guess: WokenBy,
    },
}

impl Cause {
    fn by(&self) -> WokenBy {
        match self {
            Cause::Known(by) | Cause::Traced { guess: by, .. } => *by,
        }
    }
}

impl Run {
    /// The waker of `lane` was called that reaches the task `task`.
    ///
    /// Says whether the run still goes on, so that its gate, if it has one, was told of it.
    pub fn woken(&self, lane: LaneId, task: usize) -> bool {
        if !self.is_open() {
            self.woken_ahead(lane, task);
            return false;
        }
        // A lane that wakes itself gives way: it is where it wants to go on.
        let by_itself = self.current_lane() == Some(lane);
        if by_itself {
            self.gives_way(lane);
        }
        // Before the lock, which `cause` takes for itself, and before the gate may keep the wake.
        let cause = self.cause(lane);
        if let Some(gate) = &self.gate {
            self.look_for_strangers(&**gate);
            if !gate.woken(lane, cause.by() == WokenBy::Yield) {
                return true;
            }
        }
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        let by = cause.by();
        let mut trace = None;
        if let Cause::Traced { stack, ended, current, .. } = &cause {
            trace = log.trace_next_event(stack, *ended, *current);
        }
        if let Some(state) = log.lanes.get_mut(&lane) {
            if by_itself || by == WokenBy::Yield {
                state.self_wakes += 1;
            }
            let through_an_old_waker = state.task != task && task != NO_TASK;
            // The first wake counts, since those that follow before the next poll change nothing;
            // but one that reaches the lane counts before one that does not.
            let counts = match &state.woken {
                None => {
                    state.wakes += 1;
                    true
                }
                Some(before) => before.through_an_old_waker && !through_an_old_waker,
            };
            if counts {
                state.woken = Some(Woken { at, by, through_an_old_waker, trace });
            }
        }
        let thread = log.thread_in_passing();
        log.push(Event { at, thread, lane, what: What::Woken { by } });
        true
    }

    /// Tells the gate if this is done by something that is none of its lanes.
    pub(super) fn look_for_strangers(&self, gate: &dyn Gate) {
        let ended = Run::what_finished().is_some();
        if !self.on_runtime_thread() {
            gate.stranger(Stranger::Thread);
        } else if self.current_lane().is_none() && !ended && tokio::task::try_id().is_some() {
            gate.stranger(Stranger::Task);
        }
    }

    /// How many tasks there are. The number is only compared: it is one less once a task has told
    /// its end to the lane that joins it.
    pub(super) fn tasks_alive(&self) -> usize {
        self.scheduler.runtime().metrics().num_alive_tasks()
    }

    /// The lane whose end was the last thing seen on this thread, if nothing says that what is
    /// woken now joins something else.
    fn ended_just_now(&self) -> Option<LaneId> {
        let (lane, tasks) = Run::what_finished()?;
        // If the task of that lane is gone, it has told of its end before: the wake is by another.
        if self.on_runtime_thread() && self.tasks_alive() < tasks { None } else { Some(lane) }
    }

    /// What wakes `lane`, judged from what runs on this thread while the waker is called.
    fn cause(&self, lane: LaneId) -> Cause {
        let runs_a_loop = Run::runs_a_loop();
        let ended = self.ended_just_now();
        if let Some(current) = self.current_lane()
            && !runs_a_loop
        {
            return self.woken_while_polled(current, ended);
        }
        if let Some(by) = self.woken_by_the_loop(lane) {
            return Cause::Known(by);
        }
        if self.on_runtime_thread() {
            if tokio::task::try_id().is_some() {
                return Cause::Known(WokenBy::Outside); // a task without a lane
            }
        } else {
            // A thread of the pool wakes the lane that joins a closure when the closure has ended.
            let by = match ended {
                Some(ended) => WokenBy::Lane(ended),
                None => WokenBy::Outside,
            };
            return Cause::Known(by);
        }
        if self.home != Home::OneThread {
            // The runtime does not tell when it has come to rest, or has several threads.
            return Cause::Traced {
                stack: capture(),
                ended,
                current: None,
                guess: WokenBy::Outside,
            };
        }
        let at = self.scheduler.elapsed();
        let log = self.lock();
        let polled = match log.lanes.get(&lane) {
            Some(state) => state.polled,
            None => Duration::ZERO,
        };
        // If it was moved by hand, several timers may be due at once, and the time alone does not
        // tell which of them this is.
        let moved_by_hand = log.blocked > polled;
        drop(log);
        if runs_a_loop {
            if let Some(ended) = ended {
                return Cause::Known(WokenBy::Lane(ended));
            }
            // The loop has called what wakes the lane: a timer of its own, or a call that was put
            // off to this iteration.
            let by = if at <= polled + TICK { WokenBy::Yield } else { WokenBy::Clock };
            return Cause::Known(by);
        }
        // On the paused clock no timer is due before the thread has come to rest, which would have
        // been noticed; unless the clock was moved by hand. So the time says what it must have
        // been, if it was not the end of a task without a lane, a socket or a signal: these come at
        // any time, and only the stack tells them from the rest.
        let guess = match (self.clock, ended) {
            (Clock::Paused, Some(ended)) if !moved_by_hand => WokenBy::Lane(ended),
            (Clock::Paused, None) if at == polled => WokenBy::Yield,
            (Clock::Paused, None) if !moved_by_hand => WokenBy::Clock,
            _ => WokenBy::Outside,
        };
        if self.clock == Clock::Paused && !self.places {
            return Cause::Known(guess); // one of thousands of schedules: see `places`
        }
        Cause::Traced { stack: capture(), ended, current: None, guess }
    }

    /// What wakes a lane while `current` is being polled, if `ended` has ended just before: that
    /// lane, unless it runs a `LocalSet`, whose tasks are polled inside it.
    fn woken_while_polled(&self, current: LaneId, ended: Option<LaneId>) -> Cause {
        let mine = Run::task_of_the_current_lane();
        if mine != tokio::task::try_id() {
            return Cause::Known(WokenBy::Outside); // a task of the set that has no lane
        }
        let its_task = |lane| self.lock().lanes.get(&lane).map(|state: &LaneState| state.in_task);
        // The end of a task wakes what joins it, when the poll of the task is over. The lane that
        // runs the set may do the same when its own future goes on, and only the stack tells.
        match ended {
            Some(ended) if self.places && its_task(ended) != Some(mine) => {
                let guess = WokenBy::Lane(current);
                Cause::Traced {
                    stack: capture(),
                    ended: Some(ended),
                    current: Some(current),
                    guess,
                }
            }
            _ => Cause::Known(WokenBy::Lane(current)),
        }
    }

    /// What wakes `lane` if a loop runs on this thread that has told what its calls wake by. The
    /// lane of the loop itself is woken by no call: it gives way to its next iteration.
    fn woken_by_the_loop(&self, lane: LaneId) -> Option<WokenBy> {
        let told = Run::cause_told_by_the_loop()?;
        if self.current_lane() == Some(lane) { Some(WokenBy::Yield) } else { Some(told) }
    }

    /// By what a lane would be woken if its waker were called here and now.
    pub fn would_wake(&self) -> WokenBy {
        match (Run::cause_told_by_the_loop(), self.current_lane()) {
            (Some(told), _) => told,
            (None, Some(lane)) => WokenBy::Lane(lane),
            (None, None) => WokenBy::Outside,
        }
    }

    /// A wake of `lane` as it comes now, without the claim that the run goes on.
    pub(super) fn wake_now(&self, lane: LaneId, task: usize) -> Woken {
        let cause = self.cause(lane);
        let at = self.scheduler.elapsed();
        let by = cause.by();
        let mut log = self.lock();
        let mut trace = None;
        if let Cause::Traced { stack, ended, current, .. } = &cause
            && let Some(stack) = log.stacks.number(stack)
        {
            trace = Some(Trace { stack, ended: *ended, current: *current });
        }
        let reached = log.lanes.get(&lane).map_or(NO_TASK, |state| state.task);
        Woken { at, by, through_an_old_waker: reached != task && task != NO_TASK, trace }
    }
}
