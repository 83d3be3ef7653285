//! The calls of an event loop of one's own: its ready queue and its timers, as the loop tells of
//! them.
//!
//! If such a loop wakes a lane by a call, the recorder sees the wake only when the loop makes the
//! call. Until then the wake is a place in a queue, which the loop alone knows. So the loop says
//! where each call goes:
//!
//! ```text
//!   call_later ──► TimerSet ──► its time has come ─┐
//!                     └──► Cancelled               ├──► Queued ──► Begins
//!   call_soon, set_result, wake ───────────────────┤       └──► Cancelled
//!   another thread ──► Asked ──► found by the loop ┘
//! ```
//!
//! Which lane runs in a call is not told. A chart finds that out, since the lane is polled in it.
use super::{
    event::{CallStage, WokenBy},
    run::Run,
};

/// A number for a call that is made known now with [`call_goes_to`].
pub fn number_of_a_call() -> usize {
    match Run::here() {
        Some(run) => run.number_of_a_call(),
        None => 0, // nothing is noted
    }
}

/// Says that the call of this number is in another stage from here on. Nothing is noted outside a
/// run, and in a run that is one of many schedules, in which the order of calls is not shown.
pub fn call_goes_to(number: usize, stage: CallStage) {
    if let Some(run) = Run::here() {
        run.note_call(number, stage);
    }
}

/// Something on this thread asks a loop of another thread for a call. Returns the number of the
/// call, by which [`asked_for_by`] finds what has asked for it; none outside a run.
pub fn call_is_asked_for() -> Option<usize> {
    let run = Run::here()?;
    let number = run.number_of_a_call();
    run.note_what_asks(number);
    Some(number)
}

/// What has asked for the call of this number, which the loop has found now. Ask once: after that
/// it is not known any more.
pub fn asked_for_by(number: usize) -> WokenBy {
    match Run::here() {
        Some(run) => run.take_what_asked(number),
        None => WokenBy::Outside,
    }
}
