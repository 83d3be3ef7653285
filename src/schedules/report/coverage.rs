//! How much of what is possible was tried.

/// How much of what is possible was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Coverage {
    /// All schedules.
    All,
    /// All with up to `departures` departures from tokio's own schedule, and then some at random.
    UpTo {
        /// The number of departures.
        departures: usize,
        /// How many runs were in schedules chosen at random. The same schedule may be chosen again,
        /// and it may be one with few departures.
        random: u64,
    },
    /// Schedules at random only, in this many runs. The same schedule may be chosen again.
    Random(u64),
    /// The program is not deterministic: the same schedule does not always lead to the same run.
    /// This many runs were in schedules chosen at random. Those that were made in order, until it
    /// was noticed that the program is not deterministic, are not in this number.
    Nondeterministic(u64),
    /// Only the one schedule that was asked for.
    Replayed,
    /// One schedule blocked the thread, and those after it could not be tried.
    Blocked,
    /// As many as were needed to find one that fails.
    UntilItFailed,
    /// The program cannot be explored. The sentence says why.
    Refused(String),
}
