//! The lines below a picture: what was printed. The lines are numbered, and each poll that printed
//! some shows their numbers.
use super::{LINE, Picture};
use crate::timeline::draw::{
    chart::Said,
    svg::text::{SMALL, px, width_of},
};
use maud::{Markup, html};

/// At most this many lines are listed below the picture. Below them stands how many more there are.
const LINES: usize = 24;

/// With less a column would have a few letters of each line only.
const NARROWEST_COLUMN: f64 = 120.0;

impl Picture<'_> {
    /// The lines that are listed below the picture, and in how many columns.
    fn listed(&self) -> (&[Said], usize) {
        let all = &self.chart.said;
        let shown = &all[..all.len().min(LINES)];
        // As many columns as the widest line allows, so that no line is shortened without need.
        let mut widest: f64 = NARROWEST_COLUMN;
        for said in shown {
            // As it will stand there, with the number and a gap to the next column.
            let text = format!("{}  {}", self.chart.rows[said.lane].name, said.text);
            widest = widest.max(width_of(&text, SMALL) + 40.0);
        }
        let columns = ((self.sheet.width - self.sheet.left) / widest) as usize;
        // More than three columns look like a table, and are not read from top to bottom any more.
        (shown, columns.clamp(1, 3))
    }

    pub(super) fn lines_height(&self) -> f64 {
        if !self.sheet.options.lines || self.chart.said.is_empty() {
            return 0.0;
        }
        let (shown, columns) = self.listed();
        let more = if self.chart.said.len() > shown.len() { LINE } else { 0.0 };
        shown.len().div_ceil(columns) as f64 * LINE + more + 8.0
    }

    /// What was printed, in columns.
    pub(super) fn lines(&self) -> Markup {
        if !self.sheet.options.lines {
            return html! {};
        }
        let (shown, columns) = self.listed();
        let column_width = (self.sheet.width - self.sheet.left) / columns as f64;
        // Column by column: read from top to bottom, lines are in the order of time.
        let per_column = shown.len().div_ceil(columns).max(1);
        let more = self.chart.said.len() - shown.len();
        html! {
            @for (index, said) in shown.iter().enumerate() {
                @let x = self.sheet.left + (index / per_column) as f64 * column_width;
                @let y = 14.0 + (index % per_column) as f64 * LINE;
                @let name = &self.chart.rows[said.lane].name;
                // 24 pixels for the number, 8 between name and text, and 16 to the next column.
                @let room = column_width - 48.0 - width_of(name, SMALL);
                text.number x=(px(x + 16.0)) y=(px(y)) { (index + 1) }
                text.said x=(px(x + 24.0)) y=(px(y)) {
                    tspan.strong { (name) }
                    tspan dx="8" { (self.shorten(&said.text, room, SMALL)) }
                }
            }
            @if more > 0 {
                @let y = 14.0 + per_column as f64 * LINE;
                @let noun = if more == 1 { "line" } else { "lines" };
                text.faint x=(px(self.sheet.left)) y=(px(y)) { "… and " (more) " more " (noun) }
            }
        }
    }
}
