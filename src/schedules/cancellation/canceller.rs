//! Drops the lanes of a program, one after the other, at each of their suspensions.
use super::{cancelled::Cancelled, unsafe_await::UnsafeAwait};
use crate::{
    schedules::{
        cancellable::{Droppable, PlannedDrop, Suspensions},
        explorer::{Budget, Explorer},
        judge::Judge,
        one_run::Runner,
        report::{Coverage, Failure, Findings, Schedule},
        scheduler::Plan,
    },
    timeline::{OwnTime, Recording},
};
use std::{
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// In which schedules each cancellation is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InSchedules {
    /// In tokio's own alone.
    TokiosOwn,
    /// In all that there is time for.
    Every,
}

/// Drops lanes, one after the other.
pub(super) struct Canceller<T> {
    /// It runs the program. For each cancellation `planned_drop` of its runner is set.
    explorer: Explorer<Option<T>>,
    /// The explorer has the same one. Here it judges the runs in tokio's own schedule: those are
    /// made by the runner directly, and not by [`Explorer::explore`].
    judge: Arc<Judge<Option<T>>>,
    /// What was found in the runs so far, shared with the explorer. With [`InSchedules::Every`]
    /// these are the runs of one cancellation. With [`InSchedules::TokiosOwn`] they are the runs of
    /// all cancellations after which the claim holds.
    runs: Arc<Mutex<Findings<Option<T>>>>,
    /// The result, shared with the caller's thread.
    cancelled: Arc<Mutex<Cancelled<T>>>,
    /// In which schedules each cancellation is tried.
    schedules: InSchedules,
    /// No cancellation is begun when so much time is used up. What the machine takes for other
    /// programs does not count.
    budget: Duration,
    /// When it began.
    begun: OwnTime,
}

/// One cancellation: at which suspension of a lane, and how.
struct CancellationPoint<'s> {
    /// The lane, and when it suspends in tokio's own schedule.
    suspensions: &'s Suspensions,
    /// Which suspension, counted from 1.
    nth: usize,
    /// True: the lane is dropped when it has been woken after this suspension. False: it is dropped
    /// as it suspends.
    once_woken: bool,
}

/// What came of one cancellation.
struct CancellationRuns<T> {
    /// In how many runs the lane was dropped there.
    count: u64,
    /// The simplest of these runs in which something is wrong.
    failure: Option<Failure<Option<T>>>,
    /// Why the other schedules cannot be run, as a sentence.
    refused: Option<String>,
}

impl<T: Debug> Canceller<T> {
    /// A canceller whose budget begins to be used now. It writes what it finds into `cancelled`.
    pub fn new(
        runner: Runner<Option<T>>,
        judge: Arc<Judge<Option<T>>>,
        cancelled: Arc<Mutex<Cancelled<T>>>,
        schedules: InSchedules,
        budget: Duration,
    ) -> Canceller<T> {
        let runs = Arc::new(Mutex::new(Findings::default()));
        let explorer = Explorer::new(runner, judge.clone(), runs.clone(), Budget::of_time(budget));
        let begun = OwnTime::begin();
        Canceller { explorer, judge, runs, cancelled, schedules, budget, begun }
    }

    /// The result. A panic of the program leaves it readable.
    fn cancelled(&self) -> MutexGuard<'_, Cancelled<T>> {
        self.cancelled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was found so far: see the field. A panic of the program leaves it readable.
    fn runs(&self) -> MutexGuard<'_, Findings<Option<T>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes out what was found so far, so that the next runs are counted from zero.
    fn take_runs(&self) -> Findings<Option<T>> {
        std::mem::take(&mut *self.runs())
    }

    /// Tries each cancellation of each lane, and writes what came of it into the result.
    pub fn cancel_all(&mut self) {
        if let Err(why) = self.cancel_each_lane() {
            self.cancelled().refused = Some(why);
        }
        self.cancelled().outcomes = self.take_runs().outcomes();
    }

