//! The life of a lane, from its creation to its end: what each poll notes.
use super::{
    Run,
    kind::Observe,
    lane_state::{Doing, LaneState},
    log::{Log, QuietPoll},
};
use crate::timeline::{
    Clock, clean,
    record::{
        LaneId,
        event::{Event, Polled, What},
        gate::Made,
        pair::Kept,
        processor::waited_for_a_processor,
        stack::capture,
        waits::Waits,
    },
};
use std::{panic::Location, time::Duration};

/// A poll that takes this long on the wall clock, or longer, is remarked on. Even on a busy machine
/// a poll that does nothing wrong takes far less, so that a recording says the same each time.
pub const LONG_POLL: Duration = Duration::from_millis(250);

/// What a lane may be that is dropped before it is done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    /// A task of the runtime, which can be aborted.
    Task,
    /// A callback that was not called.
    Callback,
    /// A part of another lane.
    Part,
}

impl Run {
    /// A lane of this name is made at `place`. Returns its number.
    pub fn create(&self, name: &str, place: &'static Location<'static>) -> LaneId {
        let parent = self.current_lane();
        // Cleaned here, where it comes in, so that nothing that draws has to.
        let name = clean::name(name);
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        // Numbered under the lock, so that lanes are numbered in the order of their events.
        let lane = log.created;
        log.created += 1;
        log.lanes.insert(lane, LaneState::new(name.clone(), at, place));
        if !log.is_full() {
            let next = log.hues.len();
            log.hues.entry(name.clone()).or_insert(next);
        }
        let created = What::Created { name: name.clone(), parent };
        // It does not matter on which thread a lane is made, so the first one stands here.
        log.push(Event { at, thread: 0, lane, what: created });
        drop(log);
        if let Some(gate) = &self.gate {
            gate.created(lane, Made { name: &name, at: place });
        }
        lane
    }

    /// Notes that `lane` has wakers of its own; `kept` knows whether anything keeps one.
    pub fn note_wakers(&self, lane: LaneId, kept: Kept) {
        if let Some(state) = self.lock().lanes.get_mut(&lane) {
            state.note_wakers(kept);
        }
    }

    /// Notes that from now on `lane` is polled as a part of the task whose waker has the address
    /// `task`.
    pub fn note_task(&self, lane: LaneId, task: usize) {
        if let Some(state) = self.lock().lanes.get_mut(&lane) {
            state.note_task(task);
        }
    }

    /// A poll begins that would not take place now without the gate. It becomes an event when
    /// something happens in it, and leaves no trace otherwise.
    pub fn poll_starts_quietly(&self, lane: LaneId) {
        let stack = self.stack_around(lane);
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        let waited = log.waited;
        let around = log.number_of(&stack);
        let polled_at = log.place(around);
        let Some(state) = log.lanes.get_mut(&lane) else { return };
        // Put back if nothing happens in it: see `forget_quiet_poll`. The lane was polled before,
        // so its owner is known, and is not noted again.
        let before = state.now;
        state.now = Doing::Running;
        state.forget_last_poll(waited);
        state.poll.around = around;
        let thread = log.thread();
        let start = Event { at, thread, lane, what: What::PollStart(polled_at) };
        log.quiet.push(QuietPoll { start, before });
    }

    /// Notes that `lane` is a callback, which an event loop calls or drops now, and where it has
    /// waited for that.
    pub fn note_scheduled(&self, lane: LaneId, waits: Waits) {
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        let thread = log.thread_for_one_event();
        log.push(Event { at, thread, lane, what: What::Scheduled(waits) });
    }

    /// Notes that `lane` is a closure that is being handed over to a thread of its own.
    pub fn note_own_thread(&self, lane: LaneId) {
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        let thread = log.thread_for_one_event();
        log.push(Event { at, thread, lane, what: What::OwnThread });
    }

    /// A poll of `lane` begins on this thread, or its closure does.
    pub fn poll_starts(&self, lane: LaneId) {
        let outside = !self.on_runtime_thread();
        let outer = self.current_lane();
        // A lane that is polled inside another one is a part of that one's task, or of none.
        let task = tokio::task::try_id();
        let mut is_new_task =
            outer.is_some() && task.is_some() && task != Run::task_of_the_current_lane();
        let stack = self.stack_around(lane);
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        if log.closed {
            return;
        }
        let waited = log.waited;
        let thread = log.thread();
        let around = log.number_of(&stack);
        let polled_at = log.place(around);
        if let Some(state) = log.lanes.get_mut(&lane) {
            let waiting = matches!(state.now, Doing::Waiting);
            is_new_task &= state.now == Doing::Lazy;
            state.begin_poll_at(at, waiting);
            state.note_owner(outer);
            state.now = if outside { Doing::OnThread } else { Doing::Running };
            state.forget_last_poll(waited);
            state.poll.around = around;
        }
        if is_new_task {
            log.push(Event { at, thread, lane, what: What::OwnTask });
        }
        log.push(Event { at, thread, lane, what: What::PollStart(polled_at) });
    }

