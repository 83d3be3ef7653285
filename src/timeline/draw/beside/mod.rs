//! Two recordings on one time axis, such as the wrong program above the right one.
//!
//! Both charts get all instants of both, so that equal times are at equal places; lanes of one name
//! are at the same place from the top in both. Where a lane did not do the same in both runs, its
//! row is marked in both.
//!
//! ```text
//!  one after another    A ██──────██✓
//!                       B            ██──────██✓
//!                                   ▲ coloured: B does not do the same in both
//!  both at once         A ██──────██✓
//!                       B ██──────██✓
//! ```
//!
//! Each step needs the ones before it, and each is a file of its own:
//!
//! 1. `axis`: common instants, so that an index of an instant means the same in both;
//! 2. `rows`: common colours and common rows, so that an index of a row means the same in both;
//! 3. `compare`: what differs, which only has to look at equal indices then.
//!
//! This file puts them together, and has the result as text. `svg` draws it, too.
mod axis;
mod compare;
mod rows;

pub(super) use axis::{with_common_instants, with_times};
pub(super) use compare::{have_exact_times, length, stretches};
pub(super) use rows::share_colours;

use super::{
    chart::{Chart, Position},
    labels::occurring,
    layout::Layout,
    marks::Mark,
    rows::Rows,
    terminal::{self, TerminalOptions},
    words::Detail,
};
use rows::with_common_rows;

/// Two charts to be drawn beside each other: see [`Chart::beside`].
pub struct Pair {
    /// Both, with the instants of both.
    /// They are copies: their positions are not those of the charts that were given.
    pub(super) charts: [Chart; 2],
    /// Their rows: as many in both, and a lane that only one of them has is blank in the other.
    pub(super) rows: [Rows; 2],
    /// For each of the two, and in each row, the stretches in which it differs from the other.
    /// Empty for a row that only one of them has: all of it is different, and a sentence says so.
    pub(super) different: [Vec<Vec<(Position, Position)>>; 2],
    /// What differs, a sentence each.
    /// Made once, when the two are compared, so that a text and a description say the same.
    notes: Vec<String>,
}

impl Chart {
    /// This chart above another, on one time axis, with lanes of one name at the same place, and
    /// with a mark on what differs.
    pub fn beside(&self, other: &Chart) -> Pair {
        let mut charts: [Chart; 2] =
            with_common_instants(&[self, other]).try_into().expect("as many as were given");
        share_colours(&mut charts);
        let rows = with_common_rows(&charts);
        let mut pair = Pair { charts, rows, different: [vec![], vec![]], notes: vec![] };
        pair.compare();
        pair
    }
}

impl Pair {
    /// Draws both as lines of text. A row that differs has a sign before it.
    pub fn to_text(&self, options: TerminalOptions) -> String {
        let both = [(&self.charts[0], &self.rows[0]), (&self.charts[1], &self.rows[1])];
        // One label, one room and one layout for both: otherwise equal times would not be in line.
        let label = terminal::label_width(&both, options.width);
        let layout = Layout::new(&both, terminal::room(&both, label, options.width));
        let different = self.rows_that_differ();
        let mut lines = vec![];
        let mut marks = vec![];
        for (chart, rows) in both {
            let picture = terminal::Picture::new(chart, rows, &layout, label, options);
            lines.extend(picture.title());
            lines.push(picture.axis());
            lines.extend(picture.rows(&different));
            lines.push(String::new());
            marks.extend(occurring(chart, rows));
        }
        // One legend below both, with each mark once. Marks are sorted as legends are.
        marks.sort_unstable();
        marks.dedup();
        if !different.is_empty() {
            marks.push(Mark::Differs);
        }
        lines.extend(terminal::legend(&marks, &lines, options));
        for left_out in &layout.left_out {
            lines.extend(terminal::sentence(&left_out.to_string(), options));
        }
        // What differs comes after the pictures, since it is what a reader compares them for.
        for note in self.notes.iter().chain(&self.verdicts_and_remarks()) {
            lines.extend(terminal::sentence(note, options));
        }
        lines.join("\n") + "\n"
    }

    /// The rows that get a sign: also those that only one chart has. Such a row is different as a
    /// whole, although no stretch of it is marked.
    fn rows_that_differ(&self) -> Vec<usize> {
        let mut different = vec![];
        let [upper, lower] = &self.different;
        for row in 0..upper.len() {
            let differs = !upper[row].is_empty() || !lower[row].is_empty();
            if differs || self.only_in(row).is_some() {
                different.push(row);
            }
        }
        different
    }

    /// Why either run was ended, and what else is to be said of it, a sentence each.
    fn verdicts_and_remarks(&self) -> Vec<String> {
        let mut sentences = vec![];
        for chart in &self.charts {
            if let Some(verdict) = &chart.verdict {
                sentences.push(format!("“{}” was ended: {verdict}.", chart.title));
            }
            for remark in &chart.remarks {
                sentences.push(format!("Note on “{}”: {remark}.", chart.title));
            }
        }
        sentences
    }

    /// Both in words, and what differs first.
    pub fn describe(&self) -> String {
        self.describe_with(Detail::WithPlaces)
    }

    pub(super) fn describe_with(&self, detail: Detail) -> String {
        let [upper, lower] = &self.charts;
        let upper = upper.describe_with(detail);
        format!("{} {upper} {}", self.notes.join(" "), lower.describe_with(detail))
    }

    /// What differs, a sentence each; one sentence if nothing does.
    pub fn differences(&self) -> &[String] {
        &self.notes
    }

    /// Which of the two has this row, if only one has.
    fn only_in(&self, row: usize) -> Option<usize> {
        // A row that is in neither does not exist: rows are made from the lanes of one or of the
        // other.
        match (self.rows[0].drawn[row].is_empty(), self.rows[1].drawn[row].is_empty()) {
            (false, true) => Some(0),
            (true, false) => Some(1),
            _ => None,
        }
    }
}
