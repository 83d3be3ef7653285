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
use super::{
    chart::{Chart, End, Position, Span, State, Until, Wake, Woken},
    places::Places,
};
use crate::timeline::LaneId;
use std::{cmp::Reverse, collections::HashSet};

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

/// What a lane can do in a piece that a reader sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A line is printed: its index among those of the chart. A lane that is being dropped may
    /// print it.
    Prints(usize),
    /// A lane is woken. A wake that is only passed on to the lane around is no deed.
    Wakes(LaneId),
    /// A task is made, or a callback: a lane that the runtime, a `LocalSet` or an event loop runs.
    Makes(LaneId),
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
    let deeds = Deeds::of(chart, begins);
    for (lane, row) in chart.rows.iter().enumerate() {
        for span in &row.spans {
            if span.state.is_poll() {
                pieces.extend(rests(chart, &deeds, lane, span));
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

/// What is seen of each lane, looked up once for all its polls.
struct Deeds {
    /// For each lane the positions at which it prints, wakes, makes or drops something, in order.
    at: Vec<Vec<Position>>,
    /// For each lane the lanes that it polls.
    inside: Vec<Vec<LaneId>>,
    /// Where polls begin, in order.
    polls: Vec<Position>,
}

impl Deeds {
    fn of(chart: &Chart, polls: Vec<Position>) -> Deeds {
        let mut at = vec![vec![]; chart.rows.len()];
        let mut inside = vec![vec![]; chart.rows.len()];
        for said in &chart.said {
            at[doer(chart, said.lane, said.at)].push(said.at);
        }
        for wake in wakes(chart) {
            at[doer(chart, wake.from, wake.at)].push(wake.at);
        }
        for (lane, row) in chart.rows.iter().enumerate() {
            let before = row.polled_before.iter().map(|owner| owner.lane);
            for outer in before.chain([row.polled_by]).flatten() {
                if inside[outer].last() != Some(&lane) {
                    inside[outer].push(lane);
                }
            }
            if let Some(parent) = row.parent {
                let begin = row.begin();
                at[doer(chart, parent, begin)].push(begin);
            }
            match row.end {
                (end, End::Cancelled { by: Some(by), .. }) if by != lane => at[by].push(end),
                _ => {}
            }
        }
        for positions in &mut at {
            positions.sort();
            positions.dedup();
        }
        Deeds { at, inside, polls }
    }

    /// Whether a poll begins between two positions.
    fn begins_between(&self, from: Position, to: Position) -> bool {
        let next = self.polls.partition_point(|at| *at <= from);
        self.polls.get(next).is_some_and(|at| *at < to)
    }
}

/// The rests of a poll.
fn rests(chart: &Chart, deeds: &Deeds, lane: LaneId, span: &Span) -> Vec<Piece> {
    let lasts = span.from.instant < span.to.instant;
    let inside = &deeds.inside[lane];
    let inner = inner_polls(chart, inside, lane, span);
    // The positions at which something is seen of this lane.
    let all = &deeds.at[lane];
    let begun = all.partition_point(|at| *at <= span.from);
    let over = all.partition_point(|at| *at <= span.to);
    let mut at = all[begun..over].to_vec();
    // The end of the poll is seen, too, if time has passed in it, or if the lane ends or goes on.
    if lasts || ends(chart, lane, span) || goes_on(chart, inside, lane, span) {
        at.push(span.to);
    }
    // Where time passes before a poll inside it, or after the last one, there is a rest on each
    // side of that time.
    let mut before = span.from;
    for poll in &inner {
        if before.instant < poll.from.instant {
            at.extend([before, poll.from]);
        }
        before = poll.to;
    }
    if !inner.is_empty() && before.instant < span.to.instant {
        at.push(before);
    }
    at.sort();
    at.dedup();
    let mut rests = vec![];
    for from in at {
        // What the lane does before the first poll inside it, before time passes, and before
        // another thread polls, belongs to the first piece of the poll: it is no rest.
        let is_later = lasts && from.instant > span.from.instant;
        let has_polled = inner.iter().any(|poll| poll.from < from);
        let is_after_another_thread = !has_polled && deeds.begins_between(span.from, from);
        let is_after_an_inner_poll = inner.iter().any(|poll| poll.to <= from);
        if is_later || is_after_another_thread || is_after_an_inner_poll {
            rests.push(Piece::new(Kind::Rest, lane, span.from, from));
        }
    }
    rests
}

/// The polls directly inside a poll of `lane`, in order. `inside` are the lanes that it
/// polls at any time.
fn inner_polls<'c>(
    chart: &'c Chart,
    inside: &[LaneId],
    lane: LaneId,
    outer: &Span,
) -> Vec<&'c Span> {
    let mut inner = vec![];
    for other in inside {
        let row = &chart.rows[*other];
        let first = row.spans.partition_point(|span| span.from <= outer.from);
        for span in &row.spans[first..] {
            if span.from >= outer.to {
                break;
            }
            if span.state.is_poll() && row.owner_at(span.from) == Some(lane) {
                inner.push(span);
            }
        }
    }
    inner.sort_by_key(|span| span.from);
    inner
}

/// Whether the lane ends with this poll.
fn ends(chart: &Chart, lane: LaneId, span: &Span) -> bool {
    let row = &chart.rows[lane];
    row.end.0 == span.to && !matches!(row.end.1, End::Unfinished | End::Cancelled { .. })
}

/// Whether a lane inside this one ends in this poll, and this one waits at another place after the
/// poll than before it. A wait for a lane does not count as another place.
fn goes_on(chart: &Chart, inside: &[LaneId], lane: LaneId, span: &Span) -> bool {
    let ends_in_it = |inner: &LaneId| {
        let row = &chart.rows[*inner];
        row.polled_by == Some(lane)
            && row.end.1 == End::Finished
            && span.from < row.end.0
            && row.end.0 <= span.to
    };
    if !inside.iter().any(ends_in_it) {
        return false;
    }
    let spans = &chart.rows[lane].spans;
    let nth = spans.partition_point(|other| other.from < span.from);
    // The places at which it waited before this poll, and at which it waits after it.
    let before = spans[..nth].iter().rfind(|span| !span.places.waits().is_empty());
    let after = match spans.get(nth + 1) {
        Some(next) if !next.state.is_poll() => &next.places,
        Some(_) => &span.stopped,
        None => return false,
    };
    let waits_for_a_lane = after.waits().iter().any(|wait| wait.lane.is_some());
    let place = |places: &Places| places.waits().last().map(|wait| wait.place.clone());
    !waits_for_a_lane && before.and_then(|span| place(&span.places)) != place(after)
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

/// Puts into each piece what its lane does in it.
fn add_deeds(chart: &Chart, pieces: &mut [Piece]) {
    for (index, said) in chart.said.iter().enumerate() {
        let doer = doer(chart, said.lane, said.at);
        let by_itself = done_in(chart, pieces, doer, said.at);
        // Some lines are printed by a lane that no lane polls or drops at that moment, such as an
        // aborted one.
        if let Some(piece) = by_itself.or(last_before(pieces, said.at)) {
            pieces[piece].said.push(index);
            pieces[piece].add_deed(said.nth, What::Prints(index));
        }
    }
    for wake in wakes(chart) {
        let doer = doer(chart, wake.from, wake.at);
        if let Some(piece) = done_in(chart, pieces, doer, wake.at) {
            pieces[piece].add_deed(wake.nth, What::Wakes(wake.to));
        } else if is_aborted_at(chart, wake.from, wake.at)
            && let Some(piece) = last_before(pieces, wake.at)
        {
            pieces[piece].woken_by_aborted.push(wake.to);
        }
    }
    for (lane, row) in chart.rows.iter().enumerate() {
        let begin = row.begin();
        // A future that is moved into a task only later was no task when it was made. One that was
        // never polled is known to be a task if it was aborted.
        let is_spawned = row.is_a_task_at(begin)
            && (row.was_polled() || is_aborted_at(chart, lane, row.ends_at()));
        if (is_spawned || is_called_by_a_loop(chart, lane))
            && let Some(maker) = row.parent
            && let Some(piece) = done_in(chart, pieces, doer(chart, maker, begin), begin)
        {
            pieces[piece].add_deed(row.made_nth, What::Makes(lane));
        }
        let at = row.end.0;
        let End::Cancelled { by, aborted } = row.end.1 else { continue };
        if let Some(by) = by {
            if by != lane
                && let Some(piece) = done_in(chart, pieces, doer(chart, by, at), at)
            {
                pieces[piece].add_deed(row.ended_nth, What::Drops(lane));
            }
        } else if aborted && let Some(piece) = last_before(pieces, at) {
            pieces[piece].aborted.push(lane);
        }
    }
    for piece in pieces {
        // A stable sort: a file of an older version has no numbers.
        piece.deeds.sort_by_key(|deed| deed.nth);
        piece.aborted.sort_by_key(|lane| chart.rows[*lane].ended_nth);
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

/// The last piece before something that happens at a position outside all polls. The rests at this
/// position come before it, and a poll that begins there comes after it.
fn last_before(pieces: &[Piece], at: Position) -> Option<usize> {
    let until = pieces.partition_point(|piece| (piece.from, piece.kind) < (at, Kind::Poll));
    until.checked_sub(1)
}

/// Whether the runtime drops a lane at a position, since its task was aborted.
fn is_aborted_at(chart: &Chart, lane: LaneId, at: Position) -> bool {
    matches!(chart.rows[lane].end, (end, End::Cancelled { aborted: true, .. }) if end == at)
}

/// The wakes in which a lane does something, in order.
///
/// The chart has an arrow for each wake by another lane. An inner lane can also wake the lane that
/// polls it, in the middle of its poll: no arrow is drawn then, but the next poll answers that
/// wake.
fn wakes(chart: &Chart) -> Vec<Wake> {
    let mut wakes = chart.wakes.clone();
    let mut known: HashSet<(Position, LaneId)> = HashSet::new();
    known.extend(wakes.iter().map(|wake| (wake.at, wake.to)));
    for (to, row) in chart.rows.iter().enumerate() {
        for span in &row.spans {
            if let Some(Woken { by: Until::Lane(from), at, nth, passed_on }) = span.woken
                && from != to
                && chart.is_inside(from, to, at)
                && known.insert((at, to))
            {
                wakes.push(Wake { at, from, to, nth, passed_on });
            }
        }
    }
    wakes.sort_by_key(|wake| (wake.at, wake.nth));
    wakes.retain(|wake| is_deed(chart, wake));
    wakes
}

/// Whether a wake is something that the waking lane does, and that has an effect.
///
/// An inner lane that is woken passes its wake on to the lane that polls it, without running. And a
/// wake of a lane that has ended before has no effect.
fn is_deed(chart: &Chart, wake: &Wake) -> bool {
    let Wake { at, from, to, passed_on, .. } = *wake;
    let (end, how) = &chart.rows[to].end;
    let has_ended = match how {
        // It may be dropped right after it was woken, at the same position.
        End::Cancelled { .. } | End::Unfinished => *end < at,
        End::Finished | End::ReturnedCancelled | End::Panicked(_) => *end <= at && from != to,
    };
    !has_ended && !passed_on && !is_passed_on(chart, from, to, at)
}

/// Whether a wake of an outer lane is only passed on by an inner one, which was woken itself at
/// that very moment. An inner lane that runs can wake the outer one by itself, too: a task of a
/// `LocalSet` does when it ends.
pub(super) fn is_passed_on(chart: &Chart, inner: LaneId, outer: LaneId, at: Position) -> bool {
    if let Some(woken) = wake_at(chart, outer, at)
        && woken.passed_on
        && woken.by == Until::Lane(inner)
    {
        return true;
    }
    // A file of an older version does not say it.
    chart.is_inside(inner, outer, at) && wake_at(chart, inner, at).is_some()
}

/// The wake of an inner lane that was passed on to the lane around it. `outer` is the wake of the
/// lane around.
pub(super) fn passed_on(chart: &Chart, inner: LaneId, outer: Woken) -> Option<Woken> {
    let at_one_position = wake_at(chart, inner, outer.at);
    // On the real clock a new instant may begin between the two.
    let is_the_event_before = |woken: &Woken| woken.nth + 1 == outer.nth;
    let mut wakes = chart.rows[inner].spans.iter().filter_map(|span| span.woken);
    at_one_position.or_else(|| wakes.find(is_the_event_before))
}

/// The wake of a lane at a position, if there was one. A file of an older version has no wakes at
/// its polls; there the wait before says what ended it.
pub(super) fn wake_at(chart: &Chart, lane: LaneId, at: Position) -> Option<Woken> {
    for span in &chart.rows[lane].spans {
        match (span.woken, span.state) {
            (Some(woken), _) if woken.at == at => return Some(woken),
            (_, State::Waiting(by @ (Until::Clock | Until::Lane(_) | Until::Outside)))
                if span.to == at =>
            {
                return Some(Woken { by, at, nth: 0, passed_on: false });
            }
            _ => {}
        }
    }
    None
}

/// Whose poll it is in which a lane does something: its own, or, if the lane is being dropped
/// there, that of the lane that drops it.
pub(super) fn doer(chart: &Chart, lane: LaneId, at: Position) -> LaneId {
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
pub(super) fn done_in(
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
