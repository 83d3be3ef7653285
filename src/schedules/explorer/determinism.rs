//! Whether the same choices lead to the same run.
//!
//! If they do not, something is decided at random, and a list of choices is no schedule: it cannot
//! be run again. No number of runs proves that nothing is random; the numbers here say how many are
//! compared.
use super::{Explorer, budget::Part};
use crate::schedules::{
    one_run::OneRun,
    report::result_of,
    scheduler::{Plan, Refusal},
};
use std::{fmt::Debug, sync::Arc};

/// How often tokio's own schedule is run, if there is time, before anything is claimed of the
/// others. A random choice between two ways comes out the same each time, and is overlooked, once
/// in 2^15 programs.
const FIRST_RUNS: usize = 16;

/// This many schedules are run twice each, and of the later ones every eighth. The second run is
/// for random choices that are not made in tokio's own schedule: if the two runs differ, there is
/// such a choice.
const RUN_TWICE: u64 = 64;

/// When a program has few schedules, each is run this often again at the end. Two runs are not
/// enough: a random choice between two ways comes out the same in both of them every second time.
const REPEATS: usize = 15;

/// At most this many runs are made for [`REPEATS`].
const MOST_REPEATS: usize = 256;

/// What has happened in a run, and its result: equal for two runs in which the same has happened.
#[derive(PartialEq, Eq)]
struct Signature {
    /// What happened, as one number.
    digest: u64,
    /// What `main` returned, or why it returned nothing.
    result: String,
}

impl Signature {
    fn of<T: Debug>(run: &OneRun<T>) -> Signature {
        Signature { digest: run.trace.digest, result: result_of(&run.recording) }
    }
}

/// The schedules of [`Explorer::run_in_order`] that are to be run again at the end: the first ones
/// that it has run.
#[derive(Default)]
pub(super) struct ToRepeat(Vec<(Vec<u16>, Signature)>);

impl ToRepeat {
    /// Adds a schedule, unless there are too many to run each of them again.
    pub fn add<T: Debug>(&mut self, run: &OneRun<T>) {
        // One more than can be repeated is kept: it shows that there are too many.
        if self.0.len() <= MOST_REPEATS {
            self.0.push((run.trace.choices(), Signature::of(run)));
        }
    }
}

impl<T: Debug> Explorer<T> {
    /// Finds out whether the same choices lead to the same run, as far as several runs of tokio's
    /// own schedule tell. If only the order of wakes is random, later runs number their candidates
    /// in another way, in which it does not matter.
    ///
    /// # Errors
    /// If the program cannot be explored.
    pub fn check_determinism(&mut self) -> Result<bool, Refusal> {
        if self.are_first_runs_the_same()? {
            return Ok(true);
        }
        // Perhaps only the order in which lanes are woken is random. That does not matter if each
        // order is tried, whichever tokio chooses. So from here on the scheduler lists candidates
        // in an order of its own. It leaves out lanes of which earlier runs have shown that they
        // cannot come. The snapshot keeps that knowledge as it is now: with new knowledge the same
        // choice would mean another lane.
        self.runner.canonical = Some(Arc::new(self.runner.roles.snapshot()));
        self.findings().order_of_wakes_is_random = true;
        self.are_first_runs_the_same()
    }

    /// Runs tokio's own schedule several times, and compares what happened.
    fn are_first_runs_the_same(&self) -> Result<bool, Refusal> {
        let mut first = None;
        for nth in 0..FIRST_RUNS {
            // Two runs at least: one alone cannot be compared.
            if nth > 1 && !self.may_go_on(Part::FirstRuns) {
                break;
            }
            let run = self.runner.run(Plan::without_departures());
            let signature = Signature::of(&run);
            if let Some(refusal) = run.trace.obstacles.refusal {
                return Err(refusal);
            }
            match &first {
                None => first = Some(signature),
                Some(expected) if *expected == signature => {}
                Some(_) => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Whether the schedule of this run leads to the same run again. Of many schedules only some
    /// are run twice. For the others, and once the budget for departures is used up, the answer is
    /// yes without a run.
    pub(super) fn a_second_run_is_the_same(&self, run: &OneRun<T>) -> bool {
        let nth = self.findings().schedules;
        if nth >= RUN_TWICE && !nth.is_multiple_of(8) {
            return true;
        }
        // The first schedule is run twice, even if there is no time left for others.
        if nth > 0 && !self.may_go_on(Part::Departures) {
            return true;
        }
        let again = self.runner.run(Plan::Follow(run.trace.choices()));
        Signature::of(&again) == Signature::of(run)
    }

    /// Whether each of these schedules leads to the same run when it is run again, and again. The
    /// answer is yes, too, if no run differed until the budget for departures was used up.
    pub(super) fn all_repeats_are_the_same(&self, schedules: &ToRepeat) -> bool {
        for round in 1..=REPEATS {
            if round * schedules.0.len() > MOST_REPEATS {
                return true;
            }
            for (choices, expected) in &schedules.0 {
                if !self.may_go_on(Part::Departures) {
                    return true;
                }
                let again = self.runner.run(Plan::Follow(choices.clone()));
                if Signature::of(&again) != *expected {
                    return false;
                }
            }
        }
        true
    }
}
