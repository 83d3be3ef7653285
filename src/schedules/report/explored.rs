//! What a test reads when all schedules have been run, and how it is said in words.
use super::{
    coverage::Coverage,
    failure::Failure,
    numbers::{counted, thousands},
    outcome::Outcome,
};
use crate::schedules::scheduler::Granularity;
use std::{
    fmt::{self, Display},
    time::Duration,
};

/// What was found: see [`EverySchedule::explore`](crate::schedules::EverySchedule::explore).
#[derive(Debug)]
pub struct Explored<T> {
    /// What the program is called.
    pub name: String,
    /// Where it was switched from one lane to another.
    pub granularity: Granularity,
    /// In how many schedules it was run. A schedule that was chosen at random twice counts twice.
    pub schedules: u64,
    /// How much of all that is possible was tried.
    pub coverage: Coverage,
    /// True if tokio chooses at random in which order it wakes the lanes of one instant (`watch`
    /// and `Barrier` do). The result does not depend on that choice: here each order is a schedule
    /// of its own. It is also true if the first runs differ because something else is random. Then
    /// [`coverage`](Self::coverage) is [`Coverage::Nondeterministic`].
    pub order_of_wakes_is_random: bool,
    /// The different outcomes, in the order in which they were found. Two runs have the same one if
    /// they end alike, return the same and print the same lines, in whatever order and at whatever
    /// time. At most 64 are kept.
    pub outcomes: Vec<Outcome>,
    /// How many different outcomes there were, also those that were not kept.
    pub different_outcomes: usize,
    /// How many different results there were: see [`Outcome::result`].
    pub results: usize,
    /// How many different sets of lines were printed, in whatever order.
    pub different_lines: usize,
    /// In how many different orders a set of lines was printed, for the set that has the most.
    pub orders_of_lines: usize,
    /// How many schedules did not end by themselves. If `main` panics, the schedule has ended.
    pub endless: u64,
    /// How many schedules failed.
    pub failing: u64,
    /// The simplest schedule that failed, and its run.
    pub failure: Option<Failure<T>>,
    /// How long it took, on the wall clock, with all runs that were made more than once.
    pub took: Duration,
}

impl<T> Explored<T> {
    /// Whether no schedule that was tried fails, and at least one was tried.
    pub fn holds(&self) -> bool {
        // That a program cannot be explored may be noticed only after some schedules were run, none
        // of which fails. The claim does not hold then: the others are not known.
        let refused = matches!(self.coverage, Coverage::Refused(_));
        self.failing == 0 && self.schedules > 0 && !refused
    }

    /// What was tried, as the beginning of a sentence: `all 36 schedules`.
    pub fn tried(&self) -> String {
        let schedules = self.schedules;
        match &self.coverage {
            Coverage::All if self.order_of_wakes_is_random => format!(
                "{} (tokio chooses at random which lane comes first, and each was tried)",
                all(schedules)
            ),
            Coverage::All => all(schedules),
            // The two numbers are said apart: the first is all there are of a kind, the second a
            // sample. Of the sample the runs are counted: the random walk may take a schedule
            // twice, also one of the first kind.
            Coverage::UpTo { departures, random } => format!(
                "{}, and {} in schedules chosen at random",
                near(*departures, schedules - random),
                counted(*random, "run")
            ),
            Coverage::Random(random) => format!(
                "{} in schedules chosen at random; how many schedules there are is not known",
                counted(*random, "run")
            ),
            Coverage::Nondeterministic(random) => format!(
                "{} the program is not deterministic: the same schedule does not always lead to \
                 the same run (`select!` without `biased` does that, and the order of a `HashMap`)",
                sample(schedules, *random)
            ),
            Coverage::Replayed => "the schedule that was asked for".into(),
            Coverage::Blocked => {
                format!("{}, the last of which blocks the thread", counted(schedules, "schedule"))
            }
            Coverage::UntilItFailed => {
                format!("{}, the last of which fails", counted(schedules, "schedule"))
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

/// `all 36 schedules`
fn all(schedules: u64) -> String {
    match schedules {
        1 => "the only schedule".to_owned(),
        _ => format!("all {} schedules", thousands(schedules)),
    }
}

/// The schedules with up to this many departures: `all 40 schedules with up to 2 departures from
/// tokio's own`.
fn near(departures: usize, schedules: u64) -> String {
    match departures {
        0 => "tokio's own schedule".to_owned(),
        _ => format!(
            "all {} schedules with up to {} from tokio's own",
            thousands(schedules),
            counted(departures as u64, "departure")
        ),
    }
}

/// The runs of a program that is not deterministic, up to the reason why they are a sample:
/// `60 runs in schedules chosen at random, since`. If some were made in order before that was
/// noticed: `60 runs, 52 of them in schedules chosen at random, since`.
fn sample(runs: u64, random: u64) -> String {
    let all = counted(runs, "run");
    match random {
        0 => format!("{all};"), // the budget was used up when it was noticed
        _ if random == runs => format!("{all} in schedules chosen at random, since"),
        _ => format!("{all}, {} of them in schedules chosen at random, since", thousands(random)),
    }
}

/// What was tried and found, in words, with the timeline of the simplest schedule that fails.
impl<T> Display for Explored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No number is said: what was found before the refusal would look like a result.
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

/// As it can be typed: in quotation marks if a shell could take one of its characters for a sign of
/// its own.
fn for_a_shell(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".:_-".contains(c);
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    // Inside single quotation marks a shell takes everything as it is, but for such a mark itself.
    format!("'{}'", text.replace('\'', r"'\''"))
}
