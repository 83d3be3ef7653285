//! The calls by which the coroutine goes on that runs in the lane of an event loop, and those that
//! end the run of a loop: where each is queued and made, and why.
//!
//! The loop wakes such a coroutine by a number, so no waker of a lane is called. But each call of
//! the loop was queued somewhere, by a lane or in another call, and there is what wakes it.
use super::calls::happens_in;
use crate::timeline::{
    Chart, End, LaneId, LoopCall, LoopTask, Turn,
    draw::pieces::{Piece, done_in},
};
use std::time::Duration;

/// The function whose done callback stops a loop.
const RUN: &str = "run_until_complete";

/// A call by which such a coroutine goes on, or the one that ends the run of a loop.
pub(super) struct Resumed {
    /// The lane of the loop.
    pub lane: LaneId,
    /// Where the call is queued.
    pub queued: Turn,
    /// The step in which it is queued.
    pub queued_in: usize,
    /// Where the loop makes it.
    pub made: Turn,
    /// The step in which the loop makes it.
    pub made_in: usize,
    /// It ends the run of the loop.
    pub ends_run: bool,
    /// Why it is queued.
    pub why: Why,
}

/// Why a coroutine goes on, or why the run of a loop is over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The coroutine has not begun.
    Begins,
    /// A timer that the lane of the loop has set is due at this time.
    Timer(Duration),
    /// This lane has done something for which it was waiting.
    Lane(LaneId),
    /// This lane has ended.
    Ended(LaneId),
    /// The coroutine has let others run.
    GaveWay,
    /// It is not seen.
    NotSeen,
}

/// All such calls of a run, in the order in which they are queued.
pub(super) fn resumed(chart: &Chart, order: &[Piece]) -> Vec<Resumed> {
    let mut all = vec![];
    for call in &chart.calls {
        let Some(queued) = call.queued else { continue };
        let Some(over) = call.over else { continue };
        let is_step = call.step_of == Some(LoopTask::Main) && call.lane == Some(over.by);
        let ends_run = call.lane.is_none() && call.added_by.as_deref() == Some(RUN);
        if is_step || ends_run {
            all.push(Resumed {
                lane: over.by,
                queued,
                queued_in: happens_in(chart, order, queued),
                made_in: happens_in(chart, order, over),
                made: over,
                ends_run,
                why: why(chart, order, call, [queued, over], is_step),
            });
        }
    }
    all.sort_by_key(|resumed| resumed.queued.nth);
    all
}

/// Why a call is queued that the loop makes, `queued` and `over`.
fn why(
    chart: &Chart,
    order: &[Piece],
    call: &LoopCall,
    [queued, over]: [Turn; 2],
    is_step: bool,
) -> Why {
    let lane = over.by;
    if is_step && is_first(chart, lane, over) {
        return Why::Begins;
    }
    if let Some(asked) = call.asked {
        return if asked.by == lane { Why::NotSeen } else { Why::Lane(asked.by) };
    }
    if queued.by != lane {
        let row = &chart.rows[queued.by];
        let is_over = row.ended_nth < queued.nth && *row.how_it_ended() != End::Unfinished;
        return match done_in(chart, order, queued.by, queued.at) {
            // Its step tells that it wakes the coroutine.
            Some(_) if is_step || !is_over => Why::Lane(queued.by),
            _ if is_over => Why::Ended(queued.by),
            _ => Why::NotSeen,
        };
    }
    // In which call of the loop?
    let made = |call: &&LoopCall| {
        call.queued.is_some()
            && call.over.is_some_and(|over| over.by == lane && over.nth < queued.nth)
    };
    let last = chart.calls.iter().filter(made).max_by_key(|call| call.over.map(|over| over.nth));
    match last {
        Some(LoopCall { timer: Some(timer), .. }) if timer.set.by == lane => Why::Timer(timer.due),
        Some(LoopCall { step_of: Some(LoopTask::Main), over: Some(over), .. })
            if done_in(chart, order, lane, over.at) == done_in(chart, order, lane, queued.at) =>
        {
            Why::GaveWay
        }
        _ => Why::NotSeen,
    }
}

/// Whether no step of the coroutine was made before: since the run of the loop began.
fn is_first(chart: &Chart, lane: LaneId, over: Turn) -> bool {
    let mut from = 0;
    for awaits in chart.awaits.iter().filter(|awaits| awaits.over && awaits.from.by == lane) {
        if awaits.from.nth < over.nth {
            from = awaits.from.nth;
        }
    }
    !chart.calls.iter().any(|call| {
        let is_earlier = |turn: Turn| turn.by == lane && from < turn.nth && turn.nth < over.nth;
        call.step_of == Some(LoopTask::Main) && call.over.is_some_and(is_earlier)
    })
}
