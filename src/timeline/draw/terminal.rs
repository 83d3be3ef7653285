//! A chart as text: one character per poll.
//!
//! ```text
//! gather                                                       title
//!           0                     1 s                    2 s   axis
//!     main  ███─── woken by A ────███─── woken by B ─────██✓   a row for each of `Rows`
//!        A   █─────── 1 s ────────░█✓
//!        B   ·█─────── 1 s ───────░░█─────── 1 s ────────░█✓
//! [thread]  mAB                   mAB                    mB    a row for each thread
//!
//! █ running   ─ waiting   ░ ready   · not polled yet   ✓ done  legend, then sentences
//!
//! label     Layout::width                                   note on an end
//! ```
//!
//! Behind the label are `BESIDE` columns, and again behind the chart, where the sign of an end is.
//!
//! Two charts that are drawn beside each other use the same parts with a common layout: see
//! `beside`.
use super::{
    cells::{Line, wrap},
    chart::{Chart, Hold, Pos, Row, Span, State},
    labels::{letters, occurring, row_name, thread_name, used_threads},
    layout::{Layout, Room},
    marks::{GLOSSARY, Mark},
    palette::{
        TERMINAL_AMBER, TERMINAL_CANCELLED, TERMINAL_DONE, TERMINAL_GREY, TERMINAL_LANES, of_hue,
    },
    rows::Rows,
    shorten::shorten,
};
use crate::timeline::{LaneId, human};
use console::Style;
use std::ops::Range;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The names of lanes are no wider than this.
const NAME: usize = 24;
/// With fewer columns there is no room for a chart beside the names.
const NARROWEST: usize = 36;
/// What is written behind the end of a lane is cut off here.
const NOTE: usize = 30;
/// More rows than this are more than a screen.
const ROWS_OF_A_SCREEN: usize = 24;
/// Between the names and the chart, and again at its right edge, where the sign of an end stands.
const BESIDE: usize = 2;

/// How to draw on a terminal.
#[derive(Clone, Copy, Debug)]
pub struct TerminalOptions {
    /// Characters in a line. Below 36, lines are longer than that.
    pub width: usize,
    /// Whether to use colours. Nothing is told by colour alone.
    pub colour: bool,
}

impl Chart {
    /// Draws the chart as lines of text, with what its signs mean and what it shows below.
    pub fn to_text(&self, options: TerminalOptions) -> String {
        let rows = Rows::new(self, ROWS_OF_A_SCREEN);
        // The order matters: the names say how much room there is, the room says where things go,
        // and only then can a line be drawn.
        let label = label_width(&[(self, &rows)], options.width);
        let room = room(&[(self, &rows)], label, options.width);
        let layout = Layout::new(&[(self, &rows)], room);
        let picture = Picture::new(self, &rows, &layout, label, options);
        let mut lines = picture.title();
        lines.push(picture.axis());
        lines.extend(picture.rows(&[]));
        lines.push(String::new());
        let marks = occurring(self, &rows);
        lines.extend(legend(&marks, &lines, options));
        for left_out in &layout.left_out {
            lines.extend(sentence(&left_out.to_string(), options));
        }
        lines.extend(sentence(&self.summary(), options));
        lines.join("\n") + "\n"
    }
}

/// The colour of all lanes of a name.
pub(crate) fn colour(hue: usize) -> Style {
    Style::new().color256(TERMINAL_LANES[of_hue(hue)])
}

/// How wide the names are.
pub(super) fn label_width(charts: &[(&Chart, &Rows)], width: usize) -> usize {
    let mut label = 0;
    for (chart, rows) in charts {
        for (number, _) in used_threads(chart) {
            label = label.max(thread_name(chart, number).width());
        }
        for lanes in &rows.drawn {
            label = label.max(row_name(chart, lanes).width());
        }
    }
    // Never more than a third of the line: the chart needs the room more than the names do.
    label.min(NAME).min(width.max(NARROWEST) / 3)
}

