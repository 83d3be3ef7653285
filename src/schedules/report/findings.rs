//! What has been found so far, while schedules are being run.
use super::{
    coverage::Coverage,
    explored::Explored,
    failure::Failure,
    outcome::{Outcome, result_of},
    schedule::Schedule,
};
use crate::{
    schedules::{one_run::OneRun, scheduler::Granularity},
    timeline::{Line, Recording, Verdict},
};
use std::{
    collections::{BTreeMap, HashSet},
    fmt::Debug,
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

/// Of this many different outcomes the first run is kept. The others are only counted: more would
/// not be looked at, and each keeps a chart in memory.
const OUTCOMES_KEPT: usize = 64;

/// What has been found so far, while schedules are being run.
pub(in crate::schedules) struct Findings<T> {
    /// How many runs were judged. A schedule that was chosen at random twice counts twice. Runs
    /// that only show whether the program is deterministic do not count. Nor do runs in which a
    /// lane was chosen and did not arrive, or was to be dropped and ended before that.
    pub schedules: u64,
    /// Set at the end, when it is known why no more are run.
    pub coverage: Coverage,
    /// The first runs of tokio's own schedule were not the same. So the order in which tokio wakes
    /// lanes is taken to be random, and from then on each order is a schedule of its own. If
    /// something else is random, [`Coverage::Nondeterministic`] says that.
    pub order_of_wakes_is_random: bool,
    /// The different outcomes, each with its first run: up to [`OUTCOMES_KEPT`].
    outcomes: Vec<Outcome>,
    /// All different outcomes, by their hashes: where each is in `outcomes`, and none for those
    /// that are not kept.
    known: BTreeMap<u64, Option<usize>>,
    /// Hashes, not texts: a million schedules may have a million results.
    results: HashSet<u64>,
    /// For each collection of lines, by its hash, the orders in which these lines came: only runs
    /// that print the same lines can differ in their order.
    orders: BTreeMap<u64, HashSet<u64>>,
    /// How many runs did not end by themselves, whether the judge calls that a failure or not. A
    /// panic of `main` is an end.
    endless: u64,
    /// Runs that were judged to be wrong.
    failing: u64,
    /// The simplest of the runs that are wrong. It is kept whole, to be shown.
    pub failure: Option<Failure<T>>,
}

impl<T> Default for Findings<T> {
    fn default() -> Findings<T> {
        Findings {
            schedules: 0,
            // Replaced when the exploration ends. If it does not end, a poll blocks the thread.
            coverage: Coverage::Blocked,
            order_of_wakes_is_random: false,
            outcomes: vec![],
            known: BTreeMap::new(),
            results: HashSet::new(),
            orders: BTreeMap::new(),
            endless: 0,
            failing: 0,
            failure: None,
        }
    }
}

impl<T: Debug> Findings<T> {
    /// Counts a run that was judged, and keeps of it what may be shown.
    pub fn add(&mut self, run: OneRun<T>, verdict: Result<(), String>) {
        let OneRun { recording, trace } = run;
        let schedule = Schedule::of(&trace);
        self.schedules += 1;
        self.endless += u64::from(is_endless(&recording));
        self.add_outcome(&recording, &schedule);
        if let Err(why) = verdict {
            self.failing += 1;
            self.keep_the_simplest(Failure { why, schedule, recording });
        }
    }

    /// Counts what came of a run. The first run of each outcome is kept, as long as there is room.
    fn add_outcome(&mut self, recording: &Recording<T>, schedule: &Schedule) {
        let result = result_of(recording);
        let mut lines: Vec<String> = recording.lines.iter().map(line_without_time).collect();
        // The order of the lines has to be hashed before they are sorted, the outcome afterwards.
        let order_hash = hash(&lines);
        lines.sort();
        self.results.insert(hash(&result));
        self.orders.entry(hash(&lines)).or_default().insert(order_hash);
        let outcome_hash = hash(&(&result, &lines));
        match self.known.get(&outcome_hash) {
            Some(Some(place)) => self.outcomes[*place].schedules += 1,
            // This outcome was counted already, when there was no room to keep it.
            Some(None) => {}
            None if self.outcomes.len() == OUTCOMES_KEPT => {
                self.known.insert(outcome_hash, None);
            }
            None => {
                self.known.insert(outcome_hash, Some(self.outcomes.len()));
                self.outcomes.push(Outcome {
                    result,
                    lines,
                    schedules: 1,
                    schedule: schedule.clone(),
                    transcript: recording.transcript(),
                    // The chart is made now, and the recording is not kept: it is much larger.
                    chart: recording.chart(),
                });
            }
        }
    }

    /// Keeps the failure with the fewest departures.
    fn keep_the_simplest(&mut self, failure: Failure<T>) {
        // Of two failures with equally many departures the first stays.
        let is_simpler = match &self.failure {
            Some(known) => failure.schedule.departures.len() < known.schedule.departures.len(),
            None => true,
        };
        if is_simpler {
            self.failure = Some(failure);
        }
    }

    /// The first schedule of the outcome at this position. None if that outcome is not kept.
    pub fn schedule_of_outcome(&self, position: usize) -> Option<Schedule> {
        self.outcomes.get(position).map(|outcome| outcome.schedule.clone())
    }

    /// Replaces the picture of an outcome by that of another run of its schedule, in which it was
    /// noted where lanes wait. Does nothing if that run went another way.
    pub fn replace_picture_of_outcome(&mut self, position: usize, recording: &Recording<T>) {
        let outcome = &mut self.outcomes[position];
        // If the lines differ, something in the program is random, and the picture would be of
        // another outcome.
        if outcome.transcript != recording.transcript() {
            return;
        }
        let result = result_of(recording);
        // The text of a verdict may differ from that of the first run: now it says where each lane
        // waits.
        let both_have_a_verdict = outcome.chart.verdict.is_some() && recording.outcome.is_err();
        if both_have_a_verdict || outcome.result == result {
            outcome.result = result;
            outcome.chart = recording.chart();
        }
    }

    /// Replaces the run of the failure by another run of its schedule, in which it was noted where
    /// lanes wait. `why` is what was wrong in that run.
    pub fn replace_run_of_failure(&mut self, why: String, recording: Recording<T>) {
        if let Some(failure) = &mut self.failure {
            failure.why = why;
            failure.recording = recording;
        }
    }

    /// The different outcomes, as far as they are kept.
    pub fn outcomes(self) -> Vec<Outcome> {
        self.outcomes
    }

    /// The report, for a test. `took` is how long all of it took.
    pub fn explored(self, name: String, granularity: Granularity, took: Duration) -> Explored<T> {
        // The largest number for one collection of lines: a sum over several would mean nothing.
        let orders_of_lines = self.orders.values().map(HashSet::len).max().unwrap_or(0);
        Explored {
            name,
            granularity,
            schedules: self.schedules,
            coverage: self.coverage,
            order_of_wakes_is_random: self.order_of_wakes_is_random,
            different_outcomes: self.known.len(),
            outcomes: self.outcomes,
            results: self.results.len(),
            different_lines: self.orders.len(),
            orders_of_lines,
            endless: self.endless,
            failing: self.failing,
            failure: self.failure,
            took,
        }
    }
}

/// Whether the run did not end by itself. If `main` panicked, the recording has a verdict, too, but
/// the run has ended.
fn is_endless<T>(recording: &Recording<T>) -> bool {
    match &recording.outcome {
        Ok(_) | Err(Verdict::Panicked(..)) => false,
        Err(Verdict::Deadlock(_) | Verdict::Endless(_) | Verdict::Blocked(_)) => true,
    }
}

/// A hash that is compared within this process only.
fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// A line as it is compared: two schedules may print it at different times.
fn line_without_time(line: &Line) -> String {
    format!("{} {}", line.lane, line.text)
}
