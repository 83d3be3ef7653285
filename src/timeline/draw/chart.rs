//! A run as rows of spans: the data that everything else in this folder draws.
//!
//! A run is a row of *instants*. At each of them a few polls happen, one after the other, and no
//! time passes; between two of them time passes and nothing runs, unless a lane blocks. So a
//! position in a chart is an instant and, within it, a column: each poll has a column of its own.
//!
//! `assemble` makes a chart of a list of events; `json` writes one down and reads it back.
use super::{marks::Mark, places::Places};
use crate::timeline::{Clock, LaneId, Line, Place, human};
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
    /// Why the run did not end by itself, in the words of its
    /// [`Verdict`](crate::timeline::Verdict).
    pub verdict: Option<String>,
    /// What is to be said of the run beside its verdict, or without one, each in the words of its
    /// [`Remark`](crate::timeline::Remark).
    #[serde(default)]
    pub remarks: Vec<String>,
    /// Of which run this one is a variant; none if it is no variant. The explorer shows both on one
    /// time axis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<Variant>,
}

/// What makes a run a variant of another one: the same question, answered by another program.
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

/// A position: the edge between two columns of an instant. It is the left one of the column with
/// this number, and the right one of the column before it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Pos {
    /// Index of the instant.
    pub instant: usize,
    /// How many polls had begun at this instant.
    pub column: usize,
}

/// A lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The position of its name among all names, counted from 0: lanes of one name have one colour.
    pub hue: usize,
    /// The lane that made it.
    pub parent: Option<LaneId>,
    /// The lane that polls it; none if the runtime does. If it was handed from one to another, as a
    /// future that is moved into a task, the last one: see [`Row::owner_at`].
    pub polled_by: Option<LaneId>,
    /// What polled it before that, in order of time; empty if it was never handed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub polled_before: Vec<Owner>,
    /// What it did, without gaps, from its beginning to its end.
    pub spans: Vec<Span>,
    /// Where it ended, and how.
    pub end: (Pos, End),
}

/// What polled a lane until it was handed to another owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The lane that polled it; none if the runtime did.
    pub lane: Option<LaneId>,
    /// Where the next owner polled it first.
    pub until: Pos,
}

/// A stretch of time in which a lane did one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// What it did.
    pub state: State,
    /// From here.
    pub from: Pos,
    /// To here.
    pub to: Pos,
    /// Where it waits, and for what: none where it does not wait. A callback of an event loop waits
    /// before it is called for the first time.
    #[serde(default)]
    pub places: Places,
    /// Of a poll: the first wake since the lane's last poll began, which is why it is polled. None
    /// for a first poll, and for a poll without a wake. A span that is [`State::Ready`] or
    /// [`State::WokenNotPolled`] has it as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub woken: Option<Woken>,
    /// Of a poll that is followed at once by the next poll of its lane: where the lane waited in
    /// between, and for what.
    #[serde(default, skip_serializing_if = "Places::are_none")]
    pub stopped: Places,
}

/// A wake, seen from the lane that was woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Woken {
    /// By what: a timer, a lane, something outside or the runtime.
    pub by: Until,
    /// Where.
    pub at: Pos,
    /// How many wakes came before it in the run: several can be at one position.
    pub nth: usize,
}

/// What a lane can do. Its words are those of its [`Mark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not polled yet: futures are lazy.
    Lazy,
    /// Being polled.
    Running,
    /// Being polled although it was not woken: a neighbour was, and their parent polls both.
    RunningUnwoken,
    /// Being polled, and time passes: nothing else can run on this thread.
    Blocking,
    /// Being polled, and the program moves the paused clock: `tokio::time::advance`.
    MovedClock,
    /// Running on a thread that is not the runtime's.
    OnThread,
    /// Polled, `Pending`, not woken yet.
    Waiting(Until),
    /// Woken, while another lane has the thread.
    Ready,
    /// Woken, while no lane has the thread: its owner, the only one to poll it, waits for something
    /// else.
    WokenNotPolled,
    /// A stream that has returned an item, and has not been asked for the next one.
    BetweenItems,
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// A timer.
    Clock,
    /// A lane woke it.
    Lane(LaneId),
    /// Something woke it that is no lane: a socket, a signal, another thread, a task without a
    /// name.
    Outside,
    /// The runtime, at the same instant: the lane had only given way (`yield_now`).
    Yield,
    /// No wake: it was polled together with a neighbour.
    Unwoken,
    /// No wake: it was dropped.
    Dropped,
    /// No wake: the run was over.
    RunOver,
}

