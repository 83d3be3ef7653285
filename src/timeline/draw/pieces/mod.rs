//! What a page steps through: the polls of a run, and the parts into which some polls are split.
//!
//! A poll that polls other lanes is interrupted by them: `main` begins, polls A and B inside it,
//! and then prints a line. If `main` had one step only, that line would come before A ran, or would
//! look as if B had printed it. So what a lane does after the polls inside it is a step of its own,
//! a *rest*, if there is anything to be seen of it. The same goes for a poll that keeps its thread
//! while time passes: what comes later is not told before it has happened.
//!
//! ```text
//!   main   ████████████████ “done”      main begins | A | B | main prints “done” and ends
//!   A          ████
//!   B              ████
//! ```
//!
//! In the order in which to read it: this file, from the polls to the pieces; `rests`, where a poll
//! is split; `deeds`, what a lane does in each piece; `wakes`, which wakes are such a deed, and
//! which are only passed on.
mod deeds;
mod rests;
mod wakes;

pub(super) use deeds::{aborted_after, doer, done_in};
pub(super) use wakes::{is_passed_on, passed_on, tracked};

use super::chart::{Chart, Position};
use crate::timeline::LaneId;
use deeds::add_deeds;
use rests::{Seen, rests};
use std::cmp::Reverse;

/// What one lane does without a break: what a step shows.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Where it begins.
    pub from: Position,
    /// Where its step ends: the step shows the state of all lanes at this position. A rest takes no
    /// column, so for a rest this is `from`.
    pub after: Position,
    /// Whether it is a poll or the rest of one.
    pub kind: Kind,
    /// The lane that runs.
    pub lane: LaneId,
    /// Where the poll begins of which this is a piece.
    pub poll: Position,
    /// The lines that are printed in it, as indices into those of the chart.
    pub said: Vec<usize>,
    /// What its lane does in it, in order.
    pub deeds: Vec<Deed>,
    /// The tasks that the runtime drops after it, since they were aborted. Which lane has asked for
    /// that is not known.
    pub aborted: Vec<LaneId>,
    /// The lanes that these tasks wake by their end.
    pub woken_by_aborted: Vec<LaneId>,
    /// The lanes that have a rest at the position where this piece ends, and the lanes that poll
    /// them. They are still in their polls after this piece, also where the chart ends these polls
    /// at that same position.
    pub still: Vec<LaneId>,
}

/// Something that a lane does in a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deed {
    /// How many events of the run came before it. The deeds of a piece are sorted by this number.
    pub nth: usize,
    /// What it does.
    pub what: What,
}

/// What a lane can do, as far as a step tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A line is printed: its index among those of the chart. A lane that is being dropped may
    /// print it.
    Prints(usize),
    /// A lane is woken. A wake that is only passed on to the lane around is no deed.
    Wakes(LaneId),
    /// A callback that was made before is put into the queue of its event loop.
    Queues(LaneId),
    /// A done callback of the event loop's own library is put into the queue: the index of its call
    /// among those of the chart. It is no part of a lane.
    QueuesCallback(usize),
    /// The event loop calls such a callback.
    CallsCallback(usize),
    /// A lane is cancelled: an event loop wakes it to give it an error; or it is a callback, which
    /// its loop will not call now.
    Cancels(LaneId),
    /// A task is made, or a callback: a lane that the runtime, a `LocalSet` or an event loop runs.
    Makes(LaneId),
    /// A lane is a callback, and is removed from the future at whose end it was to be called.
    Removes(LaneId),
    /// A lane is dropped before it is done.
    Drops(LaneId),
}

/// What a piece is. The variants are in the order in which pieces come at one position: the rests
/// come before the poll that begins there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A poll goes on: after a poll inside it, or after time has passed.
    Rest,
    /// A poll begins.
    Poll,
}

impl Piece {
    /// A piece that begins at `from`, of the poll that begins at `poll`.
    fn new(kind: Kind, lane: LaneId, poll: Position, from: Position) -> Piece {
        Piece {
            from,
            after: from,
            kind,
            lane,
            poll,
            said: vec![],
            deeds: vec![],
            aborted: vec![],
            woken_by_aborted: vec![],
            still: vec![],
        }
    }

    fn add_deed(&mut self, nth: usize, what: What) {
        self.deeds.push(Deed { nth, what });
    }

    /// The pieces are sorted by this. At one position the rest of an inner lane, whose poll began
    /// later, comes before that of the lane around it.
    pub fn key(&self) -> (Position, Kind, Reverse<Position>) {
        (self.from, self.kind, Reverse(self.poll))
    }
}

/// The pieces of a run, in order.
pub(super) fn pieces(chart: &Chart) -> Vec<Piece> {
    let mut pieces = polls(chart);
    let begins: Vec<Position> = pieces.iter().map(|piece| piece.from).collect();
    let seen = Seen::of(chart, begins);
    for (lane, row) in chart.rows.iter().enumerate() {
        for span in &row.spans {
            if span.state.is_poll() {
                pieces.extend(rests(chart, &seen, lane, span));
            }
        }
    }
    pieces.sort_by_key(Piece::key);
    for nth in 0..pieces.len() {
        pieces[nth].still = still(chart, &pieces[nth..]);
    }
    add_deeds(chart, &mut pieces);
    pieces
}

/// The polls. In a recording each has a column of its own, also a poll inside another one, so the
/// positions alone give the order.
fn polls(chart: &Chart) -> Vec<Piece> {
    let mut polls = vec![];
    for (lane, row) in chart.rows.iter().enumerate() {
        for span in &row.spans {
            if span.state.is_poll() {
                polls.push(Piece::new(Kind::Poll, lane, span.from, span.from));
            }
        }
    }
    polls.sort_by_key(Piece::key);
    // Only now is it known which poll comes next.
    for nth in 0..polls.len() {
        let from = polls[nth].from;
        let next = polls.get(nth + 1).map(|next| next.from);
        polls[nth].after = match next {
            Some(next) if next.instant == from.instant && next > from => next,
            // The last poll of its instant. If it blocks, it lasts to a later instant. Its step
            // ends here all the same, and so shows the lane while it blocks.
            _ => {
                let columns = chart.instants[from.instant].columns;
                // In a chart that was read from a file a poll may begin at the end of its instant.
                Position {
                    instant: from.instant,
                    column: columns.max(from.column.saturating_add(1)),
                }
            }
        };
    }
    polls
}

/// The lanes that are still in their polls where the first of these pieces ends.
fn still(chart: &Chart, pieces: &[Piece]) -> Vec<LaneId> {
    let after = pieces[0].after;
    let mut still = vec![];
    for piece in &pieces[1..] {
        if piece.from != after || piece.kind != Kind::Rest {
            break;
        }
        still.push(piece.lane);
        let mut lane = piece.lane;
        while let Some(outer) = chart.rows[lane].owner_at(piece.poll)
            && !still.contains(&outer)
        {
            still.push(outer);
            lane = outer;
        }
    }
    // A lane that has done nothing cannot be in the middle of anything.
    still.retain(|lane| !chart.rows[*lane].spans.is_empty());
    still
}
