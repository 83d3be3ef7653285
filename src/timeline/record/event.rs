//! What a recording consists of: events in the order in which they happened.
//!
//! Everything that is drawn later is derived from this list. So it holds what was *seen* (a poll
//! began, a waker was called, a future was dropped) and leaves what that *means* (waiting, ready,
//! cancelled) to the chart.
use super::{LaneId, panics, place::Place, waits::Waits};
use std::{any::Any, panic::Location, time::Duration};

/// One thing that happened to one lane.
#[derive(Debug)]
pub struct Event {
    /// Time since the run began, on the run's clock.
    pub at: Duration,
    /// The thread on which it happened. 0 is the runtime's thread; others are numbered from 1, and
    /// a number is used again once its thread has left. [`What::Created`] always has 0, whichever
    /// thread created the lane.
    pub thread: usize,
    /// The lane that it happened to.
    pub lane: LaneId,
    /// What happened.
    pub what: What,
}

/// What can happen to a lane.
#[derive(Debug)]
pub enum What {
    /// `.lane(name)`, [`super::on_thread`] or [`super::callback`] was called.
    Created {
        /// The name it was given.
        name: String,
        /// The lane that ran at that moment, if one did.
        parent: Option<LaneId>,
    },
    /// The lane is a callback, which its event loop calls or drops now. It has been waiting for
    /// that since it was scheduled: see [`super::callback_was_scheduled`].
    Scheduled(Waits),
    /// It is a task of its own, although another lane polls it: that lane runs a `LocalSet`, or a
    /// runtime in its closure. This comes before its first poll.
    OwnTask,
    /// It is a closure that was handed over to a thread: see [`super::on_thread`]. No queue of a
    /// runtime or of an event loop has it. This comes before its first poll.
    OwnThread,
    /// Its future is being polled from here on, or its closure has begun. If another lane polls or
    /// calls it, this has the place at which that lane does so. It is none if no lane does, or if
    /// the run notes no places.
    PollStart(Option<Waits>),
    /// It has occupied its thread until now, by [`super::block`]. Where it called that; none if the
    /// run notes no places.
    Blocked(Option<Waits>),
    /// That poll has returned.
    PollEnd {
        /// What it returned.
        polled: Polled,
        /// How long it took on the wall clock, without the polls of lanes inside it. On the run's
        /// first thread a poll of a quarter of a second or more is counted without the time in
        /// which the system had no processor for it; Linux tells that time, other systems do not.
        /// How long a poll took differs from run to run, also on the paused clock.
        took: Duration,
    },
    /// The waker that its future was given has been called.
    Woken {
        /// By what.
        by: WokenBy,
        /// An event loop of the program's own has woken it to give it the error of a cancellation:
        /// see [`super::cancel_begins`].
        cancels: bool,
    },
    /// It was dropped before it was done: cancelled.
    Dropped {
        /// The lane that ran at that moment, if one did.
        by: Option<LaneId>,
        /// Its task was aborted. Three things together tell that: no lane ran at that moment; the
        /// runtime itself polls the lane; and the stack shows that the runtime has dropped it
        /// outside a poll. Where line tables are missing, the third is taken for granted.
        aborted: bool,
        /// It is a callback that an event loop of this crate was given, and this was done to it.
        called_off: Option<CalledOff>,
    },
    /// It printed a line, at this place of the source.
    Says(String, &'static Location<'static>),
    /// It has done this with a call of an event loop of the program's own: see
    /// [`super::call_goes_to`].
    Call {
        /// Which call it is: each place in a queue and each timer has a number of its own.
        number: usize,
        /// What the lane has done with it.
        stage: CallStage,
    },
    /// The run of an event loop of the program's own is about to end, since the lane has done this.
    LoopEnds(LoopEnd),
    /// The lane waits for these tasks of an event loop, up to the next such event: it runs the
    /// loop, or it has awaited them in this poll. Tasks have the numbers that
    /// [`CallStage::Begins`] has.
    Awaits {
        /// The task until whose end it runs the loop, or a number of its own for a future that is
        /// none; none if it does not run the loop any more.
        until: Option<usize>,
        /// The tasks that the coroutine of that task awaits, in the code of this lane.
        tasks: Vec<usize>,
        /// Where that coroutine waits, if the loop has said so.
        places: Option<Waits>,
    },
}

/// What keeps an event loop of this crate from calling a callback. The stack shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalledOff {
    /// Its handle was cancelled.
    Cancelled,
    /// It was removed from the future whose end it was to be called for.
    Removed,
}