/// How a lane ended. Its words are those of its [`Mark`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It returned.
    Finished,
    /// It was dropped before it was done.
    Cancelled {
        /// By this lane, if one ran at that moment.
        by: Option<LaneId>,
        /// Its task was aborted.
        aborted: bool,
    },
    /// It returned the error of its cancellation, as a coroutine of an event loop does.
    ReturnedCancelled,
    /// It panicked, with this message.
    Panicked(String),
    /// It had not ended when the run was over.
    Unfinished,
}

/// One lane wakes another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wake {
    /// When.
    pub at: Pos,
    /// The lane that wakes.
    pub from: LaneId,
    /// The lane that is woken.
    pub to: LaneId,
}

/// A stretch of time in which a lane had a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The innermost lane that was being polled.
    pub lane: LaneId,
    /// From here.
    pub from: Pos,
    /// To here.
    pub to: Pos,
}

/// A line that a lane printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Where: the right edge of the column of the poll that printed it.
    pub at: Pos,
    /// Which lane.
    pub lane: LaneId,
    /// The text.
    pub text: String,
    /// The place of the `say!` in the source; none in a file that does not say it.
    #[serde(default)]
    pub place: Option<Place>,
}

impl State {
    /// How it is drawn.
    pub fn mark(self) -> Mark {
        match self {
            State::Lazy => Mark::Lazy,
            State::Running => Mark::Running,
            State::RunningUnwoken => Mark::RunningUnwoken,
            State::Blocking => Mark::Blocking,
            State::OnThread => Mark::OnThread,
            State::Waiting(_) => Mark::Waiting,
            State::Ready => Mark::Ready,
            State::WokenNotPolled => Mark::WokenNotPolled,
            State::MovedClock => Mark::MovedClock,
            State::BetweenItems => Mark::BetweenItems,
        }
    }

    /// In a few words, as legends have it.
    pub fn label(self) -> &'static str {
        self.mark().label()
    }

    /// Whether a span of it is a poll, or a closure that has its thread.
    pub(super) fn is_poll(self) -> bool {
        match self {
            State::Running
            | State::RunningUnwoken
            | State::Blocking
            | State::MovedClock
            | State::OnThread => true,
            State::Lazy
            | State::Waiting(_)
            | State::Ready
            | State::WokenNotPolled
            | State::BetweenItems => false,
        }
    }
}

impl End {
    /// How it is drawn.
    pub fn mark(&self) -> Mark {
        match self {
            End::Finished => Mark::Finished,
            End::Cancelled { .. } | End::ReturnedCancelled => Mark::Cancelled,
            End::Panicked(_) => Mark::Panicked,
            End::Unfinished => Mark::Unfinished,
        }
    }

    /// In a few words, as legends have it.
    pub fn label(&self) -> &'static str {
        self.mark().label()
    }
}

impl Row {
    /// Where it begins.
    pub fn begin(&self) -> Pos {
        match self.spans.first() {
            Some(span) => span.from,
            None => self.end.0,
        }
    }

    /// The lane that polls this one at a position, or polls it next; none if the runtime does.
    pub fn owner_at(&self, pos: Pos) -> Option<LaneId> {
        match self.polled_before.iter().find(|owner| pos < owner.until) {
            Some(owner) => owner.lane,
            None => self.polled_by,
        }
    }

    /// Whether it was polled at all.
    pub fn was_polled(&self) -> bool {
        // A lane leaves the state `Lazy` by its first poll, so any other state means a poll.
        self.spans.iter().any(|span| span.state != State::Lazy)
    }
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
    pub fn time(&self, pos: Pos) -> Duration {
        self.instants[pos.instant].at
    }

    /// The position at which the run is over.
    pub(super) fn elapsed_pos(&self) -> Pos {
        // A chart has one instant at least: the creation of `main` begins it.
        let instant = self.instants.len() - 1;
        Pos { instant, column: self.instants[instant].columns }
    }

