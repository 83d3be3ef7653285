//! Where things go from left to right, and what is left out when there is no room for all of it.
//!
//! A column of a chart gets the same width everywhere; the gaps between the instants share the
//! rest, in proportion to the time they stand for. Where even the narrowest gaps leave too little
//! room, the middle of the run is cut out.
//!
//! ```text
//!   0 ms        100 ms   150 ms
//!  │█│█│█│─────│█│█│────│█│
//!   band  gap   band gap band      width of a column: the same everywhere
//!                                  width of a gap: to scale with its time
//! ```
//!
//! A layout is made in three steps, from positions to places:
//!
//! 1. *bands*, in `bands`: which columns of which instants have something that is drawn;
//! 2. *gaps*: how wide the space before each band is: `gaps`, or `cut` where there is too little
//!    room for the narrowest gaps;
//! 3. *places*, in this file: bands and gaps side by side, from left to right.
//!
//! Read this file first, then `bands`, `gaps` and `cut`.
//!
//! It works in the unit of its caller: characters for the terminal, pixels for an SVG.
mod bands;
mod cut;
mod gaps;

use super::{
    chart::{Chart, Position},
    left_out::LeftOut,
    rows::Rows,
};
use bands::Band;
use std::ops::Range;

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
    /// One for each instant of the chart, even where nothing of it is drawn: an index of an instant
    /// is an index here.
    bands: Vec<Band>,
}

impl Layout {
    /// Lays out a chart; or two that have the same instants, so that they share one time axis.
    pub fn new(charts: &[(&Chart, &Rows)], room: Room) -> Layout {
        let mut layout = Layout {
            width: 0.0,
            cut: None,
            left_out: vec![],
            column: room.column,
            bands: bands::collect(charts),
        };
        let columns: usize = layout.bands.iter().map(Band::columns).sum();
        let drawn = layout.bands.iter().filter(|band| band.columns() > 0).count();
        // No gap stands before the first band.
        let narrowest = drawn.saturating_sub(1) as f64 * room.gap;
        let for_gaps = room.width - columns as f64 * room.column;
        if narrowest <= for_gaps {
            // Two charts that share an axis have the same instants, so either tells the times.
            let (chart, _) = charts[0];
            let gaps = gaps::share(chart, &layout.bands, for_gaps, room.gap);
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

    /// Sets the instants side by side, with the given gap before each.
    fn place(&mut self, gaps: &[f64]) {
        for (band, gap) in self.bands.iter_mut().zip(gaps) {
            band.left = self.width + gap;
            self.width = band.left + band.width(self.column);
        }
    }

    /// The place of a position.
    pub fn x(&self, pos: Position) -> f64 {
        let band = &self.bands[pos.instant];
        let rank = band.rank(pos.column);
        // Before the cut, in it, or behind it. All that is in the cut falls on its left edge: it is
        // not drawn, but an arrow or a bar that begins there needs a place.
        let from_the_left = if rank <= band.shown_before {
            rank as f64 * self.column
        } else if rank < band.shown_after {
            band.shown_before as f64 * self.column
        } else {
            (band.shown_before + rank - band.shown_after) as f64 * self.column + band.cut
        };
        band.left + from_the_left
    }

    /// From the left to the right edge of an instant, if it has any width. The cut counts: an
    /// instant in which it begins has a width even where none of its columns is drawn.
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

    /// What is drawn of a stretch: of two parts, the wider one.
    pub fn seen(&self, stretch: Range<f64>) -> Range<f64> {
        let mut widest = stretch.start..stretch.start;
        for part in self.parts(stretch) {
            if part.end - part.start > widest.end - widest.start {
                widest = part;
            }
        }
        widest
    }
}
