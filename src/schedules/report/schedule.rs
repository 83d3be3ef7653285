//! A schedule: the order in which the lanes of a program are polled.
use crate::{schedules::one_run::Trace, timeline::human};
use std::{
    fmt::{self, Display},
    str::FromStr,
    time::Duration,
};

/// An order in which the lanes of a program are polled.
///
/// It is written as the choices that were made, up to the last departure from tokio's own schedule:
/// `0.1` takes the first candidate at decision 0 and the second one at decision 1. That text can be
/// replayed, as long as the program has not changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The choice at each decision up to the last departure; after that each choice is tokio's own.
    /// The first candidate, 0, is the lane that tokio would poll, or one that it could poll, if
    /// tokio chooses at random.
    pub choices: Vec<u16>,
    /// Where the schedule departs from tokio's own. Empty in a schedule that was read from a text:
    /// only a run tells the times and the names.
    pub departures: Vec<Departure>,
}

/// A decision at which a schedule takes another lane than tokio would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// Which decision it is, counted from 0.
    pub decision: usize,
    /// When it is made, on the clock of the run.
    pub at: Duration,
    /// The lane that comes first.
    pub lane: String,
    /// The lane that has to wait for it, and that tokio would have polled.
    pub before: String,
}

impl Schedule {
    /// The schedule that a run has taken.
    pub(in crate::schedules) fn of(trace: &Trace) -> Schedule {
        let mut departures = vec![];
        for nth in trace.departures() {
            let decision = &trace.decisions[nth];
            // The lane that came may have been made after the decision; then the candidate only
            // stands for it.
            let chosen = decision.candidates[decision.taken].lane;
            let came = decision.came.unwrap_or(chosen);
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
        // Not an empty text, which `from_str` could not read. 0 is tokio's own choice.
        if self.choices.is_empty() {
            return f.write_str("0");
        }
        let choices: Vec<String> = self.choices.iter().map(u16::to_string).collect();
        f.write_str(&choices.join("."))
    }
}

/// Reads what [`Display`] writes. The list of departures stays empty: see
/// [`Schedule::departures`].
impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Schedule, String> {
        let mut choices = vec![];
        for number in text.split('.') {
            let Ok(choice) = number.parse() else {
                return Err(format!(
                    "“{text}” is no schedule: that is numbers with dots between them, like 0.1"
                ));
            };
            choices.push(choice);
        }
        // Tokio's own choices at the end need not be asked for.
        while choices.last() == Some(&0) {
            choices.pop();
        }
        Ok(Schedule { choices, departures: vec![] })
    }
}
