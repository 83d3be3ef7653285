//! Where things go from left to right, and what is left out when there is no room for all of it.
//!
//! A column of a chart gets the same width everywhere; the gaps between the instants share the
//! rest, in proportion to the time they stand for. Where even the narrowest gaps leave too little
//! room, the middle of the run is cut out.
//!
//! A layout is made in three steps, from positions to places:
//!
//! 1. *bands* (`collect_bands`): which columns of which instants have something that is drawn;
//! 2. *gaps* (`share`, or `cut_out_the_middle` where there is too little room): how wide the space
//!    before each band is;
//! 3. *places* (`place`): bands and gaps side by side, from left to right.
//!
//! ```text
//!   0 ms        100 ms   150 ms
//!  │█│█│█│─────│█│█│────│█│
//!   band  gap   band gap band      width of a column: the same everywhere
//!                                  width of a gap: to scale with its time
//! ```
//!
//! It works in the unit of its caller: characters for the terminal, pixels for an SVG.
use super::{
    chart::{Chart, Pos},
    left_out::LeftOut,
    rows::Rows,
};
use std::{collections::BTreeSet, ops::Range};

/// The room that there is, in characters or in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Of all columns and gaps together.
    pub width: f64,
    /// Width of a column.
    pub column: f64,
    /// The narrowest gap between two instants.
    pub gap: f64,
    /// The gap that takes the place of what is cut out.
    pub cut: f64,
}

/// Where each position is drawn.
pub(super) struct Layout {
    /// The right edge of the last band that is drawn, in the unit of the [`Room`]. Signs and notes
    /// to the right of it are not counted.
    pub width: f64,
    /// Where the middle was cut out.
    /// The renderers draw a sign there, and draw nothing else in it.
    pub cut: Option<Range<f64>>,
    /// What is not drawn.
    /// A picture says so in words: otherwise a reader would take it for the whole run.
    pub left_out: Vec<LeftOut>,
    /// The width of a column.
    column: f64,
    /// Where each instant is.
    /// One for each instant of the chart, also where nothing of it is drawn: an index of an instant
    /// is an index here.
    bands: Vec<Band>,
}

/// Where an instant is drawn.
#[derive(Default)]
struct Band {
    /// Its left edge, set by [`Layout::place`].
    left: f64,
    /// The columns at which something that is drawn begins or ends. Columns of lanes that are not
    /// drawn fold away.
    edges: Vec<usize>,
    /// How many of its columns are drawn before the cut, counted in ranks: see [`Band::rank`]. All
    /// of them if no cut goes through this instant.
    shown_before: usize,
    /// The rank of the first column that is drawn after the cut. Equal to `shown_before` if no cut
    /// goes through this instant.
    shown_after: usize,
    /// Additional width between these two parts, if the cut is between them.
    cut: f64,
}

impl Band {
    /// How many columns of it are drawn. Two edges make one column. A single edge has a column,
    /// too: a line that was printed there, or an end, must be somewhere.
    fn columns(&self) -> usize {
        if self.edges.is_empty() { 0 } else { (self.edges.len() - 1).max(1) }
    }

    /// The place of a column among those that are drawn.
    /// If of five polls only the first and the last are of lanes that are drawn, the edges are 0,
    /// 1, 4 and 5: three columns, of which the middle one stands for three polls, and 4 has rank 2.
    fn rank(&self, column: usize) -> usize {
        self.edges.partition_point(|edge| *edge < column)
    }

    /// The width of the instant: both parts that are drawn, and the cut if it is between them.
    fn width(&self, column: f64) -> f64 {
        (self.shown_before + self.columns() - self.shown_after) as f64 * column + self.cut
    }
}

/// One column of one instant, and the width that it needs.
struct Column {
    /// What is cut out is found in a list of all columns: this says where the cut begins and ends.
    instant: usize,
    /// Its rank in the instant.
    nth: usize,
    /// Its own width; for the first column of an instant, with the gap before it.
    width: f64,
}

impl Layout {
    /// Lays out a chart; or two that have the same instants, so that they share one time axis.
    pub fn new(charts: &[(&Chart, &Rows)], room: Room) -> Layout {
        let mut layout = Layout {
            width: 0.0,
            cut: None,
            left_out: vec![],
            column: room.column,
            bands: collect_bands(charts),
        };
        let columns: usize = layout.bands.iter().map(Band::columns).sum();
        let drawn = layout.bands.iter().filter(|band| band.columns() > 0).count();
        // No gap stands before the first band.
        let gaps = drawn.saturating_sub(1) as f64 * room.gap;
        let for_gaps = room.width - columns as f64 * room.column;
        if gaps <= for_gaps {
            // Two charts that share an axis have the same instants, so either tells the times.
            let gaps = share(charts[0].0, &layout.bands, for_gaps, room.gap);
            layout.place(&gaps);
        } else {
            layout.cut_out_the_middle(charts, room);
        }
        for (chart, rows) in charts {
            layout.left_out.extend(rows.left_out.clone());
            layout.left_out.extend(LeftOut::events(chart));
        }
        layout
    }

