//! Runs a program in one schedule after the other: those with the fewest departures first.
//!
//! A *departure* is a decision for another candidate than the first, which is tokio's own choice.
//! The frontier holds *prefixes*: the choices up to a departure, after which each choice is
//! tokio's. Each run shows its further decisions, and each of their alternatives is another prefix.
//! So each schedule is found once, and the first that fails is the simplest.
//!
//! Three lanes that are ready once each, six schedules:
//!
//! ```text
//!   run      its decisions   prefixes that it adds
//!   (none)   0.0             1   2   0.1            the first run is tokio's own
//!   1        1.0             1.1
//!   2        2.0             2.1
//!   0.1      0.1
//!   1.1      1.1
//!   2.1      2.1
//! ```
//!
//! If the program decides something at random, the same choices do not always lead to the same run,
//! and then nothing is claimed of all schedules. To find that out, tokio's own schedule is run
//! several times first, later ones are run twice now and then, and each prefix must lead to the
//! decision at which it was found.
//!
//! To read in this order:
//!
//! - `budget`: how much is tried.
//! - `frontier`: what is still to be run.
//! - this file: the explorer, and what it does one after the other.
//! - `determinism`: whether the same choices lead to the same run.
//! - `search`: all schedules in their order, and the random walk.
//! - `minimise` makes a failure simpler, and `show` runs again what is shown.
//! - `replay`: one schedule that was found before.
mod budget;

mod frontier;

mod determinism;

mod search;

mod minimise;
mod show;

mod replay;

pub(super) use budget::Budget;
pub(super) use replay::Replayed;

use super::{
    judge::Judge,
    one_run::{OneRun, Runner},
    report::{Coverage, Findings},
    scheduler::Refusal,
};
use crate::timeline::OwnTime;
use budget::Part;
use std::{
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering::Relaxed},
};

/// Runs one program in many schedules, and notes what comes of it.
pub(super) struct Explorer<T> {
    /// Makes the runs.
    pub runner: Runner<T>,
    /// Says of each run whether it is as it should be.
    judge: Arc<Judge<T>>,
    /// What was found. Shared with the thread that waits for the explorer: if it gives this thread
    /// up, it still has what was found.
    findings: Arc<Mutex<Findings<T>>>,
    /// How much to try.
    budget: Budget,
    /// When the exploration began: the time of the budget is counted from here.
    begun: OwnTime,
}

impl<T: Debug> Explorer<T> {
    /// An explorer whose budget begins to be used now.
    pub fn new(
        runner: Runner<T>,
        judge: Arc<Judge<T>>,
        findings: Arc<Mutex<Findings<T>>>,
        budget: Budget,
    ) -> Explorer<T> {
        Explorer { runner, judge, findings, budget, begun: OwnTime::begin() }
    }

    /// What was found so far. A panic of the program leaves it readable.
    fn findings(&self) -> MutexGuard<'_, Findings<T>> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the program until all schedules are done or the budget is used up.
    pub fn explore(&mut self) {
        let covered = self.run_schedules();
        // Also after a refusal: the result has the failure that was found before it.
        self.make_simpler();
        self.note_places();
        let coverage = match covered {
            // Before the arm of `until_it_fails`: the report has to say that the failure may not
            // come again in the same schedule.
            Ok(random @ Coverage::Nondeterministic(_)) => random,
            // It stopped in the midst of the schedules with one number of departures, so `UpTo`
            // would claim too much.
            Ok(_) if self.budget.until_it_fails && self.findings().failure.is_some() => {
                Coverage::UntilItFailed
            }
            Ok(coverage) => coverage,
            Err(refusal) => Coverage::Refused(refusal.sentence()),
        };
        self.findings().coverage = coverage;
    }

    /// Runs and judges schedules, in the way that suits the program. Returns how much was tried.
    ///
    /// # Errors
    /// If the program cannot be explored.
    fn run_schedules(&mut self) -> Result<Coverage, Refusal> {
        if !self.check_determinism()? {
            return Ok(Coverage::Nondeterministic(self.walk_at_random()?));
        }
        if self.budget.at_random {
            return Ok(Coverage::Random(self.walk_at_random()?));
        }
        self.run_in_order()
    }

    /// Whether something is left of this part of the budget, and another run is of use.
    fn may_go_on(&self, part: Part) -> bool {
        let given_up = self.runner.current.given_up.load(Relaxed);
        let findings = self.findings();
        let some_left = findings.schedules < part.of_schedules(self.budget.schedules);
        let enough_known = self.budget.until_it_fails && findings.failure.is_some();
        let is_over = self.begun.is_longer_than(part.of_time(self.budget.time));
        !is_over && some_left && !enough_known && !given_up
    }

    /// Judges a run and adds it to what was found. Returns false if the run does not count: it was
    /// to drop a lane, and the lane came to its end before that.
    fn count(&self, run: OneRun<T>) -> bool {
        if self.runner.has_missed_its_drop(&run) {
            return false;
        }
        let verdict = self.judge.judge(&run.recording);
        self.findings().add(run, verdict);
        true
    }
}
