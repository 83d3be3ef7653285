//! A chart as text: one character per poll.
use super::{
    chart::{Chart, End, Pos, Row, State},
    layout::{Layout, Room},
    palette::{TERMINAL_CANCELLED, TERMINAL_DONE, TERMINAL_GREY, TERMINAL_LANES, of_hue},
    words::letters,
};
use crate::timeline::human;
use console::Style;
use std::ops::Range;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The widest that a lane's name and the narrowest that the whole picture gets.
const NAME: usize = 24;
const NARROWEST: usize = 36;
/// What is written behind the end of a lane is cut off here.
const FATE: usize = 30;
/// More lanes than this are more than a screen.
const LANES: usize = 24;

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
        Picture::new(self, options).draw()
    }
}

/// The colour of all lanes of a name.
pub(crate) fn colour(hue: usize) -> Style {
    Style::new().color256(TERMINAL_LANES[of_hue(hue)])
}

struct Picture<'c> {
    chart: &'c Chart,
    layout: Layout,
    /// Columns for the names.
    label: usize,
    width: usize,
    colour: bool,
}

impl Picture<'_> {
    fn new(chart: &Chart, options: TerminalOptions) -> Picture<'_> {
        let width = options.width.max(NARROWEST);
        let names = chart.rows.iter().take(LANES).map(|row| row.name.width());
        let label = names.chain(["thread 2".len()]).max().unwrap_or(0).min(NAME).min(width / 3);
        // Behind a lane that ends at the right edge its mark must fit, and what became of it.
        let at_the_edge =
            chart.rows.iter().filter(|row| row.end.0.instant + 1 == chart.instants.len());
        let fate = at_the_edge
            .filter_map(|row| chart.fate(row))
            .map(|fate| fate.width() + 1)
            .max()
            .unwrap_or(0);
        let room = (width - label - 2 - 2).saturating_sub(fate.min(FATE).min(width / 3));
        let layout = Layout::new(
            chart,
            Room { width: room as f64, column: 1.0, gap: 2.0, cut: 5.0, rows: LANES },
        );
        Picture { chart, layout, label, width, colour: options.colour }
    }

    fn x(&self, pos: Pos) -> usize {
        self.layout.x(pos).round() as usize
    }

    fn draw(&self) -> String {
        let title = self.paint(&self.chart.title, &Style::new().bold());
        let mut lines = vec![title, self.axis()];
        lines.extend(self.chart.rows.iter().take(self.layout.rows).map(|row| self.row(row)));
        lines.extend(self.threads());
        lines.push(String::new());
        lines.extend(self.legend());
        let (left_out, summary) = (self.layout.left_out.iter().cloned(), [self.chart.summary()]);
        lines.extend(left_out.chain(summary).flat_map(|text| wrap(&text, self.width)));
        lines.join("\n") + "\n"
    }

    /// The times of the instants, as many as there is room for.
    fn axis(&self) -> String {
        let mut line = self.line("", &Style::new());
        let shown = |index: &usize| {
            self.layout.instant(*index).is_some()
                && !self.layout.hides(Pos { instant: *index, column: 0 })
        };
        let mut instants: Vec<usize> = (0..self.chart.instants.len()).filter(shown).collect();
        // The first and the last are the most important; the last may have to begin further left.
        if instants.len() > 2 {
            instants[1..].rotate_right(1);
        }
        let right = self.width - self.label - 2;
        let mut taken: Vec<(usize, usize)> = vec![];
        for (nth, index) in instants.into_iter().enumerate() {
            let text = human(self.chart.instants[index].at);
            let mut x = self.layout.instant(index).map_or(0, |range| range.start.round() as usize);
            if nth == 1 {
                x = x.min(right - text.len());
            }
            let end = x + text.len();
            if end <= right && taken.iter().all(|(from, to)| end < *from || x > *to) {
                line.text(x, &text, &grey());
                taken.push((x, end));
            }
        }
        line.finish(self.colour)
    }

    fn row(&self, row: &Row) -> String {
        let colour = colour(row.hue);
        let mut line = self.line(&row.name, &colour);
        (0..row.spans.len()).for_each(|nth| self.span(&mut line, row, nth, &colour));
        let (at, end) = (self.x(row.end.0), &row.end.1);
        if let Some(cut) = self.layout.cut.as_ref().filter(|cut| at > cut.start as usize) {
            line.fill(cut.start as usize, cut.end as usize, ' ', &grey());
            line.text(cut.start as usize + 1, "···", &grey());
        }
        if self.layout.hides(row.end.0) {
            return line.finish(self.colour);
        }
        let (mark, style) = mark(end);
        line.text(at, mark, &style);
        if let Some(fate) = self.chart.fate(row) {
            let room = self.width.saturating_sub(self.label + 2 + at + 2);
            line.text(at + 2, &shorten(&fate, room), &grey());
        }
        line.finish(self.colour)
    }

    fn span(&self, line: &mut Line, row: &Row, nth: usize, colour: &Style) {
        let span = &row.spans[nth];
        let (from, to) = (self.x(span.from), self.x(span.to));
        let seen = self.layout.seen(from as f64..to as f64);
        let seen = seen.start as usize..seen.end as usize;
        let filled = colour.clone().reverse();
        match span.state {
            State::Lazy => line.fill(from, to, '·', &grey()),
            State::Running => {
                line.fill(from, to, '█', colour);
                // A poll right after another one: a gap as thin as can be, so that one can count them.
                let again = row
                    .spans
                    .get(nth + 1)
                    .is_some_and(|next| next.state == State::Running && next.from == span.to);
                if again && to > from {
                    line.put(to - 1, '▉', colour);
                }
            }
            State::RunningUnwoken => line.fill(from, to, '▒', colour),
            State::Ready => line.fill(from, to, '░', colour),
            State::Blocking => {
                line.fill(from, to, '█', colour);
                if !self.chart.polls_others(row) {
                    line.label(
                        seen,
                        &format!("blocks {}", human(self.chart.between(span.from, span.to))),
                        &filled,
                    );
                }
            }
            State::OnThread => {
                line.fill(from, to, '▓', colour);
                line.label(seen, &human(self.chart.between(span.from, span.to)), colour);
            }
            State::Waiting(_) => {
                line.fill(from, to, '─', &grey());
                if let Some(reason) = self.chart.reason(row, nth) {
                    let short = reason.strip_prefix("woken by ").unwrap_or(&reason);
                    let fits = |text: &str| text.width() + 4 <= seen.len();
                    line.label(seen.clone(), if fits(&reason) { &reason } else { short }, &grey());
                }
            }
        }
    }

    /// Who has which thread: each lane by one letter.
    fn threads(&self) -> Vec<String> {
        let letters = letters(&self.chart.rows[..self.layout.rows]);
        let draw = |(number, holds): (usize, &Vec<super::chart::Hold>)| {
            let name =
                if number == 0 { "thread".to_owned() } else { format!("thread {}", number + 1) };
            let mut line = self.line(&name, &grey());
            for hold in holds.iter().filter(|hold| self.layout.shows(hold.lane)) {
                let letter = Some(letters[hold.lane])
                    .filter(|letter| letter.width() == Some(1))
                    .unwrap_or('*');
                line.fill(
                    self.x(hold.from),
                    self.x(hold.to),
                    letter,
                    &colour(self.chart.rows[hold.lane].hue).reverse(),
                );
            }
            if let Some(cut) = &self.layout.cut {
                line.fill(cut.start as usize, cut.end as usize, ' ', &grey());
            }
            line.finish(self.colour)
        };
        self.chart
            .threads
            .iter()
            .enumerate()
            .filter(|(_, holds)| !holds.is_empty())
            .map(draw)
            .collect()
    }

    /// What the signs mean that occur in this picture.
    fn legend(&self) -> Vec<String> {
        let shown = &self.chart.rows[..self.layout.rows];
        let occurs = |wanted: fn(&State) -> bool| {
            shown.iter().flat_map(|row| &row.spans).any(|span| wanted(&span.state))
        };
        let ends = |wanted: fn(&End) -> bool| shown.iter().any(|row| wanted(&row.end.1));
        let signs = [
            (occurs(|state| matches!(state, State::Running | State::Blocking)), "█ running"),
            (occurs(|state| matches!(state, State::Waiting(_))), "─ waiting"),
            (occurs(|state| *state == State::Ready), "░ woken, but another has the thread"),
            (occurs(|state| *state == State::RunningUnwoken), "▒ polled without a wake"),
            (occurs(|state| *state == State::OnThread), "▓ on another thread"),
            (occurs(|state| *state == State::Lazy), "· not polled yet"),
            (ends(|end| *end == End::Finished), "✓ done"),
            (ends(|end| matches!(end, End::Cancelled { .. })), "✗ cancelled"),
            (ends(|end| matches!(end, End::Panicked(_))), "! panicked"),
            (ends(|end| *end == End::Unfinished), "… not ended"),
        ];
        let mut lines = vec![String::new()];
        for (_, sign) in signs.iter().filter(|(occurs, _)| *occurs) {
            let last = lines.last_mut().expect("it has one line at least");
            if last.is_empty() {
                *last = (*sign).to_owned();
            } else if last.width() + 3 + sign.width() <= self.width {
                *last += &format!("   {sign}");
            } else {
                lines.push((*sign).to_owned());
            }
        }
        lines.iter().map(|line| self.paint(line, &grey())).collect()
    }

    fn line(&self, name: &str, style: &Style) -> Line {
        let name = shorten(name, self.label);
        let indent = " ".repeat(self.label - name.width());
        Line { label: format!("{indent}{}  ", self.paint(&name, style)), cells: vec![] }
    }

    fn paint(&self, text: &str, style: &Style) -> String {
        if self.colour {
            style.clone().force_styling(true).apply_to(text).to_string()
        } else {
            text.to_owned()
        }
    }
}

