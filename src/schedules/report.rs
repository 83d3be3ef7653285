//! What was tried, what came of it, and the run that breaks the claim.
//!
//! Three things are counted apart, since they answer three questions: *outcomes* (what can come of
//! the program?), *results* (what can it return?), and *orders of lines* (can its output come in
//! another order?). None of them is kept for each schedule: there may be millions.
use super::{
    one_run::{OneRun, Trace},
    scheduler::{Granularity, Refusal},
};
use crate::timeline::{Chart, Line, Recording, TerminalOptions, Verdict, human};
use std::{
    collections::{BTreeMap, HashSet},
    fmt::{self, Debug, Display},
    hash::{DefaultHasher, Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

/// Of so many different outcomes the first run is kept; of others only their number.
const OUTCOMES_KEPT: usize = 64;

/// What a check can return: that it holds, or that it does not, and perhaps why.
///
/// A check can also panic, as `assert!` does.
pub trait Checked {
    /// The claim holds, or this is what is wrong.
    fn checked(self) -> Result<(), String>;
}

impl Checked for () {
    fn checked(self) -> Result<(), String> {
        Ok(())
    }
}

impl Checked for bool {
    fn checked(self) -> Result<(), String> {
        match self {
            true => Ok(()),
            false => Err("the check says that it does not hold".into()),
        }
    }
}

impl<E: Display> Checked for Result<(), E> {
    fn checked(self) -> Result<(), String> {
        self.map_err(|error| error.to_string())
    }
}

/// A condition on a run.
pub(super) type Check<T> = Box<dyn Fn(&Recording<T>) -> Result<(), String> + Send + Sync>;

/// Decides whether a run is as it should be.
pub(super) struct Judge<T> {
    /// None if a run only has to end, without a panic.
    pub check: Option<Check<T>>,
    /// A run that does not end by itself is no failure of its own.
    pub may_not_end: bool,
}

impl<T> Judge<T> {
    /// Nothing, or what is wrong.
    pub fn judge(&self, recording: &Recording<T>) -> Result<(), String> {
        match &recording.outcome {
            // A panic of `main` is never meant, and the check would have nothing to look at.
            Err(verdict @ Verdict::Panicked(..)) => return Err(verdict.to_string()),
            Err(verdict) if !self.may_not_end => return Err(verdict.to_string()),
            _ => {}
        }
        let Some(check) = &self.check else { return Ok(()) };
        // A check that panics says what is wrong in its message, as any assertion.
        match catch_unwind(AssertUnwindSafe(|| check(recording))) {
            Ok(checked) => checked,
            Err(panic) => Err(crate::timeline::panic_message(&*panic)),
        }
    }
}

/// How much of what is possible was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Coverage {
    /// All schedules.
    All,
    /// All with so many departures from tokio's own schedule, and then some at random.
    UpTo {
        /// The number of departures.
        departures: usize,
        /// How many at random.
        random: u64,
    },
    /// Schedules at random only: so many.
    Random(u64),
    /// The program is not deterministic: the same schedule does not always lead to the same run. So
    /// many were tried at random.
    Nondeterministic(u64),
    /// Only this one, as it was asked for.
    Replayed,
    /// One schedule blocked the thread, and the others could not be tried.
    Blocked,
    /// As many as were needed to find one that fails.
    UntilItFailed,
    /// It cannot be explored. The sentence says why.
    Refused(String),
}

/// What was found: see [`EverySchedule::explore`](super::EverySchedule::explore).
#[derive(Debug)]
pub struct Explored<T> {
    /// What the program is called.
    pub name: String,
    /// Where it was switched from one lane to another.
    pub granularity: Granularity,
    /// In how many schedules it was run, each counted once.
    pub schedules: u64,
    /// How much of what is possible that is.
    pub coverage: Coverage,
    /// In what order lanes are woken at one instant is random (`watch` and `Barrier` of tokio
    /// choose it so). That does not matter here, since each order was tried.
    pub order_of_wakes_is_random: bool,
    /// The different outcomes, in the order in which they were found. Two runs have the same one if
    /// they end alike, return the same and print the same lines, in whatever order and at whatever
    /// time. At most 64 are kept.
    pub outcomes: Vec<Outcome>,
    /// How many different outcomes there were, also those that were not kept.
    pub different_outcomes: usize,
    /// How many different results there were, as [`Debug`] prints them.
    pub results: usize,
    /// How many different sets of lines were printed, in whatever order.
    pub different_lines: usize,
    /// In how many orders the same lines were printed: the largest such number.
    pub orders_of_lines: usize,
    /// How many schedules did not end by themselves.
    pub endless: u64,
    /// How many schedules failed.
    pub failing: u64,
    /// The simplest of them.
    pub failure: Option<Failure<T>>,
    /// How long it took, on the wall clock.
    pub took: Duration,
}

/// One of the different outcomes.
#[derive(Debug)]
pub struct Outcome {
    /// What `main` returned, as [`Debug`] prints it, or why it did not.
    pub result: String,
    /// The lines, sorted, each with its lane and without its time.
    pub lines: Vec<String>,
    /// In how many schedules it came about.
    pub schedules: u64,
    /// The first of these schedules.
    pub schedule: Schedule,
    /// What was printed in that schedule, as `time lane text`.
    pub transcript: Vec<String>,
    /// The run of that schedule, to be drawn.
    pub chart: Chart,
}

/// A run that breaks the claim.
#[derive(Debug)]
pub struct Failure<T> {
    /// What is wrong.
    pub why: String,
    /// The schedule that leads to it.
    pub schedule: Schedule,
    /// The run.
    pub recording: Recording<T>,
}

/// An order in which the lanes of a program are polled.
///
/// It is written as the choices that were made, up to the last departure from tokio's own schedule:
/// `0.1` takes the first candidate at decision 0 and the second one at decision 1. That string can
/// be replayed, as long as the program has not changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The choice at each decision. The first candidate, 0, is the lane that tokio would poll.
    pub choices: Vec<u16>,
    /// Where it departs from tokio's own schedule.
    pub departures: Vec<Departure>,
}