    /// The time between two positions.
    pub fn between(&self, from: Pos, to: Pos) -> Duration {
        self.time(to) - self.time(from)
    }

    /// The instant to which a line belongs: the last one that had begun when it was printed. On the
    /// real clock an instant begins a little before its lines.
    pub fn instant_of(&self, line: &Line) -> usize {
        let begun = self.instants.partition_point(|instant| instant.at <= line.at);
        begun.saturating_sub(1)
    }

    /// What ended the wait that is the `nth` span of `row`, in words; nothing where there is
    /// nothing to say.
    pub fn reason(&self, row: &Row, nth: usize) -> Option<String> {
        let span = &row.spans[nth];
        let State::Waiting(until) = span.state else { return None };
        match until {
            Until::Clock => {
                let all = self.slept(row, nth);
                let last = self.between(span.from, span.to);
                // Polls without a wake may have cut the wait into pieces. Then this span is only
                // the last of them, and the words say that the time is that of the whole wait.
                let in_all = if all > last { " in all" } else { "" };
                Some(format!("{}{in_all}", human(all)))
            }
            Until::Lane(by) => Some(format!("woken by {}", self.rows[by].name)),
            Until::Outside => Some("woken from outside".into()),
            Until::Unwoken => Some("not woken".into()),
            // Giving way needs no reason. The other two come with the end of the lane, which has a
            // sign and a note of its own.
            Until::Yield | Until::Dropped | Until::RunOver => None,
        }
    }

    /// The same where there is little room: if a lane ended the wait, only its name.
    pub(super) fn short_reason(&self, row: &Row, nth: usize) -> Option<String> {
        match row.spans[nth].state {
            State::Waiting(Until::Lane(by)) => Some(self.rows[by].name.clone()),
            _ => self.reason(row, nth),
        }
    }

    /// How long `row` had been waiting when a timer ended its `nth` span. Polls without a wake cut
    /// a wait into several spans, but do not interrupt it:
    ///
    ///   state    waiting   unwoken   waiting     (a timer fires)
    ///            ─────────▒──────────────────█
    ///            began                       ▲ the end of the `nth` span
    pub(super) fn slept(&self, row: &Row, nth: usize) -> Duration {
        let mut began = row.spans[nth].from;
        for span in row.spans[..nth].iter().rev() {
            match span.state {
                State::Waiting(Until::Unwoken) | State::RunningUnwoken => began = span.from,
                _ => break,
            }
        }
        self.between(began, row.spans[nth].to)
    }

    /// For each lane whether it polls others. If an inner lane blocks, the lane around it is seen
    /// to block, too, but the inner one is the cause.
    pub(super) fn pollers(&self) -> Vec<bool> {
        let mut polls = vec![false; self.rows.len()];
        for row in &self.rows {
            let before = row.polled_before.iter().map(|owner| owner.lane);
            for outer in before.chain([row.polled_by]).flatten() {
                polls[outer] = true;
            }
        }
        polls
    }

    /// Whether the lane is polled, directly or not, by the other at a position.
    pub(super) fn is_inside(&self, mut lane: LaneId, outer: LaneId, at: Pos) -> bool {
        // A chart that was read from a file might have a circle: no chain is longer than the list.
        for _ in 0..self.rows.len() {
            match self.rows[lane].owner_at(at) {
                Some(next) if next == outer => return true,
                Some(next) => lane = next,
                None => return false,
            }
        }
        false
    }

    /// How `row` ended, in words; none if it just returned.
    pub fn end_note(&self, row: &Row) -> Option<String> {
        match &row.end.1 {
            End::Finished => None,
            End::ReturnedCancelled => Some("cancelled".into()),
            // The runtime dropped the task, and it is not known which lane called `abort`.
            End::Cancelled { aborted: true, .. } => Some("aborted".into()),
            End::Cancelled { by: Some(by), .. } => {
                Some(format!("dropped by {}", self.rows[*by].name))
            }
            End::Cancelled { by: None, .. } => Some("dropped".into()),
            End::Panicked(message) => Some(format!("panicked: {message}")),
            End::Unfinished if row.was_polled() => Some("still running".into()),
            End::Unfinished => Some("never polled".into()),
        }
    }
}
