//! A run as rows of spans: the data that everything else in this folder draws.
//!
//! A run is a row of *instants*. At each of them a few polls happen, one after the other, and no
//! time passes. Between two of them time passes, and the runtime's thread runs no lane, unless a
//! poll lasts. So a position in a chart is an instant and, within it, a column: each poll has a
//! column of its own.
//!
//! `assemble` makes a chart of a list of events; `json` writes one down and reads it back.
//!
//! In the order in which to read it: this file, a whole run; `row`, a lane; `state`, what a lane
//! can do and how it can end. Then what renderers ask: `reasons`, why a wait or a lane ended, in
//! words; `nesting`, which lane polls which.
mod nesting;
mod reasons;
mod row;
mod state;

pub use row::{BlockingCall, Owner, Row, Span, Woken};
pub use state::{End, State, Until};

use super::places::Places;
use crate::timeline::{Clock, LaneId, Line, Place};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A run as rows of spans. All renderers draw from this.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// What the run was called.
    pub title: String,
    /// Which clock it ran on: on the real one all times are a little different in each run.
    pub clock: Clock,
    /// The moments at which something happened, in order.
    pub instants: Vec<Instant>,
    /// The lanes, in the order in which they were made: a [`LaneId`] is an index into this list.
    pub rows: Vec<Row>,
    /// Which lane woke which, in order.
    pub wakes: Vec<Wake>,
    /// What each thread ran, in order; the runtime's thread is the first. On a runtime of several
    /// threads that is the one that polls `main`, and the workers come next.
    pub threads: Vec<Vec<Hold>>,
    /// How many workers there are; 0 on a runtime of one thread.
    #[serde(default)]
    pub workers: usize,
    /// The calls of an event loop of the program's own, as far as it has told of them, in the order
    /// in which they became known. Empty where the program has no such loop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<LoopCall>,
    /// For which of its tasks a lane runs an event loop, in order of time: each entry holds until
    /// the next one of the same lane. Empty where the program has no such loop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaits: Vec<LoopAwait>,
    /// What lanes printed, in order, with the positions in the chart.
    pub said: Vec<Said>,
    /// Everything that was printed, in order, as a terminal shows it, with the lines that no lane
    /// printed.
    pub lines: Vec<Line>,
    /// How long the run took.
    #[serde(with = "crate::timeline::time::nanoseconds")]
    pub elapsed: Duration,
    /// Events at the end of the run that were not kept, since there were too many.
    pub left_out: u64,
    /// Why the run has no result, in the words of its [`Verdict`](crate::timeline::Verdict): it did
    /// not end by itself, or `main` panicked. `None` if the run has a result.
    pub verdict: Option<String>,
    /// Remarks on the run, whether it has a verdict or not, each in the words of its
    /// [`Remark`](crate::timeline::Remark).
    #[serde(default)]
    pub remarks: Vec<String>,
    /// Of which run this one is a variant; none if it is no variant. The explorer shows both on one
    /// time axis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<Variant>,
}

/// What makes a run a variant of another one: another program does the same task in its own way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The title of the run with which it is compared. That one is no variant itself.
    pub of: String,
    /// Whether only the explorer shows this variant, and a plain run of the program leaves it out.
    pub only_explored: bool,
}

/// A moment at which something happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instant {
    /// Time since the run began. On the real clock, without the few milliseconds by which timers
    /// are late.
    #[serde(with = "crate::timeline::time::nanoseconds")]
    pub at: Duration,
    /// How many polls began.
    pub columns: usize,
}

/// A position: the edge between two columns of an instant. It is the left edge of the column with
/// this number, and the right edge of the column before it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position {
    /// Index of the instant.
    pub instant: usize,
    /// How many polls had begun at this instant.
    pub column: usize,
}

/// One lane wakes another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wake {
    /// When.
    pub at: Position,
    /// The lane that wakes.
    pub from: LaneId,
    /// The lane that is woken.
    pub to: LaneId,
    /// How many events came before it in the run. What shares a position is in the order of these
    /// numbers. 0 in a file of an older version, which does not say it.
    #[serde(default)]
    pub nth: usize,
    /// Whether `from` has only passed this wake on: it was woken itself, and `to` polls it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub passed_on: bool,
    /// Whether it is a request to cancel the lane, which an event loop of the program's own gives
    /// it as an error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancels: bool,
}

/// A stretch of time in which a lane had a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The innermost lane that was being polled.
    pub lane: LaneId,
    /// From here.
    pub from: Position,
    /// To here.
    pub to: Position,
}

