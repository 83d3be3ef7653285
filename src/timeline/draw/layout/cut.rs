//! The second step, where there is too little room: the middle of the run is cut out, and all gaps
//! that stay are as narrow as they can be.
//!
//! What stays is counted in columns and not in instants: one instant may have more polls than the
//! whole picture has room for.
//!
//! ```text
//!    ▏0 ms ▏ 10 ms ▏ 20 ms ▏ 30 ms ▏ 40 ms ▏
//!    █ █ █   █ █ ···  ···  ···   █   █ █ █
//!    └ head ───┘ └──── cut ───┘ └─ tail ──┘
//! ```
use super::{Layout, Room};
use crate::timeline::draw::{
    chart::{Chart, Position},
    left_out::LeftOut,
    rows::Rows,
};

/// One column of one instant, and the width that it needs.
struct Column {
    /// The index of its instant. The cut is found in a list of all columns, and then made in the
    /// instants of its first and last column, and in those between.
    instant: usize,
    /// Its rank in the instant.
    rank: usize,
    /// Its own width; for the first column of an instant, with the gap before it.
    width: f64,
}

/// The shares of the room that the beginning of the run and its end get. The beginning tells how
/// things start, and is wanted a little more.
const SHARE_OF_HEAD: f64 = 0.6;
const SHARE_OF_TAIL: f64 = 0.4;

impl Layout {
    /// Keeps as much of the beginning and of the end as there is room for.
    pub(super) fn cut_out_the_middle(&mut self, charts: &[(&Chart, &Rows)], room: Room) {
        let columns = self.columns_with_widths(room);
        let room_for_both = room.width - room.cut;
        let head = how_many_fit(columns.iter(), room_for_both * SHARE_OF_HEAD).max(1);
        let tail = how_many_fit(columns.iter().rev(), room_for_both * SHARE_OF_TAIL);
        // Both may fit together, and must not overlap then.
        let tail = tail.min(columns.len() - head);
        if head + tail == columns.len() {
            // The first column is kept even if it does not fit. Here all the others fit, so nothing
            // is left to be cut out.
            let gaps = self.narrowest_gaps(room.gap);
            self.place(&gaps);
            return;
        }
        // The first and the last column that are cut out.
        let first = &columns[head];
        let last = &columns[columns.len() - tail - 1];
        self.hide(first, last);
        // The cut takes its width in the first of the instants from which columns are cut out.
        self.bands[first.instant].cut = room.cut;
        let mut gaps = self.narrowest_gaps(room.gap);
        for (index, gap) in gaps.iter_mut().enumerate().take(last.instant + 1) {
            // An instant whose beginning is cut out has no gap before it: the cut stands there.
            let cut_off = index > first.instant || (index == first.instant && first.rank == 0);
            if cut_off {
                *gap = 0.0;
            }
        }
        self.place(&gaps);
        let left = self.bands[first.instant].left + first.rank as f64 * room.column;
        self.cut = Some(left..left + room.cut);
        self.say_what_is_cut_out(charts, first, last);
    }

    /// Hides the columns from `first` to `last`, both included.
    fn hide(&mut self, first: &Column, last: &Column) {
        for index in first.instant..=last.instant {
            let band = &mut self.bands[index];
            band.shown_before = if index == first.instant { first.rank } else { 0 };
            band.shown_after = if index == last.instant { last.rank + 1 } else { band.columns() };
        }
    }

    /// All columns that are drawn, in order, each with the width it would take in the narrowest
    /// picture.
    fn columns_with_widths(&self, room: Room) -> Vec<Column> {
        let mut columns = vec![];
        for (instant, band) in self.bands.iter().enumerate() {
            for rank in 0..band.columns() {
                let gap = if rank == 0 { room.gap } else { 0.0 };
                columns.push(Column { instant, rank, width: room.column + gap });
            }
        }
        columns
    }

    /// A gap of this width before each instant that is drawn, but for the first.
    fn narrowest_gaps(&self, gap: f64) -> Vec<f64> {
        let mut begun = false;
        let mut gaps = vec![];
        for band in &self.bands {
            let drawn = band.columns() > 0;
            gaps.push(if drawn && begun { gap } else { 0.0 });
            begun |= drawn;
        }
        gaps
    }

    fn say_what_is_cut_out(&mut self, charts: &[(&Chart, &Rows)], first: &Column, last: &Column) {
        // A column that is cut out may stand for several polls, or for none: so polls are counted.
        let mut count = 0;
        for (chart, rows) in charts {
            count += self.polls_in_the_cut(chart, rows);
        }
        // Two charts that share an axis have the same instants, so either tells the times.
        let (chart, _) = charts[0];
        let from = chart.instants[first.instant].at;
        let to = chart.instants[last.instant].at;
        self.left_out.push(LeftOut::Polls { count, from, to });
    }

    /// How many polls of the lanes that have a row begin in the cut.
    fn polls_in_the_cut(&self, chart: &Chart, rows: &Rows) -> usize {
        let mut polls = 0;
        for &lane in rows.drawn.iter().flatten() {
            for span in &chart.rows[lane].spans {
                let band = &self.bands[span.from.instant];
                let rank = band.rank(span.from.column);
                let is_cut_out = band.shown_before <= rank && rank < band.shown_after;
                if span.state.is_poll() && is_cut_out {
                    polls += 1;
                }
            }
        }
        polls
    }

    /// Whether a position lies in the part that is cut out. The beginning of an instant whose last
    /// columns are drawn is never hidden: the time of the instant stands above these columns.
    pub fn hides(&self, pos: Position) -> bool {
        let band = &self.bands[pos.instant];
        if self.cut.is_none() || band.shown_before == band.shown_after {
            return false;
        }
        let rank = band.rank(pos.column);
        let is_cut_to_its_end = band.shown_after == band.columns();
        if is_cut_to_its_end {
            // Even its right edge is hidden. The left edge of the cut is the right edge of a column
            // that is drawn, unless no column of this instant is drawn.
            band.shown_before == 0 || band.shown_before < rank
        } else {
            band.shown_before < rank && rank < band.shown_after
        }
    }
}

/// How many of these columns have room side by side, counted from the first that the iterator
/// gives. For the end of a run that is the last column.
fn how_many_fit<'c>(columns: impl Iterator<Item = &'c Column>, room: f64) -> usize {
    let mut used = 0.0;
    let mut fit = 0;
    for column in columns {
        used += column.width;
        if used > room {
            break;
        }
        fit += 1;
    }
    fit
}
