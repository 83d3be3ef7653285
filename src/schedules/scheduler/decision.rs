//! What a run leaves behind for the explorer: its decisions, and what ended them early.
use super::{
    candidates::{ArrivalContext, Candidate},
    history::Moment,
};
use crate::timeline::LaneId;
use std::time::Duration;

/// One decision: several lanes were ready.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    /// The lanes that could be polled next. The first of them is the one that the runtime was about
    /// to poll, unless the order of wakes is random: then it is the first in an order that is the
    /// same in each run.
    pub candidates: Vec<Candidate>,
    /// Which of them was chosen: 0 is tokio's own choice, anything else is a departure.
    pub taken: usize,
    /// The lane that arrived.
    pub lane: LaneId,
    /// The moment of the decision.
    pub moment: Moment,
    /// In whose poll the decision was made. What was possible depends on it, and is judged when the
    /// run is over.
    pub context: ArrivalContext,
    /// What had happened until then, as one number: see
    /// [`State::digest`](super::state::State::digest). If it differs when the same choices are made
    /// again, something was decided at random.
    pub digest: u64,
    /// When it was made, on the clock of the run.
    pub at: Duration,
    /// The lane that was polled then. It may not have existed when it was chosen.
    pub came: Option<LaneId>,
}

/// Once one of these is set, nothing more is decided in the run. After `spins`, no lane is polled
/// any more. After one of the others, the run goes on to its end in tokio's own order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Obstacles {
    /// The lane that was chosen and did not arrive: there is no such schedule.
    pub absent: Option<LaneId>,
    /// The decision at which the plan asks for a candidate that does not exist.
    pub misfit: Option<usize>,
    /// Lanes arrived more than [`MOST_ARRIVALS`](super::history::MOST_ARRIVALS) times.
    pub spins: Option<Spin>,
    /// The program cannot be explored.
    pub refusal: Option<Refusal>,
}

impl Obstacles {
    /// Whether the run is no schedule of the program: then it shows nothing that was asked for.
    pub fn is_no_schedule(&self) -> bool {
        self.absent.is_some() || self.misfit.is_some() || self.refusal.is_some()
    }
}

/// Notes that the lanes of a run are not polled any more, since they arrived too often: the run
/// might never have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spin {
    /// When that was noticed, on the clock of the run.
    pub at: Duration,
    /// How many polls there had been. An arrival that was deferred is no poll, and polls that only
    /// the scheduler has caused are not counted.
    pub polls: u64,
}

/// Why nothing can be said about a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It uses threads.
    Threads,
    /// The program has an event loop of its own, which calls callbacks. The text is the name of one
    /// of them.
    Callback(String),
    /// A task without a lane took part. The text is the beginning of a sentence that goes on with
    /// "a task without a lane".
    Task(String),
}

impl Refusal {
    /// Why nothing can be said, as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Refusal::Threads => "it uses threads, and no schedule decides when they run".into(),
            Refusal::Callback(name) => format!(
                "it has an event loop of its own, which calls {name}, and no schedule decides when"
            ),
            Refusal::Task(what) => format!(
                "{what} a task without a lane, which runs before all lanes: give it one, as in \
                 `tokio::spawn(work().lane(\"work\"))`"
            ),
        }
    }
}
