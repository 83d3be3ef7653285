//! Watching a run: a list of what happened to each lane, and a verdict on a run that does not end
//! by itself.
//!
//! What each file is for, in the order in which they are understood:
//!
//! - `event`: what a recording consists of. All that is drawn is derived from this list.
//! - `lane`, with `wakers` and `pair`: a wrapper around a future sees its polls, its wakes and its
//!   end; `stream` has the same for a stream.
//! - `run/`, with `processor`: what the lanes of one run share. It makes the events, and keeps what
//!   a verdict needs.
//! - `recorder`, with `progress`: starts a run, watches over it, and hands out what it has
//!   recorded; `here` does so in a runtime that runs already.
//! - `waits`, with `stack`, `frame`, `place` and `primitives`: where a lane waits and for what,
//!   found on the stack.
//! - `origin`: from where a lane was woken, or dropped, found on the stack as well.
//! - `threads`, with `scheduler`: closures on other threads, and one clock for all of them.
//! - `blocking`: programs that wait by themselves, such as an event loop of one's own; `calls`: its
//!   ready queue and its timers.
//! - `panics`: where in the source a lane panics.
//! - `verdict`: why a run did not end, in words.
//! - `gate`: what decides whether a lane may be polled now, when a test goes through many orders.
//!
//! Nothing here knows how a run is drawn. A program that only records does not build the drawing.
// The groups are in reading order; the blank lines keep rustfmt from merging them.
mod event;

mod lane;
mod pair;
mod stream;
mod wakers;

mod processor;
mod run;

mod progress;
mod recorder;

mod here;

mod waits;

mod frame;
mod place;
mod primitives;
mod stack;

mod origin;

mod scheduler;
mod threads;

mod blocking;
mod calls;

mod panics;

mod verdict;

#[cfg_attr(not(feature = "schedules"), allow(dead_code))]
mod gate;

pub use blocking::{
    coroutine_ended, ended_as_cancelled, ended_with_an_error, turn, wait, wakes_are_by,
    woken_here_by,
};
pub use calls::{
    a_loop_runs_here, asked_for_by, call_goes_to, call_is_asked_for, call_is_queued, cancel_begins,
    cancel_ends, lane_awaits, lane_here, loop_awaits, loop_ends, number_of_a_call,
    place_of_an_await,
};
pub use event::{CallStage, CalledOff, Event, Line, LoopEnd, Polled, What, WokenBy};
#[cfg(feature = "schedules")]
pub(crate) use gate::{Admission, DropMoment, Gate, Made, Poller, Stranger, quietly};
#[cfg(feature = "schedules")]
pub(crate) use lane::lane_made_at;
pub use lane::{Lane, LaneExt, is_a_lane};
#[cfg(feature = "schedules")]
pub(crate) use panics::{QuietPanics, panic_message};
pub use place::Place;
#[cfg(feature = "schedules")]
pub(crate) use processor::{OwnTime, SeenThread};
#[cfg(feature = "schedules")]
pub(crate) use progress::{Progress, WITHOUT_A_SIGN};
#[cfg(feature = "draw")]
pub(crate) use recorder::Shown;
pub use recorder::{Recorder, Recording, record};
#[cfg(feature = "schedules")]
pub(crate) use recorder::{recording, run_lane_to_the_end};
pub use run::Observe;
#[cfg(feature = "schedules")]
pub(crate) use run::Run;
#[doc(hidden)]
pub use run::say_line;
pub use stream::{StreamLane, StreamLaneExt};
pub use threads::{block, callback, callback_was_scheduled, is_a_callback, on_thread};
pub use verdict::{Cause, Causes, Code, Remark, Verdict};
pub use waits::{Registered, Wait, Waits};

/// A lane's number: lanes are numbered in the order in which they were created, and 0 is `main`.
pub type LaneId = usize;
