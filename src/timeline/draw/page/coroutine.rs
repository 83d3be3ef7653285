//! The coroutine until whose end a lane runs an event loop, if it has no lane of its own: why it
//! goes on, and what ends its waits.
//!
//! The lane of the loop runs in each iteration. So each wait of the coroutine is cut into as many
//! pieces as the loop makes iterations meanwhile, and only the last of them ends when it is woken.
//! Here a whole wait is seen: from the step of the coroutine that comes to the await to the call by
//! which it goes on.
//!
//! If the loop runs until something else is done, a task with a lane or a future, then the lane
//! waits for that. The loop is stopped by a done callback; where that is queued, the wait is over.
use super::{
    calls::happens_in,
    reader::Reader,
    resumed::{Resumed, Why},
};
use crate::timeline::{End, LaneId, LoopCall, Turn, draw::pieces::Piece, human};

impl Reader<'_> {
    /// Why the coroutine goes on that runs in the lane of a piece, if the piece begins with that:
    /// what the loop calls before it in the same iteration is told first.
    pub(super) fn coroutine_cause(&self, piece: &Piece) -> Option<String> {
        let step = self.number(piece);
        let resumed = self
            .resumed
            .iter()
            .find(|resumed| resumed.lane == piece.lane && resumed.made_in == step)?;
        let is_before = |call: &LoopCall| {
            let of_library = call.lane.is_none() && call.added_by.is_some();
            let is_earlier = |over: Turn| {
                over.by == piece.lane
                    && over.nth < resumed.made.nth
                    && happens_in(self.chart, self.order, over) == step
            };
            of_library && call.over.is_some_and(is_earlier)
        };
        if resumed.ends_run || self.chart.calls.iter().any(is_before) {
            return None;
        }
        match resumed.why {
            Why::Begins => Some("its coroutine begins".into()),
            // That its time has come is told where its call is queued.
            Why::Timer(_) if resumed.queued_in < step => {
                Some("its loop calls its coroutine".into())
            }
            Why::Timer(_) => Some("its time has come".into()),
            Why::Lane(by) => Some(format!("woken by {}", self.chart.rows[by].name)),
            Why::Ended(by) => Some(self.end_in_words(by, ["has ended", "was cancelled"])),
            Why::GaveWay => Some("it had given way".into()),
            Why::NotSeen => None,
        }
    }

    /// What will end the wait of the coroutine until whose end a lane runs a loop. None if it does
    /// not wait, or that was not seen.
    pub(super) fn until_it_goes_on(&self, piece: &Piece) -> Option<String> {
        let resumed = self.ends_the_wait(piece.lane, self.number(piece))?;
        if resumed.ends_run {
            return None; // until then the lane runs the loop, and WAITS FOR has what it waits for
        }
        let until = match resumed.why {
            Why::Timer(due) => {
                let time = self.chart.time(resumed.queued.at);
                let is_late = due < time;
                let why = if is_late { ", when the thread is free again" } else { "" };
                format!("{}{why}", human(time))
            }
            Why::Lane(by) => format!("{} wakes it", self.chart.rows[by].name),
            Why::Ended(by) => self.end_in_words(by, ["has ended", "is cancelled"]),
            Why::Begins | Why::GaveWay | Why::NotSeen => return None,
        };
        Some(format!("until {until}"))
    }

    /// That a lane has ended, in the first of these words; in the second, if it was cancelled.
    fn end_in_words(&self, lane: LaneId, [ended, cancelled]: [&str; 2]) -> String {
        let row = &self.chart.rows[lane];
        let is_cancelled =
            matches!(row.how_it_ended(), End::Cancelled { .. } | End::ReturnedCancelled);
        format!("{} {}", row.name, if is_cancelled { cancelled } else { ended })
    }

    /// Whether the coroutine in the lane of a piece has a timer that puts it into the queue there,
    /// and is called in a later step.
    pub(super) fn queues_its_coroutine(&self, piece: &Piece) -> bool {
        let step = self.number(piece);
        self.resumed.iter().any(|resumed| {
            resumed.lane == piece.lane
                && resumed.queued_in == step
                && step < resumed.made_in
                && matches!(resumed.why, Why::Timer(_))
        })
    }

    /// Whether the lane of a piece, in which a loop runs, goes on before its coroutine does.
    pub(super) fn goes_on_before_its_coroutine(&self, piece: &Piece) -> bool {
        let step = self.number(piece);
        match self.ends_the_wait(piece.lane, step) {
            Some(resumed) if !resumed.ends_run => {
                let before = step + 1..resumed.made_in;
                self.order[before].iter().any(|other| other.lane == piece.lane)
            }
            _ => false,
        }
    }

    /// `a wake by A`, or `a callback that A queues`: which lane ends the wait of a lane that runs a
    /// loop, in words; none if no lane does.
    pub(super) fn a_wake_of_the_loop(&self, lane: LaneId, piece: &Piece) -> Option<String> {
        let resumed = self.ends_the_wait(lane, self.number(piece))?;
        match resumed.why {
            // Nothing wakes the loop then: the lane has run in it, as its task.
            Why::Lane(by) if resumed.ends_run && resumed.queued.by == by => {
                Some(format!("a callback that {} queues", self.chart.rows[by].name))
            }
            Why::Lane(by) | Why::Ended(by) => {
                Some(format!("a wake by {}", self.chart.rows[by].name))
            }
            Why::Begins | Why::Timer(_) | Why::GaveWay | Why::NotSeen => None,
        }
    }

    /// The call that ends what a lane waits for after a step that runs a loop: a call of its
    /// coroutine, or the one that ends the run. None if there is no such call, or if it is queued
    /// already.
    fn ends_the_wait(&self, lane: LaneId, step: usize) -> Option<&Resumed> {
        let awaits = &self.chart.awaits[self.calls.awaits(lane, step)?];
        if awaits.over || !awaits.in_a_run {
            return None;
        }
        let is_in_coroutine = !awaits.places.waits().is_empty();
        let resumed = self.resumed.iter().find(|resumed| {
            resumed.lane == lane
                && resumed.ends_run != is_in_coroutine
                && awaits.from.nth < resumed.queued.nth
        })?;
        if step < resumed.queued_in { Some(resumed) } else { None }
    }
}
