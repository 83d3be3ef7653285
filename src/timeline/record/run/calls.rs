//! The calls of an event loop: see `record::calls`.
use super::{Run, kind::Observe};
use crate::timeline::record::{
    LaneId,
    event::{CallStage, Event, What, WokenBy},
};

impl Run {
    /// A number that no call of this run has had.
    pub fn number_of_a_call(&self) -> usize {
        let mut log = self.lock();
        log.calls += 1;
        log.calls
    }

    /// Notes where a call goes. The lane of the event is what has done that: the one that runs
    /// here, or `main` if none does.
    pub fn note_call(&self, number: usize, stage: CallStage) {
        self.note_call_by(self.current_lane().unwrap_or_default(), number, stage);
    }

    fn note_call_by(&self, lane: LaneId, number: usize, stage: CallStage) {
        // In a schedule the gate defers polls, so there the order in the loop's queue does not tell
        // which lane runs next.
        let is_shown = self.observe == Observe::Everything && self.gate.is_none();
        if !is_shown || !self.is_open() {
            return;
        }
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        let thread = log.thread_in_passing();
        log.push(Event { at, thread, lane, what: What::Call { number, stage } });
    }

    /// Notes that what runs on this thread, or has just ended there, asks for a call. That is kept
    /// until the loop finds the call.
    pub fn note_what_asks(&self, number: usize) {
        // The log is not locked here: `would_wake` locks it itself.
        let by = self.would_wake();
        let lane = match by {
            WokenBy::Lane(lane) => lane,
            _ => self.current_lane().unwrap_or_default(),
        };
        self.note_call_by(lane, number, CallStage::Asked);
        self.lock().asked.insert(number, by);
    }

    /// What has asked for a call. It is forgotten then: a loop finds a call once.
    pub fn take_what_asked(&self, number: usize) -> WokenBy {
        self.lock().asked.remove(&number).unwrap_or(WokenBy::Outside)
    }
}
