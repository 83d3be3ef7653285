//! Every schedule: how many there are, that the first is tokio's own, and small programs that are
//! wrong in some of them, each beside one that is right.
use async_concepts::schedules::{Coverage, EverySchedule};
use std::{fmt::Debug, time::Duration};

mod branches;
mod cancellations;
mod channels;
mod counts;
mod environment;
mod limits;
mod locks;
mod operations;
mod own;
mod races;
mod wakes;

/// The claim fails, and the simplest schedule in which it fails has this many departures from
/// tokio's own. That schedule can be replayed.
#[track_caller]
fn refuted<F>(departures: usize, claim: impl Fn() -> EverySchedule<F>)
where
    F: Future + 'static,
    F::Output: Debug + Send + 'static,
{
    let explored = claim().budget(Duration::from_secs(120)).explore();
    let Some(failure) = &explored.failure else { panic!("it is not refuted: {explored}") };
    assert_eq!(failure.schedule.departures.len(), departures, "{explored}");
    let written = failure.schedule.to_string();
    let replayed = claim().replay(&written.parse().expect("a schedule")).expect("it fits");
    let again = replayed.failure.expect("it fails again");
    assert_eq!(again.why, failure.why);
    assert_eq!(again.recording.transcript(), failure.recording.transcript());
}

/// The claim holds in all schedules.
#[track_caller]
fn holds<F>(claim: EverySchedule<F>)
where
    F: Future + 'static,
    F::Output: Debug + Send + 'static,
{
    let explored = claim.budget(Duration::from_secs(120)).explore();
    assert!(explored.holds(), "{explored}");
    assert_eq!(explored.coverage, Coverage::All, "{explored}");
}
