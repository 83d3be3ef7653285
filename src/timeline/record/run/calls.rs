//! The calls of an event loop: see `record::calls`.
use super::{Run, kind::Observe};
use crate::timeline::record::{
    LaneId,
    event::{CallStage, Event, LoopEnd, What, WokenBy},
};

impl Run {
    /// A number that no call of this run has had.
    pub fn number_of_a_call(&self) -> usize {
        let mut log = self.lock();
        log.calls += 1;
        log.calls
    }

    /// Notes the stage that a call has reached. The event belongs to the lane that runs here, which
    /// has brought the call there; or to `main` if none runs here.
    pub fn note_call(&self, number: usize, stage: CallStage) {
        self.note_call_by(self.current_lane().unwrap_or_default(), number, stage);
    }

    /// Whether calls are noted. In a schedule the gate defers polls, so there the order in the
    /// loop's queue does not tell which lane runs next.
    fn shows_calls(&self) -> bool {
        self.observe == Observe::Everything && self.gate.is_none() && self.is_open()
    }

    /// As [`Run::note_call`], where this lane has brought the call there.
    pub fn note_call_by(&self, lane: LaneId, number: usize, stage: CallStage) {
        if !self.shows_calls() {
            return;
        }
        self.note_here(lane, What::Call { number, stage });
    }

    /// Notes the tasks of its loop for which the lane that runs here waits from now on.
    pub fn note_what_the_loop_awaits(
        &self,
        until: Option<usize>,
        tasks: Vec<usize>,
        stacks: Vec<u32>,
    ) {
        if let Some(lane) = self.current_lane()
            && self.shows_calls()
        {
            let places = self.lock().places(lane, &stacks);
            self.note_here(lane, What::Awaits { until, tasks, places });
        }
    }

    /// Notes what ends the run of a loop, if a lane runs here.
    pub fn note_end_of_a_loop(&self, by: LoopEnd) {
        if let Some(lane) = self.current_lane()
            && self.shows_calls()
        {
            self.note_here(lane, What::LoopEnds(by));
        }
    }

    /// The number of the stack of the code that runs here, which awaits something.
    pub fn place_of_an_await(&self) -> Option<u32> {
        let lane = self.current_lane()?;
        if self.shows_calls() { self.note_stack(lane, |_, _| {}) } else { None }
    }

    fn note_here(&self, lane: LaneId, what: What) {
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        let thread = log.thread_for_one_event();
        log.push(Event { at, thread, lane, what });
    }

    /// Notes that what runs on this thread, or has just ended there, asks for a call. What asks is
    /// kept until the loop finds the call.
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

    /// What has asked for a call. The answer is forgotten then: a loop finds a call once.
    pub fn take_what_asked(&self, number: usize) -> WokenBy {
        self.lock().asked.remove(&number).unwrap_or(WokenBy::Outside)
    }
}
