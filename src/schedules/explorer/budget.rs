//! How much is tried: time and schedules, and which part of them is for what.
use std::time::Duration;

/// The time for making a failure simpler is at least this long, even when the budget is smaller.
/// So is the time for the runs that note where lanes wait. With less time, a failure that was found
/// in a small budget could be shown only as it was found, and without places.
const LEAST_TIME_TO_SHOW: Duration = Duration::from_millis(100);

/// How much is tried, and how.
#[derive(Clone, Copy, Debug)]
pub(in crate::schedules) struct Budget {
    /// For all runs but those of [`time_to_show`](Budget::time_to_show), on the wall clock. The
    /// time in which the thread waits for a processor does not count.
    pub time: Duration,
    /// This many schedules at most.
    pub schedules: u64,
    /// The seed of the random walk: with the same seed it takes the same schedules.
    pub seed: u64,
    /// All schedules that are tried are chosen at random.
    pub at_random: bool,
    /// The first failure is enough: it ends the search, and no outcome is run again to note where
    /// its lanes wait.
    pub until_it_fails: bool,
}

impl Budget {
    /// A budget that ends after this time, however many schedules are tried in it.
    pub fn of_time(time: Duration) -> Budget {
        Budget { time, schedules: u64::MAX, seed: 0, at_random: false, until_it_fails: false }
    }

    /// How long it may take to make a failure simpler; and how long again, to note where lanes wait
    /// in what is shown.
    pub fn time_to_show(&self) -> Duration {
        self.time.max(LEAST_TIME_TO_SHOW)
    }
}

/// How much of the budget may be used up before something is given up. Each part includes the parts
/// above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// For the first runs, of tokio's own schedule. A program whose runs take long is run less
    /// often, so that enough is left for other schedules.
    FirstRuns,
    /// For schedules with few departures. The rest is for the random walk, which reaches what is
    /// far from tokio's own schedule.
    Departures,
    /// The whole budget.
    Whole,
}

impl Part {
    /// The part of this time.
    pub fn of_time(self, time: Duration) -> Duration {
        match self.fraction() {
            // Not multiplied by 1: `Duration::MAX` as a float is rounded up, and would panic.
            None => time,
            Some(fraction) => time.mul_f64(fraction),
        }
    }

    /// The part of this many schedules: at least one.
    pub fn of_schedules(self, schedules: u64) -> u64 {
        match self.fraction() {
            None => schedules.max(1),
            Some(fraction) => ((schedules as f64 * fraction) as u64).max(1),
        }
    }

    /// As a fraction of 1. None for the whole.
    fn fraction(self) -> Option<f64> {
        match self {
            Part::FirstRuns => Some(0.2),
            Part::Departures => Some(0.6),
            Part::Whole => None,
        }
    }
}
