//! Why a wait ended, and how a lane ended, in a few words: what is written beside a row.
use super::{Chart, End, Row, State, Until};
use crate::timeline::human;
use std::time::Duration;

impl Chart {
    /// What ended the wait that is the `nth` span of `row`, in words. If a timer ended it, the text
    /// is how long the wait was: `100 ms`. `None` for a span that is no wait, and for a wait that
    /// needs no words.
    pub fn reason(&self, row: &Row, nth: usize) -> Option<String> {
        let span = &row.spans[nth];
        let State::Waiting(until) = span.state else { return None };
        match until {
            Until::Clock => {
                let all = self.slept(row, nth);
                let last = self.between(span.from, span.to);
                // Polls without a wake may have cut the wait into pieces. Then this span is only
                // the last of them, and the words say that the time is that of the whole wait.
                let in_all = if all > last { " in all" } else { "" };
                Some(format!("{}{in_all}", human(all)))
            }
            Until::Lane(by) => Some(format!("woken by {}", self.rows[by].name)),
            Until::Outside => Some("woken from outside".into()),
            Until::Unwoken => Some("not woken".into()),
            // A lane that gave way needs no reason. The other two waits end together with the lane
            // or the run, and the end of a lane has a sign and a note of its own.
            Until::Yield | Until::Dropped | Until::RunOver => None,
        }
    }

    /// As [`reason`](Self::reason), where there is little room: if a lane ended the wait, only the
    /// name of that lane.
    pub(in crate::timeline::draw) fn short_reason(&self, row: &Row, nth: usize) -> Option<String> {
        match row.spans[nth].state {
            State::Waiting(Until::Lane(by)) => Some(self.rows[by].name.clone()),
            _ => self.reason(row, nth),
        }
    }

    /// How long `row` had been waiting when a timer ended its `nth` span. Polls without a wake cut
    /// a wait into several spans, but do not interrupt it:
    ///
    ///   state    waiting   unwoken   waiting     (a timer fires)
    ///            ─────────▒──────────────────█
    ///            began                       ▲ the end of the `nth` span
    pub(in crate::timeline::draw) fn slept(&self, row: &Row, nth: usize) -> Duration {
        let mut began = row.spans[nth].from;
        for span in row.spans[..nth].iter().rev() {
            match span.state {
                State::Waiting(Until::Unwoken) | State::RunningUnwoken => began = span.from,
                _ => break,
            }
        }
        self.between(began, row.spans[nth].to)
    }

    /// How `row` ended, in words; none if it just returned.
    pub fn end_note(&self, row: &Row) -> Option<String> {
        match row.how_it_ended() {
            End::Finished => None,
            End::ReturnedCancelled => Some("cancelled".into()),
            // The runtime dropped the task, and it is not known which lane called `abort`.
            End::Cancelled { aborted: true, .. } => Some("aborted".into()),
            End::Cancelled { by: Some(by), .. } => {
                Some(format!("dropped by {}", self.rows[*by].name))
            }
            End::Cancelled { by: None, .. } => Some("dropped".into()),
            End::Failed(error) => Some(format!("failed: {error}")),
            End::Panicked(message) => Some(format!("panicked: {message}")),
            End::Unfinished if row.was_polled() => Some("still running".into()),
            End::Unfinished => Some("never polled".into()),
        }
    }
}
