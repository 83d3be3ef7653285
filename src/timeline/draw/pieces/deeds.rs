//! What lanes do in the pieces: what a step tells.
use super::{Deed, Kind, Piece, What, wakes::wakes};
use crate::timeline::{
    LaneId,
    draw::chart::{Chart, End, LoopTask, Position},
};

/// Puts into each piece what its lane does in it.
pub(super) fn add_deeds(chart: &Chart, pieces: &mut [Piece]) {
    add_lines(chart, pieces);
    add_wakes(chart, pieces);
    for lane in 0..chart.rows.len() {
        add_making(chart, pieces, lane);
        add_drop(chart, pieces, lane);
    }
    add_queueing(chart, pieces);
    add_callbacks(chart, pieces);
    for piece in pieces {
        // A stable sort: a file of an older version has no numbers.
        piece.deeds.sort_by_key(|deed| deed.nth);
        piece.aborted.sort_by_key(|lane| chart.rows[*lane].ended_nth);
    }
}

fn add_lines(chart: &Chart, pieces: &mut [Piece]) {
    for (index, said) in chart.said.iter().enumerate() {
        let doer = doer(chart, said.lane, said.at);
        // Some lines are printed by a lane that no lane polls or drops at that moment, such as an
        // aborted one. They go to the piece before.
        let piece = done_in(chart, pieces, doer, said.at).or(last_before(pieces, said.at));
        if let Some(piece) = piece {
            pieces[piece].said.push(index);
            pieces[piece].add_deed(said.nth, What::Prints(index));
        }
    }
}

fn add_wakes(chart: &Chart, pieces: &mut [Piece]) {
    for wake in wakes(chart) {
        let doer = doer(chart, wake.from, wake.at);
        if let Some(piece) = done_in(chart, pieces, doer, wake.at) {
            let what = if wake.cancels { What::Cancels(wake.to) } else { What::Wakes(wake.to) };
            pieces[piece].add_deed(wake.nth, what);
        } else if let Some(piece) = aborted_after(chart, pieces, wake.from, wake.at) {
            pieces[piece].woken_by_aborted.push(wake.to);
        }
    }
}

/// Notes that a lane was made, if it is a task or a callback. A future that is moved into a task
/// only later was no task when it was made. One that was never polled is known to be a task if it
/// was aborted.
fn add_making(chart: &Chart, pieces: &mut [Piece], lane: LaneId) {
    let row = &chart.rows[lane];
    let begin = row.begin();
    let is_a_task =
        row.is_a_task_at(begin) && (row.was_polled() || is_aborted_at(chart, lane, row.ends_at()));
    if (is_a_task || row.called_off || is_called_by_a_loop(chart, lane))
        && let Some(maker) = row.parent
        && let Some(piece) = done_in(chart, pieces, doer(chart, maker, begin), begin)
    {
        pieces[piece].add_deed(row.made_nth, What::Makes(lane));
    }
}

/// Notes what is put into the queue of an event loop of the program's own by a lane: callbacks that
/// were made before, as done callbacks are; and the next step of the coroutine that has no lane but
/// that of the loop. The loop wakes it by a number, so no waker of a lane is called.
fn add_queueing(chart: &Chart, pieces: &mut [Piece]) {
    for call in &chart.calls {
        let (Some(lane), Some(queued), Some(over)) = (call.lane, call.queued, call.over) else {
            continue;
        };
        if call.timer.is_some() || call.asked.is_some() {
            continue;
        }
        let what = match call.step_of {
            None if lane != over.by => What::Queues(lane),
            Some(LoopTask::Main) if lane == over.by && queued.by != lane => What::Wakes(lane),
            _ => continue,
        };
        let Some(piece) = done_in(chart, pieces, queued.by, queued.at) else { continue };
        // What is called soon is made and queued at once.
        let is_told = |deed: &Deed| deed.what == What::Makes(lane) || deed.what == what;
        if !pieces[piece].deeds.iter().any(is_told) {
            pieces[piece].add_deed(queued.nth, what);
        }
    }
}

/// Notes where a done callback of the loop's own library is put into the queue, and where the loop
/// calls it.
fn add_callbacks(chart: &Chart, pieces: &mut [Piece]) {
    for (index, call) in chart.calls.iter().enumerate() {
        if call.added_by.is_none() || call.lane.is_some() {
            continue;
        }
        let stages =
            [(call.queued, What::QueuesCallback(index)), (call.over, What::CallsCallback(index))];
        for (turn, what) in stages {
            if let Some(turn) = turn
                && let Some(piece) = done_in(chart, pieces, turn.by, turn.at)
            {
                pieces[piece].add_deed(turn.nth, what);
            }
        }
    }
}