    /// The place of a position.
    pub fn x(&self, pos: Pos) -> f64 {
        let band = &self.bands[pos.instant];
        let rank = band.rank(pos.column);
        // Before the cut, in it, or behind it. All that is in the cut falls on its left edge: it is
        // not drawn, but an arrow or a bar that begins there needs a place.
        let columns = if rank <= band.shown_before {
            rank as f64 * self.column
        } else if rank < band.shown_after {
            band.shown_before as f64 * self.column
        } else {
            (band.shown_before + rank - band.shown_after) as f64 * self.column + band.cut
        };
        band.left + columns
    }

    /// From the left to the right edge of an instant, if it is drawn at all.
    pub fn instant(&self, index: usize) -> Option<Range<f64>> {
        let band = &self.bands[index];
        let width = band.width(self.column);
        if width > 0.0 { Some(band.left..band.left + width) } else { None }
    }

    /// The parts of a stretch that are drawn: two, if the cut is in it.
    pub fn parts(&self, stretch: Range<f64>) -> Vec<Range<f64>> {
        let mut parts = match &self.cut {
            Some(cut) if cut.start < stretch.end && stretch.start < cut.end => {
                // If the stretch begins or ends in the cut, one of these is empty.
                vec![stretch.start..cut.start, cut.end..stretch.end]
            }
            _ => vec![stretch],
        };
        parts.retain(|part| part.start < part.end);
        parts
    }

    /// The larger part of a stretch that is drawn.
    pub fn seen(&self, stretch: Range<f64>) -> Range<f64> {
        let mut widest = stretch.start..stretch.start;
        for part in self.parts(stretch) {
            if part.end - part.start > widest.end - widest.start {
                widest = part;
            }
        }
        widest
    }

    /// Whether a position lies in the part that is cut out.
    pub fn hides(&self, pos: Pos) -> bool {
        let band = &self.bands[pos.instant];
        if self.cut.is_none() || band.shown_before == band.shown_after {
            return false;
        }
        let rank = band.rank(pos.column);
        // Nothing of this instant is drawn.
        let wholly = band.shown_before == 0 && band.shown_after == band.columns();
        // The cut goes on into the next instant: then even the right edge of this one is hidden.
        let to_its_end = band.shown_after == band.columns();
        wholly || (rank > band.shown_before && (rank < band.shown_after || to_its_end))
    }

    /// Sets the instants side by side, with the given gap before each.
    fn place(&mut self, gaps: &[f64]) {
        for (band, gap) in self.bands.iter_mut().zip(gaps) {
            band.left = self.width + gap;
            self.width = band.left + band.width(self.column);
        }
    }

