//! What a picture does not show, though the run had it, in a sentence each.
use super::chart::{Chart, End, State, Until};
use crate::timeline::{LaneId, human};
use std::{fmt, time::Duration};

/// Something that a picture does not show, though the run had it. Its text is a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// The middle of the run was cut out, since the picture is too narrow.
    Polls {
        /// How many polls of the lanes that are drawn begin in the cut.
        count: usize,
        /// The time at which the cut begins.
        from: Duration,
        /// The time at which it ends.
        to: Duration,
    },
    /// Lanes for which there was no row.
    Lanes {
        /// How many finished.
        finished: usize,
        /// How many were cancelled.
        cancelled: usize,
        /// How many returned an error, as far as that is known.
        failed: usize,
        /// How many panicked.
        panicked: usize,
        /// How many had not ended.
        unfinished: usize,
    },
    /// The recording itself was full.
    Events {
        /// How many events were not kept.
        count: u64,
        /// The time of the last event that was kept.
        after: Duration,
    },
}

impl LeftOut {
    /// What became of lanes that are not drawn.
    pub(super) fn lanes(chart: &Chart, lanes: &[LaneId]) -> LeftOut {
        let mut finished = 0;
        let mut cancelled = 0;
        let mut failed = 0;
        let mut panicked = 0;
        let mut unfinished = 0;
        for &lane in lanes {
            match chart.rows[lane].how_it_ended() {
                End::Finished => finished += 1,
                End::Cancelled { .. } | End::ReturnedCancelled => cancelled += 1,
                End::Failed(_) => failed += 1,
                End::Panicked(_) => panicked += 1,
                End::Unfinished => unfinished += 1,
            }
        }
        LeftOut::Lanes { finished, cancelled, failed, panicked, unfinished }
    }

    /// What the recording itself does not have.
    pub(super) fn events(chart: &Chart) -> Option<LeftOut> {
        if chart.left_out == 0 {
            return None;
        }
        let mut after = chart.elapsed;
        // Time may have passed after the last event that was kept. Then the last instant is only
        // the end of the run, and the last event is at the instant before.
        if let [.., with_the_last_event, end_of_run] = chart.instants.as_slice()
            && end_of_run.columns == 0
            && !something_happens_at(chart, chart.instants.len() - 1)
        {
            after = with_the_last_event.at;
        }
        Some(LeftOut::Events { count: chart.left_out, after })
    }
}

/// Whether anything happens at an instant: a span begins, a wait ends, a lane ends, or a line is
/// printed. The caller asks this of an instant without a column, at which nothing is polled.
fn something_happens_at(chart: &Chart, instant: usize) -> bool {
    for row in &chart.rows {
        for span in &row.spans {
            let ends_a_wait = match span.state {
                State::Waiting(Until::RunOver) => false,
                State::Waiting(_) => span.to.instant == instant,
                _ => false,
            };
            if ends_a_wait || span.from.instant == instant {
                return true;
            }
        }
        if row.end.0.instant == instant && row.end.1 != End::Unfinished {
            return true;
        }
    }
    chart.said.iter().any(|said| said.at.instant == instant)
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LeftOut::Polls { count, from, to } => {
                let polls = match count {
                    1 => "1 poll".to_owned(),
                    _ => format!("{count} polls"),
                };
                let are = if *count == 1 { "is" } else { "are" };
                // All polls are at one instant: “from 0 to 0” would be odd.
                if from == to {
                    return write!(f, "{polls} at {} {are} not drawn.", human(*from));
                }
                write!(f, "{polls} from {} to {} {are} not drawn.", human(*from), human(*to))
            }
            LeftOut::Lanes { finished, cancelled, failed, panicked, unfinished } => {
                let kinds = [
                    (*finished, "finished"),
                    (*cancelled, "were cancelled"),
                    (*failed, "failed"),
                    (*panicked, "panicked"),
                    (*unfinished, "had not ended"),
                ];
                let mut count = 0;
                // Only the kinds that occur are named, and their sum is said first.
                let mut parts = vec![];
                for (number, kind) in kinds {
                    count += number;
                    if number > 0 {
                        parts.push(format!("{number} {kind}"));
                    }
                }
                let lanes = if count == 1 { "lane is" } else { "lanes are" };
                write!(f, "{count} more {lanes} not drawn: {}.", parts.join(", "))
            }
            LeftOut::Events { count, after } => {
                let events = if *count == 1 { "event" } else { "events" };
                let full_at = human(*after);
                write!(
                    f,
                    "The recording was full at {full_at}: what happened later ({count} {events}) \
                     is missing."
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::{
        Position, Row, Span,
        draw::{chart::Instant, places::Places},
    };

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// A run of 200 ms that was not kept to its end. It has one poll at 100 ms, and
    /// `polls_at_the_end` polls at 200 ms.
    fn full(polls_at_the_end: usize) -> Chart {
        let instants = vec![
            Instant { at: ms(100), columns: 1 },
            Instant { at: ms(200), columns: polls_at_the_end },
        ];
        Chart { instants, left_out: 5, elapsed: ms(200), ..Chart::default() }
    }

    #[test]
    fn a_recording_is_full_at_the_last_instant_at_which_something_happens() {
        let full_at = |milliseconds| Some(LeftOut::Events { count: 5, after: ms(milliseconds) });
        assert_eq!(LeftOut::events(&full(0)), full_at(100), "200 ms is only the end of the run");
        assert_eq!(LeftOut::events(&full(3)), full_at(200));
        // A lane is woken at 200 ms, and its poll is not kept.
        let mut woken = full(0);
        woken.rows.push(row_that_waits(Until::Clock));
        assert_eq!(LeftOut::events(&woken), full_at(200));
        let mut waits = full(0);
        waits.rows.push(row_that_waits(Until::RunOver));
        assert_eq!(LeftOut::events(&waits), full_at(100));
    }

    /// A lane that waits from 100 ms to 200 ms.
    fn row_that_waits(until: Until) -> Row {
        let [from, to] = [0, 1].map(|instant| Position { instant, column: 0 });
        let span = Span {
            state: State::Waiting(until),
            from,
            to,
            places: Places::default(),
            woken: None,
            stopped: Places::default(),
            polled_at: Places::default(),
            blocks: vec![],
            ended_nth: 0,
        };
        Row {
            name: "A".into(),
            hue: 1,
            parent: None,
            polled_by: None,
            polled_before: vec![],
            own_task: false,
            own_thread: false,
            called_off: false,
            removed: false,
            panicked_at: None,
            spans: vec![span],
            end: (to, End::Unfinished),
            made_nth: 0,
            ended_nth: 0,
        }
    }
}
