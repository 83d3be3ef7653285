//! The drawing of one chart.
//!
//! From top to bottom, in pixels from the top left of the chart:
//!
//! ```text
//!   0        title                                    if there is a caption: TITLE, and SUMMARY
//!            summary, in lines                        for each of its lines
//!            0        100 ms    200 ms                the times: TOP, above `top`
//!   top      name ██████───────██████✓                a row for each of `Rows`: row_height,
//!            name ──────██████────────██✓ note        with bars of bar_height in its middle
//!   threads_top   [thread] ███ ██   idle  ███         a track for each thread: track_height
//!   bottom   █ running  ─ waiting …                   the legend, in lines
//!            3 more lanes are not drawn: …            what is left out
//!            1  A  what A printed   4  B …            the lines, in columns
//!
//!   0        left                  left + room.width  sheet.width
//! ```
//!
//! It is drawn from back to front: bands, coloured differences, rows, arrows, the numbers of lines,
//! threads, the cut. This file has what belongs to the chart as a whole, and each other kind of
//! thing a file, in that order: `rows` with `span_text`, `wakes`, `numbers`, `threads`; then, below
//! the chart, `legend` and `lines`. `signs` has the shapes that several of them draw.
//!
//! Two kinds of coordinates meet here. Those of the layout are counted from the left edge of the
//! chart, and those of the picture from the left edge of the sheet: `x` gives the latter for a
//! position, and for anything else `sheet.left` is added.
mod legend;
mod lines;
mod numbers;
mod rows;
mod signs;
mod span_text;
mod threads;
mod wakes;

use super::{
    StepPlace, Theme,
    sheet::{MARGIN, Sheet},
    text::{LETTER, SMALL, px, shorten, width_of},
};
use crate::timeline::{
    LaneId,
    draw::{
        chart::{Chart, Position},
        labels::used_threads,
        layout::Layout,
        pieces::{Kind, pieces},
        rows::Rows,
        terminal::wrap,
    },
    human,
};
use maud::{Markup, html};
use std::{cell::Cell, ops::Range};

/// From the top to the first row: the times, and above them the title and the summary.
const TOP: f64 = 34.0;
const TITLE: f64 = 41.0;
const SUMMARY: f64 = 17.0;
/// From one line of the legend, of the notes and of what was printed to the next.
const LINE: f64 = 19.0;
/// From the end of a lane to the note on it: the sign of the end stands in between. In the legend,
/// from the beginning of an icon to its words.
const NOTE: f64 = 26.0;

/// A chart, laid out on a sheet.
pub(super) struct Picture<'c> {
    /// What is drawn.
    chart: &'c Chart,
    /// Which of its lanes are drawn, and where: the order of rows is not that of lanes.
    rows: &'c Rows,
    /// It may be shared with another chart of the same sheet.
    layout: &'c Layout,
    /// Its sizes; the other chart of a pair has the same.
    sheet: &'c Sheet,
    /// In each row the stretches in which it differs from that of another chart.
    different: &'c [Vec<(Position, Position)>],
    /// Which lanes poll others. The bars of these do not say how long they block: see `text_of`.
    polls_others: Vec<bool>,
    /// The summary, in lines: it is broken here, since SVG does not break lines.
    summary: Vec<String>,
    /// Where the first row begins.
    top: f64,
    /// A text that is drawn had to be shortened. It is noticed while drawing, since the room of a
    /// note depends on the arrows in its row.
    shortened: Cell<bool>,
}

