//! The title, the axis and the rows of one chart.
use super::{
    BESIDE, NARROWEST, TerminalOptions,
    cells::{Line, wrap},
    colour, grey, paint,
};
use crate::timeline::{
    LaneId,
    draw::{
        chart::{Chart, Hold, Position},
        labels::{letters, thread_name, used_threads},
        layout::Layout,
        marks::Mark,
        rows::Rows,
        shorten::shorten,
    },
    human,
};
use console::Style;
use std::ops::Range;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// One chart, laid out.
pub(in crate::timeline::draw) struct Picture<'c> {
    /// What is drawn.
    pub(super) chart: &'c Chart,
    /// Which of its lanes are drawn, and which of them share a line.
    pub(super) rows: &'c Rows,
    /// Of this chart alone, or shared with another one.
    pub(super) layout: &'c Layout,
    /// Which lanes poll others. The rows of these do not say how long they block: see `write_on`.
    pub(super) polls_others: Vec<bool>,
    /// How many columns the names have: as many in two charts that are drawn together, so that
    /// their axes are in line.
    pub(super) label: usize,
    /// Its width is at least [`NARROWEST`].
    pub(super) options: TerminalOptions,
}

/// A time on the axis.
struct Tick {
    /// The column in which it begins.
    at: usize,
    /// The time in words.
    text: String,
}

/// What stands before the cells of a line.
enum Margin {
    Blank,
    /// The sign of a row that differs from that of another chart.
    Differs,
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

    /// The column of a position, counted from the first cell to the right of the label. The widths
    /// of gaps are no whole numbers, so that gaps stay to scale. Each position is rounded by
    /// itself, and equal positions are rounded alike.
    pub(super) fn x(&self, pos: Position) -> usize {
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
        let mut line = self.line("", &Style::new(), Margin::Blank);
        // A time is written where it has room among those before it, which are more important; or
        // not at all. Half a number would be another number.
        let mut taken: Vec<Range<usize>> = vec![];
        for Tick { at, text } in self.ticks_by_importance() {
            let end = at + text.width();
            let is_free = taken.iter().all(|other| end < other.start || at > other.end);
            if end <= self.right_edge() && is_free {
                line.text(at, &text, &grey());
                taken.push(at..end);
            }
        }
        line.finish(self.options.colour)
    }

    /// The columns from the label to the right edge.
    fn right_edge(&self) -> usize {
        self.options.width - self.label - BESIDE
    }

    /// The times of all instants of which a column is drawn: first that of the first instant, then
    /// that of the last, then the others.
    fn ticks_by_importance(&self) -> Vec<Tick> {
        let mut ticks = vec![];
        for (index, instant) in self.chart.instants.iter().enumerate() {
            let begin = Position { instant: index, column: 0 };
            if let Some(range) = self.layout.instant(index)
                && !self.layout.hides(begin)
            {
                ticks.push(Tick { at: range.start.round() as usize, text: human(instant.at) });
            }
        }
        if ticks.len() > 1
            && let Some(last) = ticks.pop()
        {
            // It may have to begin further left than its instant, so that all of it is seen.
            let at = last.at.min(self.right_edge() - last.text.width());
            ticks.insert(1, Tick { at, ..last });
        }
        ticks
    }

    /// All rows: those of lanes, and below them those of threads. `different` has the indices of
    /// the rows of lanes that are marked as different from another chart.
    pub fn rows(&self, different: &[usize]) -> Vec<String> {
        let mut lines = vec![];
        for (row, lanes) in self.rows.drawn.iter().enumerate() {
            let margin = if different.contains(&row) { Margin::Differs } else { Margin::Blank };
            lines.push(self.row(lanes, margin));
        }
        let letters = letters(self.chart, self.rows);
        for (number, holds) in used_threads(self.chart) {
            lines.push(self.thread(number, holds, &letters));
        }
        lines
    }

    fn row(&self, lanes: &[LaneId], margin: Margin) -> String {
        // A row that only the other chart has: it keeps its place, blank.
        let Some(&first) = lanes.first() else {
            return self.line("", &grey(), margin).finish(self.options.colour);
        };
        let colour = colour(self.chart.rows[first].hue);
        let mut line = self.line(&self.chart.rows[first].name, &colour, margin);
        for &lane in lanes {
            for nth in 0..self.chart.rows[lane].spans.len() {
                self.span(&mut line, lane, nth, &colour);
            }
        }
        self.draw_cut(&mut line);
        for &lane in lanes {
            self.end(&mut line, lane);
        }
        line.finish(self.options.colour)
    }

    /// Which lane has a thread, and when: each lane is shown by one letter.
    fn thread(&self, number: usize, holds: &[Hold], letters: &[char]) -> String {
        let mut line = self.line(&thread_name(self.chart, number), &grey(), Margin::Blank);
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
    fn line(&self, name: &str, style: &Style, margin: Margin) -> Line {
        let name = shorten(name, self.label);
        let indent = " ".repeat(self.label - name.width());
        let sign = match margin {
            Margin::Blank => ' ',
            // Here and not before the name, so that no name moves.
            Margin::Differs => Mark::Differs.sign().expect("it has one"),
        };
        let name = paint(&name, style, self.options);
        Line { label: format!("{indent}{name}{sign:<BESIDE$}"), cells: vec![] }
    }

    /// Draws the sign of the cut, where the middle of the run is left out.
    fn draw_cut(&self, line: &mut Line) {
        let Some(cut) = &self.layout.cut else { return };
        // Where there is a cut, all gaps have the narrowest width, and all widths are whole
        // numbers.
        let begin = cut.start as usize;
        // Nothing is missing in a row that ends before the cut.
        if line.cells.len() > begin {
            line.fill(begin..cut.end as usize, ' ', &grey());
            line.text(begin + 1, "···", &grey());
        }
    }
}
