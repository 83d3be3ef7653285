//! What a scheduler knows of a lane.
//!
//! Whether its own code can go on is one of five states ([`Readiness`]):
//!
//! | it is | which means | until | when it arrives |
//! |---|---|---|---|
//! | `New` | nothing has polled its code | its first poll, which needs no wake | may be polled |
//! | `Waits` | its code is polled, or waits | a wake | is polled for a lane inside it only |
//! | `Ready` | it was woken | its next poll | may be polled |
//! | `Yielded` | it yielded, and was woken | its next poll | is polled when no other is ready |
//! | `Over` | it has ended, or was dropped | | does not arrive |
//!
//! At [`Operations`](super::granularity::Granularity::Operations), where each poll may do one
//! operation of tokio, there is a second question: whether its last poll ended because its budget
//! was used up (`is_interrupted`). Then its next poll is the rest of that one.
use super::history::Moment;
use crate::timeline::{Made, Poller};
use std::panic::Location;

/// What a scheduler knows of a lane.
pub(crate) struct KnownLane {
    /// What it is called. Lanes with one name and one `made_at` are of one kind: see
    /// [`Roles`](super::roles::Roles).
    pub name: String,
    /// Where `.lane()` was called.
    pub made_at: &'static Location<'static>,
    /// When it was made.
    pub created: Moment,
    /// Whether its own code can go on.
    pub readiness: Readiness,
    /// Its last poll ended because its budget was used up. So its next poll is the rest of that
    /// one.
    pub is_interrupted: bool,
    /// Where it stands among those that can go on.
    pub place: PlaceInQueue,
    /// When the last poll of its own code began; 0 before the first.
    pub last_own_poll: Moment,
    /// Whether it suspends if its poll returns `Pending`: only then a cancellation is tried.
    pub suspension: Suspension,
    /// The wakes that have reached it.
    pub wakes: Wakes,
    /// What polls it, and beside which others.
    pub nesting: Nesting,
}

/// Whether a lane's own code can go on: see the table above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readiness {
    New,
    Waits,
    Ready,
    Yielded,
    Over,
}

/// Where a ready lane stands in the runtime's queue, which has lanes in the order in which they
/// became ready.
#[derive(Clone, Copy)]
pub(crate) struct PlaceInQueue {
    /// When it became ready.
    pub since: Moment,
    /// How many arrivals there had been then. Lanes with the same number became ready during one
    /// poll: their order is that of the wakes, which may be random.
    pub batch: u64,
}

/// Whether a lane suspends if its poll returns `Pending`. Not if the lane, or a lane that it polls,
/// was deferred: without a scheduler that poll would go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspension {
    /// Its last poll was for a lane inside it only, and the program had not woken it for that. Or
    /// the lane was deferred, or nothing has polled it yet.
    No,
    /// In its last poll its own code could go on, or the program had woken it for that poll.
    Yes,
    /// In a poll of this lane a lane inside it was deferred, so this lane has not suspended yet. It
    /// suspends after a later poll, in which it polls the deferred lane: without a scheduler the
    /// two polls are one.
    Later,
}

/// The wakes that have reached a lane: of its own waker, or of a lane inside it, whose wakes go
/// through it. Only the first kind says that its own code can go on.
#[derive(Clone, Copy)]
pub(crate) struct Wakes {
    /// The program has made one since the last poll of the lane began.
    pub since_poll: bool,
    /// How many there were in all. If there are more at the end of a poll than at its beginning,
    /// the lane is polled again, and nothing can be concluded from what that poll did not do.
    pub in_all: u64,
}

impl Wakes {
    /// One more has reached the lane, from the program or because of the scheduler.
    pub fn count(&mut self, origin: WakeOrigin) {
        self.in_all += 1;
        self.since_poll |= origin == WakeOrigin::Program;
    }
}

/// Whether there would be a wake without a scheduler, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WakeOrigin {
    /// The program has made it.
    Program,
    /// Only the scheduler has led to it.
    Scheduler,
}

/// What polls a lane, and beside which others. Each lane is polled by the runtime, as a task, or by
/// the lane around it.
#[derive(Default)]
pub(crate) struct Nesting {
    /// What polled it last.
    pub poller: Option<Poller>,
    /// What was first about to poll it, and the beginning of the poll in which that was. A task
    /// arrives in no poll: there it is the moment of its own arrival.
    pub first_arrival: Option<(Poller, Moment)>,
    /// It is one of several futures that are polled together, so others may come in between.
    /// Branches of a `join!` can change places among each other; a lane that is awaited alone
    /// cannot.
    pub is_branch: bool,
    /// Lanes that arrived for the first time after this one, in the same poll of the lane around
    /// both.
    pub followers: Vec<Follower>,
    /// The lane around it was polled and did not poll it, although it is ready. As long as that is
    /// true, a schedule that chooses it would wait for nothing.
    pub is_passed_over: bool,
}

/// A lane that arrived for the first time after another one: see [`Nesting::followers`].
#[derive(Clone, Copy)]
pub(crate) struct Follower {
    /// When that poll of the lane around both began.
    pub poll: Moment,
    /// When the follower was made.
    pub made: Moment,
}

impl KnownLane {
    /// A lane that was made at the moment `now`, after this number of arrivals.
    pub fn new(made: Made<'_>, now: Moment, arrivals: u64) -> KnownLane {
        KnownLane {
            name: made.name.to_owned(),
            made_at: made.at,
            created: now,
            readiness: Readiness::New,
            is_interrupted: false,
            place: PlaceInQueue { since: now, batch: arrivals },
            last_own_poll: 0,
            suspension: Suspension::No,
            // Its first poll needs no wake, and counts as if there had been one.
            wakes: Wakes { since_poll: true, in_all: 0 },
            nesting: Nesting::default(),
        }
    }

    /// Whether its own code would go on if it were polled.
    pub fn is_ready(&self) -> bool {
        match self.readiness {
            Readiness::New | Readiness::Ready | Readiness::Yielded => true,
            Readiness::Waits | Readiness::Over => false,
        }
    }

    /// It has not ended, and was not dropped.
    pub fn is_there(&self) -> bool {
        self.readiness != Readiness::Over
    }

    /// Its own code is polled from now on.
    pub fn own_code_begins(&mut self, now: Moment) {
        self.readiness = Readiness::Waits;
        self.is_interrupted = false;
        self.last_own_poll = now;
    }

    /// Its own waker was called, and it is now `readiness`: [`Ready`](Readiness::Ready) or
    /// [`Yielded`](Readiness::Yielded). The first wake counts: those that follow before the next
    /// poll change nothing.
    pub fn becomes_ready(&mut self, readiness: Readiness, place: PlaceInQueue) {
        if self.readiness != Readiness::Waits {
            return; // it is ready already, or over
        }
        self.readiness = readiness;
        self.place = place;
    }

    /// From now on, a lane that has yielded is as ready as any other.
    pub fn end_rest(&mut self) {
        if self.readiness == Readiness::Yielded {
            self.readiness = Readiness::Ready;
        }
    }
}