fn grey() -> Style {
    Style::new().color256(TERMINAL_GREY)
}

fn mark(end: &End) -> (&'static str, Style) {
    match end {
        End::Finished => ("✓", Style::new().color256(TERMINAL_DONE)),
        End::Cancelled { .. } => ("✗", Style::new().color256(TERMINAL_CANCELLED)),
        End::Panicked(_) => ("!", Style::new().color256(TERMINAL_CANCELLED).bold()),
        End::Unfinished => ("…", grey()),
    }
}

/// The text, or as much of it as fits into `width` columns with an ellipsis.
fn shorten(text: &str, width: usize) -> String {
    console::truncate_str(text, width, if width > 0 { "…" } else { "" }).into_owned()
}

/// Breaks a sentence into lines between its words.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("it has one line at least");
        if last.is_empty() {
            *last = word.to_owned();
        } else if last.width() + 1 + word.width() <= width {
            *last += &format!(" {word}");
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// A line in the making: a label, and behind it a cell for each column.
struct Line {
    label: String,
    cells: Vec<(String, Style)>,
}

impl Line {
    fn put(&mut self, at: usize, text: impl Into<String>, style: &Style) {
        if self.cells.len() <= at {
            self.cells.resize(at + 1, (" ".into(), Style::new()));
        }
        self.cells[at] = (text.into(), style.clone());
    }

    fn fill(&mut self, from: usize, to: usize, sign: char, style: &Style) {
        (from..to).for_each(|at| self.put(at, sign, style));
    }

    /// Writes text into cells. A wide character takes two of them, and one without width joins the one before.
    fn text(&mut self, at: usize, text: &str, style: &Style) {
        let mut at = at;
        for letter in text.chars() {
            match letter.width().unwrap_or(0) {
                0 if at > 0 && at <= self.cells.len() => self.cells[at - 1].0.push(letter),
                0 => {}
                width => {
                    self.put(at, letter, style);
                    (1..width).for_each(|more| self.put(at + more, "", style));
                    at += width;
                }
            }
        }
    }

    /// Writes text into the middle of a stretch, if it fits there.
    fn label(&mut self, stretch: Range<usize>, text: &str, style: &Style) {
        let text = format!(" {text} ");
        if text.width() + 2 <= stretch.len() {
            self.text(stretch.start + (stretch.len() - text.width()) / 2, &text, style);
        }
    }

    fn finish(self, colour: bool) -> String {
        let mut out = self.label;
        for run in self.cells.chunk_by(|a, b| a.1 == b.1) {
            let text: String = run.iter().map(|cell| cell.0.as_str()).collect();
            let styled =
                |text: String| run[0].1.clone().force_styling(true).apply_to(text).to_string();
            out += &if colour { styled(text) } else { text };
        }
        out.trim_end().to_owned()
    }
}
