//! What is said of a run beside its verdict.
use super::Code;
use crate::timeline::{
    Clock, human,
    record::{
        LaneId,
        event::{Event, Polled, What},
        run::LONG_POLL,
    },
};
use std::{collections::BTreeMap, fmt, time::Duration};

/// Something to be said of a run beside its verdict, or where it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Which kind it is.
    pub code: Code,
    /// What is said, without a full stop.
    pub sentence: String,
}

/// The sentence, and its code in brackets.
impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.sentence, self.code)
    }
}

impl Remark {
    /// The lanes whose polls took time that the paused clock does not show.
    pub(in crate::timeline::record) fn on_long_polls(
        clock: Clock,
        events: &[Event],
    ) -> Vec<Remark> {
        let mut remarks = vec![];
        if clock == Clock::Real {
            return remarks; // there it shows
        }
        // One sum for each lane: a lane that blocks in every round gets one remark.
        let mut names: BTreeMap<LaneId, &str> = BTreeMap::new();
        let mut kept: BTreeMap<LaneId, Duration> = BTreeMap::new();
        for event in events {
            match &event.what {
                What::Created { name, .. } => {
                    names.insert(event.lane, name);
                }
                // What a panic prints, with a backtrace perhaps, is no work of the lane.
                What::PollEnd { polled: Polled::Panicked(..), .. } => {}
                // Polls on other threads do not count: they kept only their own thread, and their
                // time includes waiting for a slot.
                What::PollEnd { took, .. } if event.thread == 0 && *took >= LONG_POLL => {
                    *kept.entry(event.lane).or_default() += *took;
                }
                _ => {}
            }
        }
        for (lane, time) in kept {
            let name = names.get(&lane).copied().unwrap_or("a lane");
            // To a tenth of a second: more would be another number in each run.
            let time = Duration::from_millis((time.as_millis() as u64 + 50) / 100 * 100);
            let sentence =
                format!("{name} kept the thread for {} that this clock does not show", human(time));
            remarks.push(Remark { code: Code::KeptTheThread, sentence });
        }
        remarks
    }

    /// The stack would have told where lanes wait, and did not.
    pub(in crate::timeline::record) fn no_places() -> Remark {
        let sentence = "this binary has no line tables, so it is not known where its lanes wait, \
                        and a place is that of `.lane()`"
            .to_owned();
        Remark { code: Code::NoLineTables, sentence }
    }

    /// The stack would have told what made these wakes, and did not; `wakes` is their number.
    pub(in crate::timeline::record) fn no_line_tables(wakes: usize) -> Remark {
        let times = if wakes == 1 { "1 wake".to_owned() } else { format!("{wakes} wakes") };
        let sentence = format!(
            "this binary has no line tables of tokio, so {times} counted as “from outside” may \
             have been by a timer or by the end of a task"
        );
        Remark { code: Code::NoLineTables, sentence }
    }

    pub(in crate::timeline::record) fn destructor_panicked(message: &str) -> Remark {
        let sentence = format!("a destructor panicked when the run was ended: {message}");
        Remark { code: Code::DestructorPanicked, sentence }
    }
}