/// The stage that a call of an event loop reaches now. The loop tells it by
/// [`super::call_goes_to`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStage {
    /// It waits for its time.
    TimerSet {
        /// How long it will be until it is due.
        delay: Duration,
        /// It is a [`super::callback`], so the call runs a lane of its own.
        has_a_lane: bool,
    },
    /// Its timer was cancelled; or it was cancelled in the queue, and the loop has passed over it
    /// now.
    Cancelled,
    /// Another thread has asked for it, and the loop has not heard of that yet.
    Asked,
    /// It is in the ready queue of the loop.
    Queued {
        /// The call runs a lane of its own: see [`CallStage::TimerSet`].
        has_a_lane: bool,
    },
    /// The loop makes the call now.
    Begins {
        /// The number of the task of which it is a step; none of another call.
        task: Option<usize>,
        /// The function of the loop's own library whose done callback it is; none of another call.
        added_by: Option<&'static str>,
    },
}

/// What ends the run of an event loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "draw", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "draw", serde(rename_all = "snake_case"))]
pub enum LoopEnd {
    /// The lane has called `stop`.
    Stopped,
    /// The lane runs the loop, and has found that nothing is left that could wake it.
    Idle,
}

/// What a poll returned.
#[derive(Debug)]
pub enum Polled {
    /// `Poll::Pending`, and what the lane waits for.
    Pending(Waits),
    /// `Poll::Ready`.
    Ready,
    /// `Poll::Ready(Some(_))` of a stream, which can be polled again.
    Item,
    /// `Poll::Ready`, with the error of its cancellation: the executor has said so.
    Cancelled,
    /// `Poll::Ready`, or a callback has returned, with this error: the event loop has said so.
    Failed(String),
    /// It did not return: it panicked, with this message, and in its own code at this place. None
    /// if the panic was thrown in a lane inside it, or was only passed on.
    Panicked(String, Option<Place>),
}

impl Polled {
    /// How the call of a closure has ended: it has either returned or panicked.
    pub(super) fn of<R>(result: &Result<R, Box<dyn Any + Send>>) -> Polled {
        match result {
            Ok(_) => Polled::Ready,
            Err(panic) => Polled::panicked(&**panic),
        }
    }

    /// A poll or a closure on this thread has just thrown this panic.
    pub(super) fn panicked(panic: &(dyn Any + Send)) -> Polled {
        let message = panics::panic_message(panic);
        let place = panics::place_of(&message);
        Polled::Panicked(message, place)
    }
}

/// What has called a lane's waker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WokenBy {
    /// A lane, while it was being polled. Or a lane that had just ended: the end of a task or of a
    /// closure wakes the lane that waits for it. Or a lane that had asked an event loop of the
    /// program's own for a call, which has called the waker now.
    Lane(LaneId),
    /// A timer: one of the runtime, or one of an event loop of the program's own.
    Clock,
    /// The runtime, because the lane had asked for it at this same instant: `yield_now`, or a
    /// used-up budget. Or an event loop of the program's own, whose next iteration the lane had
    /// asked for.
    Yield,
    /// Something that is no lane: a socket, a signal, another thread, a task without a lane.
    Outside,
}

/// A line that was printed with [`say!`](crate::say).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "draw", derive(serde::Serialize, serde::Deserialize))]
pub struct Line {
    /// Time since the run began, on the run's clock.
    #[cfg_attr(feature = "draw", serde(with = "crate::timeline::time::nanoseconds"))]
    pub at: Duration,
    /// The name of the lane that printed it; `-` if no lane was running.
    pub lane: String,
    /// The position of that name among the distinct names of lanes, counted from 0, so that lanes
    /// of one name have one colour. `None` if no lane was running, or if the name came up when the
    /// recording was full.
    pub hue: Option<usize>,
    /// The text.
    pub text: String,
}

impl Line {
    /// Time, lane and text, the first two as wide as they usually are, so that lines stand in
    /// columns.
    pub fn columns(&self) -> [String; 3] {
        [format!("{:6.3}", self.at.as_secs_f64()), format!("{:<8}", self.lane), self.text.clone()]
    }
}

/// `time lane text`, with the time in seconds: what a Python twin prints too. `{:#}` prints it in
/// columns.
impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if f.alternate() {
            return f.write_str(&self.columns().join(" "));
        }
        write!(f, "{:.3} {} {}", self.at.as_secs_f64(), self.lane, self.text)
    }
}