/// Whether a lane is a task or a callback of an event loop of the program's own. The loop has told
/// of its first call after it was made: what it calls otherwise may be a coroutine without a lane,
/// which has made this lane and polls it.
fn is_called_by_a_loop(chart: &Chart, lane: LaneId) -> bool {
    let row = &chart.rows[lane];
    let first = row.spans.iter().find(|span| span.state.is_poll());
    chart.calls.iter().any(|call| {
        let told = call.timer.map(|timer| timer.set).or(call.asked).or(call.queued);
        let is_of_it = match (first, call.over) {
            (Some(poll), Some(over)) => {
                over.at == poll.from && row.owner_at(poll.from) == Some(over.by)
            }
            // A callback that was never called: only for such a lane a call is known.
            (None, _) => true,
            (Some(_), None) => false,
        };
        call.lane == Some(lane) && is_of_it && told.is_some_and(|told| row.made_nth < told.nth)
    })
}

/// Notes that a lane was dropped before it was done, by another lane or as an aborted task.
fn add_drop(chart: &Chart, pieces: &mut [Piece], lane: LaneId) {
    let row = &chart.rows[lane];
    let at = row.ends_at();
    match *row.how_it_ended() {
        End::Cancelled { by: Some(by), .. } if by != lane => {
            if let Some(piece) = done_in(chart, pieces, doer(chart, by, at), at) {
                let what = match row.called_off {
                    true if row.removed => What::Removes(lane),
                    true => What::Cancels(lane),
                    false => What::Drops(lane),
                };
                pieces[piece].add_deed(row.ended_nth, what);
            }
        }
        End::Cancelled { by: None, aborted: true } => {
            if let Some(piece) = last_before(pieces, at) {
                pieces[piece].aborted.push(lane);
            }
        }
        _ => {}
    }
}

/// The last piece before something that happens at a position outside all polls. The rests at this
/// position come before it, and a poll that begins there comes after it.
fn last_before(pieces: &[Piece], at: Position) -> Option<usize> {
    let until = pieces.partition_point(|piece| (piece.from, piece.kind) < (at, Kind::Poll));
    until.checked_sub(1)
}

/// The piece after which the runtime drops a lane at a position, since its task was aborted; none
/// if it does not.
pub(in crate::timeline::draw) fn aborted_after(
    chart: &Chart,
    pieces: &[Piece],
    lane: LaneId,
    at: Position,
) -> Option<usize> {
    if is_aborted_at(chart, lane, at) { last_before(pieces, at) } else { None }
}

/// Whether the runtime drops a lane at a position, since its task was aborted.
fn is_aborted_at(chart: &Chart, lane: LaneId, at: Position) -> bool {
    matches!(chart.rows[lane].end, (end, End::Cancelled { aborted: true, .. }) if end == at)
}

/// The lane in whose poll `lane` does something: `lane` itself, or the lane that drops it there.
pub(in crate::timeline::draw) fn doer(chart: &Chart, lane: LaneId, at: Position) -> LaneId {
    let mut doer = lane;
    // The lane that drops it may be dropped there, too. No chain is longer than the list of lanes.
    for _ in 0..chart.rows.len() {
        match chart.rows[doer].end {
            (end, End::Cancelled { by: Some(by), .. }) if end == at => doer = by,
            _ => break,
        }
    }
    doer
}

/// The piece in which a lane did what it did at a position; none if it is not polled there.
///
/// The position is the right edge of a column, so the poll began before it, and a rest begins right
/// there. A piece that keeps its thread can do something later than it began.
pub(in crate::timeline::draw) fn done_in(
    chart: &Chart,
    pieces: &[Piece],
    lane: LaneId,
    at: Position,
) -> Option<usize> {
    let until = pieces.partition_point(|piece| piece.from <= at);
    let has_begun = |piece: &Piece| match piece.kind {
        Kind::Poll => piece.from < at,
        Kind::Rest => piece.from <= at,
    };
    let own = pieces[..until].iter().rposition(|piece| piece.lane == lane && has_begun(piece))?;
    let spans = &chart.rows[lane].spans;
    let poll = spans.partition_point(|span| span.from < pieces[own].poll);
    if at <= spans[poll].to { Some(own) } else { None }
}