    /// Tries each cancellation of each lane, until the budget is used up.
    ///
    /// # Errors
    /// If nothing can be said about the program: the reason, as a sentence.
    fn cancel_each_lane(&mut self) -> Result<(), String> {
        let deterministic = match self.explorer.check_determinism() {
            Ok(deterministic) => deterministic,
            Err(refusal) => return Err(refusal.sentence()),
        };
        self.cancelled().nondeterministic = !deterministic;
        let lanes = self.find_lanes_to_drop()?;
        for suspensions in &lanes {
            let known = (suspensions.lane.name.clone(), suspensions.times.len());
            self.cancelled().lanes.push(known);
        }
        for (position, suspensions) in lanes.iter().enumerate() {
            if !self.cancel_lane(position, suspensions)? {
                self.cancelled().unfinished = true;
                return Ok(());
            }
        }
        Ok(())
    }

    /// Runs the program without a cancellation. Returns the lanes to drop, each with its
    /// suspensions.
    ///
    /// # Errors
    /// If the program is wrong already, or cannot be explored. And if no lane that can be dropped
    /// suspends.
    fn find_lanes_to_drop(&mut self) -> Result<Vec<Suspensions>, String> {
        let whole = self.explorer.runner.run(Plan::without_departures());
        if let Err(why) = self.judge.judge(&whole.recording) {
            return Err(wrong_already(&why));
        }
        if self.schedules == InSchedules::Every {
            self.run_every_schedule_without_cancellation()?;
        }
        let mut main = None;
        let mut marked = vec![];
        let mut never_suspended = vec![];
        for suspensions in whole.trace.suspensions {
            let Droppable { name, position } = &suspensions.lane;
            if name == "main" && *position == 0 {
                main = Some(suspensions);
            } else if suspensions.times.is_empty() {
                never_suspended.push(name.clone());
            } else {
                marked.push(suspensions);
            }
        }
        self.cancelled().never_suspended = never_suspended;
        match main {
            _ if !marked.is_empty() => Ok(marked),
            Some(main) if !main.times.is_empty() => Ok(vec![main]),
            _ => Err("no lane that can be cancelled ever waits".into()),
        }
    }

    /// Looks for a schedule in which the program is wrong although nothing is cancelled. If this
    /// were not looked for, a cancellation would be blamed for it.
    ///
    /// # Errors
    /// If there is one, or if the program cannot be explored.
    fn run_every_schedule_without_cancellation(&mut self) -> Result<(), String> {
        self.explorer.explore();
        let runs = self.take_runs();
        match runs.coverage {
            Coverage::Refused(why) => return Err(why),
            Coverage::Nondeterministic(_) => self.cancelled().nondeterministic = true,
            _ => {}
        }
        match runs.failure {
            Some(failure) => {
                let order = failure.schedule.describe();
                Err(wrong_already(&format!("{} ({order})", failure.why)))
            }
            None => Ok(()),
        }
    }

    /// Drops a lane at each of its suspensions, twice. In the result the lane is at `position`.
    /// Returns false if the budget is used up before that is done.
    ///
    /// # Errors
    /// If the program cannot be explored, which may show itself only after a cancellation.
    fn cancel_lane(&mut self, position: usize, suspensions: &Suspensions) -> Result<bool, String> {
        let last = suspensions.times.len();
        let mut nth = 1;
        loop {
            let mut was_dropped = false;
            for once_woken in [false, true] {
                if self.begun.is_longer_than(self.budget) {
                    return Ok(false);
                }
                was_dropped |=
                    self.cancel_at(CancellationPoint { suspensions, nth, once_woken })?;
            }
            // In another schedule the lane may suspend more often than in tokio's own, and `last`
            // is known from tokio's own. So after the last one the next is tried, as long as there
            // is one in some schedule.
            if was_dropped && nth > last {
                self.cancelled().lanes[position].1 = nth;
            }
            let may_suspend_again = self.schedules == InSchedules::Every && was_dropped;
            if nth >= last && !may_suspend_again {
                return Ok(true);
            }
            nth += 1;
        }
    }

