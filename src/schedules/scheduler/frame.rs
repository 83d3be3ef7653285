//! A poll that has begun and not returned, as a frame of the stack.
use super::history::Moment;
use crate::timeline::LaneId;

/// Why a lane is polled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PollReason {
    /// Its own code can go on.
    OwnCode,
    /// Its last poll ended because its budget was used up, and its own code goes on from there.
    /// Without a scheduler the two polls are one.
    RestOfAPoll,
    /// Its own code cannot go on, but that of a lane inside it may. It makes no progress itself,
    /// and no decision is due for it.
    LaneInside,
    /// As `LaneInside`, and only because a lane was deferred: without a scheduler there is no such
    /// poll.
    Deferral,
}

impl PollReason {
    /// Whether the lane's own code goes on in this poll.
    pub fn is_own_code(self) -> bool {
        matches!(self, PollReason::OwnCode | PollReason::RestOfAPoll)
    }

    /// Whether the poll stands in the recording only if something happens in it: see
    /// [`Quiet`](crate::timeline::Admission::Quiet).
    pub fn is_quiet(self) -> bool {
        matches!(self, PollReason::RestOfAPoll | PollReason::Deferral)
    }
}

/// What a scheduler knows of a poll, until it returns.
pub(super) struct Frame {
    /// The lane that is polled.
    pub lane: LaneId,
    /// Why that lane is polled.
    pub reason: PollReason,
    /// When the poll began. This moment identifies it: a lane has many polls, and a decision
    /// belongs to one.
    pub begun: Moment,
    /// How many wakes had reached the lane when the poll began.
    pub wakes: u64,
    /// The lanes that this poll was about to poll. A lane that was chosen and is not among them
    /// when the poll ends did not arrive in it.
    pub arrived: Vec<LaneId>,
    /// Those of them that it polled for the first time.
    pub first_polls: Vec<LaneId>,
    /// In this poll a lane inside `lane` was deferred. A wake of `lane` may have no other reason:
    /// see what [`State::woken`](super::state::State::woken) says of `FuturesUnordered`.
    pub has_deferred: bool,
}

impl Frame {
    /// The poll of `lane` that begins at the moment `begun`; `wakes` have reached the lane until
    /// then.
    pub fn new(lane: LaneId, reason: PollReason, begun: Moment, wakes: u64) -> Frame {
        Frame {
            lane,
            reason,
            begun,
            wakes,
            arrived: vec![],
            first_polls: vec![],
            has_deferred: false,
        }
    }
}