/// A decision that is not tokio's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// Which decision it is, counted from 0.
    pub decision: usize,
    /// When it is made, on the clock of the run.
    pub at: Duration,
    /// The lane that comes first.
    pub lane: String,
    /// The lane that it comes before, and that tokio would have polled.
    pub before: String,
}

impl Schedule {
    /// The schedule that a run has taken.
    pub(super) fn of(trace: &Trace) -> Schedule {
        let mut departures = vec![];
        for nth in trace.departures() {
            let decision = &trace.decisions[nth];
            let chosen = decision.candidates[decision.taken].lane;
            let came = decision.came.unwrap_or(chosen);
            // The names are those of this run: a schedule that is read from a text has none.
            departures.push(Departure {
                decision: nth,
                at: decision.at,
                lane: trace.name(came),
                before: trace.name(decision.candidates[0].lane),
            });
        }
        let mut choices = trace.choices();
        // After the last departure each choice is tokio's own, and need not be written down.
        let needed = match departures.last() {
            Some(last) => last.decision + 1,
            None => 0,
        };
        choices.truncate(needed);
        Schedule { choices, departures }
    }

    /// In words: where it departs from tokio's own schedule.
    pub fn describe(&self) -> String {
        if self.departures.is_empty() {
            return "tokio's own schedule".into();
        }
        let all: Vec<String> = self.departures.iter().map(Departure::to_string).collect();
        all.join("; ")
    }
}

/// `at decision 1 (100 ms) B goes before A`
impl Display for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Departure { decision, at, lane, before } = self;
        write!(f, "at decision {decision} ({}) {lane} goes before {before}", human(*at))
    }
}

/// As it can be replayed: `0.1`. Tokio's own schedule is `0`.
impl Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not an empty text, which would be no word in a command. 0 is tokio's own choice.
        if self.choices.is_empty() {
            return f.write_str("0");
        }
        let choices: Vec<String> = self.choices.iter().map(u16::to_string).collect();
        f.write_str(&choices.join("."))
    }
}

/// Reads what [`Display`] writes. The departures have no names until it is replayed.
impl std::str::FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Schedule, String> {
        let numbers = text.split('.').map(str::parse::<u16>);
        let mut choices = numbers.collect::<Result<Vec<u16>, _>>().map_err(|_| {
            format!("“{text}” is no schedule: that is numbers with dots between them, like 0.1")
        })?;
        while choices.last() == Some(&0) {
            choices.pop(); // tokio's own choice need not be asked for
        }
        Ok(Schedule { choices, departures: vec![] })
    }
}

/// What has been found so far, while schedules are being run.
pub(super) struct Found<T> {
    /// Runs that were counted: each schedule once, and none whose chosen lane did not arrive.
    pub schedules: u64,
    /// Set at the end, when it is known why no more are run.
    pub coverage: Coverage,
    /// Tokio chooses at random in which order lanes are woken, and each order was tried.
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
    /// Runs that ended with a verdict, whether that is a failure or not.
    endless: u64,
    /// Runs that were judged to be wrong.
    failing: u64,
    /// The simplest of these, whole: it is the one that is shown.
    pub failure: Option<Failure<T>>,
    /// On the wall clock, with the first runs and with what was run again.
    pub took: Duration,
}

impl<T> Default for Found<T> {
    fn default() -> Found<T> {
        Found {
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
            took: Duration::ZERO,
        }
    }
}

