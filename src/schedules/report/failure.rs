//! The run that breaks the claim.
use super::schedule::Schedule;
use crate::timeline::{Recording, TerminalOptions};
use std::fmt::{self, Display};

/// A run that breaks the claim.
#[derive(Debug)]
pub struct Failure<T> {
    /// What is wrong.
    pub why: String,
    /// The schedule that leads to it.
    pub schedule: Schedule,
    /// The run.
    pub recording: Recording<T>,
}

/// The schedule in words, what is wrong, the lines that were printed, and the timeline.
impl<T> Display for Failure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the simplest: {}", self.schedule.describe())?;
        writeln!(f, "{}", self.why)?;
        for line in &self.recording.lines {
            writeln!(f, "{line:#}")?;
        }
        // A test's message goes into logs, whose width is not known, and which have no colours.
        let options = TerminalOptions { width: 100, colour: false };
        writeln!(f, "\n{}", self.recording.chart().to_text(options))
    }
}
