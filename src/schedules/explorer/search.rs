//! Which schedules are run: all in their order, or some at random.
use super::{
    Explorer,
    budget::Part,
    determinism::ToRepeat,
    frontier::{Frontier, Prefix},
};
use crate::schedules::{
    report::Coverage,
    scheduler::{Plan, Refusal},
};
use std::fmt::Debug;

impl<T: Debug> Explorer<T> {
    /// Runs all schedules with no departure, then all with one, and so on. If there are too many of
    /// them, the rest of the budget is for the random walk.
    ///
    /// # Errors
    /// If the program cannot be explored, which may show itself only in a later schedule.
    pub(super) fn run_in_order(&self) -> Result<Coverage, Refusal> {
        let mut frontier = Frontier::default();
        let mut to_repeat = ToRepeat::default();
        frontier.add(0, Prefix::without_departures());
        let mut most_departures = 0;
        while let Some((departures, prefix)) = frontier.next() {
            // Tokio's own schedule, which has no departures, is run whatever the budget is.
            if departures > 0 && (!self.may_go_on(Part::Departures) || frontier.overflown) {
                // All schedules with fewer departures than this one were run. Of those with as many
                // some are missing, since the budget is used up, or may be missing, since the
                // frontier has left some out. So the claim ends with one departure less.
                return self.up_to(departures - 1);
            }
            most_departures = departures;
            let run = self.runner.run(Plan::Follow(prefix.choices.clone()));
            if let Some(refusal) = run.trace.obstacles.refusal.clone() {
                return Err(refusal);
            }
            // The chosen lane did not arrive, so there is no such schedule.
            if run.trace.obstacles.absent.is_some() {
                continue;
            }
            if !prefix.is_followed_by(&run.trace) || !self.a_second_run_is_the_same(&run) {
                // It is not deterministic after all: the same choices lead to another run.
                return Ok(Coverage::Nondeterministic(self.walk_at_random()?));
            }
            frontier.add_branches(&run.trace, &prefix, departures);
            to_repeat.add(&run);
            self.count(run);
        }
        // Only the last run can have overflown the frontier: after any other run the loop would
        // have ended above. What was left out departs once more than that run, so all schedules
        // with as many departures as it has were run.
        if frontier.overflown {
            return self.up_to(most_departures);
        }
        if self.all_repeats_are_the_same(&to_repeat) {
            return Ok(Coverage::All);
        }
        Ok(Coverage::Nondeterministic(self.walk_at_random()?))
    }

    /// All schedules with up to this many departures were run: uses the rest of the budget for the
    /// random walk.
    fn up_to(&self, departures: usize) -> Result<Coverage, Refusal> {
        Ok(Coverage::UpTo { departures, random: self.walk_at_random()? })
    }

    /// Runs schedules at random until the budget is used up. Returns how many of them count.
    ///
    /// # Errors
    /// If the program cannot be explored.
    pub(super) fn walk_at_random(&self) -> Result<u64, Refusal> {
        let mut rng = fastrand::Rng::with_seed(self.budget.seed);
        let mut counted = 0;
        while self.may_go_on(Part::Whole) {
            // A generator of its own for each run, so that the next run does not depend on how long
            // this one is.
            let plan = Plan::Walk { rng: rng.fork(), roles: self.runner.roles.clone() };
            let run = self.runner.run(plan);
            if let Some(refusal) = run.trace.obstacles.refusal {
                return Err(refusal);
            }
            // If a chosen lane did not arrive, there is no such schedule.
            if run.trace.obstacles.absent.is_none() && self.count(run) {
                counted += 1;
            }
        }
        Ok(counted)
    }
}
