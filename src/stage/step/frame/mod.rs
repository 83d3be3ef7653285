//! What the screen shows at one step: text, and nothing else, so that it can be tested.
//!
//! From top to bottom: which step it is; the source around the line to look at, with the lanes that
//! stand there; the poll in one sentence; what is ready, what a timer will wake, what waits for
//! what; each lane with its state and its line; the last lines that were printed; the keys.
//!
//! This file puts the parts together. `source` draws the source, and `lanes` says what is ready,
//! what waits, and where each lane stands.
mod source;

mod lanes;

#[cfg(test)]
mod tests;

use super::walk::Walk;
use crate::{
    stage::header::wrap,
    timeline::{LaneId, Step, TerminalOptions, beginning, colour},
};
use console::{AnsiCodeIterator, Style, strip_ansi_codes};

/// At most this many lanes have a line of their own. The others are counted.
const LANES: usize = 8;

/// Below the lanes stand at most this many lines: the last ones that were printed. After the last
/// step the verdict takes the place of one of them.
const PRINTED: usize = 3;

/// What can be typed. It is always the last line, so that it is found at once.
const KEYS: &str = "Space on · Backspace back · Home · End · Tab next scene · Q quit";

/// The screen: `height` lines of at most `options.width` columns.
///
/// At most a third of the screen is for lanes, and the source gets the lines that all else leaves
/// free. The keys are always shown.
pub(super) fn frame(walk: &Walk, options: TerminalOptions, height: usize) -> Vec<String> {
    let painter = Painter { walk, step: walk.step(), options };
    let mut below = painter.sentence();
    below.extend(painter.queue());
    below.push(String::new());
    below.extend(painter.lanes(LANES.min(height / 3)));
    let printed = painter.printed();
    if !printed.is_empty() {
        below.push(String::new());
        below.extend(printed);
    }
    let head = painter.head();
    // Without the keys, and the blank lines before and after the source.
    let room = height.saturating_sub(head.len() + below.len() + 3);
    let mut lines = head;
    lines.push(String::new());
    lines.extend(painter.source(room));
    lines.push(String::new());
    lines.extend(below);
    // The keys stay where they are, whatever there is above them.
    lines.resize(height.saturating_sub(1), String::new());
    lines.push(painter.dim(KEYS));
    for line in &mut lines {
        // Not wrapped: a line of code that goes on in the next one would look like two.
        *line = painter.cut(line, options.width);
    }
    lines
}

/// Writes the parts of one frame.
struct Painter<'w> {
    /// All steps, and the place in them.
    walk: &'w Walk,
    /// The step that is shown.
    step: &'w Step,
    /// The width and the colours of the terminal, as of now.
    options: TerminalOptions,
}

impl Painter<'_> {
    /// As much of a styled line as fits into `width` columns. What a reader sees as one sign is not
    /// cut in two.
    fn cut(&self, line: &str, width: usize) -> String {
        let plain = strip_ansi_codes(line);
        let Some(beginning) = beginning(&plain, width) else {
            return line.to_owned(); // all of it fits
        };
        let mut cut = String::new();
        // How many bytes of the plain text still fit, beside an ellipsis.
        let mut left = beginning.len();
        let mut has_ellipsis = false;
        for (piece, is_code) in AnsiCodeIterator::new(line) {
            // Codes take no room, and those behind the cut end a colour.
            if is_code {
                cut += piece;
                continue;
            }
            let taken = piece.len().min(left);
            cut += &piece[..taken];
            left -= taken;
            // The ellipsis has the style of what it stands for.
            if taken < piece.len() && !has_ellipsis {
                cut.push('…');
                has_ellipsis = true;
            }
        }
        cut
    }

    /// Styled if colours are wanted, whatever the process itself writes to.
    fn styled(&self, text: &str, style: Style) -> String {
        style.force_styling(self.options.colour).apply_to(text).to_string()
    }

    /// For what matters least.
    fn dim(&self, text: &str) -> String {
        self.styled(text, Style::new().dim())
    }

    /// For what to look at first.
    fn bold(&self, text: &str) -> String {
        self.styled(text, Style::new().bold())
    }

    /// A lane's name, in its colour.
    fn name(&self, lane: LaneId) -> String {
        let lane = &self.walk.run().lanes[lane];
        self.styled(&lane.name, colour(lane.hue))
    }

    /// Several lanes, in the order in which they are given.
    fn names(&self, lanes: &[LaneId]) -> String {
        let names: Vec<String> = lanes.iter().map(|lane| self.name(*lane)).collect();
        names.join(", ")
    }

    /// The time of a step, in words.
    fn time(&self, step: &Step) -> &str {
        &self.walk.run().instants[step.instant].1
    }

    /// The scene, the step and the time.
    fn head(&self) -> Vec<String> {
        let run = self.walk.run();
        let (scene, scenes) = self.walk.scene();
        let (number, of) = self.walk.number();
        let mut head = self.bold(&run.title);
        if scenes > 1 {
            head += &format!(" (scene {scene} of {scenes})");
        }
        head += &format!(" · step {number} of {of} · at {}", self.time(self.step));
        vec![head]
    }

    /// What happened in this poll.
    fn sentence(&self) -> Vec<String> {
        let name = &self.walk.run().lanes[self.step.lane].name;
        let text = format!("{name} {}", self.step.sentence);
        let wrapped = wrap(&text, self.options.width);
        wrapped.lines().map(|line| self.bold(line)).collect()
    }

    /// The last lines that were printed, and after the last step how the run ended.
    fn printed(&self) -> Vec<String> {
        let mut printed = vec![];
        for step in self.walk.past() {
            for (lane, text, _) in &step.says {
                printed.push(format!("{:>8} {} {text}", self.time(step), self.name(*lane)));
            }
        }
        let (number, of) = self.walk.number();
        if number == of
            && let Some(verdict) = &self.walk.run().verdict
        {
            printed.push(format!("ended: {verdict}"));
        }
        printed.split_off(printed.len().saturating_sub(PRINTED))
    }
}