    /// Drops the lane at one suspension. Returns whether it could be dropped there at all.
    ///
    /// # Errors
    /// If the program cannot be explored.
    fn cancel_at(&mut self, point: CancellationPoint<'_>) -> Result<bool, String> {
        let CancellationPoint { suspensions, nth, once_woken } = point;
        let lane = suspensions.lane.clone();
        let planned = PlannedDrop { lane, nth, once_woken, suspended: 0 };
        self.explorer.runner.planned_drop = Some(planned);
        let runs = match self.schedules {
            InSchedules::TokiosOwn => self.run_in_tokios_own_schedule(),
            InSchedules::Every => self.run_in_every_schedule(),
        };
        self.explorer.runner.planned_drop = None;
        self.cancelled().cancellations += runs.count;
        if let Some(failure) = runs.failure {
            self.cancelled().add_unsafe_await(point.unsafe_await(failure));
        }
        match runs.refused {
            Some(why) => Err(why),
            None => Ok(runs.count > 0),
        }
    }

    /// Drops the lane in tokio's own schedule.
    fn run_in_tokios_own_schedule(&mut self) -> CancellationRuns<T> {
        let run = self.explorer.runner.run(Plan::without_departures());
        if !run.trace.has_dropped {
            // The lane was never woken again, or was dropped with the lane around it.
            return CancellationRuns { count: 0, failure: None, refused: None };
        }
        let failure = match self.judge.judge(&run.recording) {
            Err(why) => Some(self.with_places(why, run.recording)),
            Ok(()) => {
                self.runs().add(run, Ok(()));
                None
            }
        };
        CancellationRuns { count: 1, failure, refused: None }
    }

    /// The failure to be shown: from another run, in which it is noted where the lanes wait. If
    /// that run does not fail, the first one is shown, without places.
    fn with_places(&self, why: String, recording: Recording<Option<T>>) -> Failure<Option<T>> {
        let schedule = Schedule::default();
        let again = self.explorer.runner.run_to_be_shown(Plan::without_departures());
        match self.judge.judge(&again.recording) {
            Err(why_again) if again.trace.has_dropped => {
                Failure { why: why_again, schedule, recording: again.recording }
            }
            _ => Failure { why, schedule, recording },
        }
    }

    /// Drops the lane in all schedules that there is time for.
    fn run_in_every_schedule(&mut self) -> CancellationRuns<T> {
        self.explorer.explore();
        let runs = self.take_runs();
        let mut cancelled = self.cancelled();
        // Each cancellation has a coverage, and the report has room for one. It is `All` only if
        // the coverage of each cancellation is; otherwise it is the last one that is not `All`.
        if cancelled.schedules.is_none() || runs.coverage != Coverage::All {
            cancelled.schedules = Some(runs.coverage.clone());
        }
        let mut refused = None;
        match runs.coverage {
            Coverage::Refused(why) => refused = Some(why),
            Coverage::Nondeterministic(_) => cancelled.nondeterministic = true,
            _ => {}
        }
        CancellationRuns { count: runs.schedules, failure: runs.failure, refused }
    }
}

/// Why nothing is cancelled in a program that fails as it is: each await would be blamed for that.
fn wrong_already(why: &str) -> String {
    format!("it is wrong without any cancellation: {why}")
}

impl CancellationPoint<'_> {
    /// Makes the entry for the report: the await at which the lane was dropped, and the failure
    /// that this led to.
    fn unsafe_await<T>(&self, failure: Failure<Option<T>>) -> UnsafeAwait<T> {
        let Droppable { name, position } = self.suspensions.lane.clone();
        let times = &self.suspensions.times;
        UnsafeAwait {
            lane: name,
            position,
            suspension: self.nth,
            of: times.len().max(self.nth),
            // In another schedule the lane may suspend more often than in tokio's own. Then this is
            // the last time that is known.
            at: times[self.nth.min(times.len()) - 1],
            once_woken: self.once_woken,
            schedule: failure.schedule,
            why: failure.why,
            recording: failure.recording,
        }
    }
}
