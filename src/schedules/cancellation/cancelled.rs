//! What a test reads when each cancellation has been tried, and how it is said in words.
use super::unsafe_await::UnsafeAwait;
use crate::{
    schedules::report::{Coverage, Outcome, counted, thousands},
    timeline::TerminalOptions,
};
use std::fmt::{self, Display};

/// What was found: see [`EveryCancellation::explore`].
///
/// [`EveryCancellation::explore`]: crate::schedules::EveryCancellation::explore
#[derive(Debug)]
pub struct Cancelled<T> {
    /// What the program is called.
    pub name: String,
    /// The lanes to drop, each with the number of its suspensions. If the budget was used up, some
    /// were not dropped, or not at each suspension: see [`unfinished`](Self::unfinished).
    pub lanes: Vec<(String, usize)>,
    /// Marked lanes that were not dropped: they were polled, and never suspended in tokio's own
    /// schedule. If that is so of all marked lanes, `main` is the lane to drop.
    pub never_suspended: Vec<String>,
    /// In how many runs a lane was dropped.
    pub cancellations: u64,
    /// In which schedules each cancellation was tried. `None`: in tokio's own alone.
    pub schedules: Option<Coverage>,
    /// The different outcomes of the runs in which the claim holds. Empty if more schedules than
    /// tokio's own were tried, or if a run has blocked the thread.
    pub outcomes: Vec<Outcome>,
    /// The awaits at which a lane must not be dropped.
    pub unsafe_awaits: Vec<UnsafeAwait<T>>,
    /// The budget was used up before each cancellation had been tried.
    pub unfinished: bool,
    /// The program is not deterministic, so another run may differ.
    pub nondeterministic: bool,
    /// Why nothing can be said, as a sentence.
    pub refused: Option<String>,
}

impl<T> Cancelled<T> {
    /// Nothing was tried yet.
    pub(super) fn new(name: String) -> Cancelled<T> {
        Cancelled {
            name,
            lanes: vec![],
            never_suspended: vec![],
            cancellations: 0,
            schedules: None,
            outcomes: vec![],
            unsafe_awaits: vec![],
            unfinished: false,
            nondeterministic: false,
            refused: None,
        }
    }

    /// Adds an await that is not safe. An await is listed once, even if both ways to drop the lane
    /// there are wrong. The two ways are tried directly after each other, so if the await is listed
    /// already, it is the last one.
    pub(super) fn add_unsafe_await(&mut self, found: UnsafeAwait<T>) {
        let is_known = match self.unsafe_awaits.last() {
            Some(last) => last.is_at_the_same_place_as(&found),
            None => false,
        };
        if !is_known {
            self.unsafe_awaits.push(found);
        }
    }

    /// Whether none of the awaits that were tried is unsafe. False also if none was tried, or if
    /// the program was [`refused`](Self::refused).
    pub fn holds(&self) -> bool {
        self.refused.is_none() && self.unsafe_awaits.is_empty() && self.cancellations > 0
    }

    /// What was tried, as the beginning of a sentence:
    /// `dropped transfer at each of its 3 suspensions, in 6 runs`.
    pub fn tried(&self) -> String {
        let mut dropped = vec![];
        for (lane, suspensions) in &self.lanes {
            dropped.push(match suspensions {
                // It may have been dropped at fewer, or at none.
                n if self.unfinished => {
                    format!("{lane} at up to {}", counted(*n as u64, "suspension"))
                }
                1 => format!("{lane} at its only suspension"),
                n => format!("{lane} at each of its {n} suspensions"),
            });
        }
        let runs = match self.cancellations {
            1 => "in one run".to_owned(),
            n => format!("in {} runs", thousands(n)),
        };
        let dropped = dropped.join(", ");
        let not_dropped = self.marked_and_not_dropped();
        format!("dropped {dropped}{not_dropped}, {runs}{}", self.in_which_schedules())
    }

    /// Why marked lanes were not dropped, in brackets: otherwise a reader would take them for safe,
    /// or not know why `main` was dropped.
    fn marked_and_not_dropped(&self) -> String {
        let verb = match self.never_suspended.len() {
            0 => return String::new(),
            1 => "suspends",
            _ => "suspend",
        };
        let lanes = self.never_suspended.join(", ");
        format!(" ({lanes} never {verb} in tokio's own schedule)")
    }

    /// In which schedules each cancellation was tried, as the end of a sentence.
    fn in_which_schedules(&self) -> &'static str {
        match &self.schedules {
            None => "",
            Some(Coverage::All) => ": each in every schedule",
            // “A sample” and not “chosen at random”: the first schedules were tried in order, if it
            // was noticed late that the program is not deterministic.
            Some(Coverage::Nondeterministic(_)) => {
                ": in a sample of the schedules, since the program is not deterministic"
            }
            Some(_) => ": in as many schedules as there was time for",
        }
    }
}

/// Each unsafe await in a sentence, and the timeline of the first.
impl<T> Display for Cancelled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(why) = &self.refused {
            let tried = match self.cancellations {
                0 => "no cancellation was tried",
                _ => "not every cancellation was tried",
            };
            return write!(f, "{}: {tried}: {why}", self.name);
        }
        write!(f, "{}: {}: ", self.name, self.tried())?;
        match self.unsafe_awaits.len() {
            // The budget was used up before the first one.
            0 if self.cancellations == 0 => f.write_str("no cancellation was tried")?,
            0 => f.write_str("the claim holds each time")?,
            1 => f.write_str("one await is not cancel safe")?,
            n => write!(f, "{n} awaits are not cancel safe")?,
        }
        for unsafe_await in &self.unsafe_awaits {
            write!(f, "\n{unsafe_await}")?;
        }
        if let Some(first) = self.unsafe_awaits.first() {
            let options = TerminalOptions { width: 100, colour: false };
            write!(f, "\n\n{}", first.recording.chart().to_text(options))?;
        }
        // Last, since these two limit all that was said above.
        if self.unfinished {
            f.write_str("\nThe budget was used up before each cancellation had been tried.")?;
        }
        if self.nondeterministic {
            f.write_str("\nThe program is not deterministic: another run may differ.")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_ends_early_says_whether_anything_was_tried() {
        let mut cancelled = Cancelled::<()>::new("transfer".into());
        cancelled.refused = Some("a run was not over".into());
        let text = cancelled.to_string();
        assert_eq!(text, "transfer: no cancellation was tried: a run was not over");
        cancelled.cancellations = 3;
        let text = cancelled.to_string();
        assert_eq!(text, "transfer: not every cancellation was tried: a run was not over");
    }
}
