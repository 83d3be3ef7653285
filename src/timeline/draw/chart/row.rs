//! The row of a lane: what it did from its beginning to its end, and what polled it.
use super::{End, Position, State, Until};
use crate::timeline::{LaneId, Place, draw::places::Places};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// A number that stands for its name, counted from 0: lanes of one name have one colour.
    pub hue: usize,
    /// The lane that made it.
    pub parent: Option<LaneId>,
    /// The lane that polls it; none if the runtime does. A lane can be handed over, for example by
    /// moving its future into a task. Then this is the last owner, and [`Row::owner_at`] tells the
    /// others.
    pub polled_by: Option<LaneId>,
    /// What polled it before that, in order of time; empty if it was never handed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub polled_before: Vec<Owner>,
    /// It is a task of its own, although another lane polls it: that lane runs a `LocalSet`, or a
    /// runtime in its closure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_task: bool,
    /// It is a closure that was handed over to a thread, such as one of `spawn_blocking`: it waits
    /// for that thread, and is in no queue of a runtime.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_thread: bool,
    /// It is a callback of an event loop of the program's own that is never called: its handle was
    /// cancelled, or it was removed from its future.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub called_off: bool,
    /// Of the two it was the latter. False in a file of an older version.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// Where it has panicked: in its own code, or in that of a library that it calls. None if it
    /// has not, if it has only passed on the panic of another lane, and in a file of an older
    /// version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panicked_at: Option<Place>,
    /// What it did, without gaps, from its beginning to its end.
    pub spans: Vec<Span>,
    /// Where it ended, and how: [`Row::ends_at`] and [`Row::how_it_ended`] name the two.
    pub end: (Position, End),
    /// How many events of the run came before the one that made it: see
    /// [`Wake::nth`](super::Wake::nth).
    #[serde(default)]
    pub made_nth: usize,
    /// How many events of the run came before its end.
    #[serde(default)]
    pub ended_nth: usize,
}

/// What polled a lane until it was handed to another owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The lane that polled it; none if the runtime did.
    pub lane: Option<LaneId>,
    /// Where the next owner polled it first.
    pub until: Position,
}

/// A stretch of time in which a lane did one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// What it did.
    pub state: State,
    /// From here.
    pub from: Position,
    /// To here.
    pub to: Position,
    /// Where it waits, and for what; where it waited until it was woken, if it is
    /// [`State::Ready`] or [`State::WokenNotPolled`]. None in all other states, but for a callback
    /// of an event loop: it waits before it is called for the first time.
    #[serde(default)]
    pub places: Places,
    /// Of a poll: the first wake since the poll before it began, which is why the lane is polled.
    /// None for a first poll, and for a poll without a wake. A span that is [`State::Ready`] or
    /// [`State::WokenNotPolled`] has it as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub woken: Option<Woken>,
    /// Only of a poll: where the lane waited after it, and for what, if that wait ended at once and
    /// so is no span of its own.
    #[serde(default, skip_serializing_if = "Places::are_none")]
    pub stopped: Places,
    /// Of a poll that another lane makes: where that lane makes it. The same for a callback that
    /// another lane calls.
    #[serde(default, skip_serializing_if = "Places::are_none")]
    pub polled_at: Places,
    /// Of a poll: each [`block`](crate::block) in it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<BlockingCall>,
    /// Of a poll: how many events of the run came before its end. What came after it at the same
    /// position has a greater number, such as a wake right after the poll. 0 of any other span, and
    /// in a file of an older version.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ended_nth: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A call of [`block`](crate::block), which occupies the thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockingCall {
    /// Where it has returned.
    pub until: Position,
    /// Where it was called.
    pub places: Places,
}

/// A wake, seen from the lane that was woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Woken {
    /// By what: a timer, a lane, something outside or the runtime.
    pub by: Until,
    /// Where.
    pub at: Position,
    /// How many events came before it in the run: several wakes can be at one position.
    pub nth: usize,
    /// Whether the lane that woke it has only passed the wake on: that lane was woken itself, and
    /// is polled inside this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub passed_on: bool,
    /// Whether it is a request to cancel the lane, which an event loop of the program's own gives
    /// it as an error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancels: bool,
    /// Of a wake by a timer, on the real clock: when the timer fired, as it was measured. The time
    /// of the instant is rounded. None in a file of an older version.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::timeline::time::nanoseconds_if_known"
    )]
    pub fired: Option<Duration>,
}

impl Woken {
    /// The wake that has ended a wait, of which no more is known.
    pub(in crate::timeline::draw) fn of_a_wait(by: Until, at: Position) -> Woken {
        Woken { by, at, nth: 0, passed_on: false, cancels: false, fired: None }
    }
}

impl Row {
    /// Where it begins.
    pub fn begin(&self) -> Position {
        match self.spans.first() {
            Some(span) => span.from,
            None => self.ends_at(),
        }
    }

    /// Where it ended. Of a lane that had not ended: where the run was over.
    pub fn ends_at(&self) -> Position {
        self.end.0
    }

    /// How it ended.
    pub fn how_it_ended(&self) -> &End {
        &self.end.1
    }

    /// The lane that polls this one at a position, or polls it next; none if the runtime does.
    pub fn owner_at(&self, pos: Position) -> Option<LaneId> {
        match self.polled_before.iter().find(|owner| pos < owner.until) {
            Some(owner) => owner.lane,
            None => self.polled_by,
        }
    }

    /// Whether it is a task by itself at a position, and no part of the lane that polls it.
    pub fn is_a_task_at(&self, pos: Position) -> bool {
        self.own_task || self.owner_at(pos).is_none()
    }

    /// The lanes that have polled it, in order of time. The runtime is no lane.
    pub(in crate::timeline::draw) fn owners(&self) -> impl Iterator<Item = LaneId> {
        let before = self.polled_before.iter().map(|owner| owner.lane);
        before.chain([self.polled_by]).flatten()
    }

    /// Whether it was polled at all.
    pub fn was_polled(&self) -> bool {
        // A lane leaves the state `Lazy` by its first poll, so any other state means a poll.
        self.spans.iter().any(|span| span.state != State::Lazy)
    }
}
