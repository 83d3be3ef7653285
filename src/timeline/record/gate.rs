//! A gate: what a run may carry to decide which of its lanes may be polled now.
//!
//! The recorder only watches. To try a program in other orders than tokio's, something has to stand
//! between the runtime and the lanes. That is [`crate::schedules`]; here is all that the two know
//! of each other. A run without a gate pays one `if` per poll for it.
use super::LaneId;
use std::{cell::Cell, panic::Location, task::Waker, time::Duration};

/// The lanes of one run ask it, on the runtime's own thread. If other threads take part in the run,
/// [`stranger`](Gate::stranger) tells so.
///
/// No method may call or drop a waker while it holds a lock of its own: both can run code of the
/// program, which may call the gate again.
pub(crate) trait Gate: Send + Sync {
    /// A lane was made.
    fn created(&self, lane: LaneId, made: Made<'_>);

    /// A lane is about to be polled, with `waker`, at the time `at` of the run.
    fn before_poll(&self, lane: LaneId, poller: Poller, waker: &Waker, at: Duration) -> Admission;

    /// The poll that `before_poll` admitted is over; `ended` says whether the lane is, too.
    fn after_poll(&self, lane: LaneId, ended: bool);

    /// The waker of a lane was called. `yielded` says that the runtime has called it, because the
    /// lane asked for that at this same instant. Returns whether the wake is recorded.
    fn woken(&self, lane: LaneId, yielded: bool) -> bool;

    /// The wake of `woken` was passed on: to the waker of the task, or of the lane around.
    fn passed_on(&self, lane: LaneId);

    /// Whether a lane that may be dropped is to be dropped now. It is asked before each poll,
    /// and again if the poll returns `Pending`.
    fn drops(&self, lane: LaneId, when: DropMoment) -> bool;

    /// A lane was dropped before it was done.
    fn dropped(&self, lane: LaneId);

    /// A lane printed a line.
    fn said(&self, text: &str);

    /// The runtime has nothing to do, and the clock is about to move.
    fn about_to_park(&self);

    /// Something takes part in the run that no gate can hold back.
    fn stranger(&self, stranger: Stranger);
}

/// When a gate is asked whether to drop a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DropMoment {
    /// The lane is about to be polled.
    BeforePoll,
    /// The lane has just returned `Pending`.
    Pending,
}

/// What a gate is told of a lane as it is made.
pub(crate) struct Made<'a> {
    /// What the lane is called.
    pub name: &'a str,
    /// Where `.lane()` was called.
    pub at: &'static Location<'static>,
}

/// What polls a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Poller {
    /// Another lane, in the midst of its own poll.
    Lane(LaneId),
    /// The runtime: the lane is a task, or `main`.
    Runtime,
    /// A task that has no lane, and polls one.
    UnnamedTask,
}

/// Whether a lane may be polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It is polled.
    Poll,
    /// The lane would not be polled now if the gate had not deferred another lane. The recording
    /// has this poll only if something happens in it.
    Quiet,
    /// Not now. The gate keeps the waker, and calls it later.
    Defer,
}

/// What takes part in a run beside its lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// A thread that is not the runtime's own.
    Thread,
    /// A task that has no lane.
    Task,
    /// A closure that was named with `callback`: a loop of the program's own calls it.
    Callback(LaneId),
}

thread_local! {
    /// What [`is_quiet`] says.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`, which calls or clones wakers for the gate's own sake. Lanes do not record such a
/// call as a wake, nor such a clone as a place where a lane waits.
pub(crate) fn quietly<R>(work: impl FnOnce() -> R) -> R {
    /// Puts it back even when a waker panics.
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            QUIET.set(self.0);
        }
    }
    let _restore = Restore(QUIET.replace(true));
    work()
}

/// Whether what happens to a waker now is the gate's doing: see [`quietly`].
pub(crate) fn is_quiet() -> bool {
    QUIET.get()
}
