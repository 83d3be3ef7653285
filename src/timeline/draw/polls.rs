//! The polls of a chart, in order: what a page steps through, and a player shows one by one.
use super::chart::{Chart, Pos, Span, State};
use crate::timeline::LaneId;

/// A poll of a chart; or what a thread prints in the middle of its work, which is a step, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Poll {
    /// Where it begins.
    pub from: Pos,
    /// Whether it is a poll. At one position a line that a thread has printed comes first: the
    /// polls there began after it.
    pub is_poll: bool,
    /// The lane that is polled, or that prints.
    pub lane: LaneId,
    /// Where its step ends: where the next poll begins, or at the end of its instant.
    pub after: Pos,
}

/// Each poll, in the order in which they began. In a recording each has a column of its own, also a
/// poll inside another one, so the positions alone give the order.
///
/// What a lane prints on a thread of its own, at a later instant than that at which it began there,
/// is a step as well: no other poll need be at that instant, and a line has to come when it was
/// printed.
pub(super) fn polls(chart: &Chart) -> Vec<Poll> {
    let mut polls: Vec<Poll> = vec![];
    for (lane, row) in chart.rows.iter().enumerate() {
        for span in &row.spans {
            if span.state.is_poll() {
                polls.push(Poll { from: span.from, is_poll: true, lane, after: span.from });
            }
        }
    }
    for said in &chart.said {
        let works = |span: &Span| {
            let inside = span.from.instant < said.at.instant && said.at <= span.to;
            span.state == State::OnThread && inside
        };
        if chart.rows[said.lane].spans.iter().any(works) {
            let from = said.at;
            polls.push(Poll { from, is_poll: false, lane: said.lane, after: from });
        }
    }
    polls.sort();
    polls.dedup();
    // Only now is it known which poll comes next.
    for nth in 0..polls.len() {
        let from = polls[nth].from;
        let next = polls.get(nth + 1).map(|next| next.from);
        polls[nth].after = match next {
            // Right after the line: the thread works on.
            _ if !polls[nth].is_poll => from,
            Some(next) if next.instant == from.instant && next > from => next,
            // The last poll of its instant. If it blocks, it lasts to a later instant. Its step
            // ends here all the same, and so shows the lane while it blocks.
            _ => {
                let columns = chart.instants[from.instant].columns;
                Pos { instant: from.instant, column: columns.max(from.column + 1) }
            }
        };
    }
    polls
}
