//! What a lane can do, what can end a wait, and how a lane can end.
use crate::timeline::{LaneId, draw::marks::Mark};
use serde::{Deserialize, Serialize};

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
    /// lane.
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
    /// It returned, with an error or without one: see [`End::Failed`].
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
    /// It returned this error. That is known only of tasks and callbacks of an event loop of the
    /// program's own. Where nothing tells what a lane returns, a lane that returns an error has
    /// [`End::Finished`].
    Failed(String),
    /// It panicked, with this message.
    Panicked(String),
    /// It had not ended when the run was over.
    Unfinished,
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
    pub(in crate::timeline::draw) fn is_poll(self) -> bool {
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
            End::Failed(_) => Mark::Failed,
            End::Panicked(_) => Mark::Panicked,
            End::Unfinished => Mark::Unfinished,
        }
    }

    /// In a few words, as legends have it.
    pub fn label(&self) -> &'static str {
        self.mark().label()
    }
}
