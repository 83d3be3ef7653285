//! The schedules that are known and have not been run yet, those with the fewest departures first.
use crate::schedules::one_run::Trace;
use std::collections::{BTreeMap, VecDeque};

/// Once the prefixes that wait to be run have more choices than this, no other is added: they would
/// only fill the memory.
const MOST_CHOICES: usize = 20_000_000;

/// At most this many decisions of one run are departed from: a program that spins makes one
/// decision after the other.
const MOST_DECISIONS: usize = 1_000;

/// The choices of a run up to its last departure.
pub(super) struct Prefix {
    /// The last of them is the departure. Empty for tokio's own schedule.
    pub choices: Vec<u16>,
    /// All that had happened up to that decision in the run that found this prefix, as one number.
    /// If the number is another one in the run of this prefix, the program is not deterministic.
    digest: u64,
}

impl Prefix {
    /// Tokio's own schedule.
    pub fn without_departures() -> Prefix {
        Prefix { choices: vec![], digest: 0 }
    }

    /// Whether a run made the decisions of this prefix, and the same had happened before the last
    /// of them as in the run that found the prefix.
    pub fn is_followed_by(&self, trace: &Trace) -> bool {
        let Some(last) = self.choices.len().checked_sub(1) else { return true };
        match trace.decisions.get(last) {
            Some(decision) => {
                decision.digest == self.digest
                    && decision.taken == usize::from(self.choices[last])
                    && trace.obstacles.misfit.is_none()
            }
            None => false,
        }
    }
}

/// What is still to be run, by the number of departures.
#[derive(Default)]
pub(super) struct Frontier {
    /// Those with the fewest come first, and among them the one that was found first.
    by_departures: BTreeMap<usize, VecDeque<Prefix>>,
    /// How many choices there are in all of them.
    size: usize,
    /// Some schedules were left out, since there were too many: they will never be tried.
    pub overflown: bool,
}

impl Frontier {
    /// Adds a prefix with this many departures, unless the prefixes have too many choices already.
    pub fn add(&mut self, departures: usize, prefix: Prefix) {
        if self.size > MOST_CHOICES {
            self.overflown = true;
            return;
        }
        self.size += prefix.choices.len();
        self.by_departures.entry(departures).or_default().push_back(prefix);
    }

    /// Adds the prefixes that depart once more than `prefix`, which this run has followed: one for
    /// each alternative at each decision after the last one of `prefix`. `departures` is the number
    /// of departures of `prefix`.
    pub fn add_branches(&mut self, trace: &Trace, prefix: &Prefix, departures: usize) {
        let choices = trace.choices();
        // The decisions inside `prefix` were made in earlier runs, too: what departs from them was
        // added then.
        for nth in prefix.choices.len()..choices.len().min(MOST_DECISIONS) {
            let digest = trace.decisions[nth].digest;
            for &other in &trace.alternatives[nth] {
                let mut departing = choices[..nth].to_vec();
                departing.push(other as u16);
                self.add(departures + 1, Prefix { choices: departing, digest });
            }
        }
        self.overflown |= choices.len() > MOST_DECISIONS;
    }

    /// Takes out the next prefix, with the number of its departures.
    pub fn next(&mut self) -> Option<(usize, Prefix)> {
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
