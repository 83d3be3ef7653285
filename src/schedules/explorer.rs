//! Runs a program in one schedule after the other: those with the fewest departures first.
//!
//! A *departure* is a decision for another candidate than the first, which is tokio's own choice.
//! The queue holds *prefixes*: the choices up to a departure, after which each choice is tokio's.
//! Each run shows its further decisions, and each of their alternatives is another prefix. So each
//! schedule is run once, and the first that fails is the simplest.
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
use super::{
    minimise::minimise,
    one_run::{OneRun, Runner, Trace},
    report::{Coverage, Found, Judge, Schedule, result_of},
    scheduler::{Plan, Refusal},
};
use crate::timeline::OwnTime;
use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering::Relaxed},
    time::Duration,
};

/// How often tokio's own schedule is run before anything is claimed of the others. A random choice
/// between two ways comes out the same each time, and is overlooked, once in 2^15 programs.
const FIRST_RUNS: usize = 16;

/// So many schedules are run twice each, and of the later ones every eighth. A random choice that
/// is made only in such a schedule shows itself by a difference between the two runs.
const RUN_TWICE: u64 = 64;

/// When a program has few schedules, each is run so often again at the end. Two runs are not
/// enough: a random choice between two ways comes out the same in both of them every second time.
const REPEATS: usize = 15;

/// At most so many runs are made for [`REPEATS`].
const MOST_REPEATS: usize = 256;

/// At most so many choices, in all prefixes that wait to be run: more would only fill the memory.
const MOST_CHOICES: usize = 20_000_000;

/// At most so many decisions of one run are departed from: a program that spins makes one decision
/// after the other.
const MOST_DECISIONS: usize = 1_000;

/// The part of the budget that the first runs may use up. A program whose runs take long is run
/// less often, so that enough is left for other schedules.
const PART_FOR_FIRST_RUNS: f64 = 0.2;

/// The part of the budget that the first runs and schedules with few departures may use up. The
/// rest is for the random walk, which reaches what is far from tokio's own schedule.
const PART_FOR_DEPARTURES: f64 = 0.6;

/// A failure is made simpler, and what is shown gets its places, for at least so long, also when
/// the budget is smaller.
const LEAST_TIME_TO_SHOW: Duration = Duration::from_millis(100);

/// How much is tried, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// For the first runs, all schedules, and the random walk. To make a failure simpler, and to
    /// note where lanes wait in what is shown, may take as long again each. What the machine takes
    /// is taken off the wall clock.
    pub time: Duration,
    /// So many schedules at most.
    pub schedules: u64,
    /// The seed of the random walk: with the same seed it takes the same schedules.
    pub seed: u64,
    /// All schedules are tried at random.
    pub at_random: bool,
    /// The first failure is enough, and no other outcome is shown.
    pub until_it_fails: bool,
}

/// The choices of a run up to its last departure.
struct Prefix {
    /// The last of them is the departure.
    choices: Vec<u16>,
    /// All that had happened up to that decision in the run that found it. If something else has
    /// happened in the run of this prefix, the program is not deterministic.
    digest: u64,
}

/// Runs one program in many schedules, and notes what comes of it.
pub(super) struct Explorer<T> {
    /// Makes the runs.
    pub runner: Runner<T>,
    /// Says of each run whether it is as it should be.
    judge: Arc<Judge<T>>,
    /// What was found. It is shared with the thread that waits for this one, and may give it up.
    found: Arc<Mutex<Found<T>>>,
    /// How much of that there may be.
    budget: Budget,
    /// When the exploration began: the time of the budget is counted from here.
    begun: OwnTime,
}

impl<T: Debug> Explorer<T> {
    /// An explorer whose budget begins to be used now.
    pub fn new(
        runner: Runner<T>,
        judge: Arc<Judge<T>>,
        found: Arc<Mutex<Found<T>>>,
        budget: Budget,
    ) -> Explorer<T> {
        Explorer { runner, judge, found, budget, begun: OwnTime::begin() }
    }

