//! The calls of an event loop of the program's own: when each was set, queued and made, and which
//! lane it runs.
//!
//! The loop does not know lanes. A lane that is polled directly inside the lane of the loop, while
//! the loop makes a call, is what that call runs.
use super::Assembly;
use crate::timeline::{
    CallStage, Event, LaneId,
    draw::chart::{LoopCall, LoopTimer, Turn},
};
use std::collections::HashMap;

/// What is known of calls while a chart is made.
#[derive(Default)]
pub(super) struct Calls {
    /// The index of each call among those of the chart, by the number that the events have.
    indices: HashMap<usize, usize>,
    /// For each call of the chart what tells its lane, at the same index.
    known: Vec<Known>,
    /// The last call that was made or cancelled, and the lane that ran there: that of the loop, or
    /// one that cancelled a timer. None once this lane has begun its next poll.
    current: Option<(usize, LaneId)>,
}

/// What tells which lane a call runs.
#[derive(Default)]
struct Known {
    /// It is a callback that has a lane.
    has_a_lane: bool,
    /// The lanes that were polled in it, directly inside the loop.
    polled: Vec<LaneId>,
    /// The lane of the loop, once it makes the call.
    made_by: Option<LaneId>,
}

impl Assembly {
    /// Notes what happens to a call: its timer is set, it is queued, the loop makes it. That
    /// neither begins an instant nor ends a span.
    pub(super) fn note_call(&mut self, event: &Event, number: usize, stage: CallStage) {
        let index = self.index_of_call(number);
        let now = Turn { at: self.now(), by: event.lane, nth: self.nth };
        let call = &mut self.chart.calls[index];
        let known = &mut self.calls.known[index];
        match stage {
            CallStage::TimerSet { delay, has_a_lane } => {
                known.has_a_lane = has_a_lane;
                // On the real clock the time of an instant is rounded, and this one with it.
                let due = self.chart.instants[now.at.instant].at.saturating_add(delay);
                call.timer = Some(LoopTimer { set: now, due });
            }
            CallStage::Cancelled => {
                call.over = Some(now);
                self.calls.current = Some((index, event.lane));
            }
            CallStage::Asked => call.asked = Some(now),
            CallStage::Queued { has_a_lane } => {
                known.has_a_lane |= has_a_lane;
                call.queued = Some(now);
            }
            CallStage::Begins => {
                known.made_by = Some(event.lane);
                call.over = Some(now);
                self.calls.current = Some((index, event.lane));
            }
        }
    }

    /// The place of a call in the chart, which it gets with its first event.
    fn index_of_call(&mut self, number: usize) -> usize {
        let next = self.chart.calls.len();
        let index = *self.calls.indices.entry(number).or_insert(next);
        if index == next {
            self.chart.calls.push(LoopCall::default());
            self.calls.known.push(Known::default());
        }
        index
    }

    /// A poll begins. Is it one of a lane that the loop calls, or the next iteration of the loop?
    pub(super) fn note_poll_in_a_call(&mut self, lane: LaneId, outer: Option<LaneId>) {
        let Some((index, runner)) = self.calls.current else { return };
        if lane == runner {
            self.calls.current = None;
        } else if outer == Some(runner) {
            self.note_lane_of_call(index, lane);
        }
    }

    /// A callback with a lane is called, or dropped because its timer was cancelled.
    pub(super) fn note_scheduled_callback(&mut self, lane: LaneId) {
        if let Some((index, _)) = self.calls.current {
            self.note_lane_of_call(index, lane);
        }
    }

    fn note_lane_of_call(&mut self, index: usize, lane: LaneId) {
        let polled = &mut self.calls.known[index].polled;
        if !polled.contains(&lane) {
            polled.push(lane);
        }
    }

    /// Says which lane each call runs, now that all of them are over.
    pub(super) fn name_lanes_of_calls(&mut self) {
        // If one call polls several lanes, what the loop calls is a coroutine without a lane, and
        // these lanes are parts of it. So such a lane is not the lane of any call.
        let mut beside_others = vec![];
        for known in &self.calls.known {
            if known.polled.len() > 1 {
                beside_others.extend(&known.polled);
            }
        }
        for (call, known) in self.chart.calls.iter_mut().zip(&self.calls.known) {
            call.lane = match (&known.polled[..], &call.timer) {
                ([lane], _) if !beside_others.contains(lane) => Some(*lane),
                ([], _) if known.has_a_lane => None,
                // The call wakes a lane whose sleep is over, or is a closure without a lane.
                ([], Some(timer)) => Some(timer.set.by),
                _ => known.made_by,
            };
        }
    }
}
