//! The coroutine until whose end a lane runs an event loop, if it has no lane of its own: why it
//! goes on, and what ends its waits.
//!
//! The lane of the loop runs in each iteration. So each wait of the coroutine is cut into as many
//! pieces as the loop makes iterations meanwhile, and only the last of them ends with a wake of it.
//! Here a whole wait is seen: from the step of the coroutine that comes to the await to the call by
//! which it goes on. That call is queued somewhere, and there is what wakes it.
//!
//! If the loop runs until the end of something else, a task with a lane or a future, then the lane
//! waits for that: the loop is stopped by a done callback, and where this is queued is what ends it.
use super::{calls::happens_in, reader::Reader};
use crate::timeline::{
    Chart, End, LaneId, LoopCall, LoopTask, Turn,
    draw::pieces::{Piece, done_in},
    human,
};
use std::time::Duration;

/// The function whose done callback stops a loop.
const RUN: &str = "run_until_complete";

/// A call by which such a coroutine goes on, or the one that ends the run of a loop.
pub(super) struct Resumed {
    /// The lane of the loop.
    lane: LaneId,
    /// Where the call is queued.
    queued: Turn,
    /// The step in which it is queued.
    queued_in: usize,
    /// The step in which the loop makes it, and when in it.
    made_in: usize,
    made: Turn,
    /// It ends the run of the loop.
    ends_run: bool,
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
        let (Some(queued), Some(over)) = (call.queued, call.over) else { continue };
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

impl Reader<'_> {
    /// Why the coroutine goes on that runs in the lane of a piece, if the piece begins with that:
    /// what the loop calls before it in the same iteration is told first.
    pub(super) fn coroutine_cause(&self, piece: &Piece) -> Option<String> {
        let step = self.number(piece);
        let resumed = self
            .resumed
            .iter()
            .find(|resumed| resumed.lane == piece.lane && resumed.made_in == step)?;
        let is_before = |call: &LoopCall| {
            let of_library = call.lane.is_none() && call.added_by.is_some();
            let is_earlier = |over: Turn| {
                over.by == piece.lane
                    && over.nth < resumed.made.nth
                    && happens_in(self.chart, self.order, over) == step
            };
            of_library && call.over.is_some_and(is_earlier)
        };
        if resumed.ends_run || self.chart.calls.iter().any(is_before) {
            return None;
        }
        match resumed.why {
            Why::Begins => Some("its coroutine begins".into()),
            Why::Timer(_) => Some("its time has come".into()),
            Why::Lane(by) => Some(format!("woken by {}", self.chart.rows[by].name)),
            Why::Ended(by) => Some(format!("{} has ended", self.chart.rows[by].name)),
            Why::GaveWay => Some("it had given way".into()),
            Why::NotSeen => None,
        }
    }

    /// What will end the wait of a lane that runs a loop: of the coroutine until whose end it does
    /// so, or until something else is done. None if it waits for neither, or that was not seen.
    pub(super) fn until_it_goes_on(&self, piece: &Piece) -> Option<String> {
        let (resumed, queued) = self.ends_the_wait(piece.lane, self.number(piece))?;
        let until = match resumed.why {
            Why::Timer(due) => {
                let time = self.chart.time(queued.at);
                let is_late = due < time;
                let why = if is_late { ", when the thread is free again" } else { "" };
                format!("{}{why}", human(time))
            }
            Why::Lane(by) if resumed.ends_run => {
                format!("{} ends its wait", self.chart.rows[by].name)
            }
            Why::Lane(by) => format!("{} wakes it", self.chart.rows[by].name),
            Why::Ended(by) => format!("{} has ended", self.chart.rows[by].name),
            Why::Begins | Why::GaveWay | Why::NotSeen => return None,
        };
        Some(format!("until {until}"))
    }

    /// `a wake by A`: which lane ends the wait of a lane that runs a loop, in words; none if no
    /// lane does.
    pub(super) fn a_wake_of_the_loop(&self, lane: LaneId, piece: &Piece) -> Option<String> {
        let (resumed, _) = self.ends_the_wait(lane, self.number(piece))?;
        match resumed.why {
            Why::Lane(by) | Why::Ended(by) => {
                Some(format!("a wake by {}", self.chart.rows[by].name))
            }
            Why::Begins | Why::Timer(_) | Why::GaveWay | Why::NotSeen => None,
        }
    }

    /// The call that ends what a lane waits for after a step that runs a loop, and where the call
    /// is queued: a call of its coroutine, or the one that ends the run. None if there is no such
    /// call, or if it is queued already.
    fn ends_the_wait(&self, lane: LaneId, step: usize) -> Option<(&Resumed, Turn)> {
        let awaits = &self.chart.awaits[self.calls.awaits(lane, step)?];
        if awaits.over || !awaits.in_a_run {
            return None;
        }
        let is_in_coroutine = !awaits.places.waits().is_empty();
        let resumed = self.resumed.iter().find(|resumed| {
            resumed.lane == lane
                && resumed.ends_run != is_in_coroutine
                && awaits.from.nth < resumed.queued.nth
        })?;
        let is_later = step < resumed.queued_in;
        if is_later { Some((resumed, resumed.queued)) } else { None }
    }
}
