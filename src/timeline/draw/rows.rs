//! Which lanes are drawn, and which of them share a row.
//!
//! A loop makes a lane in each round. Drawn one below the other, thirty rounds would be thirty rows
//! with one poll each; and since a picture has room for a few rows only, the last rounds, in which
//! the loop ends, would be missing. So lanes of one name that one parent made share a row where one
//! ends before the next begins. The same goes for lanes of one name of which each makes the next: a
//! callback that sets a timer for the next piece of its work is such a lane.
//!
//! ```text
//!   for n in 0..3 { fetch(n).lane("fetch").await }
//!
//!   one row a lane            lanes that share a row
//!   main   █───────────█✓     main   █───────────█✓
//!   fetch   █──█✓             fetch   █──█✓█──█✓█──█✓
//!   fetch       █──█✓
//!   fetch           █──█✓
//! ```
use super::{
    chart::{Chart, End, State},
    left_out::LeftOut,
};
use crate::timeline::LaneId;
use std::collections::HashMap;

/// More rows than this make a picture too high to be seen at once.
pub(super) const ROWS: usize = 24;

/// The rows of a picture, from top to bottom.
pub(super) struct Rows {
    /// For each row the lanes that share it, in order of time.
    /// No lane is in two of them. Beside another chart a row can be empty, to keep the place of a
    /// row that only the other chart has.
    pub drawn: Vec<Vec<LaneId>>,
    /// The lanes for which there is no row; none if all are drawn.
    pub left_out: Option<LeftOut>,
    /// For each lane its row, if it is drawn.
    /// The inverse of `drawn`, at hand because each wake and each hold asks for it.
    row_of: Vec<Option<usize>>,
}

impl Rows {
    /// The rows of a chart: all of them; or, if there are more than `limit`, as many as that, which
    /// tell a reader more than the others do.
    pub fn new(chart: &Chart, limit: usize) -> Rows {
        let all = shared(chart);
        if all.len() <= limit {
            return Rows::of(chart, all, None);
        }
        // The order in which rows would be kept. Of equal rows the upper one comes first, so that
        // one chart gives one picture.
        let mut by_interest: Vec<usize> = (0..all.len()).collect();
        by_interest.sort_by_key(|&row| (std::cmp::Reverse(interest(chart, &all, row)), row));
        let mut chosen = by_interest[..limit].to_vec();
        // What is kept stays in the order of the run: a picture sorted by interest would tell no
        // story.
        chosen.sort_unstable();
        let mut missing = vec![];
        for &row in &by_interest[limit..] {
            missing.extend(&all[row]);
        }
        let drawn = chosen.iter().map(|&row| all[row].clone()).collect();
        Rows::of(chart, drawn, Some(LeftOut::lanes(chart, &missing)))
    }

    /// Rows as they are given; one without lanes stays blank.
    pub fn of(chart: &Chart, drawn: Vec<Vec<LaneId>>, left_out: Option<LeftOut>) -> Rows {
        let mut row_of = vec![None; chart.rows.len()];
        for (row, lanes) in drawn.iter().enumerate() {
            for &lane in lanes {
                row_of[lane] = Some(row);
            }
        }
        Rows { drawn, left_out, row_of }
    }

    /// The row in which a lane is drawn.
    pub fn of_lane(&self, lane: LaneId) -> Option<usize> {
        self.row_of[lane]
    }

    /// The lane that comes after this one in the same row.
    pub fn next_in_row(&self, lane: LaneId) -> Option<LaneId> {
        let lanes = &self.drawn[self.row_of[lane]?];
        let place = lanes.iter().position(|other| *other == lane)?;
        lanes.get(place + 1).copied()
    }
}

/// All lanes in rows: those of one name and one origin in one, as long as they do not overlap.
pub(super) fn shared(chart: &Chart) -> Vec<Vec<LaneId>> {
    let mut rows: Vec<Vec<LaneId>> = vec![];
    // The rows of each name and origin. There is mostly one; a loop that runs three lanes at a time
    // has three.
    let mut known: HashMap<(&str, Option<LaneId>), Vec<usize>> = HashMap::new();
    // In the order in which lanes were made, so the last lane of a row is also the latest.
    for (lane, row) in chart.rows.iter().enumerate() {
        // The parent counts, too: two loops that both make a lane “worker” are two rows.
        let candidates = known.entry((&row.name, origin(chart, lane))).or_default();
        let mut free = None;
        for &candidate in candidates.iter() {
            let last = *rows[candidate].last().expect("a row has a lane");
            // The last lane may end at the very position at which this one begins. The sign of its
            // end does not cover this lane then: a renderer draws the sign in the last column of
            // the lane that has ended, or above the bar.
            if chart.rows[last].ends_at() <= row.begin() {
                free = Some(candidate);
                break;
            }
        }
        match free {
            Some(index) => rows[index].push(lane),
            None => {
                candidates.push(rows.len());
                rows.push(vec![lane]);
            }
        }
    }
    rows
}

/// The nearest ancestor that has another name. The ancestors are the lane that made this one, the
/// lane that made that lane, and so on.
fn origin(chart: &Chart, mut lane: LaneId) -> Option<LaneId> {
    let name = &chart.rows[lane].name;
    // A chart that was read from a file might have a circle: no chain is longer than the list.
    for _ in 0..chart.rows.len() {
        lane = chart.rows[lane].parent?;
        if chart.rows[lane].name != *name {
            break;
        }
    }
    Some(lane)
}

/// What a lane tells a reader, from the least to the most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Interest {
    /// Nothing has gone wrong.
    Finished,
    /// It was cancelled, or had not ended.
    DidNotFinish,
    /// It blocked its thread, or was woken and not polled.
    HeldUp,
    /// It panicked, or returned an error.
    Failed,
    /// `main` is always drawn: without it no lane has a parent.
    IsMain,
}

/// How much would be missing without a row. Rows in which something goes wrong come before others;
/// of rows that are alike the first and the last tell more than those in between.
/// A pair, which is compared in this order: the most that a lane of the row tells, and among equals
/// the place of the row.
fn interest(chart: &Chart, rows: &[Vec<LaneId>], row: usize) -> (Interest, usize) {
    let mut most = Interest::Finished;
    for &lane in &rows[row] {
        most = most.max(interest_of_lane(chart, lane));
    }
    // The middle row has the greatest distance from both ends, and the least interest.
    let from_the_edge = row.min(rows.len() - 1 - row);
    (most, rows.len() - from_the_edge)
}

fn interest_of_lane(chart: &Chart, lane: LaneId) -> Interest {
    let row = &chart.rows[lane];
    let mut held_up = false;
    for span in &row.spans {
        held_up |= matches!(span.state, State::Blocking | State::WokenNotPolled);
    }
    if lane == 0 {
        Interest::IsMain
    } else if matches!(row.how_it_ended(), End::Failed(_) | End::Panicked(_)) {
        Interest::Failed
    } else if held_up {
        Interest::HeldUp
    } else if *row.how_it_ended() != End::Finished {
        Interest::DidNotFinish
    } else {
        Interest::Finished
    }
}
