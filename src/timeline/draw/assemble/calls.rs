//! The calls of an event loop of the program's own: when each was set, queued and made, and which
//! lane it runs.
//!
//! The loop does not know lanes. A lane that is polled directly inside the lane of the loop, while
//! the loop makes a call, is what that call runs.
use super::Assembly;
use crate::timeline::{
    CallStage, Event, LaneId, Waits,
    draw::{
        chart::{LoopAwait, LoopCall, LoopTask, LoopTimer, Turn},
        places::Places,
    },
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
    /// What lanes that run a loop have waited for.
    awaits: Vec<Awaits>,
}

/// What a lane that runs a loop waits for, up to its next entry.
struct Awaits {
    /// From when on, and which lane it is.
    from: Turn,
    /// The task until whose end it runs the loop.
    until: Option<usize>,
    /// The tasks that the coroutine of that task awaits.
    tasks: Vec<usize>,
    /// Where that coroutine waits.
    places: Places,
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
    /// The task of which it is a step.
    task: Option<usize>,
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
            CallStage::Begins { task, added_by } => {
                known.task = task;
                call.added_by = added_by.map(str::to_owned);
                known.made_by = Some(event.lane);
                call.over = Some(now);
                self.calls.current = Some((index, event.lane));
            }
        }
    }

    /// From here on a lane that runs a loop waits for these tasks of it.
    pub(super) fn note_awaits(
        &mut self,
        event: &Event,
        until: Option<usize>,
        tasks: &[usize],
        places: Option<&Waits>,
    ) {
        let from = Turn { at: self.now(), by: event.lane, nth: self.nth };
        let places = match places {
            Some(places) => Places::recorded(places),
            None => Places::none(),
        };
        self.calls.awaits.push(Awaits { from, until, tasks: tasks.to_vec(), places });
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

    /// Says for which lanes a loop has run, now that all steps of its tasks are known.
    ///
    /// A task is the lane that is polled in its first step, if that is the only lane that is ever
    /// polled in its steps. Otherwise it is a coroutine without a lane.
    pub(super) fn name_lanes_of_awaits(&mut self) {
        let mut lanes_of: HashMap<usize, Option<LaneId>> = HashMap::new();
        for known in &self.calls.known {
            let Some(task) = known.task else { continue };
            let lane = match known.polled[..] {
                [lane] => Some(lane),
                _ => None,
            };
            let before = lanes_of.entry(task).or_insert(lane);
            // The loop may come to a task once more when it is over, and finds nothing to do.
            if *before != lane && !known.polled.is_empty() {
                *before = None;
            }
        }
        let lane_of = |task: &usize| lanes_of.get(task).copied().flatten();
        // The lanes that run a loop until the end of a task.
        let mut running = vec![];
        for Awaits { from, until, tasks, places } in &self.calls.awaits {
            let was_running = running.contains(&from.by);
            running.retain(|lane| *lane != from.by);
            if until.is_some() {
                running.push(from.by);
            }
            let over = was_running && until.is_none();
            // If the task until whose end the loop runs is a lane, that lane waits for the others.
            let mut lanes: Vec<LaneId> = until.iter().filter_map(lane_of).collect();
            let mut unseen = 0;
            if lanes.is_empty() {
                lanes.extend(tasks.iter().filter_map(lane_of));
                unseen = tasks.len() - lanes.len();
            }
            self.chart.awaits.push(LoopAwait {
                from: *from,
                lanes,
                unseen,
                places: places.clone(),
                in_a_run: until.is_some(),
                over,
            });
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
        let runs_until = |task| self.calls.awaits.iter().any(|awaits| awaits.until == Some(task));
        for (call, known) in self.chart.calls.iter_mut().zip(&self.calls.known) {
            call.step_of = known.task.map(|task| match runs_until(task) {
                true => LoopTask::Main,
                false => LoopTask::Other,
            });
            call.lane = match (&known.polled[..], &call.timer) {
                ([lane], _) if !beside_others.contains(lane) => Some(*lane),
                ([], _) if known.has_a_lane => None,
                // The call wakes a lane whose sleep is over, or is a closure without a lane.
                ([], Some(timer)) => Some(timer.set.by),
                ([], None) if call.added_by.is_some() => None,
                _ => known.made_by,
            };
        }
    }
}