impl<T: Debug> Found<T> {
    /// Counts a run. The first that fails is kept, unless one fails with fewer departures.
    pub fn add(&mut self, run: OneRun<T>, verdict: Result<(), String>) {
        let OneRun { recording, trace } = run;
        self.schedules += 1;
        let schedule = Schedule::of(&trace);
        let result = result_of(&recording);
        let mut lines: Vec<String> = recording.lines.iter().map(line_without_time).collect();
        // The order is looked at before the lines are sorted, and the outcome after that.
        let order = hash(&lines);
        lines.sort();
        self.results.insert(hash(&result));
        self.orders.entry(hash(&lines)).or_default().insert(order);
        self.endless += u64::from(recording.outcome.is_err());
        let outcome = hash(&(&result, &lines));
        match self.known.get(&outcome) {
            Some(Some(known)) => self.outcomes[*known].schedules += 1,
            // Known, and not kept: it only counts as one of the different outcomes.
            Some(None) => {}
            None if self.outcomes.len() == OUTCOMES_KEPT => {
                self.known.insert(outcome, None);
            }
            None => {
                self.known.insert(outcome, Some(self.outcomes.len()));
                self.outcomes.push(Outcome {
                    result,
                    lines,
                    schedules: 1,
                    schedule: schedule.clone(),
                    transcript: recording.transcript(),
                    // Made at once and kept instead of the recording: a chart is small, and its run
                    // is over.
                    chart: recording.chart(),
                });
            }
        }
        let Err(why) = verdict else { return };
        self.failing += 1;
        let departures = schedule.departures.len();
        // Of two that are equally simple the first stays: it is the one that is found again.
        let simpler = match &self.failure {
            Some(known) => departures < known.schedule.departures.len(),
            None => true,
        };
        if simpler {
            self.failure = Some(Failure { why, schedule, recording });
        }
    }

    /// The schedule of an outcome that is kept, if there are so many.
    pub fn schedule_of_outcome(&self, nth: usize) -> Option<Schedule> {
        self.outcomes.get(nth).map(|outcome| outcome.schedule.clone())
    }

    /// Takes the picture of an outcome from another run of its schedule, if that went the same way.
    pub fn outcome_to_show(&mut self, nth: usize, recording: &Recording<T>) {
        let outcome = &mut self.outcomes[nth];
        // Not the same run: something in it is random, and the picture would be of another outcome.
        if outcome.transcript != recording.transcript() {
            return;
        }
        let result = result_of(recording);
        // A verdict is the same one, but now it can say where each lane waits.
        let ended_without = outcome.chart.verdict.is_some() && recording.outcome.is_err();
        if ended_without || outcome.result == result {
            outcome.result = result;
            outcome.chart = recording.chart();
        }
    }

    /// Shows another run of the schedule that failed.
    pub fn failure_to_show(&mut self, why: String, recording: Recording<T>) {
        if let Some(failure) = &mut self.failure {
            failure.why = why;
            failure.recording = recording;
        }
    }

    /// The different outcomes, as far as they are kept.
    pub fn outcomes(self) -> Vec<Outcome> {
        self.outcomes
    }

    /// The report of it, for a test.
    pub fn explored(self, name: String, granularity: Granularity) -> Explored<T> {
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
            // The largest number for one collection of lines. A sum would mean nothing.
            orders_of_lines: self.orders.values().map(HashSet::len).max().unwrap_or(0),
            endless: self.endless,
            failing: self.failing,
            failure: self.failure,
            took: self.took,
        }
    }
}

/// A hash to be compared within this process.
fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// A line as it is compared: two schedules may print it at different times.
fn line_without_time(line: &Line) -> String {
    format!("{} {}", line.lane, line.text)
}

/// What `main` returned, or why it did not, so that runs that end alike have the same one.
pub(super) fn result_of<T: Debug>(recording: &Recording<T>) -> String {
    match &recording.outcome {
        Ok(output) => without_task_ids(&format!("{output:?}")),
        Err(verdict) => without_task_ids(&verdict.to_string()),
    }
}

/// Tokio numbers its tasks throughout the process, and a `JoinError` prints that number. What looks
/// like it in a result of the program's own, as `UserId(7)` does, is left out as well: then two
/// results that differ in it alone count as one.
fn without_task_ids(text: &str) -> String {
    // In two forms: `Id(7)`, as `Debug` prints it, and `task 7`, as `Display` does.
    let mut left = text;
    let mut all = String::new();
    while let Some((before, after)) = left.split_once("Id(") {
        all.push_str(before);
        let number = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        all.push_str(if number > 0 { "Id(…" } else { "Id(" });
        left = &after[number..];
    }
    all.push_str(left);
    let mut words = vec![];
    let mut after_task = false;
    for word in all.split(' ') {
        let is_number = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
        words.push(if after_task && is_number { "…" } else { word });
        after_task = word == "task";
    }
    words.join(" ")
}

