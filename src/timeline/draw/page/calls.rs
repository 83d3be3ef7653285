//! The queue and the timers of an event loop of the program's own, as the loop has told of them.
//! Each call of the loop has the step in which it comes into them, and the step in which it leaves
//! them, as far as these are known.
use crate::timeline::{
    Chart, LaneId, LoopAwait, LoopTask, Turn,
    draw::pieces::{Kind, Piece, done_in},
};
use std::{ops::Range, time::Duration};

/// A call of the loop, by the steps in which something happens to it. What happens in a step is
/// seen *after* that step: after the step of `queued` the call is in the queue, and after the step
/// of `over` it is not any more.
pub(super) struct Call {
    /// The lane that it stands for: the one that it runs, if it runs one.
    pub lane: LaneId,
    /// It is a step of the coroutine until whose end a lane runs the loop.
    is_of_main: bool,
    /// The step in which its timer is set, and when it is due; none without a timer.
    set: Option<(usize, Duration)>,
    /// The step in which it gets into the queue, and the turn that orders it there; none if it
    /// never does.
    queued: Option<(usize, Turn)>,
    /// The step in which the loop makes the call, or in which its timer is cancelled; none if
    /// neither was seen.
    over: Option<usize>,
    /// The lane that makes or cancels it: if it is in the queue, that is the loop's.
    over_by: Option<LaneId>,
}

/// The calls of a run.
pub(super) struct Calls {
    /// Whether no loop of the program has told of any.
    are_unknown: bool,
    /// Those of which it is known which lane they stand for.
    calls: Vec<Call>,
    /// The done callbacks of the loop's own library, which stand for no lane.
    callbacks: Vec<Callback>,
    /// For each lane whether the loop calls it, or runs in it: then it is ready if, and only if, a
    /// call of it is queued.
    is_called: Vec<bool>,
    /// For each lane whether a loop runs in it.
    runs_a_loop: Vec<bool>,
    /// Where the coroutine waits until whose end a lane runs the loop: the step in which it came
    /// there, the lane, and the index of the entry among [`Chart::awaits`].
    awaits: Vec<(usize, LaneId, usize)>,
    /// The steps in which a lane begins to run a loop until something is done.
    runs: Vec<(usize, LaneId)>,
}

/// A done callback of the loop's own library.
struct Callback {
    /// The function that has added it.
    added_by: String,
    /// The steps after which it is in the queue.
    queued: Range<usize>,
    /// The turn that orders it there.
    turn: Turn,
}

impl Calls {
    /// `order` are the pieces of which the steps are made.
    pub fn of(chart: &Chart, order: &[Piece]) -> Calls {
        let lanes = chart.rows.len();
        let mut calls = Calls {
            are_unknown: chart.calls.is_empty(),
            calls: vec![],
            callbacks: vec![],
            is_called: vec![false; lanes],
            runs_a_loop: vec![false; lanes],
            awaits: vec![],
            runs: vec![],
        };
        let mut in_a_run = vec![false; lanes];
        for (index, LoopAwait { from, in_a_run: is_in_a_run, .. }) in
            chart.awaits.iter().enumerate()
        {
            let was_in_a_run = std::mem::replace(&mut in_a_run[from.by], *is_in_a_run);
            if let Some(step) = done_in(chart, order, from.by, from.at) {
                calls.awaits.push((step, from.by, index));
                if *is_in_a_run && !was_in_a_run {
                    calls.runs.push((step, from.by));
                }
            }
        }
        for call in &chart.calls {
            if let Some(turn) = call.queued
                && let Some(over) = call.over
            {
                calls.is_called[over.by] = true;
                calls.runs_a_loop[over.by] = true;
                match call.lane {
                    // A timer that only ends a sleep stands for the lane that sleeps, which may be
                    // inside the one that the loop calls.
                    Some(lane) => {
                        let owner = chart.rows[lane].owner_at(over.at);
                        calls.is_called[lane] |= owner == Some(over.by);
                    }
                    None if let Some(added_by) = call.added_by.clone() => {
                        let queued = happens_in(chart, order, turn)..happens_in(chart, order, over);
                        calls.callbacks.push(Callback { added_by, queued, turn });
                    }
                    None => {}
                }
            }
            let Some(lane) = call.lane else { continue };
            // A call for which another thread asked counts as queued from when it was asked for, if
            // the loop has found it.
            let queued = call.queued.map(|queued| call.asked.unwrap_or(queued));
            let set = call.timer.map(|timer| (happens_in(chart, order, timer.set), timer.due));
            calls.calls.push(Call {
                lane,
                is_of_main: call.step_of == Some(LoopTask::Main),
                set,
                queued: queued.map(|queued| (happens_in(chart, order, queued), queued)),
                over: call.over.map(|over| ends_in(chart, order, lane, over)),
                over_by: call.over.map(|over| over.by),
            });
        }
        calls
    }

    /// Whether nothing is known of a queue and of timers: the program has no loop of its own.
    pub fn are_unknown(&self) -> bool {
        self.are_unknown
    }