impl<'c> Picture<'c> {
    pub fn new(
        chart: &'c Chart,
        rows: &'c Rows,
        layout: &'c Layout,
        sheet: &'c Sheet,
        different: &'c [Vec<(Position, Position)>],
    ) -> Picture<'c> {
        let mut summary = vec![];
        let mut top = TOP;
        if sheet.options.caption {
            // `wrap` counts columns of a terminal: this is how many the sheet has room for.
            let columns = (sheet.width - 2.0 * MARGIN) / (SMALL * LETTER);
            summary = wrap(&chart.summary(), columns as usize);
            top += TITLE + SUMMARY * summary.len() as f64;
        }
        let polls_others = chart.pollers();
        let shortened = Cell::new(false);
        Picture { chart, rows, layout, sheet, different, polls_others, summary, top, shortened }
    }

    /// Whether a name, a note or a line that has been drawn was too long for its place.
    pub fn has_shortened(&self) -> bool {
        self.shortened.get()
    }

    /// The text, or as much of it as fits.
    fn shorten(&self, text: &str, width: f64, size: f64) -> String {
        let shown = shorten(text, width, size);
        if shown != text {
            self.shortened.set(true);
        }
        shown
    }

    /// Counted from the sheet's left edge.
    fn x(&self, pos: Position) -> f64 {
        self.sheet.left + self.layout.x(pos)
    }

    /// The middle of a row.
    ///
    /// Bars, lines, signs and text of a row are placed from here: up and down by half a bar, text
    /// by 4 or 5 pixels, so that its letters and not its baseline are in the middle.
    fn row_y(&self, row: usize) -> f64 {
        self.top + (row as f64 + 0.5) * self.sheet.row_height
    }

    /// The middle of the row of a lane, if it is drawn.
    fn y(&self, lane: LaneId) -> Option<f64> {
        Some(self.row_y(self.rows.of_lane(lane)?))
    }

    /// Where the rows of threads begin: a little apart from the rows of lanes, since they show the
    /// same polls again, sorted by thread.
    fn threads_top(&self) -> f64 {
        self.top + self.rows.drawn.len() as f64 * self.sheet.row_height + 8.0
    }

    /// Where the chart ends, and what is written below it begins.
    fn bottom(&self) -> f64 {
        self.threads_top() + used_threads(self.chart).len() as f64 * self.sheet.track_height
    }

    /// The sum of the parts that `draw` places below each other. The height of a part and its
    /// drawing must agree: a part that draws more than its height would cover the next chart.
    pub fn height(&self) -> f64 {
        let notes = self.layout.left_out.len() as f64 * LINE;
        self.bottom() + 16.0 + self.legend_height() + notes + self.lines_height()
    }

    /// How far the picture has come after each step, in the order of [`Chart::steps`]: up to where
    /// the next poll begins, so that the state after the step is shown.
    pub fn stops(&self) -> Vec<f64> {
        let mut stops: Vec<f64> = vec![];
        for piece in pieces(self.chart) {
            let before = stops.last().copied().unwrap_or_default();
            stops.push(self.x(piece.after).max(before));
        }
        // After the last step the whole picture is shown, with the ends of lanes and their notes.
        if let Some(last) = stops.last_mut() {
            *last = self.sheet.width;
        }
        stops
    }

    /// Where each step is drawn, in the order of [`Chart::steps`].
    pub fn places(&self) -> Vec<Option<StepPlace>> {
        let mut places = vec![];
        for piece in pieces(self.chart) {
            let Some(y) = self.y(piece.lane).filter(|_| !self.layout.hides(piece.from)) else {
                places.push(None);
                continue;
            };
            let begin = self.x(piece.from);
            let wide = match piece.kind {
                Kind::Poll => self.sheet.room.column,
                Kind::Rest => 0.0,
            };
            places.push(Some(StepPlace { begin, middle: begin + wide / 2.0, y }));
        }
        places
    }

    /// How high the bar of a poll is.
    pub fn bar_height(&self) -> f64 {
        self.sheet.bar_height
    }

    /// The value of `data-at`, for a player: the element is shown once the picture is shown up to
    /// `x`. None in pictures that are not played.
    fn at(&self, x: f64) -> Option<String> {
        if self.sheet.options.theme == Theme::Page { Some(px(x)) } else { None }
    }

    /// All of it, from back to front, for a document that gives it a place.
    pub fn draw(&self) -> Markup {
        // What stands below each other is placed by the heights that `height` sums up.
        let legend = self.bottom() + 16.0;
        let notes = legend + self.legend_height();
        let lines = notes + self.layout.left_out.len() as f64 * LINE;
        html! {
            @if self.sheet.options.caption { (self.caption()) }
            (self.instants())
            (self.differences())
            @for (row, lanes) in self.rows.drawn.iter().enumerate() { (self.row(row, lanes)) }
            (self.arrows())
            (self.numbers())
            @for (nth, (number, holds)) in used_threads(self.chart).into_iter().enumerate() {
                (self.track(nth, number, holds))
            }
            (self.cut())
            g transform={ "translate(0 " (px(legend)) ")" } { (self.legend()) }
            @for (nth, left_out) in self.layout.left_out.iter().enumerate() {
                text.faint x=(px(self.sheet.left)) y=(px(notes + nth as f64 * LINE + SMALL)) {
                    (left_out)
                }
            }
            g transform={ "translate(0 " (px(lines)) ")" } { (self.lines()) }
        }
    }

    fn caption(&self) -> Markup {
        html! {
            // Positions are fixed, since TITLE and SUMMARY leave room for exactly this.
            text.title x=(px(MARGIN)) y="26" { (self.chart.title) }
            @for (nth, line) in self.summary.iter().enumerate() {
                text.faint x=(px(MARGIN)) y=(px(47.0 + nth as f64 * SUMMARY)) { (line) }
            }
        }
    }

    /// A band for each instant, and its time above.
    fn instants(&self) -> Markup {
        let mut bands = vec![];
        let mut labels: Vec<(Range<f64>, f64, String)> = vec![];
        let last = self.chart.instants.len() - 1;
        for (index, instant) in self.chart.instants.iter().enumerate() {
            let Some(range) = self.layout.instant(index) else { continue };
            bands.extend(self.layout.parts(range.clone()));
            // Nothing of this instant is drawn: its band is only the cut, which gets no time.
            if self.layout.hides(Position { instant: index, column: 0 }) {
                continue;
            }
            // Of a band that is cut, the time stands above the larger part.
            let seen = self.layout.seen(range);
            let text = human(instant.at);
            let middle = self.sheet.left + (seen.start + seen.end) / 2.0;
            let half = width_of(&text, SMALL) / 2.0;
            let place = middle - half..middle + half;
            if index == last {
                // The last time is the most important: others that are in its way are removed.
                labels.retain(|(other, ..)| other.end + 6.0 <= place.start);
            }
            match labels.last() {
                Some((other, ..)) if place.start < other.end + 6.0 => {}
                _ => labels.push((place, self.sheet.left + seen.start + 1.0, text)),
            }
        }
        let height = px(self.bottom() - self.top + 10.0);
        html! {
            @for band in bands {
                // A band reaches a little beyond the first and the last row, so that it is seen as
                // one.
                rect.band x=(px(self.sheet.left + band.start)) y=(px(self.top - 6.0))
                    width=(px(band.end - band.start)) height=(height) rx="4" {}
            }
            @for (place, from, text) in labels {
                text.faint.middle data-at=[self.at(from)]
                    x=(px((place.start + place.end) / 2.0)) y=(px(self.top - 14.0)) { (text) }
            }
        }
    }

    /// Where the rows differ from those of another chart.
    fn differences(&self) -> Markup {
        html! {
            @for (row, stretches) in self.different.iter().enumerate() {
                @for &(from, to) in stretches {
                    // Over the whole height of the row: what differs may be a wait, which has no
                    // height.
                    @for part in self.layout.parts(self.layout.x(from)..self.layout.x(to)) {
                        rect.differs x=(px(self.sheet.left + part.start))
                            y=(px(self.row_y(row) - self.sheet.row_height / 2.0))
                            width=(px(part.end - part.start)) height=(px(self.sheet.row_height)) {}
                    }
                }
            }
        }
    }

    /// Where the middle of the run is missing: in all rows at once.
    fn cut(&self) -> Markup {
        let Some(cut) = &self.layout.cut else { return html! {} };
        let middle = self.sheet.left + (cut.start + cut.end) / 2.0;
        let top = px(self.top - 6.0);
        let bottom = px(self.bottom() + 4.0);
        html! {
            // Two dotted lines from top to bottom, as a sheet of paper is drawn that was torn.
            @for x in [middle - 4.0, middle + 4.0] {
                line.cut x1=(px(x)) x2=(px(x)) y1=(top) y2=(bottom) {}
            }
            text.faint.middle x=(px(middle)) y=(px(self.top - 14.0)) { "…" }
        }
    }
}
