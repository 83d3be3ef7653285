//! Lines of a terminal: text that is written over other text, in columns and in colours.
//!
//! A row of a timeline is drawn from back to front: first what lanes do, then what is written over
//! that, then the cut, then the ends. So a line is a list of cells that can be overwritten, and
//! becomes text only at the end.
//!
//! ```text
//!  label    cells, one for each column, counted from 0
//!     A  ██───── 100 ms ─────██✓
//! ```
use console::Style;
use std::ops::Range;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A line in the making: a label, and then a cell for each column.
pub(super) struct Line {
    /// What stands before the cells, already in colour.
    /// A text and not cells, since a label is never written over.
    pub label: String,
    /// What stands in each column. A letter that joins the one before it shares its cell, and the
    /// second column of a wide letter has an empty one.
    pub cells: Vec<Cell>,
}

/// What stands in one column.
#[derive(Clone)]
pub(super) struct Cell {
    /// A letter, with what joins it; or nothing, in the second column of a wide letter.
    text: String,
    /// Each cell has its own, since cells of one line may belong to different lanes. It is ignored
    /// where no colours are wanted.
    style: Style,
}

impl Line {
    /// Writes one cell, and makes the line longer if it is not there yet.
    pub fn put(&mut self, at: usize, text: impl Into<String>, style: &Style) {
        if self.cells.len() <= at {
            self.cells.resize(at + 1, Cell { text: " ".into(), style: Style::new() });
        }
        self.cells[at] = Cell { text: text.into(), style: style.clone() };
    }

    /// Writes one sign into each cell of a stretch: a bar, a line of dots.
    pub fn fill(&mut self, stretch: Range<usize>, sign: char, style: &Style) {
        for at in stretch {
            self.put(at, sign, style);
        }
    }

    /// Writes text into cells, the first letter at `at`.
    pub fn text(&mut self, mut at: usize, text: &str, style: &Style) {
        for letter in text.chars() {
            match letter.width().unwrap_or(0) {
                // An accent that is a character of its own has no width: it joins the letter
                // before.
                0 if at > 0 && at <= self.cells.len() => self.cells[at - 1].text.push(letter),
                // Without a letter before it, it is left out.
                0 => {}
                width => {
                    self.put(at, letter, style);
                    // A wide letter takes two columns. The second has a cell, so that columns stay
                    // columns, and nothing in it.
                    for more in 1..width {
                        self.put(at + more, "", style);
                    }
                    at += width;
                }
            }
        }
    }

    /// Writes text into the middle of a stretch, if it fits there.
    pub fn centre(&mut self, stretch: Range<usize>, text: &str, style: &Style) {
        // A space on both sides sets it off from the line that it stands in.
        let text = format!(" {text} ");
        // A sign stays on both sides, too: without it the stretch could not be seen.
        if text.width() + 2 <= stretch.len() {
            self.text(stretch.start + (stretch.len() - text.width()) / 2, &text, style);
        }
    }

    /// The line as text. Cells of one style become one run, so that a line is not mostly codes for
    /// colours.
    pub fn finish(self, colour: bool) -> String {
        let mut out = self.label;
        for run in self.cells.chunk_by(|one, next| one.style == next.style) {
            let text: String = run.iter().map(|cell| cell.text.as_str()).collect();
            if colour {
                // By force: `console` would ask again whether the output is a terminal, and the
                // caller has decided that already.
                out += &run[0].style.clone().force_styling(true).apply_to(text).to_string();
            } else {
                out += &text;
            }
        }
        // Without spaces at the end: they cannot be seen, and lines that look equal would differ
        // when texts are compared.
        out.trim_end().to_owned()
    }
}

/// Breaks a sentence into lines between its words.
pub(in crate::timeline::draw) fn wrap(text: &str, width: usize) -> Vec<String> {
    // By columns and not by characters: a wide letter takes two. A word that is longer than a line
    // gets a line of its own and is not broken: a search would not find a broken path or name.
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