/// A call of an event loop of the program's own: a step of a task, or a callback.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoopCall {
    /// The lane that runs in the call. If none does, this is the lane that set the timer of the
    /// call, or else the lane of the loop. None if the loop never made the call, so that its lane
    /// is not known; and of a callback of the loop's own library, which is no part of a lane.
    pub lane: Option<LaneId>,
    /// The timer of the call, if it has one.
    pub timer: Option<LoopTimer>,
    /// When another thread asked for the call, if another thread did.
    pub asked: Option<Turn>,
    /// When the loop put the call into its ready queue, if the loop did.
    pub queued: Option<Turn>,
    /// When the loop made the call. If the call was cancelled, this is when its timer was
    /// cancelled; or, if it was in the queue by then, when the loop passed over it. None if neither
    /// was seen.
    pub over: Option<Turn>,
    /// The task of which it is a step; none for a callback, and if the loop never made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_of: Option<LoopTask>,
    /// The function of the loop's own library that has added it as a done callback, such as
    /// `shield`; none for any other call, and if the loop never made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_by: Option<String>,
}

/// A task of an event loop of the program's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoopTask {
    /// The one until whose end a lane runs the loop: what it does is shown on that lane, unless it
    /// has a lane of its own.
    Main,
    /// Another one.
    Other,
}

/// A lane that runs an event loop begins to wait for tasks of the loop: for the one until whose end
/// it runs the loop, or for those that the coroutine of this one awaits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoopAwait {
    /// When, and which lane: see [`Turn::by`].
    pub from: Turn,
    /// The tasks, by their lanes.
    pub lanes: Vec<LaneId>,
    /// How many other tasks there are, which have no lane of their own, or never ran.
    pub unseen: usize,
    /// Where the coroutine waits until whose end the lane runs the loop, and for what. None if that
    /// is not known, and once the coroutine is over.
    #[serde(default, skip_serializing_if = "Places::are_none")]
    pub places: Places,
    /// The lane runs the loop until something is done, from here on. False in a file of an older
    /// version, which does not say it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_a_run: bool,
    /// What the lane has run the loop for is over: mostly that coroutine has just ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
}

/// The timer of a call of an event loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoopTimer {
    /// When it was set.
    pub set: Turn,
    /// When it is due: time since the run began, as the loop was told.
    #[serde(with = "crate::timeline::time::nanoseconds")]
    pub due: Duration,
}

/// When something happened to a call of an event loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Where: the right edge of the last column that had begun.
    pub at: Position,
    /// The lane that ran there.
    pub by: LaneId,
    /// The number of the event: it orders those at one position.
    pub nth: usize,
}

/// A line that a lane printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Where: the right edge of the last column that had begun when it was printed.
    pub at: Position,
    /// Which lane.
    pub lane: LaneId,
    /// The text.
    pub text: String,
    /// The place of the `say!` in the source. None in a file of an older version, which does not
    /// say it.
    #[serde(default)]
    pub place: Option<Place>,
    /// How many events came before it in the run: see [`Wake::nth`].
    #[serde(default)]
    pub nth: usize,
}

impl Chart {
    /// The first lane of that name.
    ///
    /// # Panics
    /// If there is none: it is for tests, and says which lanes there are.
    #[track_caller]
    pub fn row(&self, name: &str) -> &Row {
        for row in &self.rows {
            if row.name == name {
                return row;
            }
        }
        let names: Vec<&str> = self.rows.iter().map(|row| row.name.as_str()).collect();
        panic!("no lane is called {name}; there are {}", names.join(", "))
    }

    /// The time of a position.
    pub fn time(&self, pos: Position) -> Duration {
        self.instants[pos.instant].at
    }

    /// The last position: the run is over there.
    pub(super) fn last_position(&self) -> Position {
        // A chart has one instant at least: the creation of `main` begins it.
        let instant = self.instants.len() - 1;
        Position { instant, column: self.instants[instant].columns }
    }

    /// The time between two positions.
    pub fn between(&self, from: Position, to: Position) -> Duration {
        self.time(to) - self.time(from)
    }

    /// The instant to which a line belongs: the last one that had begun when it was printed. On the
    /// real clock an instant begins a little before its lines.
    pub fn instant_of(&self, line: &Line) -> usize {
        let begun = self.instants.partition_point(|instant| instant.at <= line.at);
        begun.saturating_sub(1)
    }
}
