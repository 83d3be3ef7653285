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
//! threads, the cut. Text is measured by a rule of thumb (see [`LETTER`]), since no font is known
//! here: so each test of “does it fit” leaves some room.
//!
//! Coordinates of two kinds meet here. Those of the layout begin at the chart's left edge, and
//! those of the picture at the sheet's: `x` turns positions into the latter, and `left +` the rest.
use super::{SvgOptions, Theme};
use crate::timeline::{
    LaneId,
    draw::{
        cells::wrap,
        chart::{Chart, Hold, Pos, Row, Said, Span, State, Wake},
        layout::{Layout, Room},
        marks::{Mark, letters, occurring, row_name, thread_name, used_threads},
        page::polls,
        palette::lane_class,
        rows::Rows,
    },
    human,
};
use maud::{Markup, html};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// Sizes of text, in pixels.
const FONT: f64 = 14.0;
const SMALL: f64 = 12.0;
/// Bold text is so much wider.
const BOLD: f64 = 1.1;
/// Between the left edge, a lane's name, and the chart.
const MARGIN: f64 = 16.0;
/// From the top to the first row: the times, and above them the title and the summary.
const TOP: f64 = 34.0;
const TITLE: f64 = 41.0;
const SUMMARY: f64 = 17.0;
/// The height of a thread's row, and of what stands in it.
const TRACK: f64 = 30.0;
const HOLD: f64 = 22.0;
/// From one line of the legend, of the notes and of what was said to the next.
const LINE: f64 = 19.0;
/// So many lines are listed below the picture, and of the others how many there are.
const LINES: usize = 24;
/// With less there is no room for a chart beside the names.
const NARROWEST: f64 = 480.0;
/// Names of lanes, and what became of them, are no wider than this.
const NAME: f64 = 200.0;
/// To the right of an end: its sign, and then the note on it.
const NOTE: f64 = 26.0;

/// What charts on one sheet have in common.
pub(super) struct Sheet {
    /// In pixels, as all that follows, and no less than [`NARROWEST`].
    pub width: f64,
    /// Where the charts begin, to the right of the names.
    pub left: f64,
    /// For the charts themselves.
    pub room: Room,
    /// As they were given: what is drawn at all is looked up here.
    options: SvgOptions,
    /// How high a lane's row is, and in it a bar; and the same for a thread.
    row_height: f64,
    bar_height: f64,
    track_height: f64,
    hold_height: f64,
}

impl Sheet {
    pub fn new(charts: &[(&Chart, &Rows)], options: SvgOptions) -> Sheet {
        let width = options.width.max(NARROWEST);
        // What stands left and right of the charts is measured first, since it takes its width from
        // them. Two charts that share an axis have one sheet, so that both begin at one place.
        let mut name: f64 = 0.0;
        let mut note: f64 = 0.0;
        for (chart, rows) in charts {
            for (number, _) in used_threads(chart) {
                name = name.max(width_of(&thread_name(chart, number), FONT) * BOLD);
            }
            for lanes in &rows.drawn {
                name = name.max(width_of(row_name(chart, lanes), FONT) * BOLD);
            }
            for &lane in rows.drawn.iter().flatten() {
                let row = &chart.rows[lane];
                // A note on an end further left has the free part of its row.
                let at_the_edge = row.end.0.instant + 1 == chart.instants.len();
                if at_the_edge && let Some(text) = chart.end_note(row) {
                    note = note.max(width_of(&text, SMALL) + 14.0);
                }
            }
        }
        let left = MARGIN + name.min(NAME) + MARGIN;
        let right = note.min(NAME) + 24.0 + MARGIN;
        let row_height = options.row.max(SvgOptions::LOWEST_ROW);
        // In a low picture threads become lower, too, but no lower than a letter.
        let track_height = TRACK.min(row_height * 0.75);
        Sheet {
            width,
            left,
            // The narrowest gap has room for a waiting line of some length, and the cut for two
            // dotted lines.
            room: Room {
                width: width - left - right,
                column: options.column.max(SvgOptions::NARROWEST_COLUMN),
                gap: 24.0,
                cut: 40.0,
            },
            options,
            row_height,
            // A little more than half, so that the text above a wait has the rest. A whole number,
            // or edges would be blurred.
            bar_height: (row_height * 0.565).round(),
            track_height,
            hold_height: track_height.min(HOLD),
        }
    }
}