/// How much room there is for the chart: behind a lane that ends at the right edge its sign must
/// fit, and the note on its end.
pub(super) fn room(charts: &[(&Chart, &Rows)], label: usize, width: usize) -> Room {
    let width = width.max(NARROWEST);
    // A note that would be cut off takes its room from the chart, up to a third of the line.
    let mut note = 0;
    for (chart, rows) in charts {
        for &lane in rows.drawn.iter().flatten() {
            let row = &chart.rows[lane];
            // The note of a lane that ends earlier has the free part of its row.
            if row.end.0.instant + 1 == chart.instants.len() {
                let text = chart.end_note(row).unwrap_or_default();
                note = note.max(if text.is_empty() { 0 } else { text.width() + 1 });
            }
        }
    }
    let room = (width - label - 2 * BESIDE).saturating_sub(note.min(NOTE).min(width / 3));
    // A gap of two columns still has room for a sign of what a lane does between two instants. The
    // cut is `···` with a space on both sides.
    Room { width: room as f64, column: 1.0, gap: 2.0, cut: 5.0 }
}

/// One chart, laid out.
pub(super) struct Picture<'c> {
    /// What is drawn.
    chart: &'c Chart,
    /// Which of its lanes are drawn, and which of them share a line.
    rows: &'c Rows,
    /// Of this chart alone, or shared with another one.
    layout: &'c Layout,
    /// Which lanes poll others. When an inner lane blocks, only its own row says so.
    polls_others: Vec<bool>,
    /// Columns for the names: the same for two charts that are drawn together, so that their axes
    /// are in line.
    label: usize,
    /// With a width that is at least the narrowest.
    options: TerminalOptions,
}

