//! What a scheduler knows of a lane, and whether the lane is ready.
//!
//! | a lane that | `live` | `started` | `woken` | `yielded` | `exhausted` | when it arrives |
//! |---|---|---|---|---|---|---|
//! | is new | yes | no | | | | may be polled: a first poll needs no wake |
//! | waits | yes | yes | no | no | | is polled only for the sake of a lane inside it |
//! | is ready | yes | yes | yes | no | no | may be polled |
//! | has yielded | yes | yes | yes | yes | no | is polled when no other lane is ready |
//! | goes on | yes | yes | yes | no | yes | may go on with the poll that its budget ended |
//! | is over | no | | | | | does not arrive |
use super::history::Moment;
use crate::timeline::{Made, Poller};
use std::panic::Location;

/// What a scheduler knows of a lane.
pub(crate) struct KnownLane {
    /// With `made_at` it says which lane this is across runs, in which numbers may differ.
    pub name: String,
    /// Where `.lane()` was called.
    pub made_at: &'static Location<'static>,
    /// It has not ended, and was not dropped.
    pub live: bool,
    /// It has been polled in its own turn.
    pub started: bool,
    /// Its own waker was called since its last poll: so it is ready.
    pub woken: bool,
    /// A wake has reached it since its last poll: of its own waker, or one of a lane inside it that
    /// went through it. Only the first kind says that its own code can go on.
    pub reached: bool,
    /// How many wakes have reached it in all. If a poll ends with more than it began with, the lane
    /// is polled again, and nothing can be concluded from what that poll did not do.
    pub wakes: u64,
    /// It was woken because it had asked to be polled after all others that are ready.
    pub yielded: bool,
    /// Its last poll ended because there was no budget left; the lane goes on when it is woken.
    /// Only at [`Operations`](super::granularity::Granularity::Operations), where each poll may do
    /// one operation of tokio.
    pub exhausted: bool,
    /// Its last poll took place in its own turn or after a wake; and neither the lane nor a lane
    /// that it polls has been deferred since. So if that poll returned `Pending`, the lane has
    /// suspended.
    pub suspends: bool,
    /// A lane that it polls was deferred in a poll after which it would have suspended. It suspends
    /// after the poll in which that lane is polled: without a scheduler the two are one poll.
    pub suspends_later: bool,
    /// What polled it last.
    pub poller: Option<Poller>,
    /// What was first about to poll it, and the beginning of the poll in which that was.
    pub first_arrival: Option<(Poller, Moment)>,
    /// While this lane waited, the lane around it made others and polled them in the same poll: the
    /// beginning of that poll, and the moment at which the other lane was made.
    pub made_beside: Vec<(Moment, Moment)>,
    /// It is one of several futures that are polled together, so others may come in between.
    /// Branches of a `join!` can change places among each other; a lane that is awaited alone
    /// cannot.
    pub branch: bool,
    /// The lane around it was polled and did not poll it, although it is ready. As long as that is
    /// true, a schedule that chooses it would wait for nothing.
    pub passed_over: bool,
    /// When it became ready. The runtime's queue has ready lanes in this order.
    pub ready: Moment,
    /// How many arrivals there had been when it became ready. Lanes with the same number became
    /// ready during one poll: their order is that of the wakes, which may be random.
    pub batch: u64,
    /// When it was made.
    pub created: Moment,
    /// When its last poll in its own turn began; 0 before the first.
    pub polled: Moment,
}

impl KnownLane {
    /// A lane that was made at the moment `now`, after so many arrivals.
    pub fn new(made: Made<'_>, now: Moment, arrivals: u64) -> KnownLane {
        KnownLane {
            name: made.name.to_owned(),
            made_at: made.at,
            live: true,
            started: false,
            woken: false,
            reached: true, // its first poll needs no wake
            wakes: 0,
            yielded: false,
            exhausted: false,
            suspends: false,
            suspends_later: false,
            poller: None,
            first_arrival: None,
            made_beside: vec![],
            branch: false,
            passed_over: false,
            ready: now,
            batch: arrivals,
            created: now,
            polled: 0,
        }
    }

    /// Whether its own code would go on if it were polled.
    pub fn is_ready(&self) -> bool {
        self.live && (self.woken || !self.started)
    }
}