/// A chart, laid out on a sheet.
pub(super) struct Picture<'c> {
    chart: &'c Chart,
    rows: &'c Rows,
    /// It may be shared with another chart of the same sheet.
    layout: &'c Layout,
    sheet: &'c Sheet,
    /// In each row the stretches in which it differs from that of another chart.
    different: &'c [Vec<(Pos, Pos)>],
    /// Which lanes poll others. When an inner lane blocks, only its own bar says so.
    polls_others: Vec<bool>,
    /// The summary, in lines: it is broken here, since SVG does not break lines.
    summary: Vec<String>,
    /// Where the first row begins.
    top: f64,
}

impl<'c> Picture<'c> {
    pub fn new(
        chart: &'c Chart,
        rows: &'c Rows,
        layout: &'c Layout,
        sheet: &'c Sheet,
        different: &'c [Vec<(Pos, Pos)>],
    ) -> Picture<'c> {
        let mut summary = vec![];
        let mut top = TOP;
        if sheet.options.caption {
            // `wrap` counts columns of a terminal: so many letters are there in the sheet's width.
            let columns = (sheet.width - 2.0 * MARGIN) / (SMALL * LETTER);
            summary = wrap(&chart.summary(), columns as usize);
            top += TITLE + SUMMARY * summary.len() as f64;
        }
        let polls_others = chart.pollers();
        Picture { chart, rows, layout, sheet, different, polls_others, summary, top }
    }

    /// Counted from the sheet's left edge.
    fn x(&self, pos: Pos) -> f64 {
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

    /// Where the rows of threads begin: a little apart from the lanes, since they are another kind
    /// of row, which says the same by thread.
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

    /// How far the picture has come after each poll, in the order of [`Chart::steps`]: up to where
    /// the next poll begins, so that what is shown is the state after it.
    pub fn stops(&self) -> Vec<f64> {
        let polls = polls(self.chart);
        let mut stops = vec![];
        for (nth, poll) in polls.iter().enumerate() {
            let mut stop = self.x(poll.after);
            let spans = &self.chart.rows[poll.lane].spans;
            for span in spans {
                // Time passes during this poll, so it is over where its bar ends.
                let takes_time = span.from == poll.from && span.to.instant > poll.from.instant;
                if takes_time && !matches!(span.state, State::Waiting(_)) {
                    stop = stop.max(self.x(span.to));
                }
            }
            if let Some(next) = polls.get(nth + 1) {
                let until = self.x(next.from).max(self.x(poll.after));
                stop = stop.min(until);
            }
            stops.push(stop);
        }
        if let Some(last) = stops.last_mut() {
            *last = self.sheet.width;
        }
        stops
    }

    /// The value of `data-at`, for a player: the element is shown once the picture is shown up to
    /// `x`. None in pictures that are not played.
    fn at(&self, x: f64) -> Option<String> {
        if self.sheet.options.theme == Theme::Page { Some(px(x)) } else { None }
    }

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
            // The beginning of this instant is cut out. A time above the rest would be taken for a
            // new instant.
            if self.layout.hides(Pos { instant: index, column: 0 }) {
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

    fn row(&self, row: usize, lanes: &[LaneId]) -> Markup {
        let y = self.row_y(row);
        // Shortened for bold letters, which are wider.
        let name = shorten(row_name(self.chart, lanes), NAME / BOLD, FONT);
        html! {
            text.name x=(px(self.sheet.left - MARGIN)) y=(px(y + 5.0)) { (name) }
            // All spans before all ends: the sign of an end stands on what the next lane of the row
            // does.
            @for &lane in lanes {
                @for nth in 0..self.chart.rows[lane].spans.len() { (self.span(lane, nth, y)) }
            }
            @for &lane in lanes { (self.end(lane, y)) }
        }
    }

    /// The sign of a lane's end and the note on it.
    fn end(&self, lane: LaneId, y: f64) -> Markup {
        let row = &self.chart.rows[lane];
        // The lane ends inside the cut, so its sign is not drawn.
        if self.layout.hides(row.end.0) {
            return html! {};
        }
        let at = self.x(row.end.0);
        let mark = row.end.1.mark();
        let next = self.rows.next_in_row(lane);
        // What is to the right of the sign is free until the next lane of the row, or the sheet's
        // edge.
        let until = match next {
            Some(next) => self.x(self.chart.rows[next].begin()),
            None => self.sheet.width - 4.0,
        };
        if until - at < NOTE {
            // The next lane of the row begins here: the sign stands above, and smaller.
            let above = y - self.sheet.bar_height / 2.0 - 5.0;
            return html! {
                g data-at=[self.at(at)]
                    transform={ "translate(" (px(at - 8.0)) " " (px(above)) ") scale(.6)" }
                {
                    (end_sign(mark, -10.0, 0.0))
                }
            };
        }
        let (x, note) = self.place_note(row, at + NOTE..until, y);
        html! {
            g data-at=[self.at(at)] {
                (end_sign(mark, at, y))
                @if !note.is_empty() {
                    text.faint x=(px(x)) y=(px(y + 4.0)) { (note) }
                }
            }
        }
    }

    /// The note on an end, and where it begins: next to the sign, or to the right of an arrow that
    /// would go through the text.
    fn place_note(&self, row: &Row, room: Range<f64>, y: f64) -> (f64, String) {
        let note = self.chart.end_note(row).unwrap_or_default();
        let wide = width_of(&note, SMALL);
        let mut start = room.start;
        let mut arrows = self.arrows_through(y - SMALL..y + SMALL);
        // From left to right: the note may move behind one arrow and then meet the next.
        arrows.sort_by(f64::total_cmp);
        for x in arrows {
            // It stays where it is if it would not fit behind the arrow: crossed is better than cut
            // off.
            if start <= x + 6.0 && x < start + wide && x + 6.0 + wide <= room.end {
                start = x + 6.0;
            }
        }
        (start, shorten(&note, room.end - start, SMALL))
    }

    fn span(&self, lane: LaneId, nth: usize, y: f64) -> Markup {
        let row = &self.chart.rows[lane];
        let span = &row.spans[nth];
        // Two parts if the cut is in it, none if it is hidden by the cut or takes no room.
        let parts = self.layout.parts(self.layout.x(span.from)..self.layout.x(span.to));
        let colour = lane_class(row.hue);
        html! {
            @if !parts.is_empty() {
                g {
                    // The title is that of the group: pointing at either part says the same.
                    @if self.sheet.options.titles { title { (self.chart.sentence(lane, nth)) } }
                    @for part in &parts { (self.shape(span.state, part, y, &colour)) }
                }
                (self.text_of(lane, nth, y))
            }
        }
    }

    /// The shape of a state. `part` is counted from where the chart begins.
    fn shape(&self, state: State, part: &Range<f64>, y: f64, colour: &str) -> Markup {
        let from = self.sheet.left + part.start;
        let to = self.sheet.left + part.end;
        let top = px(y - self.sheet.bar_height / 2.0);
        let height = px(self.sheet.bar_height);
        // Two classes each: the first is the state (its pattern or opacity), the second the colour.
        let bar = |class: &str| {
            html! {
                rect.(class).(colour) x=(px(from)) y=(top) width=(px(to - from)) height=(height)
                    rx="5" {}
            }
        };
        let line = |class: &str, from: f64, to: f64| {
            html! { line.(class).(colour) x1=(px(from)) x2=(px(to)) y1=(px(y)) y2=(px(y)) {} }
        };
        match state {
            State::Running => bar("running"),
            State::RunningUnwoken => bar("unwoken"),
            // A pattern lies on a bar of the lane's colour: so the colour still says which lane it
            // is.
            State::Blocking => html! { (bar("running")) (bar("blocking")) },
            State::OnThread => html! { (bar("running")) (bar("on-thread")) },
            State::MovedClock => html! { (bar("running")) (bar("moved-clock")) },
            State::BetweenItems => line("between-items", from + 3.0, to - 3.0),
            State::Lazy => line("lazy", from + 5.0, to - 2.0),
            State::Waiting(_) => line("waiting", from + 3.0, to - 3.0),
            State::Ready | State::WokenNotPolled => {
                // One pixel in on both sides, since the border is drawn around the edge: two
                // neighbours would share it.
                let ready = state == State::Ready;
                let class = if ready { format!("ready {colour}") } else { "not-polled".into() };
                html! {
                    rect class=(class) x=(px(from + 1.0)) y=(top) width=(px(to - from - 2.0))
                        height=(height) rx="5" {}
                }
            }
        }
    }

    /// What is written in or above a span.
    fn text_of(&self, lane: LaneId, nth: usize, y: f64) -> Markup {
        let row = &self.chart.rows[lane];
        let span = &row.spans[nth];
        let time = human(self.chart.between(span.from, span.to));
        match span.state {
            // Of lanes inside each other, the innermost blocks, and the bars of the others only
            // last as long.
            State::Blocking if !self.polls_others[lane] => {
                self.label(lane, span, y, &[format!("blocks the thread {time}"), time])
            }
            State::OnThread => self.label(lane, span, y, &[time]),
            State::MovedClock => {
                self.label(lane, span, y, &[format!("moved the clock {time}"), time])
            }
            State::WokenNotPolled => {
                // The longest first. The last, the time alone, is the least that tells something.
                let texts =
                    [format!("woken, not polled {time}"), format!("not polled {time}"), time];
                self.inside(span, &texts, y)
            }
            State::Waiting(_) => match self.chart.reason(row, nth) {
                Some(reason) => {
                    let short = self.chart.short_reason(row, nth).unwrap_or_default();
                    self.above(span, &reason, &short, y)
                }
                None => html! {},
            },
            _ => html! {},
        }
    }

    /// Text in a bar. Numbers of lines stand in the bar, too, so the text goes into the widest part
    /// between them: the first of `texts` that fits there.
    fn label(&self, lane: LaneId, span: &Span, y: f64, texts: &[String]) -> Markup {
        let seen = self.layout.seen(self.layout.x(span.from)..self.layout.x(span.to));
        let from = self.sheet.left + seen.start;
        let to = self.sheet.left + seen.end;
        let mut edges = vec![from];
        for said in &self.chart.said {
            if said.lane == lane {
                let right = self.x(said.at);
                edges.extend([right - self.sheet.room.column, right]);
            }
        }
        edges.retain(|edge| (from..=to).contains(edge));
        edges.push(to);
        // Between two edges there is either a number, and that is narrow, or nothing.
        let free = widest(&edges);
        if free.end - free.start <= self.sheet.room.column + 1.0 {
            return html! {};
        }
        for text in texts {
            if width_of(text, SMALL) + 16.0 <= free.end - free.start {
                return html! {
                    text.in-bar data-at=[self.at(to)] x=(px((free.start + free.end) / 2.0))
                        y=(px(y + 4.5)) font-size=(px(SMALL)) { (text) }
                };
            }
        }
        html! {}
    }

    /// Text in a stretch that is no bar: the first that fits.
    fn inside(&self, span: &Span, texts: &[String], y: f64) -> Markup {
        let seen = self.layout.seen(self.layout.x(span.from)..self.layout.x(span.to));
        for text in texts {
            if width_of(text, SMALL) + 12.0 <= seen.end - seen.start {
                let middle = self.sheet.left + (seen.start + seen.end) / 2.0;
                return html! {
                    text.said.middle data-at=[self.at(self.sheet.left + seen.end)]
                        x=(px(middle)) y=(px(y + 4.5)) { (text) }
                };
            }
        }
        html! {}
    }

    /// Text above a span: where neither a band nor an arrow is, if it fits there; or else in the
    /// widest part without an arrow; the short text where the long one does not fit.
    fn above(&self, span: &Span, text: &str, short: &str, y: f64) -> Markup {
        let seen = self.layout.seen(self.layout.x(span.from)..self.layout.x(span.to));
        let from = self.sheet.left + seen.start;
        let to = self.sheet.left + seen.end;
        // The baseline is 7 above the middle, and letters are no higher than 12.
        let arrows = self.arrows_through(y - 7.0 - SMALL..y - 4.0);
        let mut edges = vec![from];
        edges.extend(arrows.iter().copied());
        for index in span.from.instant..=span.to.instant {
            if let Some(band) = self.layout.instant(index) {
                edges.extend([self.sheet.left + band.start, self.sheet.left + band.end]);
            }
        }
        // The best place is free of bands and of arrows.
        let between_bands = widest_between(edges, from, to);
        let mut edges = vec![from];
        edges.extend(arrows);
        // The next best lies on a band, whose grey is pale enough for text.
        let between_arrows = widest_between(edges, from, to);
        // Both places for the long text come before any place for the short one.
        for text in [text, short] {
            let wide = width_of(text, SMALL) + 12.0;
            for place in [&between_bands, &between_arrows] {
                if place.end - place.start >= wide {
                    return html! {
                        text.faint.middle.halo data-at=[self.at(to)]
                            x=(px((place.start + place.end) / 2.0)) y=(px(y - 7.0)) { (text) }
                    };
                }
            }
        }
        html! {}
    }

    /// The wakes that are drawn as arrows. Three kinds are not drawn: a wake in the cut; a wake
    /// within one row; and a wake from a lane to the lane that polls it, which only passes on the
    /// wake of the inner lane.
    fn drawn_wakes(&self) -> Vec<&Wake> {
        let mut wakes = vec![];
        for wake in &self.chart.wakes {
            let from = self.rows.of_lane(wake.from);
            let to = self.rows.of_lane(wake.to);
            let drawn = from.is_some() && to.is_some() && from != to;
            let passed_on = self.chart.rows[wake.from].polled_by == Some(wake.to);
            if drawn && !passed_on && !self.layout.hides(wake.at) {
                wakes.push(wake);
            }
        }
        wakes
    }

    /// Where arrows go through a horizontal stripe.
    fn arrows_through(&self, stripe: Range<f64>) -> Vec<f64> {
        let mut found = vec![];
        for wake in self.drawn_wakes() {
            if let (Some(from), Some(to)) = (self.y(wake.from), self.y(wake.to))
                // An arrow goes from the middle of one row to the middle of the other, up or down.
                && from.min(to) < stripe.end
                && stripe.start < from.max(to)
            {
                found.push(self.x(wake.at));
            }
        }
        found
    }

    /// Which lane woke which.
    fn arrows(&self) -> Markup {
        let half = self.sheet.bar_height / 2.0;
        let mut arrows = vec![];
        for wake in self.drawn_wakes() {
            let (Some(from), Some(to)) = (self.y(wake.from), self.y(wake.to)) else { continue };
            // 1 if the arrow points down, -1 if up: it begins at the edge of a bar, not inside it.
            let down = (to - from).signum();
            let start = from + down * half;
            let tip = to - down * (half + 1.0);
            arrows.push((self.x(wake.at), start, tip, down));
        }
        html! {
            @for (x, start, tip, down) in arrows {
                g data-at=[self.at(x)] { (arrow(x, start, tip, down)) }
            }
        }
    }

    /// What was said, poll by poll. A poll has room for one number or for a range, and not for a
    /// list: so lines that one poll printed in a row stand together.
    fn polls_that_said(&self) -> Vec<Numbered<'_>> {
        let mut polls: Vec<Numbered<'_>> = vec![];
        for (index, said) in self.chart.said.iter().enumerate() {
            // As the list below the picture numbers them.
            let number = index + 1;
            match polls.last_mut() {
                Some(poll) if poll.said.at == said.at && poll.said.lane == said.lane => {
                    poll.last = number;
                }
                _ => polls.push(Numbered { first: number, last: number, said }),
            }
        }
        polls
    }

    /// In each poll that said something, the numbers of its lines.
    fn numbers(&self) -> Markup {
        let mut numbers = vec![];
        for Numbered { first, last, said } in self.polls_that_said() {
            let Some(y) = self.y(said.lane) else { continue };
            // A line stands at the right edge of the column of its poll.
            let middle = self.layout.x(said.at) - self.sheet.room.column / 2.0;
            // A number stands left of its position. So it is hidden if the position is cut out, and
            // also if the number itself would lie on the cut.
            let in_the_cut = match &self.layout.cut {
                Some(cut) => cut.contains(&middle),
                None => false,
            };
            if in_the_cut || self.layout.hides(said.at) {
                continue;
            }
            let text = if first == last { first.to_string() } else { format!("{first}–{last}") };
            // “12–15” is wider than a column at the usual size, and gets smaller until it fits.
            let size = (self.sheet.room.column * 0.92 / width_of(&text, 1.0)).min(SMALL);
            let pale = self.is_pale(said);
            numbers.push((self.sheet.left + middle, y, size, pale, text));
        }
        html! {
            @for (x, y, size, pale, text) in numbers {
                text.in-bar.on-pale[pale] data-at=[self.at(x)] x=(px(x)) y=(px(y + 4.5))
                    font-size=(px(size)) { (text) }
            }
        }
    }

    /// Whether a line was said in a poll without a wake, whose bar is pale.
    fn is_pale(&self, said: &Said) -> bool {
        let spans = &self.chart.rows[said.lane].spans;
        // Half open on the left: a position is also the left edge of the poll that comes next.
        let mut polls = spans.iter().filter(|span| span.from < said.at && said.at <= span.to);
        polls.any(|span| span.state == State::RunningUnwoken)
    }

    /// The lanes that a thread runs: with their names where these fit, or else a letter.
    fn tiles(&self, holds: &[Hold]) -> Vec<Tile> {
        let letters = letters(self.chart, self.rows);
        let mut tiles = vec![];
        for hold in holds {
            let Some(row) = self.rows.of_lane(hold.lane) else { continue };
            for part in self.layout.parts(self.layout.x(hold.from)..self.layout.x(hold.to)) {
                let Row { name, hue, .. } = &self.chart.rows[hold.lane];
                let fits = width_of(name, SMALL) + 8.0 <= part.end - part.start;
                let text = if fits { name.clone() } else { letters[row].to_string() };
                tiles.push(Tile { part, colour: lane_class(*hue), text });
            }
        }
        tiles
    }

    /// Where a thread was free between two lanes that are drawn, as far as that is wide enough for
    /// the word.
    fn idle_parts(&self, holds: &[Hold]) -> Vec<Range<f64>> {
        let mut idle = vec![];
        let mut free_since: Option<Pos> = None;
        for hold in holds {
            if self.rows.of_lane(hold.lane).is_none() {
                continue;
            }
            if let Some(since) = free_since
                && since < hold.from
            {
                idle.extend(self.layout.parts(self.layout.x(since)..self.layout.x(hold.from)));
            }
            free_since = Some(hold.to);
        }
        idle.retain(|part| part.end - part.start > 48.0);
        idle
    }

    /// The row of a thread: which lane has it, when.
    fn track(&self, nth: usize, number: usize, holds: &[Hold]) -> Markup {
        let y = self.threads_top() + (nth as f64 + 0.5) * self.sheet.track_height;
        // Only the runtime's thread is said to be idle: it is there all the time, and a reader
        // wants to see when it was free. Other threads come and go.
        let idle = if number == 0 { self.idle_parts(holds) } else { vec![] };
        let top = px(y - self.sheet.hold_height / 2.0);
        let height = px(self.sheet.hold_height);
        let left = self.sheet.left;
        html! {
            text.name.faint x=(px(left - MARGIN)) y=(px(y + 4.5)) {
                (thread_name(self.chart, number))
            }
            @for Tile { part, colour, text } in self.tiles(holds) {
                rect.running.(colour) x=(px(left + part.start)) y=(top)
                    width=(px(part.end - part.start)) height=(height) {}
                text.in-bar data-at=[self.at(left + part.start + 1.0)]
                    x=(px(left + (part.start + part.end) / 2.0)) y=(px(y + 4.5))
                    font-size=(px(SMALL)) { (text) }
            }
            @for part in idle {
                text.faint.middle data-at=[self.at(left + part.end)]
                    x=(px(left + (part.start + part.end) / 2.0)) y=(px(y + 4.5)) { "idle" }
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

    /// The marks of this picture, and where they stand in the legend: from left to right, in as
    /// many lines as it takes. It is computed twice, once for the height and once to be drawn.
    fn legend_entries(&self) -> Vec<Entry> {
        if !self.sheet.options.legend {
            return vec![];
        }
        // States and ends first, then what the terminal has no sign for; each only if it is drawn.
        let mut marks = occurring(self.chart, self.rows);
        if !self.drawn_wakes().is_empty() {
            marks.push(Mark::Wake);
        }
        if self.chart.said.iter().any(|said| self.y(said.lane).is_some()) {
            marks.push(Mark::Line);
        }
        if self.different.iter().any(|stretches| !stretches.is_empty()) {
            marks.push(Mark::Differs);
        }
        let mut x = self.sheet.left;
        let mut y = 12.0;
        let mut placed = vec![];
        for mark in marks {
            // The icon, and the words behind it.
            let wide = NOTE + width_of(mark.label(), SMALL);
            // A new line; but an entry that is wider than a line has to stand somewhere.
            if x + wide > self.sheet.width && x > self.sheet.left {
                x = self.sheet.left;
                y += LINE + 3.0;
            }
            placed.push(Entry { x, y, mark });
            x += wide + 22.0;
        }
        placed
    }

    fn legend_height(&self) -> f64 {
        match self.legend_entries().last() {
            Some(entry) => entry.y + 18.0,
            None => 0.0,
        }
    }

    /// What the signs mean that occur in this picture.
    fn legend(&self) -> Markup {
        // The title is the explanation that appears when the reader points at the entry; with a
        // glossary the entry is also a link.
        let entry = |mark: Mark| {
            html! {
                title { (mark.sentence()) }
                (icon(mark))
                text.faint x=(px(NOTE)) y="4.5" { (mark.label()) }
            }
        };
        html! {
            @for Entry { x, y, mark } in self.legend_entries() {
                // Icons are drawn around their own origin: see `icon`.
                g transform={ "translate(" (px(x)) " " (px(y)) ")" } {
                    @match self.sheet.options.glossary {
                        Some(page) => a href={ (page) "#" (mark.term()) } { (entry(mark)) },
                        None => (entry(mark)),
                    }
                }
            }
        }
    }

    /// The lines that are listed below the picture, and in how many columns.
    fn listed(&self) -> (&[Said], usize) {
        let all = &self.chart.said;
        let shown = &all[..all.len().min(LINES)];
        // As many columns as the widest line allows, so that no line is shortened without need.
        let mut widest: f64 = 120.0;
        for said in shown {
            // As it will be printed, with the number and a gap to the next column.
            let text = format!("{}  {}", self.chart.rows[said.lane].name, said.text);
            widest = widest.max(width_of(&text, SMALL) + 40.0);
        }
        let columns = ((self.sheet.width - self.sheet.left) / widest) as usize;
        // More than three columns are a table, and are not read from top to bottom any more.
        (shown, columns.clamp(1, 3))
    }

    fn lines_height(&self) -> f64 {
        if !self.sheet.options.lines || self.chart.said.is_empty() {
            return 0.0;
        }
        let (shown, columns) = self.listed();
        let more = if self.chart.said.len() > shown.len() { LINE } else { 0.0 };
        shown.len().div_ceil(columns) as f64 * LINE + more + 8.0
    }

    /// What was said, in columns.
    fn lines(&self) -> Markup {
        if !self.sheet.options.lines {
            return html! {};
        }
        let (shown, columns) = self.listed();
        let column = (self.sheet.width - self.sheet.left) / columns as f64;
        // Column by column: read from top to bottom, lines are in the order of time.
        let per_column = shown.len().div_ceil(columns).max(1);
        let more = self.chart.said.len() - shown.len();
        html! {
            @for (index, said) in shown.iter().enumerate() {
                @let x = self.sheet.left + (index / per_column) as f64 * column;
                @let y = 14.0 + (index % per_column) as f64 * LINE;
                @let name = &self.chart.rows[said.lane].name;
                // 24 pixels for the number, 8 between name and text, and 16 to the next column.
                @let room = column - 48.0 - width_of(name, SMALL);
                text.number x=(px(x + 16.0)) y=(px(y)) { (index + 1) }
                text.said x=(px(x + 24.0)) y=(px(y)) {
                    tspan.strong { (name) }
                    tspan dx="8" { (shorten(&said.text, room, SMALL)) }
                }
            }
            @if more > 0 {
                @let y = 14.0 + per_column as f64 * LINE;
                text.faint x=(px(self.sheet.left)) y=(px(y)) { "… and " (more) " more lines" }
            }
        }
    }
}

/// The lines that one poll printed, by the number of the first and of the last.
struct Numbered<'c> {
    first: usize,
    last: usize,
    /// The first of them: all have its lane and its position.
    said: &'c Said,
}

/// A mark in the legend, and where its icon begins: counted from the top left of the legend.
struct Entry {
    x: f64,
    y: f64,
    mark: Mark,
}

/// A stretch of a thread's row that one lane has: its part, the class of its colour, its text.
struct Tile {
    part: Range<f64>,
    colour: String,
    text: String,
}

/// The widest stretch between two of these edges, of those between `from` and `to`.
/// Edges are where text must not stand: arrows, bands. What is left between two neighbours is free.
fn widest_between(mut edges: Vec<f64>, from: f64, to: f64) -> Range<f64> {
    edges.push(to);
    edges.retain(|edge| (from..=to).contains(edge));
    edges.sort_by(f64::total_cmp);
    widest(&edges)
}

/// The widest stretch between two neighbours.
fn widest(edges: &[f64]) -> Range<f64> {
    let mut widest = 0.0..0.0;
    for pair in edges.windows(2) {
        if pair[1] - pair[0] > widest.end - widest.start {
            widest = pair[0]..pair[1];
        }
    }
    widest
}

/// A vertical arrow. `down` is 1 or -1; the head is 8 pixels high, and the line ends inside it.
fn arrow(x: f64, start: f64, tip: f64, down: f64) -> Markup {
    html! {
        path.arrow d={ "M" (px(x)) " " (px(start)) "V" (px(tip - down * 5.0)) } {}
        path.head d={ "M" (px(x)) " " (px(tip)) "l-4.5 " (px(-down * 8.0)) "h9z" } {}
    }
}

/// A mark as it stands in a legend: 20 pixels wide, around y = 0.
fn icon(mark: Mark) -> Markup {
    // In the colour of `main`, which is none: a legend is about states and not about lanes.
    let bar = |class: &str| html! { rect.(class).l0 width="18" height="14" y="-7" rx="3" {} };
    let line = |class: &str| html! { line.(class).l0 x1="1" x2="19" y1="0" y2="0" {} };
    match mark {
        Mark::Running => bar("running"),
        Mark::Blocking => html! { (bar("running")) (bar("blocking")) },
        Mark::OnThread => html! { (bar("running")) (bar("on-thread")) },
        Mark::MovedClock => html! { (bar("running")) (bar("moved-clock")) },
        Mark::BetweenItems => line("between-items"),
        Mark::RunningUnwoken => bar("unwoken"),
        Mark::Ready => bar("ready"),
        Mark::WokenNotPolled => {
            html! { rect.not-polled width="18" height="14" y="-7" rx="3" {} }
        }
        Mark::Waiting => line("waiting"),
        Mark::Lazy => line("lazy"),
        Mark::Finished | Mark::Cancelled | Mark::Panicked | Mark::Unfinished => {
            end_sign(mark, -2.0, 0.0)
        }
        Mark::Wake => arrow(9.0, -8.0, 8.0, 1.0),
        Mark::Line => html! {
            (bar("running"))
            text.in-bar x="9" y="4" font-size="11" { "1" }
        },
        Mark::Differs => html! { rect.differs width="18" height="14" y="-7" {} },
    }
}

/// The sign of an end: a tick, a cross, an exclamation mark; or three dots, since a lane that has
/// not ended goes on. It stands a few pixels to the right of `x`, where the lane ends.
fn end_sign(mark: Mark, x: f64, y: f64) -> Markup {
    html! {
        @match mark {
            Mark::Finished => {
                path.done d={ "M" (px(x + 6.0)) " " (px(y)) "l4 5 8-10" } {}
            },
            Mark::Cancelled => {
                path.cancelled d={ "M" (px(x + 5.0)) " " (px(y - 5.0)) "l10 10m0-10l-10 10" } {}
            },
            Mark::Panicked => {
                path.cancelled d={ "M" (px(x + 10.0)) " " (px(y - 7.0)) "v8m0 5v.5" } {}
            },
            _ => path.unfinished d={ "M" (px(x + 5.0)) " " (px(y)) "h.1m6 0h.1m6 0h.1" } {},
        }
    }
}

/// A letter is a little more than half as wide as it is high.
const LETTER: f64 = 0.58;

/// About how wide a text is.
/// By columns of a terminal, so that a wide letter counts twice. No font is known: the reader's may
/// be wider, so each place that is tested for a text gets some pixels more than this.
fn width_of(text: &str, size: f64) -> f64 {
    text.width() as f64 * size * LETTER
}

/// The text, or as much of it as fits into so many pixels with an ellipsis.
fn shorten(text: &str, width: f64, size: f64) -> String {
    let columns = (width.max(0.0) / (size * LETTER)) as usize;
    console::truncate_str(text, columns, if columns > 0 { "…" } else { "" }).into_owned()
}

/// A number of pixels as text, with at most one decimal.
pub(super) fn px(value: f64) -> String {
    // A tenth of a pixel cannot be seen, and without more digits pictures are short and comparable.
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}
