//! Which of the ready lanes is polled next: the gate of one run.
//!
//! A lane *arrives* when something is about to poll it: the runtime, or the lane around it. As long
//! as each decision is tokio's own, the scheduler only looks on. So the first schedule is what
//! [`record`](crate::record) records, to the byte.
//!
//! To have another lane polled first, the scheduler *defers*: each ready lane that arrives returns
//! `Pending` without having been polled, and its waker is kept. When the chosen lane has arrived,
//! the kept wakers are called, in the order in which their lanes arrived. So the runtime's queue is
//! what it was, without the chosen lane. Until then no kept waker is called: the queue runs empty,
//! then `main` arrives, if it was woken, and then what has asked for `yield_now`. If the chosen
//! lane has not arrived when the runtime is about to sleep, it never will: there is no such
//! schedule.
//!
//! Time does not pass meanwhile. Before the runtime would sleep, the kept wakers are called. Then
//! the runtime has something to do, and does not sleep.
//!
//! One decision, where tokio would poll A, then B, then C, and C is to come first:
//!
//! ```text
//!   tokio's queue   what arrives   the scheduler                      hold
//!   A B C           A              a decision: C. A is deferred       For(C)
//!   B C             B              deferred, too                      For(C)
//!   C               C              its turn; A and B are woken        Nothing
//!   A B             A              the next decision, without C       …
//! ```
//!
//! In the order in which they are understood:
//!
//! - `history` numbers what happens.
//! - `known`: what is known of a lane, with a table of the states that a lane can be in.
//! - `candidates`: which lanes could be polled next. `roles` says more of lanes that are new.
//! - `plan` chooses one of them.
//! - `waiting`: lanes that were deferred, with a table of what a lane that arrives is answered.
//! - `granularity`: where lanes are switched.
//! - `frame`: a poll that has not returned.
//! - `tasks` finds tasks that have no lane.
//! - `decision`: what a run leaves behind, and `alternatives`: what else could have been chosen.
//! - `state` holds all that the scheduler knows, and has a method for each step of a lane's life.
//!
//! Last comes this file: [`Scheduler`] locks the state, changes it, and calls wakers afterwards.
//! A waker may call the scheduler again at once, so no waker is called while the state is locked.
// In reading order; the blank lines keep rustfmt from sorting them.
mod history;

mod known;

mod candidates;
mod roles;

mod plan;

mod waiting;

mod granularity;

mod frame;

mod tasks;

mod alternatives;
mod decision;

mod state;

pub use self::granularity::Granularity;
pub(super) use self::{
    alternatives::alternatives,
    candidates::LATER_NAME,
    decision::{Decision, Obstacles, Refusal, Spin},
    plan::Plan,
    roles::Roles,
};

use self::{
    granularity::BudgetLeft,
    state::{Answer, Arrival, State},
};
use super::cancellable::PlannedDrop;
use crate::timeline::{Admission, DropMoment, Gate, LaneId, Made, Poller, Stranger, quietly};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
    time::Duration,
};
use tokio::task::coop;

/// The gate of one run.
pub(super) struct Scheduler {
    /// At [`Granularity::Operations`] each poll gets a budget of one operation.
    granularity: Granularity,
    /// Behind a lock, since a waker may be called on any thread.
    state: Mutex<State>,
}

impl Scheduler {
    /// The gate of a run that is decided by `plan`, and in which one lane is dropped, if
    /// `planned_drop` says which. `canonical` is given if the order of wakes is random.
    pub fn new(
        plan: Plan,
        granularity: Granularity,
        canonical: Option<Arc<Roles>>,
        planned_drop: Option<PlannedDrop>,
    ) -> Scheduler {
        let state = Mutex::new(State::new(plan, granularity, canonical, planned_drop));
        Scheduler { granularity, state }
    }

    /// What has been seen. A panic of the program while this was locked leaves it readable.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state; then, without the lock, wakes the lanes that need not wait any more, and
    /// drops the wakers that nothing needs.
    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.state();
        let result = change(&mut state);
        let released = state.take_released();
        let unused = state.take_unused();
        drop(state);
        wake(released);
        drop(unused); // without the lock: the destructor of a waker may be the program's
        result
    }
}

/// Calls the wakers that the scheduler has kept. No wake is recorded for it: the program has made
/// none. The state must not be locked, since a waker may run code of the program.
fn wake(wakers: Vec<Waker>) {
    quietly(|| wakers.into_iter().for_each(Waker::wake));
}

impl Gate for Scheduler {
    fn created(&self, lane: LaneId, made: Made<'_>) {
        self.change(|state| state.created(lane, made));
    }

    fn before_poll(&self, lane: LaneId, poller: Poller, waker: &Waker, at: Duration) -> Admission {
        let arrival = Arrival { lane, poller, waker, at };
        let answer = self.change(|state| state.arrives(arrival));
        let Answer::Poll(reason) = answer else { return Admission::Defer };
        if reason.is_own_code() && self.granularity == Granularity::Operations {
            if !coop::has_budget_remaining() {
                // A lane before it has used up the budget of their task, so this one could do
                // nothing.
                self.change(|state| state.wait_for_budget(lane));
                wake(vec![quietly(|| waker.clone())]);
                return Admission::Defer;
            }
            let readiness = self.state().lanes[lane].readiness;
            BudgetLeft::for_a_poll(readiness).take_the_rest();
        }
        self.change(|state| state.poll_begins(arrival, reason));
        if reason.is_quiet() { Admission::Quiet } else { Admission::Poll }
    }

    fn after_poll(&self, lane: LaneId, ended: bool) {
        let exhausted = !coop::has_budget_remaining();
        self.change(|state| state.poll_ends(lane, ended, exhausted));
    }

    fn woken(&self, lane: LaneId, yielded: bool) -> bool {
        self.change(|state| state.woken(lane, yielded))
    }

    fn passed_on(&self, _lane: LaneId) {
        self.change(State::wake_passed_on);
    }

    fn drops(&self, lane: LaneId, when: DropMoment) -> bool {
        self.change(|state| state.drops(lane, when))
    }

    fn dropped(&self, lane: LaneId) {
        self.change(|state| state.dropped(lane));
    }

    fn said(&self, text: &str) {
        self.change(|state| state.said(text));
    }

    fn about_to_park(&self) {
        self.change(State::about_to_park);
    }

    fn stranger(&self, stranger: Stranger) {
        self.change(|state| state.meet_stranger(stranger));
    }
}
