//! What the texts of `--schedules` and `--cancellations` have in common.
use crate::timeline::{Chart, TerminalOptions};

/// What was printed, and the timeline.
pub(super) fn run_as_text(chart: &Chart, options: TerminalOptions) -> String {
    let mut text = String::new();
    for line in &chart.lines {
        text += &format!("  {line}\n");
    }
    text + "\n" + &chart.to_text(options)
}

/// The text with a capital letter, to begin a sentence with it. The texts of
/// [`schedules`](crate::schedules) begin with a small letter: a report has them after a colon.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
