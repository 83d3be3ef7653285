//! What kind of run it is: how much of it is observed, in which runtime it takes place, and how far
//! it is.

/// How much of a run is observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observe {
    /// Everything that a timeline needs.
    Everything,
    /// Only which lane prints which line: no waker is wrapped, and no poll, wake or drop is noted.
    Lines,
    /// Nothing: a lane is its bare future, and a line has no lane.
    Nothing,
}

/// In what kind of runtime a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// One of its own, on a single thread, which tells when it goes to sleep.
    OneThread,
    /// One of its own, with this many workers beside the thread that polls `main`.
    Workers(usize),
    /// That of the caller of `record_here`, with its number of workers: 0 if it has one thread.
    /// It tells nothing, and goes on after the run.
    Callers(usize),
}

impl Home {
    /// How many threads poll tasks beside the first one.
    pub fn workers(self) -> usize {
        match self {
            Home::OneThread => 0,
            Home::Workers(workers) | Home::Callers(workers) => workers,
        }
    }
}

/// How far a run is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The run goes on.
    Open = 0,
    /// `main` has returned, or the limit was reached. Lanes are not polled any more, unless the
    /// runtime is the caller's; and then their polls are not recorded.
    Ending = 1,
    /// The run is over. A lane that outlives it belongs to no run: what it says is only printed.
    Ended = 2,
    /// The thread of the run was left behind. What happens there is no part of the recording, nor
    /// of the output.
    GivenUp = 3,
}