    /// The poll of `lane` has returned something, or panicked.
    pub fn poll_ends(&self, lane: LaneId, polled: Polled) {
        let ended = !matches!(polled, Polled::Pending(_) | Polled::Item);
        let now = match polled {
            Polled::Pending(_) => Doing::Waiting,
            Polled::Item => Doing::Idle,
            _ => Doing::Ended,
        };
        let outer = self.current_lane();
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        if log.closed || (!ended && log.forget_quiet_poll(lane)) {
            return;
        }
        log.begin_quiet_polls();
        let thread = log.thread();
        if let Some(state) = log.lanes.get_mut(&lane) {
            if state.instant.at != at {
                state.instant.at = at; // time has passed in the poll
                state.since = at;
            }
            state.now = now;
        }
        let took = log.time_of_poll(lane, outer, thread);
        log.push(Event { at, thread, lane, what: What::PollEnd { polled, took } });
        if ended {
            log.last_end = at;
            log.forget_if_full(lane);
            drop(log);
            self.note_what_finished(lane);
        }
    }

    /// Notes what a lane has returned whose end is the last event.
    pub fn note_returned(&self, returned: Polled) {
        let Some(finished) = Run::what_finished() else { return };
        if let Some(event) = self.lock().events.last_mut()
            && event.lane == finished.lane
            && let What::PollEnd { polled: polled @ Polled::Ready, .. } = &mut event.what
        {
            *polled = returned;
        }
    }

    /// `lane` was dropped before it was done. `dropped` says what it may be.
    pub fn dropped(&self, lane: LaneId, dropped: Dropped) {
        let by = self.current_lane();
        // The runtime drops a task by itself only for an `abort`, and at the end, when the log is
        // closed. But the lane may be a part of a task that has no lane, and was dropped by that:
        // only the stack can tell.
        let aborted = by.is_none() && dropped == Dropped::Task;
        let mut stack = None;
        if (aborted || dropped == Dropped::Callback) && self.places {
            stack = Some(capture());
        }
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        if log.closed {
            return;
        }
        if let Some(state) = log.lanes.get_mut(&lane) {
            state.now = Doing::Ended;
        }
        log.last_end = at;
        if let Some(stack) = stack {
            log.trace_next_event(&stack, None, None);
        }
        let thread = log.thread_for_one_event();
        log.push(Event { at, thread, lane, what: What::Dropped { by, aborted, called_off: None } });
        log.forget_if_full(lane);
        drop(log);
        if aborted {
            // The end of its task wakes the lane that joins it.
            self.note_what_finished(lane);
        }
        if let Some(gate) = &self.gate {
            gate.dropped(lane);
        }
    }

    /// This thread has been occupied until now by `block`.
    ///
    /// It took `wall` on the wall clock, in which other threads may have run. The paused clock
    /// shows what `block` stands for, so none of that counts as computing there.
    pub fn blocked(&self, wall: Duration) {
        let lane = self.current_lane();
        let stack = self.stack_of_the_current_lane();
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        if self.on_runtime_thread() && self.clock == Clock::Paused {
            log.last_blocked = at;
        }
        if let Some(lane) = lane
            && self.clock == Clock::Paused
            && let Some(state) = log.lanes.get_mut(&lane)
        {
            state.poll.inside += wall;
        }
        if let Some(lane) = lane
            && self.observe == Observe::Everything
        {
            let called = log.number_of(&stack);
            let place = log.place(called);
            let thread = log.thread();
            log.push(Event { at, thread, lane, what: What::Blocked(place) });
        }
    }

    /// Gives this thread's number back.
    pub fn leave_thread(&self) {
        let me = Some(std::thread::current().id());
        if let Some(number) = self.lock().threads.iter_mut().find(|thread| **thread == me) {
            *number = None;
        }
    }
}

impl Log {
    /// The poll of `lane` has just ended on this thread. Returns how long it took on the wall
    /// clock, without the polls of lanes inside it. Its whole time, with those, counts as inside
    /// `outer`.
    fn time_of_poll(&mut self, lane: LaneId, outer: Option<LaneId>, thread: usize) -> Duration {
        let Some(state) = self.lanes.get(&lane) else { return Duration::ZERO };
        let all = state.poll.began.elapsed();
        let mut took = all.saturating_sub(state.poll.inside);
        // The system counts the waiting of each thread by itself. `waited` is that of the first
        // thread, and only polls on that thread are remarked on.
        if took >= LONG_POLL && thread == 0 {
            // All waiting since the last look is taken off, though some of it may have been before
            // this poll: better no remark than a false one.
            let waited = waited_for_a_processor();
            took = took.saturating_sub(waited.saturating_sub(state.poll.waited));
            self.waited = waited;
        }
        if let Some(outer) = outer
            && let Some(outer_state) = self.lanes.get_mut(&outer)
        {
            outer_state.poll.inside += all;
        }
        took
    }
}
