//! A chart as text. A poll takes one column, and one more for each poll of a lane inside it. A poll
//! in which time passes is wider.
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
//! Between the label and the chart there are `BESIDE` columns, and again to the right of the
//! chart, where the sign of an end is.
//!
//! In the order in which to read it: this file, which puts the parts together; `cells`, a line of
//! text that is drawn over; `picture`, the title, the axis and the rows; `spans`, what stands in a
//! row of a lane; `legend`, what the signs mean.
//!
//! Two charts that are drawn beside each other use the same parts with a common layout: see
//! `beside`.
mod cells;
mod legend;
mod picture;
mod spans;

pub(super) use cells::wrap;
pub(super) use legend::legend;
pub(super) use picture::Picture;

use super::{
    chart::Chart,
    labels::{occurring, row_name, thread_name, used_threads},
    layout::{Layout, Room},
    palette::{TERMINAL_GREY, TERMINAL_LANES, colour_of_hue},
    rows::{ROWS, Rows},
};
use console::Style;
use unicode_width::UnicodeWidthStr;

/// The names of lanes are no wider than this.
const NAME: usize = 24;
/// With fewer columns there is no room for a chart beside the names.
const NARROWEST: usize = 36;
/// A note on the end of a lane takes at most this much room from the chart.
const NOTE: usize = 30;
/// Columns between the names and the chart, and again to the right of the chart, where the sign of
/// an end stands.
const BESIDE: usize = 2;

/// How to draw on a terminal.
#[derive(Clone, Copy, Debug)]
pub struct TerminalOptions {
    /// Columns in a line. Less than 36 counts as 36.
    pub width: usize,
    /// Whether to use colours. Nothing is told by colour alone.
    pub colour: bool,
}

impl Chart {
    /// Draws the chart as lines of text, with what its signs mean and what it shows below.
    pub fn to_text(&self, options: TerminalOptions) -> String {
        let rows = Rows::new(self, ROWS);
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

/// How much room there is for the chart. If a lane ends at the right edge of the chart, the sign of
/// the end and the note on it must fit to the right of that edge.
pub(super) fn room(charts: &[(&Chart, &Rows)], label: usize, width: usize) -> Room {
    let width = width.max(NARROWEST);
    // A note that would be cut off takes its room from the chart, up to a third of the line.
    let mut note = 0;
    for (chart, rows) in charts {
        for &lane in rows.drawn.iter().flatten() {
            let row = &chart.rows[lane];
            let ends_at_the_edge = row.ends_at().instant + 1 == chart.instants.len();
            // The note of a lane that ends earlier has the free part of its row.
            if ends_at_the_edge && let Some(text) = chart.end_note(row) {
                // A space stands before it.
                note = note.max(1 + text.width());
            }
        }
    }
    let room = (width - label - 2 * BESIDE).saturating_sub(note.min(NOTE).min(width / 3));
    // A gap of two columns still has room for a sign of what a lane does between two instants. The
    // cut is `···` with a space on both sides.
    Room { width: room as f64, column: 1.0, gap: 2.0, cut: 5.0 }
}

/// A sentence in as many lines as it takes.
pub(super) fn sentence(text: &str, options: TerminalOptions) -> Vec<String> {
    wrap(text, options.width.max(NARROWEST))
}

/// The colour of all lanes of a name.
pub(crate) fn colour(hue: usize) -> Style {
    Style::new().color256(TERMINAL_LANES[colour_of_hue(hue)])
}

/// For what belongs to no lane, such as the axis and labels, and for lanes that wait.
fn grey() -> Style {
    Style::new().color256(TERMINAL_GREY)
}

/// The text in this style, or as it is if no colours are wanted.
fn paint(text: &str, style: &Style, options: TerminalOptions) -> String {
    if options.colour {
        // `console` would look at the terminal again, and drop colours that a caller has asked for.
        style.clone().force_styling(true).apply_to(text).to_string()
    } else {
        text.to_owned()
    }
}
