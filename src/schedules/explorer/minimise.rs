//! Takes a schedule that fails, and looks for a simpler one that fails, too.
//!
//! A departure is a decision at which the schedule takes another lane than tokio would. A person
//! who reads a schedule has to follow its departures, so a schedule is simpler if it has fewer of
//! them. Nothing else counts: not how early they come, and not which of the other lanes they take.
use crate::{
    schedules::{
        judge::Judge,
        one_run::{OneRun, Runner},
        report::{Failure, Schedule},
        scheduler::Plan,
    },
    timeline::OwnTime,
};
use std::time::Duration;

/// Tries to undo each departure of a schedule, from the last to the first. If the run without that
/// departure fails, too, and has fewer departures, the schedule of that run takes the place of the
/// schedule, and all of its departures are tried anew. Otherwise the departure stays, and the one
/// before it is tried. Gives up when `time` is over. Returns none if no departure could be undone.
pub(super) fn minimise<T>(
    runner: &Runner<T>,
    judge: &Judge<T>,
    failing: Schedule,
    time: Duration,
) -> Option<Failure<T>> {
    let begun = OwnTime::begin();
    let mut simplest = failing;
    let mut failure = None;
    // From the end: what comes after a departure depends on it, and not the other way round.
    let mut to_undo = decisions_of(&simplest);
    while let Some(decision) = to_undo.pop() {
        // The time is up: the simplest schedule until now is good enough.
        if begun.is_longer_than(time) {
            break;
        }
        let mut choices = simplest.choices.clone();
        // All later choices stay. They may mean other lanes now, which is why the run is judged
        // anew.
        choices[decision] = 0; // tokio's own choice
        let run = runner.run(Plan::Follow(choices));
        // The runs may be made to test a cancellation: then each is to drop one lane on its way. If
        // the lane ended before that, the run says nothing about the cancellation.
        if runner.has_missed_its_drop(&run) {
            continue;
        }
        let Some(simpler) = simpler_failure(judge, run, &simplest) else { continue };
        simplest = simpler.schedule.clone();
        to_undo = decisions_of(&simplest);
        failure = Some(simpler);
    }
    failure
}

/// The decisions at which a schedule departs from tokio's own.
fn decisions_of(schedule: &Schedule) -> Vec<usize> {
    schedule.departures.iter().map(|departure| departure.decision).collect()
}

/// The failure of this run, if it fails and its schedule is simpler than `than`.
fn simpler_failure<T>(judge: &Judge<T>, run: OneRun<T>, than: &Schedule) -> Option<Failure<T>> {
    let OneRun { recording, trace } = run;
    if !trace.is_valid() {
        return None;
    }
    // When a departure is undone, later choices mean other lanes, and may be departures now. So
    // there may be more of them than before.
    if trace.departures().len() >= than.departures.len() {
        return None;
    }
    // It may fail for another reason than before: any failure of a simpler schedule is the better
    // one.
    let why = judge.judge(&recording).err()?;
    Some(Failure { why, schedule: Schedule::of(&trace), recording })
}
