//! The source in a frame: the lines around the one to look at.
use super::Painter;
use console::{Alignment, pad_str};

/// The names of lanes in front of a line are no wider than this.
const NAMES: usize = 8;

impl Painter<'_> {
    /// At most `room` lines of the source around the one to look at, each with the lanes that stand
    /// there. `▶` is where the lane that was polled waits now, and `·` where it went on: see
    /// [`Step::resumed`](crate::timeline::Step::resumed).
    pub(super) fn source(&self, room: usize) -> Vec<String> {
        let code = self.code();
        let focus = self.walk.focus();
        // The first step of a run often has no line. Then the lines from the beginning of the code
        // are shown.
        let middle = match focus {
            Some(focus) => code.iter().position(|(number, _)| *number >= focus).unwrap_or(0),
            None => 0,
        };
        // Not so near to the end that lines of the screen would stay empty.
        let latest_start = code.len().saturating_sub(room);
        let start = middle.saturating_sub(room / 2).min(latest_start);
        let stands = self.walk.stands();
        let mut lines = vec![];
        for (number, text) in code.iter().skip(start).take(room) {
            let mut here = vec![];
            for (lane, line) in stands.iter().enumerate() {
                if *line == Some(*number) {
                    here.push(lane);
                }
            }
            let names = self.cut(&self.names(&here), NAMES);
            let names = pad_str(&names, NAMES, Alignment::Right, None);
            let mark = self.mark(*number);
            let text = if focus == Some(*number) { self.bold(text) } else { (*text).to_owned() };
            lines.push(format!("{names} {mark}{number:>4}  {text}").trim_end().to_owned());
        }
        lines
    }

    /// The sign in front of a line.
    fn mark(&self, number: u32) -> char {
        if self.step.stop == Some(number) {
            '▶'
        } else if self.step.resumed == Some(number) {
            '·'
        } else {
            ' '
        }
    }

    /// The lines of the source with their numbers, counted from 1: without the header and the
    /// imports at the top, and without the marks for slides.
    fn code(&self) -> Vec<(u32, &'static str)> {
        let mut code = vec![];
        let mut is_at_the_top = true;
        let mut is_inside_an_import = false;
        for (index, line) in self.walk.source().iter().enumerate() {
            let is_import = is_inside_an_import || line.starts_with("use ");
            is_inside_an_import = is_import && !line.ends_with(';');
            is_at_the_top &= is_import || line.is_empty() || line.starts_with("//!");
            if !is_at_the_top && !line.trim_start().starts_with("// ANCHOR") {
                code.push((index as u32 + 1, *line));
            }
        }
        code
    }
}
