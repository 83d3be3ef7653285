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
    event::{CallStage, LoopEnd, WokenBy},
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

/// Says that this call, which the loop has put into its ready queue now, was put there by `by`, if
/// that is a lane: a lane that has ended wakes by its end what awaits it, and no longer runs then.
/// Otherwise as [`call_goes_to`].
pub fn call_is_queued(number: usize, has_a_lane: bool, by: WokenBy) {
    if let Some(run) = Run::here() {
        let stage = CallStage::Queued { has_a_lane };
        match by {
            WokenBy::Lane(lane) => run.note_call_by(lane, number, stage),
            _ => run.note_call(number, stage),
        }
    }
}

/// The lane that runs an event loop on this thread runs it until the task `until` is done, whose
/// coroutine awaits the other tasks from here on: see [`What::Awaits`](super::What::Awaits).
/// `stacks` are the places at which that coroutine waits, as [`place_of_an_await`] has given them.
pub fn loop_awaits(until: Option<usize>, tasks: Vec<usize>, stacks: Vec<u32>) {
    if let Some(run) = Run::here() {
        run.note_what_the_loop_awaits(until, tasks, stacks);
    }
}

/// The lane that runs on this thread has awaited these tasks in this poll, and still awaits them:
/// see [`What::Awaits`](super::What::Awaits).
pub fn lane_awaits(tasks: Vec<usize>) {
    loop_awaits(None, tasks, vec![]);
}

/// The lane that runs on this thread, by a number.
pub fn lane_here() -> Option<usize> {
    Run::here()?.current_lane()
}

/// The run of an event loop ends after this, since the lane that runs on this thread has done it.
pub fn loop_ends(by: LoopEnd) {
    if let Some(run) = Run::here() {
        run.note_end_of_a_loop(by);
    }
}

/// The place at which the code on this thread awaits something, for [`loop_awaits`]: call it in the
/// poll of that await. None if the run notes no places.
pub fn place_of_an_await() -> Option<u32> {
    Run::here()?.place_of_an_await()
}

/// Whether the innermost lane on this thread is one that runs an event loop, and not one that the
/// loop polls or calls.
pub fn a_loop_runs_here() -> bool {
    Run::runs_a_loop()
}

/// The code that runs on this thread asks a loop to cancel something: each lane that is woken from
/// here to [`cancel_ends`] is cancelled by what wakes it.
pub fn cancel_begins() {
    Run::set_cancels(true);
}

/// That request is over.
pub fn cancel_ends() {
    Run::set_cancels(false);
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
