//! An await at which a lane must not be dropped, and how that is said.
use crate::{
    schedules::report::Schedule,
    timeline::{LaneId, Polled, Recording, Registered, Wait, What, human},
};
use std::{
    fmt::{self, Display},
    time::Duration,
};

/// An await at which a lane must not be dropped.
#[derive(Debug)]
pub struct UnsafeAwait<T> {
    /// The lane.
    pub lane: String,
    /// How many lanes of that name were made before it: two lanes may have one name.
    pub(super) position: usize,
    /// Which of its suspensions it is, counted from 1.
    pub suspension: usize,
    /// How often the lane suspends in tokio's own schedule when nothing drops it. In another
    /// schedule it may suspend more often; then this is at least the number of this suspension.
    pub of: usize,
    /// When it suspends there in tokio's own schedule, on the clock of the run. If it does not
    /// suspend so often there, this is the time of its last suspension.
    pub at: Duration,
    /// It is unsafe only when the lane has been woken and not yet polled.
    pub once_woken: bool,
    /// The simplest schedule in which it is unsafe: tokio's own, unless others were asked for.
    pub schedule: Schedule,
    /// What is wrong if the lane is dropped there.
    pub why: String,
    /// The run in which that was seen.
    pub recording: Recording<Option<T>>,
}

impl<T> UnsafeAwait<T> {
    /// Whether `other` is the same await, in whatever way the lane was dropped there.
    pub(super) fn is_at_the_same_place_as(&self, other: &UnsafeAwait<T>) -> bool {
        let same_lane = self.lane == other.lane && self.position == other.position;
        same_lane && self.suspension == other.suspension
    }

    /// Where the lane waited when it was dropped, and for what. None where that is not known:
    ///
    /// - The lane is a library's future, so no line of the program awaits anything in it.
    /// - The lane may have gone on from the place where it registered its waker last.
    /// - The run was recorded without places, and another run of its schedule, which was to show
    ///   them, came out in another way.
    pub fn wait(&self) -> Option<&Wait> {
        let lane = self.number_of_the_lane()?;
        // From the end: first that the lane was dropped, then its last poll before that.
        let mut is_dropped = false;
        for event in self.recording.events().iter().rev() {
            if event.lane != lane {
                continue;
            }
            match &event.what {
                What::Dropped { .. } => is_dropped = true,
                What::PollEnd { polled: Polled::Pending(waits), .. } if is_dropped => {
                    let known = matches!(waits.registered(), Registered::Now | Registered::Earlier);
                    return if known { waits.resolve().last() } else { None };
                }
                _ => {}
            }
        }
        None
    }

    /// The number that the lane has in this recording.
    fn number_of_the_lane(&self) -> Option<LaneId> {
        let mut lanes_before = 0;
        for event in self.recording.events() {
            let What::Created { name, .. } = &event.what else { continue };
            if *name != self.lane {
                continue;
            }
            if lanes_before == self.position {
                return Some(event.lane);
            }
            lanes_before += 1;
        }
        None
    }
}

/// `if transfer is cancelled at suspension 2 of 3 (20 ms) at transfer.rs:45 (sleep): money`
impl<T> Display for UnsafeAwait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnsafeAwait { lane, suspension, of, at, why, .. } = self;
        let time = human(*at);
        write!(f, "if {lane} is cancelled at suspension {suspension} of {of} ({time})")?;
        if let Some(wait) = self.wait() {
            write!(f, " at {}", place_of(wait))?;
        }
        if self.once_woken {
            f.write_str(", when it has been woken and not yet polled")?;
        }
        if !self.schedule.departures.is_empty() {
            write!(f, ", and {}", self.schedule.describe())?;
        }
        write!(f, ": {why}")
    }
}

/// `transfer.rs:45 (sleep)`; where the await of the lane's own code calls a function that waits,
/// `transfer.rs:45 (sleep in line 12)`. Line 45 is the one that is not safe: the function that it
/// calls may be right for other callers.
fn place_of(wait: &Wait) -> String {
    let inner = &wait.place;
    let outer = wait.chain.last().unwrap_or(inner);
    let mut what = wait.on.clone().unwrap_or_default();
    if outer != inner {
        let below = match outer.file == inner.file {
            true => format!("in line {}", inner.line),
            false => format!("at {}", inner.file_and_line()),
        };
        what = format!("{what} {below}").trim_start().to_owned();
    }
    match what.as_str() {
        "" => outer.file_and_line(),
        what => format!("{} ({what})", outer.file_and_line()),
    }
}
