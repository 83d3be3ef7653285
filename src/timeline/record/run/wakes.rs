//! A lane is woken: by what, as far as it is known while the run goes on.
use super::{
    Run,
    current::{Finished, is_in_a_closure},
    kind::Home,
    lane_state::{NO_TASK, Trace, Woken},
    log::Log,
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
struct Cause {
    /// What has called the waker. If there is a stack, this is a guess.
    by: WokenBy,
    /// Set if only the stack tells. The stack is looked up later; until then, and in a binary that
    /// has no line tables, the guess counts.
    stack: Option<SeenStack>,
}

/// What was seen when a waker was called, to be looked up later: see [`Trace`].
struct SeenStack {
    /// From where the waker was called.
    stack: Captured,
    /// The lane that has ended just before.
    ended: Option<LaneId>,
    /// The lane that was being polled, if that lane may have called the waker: see [`Trace`].
    current: Option<LaneId>,
}

impl Cause {
    fn known(by: WokenBy) -> Cause {
        Cause { by, stack: None }
    }

    /// A cause that only the stack tells. The stack of this moment is captured.
    fn guessed(guess: WokenBy, ended: Option<LaneId>, current: Option<LaneId>) -> Cause {
        let stack = SeenStack { stack: capture(), ended, current };
        Cause { by: guess, stack: Some(stack) }
    }
}

impl Run {
    /// A waker of `lane` was called, one that leads to the task `task`.
    ///
    /// Returns whether the gate, if there is one, was told. It is told only while the run is open.
    pub fn woken(&self, lane: LaneId, task: usize) -> bool {
        if !self.is_open() {
            self.woken_ahead(lane, task);
            return false;
        }
        // A lane that wakes itself gives way: the place where it does that is where it goes on.
        let by_itself = self.current_lane() == Some(lane);
        if by_itself {
            self.gives_way(lane);
        }
        // Before the lock, which `cause` takes for itself; and before the gate, which is told
        // whether the lane has yielded.
        let Cause { by, stack } = self.cause(lane);
        if let Some(gate) = &self.gate {
            self.look_for_strangers(&**gate);
            if !gate.woken(lane, by == WokenBy::Yield) {
                return true;
            }
        }
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        let trace = match stack {
            Some(seen) => log.trace_next_event(&seen.stack, seen.ended, seen.current),
            None => None,
        };
        if let Some(state) = log.lanes.get_mut(&lane) {
            if by_itself || by == WokenBy::Yield {
                state.instant.self_wakes += 1;
            }
            let through_an_old_waker = !state.is_reached_through(task);
            state.note_wake(Woken { at, by, through_an_old_waker, trace });
        }
        let thread = log.thread_for_one_event();
        log.push(Event { at, thread, lane, what: What::Woken { by, cancels: Run::cancels() } });
        true
    }

    /// Tells the gate if what happens now is done by something that is none of its lanes.
    pub(super) fn look_for_strangers(&self, gate: &dyn Gate) {
        // The end of a task wakes what joins it, still in that task and in no lane.
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

    /// The lane whose end was the last thing seen on this thread: what is woken now joins that
    /// lane. None if there is a sign that the wake has another cause.
    fn ended_just_now(&self) -> Option<LaneId> {
        let finished = Run::what_finished()?;
        let is_over = if finished.of_a_closure || !self.on_runtime_thread() {
            closure_is_over(finished)
        } else {
            // If the task of that lane is gone, it has told of its end before: something else has
            // called this waker.
            self.tasks_alive() < finished.tasks
        };
        if is_over { None } else { Some(finished.lane) }
    }

    /// As `ended_just_now`, for a wake that is noted now. A closure that has ended wakes the lane
    /// that joins it, and no other: so its end is forgotten, and does not explain the next wake.
    /// The pool wakes that lane outside the task of the closure.
    fn take_what_ended_just_now(&self) -> Option<LaneId> {
        let ended = self.ended_just_now();
        if let Some(finished) = Run::what_finished()
            && finished.of_a_closure
            && tokio::task::try_id().is_none()
        {
            self.forget_what_finished();
        }
        ended
    }

    /// What wakes `lane`, judged from what runs on this thread while the waker is called:
    ///
    /// | what runs here | what wakes the lane |
    /// |---|---|
    /// | a lane | that lane: see `woken_while_polled` |
    /// | a loop of the program's own that tells | what it has told |
    /// | a thread that is not the runtime's own | the closure that has just ended, or “outside” |
    /// | a task without a lane | “outside” |
    /// | a runtime with several threads, or the caller's | only the stack tells |
    /// | a loop that does not tell | see `woken_by_a_silent_loop` |
    /// | nothing but the runtime | see `woken_by_the_runtime` |
    fn cause(&self, lane: LaneId) -> Cause {
        let in_a_loop = Run::runs_a_loop();
        let ended = self.take_what_ended_just_now();
        if let Some(current) = self.current_lane()
            && !in_a_loop
        {
            return self.woken_while_polled(current, ended);
        }
        if let Some(by) = self.woken_by_the_loop(lane) {
            return Cause::known(by);
        }
        if !self.on_runtime_thread() {
            // A thread of the pool wakes the lane that joins a closure when the closure has ended.
            return Cause::known(match ended {
                Some(ended) => WokenBy::Lane(ended),
                None => WokenBy::Outside,
            });
        }
        let in_a_task = tokio::task::try_id().is_some();
        if in_a_task {
            return Cause::known(WokenBy::Outside);
        }
        if self.home != Home::OneThread {
            // The runtime does not tell when it has come to rest, or has several threads.
            return Cause::guessed(WokenBy::Outside, ended, None);
        }
        if in_a_loop {
            return Cause::known(self.woken_by_a_silent_loop(lane, ended));
        }
        self.woken_by_the_runtime(lane, ended)
    }

    /// A loop has called what wakes the lane: a timer of its own, or a call that was put off to
    /// this iteration.
    fn woken_by_a_silent_loop(&self, lane: LaneId, ended: Option<LaneId>) -> WokenBy {
        if let Some(ended) = ended {
            return WokenBy::Lane(ended);
        }
        let now = self.scheduler.elapsed();
        let polled = polled_last(&self.lock(), lane);
        // A timer that is due within a tick looks like a call that was put off: tokio's timers are
        // no finer. It is taken for such a call.
        if now <= polled + TICK { WokenBy::Yield } else { WokenBy::Clock }
    }

    /// Nothing but the runtime runs: it has fired a timer, or calls the waker of a lane that has
    /// given way; or it has polled a socket, or dropped a task, and then only the stack tells.
    ///
    /// On the paused clock a timer fires only after the thread has come to rest, unless the clock
    /// was moved by hand. When the thread comes to rest, the lane that has `ended` is forgotten. So
    /// `ended` and the time tell the cause. The exceptions are the end of a task without a lane, a
    /// socket and a signal, which come at any time.
    fn woken_by_the_runtime(&self, lane: LaneId, ended: Option<LaneId>) -> Cause {
        let now = self.scheduler.elapsed();
        let log = self.lock();
        let polled = polled_last(&log, lane);
        // If the clock was moved by hand since that poll, several timers may be due at once, and
        // the time alone does not tell what woke the lane.
        let moved_by_hand = log.last_blocked > polled;
        drop(log);
        let guess = match (self.clock, ended) {
            (Clock::Paused, Some(ended)) if !moved_by_hand => WokenBy::Lane(ended),
            (Clock::Paused, None) if now == polled => WokenBy::Yield,
            (Clock::Paused, None) if !moved_by_hand => WokenBy::Clock,
            _ => WokenBy::Outside,
        };
        if self.clock == Clock::Paused && !self.places {
            return Cause::known(guess); // one of thousands of schedules: see `places`
        }
        Cause::guessed(guess, ended, None)
    }

    /// What wakes a lane while `current` is being polled: `current` does, with two exceptions. It
    /// may run a `LocalSet`, whose tasks are polled inside it; or it may be a closure that has a
    /// runtime of its own. `ended` is the lane that has ended just before.
    fn woken_while_polled(&self, current: LaneId, ended: Option<LaneId>) -> Cause {
        let mine = Run::task_of_the_current_lane();
        if mine != tokio::task::try_id() {
            return Cause::known(WokenBy::Outside); // a task of the set that has no lane
        }
        // The end of a task wakes what joins it, when the poll of the task is over. But the lane
        // that runs the set may also have called the waker, when its own future went on. Only the
        // stack tells.
        if let Some(ended) = ended
            && self.places
            && self.task_of(ended) != Some(mine)
        {
            return Cause::guessed(WokenBy::Lane(current), Some(ended), Some(current));
        }
        // A closure may run a runtime of its own, whose timers call wakers while no code of the
        // closure runs: only the stack tells them from what the closure wakes.
        if is_in_a_closure() && self.places {
            return Cause::guessed(WokenBy::Lane(current), None, Some(current));
        }
        Cause::known(WokenBy::Lane(current))
    }

    /// The task in which a lane was polled last: see `Owner`. None if nothing is known of the lane.
    fn task_of(&self, lane: LaneId) -> Option<Option<tokio::task::Id>> {
        let log = self.lock();
        let state = log.lanes.get(&lane)?;
        Some(state.owner.task)
    }

    /// What wakes `lane` if a loop runs on this thread that has told what its calls wake by. The
    /// lane of the loop itself is woken by no call: it gives way to its next iteration.
    fn woken_by_the_loop(&self, lane: LaneId) -> Option<WokenBy> {
        let told = Run::cause_told_by_the_loop()?;
        if self.current_lane() == Some(lane) { Some(WokenBy::Yield) } else { Some(told) }
    }

    /// By what a lane would be woken if its waker were called here and now.
    pub fn would_wake(&self) -> WokenBy {
        if let Some(told) = Run::cause_told_by_the_loop() {
            return told;
        }
        if let Some(lane) = self.current_lane() {
            return WokenBy::Lane(lane);
        }
        // A closure of a pool that was a lane, and now hands over its result.
        match self.ended_just_now() {
            Some(ended) if !self.on_runtime_thread() => WokenBy::Lane(ended),
            _ => WokenBy::Outside,
        }
    }

    /// What would be noted of a wake of `lane` at this moment. No event is noted here.
    pub(super) fn describe_wake(&self, lane: LaneId, task: usize) -> Woken {
        let Cause { by, stack: seen } = self.cause(lane);
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        let mut trace = None;
        if let Some(seen) = seen
            && let Some(number) = log.stacks.number(&seen.stack)
        {
            trace = Some(Trace { stack: number, ended: seen.ended, current: seen.current });
        }
        let through_an_old_waker = match log.lanes.get(&lane) {
            Some(state) => !state.is_reached_through(task),
            None => task != NO_TASK,
        };
        Woken { at, by, through_an_old_waker, trace }
    }
}

/// Whether this thread, which polls no tasks, has gone on to something else since the closure of a
/// lane ended on it. Such a thread tells nothing when it begins another closure.
fn closure_is_over(finished: Finished) -> bool {
    match (finished.task, tokio::task::try_id()) {
        // No task joins a closure on a thread that is not of the pool.
        (None, _) => true,
        // Another closure runs now; or the same goes on, after the part of it that is a lane.
        (Some(before), Some(now)) => before != now,
        // It has just ended, and wakes the lane that joins it.
        (Some(_), None) => false,
    }
}

/// When a lane was polled last.
fn polled_last(log: &Log, lane: LaneId) -> Duration {
    match log.lanes.get(&lane) {
        Some(state) => state.instant.at,
        None => Duration::ZERO,
    }
}