impl<T> Explored<T> {
    /// Whether no schedule that was tried fails, and at least one was.
    pub fn holds(&self) -> bool {
        // A program that cannot be explored holds nothing, whenever that was noticed.
        let refused = matches!(self.coverage, Coverage::Refused(_));
        self.failing == 0 && self.schedules > 0 && !refused
    }

    /// What was tried, as the beginning of a sentence: `all 36 schedules`.
    pub fn tried(&self) -> String {
        let Explored { schedules, .. } = self;
        let all = match schedules {
            1 => "the only schedule".to_owned(),
            _ => format!("all {} schedules", thousands(*schedules)),
        };
        match &self.coverage {
            Coverage::All if self.order_of_wakes_is_random => {
                format!(
                    "{all} (tokio chooses at random which lane comes first, and each was tried)"
                )
            }
            Coverage::All => all,
            // The two numbers are said apart: the first is all there are of a kind, the second a
            // sample.
            Coverage::UpTo { departures, random } => {
                let near = match departures {
                    0 => "tokio's own schedule".to_owned(),
                    _ => format!(
                        "all {} schedules with up to {} from tokio's own",
                        thousands(schedules - random),
                        counted(*departures as u64, "departure")
                    ),
                };
                format!("{near}, and {} of the others, chosen at random", thousands(*random))
            }
            Coverage::Random(random) => {
                format!(
                    "{} chosen at random; how many there are is not known",
                    counted(*random, "schedule")
                )
            }
            Coverage::Nondeterministic(_) => format!(
                "{} chosen at random, since the program is not deterministic: the same schedule \
                 does not always lead to the same run (`select!` without `biased` does that, and \
                 the order of a `HashMap`)",
                counted(*schedules, "schedule")
            ),
            Coverage::Replayed => "the schedule that was asked for".into(),
            Coverage::Blocked => {
                format!("{}, the last of which blocks the thread", counted(*schedules, "schedule"))
            }
            Coverage::UntilItFailed => {
                format!("{}, the last of which fails", counted(*schedules, "schedule"))
            }
            Coverage::Refused(_) => "no schedule".into(),
        }
    }

    /// Where it was switched, in words.
    pub fn switched(&self) -> &'static str {
        match self.granularity {
            Granularity::Waits => "switching where a lane waits, as one thread can",
            Granularity::Operations => {
                "switching at every operation of tokio, as several threads can"
            }
        }
    }
}

/// What was tried and found, in words, with the timeline of the simplest schedule that fails.
impl<T> Display for Explored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Before any number: nothing was tried, and a zero could be read as a good sign.
        if let Coverage::Refused(why) = &self.coverage {
            return write!(f, "{}: not explored: {why}", self.name);
        }
        write!(f, "{}: {}, {}: ", self.name, self.tried(), self.switched())?;
        write!(f, "{}", counted(self.different_outcomes as u64, "outcome"))?;
        let Some(failure) = &self.failure else { return f.write_str(", and none fails") };
        let fail = if self.failing == 1 { "fails" } else { "fail" };
        writeln!(f, ", and {} {fail}", thousands(self.failing))?;
        write!(f, "{failure}")?;
        // The last line of the message, to be copied as it is.
        let schedule = format!("{}:{}", self.name, failure.schedule);
        write!(f, "To run this schedule again: SCHEDULE={} cargo test", for_a_shell(&schedule))
    }
}

/// What is wrong, the schedule in words, and the timeline.
impl<T> Display for Failure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the simplest: {}", self.schedule.describe())?;
        writeln!(f, "{}", self.why)?;
        for line in &self.recording.lines {
            writeln!(f, "{line:#}")?;
        }
        let options = TerminalOptions { width: 100, colour: false };
        writeln!(f, "\n{}", self.recording.chart().to_text(options))
    }
}

/// As it can be typed: in quotation marks, unless no character has a meaning of its own to a shell.
fn for_a_shell(text: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || ".:_-".contains(c);
    if text.chars().all(harmless) {
        return text.to_owned();
    }
    // Inside single quotation marks a shell takes everything as it is, but for such a mark itself.
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// `1 schedule`, `2 schedules`
fn counted(number: u64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{} {what}s", thousands(number)),
    }
}

/// `1,204`
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

impl Refusal {
    /// Why nothing can be said, as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Refusal::Threads => "it uses threads, and no schedule decides when they run".into(),
            Refusal::Callback(name) => format!(
                "an event loop of its own calls {name}, in the order that the loop promises"
            ),
            Refusal::Task(what) => format!(
                "{what} a task without a lane, which runs before all lanes: give it one, as in \
                 `tokio::spawn(work().lane(\"work\"))`"
            ),
        }
    }
}