    /// What a lane that runs a loop awaits after a step, as an index among [`Chart::awaits`].
    pub fn awaits(&self, lane: LaneId, step: usize) -> Option<usize> {
        let is_told = |(told, of, _): &&(usize, LaneId, usize)| *of == lane && *told <= step;
        self.awaits.iter().rfind(is_told).map(|(_, _, index)| *index)
    }

    /// Whether the coroutine until whose end a lane runs the loop has gone on in a step.
    pub fn coroutine_runs(&self, lane: LaneId, step: usize) -> bool {
        self.awaits.iter().any(|(told, of, _)| *of == lane && *told == step)
    }

    /// Whether a lane begins in a step to run a loop until something is done.
    pub fn run_begins(&self, lane: LaneId, step: usize) -> bool {
        self.runs.contains(&(step, lane))
    }

    /// Whether the loop calls a lane, or runs in it: it is ready exactly while it is in the queue.
    pub fn is_called(&self, lane: LaneId) -> bool {
        self.is_called[lane]
    }

    /// Whether a loop runs in a lane.
    pub fn runs_a_loop(&self, lane: LaneId) -> bool {
        self.runs_a_loop[lane]
    }

    /// Whether a loop that runs in another lane calls this one.
    pub fn is_called_by_another(&self, lane: LaneId) -> bool {
        self.calls.iter().any(|call| {
            call.lane == lane && call.queued.is_some() && call.over_by.is_some_and(|by| by != lane)
        })
    }

    /// Whether the loop that runs in a lane calls another one.
    pub fn calls(&self, of_loop: LaneId, lane: LaneId) -> bool {
        self.calls.iter().any(|call| {
            call.lane == lane
                && lane != of_loop
                && call.queued.is_some()
                && call.over_by == Some(of_loop)
        })
    }

    /// Where another lane has woken the coroutine that runs in the lane of the loop in a step; none
    /// if a timer has, or if several calls that run in that lane are made there.
    pub fn coroutine_woken_by(&self, of_loop: LaneId, step: usize) -> Option<Turn> {
        let is_made =
            |call: &&Call| call.over == Some(step) && call.lane == of_loop && call.queued.is_some();
        let mut made = self.calls.iter().filter(is_made);
        let call = made.next()?;
        let (_, turn) = call.queued?;
        let is_known =
            made.next().is_none() && call.is_of_main && call.set.is_none() && turn.by != of_loop;
        if is_known { Some(turn) } else { None }
    }

    /// The lanes that the loop calls and that are in its queue after a step, in the order of the
    /// queue, each with its turn. A lane that is in the queue twice has the first of these places.
    pub fn queued(&self, step: usize) -> Vec<(Turn, LaneId)> {
        let mut queued: Vec<(Turn, LaneId)> = vec![];
        for call in &self.calls {
            if let Some((from, turn)) = call.queued
                && from <= step
                && !call.is_over(step)
                && self.is_called[call.lane]
            {
                queued.push((turn, call.lane));
            }
        }
        queued.sort_by_key(|(turn, _)| (turn.at, turn.nth));
        let mut seen = vec![];
        queued.retain(|(_, lane)| {
            let is_new = !seen.contains(lane);
            seen.push(*lane);
            is_new
        });
        queued
    }

    /// The done callbacks of the loop's own library that are in its queue after a step, in the
    /// order of the queue, each with its turn and the function that has added it.
    pub fn callbacks(&self, step: usize) -> Vec<(Turn, &str)> {
        let mut queued = vec![];
        for callback in &self.callbacks {
            if callback.queued.contains(&step) {
                queued.push((callback.turn, callback.added_by.as_str()));
            }
        }
        queued.sort_by_key(|(turn, _)| (turn.at, turn.nth));
        queued
    }

    /// The timers that are set after a step: for which lane, and when each is due.
    pub fn timers(&self, step: usize) -> Vec<(Duration, LaneId)> {
        let mut timers = vec![];
        for call in &self.calls {
            let Some((set, due)) = call.set else { continue };
            let is_due = call.queued.is_some_and(|(from, _)| from <= step);
            if set <= step && !is_due && !call.is_over(step) {
                timers.push((due, call.lane));
            }
        }
        timers
    }
}

impl Call {
    fn is_over(&self, step: usize) -> bool {
        self.over.is_some_and(|over| over <= step)
    }
}

/// The step in which something happens to a call. A reader sees it in the state after that step.
///
/// What the loop does between two of its calls has no step of its own. It is seen with the call
/// before it.
pub(super) fn happens_in(chart: &Chart, order: &[Piece], turn: Turn) -> usize {
    let begun = order.partition_point(|piece| piece.from < turn.at);
    let last = begun.saturating_sub(1);
    match done_in(chart, order, turn.by, turn.at) {
        Some(own) => own.max(last),
        None => last,
    }
}

/// The step after which a call is not there any more. If the call runs a lane, that lane stays in
/// the queue until its own poll has begun.
fn ends_in(chart: &Chart, order: &[Piece], lane: LaneId, over: Turn) -> usize {
    if lane != over.by {
        let first = order.partition_point(|piece| piece.from < over.at);
        for (nth, piece) in order.iter().enumerate().skip(first) {
            if piece.from > over.at {
                break;
            }
            if piece.lane == lane && piece.kind == Kind::Poll {
                return nth;
            }
        }
    }
    happens_in(chart, order, over)
}
