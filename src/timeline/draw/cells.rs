//! Lines of a terminal: text that is written over other text, in columns and in colours.
use console::Style;
use std::ops::Range;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A line in the making: a label, and behind it a cell for each column.
pub(super) struct Line {
    /// What stands before the cells, already in colour.
    pub label: String,
    /// What stands in each column. A letter that joins the one before it shares its cell, and the
    /// second column of a wide letter has an empty one.
    pub cells: Vec<(String, Style)>,
}

impl Line {
    pub fn put(&mut self, at: usize, text: impl Into<String>, style: &Style) {
        if self.cells.len() <= at {
            self.cells.resize(at + 1, (" ".into(), Style::new()));
        }
        self.cells[at] = (text.into(), style.clone());
    }

    pub fn fill(&mut self, stretch: Range<usize>, sign: char, style: &Style) {
        for at in stretch {
            self.put(at, sign, style);
        }
    }

    /// Writes text into cells.
    pub fn text(&mut self, at: usize, text: &str, style: &Style) {
        let mut at = at;
        for letter in text.chars() {
            match letter.width().unwrap_or(0) {
                0 if at > 0 && at <= self.cells.len() => self.cells[at - 1].0.push(letter),
                0 => {}
                width => {
                    self.put(at, letter, style);
                    for more in 1..width {
                        self.put(at + more, "", style);
                    }
                    at += width;
                }
            }
        }
    }

    /// Writes text into the middle of a stretch, if it fits there.
    pub fn label(&mut self, stretch: Range<usize>, text: &str, style: &Style) {
        let text = format!(" {text} ");
        if text.width() + 2 <= stretch.len() {
            self.text(stretch.start + (stretch.len() - text.width()) / 2, &text, style);
        }
    }

    pub fn finish(self, colour: bool) -> String {
        let mut out = self.label;
        for run in self.cells.chunk_by(|a, b| a.1 == b.1) {
            let text: String = run.iter().map(|cell| cell.0.as_str()).collect();
            if colour {
                out += &run[0].1.clone().force_styling(true).apply_to(text).to_string();
            } else {
                out += &text;
            }
        }
        out.trim_end().to_owned()
    }
}

/// Breaks a sentence into lines between its words.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
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