    /// What was found so far. A panic of the program leaves it readable.
    fn found(&self) -> MutexGuard<'_, Found<T>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the program until all schedules are done or the budget is used up.
    pub fn explore(&mut self) {
        let covered = match self.is_deterministic() {
            Ok(true) if self.budget.at_random => self.random().map(Coverage::Random),
            Ok(true) => self.systematic(),
            Ok(false) => self.random().map(Coverage::Nondeterministic),
            Err(refusal) => Err(refusal),
        };
        // A failure is shown, however much was tried.
        self.make_simpler();
        self.note_places();
        let coverage = match covered {
            // What the failure depends on is not the order alone, however few schedules were tried.
            Ok(random @ Coverage::Nondeterministic(_)) => random,
            // It stopped in the midst of the schedules with one number of departures, so `UpTo`
            // would claim too much.
            Ok(_) if self.budget.until_it_fails && self.found().failure.is_some() => {
                Coverage::UntilItFailed
            }
            Ok(coverage) => coverage,
            Err(refusal) => Coverage::Refused(refusal.sentence()),
        };
        let mut found = self.found();
        found.coverage = coverage;
        found.took = self.begun.elapsed();
    }

    /// Replaces the failure by a simpler one, if there is one: what a random walk finds has
    /// departures that do not matter.
    fn make_simpler(&self) {
        // The failure stays where it is meanwhile: if a simpler schedule blocks this thread, and it
        // is given up, the failure can still be shown.
        let failure = match &self.found().failure {
            Some(failure) => failure.schedule.clone(),
            None => return,
        };
        let time = self.budget.time.max(LEAST_TIME_TO_SHOW);
        if let Some(simpler) = minimise(&self.runner, &self.judge, failure, time) {
            self.found().failure = Some(simpler);
        }
    }

    /// Runs again what is kept to be shown, and notes where the lanes wait. In thousands of runs
    /// that would cost more than all the rest. A run that does not come out the same, since the
    /// program decides at random, is shown without places.
    fn note_places(&self) {
        // This thread has been left behind: nothing that it finds is looked at any more.
        if self.runner.current.given_up.load(Relaxed) {
            return;
        }
        let begun = OwnTime::begin();
        let time = self.budget.time.max(LEAST_TIME_TO_SHOW);
        let failed = self.found().failure.as_ref().map(|failure| failure.schedule.choices.clone());
        if let Some(choices) = failed {
            let run = self.runner.run_to_be_shown(Plan::Follow(choices));
            if run.trace.is_valid()
                && let Err(why) = self.judge.judge(&run.recording)
            {
                self.found().failure_to_show(why, run.recording);
            }
        }
        if self.budget.until_it_fails {
            return;
        }
        for nth in 0.. {
            let Some(schedule) = self.found().schedule_of_outcome(nth) else { break };
            if begun.is_longer_than(time) {
                break;
            }
            let run = self.runner.run_to_be_shown(Plan::Follow(schedule.choices));
            if run.trace.is_valid() {
                self.found().outcome_to_show(nth, &run.recording);
            }
        }
    }

    /// Runs one schedule that was found before.
    pub fn replay(&mut self, schedule: &Schedule) -> Replayed {
        // That the program cannot be explored is a result. The schedule may be right.
        if let Err(refusal) = self.is_deterministic() {
            self.found().coverage = Coverage::Refused(refusal.sentence());
            return Replayed::AsItWas;
        }
        let run = self.runner.run_to_be_shown(Plan::Follow(schedule.choices.clone()));
        let ends = &run.trace.ends;
        // Something may take part in this schedule only that no schedule decides about.
        if let Some(refusal) = &ends.refusal {
            self.found().coverage = Coverage::Refused(refusal.sentence());
            return Replayed::AsItWas;
        }
        // If the run does not get to its end as the schedule says, the program is another one than
        // that in which the schedule was found.
        if let Some(lane) = ends.absent {
            let name = run.trace.name(lane);
            return Replayed::DoesNotFit(format!("{name}, which ought to come next, does not"));
        }
        if let Some(decision) = ends.misfit {
            let choice = schedule.choices[decision];
            let there = run.trace.decisions[decision].candidates.len();
            return Replayed::DoesNotFit(format!(
                "decision {decision} is between {there} lanes, and {choice} is none of them"
            ));
        }
        if run.trace.decisions.len() < schedule.choices.len() {
            return Replayed::DoesNotFit(format!(
                "it has {} decisions, and the run only {}",
                schedule.choices.len(),
                run.trace.decisions.len()
            ));
        }
        self.count(run);
        self.found().coverage = Coverage::Replayed;
        Replayed::AsItWas
    }

