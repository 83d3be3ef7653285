//! What is shown in the end: the simplest failure, and with each run the places where its lanes
//! wait.
use super::{Explorer, minimise::minimise};
use crate::{schedules::scheduler::Plan, timeline::OwnTime};
use std::{fmt::Debug, sync::atomic::Ordering::Relaxed};

impl<T: Debug> Explorer<T> {
    /// Replaces the failure by a simpler one, if there is one: what a random walk finds has
    /// departures that do not matter.
    pub(super) fn make_simpler(&self) {
        // The failure itself stays among the findings meanwhile, which are not locked: if a simpler
        // schedule blocks this thread, the caller gives the thread up, and shows the failure.
        let failing = match &self.findings().failure {
            Some(failure) => failure.schedule.clone(),
            None => return,
        };
        let time = self.budget.time_to_show();
        if let Some(simpler) = minimise(&self.runner, &self.judge, failing, time) {
            self.findings().failure = Some(simpler);
        }
    }

    /// Runs again what is kept to be shown, and notes where the lanes wait. In thousands of runs
    /// that would cost more than all the rest. If the failure does not fail again, or the second
    /// run of an outcome has another outcome, the first run is shown, without places. So are the
    /// outcomes for which there is no time left.
    pub(super) fn note_places(&self) {
        // This thread has been given up: nothing that it finds is looked at any more.
        if self.runner.current.given_up.load(Relaxed) {
            return;
        }
        let begun = OwnTime::begin();
        self.note_places_of_the_failure();
        if self.budget.until_it_fails {
            return; // only the failure is of interest
        }
        let mut position = 0;
        while let Some(schedule) = self.schedule_of_outcome(position) {
            if begun.is_longer_than(self.budget.time_to_show()) {
                return;
            }
            let run = self.runner.run_to_be_shown(Plan::Follow(schedule));
            if run.trace.is_valid() {
                self.findings().replace_picture_of_outcome(position, &run.recording);
            }
            position += 1;
        }
    }

    /// Runs the schedule of the failure once more, if there is a failure, and notes where its lanes
    /// wait.
    fn note_places_of_the_failure(&self) {
        // The findings are not locked while the program runs: see `make_simpler`.
        let failing = match &self.findings().failure {
            Some(failure) => failure.schedule.choices.clone(),
            None => return,
        };
        let run = self.runner.run_to_be_shown(Plan::Follow(failing));
        if !run.trace.is_valid() {
            return;
        }
        if let Err(why) = self.judge.judge(&run.recording) {
            self.findings().replace_run_of_failure(why, run.recording);
        }
    }

    /// The choices of the first schedule of the outcome at this position. None if there is no such
    /// outcome.
    fn schedule_of_outcome(&self, position: usize) -> Option<Vec<u16>> {
        let schedule = self.findings().schedule_of_outcome(position)?;
        Some(schedule.choices)
    }
}