impl<'c> Picture<'c> {
    pub fn new(
        chart: &'c Chart,
        rows: &'c Rows,
        layout: &'c Layout,
        label: usize,
        options: TerminalOptions,
    ) -> Picture<'c> {
        let options = TerminalOptions { width: options.width.max(NARROWEST), ..options };
        Picture { chart, rows, layout, polls_others: chart.pollers(), label, options }
    }

    /// Counted from the first cell behind the label. Gaps are no whole numbers, so that they stay
    /// to scale; each position is rounded by itself, and equal positions are rounded alike.
    fn x(&self, pos: Pos) -> usize {
        self.layout.x(pos).round() as usize
    }

    /// The title, in bold and in as many lines as it needs: it says which run this is, so it is not
    /// shortened.
    pub fn title(&self) -> Vec<String> {
        let mut lines = vec![];
        for line in wrap(&self.chart.title, self.options.width) {
            lines.push(paint(&line, &Style::new().bold(), self.options));
        }
        lines
    }

    /// The times of the instants, as many as there is room for.
    pub fn axis(&self) -> String {
        let mut line = self.line("", &Style::new(), false);
        let mut instants = vec![];
        for index in 0..self.chart.instants.len() {
            let begin = Pos { instant: index, column: 0 };
            if let Some(range) = self.layout.instant(index)
                && !self.layout.hides(begin)
            {
                instants.push((index, range.start.round() as usize));
            }
        }
        // The order is that of importance: the first, the last, and then the others.
        if instants.len() > 2 {
            instants[1..].rotate_right(1);
        }
        let right = self.options.width - self.label - BESIDE;
        // A time is written where it has room among those before it, which are more important; or
        // not at all. Half a number would be another number.
        let mut taken: Vec<Range<usize>> = vec![];
        for (nth, (index, start)) in instants.into_iter().enumerate() {
            let text = human(self.chart.instants[index].at);
            // The second in this order is the last instant. Its time may have to begin further
            // left, so that all of it is seen.
            let at = if nth == 1 { start.min(right - text.width()) } else { start };
            let end = at + text.width();
            if end <= right && taken.iter().all(|other| end < other.start || at > other.end) {
                line.text(at, &text, &grey());
                taken.push(at..end);
            }
        }
        line.finish(self.options.colour)
    }

    /// All rows: those of lanes, and below them those of threads. `different` has the indices of
    /// the rows of lanes that are marked as different from another chart.
    pub fn rows(&self, different: &[usize]) -> Vec<String> {
        let mut lines = vec![];
        for (row, lanes) in self.rows.drawn.iter().enumerate() {
            lines.push(self.row(lanes, different.contains(&row)));
        }
        let letters = letters(self.chart, self.rows);
        for (number, holds) in used_threads(self.chart) {
            lines.push(self.thread(number, holds, &letters));
        }
        lines
    }

    fn row(&self, lanes: &[LaneId], different: bool) -> String {
        // A row that only the other chart has: it keeps its place, blank.
        let Some(&first) = lanes.first() else {
            return self.line("", &grey(), different).finish(self.options.colour);
        };
        let colour = colour(self.chart.rows[first].hue);
        let mut line = self.line(&self.chart.rows[first].name, &colour, different);
        for &lane in lanes {
            let row = &self.chart.rows[lane];
            for nth in 0..row.spans.len() {
                self.span(&mut line, lane, nth, &colour);
            }
        }
        self.draw_cut(&mut line);
        for &lane in lanes {
            self.end(&mut line, lane);
        }
        line.finish(self.options.colour)
    }

    /// Where the middle is left out, in every row alike.
    fn draw_cut(&self, line: &mut Line) {
        let Some(cut) = &self.layout.cut else { return };
        // A row that ends before the cut has nothing that is missing in it.
        if line.cells.len() > cut.start as usize {
            line.fill(cut.start as usize..cut.end as usize, ' ', &grey());
            line.text(cut.start as usize + 1, "···", &grey());
        }
    }

    fn end(&self, line: &mut Line, lane: LaneId) {
        let row = &self.chart.rows[lane];
        if self.layout.hides(row.end.0) {
            return;
        }
        let at = self.x(row.end.0);
        let (sign, style) = end_sign(row);
        // The last lane of a row has all that is free behind it, so there is room for a note.
        let Some(next) = self.rows.next_in_row(lane) else {
            line.put(at, sign, &style);
            if let Some(note) = self.chart.end_note(row) {
                // The sign and a space are before the note.
                let room = self.options.width.saturating_sub(self.label + BESIDE + at + 2);
                line.text(at + 2, &shorten(&note, room), &grey());
            }
            return;
        };
        // The next lane of the row may begin at once: then the sign stands in the last column of
        // the lane that it belongs to.
        let free = self.x(self.chart.rows[next].begin()) > at;
        if free {
            line.put(at, sign, &style);
            return;
        }
        // A lane that took no column has no place for a sign of its own, and gets none.
        if at > self.x(row.begin()) {
            line.put(at - 1, sign, &style);
        }
    }

    fn span(&self, line: &mut Line, lane: LaneId, nth: usize, colour: &Style) {
        let row = &self.chart.rows[lane];
        let span = &row.spans[nth];
        // The whole stretch is filled, and the cut is drawn over it later. A label must not be cut,
        // so it goes into `seen`, the larger part beside the cut.
        let stretch = self.x(span.from)..self.x(span.to);
        let seen = self.layout.seen(stretch.start as f64..stretch.end as f64);
        let seen = seen.start as usize..seen.end as usize;
        let sign = span.state.mark().sign().expect("each state has one");
        match span.state {
            // Grey is for what costs nothing: no thread, no wake.
            State::Lazy | State::BetweenItems => line.fill(stretch, sign, &grey()),
            State::Ready | State::RunningUnwoken => line.fill(stretch, sign, colour),
            State::Running => {
                line.fill(stretch.clone(), sign, colour);
                // Another poll follows at once: a thin gap between the two, so that a reader can
                // count them.
                if !stretch.is_empty() && polled_again(row, nth) {
                    line.put(stretch.end - 1, '▉', colour);
                }
            }
            // Amber and not the lane's colour: this is what went wrong.
            State::WokenNotPolled => {
                line.fill(stretch, sign, &Style::new().color256(TERMINAL_AMBER));
                line.label(seen, &self.time_of(span), &grey());
            }
            // The same sign as running: what tells them apart is that a bar over a gap takes time.
            State::Blocking => {
                line.fill(stretch, sign, colour);
                // A lane that blocks inside another is labelled, and the lanes around it are not.
                if !self.polls_others[lane] {
                    let label = format!("blocks {}", self.time_of(span));
                    line.label(seen, &label, &colour.clone().reverse());
                }
            }
            State::MovedClock => {
                line.fill(stretch, sign, colour);
                let label = format!("clock +{}", self.time_of(span));
                line.label(seen, &label, &colour.clone().reverse());
            }
            State::OnThread => {
                line.fill(stretch, sign, colour);
                line.label(seen, &self.time_of(span), colour);
            }
            State::Waiting(_) => {
                line.fill(stretch, sign, &grey());
                let Some(reason) = self.chart.reason(row, nth) else { return };
                // “woken by A”, or only “A” where that does not fit; or nothing, which `label`
                // decides.
                let fits = reason.width() + 4 <= seen.len();
                let short = self.chart.short_reason(row, nth).unwrap_or_default();
                line.label(seen, if fits { &reason } else { &short }, &grey());
            }
        }
    }

    fn time_of(&self, span: &Span) -> String {
        human(self.chart.between(span.from, span.to))
    }

    /// Which lane has a thread when: each by one letter.
    fn thread(&self, number: usize, holds: &[Hold], letters: &[char]) -> String {
        let mut line = self.line(&thread_name(self.chart, number), &grey(), false);
        for hold in holds {
            let Some(row) = self.rows.of_lane(hold.lane) else { continue };
            // A wide letter would take two columns, and each column is a poll.
            let letter = if letters[row].width() == Some(1) { letters[row] } else { '*' };
            // Reversed, since one letter in colour on a terminal's background is hard to see.
            let style = colour(self.chart.rows[hold.lane].hue).reverse();
            line.fill(self.x(hold.from)..self.x(hold.to), letter, &style);
        }
        self.draw_cut(&mut line);
        line.finish(self.options.colour)
    }

    /// An empty line with its label: the name right-aligned, then a margin of `BESIDE` columns.
    fn line(&self, name: &str, style: &Style, different: bool) -> Line {
        let name = shorten(name, self.label);
        let mut indent = " ".repeat(self.label - name.width());
        if different {
            // In the margin between the names and the chart, so that no name moves.
            let sign = Mark::Differs.sign().unwrap_or(' ');
            indent += &paint(&name, style, self.options);
            return Line { label: format!("{indent}{sign:<BESIDE$}"), cells: vec![] };
        }
        let margin = " ".repeat(BESIDE);
        let name = paint(&name, style, self.options);
        Line { label: format!("{indent}{name}{margin}"), cells: vec![] }
    }
}

