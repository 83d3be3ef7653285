//! How a run ends that does not end by itself, in words.
use super::{
    event::LaneId,
    run::{Doing, LaneState, Log, Observe, Run},
};
use crate::timeline::{Clock, human};
use std::{any::Any, fmt, time::Duration};

/// Why a run has no result.
#[derive(Debug)]
pub enum Verdict {
    /// `main` panicked. The payload is what it panicked with.
    Panicked(String, Box<dyn Any + Send>),
    /// Time passed up to the limit, and nothing happened any more: a deadlock, or a wake-up that was lost.
    Deadlock(String),
    /// Time passed up to the limit, and something still happened.
    Endless(String),
    /// The runtime's thread did not come back from a poll, or never had nothing to do.
    Blocked(String),
}

/// One sentence, which names the lanes.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Panicked(message, _) => write!(f, "main panicked: {message}"),
            Verdict::Deadlock(sentence)
            | Verdict::Endless(sentence)
            | Verdict::Blocked(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for Verdict {}

/// So many lanes are named; of the others their number is.
const NAMED: usize = 6;

impl Verdict {
    /// The run has reached `limit` on its clock.
    pub(super) fn out_of_time(run: &Run, limit: Duration) -> Verdict {
        if run.observe != Observe::Everything {
            let limit = human(limit);
            return Verdict::Endless(format!(
                "it did not end within {limit}; who waits, only a recording could tell"
            ));
        }
        let log = run.lock();
        let waiting = list(&log, |lane| match lane.now {
            Doing::Lazy => Some(format!("{} was never polled", lane.name)),
            Doing::Waiting => Some(format!("{} waits since {}", lane.name, human(lane.since))),
            Doing::Running | Doing::OnThread => {
                Some(format!("{} runs since {}", lane.name, human(lane.since)))
            }
            Doing::Ended => None,
        });
        // What has been still for the last nine tenths of such a time will not move in the last one.
        let last =
            log.lanes.iter().filter(|lane| lane.now != Doing::Ended).map(|lane| lane.since).max();
        if last.is_none_or(|last| last < limit / 10) {
            Verdict::Deadlock(format!("nothing can happen any more: {waiting}"))
        } else {
            Verdict::Endless(format!("after {} it was still going on: {waiting}", human(limit)))
        }
    }

    /// The runtime has not come to rest, or not been woken, for `patience` on the wall clock.
    pub(super) fn no_progress(run: &Run, asleep: bool, patience: Duration) -> Verdict {
        let log = run.lock();
        let wall = human(patience);
        if asleep {
            debug_assert_eq!(run.clock, Clock::Paused);
            let waiting = list(&log, |lane| match lane.now {
                Doing::OnThread => {
                    Some(format!("{} is still on its thread, {}", lane.name, lane.place()))
                }
                Doing::Waiting => Some(format!("{} waits since {}", lane.name, human(lane.since))),
                _ => None,
            });
            return Verdict::Blocked(format!(
                "a thread that is not the runtime's has kept everyone waiting for {wall}: {waiting}"
            ));
        }
        let innermost = log.lanes.iter().rposition(|lane| lane.now == Doing::Running);
        // On a machine that is short of everything, not even `main` may have begun.
        let busiest: LaneId =
            (1..log.lanes.len()).max_by_key(|&lane| log.lanes[lane].polls).unwrap_or(0);
        let spinning = log.lanes.get(busiest).filter(|lane| lane.polls > 1000);
        Verdict::Blocked(match (spinning, innermost.map(|lane| &log.lanes[lane])) {
            (Some(lane), _) => format!(
                "{} spins: at {} it was polled {} times in {wall}, waking itself each time ({})",
                lane.name,
                human(lane.polled),
                lane.polls,
                lane.place()
            ),
            (None, Some(lane)) => format!(
                "{} blocks the thread: its poll at {} did not return within {wall} ({})",
                lane.name,
                human(lane.polled),
                lane.place()
            ),
            (None, None) => {
                format!(
                    "something without a lane blocks the thread: the runtime did not come to rest within {wall}"
                )
            }
        })
    }
}

/// What there is to say of each lane. `main` only counts when there is nobody else: it waits for the others.
fn list(log: &Log, say: impl Fn(&LaneState) -> Option<String>) -> String {
    let mut said: Vec<String> = log.lanes.iter().skip(1).filter_map(&say).collect();
    if said.is_empty() {
        said = log.lanes.iter().take(1).filter_map(&say).collect();
    }
    let more = said.len().saturating_sub(NAMED);
    said.truncate(NAMED);
    if more > 0 {
        said.push(format!("and {more} more lanes like these"));
    }
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Observe;

    #[test]
    fn a_run_that_has_not_even_begun_gets_a_verdict_too() {
        let run = Run::new(Clock::Paused, Observe::Everything, None);
        let verdict = Verdict::no_progress(&run, false, Duration::from_secs(2)).to_string();
        assert!(verdict.starts_with("something without a lane blocks the thread"), "{verdict}");
    }
}