    /// Whether the same choices lead to the same run, as far as several runs of tokio's own
    /// schedule tell.
    ///
    /// # Errors
    /// If the program cannot be explored.
    pub fn is_deterministic(&mut self) -> Result<bool, Refusal> {
        if self.is_it_the_same_each_time()? {
            return Ok(true);
        }
        // Perhaps only the order in which lanes are woken is random. That does not matter if each
        // order is tried, whichever tokio chooses. What is known of the lanes stays the same from
        // here on: what is learnt later must not change an order.
        self.runner.canonical = Some(Arc::new(self.runner.roles.snapshot()));
        self.found().order_of_wakes_is_random = true;
        self.is_it_the_same_each_time()
    }

    /// Runs tokio's own schedule several times, and compares what happened.
    fn is_it_the_same_each_time(&self) -> Result<bool, Refusal> {
        let mut first = None;
        for nth in 0..FIRST_RUNS {
            if nth > 1 && !self.may_go_on(PART_FOR_FIRST_RUNS) {
                break;
            }
            let run = self.runner.run(Plan::Follow(vec![]));
            if let Some(refusal) = run.trace.ends.refusal {
                return Err(refusal);
            }
            let signature = signature(&run);
            match &first {
                None => first = Some(signature),
                Some(first) if *first == signature => {}
                Some(_) => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Whether something is left of the budget, or of this part of it.
    fn may_go_on(&self, part: f64) -> bool {
        let mut time = self.budget.time;
        if part < 1.0 {
            time = time.mul_f64(part); // not for the whole: with `Duration::MAX` it would panic
        }
        let schedules = (self.budget.schedules as f64 * part) as u64;
        let given_up = self.runner.current.given_up.load(Relaxed);
        let found = self.found();
        let some_left = found.schedules < schedules.max(1);
        let enough_known = self.budget.until_it_fails && found.failure.is_some();
        !self.begun.is_longer_than(time) && some_left && !enough_known && !given_up
    }

    /// All schedules with no departure, then all with one, and so on.
    fn systematic(&self) -> Result<Coverage, Refusal> {
        let mut queue = Queue::default();
        // The runs so far, as long as they are few: to be run again at the end.
        let mut known = vec![];
        queue.add(0, Prefix { choices: vec![], digest: 0 });
        while let Some((departures, prefix)) = queue.next() {
            // Only once there are departures: tokio's own schedule is always run.
            if departures > 0 && (!self.may_go_on(PART_FOR_DEPARTURES) || queue.overflown) {
                let random = self.random()?;
                return Ok(Coverage::UpTo { departures: departures - 1, random });
            }
            let run = self.runner.run(Plan::Follow(prefix.choices.clone()));
            if let Some(refusal) = run.trace.ends.refusal.clone() {
                return Err(refusal);
            }
            if run.trace.ends.absent.is_some() {
                continue;
            }
            if !followed(&run.trace, &prefix) || !self.is_repeated(&run) {
                // It is not deterministic after all: the same choices lead to another run.
                return self.random().map(Coverage::Nondeterministic);
            }
            branch(&run.trace, &prefix, |prefix| queue.add(departures + 1, prefix));
            // A run with more decisions than are departed from has schedules that will never be
            // tried.
            queue.overflown |= run.trace.decisions.len() > MOST_DECISIONS;
            if known.len() <= MOST_REPEATS {
                known.push((run.trace.choices(), signature(&run)));
            }
            self.count(run);
        }
        if self.are_the_same_again(&known) {
            return Ok(Coverage::All);
        }
        self.random().map(Coverage::Nondeterministic)
    }

    /// Whether each of these schedules leads to the same run when it is run again, and again.
    fn are_the_same_again(&self, known: &[(Vec<u16>, Signature)]) -> bool {
        for round in 1..=REPEATS {
            if round * known.len() > MOST_REPEATS {
                return true;
            }
            for (choices, expected) in known {
                if !self.may_go_on(PART_FOR_DEPARTURES) {
                    return true;
                }
                let again = self.runner.run(Plan::Follow(choices.clone()));
                if signature(&again) != *expected {
                    return false;
                }
            }
        }
        true
    }

    /// Whether the same choices lead to the same run. Not every schedule is run twice to see it.
    fn is_repeated(&self, run: &OneRun<T>) -> bool {
        let nth = self.found().schedules;
        if nth >= RUN_TWICE && !nth.is_multiple_of(8) {
            return true;
        }
        if nth > 0 && !self.may_go_on(PART_FOR_DEPARTURES) {
            return true;
        }
        let again = self.runner.run(Plan::Follow(run.trace.choices()));
        signature(&again) == signature(run)
    }

    /// Runs schedules at random until the budget is used up. Returns how many.
    fn random(&self) -> Result<u64, Refusal> {
        let mut rng = fastrand::Rng::with_seed(self.budget.seed);
        let mut random = 0;
        while self.may_go_on(1.0) {
            // A generator of its own for each run, so that the next does not depend on how long
            // this one is.
            let plan = Plan::Walk { rng: rng.fork(), roles: self.runner.roles.clone() };
            let run = self.runner.run(plan);
            if let Some(refusal) = run.trace.ends.refusal {
                return Err(refusal);
            }
            // If a chosen lane did not arrive, there is no such schedule, and it is not counted.
            if run.trace.ends.absent.is_none() {
                random += 1;
                self.count(run);
            }
        }
        Ok(random)
    }

    /// Judges a run and keeps what is known of it.
    fn count(&self, run: OneRun<T>) {
        // The lane that was to be dropped came to its end before that: this is no cancellation.
        if self.runner.planned_drop.is_some() && !run.trace.has_dropped {
            return;
        }
        let verdict = self.judge.judge(&run.recording);
        self.found().add(run, verdict);
    }
}

/// What became of a schedule that was to be run again.
pub(super) enum Replayed {
    /// It was run, or the program cannot be explored at all: see [`Coverage::Refused`].
    AsItWas,
    /// The program is no longer the one in which it was found.
    DoesNotFit(String),
}

/// What has happened in a run, and its result.
type Signature = (u64, String);

/// The same for two runs in which the same has happened, and with the same result.
fn signature<T: Debug>(run: &OneRun<T>) -> Signature {
    (run.trace.digest, result_of(&run.recording))
}

/// Whether a run made the decisions of its prefix, and the same had happened before the last of
/// them as in the run that found the prefix.
fn followed(trace: &Trace, prefix: &Prefix) -> bool {
    let Some(last) = prefix.choices.len().checked_sub(1) else { return true };
    match trace.decisions.get(last) {
        Some(decision) => {
            decision.digest == prefix.digest
                && decision.taken == usize::from(prefix.choices[last])
                && trace.ends.misfit.is_none()
        }
        None => false,
    }
}

/// The prefixes that depart once more from this run, after its last departure.
fn branch(trace: &Trace, prefix: &Prefix, mut add: impl FnMut(Prefix)) {
    let choices = trace.choices();
    // Only after the last departure: what departs earlier was added by the run before.
    for nth in prefix.choices.len()..choices.len().min(MOST_DECISIONS) {
        let digest = trace.decisions[nth].digest;
        for &other in &trace.alternatives[nth] {
            let mut choices = choices[..nth].to_vec();
            choices.push(other as u16);
            add(Prefix { choices, digest });
        }
    }
}

/// What is still to be run, by the number of departures.
#[derive(Default)]
struct Queue {
    /// Those with the fewest come first, and among them the one that was found first.
    by_departures: BTreeMap<usize, VecDeque<Prefix>>,
    /// How many choices there are in all of them.
    size: usize,
    /// There were too many: some have been left out.
    overflown: bool,
}

impl Queue {
    /// Adds a prefix with so many departures, unless there are too many already.
    fn add(&mut self, departures: usize, prefix: Prefix) {
        if self.size > MOST_CHOICES {
            self.overflown = true;
            return;
        }
        self.size += prefix.choices.len();
        self.by_departures.entry(departures).or_default().push_back(prefix);
    }

    /// Takes out the next prefix, with the number of its departures.
    fn next(&mut self) -> Option<(usize, Prefix)> {
        let mut first = self.by_departures.first_entry()?;
        let departures = *first.key();
        let prefix = first.get_mut().pop_front()?;
        if first.get().is_empty() {
            first.remove();
        }
        self.size -= prefix.choices.len();
        Some((departures, prefix))
    }
}
