//! Where a poll is split: the rests, which begin after a poll inside it, or after time has passed.
use super::{Kind, Piece, deeds::doer, wakes::wakes};
use crate::timeline::{
    LaneId,
    draw::{
        chart::{Chart, End, Position, Span},
        places::Places,
    },
};

/// What is seen of each lane, looked up once for all its polls.
pub(super) struct Seen {
    /// For each lane the positions at which it prints, wakes, makes or drops something, or calls a
    /// callback of its event loop's own library, in order.
    at: Vec<Vec<Position>>,
    /// For each lane the lanes that it polls at any time.
    inside: Vec<Vec<LaneId>>,
    /// Where polls begin, in order.
    polls: Vec<Position>,
}

impl Seen {
    pub fn of(chart: &Chart, polls: Vec<Position>) -> Seen {
        let mut at = vec![vec![]; chart.rows.len()];
        let mut inside = vec![vec![]; chart.rows.len()];
        for said in &chart.said {
            at[doer(chart, said.lane, said.at)].push(said.at);
        }
        for wake in wakes(chart) {
            at[doer(chart, wake.from, wake.at)].push(wake.at);
        }
        for (lane, row) in chart.rows.iter().enumerate() {
            for outer in row.owners() {
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
        for call in chart.calls.iter().filter(|call| call.added_by.is_some()) {
            if let Some(over) = call.over {
                at[over.by].push(over.at);
            }
        }
        for positions in &mut at {
            positions.sort();
            positions.dedup();
        }
        Seen { at, inside, polls }
    }

    /// Where something is seen of a lane in one of its polls: after the poll has begun, up to its
    /// end.
    fn in_poll(&self, lane: LaneId, poll: &Span) -> Vec<Position> {
        let all = &self.at[lane];
        let begun = all.partition_point(|at| *at <= poll.from);
        let over = all.partition_point(|at| *at <= poll.to);
        all[begun..over].to_vec()
    }

    /// Whether a poll begins between two positions.
    fn begins_between(&self, from: Position, to: Position) -> bool {
        let next = self.polls.partition_point(|at| *at <= from);
        self.polls.get(next).is_some_and(|at| *at < to)
    }
}

/// The rests of a poll: one for each position at which something is seen of the lane after a break.
pub(super) fn rests(chart: &Chart, seen: &Seen, lane: LaneId, poll: &Span) -> Vec<Piece> {
    let inside = &seen.inside[lane];
    let inner = inner_polls(chart, inside, lane, poll);
    let mut begins = seen.in_poll(lane, poll);
    // What is seen at the end of the poll.
    let lasts = poll.from.instant < poll.to.instant;
    if lasts || ends_by_itself(chart, lane, poll) || waits_elsewhere(chart, inside, lane, poll) {
        begins.push(poll.to);
    }
    begins.extend(edges_of_own_time(&inner, poll));
    begins.extend(between_two_places(chart, inside, lane, poll));
    begins.sort();
    begins.dedup();
    let mut rests = vec![];
    for from in begins {
        if is_after_a_break(seen, &inner, poll, from) {
            rests.push(Piece::new(Kind::Rest, lane, poll.from, from));
        }
    }
    rests
}

/// Whether a position comes after a break in a poll: time has passed, a poll inside it is over, or
/// another thread has begun a poll. What is seen before that belongs to the first piece of the
/// poll.
fn is_after_a_break(seen: &Seen, inner: &[&Span], poll: &Span, at: Position) -> bool {
    if poll.from.instant < at.instant || inner.iter().any(|inner| inner.to <= at) {
        return true;
    }
    // If no inner poll has begun, a poll that has begun is one of another thread.
    let has_polled = inner.iter().any(|inner| inner.from < at);
    !has_polled && seen.begins_between(poll.from, at)
}

/// Where time passes in a poll while the lane itself has the thread: the beginning and the end of
/// each such stretch before an inner poll, and the beginning of the one after the last.
fn edges_of_own_time(inner: &[&Span], poll: &Span) -> Vec<Position> {
    let mut edges = vec![];
    let mut before = poll.from;
    for inner in inner {
        if before.instant < inner.from.instant {
            edges.extend([before, inner.from]);
        }
        before = inner.to;
    }
    if !inner.is_empty() && before.instant < poll.to.instant {
        edges.push(before);
    }
    edges
}

/// Where a poll has polled a lane at one place and goes on, to poll the same lane at another place:
/// by hand, say, and then by an `.await`. Otherwise it would be at the second place without a step.
fn between_two_places(
    chart: &Chart,
    inside: &[LaneId],
    lane: LaneId,
    poll: &Span,
) -> Vec<Position> {
    let mut found = vec![];
    for inner in inside {
        let polls = inner_polls(chart, &[*inner], lane, poll);
        for pair in polls.windows(2) {
            if pair[0].polled_at != pair[1].polled_at {
                found.push(pair[0].to);
            }
        }
    }
    found
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

/// Whether the lane returns or panics in this poll.
fn ends_by_itself(chart: &Chart, lane: LaneId, poll: &Span) -> bool {
    let row = &chart.rows[lane];
    let is_by_itself = !matches!(row.how_it_ended(), End::Unfinished | End::Cancelled { .. });
    row.ends_at() == poll.to && is_by_itself
}

/// Whether the lane waits at another place after this poll than before it, because a lane inside it
/// has finished. If it waits for a lane there, the poll of that lane is a piece of its own, and
/// shows it already.
fn waits_elsewhere(chart: &Chart, inside: &[LaneId], lane: LaneId, poll: &Span) -> bool {
    let finishes_in_it = |inner: &LaneId| {
        let row = &chart.rows[*inner];
        row.polled_by == Some(lane)
            && matches!(row.how_it_ended(), End::Finished | End::Failed(_))
            && poll.from < row.ends_at()
            && row.ends_at() <= poll.to
    };
    if !inside.iter().any(finishes_in_it) {
        return false;
    }
    let spans = &chart.rows[lane].spans;
    let nth = spans.partition_point(|span| span.from < poll.from);
    let before = spans[..nth].iter().rfind(|span| !span.places.waits().is_empty());
    let after = match spans.get(nth + 1) {
        Some(next) if !next.state.is_poll() => &next.places,
        Some(_) => &poll.stopped,
        None => return false,
    };
    if after.waits().iter().any(|wait| wait.lane.is_some()) {
        return false;
    }
    let place = |places: &Places| places.waits().last().map(|wait| wait.place.clone());
    before.and_then(|span| place(&span.places)) != place(after)
}
