//! What would happen if the run went on after its limit: the clock runs on until a lane is woken,
//! until no timer is left, or until [`MOST_PARKS`] is reached. Nothing is recorded any more.
use super::Run;
use crate::timeline::record::LaneId;
use std::{task::Waker, time::Duration};

/// What would happen on the paused clock after the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Lanes would be woken: see [`LaneState::ahead`].
    ///
    /// [`LaneState::ahead`]: super::LaneState::ahead
    Wake,
    /// No lane would be woken: no timer of a lane is left. As long as the clock still runs on, it
    /// says only that no lane has been woken yet.
    Nothing,
    /// That is not known: on the real clock, on the clock of a caller, if not everything was
    /// observed, or where tasks without a lane go on and on.
    Unknown,
}

/// What has been seen since the limit of a run: the state of the search for the next wake.
pub struct Ahead {
    /// Called at the first wake of a lane.
    waker: Waker,
    /// When the first lanes were woken: all that are woken at one time are noted.
    first: Option<Duration>,
    /// How often the thread has gone to sleep meanwhile, which moves the paused clock. At
    /// [`MOST_PARKS`] the search ends: otherwise a task without a lane that ticks for ever would
    /// keep the run from ending.
    parks: u32,
}

/// The search ends at the latest when the thread has gone to sleep this many times.
const MOST_PARKS: u32 = 1000;

impl Run {
    /// What has been seen after the limit; [`Next::Nothing`] if nothing was, and then `waker` is
    /// called when that changes.
    pub fn looks_ahead(&self, waker: &Waker) -> Next {
        let mut log = self.lock();
        match &mut log.ahead {
            Some(Ahead { first: Some(_), .. }) => Next::Wake,
            Some(Ahead { parks: MOST_PARKS.., .. }) => Next::Unknown,
            ahead => {
                *ahead = Some(Ahead { waker: waker.clone(), first: None, parks: 0 });
                Next::Nothing
            }
        }
    }

    /// `lane` was woken after the limit, through a waker that leads to the task `task`.
    pub(super) fn woken_ahead(&self, lane: LaneId, task: usize) {
        if self.lock().ahead.is_none() {
            return; // nothing asks for it
        }
        let woken = self.describe_wake(lane, task);
        let mut log = self.lock();
        if let Some(ahead) = &mut log.ahead {
            if ahead.first.is_none() {
                ahead.first = Some(woken.at);
                ahead.waker.wake_by_ref();
            } else if ahead.first != Some(woken.at) {
                return; // it would come later, and only if the first had not changed anything
            }
        }
        if let Some(state) = log.lanes.get_mut(&lane)
            && state.ahead.is_none()
        {
            state.ahead = Some(woken);
        }
    }

    /// The runtime's thread goes to sleep.
    pub fn thread_parks(&self) {
        if self.is_open() {
            return;
        }
        if let Some(ahead) = &mut self.lock().ahead {
            ahead.parks += 1;
            if ahead.parks >= MOST_PARKS {
                ahead.waker.wake_by_ref();
            }
        }
    }
}
