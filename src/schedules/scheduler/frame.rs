//! A poll that has begun and not returned, as a frame of the stack.
use super::history::Moment;
use crate::timeline::LaneId;

/// What a scheduler knows of a poll, until it returns.
pub(super) struct Frame {
    /// The lane that is polled.
    pub lane: LaneId,
    /// When the poll began. This moment identifies it: a lane has many polls, and a decision
    /// belongs to one.
    pub begun: Moment,
    /// It takes place only because of a lane that was deferred: see
    /// [`Quiet`](crate::timeline::Admission::Quiet).
    pub quiet: bool,
    /// It was this lane's turn. Otherwise the lane is polled for the sake of one inside it, makes
    /// no progress of its own, and no decision is due for it.
    pub own_turn: bool,
    /// How many wakes had reached the lane when the poll began.
    pub wakes: u64,
    /// The lanes that this poll was about to poll. A lane that was chosen and is not among them
    /// when the poll ends did not arrive in it.
    pub arrived: Vec<LaneId>,
    /// Those of them that it polled for the first time.
    pub started: Vec<LaneId>,
    /// A lane inside it was deferred. Then a wake of its own lane may be due to the scheduler: see
    /// what [`State::woken`](super::state::State::woken) says of `FuturesUnordered`.
    pub deferred: bool,
}

impl Frame {
    /// The poll of `lane` that begins at the moment `begun`, when so many wakes have reached the
    /// lane.
    pub fn new(lane: LaneId, begun: Moment, wakes: u64) -> Frame {
        Frame {
            lane,
            begun,
            quiet: false,
            own_turn: true,
            wakes,
            arrived: vec![],
            started: vec![],
            deferred: false,
        }
    }
}
