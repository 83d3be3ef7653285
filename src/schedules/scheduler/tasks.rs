//! Finds tasks that have no lane.
//!
//! The runtime polls such a task whenever it likes, and no schedule decides about it: so a program
//! must not have one. The runtime tells how many tasks there are. How many of the lanes are tasks
//! is only known once each has been polled. So the numbers are noted during the run, and compared
//! when it is over.
use super::known::KnownLane;
use crate::timeline::{LaneId, Poller, human};
use std::time::Duration;
use tokio::runtime::Handle;

/// The counts of one run.
#[derive(Default)]
pub(super) struct TaskCounts(Vec<TaskCount>);

/// After a poll there were more tasks than lanes that were known to be tasks.
struct TaskCount {
    /// The lane that was polled.
    lane: LaneId,
    /// When that was, on the clock of the run.
    at: Duration,
    /// How many tasks the runtime has: those without a lane are among them.
    alive: usize,
    /// How many lanes were alive and known to be tasks.
    tasks: usize,
    /// Lanes that nothing had polled yet: some of them may turn out to be tasks.
    unpolled: Vec<LaneId>,
    /// The lane that was made last.
    last: LaneId,
}

impl TaskCounts {
    /// Counts when the outermost poll is over: what was spawned in a poll inside it is counted
    /// then, too. `ended` says whether the poll was the last one of its lane.
    pub fn count(&mut self, lanes: &[KnownLane], lane: LaneId, ended: bool, at: Duration) {
        let Ok(handle) = Handle::try_current() else { return };
        let alive = handle.metrics().num_alive_tasks();
        if alive == 0 {
            return;
        }
        let mut tasks = 0;
        let mut unpolled = vec![];
        // Without `main`, which is no task.
        for (number, known) in lanes.iter().enumerate().skip(1) {
            // The task of a lane that has just ended is still there: it has not returned yet.
            let there = known.is_there() || (ended && number == lane);
            if !there {
                continue;
            }
            match known.nesting.poller {
                None => unpolled.push(number),
                Some(Poller::Runtime) => tasks += 1,
                Some(_) => {}
            }
        }
        if alive > tasks {
            let last = lanes.len() - 1;
            self.0.push(TaskCount { lane, at, alive, tasks, unpolled, last });
        }
    }

    /// Says, when the run is over, after which poll there was a task without a lane: as the
    /// beginning of a sentence that ends with "a task without a lane".
    pub fn find_unnamed(&self, lanes: &[KnownLane]) -> Option<String> {
        for count in &self.0 {
            if count.alive > count.tasks + count.became_tasks(lanes) {
                return Some(count.describe(lanes));
            }
        }
        None
    }
}

impl TaskCount {
    /// How many of the lanes in `unpolled` have turned out to be tasks since then. A lane that was
    /// never polled counts, too: it may have been a task that was aborted.
    fn became_tasks(&self, lanes: &[KnownLane]) -> usize {
        let mut became = 0;
        for lane in &self.unpolled {
            let first_arrival = lanes[*lane].nesting.first_arrival;
            if matches!(first_arrival, None | Some((Poller::Runtime, _))) {
                became += 1;
            }
        }
        became
    }

    /// In words. The lane that was made last is named, since what spawns the task is often near it
    /// in the code. Which of the two came first is not known.
    fn describe(&self, lanes: &[KnownLane]) -> String {
        let by = &lanes[self.lane].name;
        let at = human(self.at);
        let last = &lanes[self.last];
        match self.last {
            // Lane 0 is `main`: no other had been made.
            0 => format!("at {at}, {by} spawns"),
            _ => format!(
                "at {at} (the last lane made by then is {}, {}), {by} spawns",
                last.name, last.made_at
            ),
        }
    }
}
