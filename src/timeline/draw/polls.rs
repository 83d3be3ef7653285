//! The polls of a chart, in order: what a page steps through, and a player shows one by one.
use super::chart::{Chart, Pos};
use crate::timeline::LaneId;

/// A poll of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Poll {
    /// Where it begins.
    pub from: Pos,
    /// The lane that is polled.
    pub lane: LaneId,
    /// Where its step ends: where the next poll begins, or at the end of its instant.
    pub after: Pos,
}

/// Each poll, in the order in which they began. In a recording each has a column of its own, also a
/// poll inside another one, so the positions alone give the order.
pub(super) fn polls(chart: &Chart) -> Vec<Poll> {
    let mut polls: Vec<Poll> = vec![];
    for (lane, row) in chart.rows.iter().enumerate() {
        for span in &row.spans {
            if span.state.is_poll() {
                polls.push(Poll { from: span.from, lane, after: span.from });
            }
        }
    }
    polls.sort();
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
                Pos { instant: from.instant, column: columns.max(from.column + 1) }
            }
        };
    }
    polls
}