/// Whether the span after this poll is another poll, with nothing in between.
/// Two polls with no column between them would be one bar: `██` could be one long poll of two
/// columns. So the first ends with a narrower block: `▉█`.
fn polled_again(row: &Row, nth: usize) -> bool {
    match row.spans.get(nth + 1) {
        Some(next) => next.state == State::Running && next.from == row.spans[nth].to,
        None => false,
    }
}

/// A sentence in as many lines as it takes.
pub(super) fn sentence(text: &str, options: TerminalOptions) -> Vec<String> {
    wrap(text, options.width.max(NARROWEST))
}

/// What the signs in these lines mean.
pub(super) fn legend(marks: &[Mark], drawn: &[String], options: TerminalOptions) -> Vec<String> {
    let width = options.width.max(NARROWEST);
    let mut lines: Vec<String> = vec![];
    let mut seen: Vec<char> = vec![];
    let mut entries = vec![];
    for mark in marks {
        let Some(sign) = mark.sign() else { continue };
        // Running and blocking have one sign here, and a label tells them apart.
        if !seen.contains(&sign) {
            seen.push(sign);
            entries.push(format!("{sign} {}", short_label(*mark)));
            // Two polls without a gap between them. This is no state, so there is no mark for it.
            if *mark == Mark::Running && drawn.iter().any(|line| line.contains('▉')) {
                entries.push("▉█ two polls".into());
            }
        }
    }
    entries.push(GLOSSARY.into());
    for entry in entries {
        // An entry is not broken, unless it is wider than a whole line.
        match lines.last_mut() {
            Some(last) if last.width() + 3 + entry.width() <= width => {
                *last += &format!("   {entry}");
            }
            _ => lines.extend(wrap(&entry, width)),
        }
    }
    lines.iter().map(|line| paint(line, &grey(), options)).collect()
}

/// Running, blocking and a moved clock have one sign, so the legend has one entry for all: a label
/// in the bar says which of them blocks the thread or moves the clock.
fn short_label(mark: Mark) -> &'static str {
    match mark {
        Mark::Blocking | Mark::MovedClock => Mark::Running.label(),
        _ => mark.label(),
    }
}

fn paint(text: &str, style: &Style, options: TerminalOptions) -> String {
    if options.colour {
        // `console` would look at the terminal again, and drop colours that a caller has asked for.
        style.clone().force_styling(true).apply_to(text).to_string()
    } else {
        text.to_owned()
    }
}

/// For what belongs to no lane, such as the axis and labels, and for lanes that wait.
fn grey() -> Style {
    Style::new().color256(TERMINAL_GREY)
}

/// How a lane ended, and in which colour.
fn end_sign(row: &Row) -> (char, Style) {
    let mark = row.end.1.mark();
    let style = match mark {
        Mark::Finished => Style::new().color256(TERMINAL_DONE),
        Mark::Cancelled => Style::new().color256(TERMINAL_CANCELLED),
        Mark::Panicked => Style::new().color256(TERMINAL_CANCELLED).bold(),
        _ => grey(),
    };
    (mark.sign().expect("each end has one"), style)
}