    /// Keeps as much of the beginning and of the end as there is room for.
    fn cut_out_the_middle(&mut self, charts: &[(&Chart, &Rows)], room: Room) {
        // What stays is counted in columns and not in instants: one instant may have more polls
        // than the whole picture has room for.
        //
        //    ▏0 ms ▏ 10 ms ▏ 20 ms ▏ 30 ms ▏ 40 ms ▏
        //    █ █ █   █ █ ···  ···  ···   █   █ █ █
        //    └ head ───┘ └──── cut ───┘ └─ tail ──┘
        let columns = self.columns_with_widths(room);
        let room_for_both = room.width - room.cut;
        // The beginning tells how things start, and is wanted a little more than the end.
        let head = how_many_fit(columns.iter(), room_for_both * 0.6).max(1);
        let tail = how_many_fit(columns.iter().rev(), room_for_both * 0.4);
        // Both may fit together, and must not overlap then.
        let tail = tail.min(columns.len() - head);
        if head + tail == columns.len() {
            // Only the cut itself would not have fitted: then nothing needs to be left out.
            let gaps = self.narrowest_gaps(room.gap);
            self.place(&gaps);
            return;
        }
        // The first and the last column that are cut out.
        let first = &columns[head];
        let last = &columns[columns.len() - tail - 1];
        for index in first.instant..=last.instant {
            let band = &mut self.bands[index];
            band.shown_before = if index == first.instant { first.nth } else { 0 };
            band.shown_after = if index == last.instant { last.nth + 1 } else { band.columns() };
        }
        // The instants that are cut into keep their parts; the cut stands in the first of them.
        self.bands[first.instant].cut = room.cut;
        let mut gaps = self.narrowest_gaps(room.gap);
        for (index, gap) in gaps.iter_mut().enumerate().take(last.instant + 1) {
            // The cut itself is the gap before everything whose beginning is not drawn.
            let cut_off = index > first.instant || (index == first.instant && first.nth == 0);
            if cut_off {
                *gap = 0.0;
            }
        }
        self.place(&gaps);
        let left = self.bands[first.instant].left + first.nth as f64 * room.column;
        self.cut = Some(left..left + room.cut);
        // A column that is cut out may stand for several polls, or for none: so polls are counted.
        let mut count = 0;
        for (chart, rows) in charts {
            count += self.polls_in_the_cut(chart, rows);
        }
        let instants = &charts[0].0.instants;
        let from = instants[first.instant].at;
        let to = instants[last.instant].at;
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

    /// All columns that are drawn, in order, each with the width it would take in the narrowest
    /// picture.
    fn columns_with_widths(&self, room: Room) -> Vec<Column> {
        let mut columns = vec![];
        for (instant, band) in self.bands.iter().enumerate() {
            for nth in 0..band.columns() {
                let gap = if nth == 0 { room.gap } else { 0.0 };
                columns.push(Column { instant, nth, width: room.column + gap });
            }
        }
        columns
    }

    /// The same gap before each instant that is drawn, but for the first.
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

/// For each instant the columns at which something that is drawn begins or ends.
fn collect_bands(charts: &[(&Chart, &Rows)]) -> Vec<Band> {
    // In order, and each once: lanes that begin where another ends share an edge.
    let mut edges = vec![BTreeSet::new(); charts[0].0.instants.len()];
    let mut mark = |pos: Pos| {
        edges[pos.instant].insert(pos.column);
    };
    for (chart, rows) in charts {
        for &lane in rows.drawn.iter().flatten() {
            let row = &chart.rows[lane];
            for span in &row.spans {
                mark(span.from);
                mark(span.to);
            }
            mark(row.end.0);
        }
        // A thread's row has only the lanes that are drawn: the others fold away there, too.
        for hold in chart.threads.iter().flatten() {
            if rows.of_lane(hold.lane).is_some() {
                mark(hold.from);
                mark(hold.to);
            }
        }
        for said in &chart.said {
            if rows.of_lane(said.lane).is_some() {
                mark(said.at);
            }
        }
    }
    let mut bands = vec![];
    for edges in edges {
        let mut band = Band { edges: edges.into_iter().collect(), ..Band::default() };
        // All of it is shown until a cut is made.
        (band.shown_before, band.shown_after) = (band.columns(), band.columns());
        bands.push(band);
    }
    bands
}

/// The space between a band that is drawn and the next.
struct Gap {
    /// The band at its right edge: gaps are placed before bands.
    next_band: usize,
    /// How much time it stands for. Only the proportions matter, so the unit could be any.
    seconds: f64,
}

/// Shares `room` among the gaps before the instants: none gets less than `narrowest`, and those
/// that get more are to scale with each other.
fn share(chart: &Chart, bands: &[Band], room: f64, narrowest: f64) -> Vec<f64> {
    // What is not drawn has no gap before it, and neither has the first band.
    let mut before = vec![0.0; bands.len()];
    let mut gaps: Vec<Gap> = vec![];
    let mut last_drawn: Option<usize> = None;
    for (index, band) in bands.iter().enumerate() {
        if band.columns() == 0 {
            continue;
        }
        if let Some(last) = last_drawn {
            // Since the last band that is drawn: an instant in between that folded away took its
            // time, too.
            let time = chart.instants[index].at - chart.instants[last].at;
            gaps.push(Gap { next_band: index, seconds: time.as_secs_f64() });
        }
        last_drawn = Some(index);
    }
    let mut left = room;
    // A gap that would be too narrow at this scale gets the least there is, and the others share
    // what is left; then another may be too narrow. The scale only falls, so this ends.
    loop {
        // At most as many rounds as there are gaps: each one settles at least one, or is the last.
        let total: f64 = gaps.iter().map(|gap| gap.seconds).sum();
        let scale = left / total;
        let mut narrow = vec![];
        let mut wide = vec![];
        for gap in gaps {
            // If no time passes in any gap, the scale is infinite, and 0 times infinity is no
            // number. `max` makes it 0.
            if (gap.seconds * scale).max(0.0) < narrowest {
                narrow.push(gap);
            } else {
                wide.push(gap);
            }
        }
        if narrow.is_empty() {
            for gap in wide {
                before[gap.next_band] = gap.seconds * scale;
            }
            return before;
        }
        for gap in &narrow {
            before[gap.next_band] = narrowest;
        }
        // Their time goes with them, so the scale of the others is computed anew from both.
        left -= narrow.len() as f64 * narrowest;
        gaps = wide;
    }
}
