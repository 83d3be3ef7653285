//! What a picture does not show, though the run had it, in a sentence each.
use super::chart::{Chart, End};
use crate::timeline::{LaneId, human};
use std::{fmt, time::Duration};

/// Something that a picture does not show, though the run had it. Its text is a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// The middle of the run was cut out, since the picture is too narrow.
    Polls {
        /// How many polls of the lanes that are drawn.
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
        let mut panicked = 0;
        let mut unfinished = 0;
        for &lane in lanes {
            match chart.rows[lane].how_it_ended() {
                End::Finished => finished += 1,
                End::Cancelled { .. } | End::ReturnedCancelled => cancelled += 1,
                End::Panicked(_) => panicked += 1,
                End::Unfinished => unfinished += 1,
            }
        }
        LeftOut::Lanes { finished, cancelled, panicked, unfinished }
    }

    /// What the recording itself does not have.
    pub(super) fn events(chart: &Chart) -> Option<LeftOut> {
        if chart.left_out == 0 {
            return None;
        }
        // The last instant is the end of the run; the one before has the last events.
        let last = chart.instants.len().saturating_sub(2);
        let after = chart.instants.get(last).map_or(chart.elapsed, |instant| instant.at);
        Some(LeftOut::Events { count: chart.left_out, after })
    }
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
                // All of them at one instant: “from 0 to 0” would be odd.
                if from == to {
                    return write!(f, "{polls} at {} {are} not drawn.", human(*from));
                }
                write!(f, "{polls} from {} to {} {are} not drawn.", human(*from), human(*to))
            }
            LeftOut::Lanes { finished, cancelled, panicked, unfinished } => {
                let kinds = [
                    (*finished, "finished"),
                    (*cancelled, "were cancelled"),
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
                let full = human(*after);
                write!(
                    f,
                    "The recording was full at {full}: what happened later ({count} {events}) is \
                     missing."
                )
            }
        }
    }
}
