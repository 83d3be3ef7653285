//! The wakers that a lane gives to its future.
//!
//! Such a waker notes each wake and passes it on to the waker that the lane itself was polled with.
//! And it notes each clone: if the waker is cloned while the lane is being polled, the lane waits
//! for what has cloned it.
//!
//! A future that has kept a waker compares it, with `will_wake`, with the waker of the next poll,
//! and clones that only if the two are not the same. Without a lane the future gets the same waker
//! at each poll of a task. So with a lane it has to get the same waker, too, or recording would
//! change what it does. But a future that always gets the same waker clones it once. If the lane
//! awaits that future at one line, and later at another, no clone tells the second line. So:
//!
//! - A lane that registers in one place, and in the same place each time, keeps its waker.
//! - A lane that waits elsewhere, or in several places, gets a new waker for its next poll.
//! - Within one poll a clone is another waker than the original: if the future is polled again in
//!   the same poll, it clones again. In the next poll the lane gives that clone to its future, so
//!   that the future finds it equal.
use super::{
    LaneId,
    gate::is_quiet,
    pair::{ClonedAt, Clones, Kept, Moved, Pair, lock},
    run::{MOST_PLACES, Run},
};
use crate::waker::original_waker;
use hooked_waker::{Hook, Hooked, waker};
use std::{
    sync::{Arc, Mutex, Weak},
    task::Waker,
};

/// The wakers of a lane. The lane owns the pair of them. Each waker has a weak reference to the
/// pair. [`Kept`] counts these references, and so knows whether something else keeps a waker.
pub(super) struct LaneWakers {
    /// Where wakes are noted.
    run: Arc<Run>,
    /// The lane that is noted as woken.
    lane: LaneId,
    /// `None` until the first poll. Only the lane owns the pair, so it is dropped with the lane.
    pair: Arc<Mutex<Option<Pair>>>,
}

impl LaneWakers {
    pub fn new(run: &Arc<Run>, lane: LaneId) -> LaneWakers {
        let wakers = LaneWakers { run: run.clone(), lane, pair: Arc::default() };
        run.note_wakers(lane, Kept(Arc::downgrade(&wakers.pair)));
        wakers
    }

    /// Whether the lane was polled at all.
    pub fn were_used(&self) -> bool {
        lock(&self.pair).is_some()
    }

    /// The waker for the next poll of the lane, which is polled with `inner`.
    pub fn waker(&self, inner: &Waker) -> Waker {
        let mut pair = lock(&self.pair);
        if let Some(pair) = &mut *pair
            && !pair.outdated
            && pair.inner.will_wake(inner)
        {
            pair.first = None;
            return waker(pair.polled_with.clone());
        }
        // Two numbers for each pair: one for what is handed out, one for its clones.
        let mut number = 0;
        if let Some(before) = &*pair {
            number = before.number + 2;
        }
        // As no lane: our clone of the outer lane's waker must not be noted as a place where that
        // lane waits.
        let inner = self.run.as_no_lane(|| inner.clone());
        let polled_with = self.hook(&inner, number);
        let cloned = self.hook(&inner, number + 1);
        let made = waker(polled_with.clone());
        let task = original_waker(&inner).addr();
        let others = vec![];
        let new = Pair { polled_with, number, cloned, first: None, others, inner, outdated: false };
        let before = pair.replace(new);
        drop(pair);
        drop(before); // without the lock: this may run the destructor of a waker of the program
        self.run.note_task(self.lane, task);
        made
    }

    /// Called when the poll has ended and its waker is still there. Returns which of the wakers
    /// that were cloned in the poll are kept.
    pub fn after_the_poll(&self) -> Clones {
        match &mut *lock(&self.pair) {
            Some(pair) => pair.after_the_poll(),
            None => Clones::default(),
        }
    }

    /// The poll has returned an item: what was cloned in it may still be kept at the next poll, and
    /// must not be taken for a clone that was made in the next poll.
    pub fn after_an_item(&self) {
        if let Some(pair) = &mut *lock(&self.pair) {
            pair.outdated |= pair.first.is_some();
            pair.others.clear();
        }
    }

    /// The poll has returned `Pending`.
    pub fn after_pending(&self, moved: Moved) {
        let mut pair = lock(&self.pair);
        let Some(pair) = &mut *pair else { return };
        match moved {
            Moved::Yes => pair.outdated = true,
            // The next poll is with the clone that the future keeps, so that the two are equal.
            Moved::NoButCloned => {
                let next = self.hook(&pair.inner, pair.number + 2);
                pair.polled_with = std::mem::replace(&mut pair.cloned, next);
                pair.number += 1;
            }
            Moved::No => {}
        }
    }

    fn hook(&self, inner: &Waker, number: u64) -> Hooked {
        Arc::new(Box::new(RecordingWaker {
            run: self.run.clone(),
            lane: self.lane,
            inner: self.run.as_no_lane(|| inner.clone()),
            task: original_waker(inner).addr(),
            number,
            pair: Arc::downgrade(&self.pair),
        }))
    }
}

/// The waker that a lane gives to its future.
struct RecordingWaker {
    /// Where a wake is noted.
    run: Arc<Run>,
    /// The lane that is noted as woken.
    lane: LaneId,
    /// The waker that the lane was polled with.
    inner: Waker,
    /// The address that identifies the task's waker: that is `inner`, or the waker to which `inner`
    /// passes a wake on. Once another task polls the lane, this waker does not reach the lane any
    /// more.
    task: usize,
    /// Which of the lane's wakers it is.
    number: u64,
    /// The pair of the lane. The reference is weak, since the pair owns two of these wakers.
    pair: Weak<Mutex<Option<Pair>>>,
}

impl RecordingWaker {
    /// The hook of a clone that is made at another place than the first clone of the poll.
    fn another(&self) -> Hooked {
        Arc::new(Box::new(RecordingWaker {
            run: self.run.clone(),
            lane: self.lane,
            inner: self.run.as_no_lane(|| self.inner.clone()),
            task: self.task,
            number: self.number + 1,
            pair: self.pair.clone(),
        }))
    }
}

impl Hook for RecordingWaker {
    fn cloned(&self) -> Option<Hooked> {
        // Only a clone that the lane's own future makes in a poll says where the lane waits. Others
        // make clones, too: the gate; a lane inside this one; and, outside of a poll, code that
        // already has a waker.
        if is_quiet() || self.run.current_lane() != Some(self.lane) {
            return None;
        }
        let place = ClonedAt(self.run.registers(self.lane));
        let pair = self.pair.upgrade()?;
        let mut pair = lock(&pair);
        let pair = pair.as_mut()?;
        // The clone of this poll's waker is another waker. The clone of a waker that was kept from
        // before is the same waker.
        if pair.number != self.number {
            return None;
        }
        let first = *pair.first.get_or_insert(place);
        if first == place || pair.others.len() >= MOST_PLACES {
            return Some(pair.cloned.clone());
        }
        for (other, hook) in &pair.others {
            if *other == place {
                return Some(hook.clone());
            }
        }
        let hook = self.another();
        pair.others.push((place, hook.clone()));
        Some(hook)
    }

    fn woken(&self) {
        if is_quiet() {
            return self.inner.wake_by_ref();
        }
        let told = self.run.woken(self.lane, self.task);
        // As this lane: the outer lane is woken by the inner one. So the timeline shows a chain of
        // two wakes, and not two wakes by the same cause.
        self.run.passes_on(self.lane, || self.inner.wake_by_ref());
        if told && let Some(gate) = &self.run.gate {
            gate.passed_on(self.lane);
        }
    }
}
