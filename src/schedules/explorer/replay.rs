//! One schedule that was found before is run again.
use super::Explorer;
use crate::schedules::{
    one_run::Trace,
    report::{Coverage, Schedule},
    scheduler::{Plan, Refusal},
};
use std::fmt::Debug;

/// What became of a schedule that was to be run again.
pub(in crate::schedules) enum Replayed {
    /// The findings have the result: the schedule was run, or the program cannot be explored at
    /// all, see [`Coverage::Refused`].
    HasResult,
    /// The schedule does not fit the program: one of its choices could not be made. The text says
    /// which.
    DoesNotFit(String),
}

impl<T: Debug> Explorer<T> {
    /// Runs one schedule that was found before.
    pub fn replay(&mut self, schedule: &Schedule) -> Replayed {
        // This also notices whether the order of wakes is random: then the scheduler has to number
        // the candidates as it did when the choices were written down. A program that is not
        // deterministic is run all the same: that schedule was asked for.
        if let Err(refusal) = self.check_determinism() {
            return self.refuse(&refusal);
        }
        let run = self.runner.run_to_be_shown(Plan::Follow(schedule.choices.clone()));
        // A thread, or a task without a lane, may take part in this schedule and not in tokio's
        // own.
        if let Some(refusal) = &run.trace.obstacles.refusal {
            return self.refuse(refusal);
        }
        if let Some(why) = does_not_fit(&run.trace, schedule) {
            return Replayed::DoesNotFit(why);
        }
        self.count(run);
        self.findings().coverage = Coverage::Replayed;
        Replayed::HasResult
    }

    /// Notes that the program cannot be explored. That is a result, and says nothing against the
    /// schedule.
    fn refuse(&self, refusal: &Refusal) -> Replayed {
        self.findings().coverage = Coverage::Refused(refusal.sentence());
        Replayed::HasResult
    }
}

/// Why `schedule` does not fit the program of this run, as a clause: one of its choices could not
/// be made. None if all of them were made.
fn does_not_fit(trace: &Trace, schedule: &Schedule) -> Option<String> {
    if let Some(lane) = trace.obstacles.absent {
        let name = trace.name(lane);
        return Some(format!("{name}, which ought to come next, does not"));
    }
    if let Some(decision) = trace.obstacles.misfit {
        let choice = schedule.choices[decision];
        // Not every candidate is a lane that could really have come next. So the message says
        // which numbers a schedule may have here, and does not count lanes that were ready.
        let last = trace.decisions[decision].candidates.len() - 1;
        return Some(format!(
            "at decision {decision} the choices are 0 to {last}, and {choice} is none of them"
        ));
    }
    let made = trace.decisions.len();
    let written = schedule.choices.len();
    if made < written {
        return Some(format!("it has {written} decisions, and the run only {made}"));
    }
    None
}
