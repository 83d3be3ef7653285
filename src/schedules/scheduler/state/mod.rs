//! What the scheduler of one run knows, and how that changes.
//!
//! In the order of a lane's life: it is made and arrives (`arrive`); if several are ready, one is
//! chosen (`decide`), and the others wait (`defer`); it is polled (`poll`), woken (`wake`), and
//! perhaps dropped before it is done (`dropped`). This file ends with what no schedule decides
//! about.
//!
//! Nothing here calls or drops a waker that was kept: both may run code of the program. The wakers
//! of lanes that need not wait any more are collected in [`State::released`], and called when the
//! state is no longer locked. Those that nothing needs are collected in [`State::unused`], and
//! dropped then.
mod arrive;
mod decide;
mod defer;
mod dropped;
mod poll;
mod wake;

use super::{
    decision::{Decision, Obstacles, Refusal},
    frame::{Frame, PollReason},
    granularity::Granularity,
    history::History,
    known::{KnownLane, Readiness},
    plan::Plan,
    roles::Roles,
    tasks::TaskCounts,
    waiting::Waiting,
};
use crate::{
    schedules::cancellable::{PlannedDrop, Suspensions},
    timeline::{LaneId, Poller, Stranger},
};
use std::{sync::Arc, task::Waker, time::Duration};

/// A lane that something is about to poll: it *arrives*.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    /// The number by which the state finds all that it knows of the lane.
    pub lane: LaneId,
    /// What is about to poll it.
    pub poller: Poller,
    /// The lane is polled with it. To call it is to ask for another poll.
    pub waker: &'a Waker,
    /// On the clock of the run.
    pub at: Duration,
}

/// What becomes of a lane that has arrived.
pub enum Answer {
    /// It is polled.
    Poll(PollReason),
    /// It is not polled, and has to wait.
    Defer,
}

/// All that one run's scheduler knows.
pub(crate) struct State {
    /// Which candidate is chosen at each decision.
    plan: Plan,
    /// At [`Granularity::Operations`] a lane can also wait for its budget.
    granularity: Granularity,
    /// Set if the order of wakes is random. Then lanes that became ready during one poll are
    /// numbered as candidates in the order in which they were made, whichever of them arrives
    /// first. What is known of lanes that were not polled yet was learnt in earlier runs, and stays
    /// the same from now on.
    canonical: Option<Arc<Roles>>,
    /// What is known of each lane. Its index is the number that the lane has in the recording.
    pub lanes: Vec<KnownLane>,
    /// Polls that have begun and not returned, the outermost first.
    frames: Vec<Frame>,
    /// The lanes that were deferred, and what they wait for.
    waiting: Waiting,
    /// The wakers of lanes that need not wait any more: called as soon as the lock is given back.
    released: Vec<Waker>,
    /// Wakers that nothing needs any more: dropped as soon as the lock is given back.
    unused: Vec<Waker>,
    /// A lane was deferred in this run. From then on the runtime's queue, and what it polls, may be
    /// due to the scheduler.
    has_deferred: bool,
    /// The decisions between several lanes. Where one lane is ready, there is nothing to decide.
    pub decisions: Vec<Decision>,
    /// Numbers what happens, so that two moments and two runs can be compared.
    history: History,
    /// How many lanes are passing on a wake, each to the lane around it. If there is one already
    /// when a wake is noted, that wake came through another lane.
    wakes_under_way: usize,
    /// Why nothing is decided any more.
    pub obstacles: Obstacles,
    /// Kept until the run is over: only then is it known which lanes were tasks.
    tasks: TaskCounts,
    /// Which lane to drop, and when; none in a run that drops nothing.
    planned_drop: Option<PlannedDrop>,
    /// The planned drop has happened. Decisions go on after that, and no second lane is dropped.
    pub has_dropped: bool,
    /// The lanes that may be dropped and were polled, and when they suspended. The first run tells
    /// by it which cancellations there are to try.
    pub suspensions: Vec<Suspensions>,
}

impl State {
    /// A run in which nothing has happened yet.
    pub fn new(
        plan: Plan,
        granularity: Granularity,
        canonical: Option<Arc<Roles>>,
        planned_drop: Option<PlannedDrop>,
    ) -> State {
        State {
            plan,
            granularity,
            canonical,
            lanes: vec![],
            frames: vec![],
            waiting: Waiting::default(),
            released: vec![],
            unused: vec![],
            has_deferred: false,
            decisions: vec![],
            history: History::default(),
            wakes_under_way: 0,
            obstacles: Obstacles::default(),
            tasks: TaskCounts::default(),
            planned_drop,
            has_dropped: false,
            suspensions: vec![],
        }
    }

    /// What has happened until now, as one number, to compare two runs by it: lanes that were made,
    /// polled and dropped, and the lines that were printed.
    pub fn digest(&self) -> u64 {
        self.history.digest()
    }

    /// A lane printed a line: that is part of what has happened.
    pub fn said(&mut self, text: &str) {
        self.history.note(text);
    }

    /// The wakers that have to be called now, without the lock.
    pub fn take_released(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.released)
    }

    /// The wakers that have to be dropped now, without the lock.
    pub fn take_unused(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.unused)
    }

    /// A thread, a task without a lane, or a callback of a loop of the program's own takes part.
    pub fn meet_stranger(&mut self, stranger: Stranger) {
        match stranger {
            Stranger::Thread => self.refuse(Refusal::Threads),
            Stranger::Task => self.refuse(Refusal::Task("something is said or woken by".into())),
            Stranger::Callback(lane) => {
                // Nothing polls it, so it never arrives, and must be no candidate.
                self.lanes[lane].readiness = Readiness::Over;
                let name = self.lanes[lane].name.clone();
                self.refuse(Refusal::Callback(name));
            }
        }
    }

    /// Notes why nothing can be said about the program, unless another reason is known already.
    fn refuse(&mut self, refusal: Refusal) {
        self.obstacles.refusal.get_or_insert(refusal);
    }

    /// Once the run is over: refuses a program that had a task without a lane.
    pub fn look_for_unnamed_tasks(&mut self) {
        let Some(what) = self.tasks.find_unnamed(&self.lanes) else { return };
        // Where the task was spawned says more than that such a task has woken something.
        if matches!(self.obstacles.refusal, None | Some(Refusal::Task(_))) {
            self.obstacles.refusal = Some(Refusal::Task(what));
        }
    }
}
