//! How far each closure is, and which of them comes next.
use super::STUCK_AFTER;
use std::{collections::BTreeMap, thread::ThreadId, time::Duration};

/// How far a closure is.
///
/// ```text
/// Expected ──► Ready ──► Running ──► Ending ──► (gone)
///    │  ▲        ▲          │  ▲
///    ▼  │        │          ▼  │
///   Queued ──────┘        Blocked
/// ```
///
/// The picture shows a closure on a thread of the runtime's pool that begins. Three ways are not in
/// it:
///
/// - A closure that will not begin any more is gone from `Expected` or `Queued`.
/// - A closure on a thread that is not of the pool is gone as soon as it ends, without `Ending`.
/// - A thread that runs no such closure has a slot only while it blocks. The runtime's own thread
///   begins with `Blocked`; any other such thread is `Expected` for a moment before that. When the
///   thread has blocked, its slot goes from `Blocked` to `Running` and is gone.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Slot {
    /// It may begin at any moment, or wait in the queue of the pool: that is not known yet. It has
    /// been expected since this moment on the wall clock.
    Expected(std::time::Instant),
    /// It was expected for [`STUCK_AFTER`] and has not begun, so it is taken to wait in the queue
    /// of the pool until a thread is free for it.
    Queued,
    /// It has begun, and waits for the coordinator.
    Ready,
    /// It is the one that runs.
    Running,
    /// In `block`, until this time since the run began.
    Blocked(Duration),
    /// Its closure has ended, but the pool may still be waking the task that joins it.
    Ending(ThreadId),
}

/// The slot of the runtime's own thread. It comes first among those that are due at the same time.
pub(super) const RUNTIME: u64 = 0;

/// What threads wait for. All of it is behind one lock.
pub(super) struct State {
    /// The slots in their order, which is that of their lanes.
    pub slots: BTreeMap<u64, Slot>,
    /// The number of the next slot.
    /// Numbers are never used again: a slot that is late must not be taken for another one.
    pub next_slot: u64,
    /// The coordinator is at work, and need not be started: see `Scheduler::ensure_coordinator`.
    pub coordinator_runs: bool,
    /// How often `Scheduler::change` was called. So the coordinator sees when the state that it has
    /// looked at is out of date.
    pub changes: u64,
    /// The runtime's own thread is in `block`: it cannot become idle.
    pub runtime_blocks: bool,
    /// How many visits the runtime has had. A visit asks it to do all that can be done at this
    /// instant: see `Scheduler::run_until_idle`.
    pub visits: u64,
    /// The value of `visits` when the runtime last became idle: all these visits are over.
    pub idle_after: u64,
    /// The runtime's thread sleeps.
    /// Read by the watchdog in `recorder`: a runtime that sleeps is not stuck in a poll.
    pub asleep: bool,
    /// When the runtime's thread has last gone to sleep or woken up, on the wall clock.
    pub moved: std::time::Instant,
    /// The run is over. Once this is set, every wait of the scheduler returns at once.
    pub closed: bool,
}

impl State {
    /// The state of a run that has not begun.
    pub fn new() -> State {
        State {
            slots: BTreeMap::new(),
            next_slot: RUNTIME + 1,
            coordinator_runs: false,
            changes: 0,
            runtime_blocks: false,
            visits: 0,
            idle_after: 0,
            asleep: false,
            moved: std::time::Instant::now(),
            closed: false,
        }
    }

    /// Something runs, or may do so at any moment: nothing is decided until that is over.
    pub fn a_slot_is_busy(&self) -> bool {
        self.slots
            .values()
            .any(|slot| matches!(slot, Slot::Running | Slot::Ending(_) | Slot::Expected(_)))
    }

    /// Whether there are no slots but queued ones. A queued slot needs no coordinator: when its
    /// closure begins, that starts the coordinator again.
    pub fn has_nothing_to_schedule(&self) -> bool {
        self.slots.values().all(|slot| *slot == Slot::Queued)
    }

    /// Which slot comes next: the first one that is ready, or else the blocked one whose time has
    /// come first.
    pub fn next(&self, now: Duration) -> Option<u64> {
        let mut first: Option<(Duration, u64)> = None;
        // In the order of their numbers, so that of two that are due at once the earlier lane is
        // first.
        for (number, slot) in &self.slots {
            match slot {
                Slot::Ready => return Some(*number),
                Slot::Blocked(until) if *until <= now => {
                    let due = (*until, *number);
                    match first {
                        Some(earlier) if earlier < due => {}
                        _ => first = Some(due),
                    }
                }
                _ => {}
            }
        }
        first.map(|(_, number)| number)
    }

    /// A closure that was expected for too long is taken to wait for a free thread. A closure that
    /// has ended is taken to have woken the task that joins it.
    pub fn give_up_waiting(&mut self) {
        for slot in self.slots.values_mut() {
            match slot {
                Slot::Expected(since) if since.elapsed() >= STUCK_AFTER => *slot = Slot::Queued,
                _ => {}
            }
        }
        self.slots.retain(|_, slot| !matches!(slot, Slot::Ending(_)));
    }

    /// Expects again each closure that waits in a queue: a thread may be free for it now.
    pub fn expect_what_is_queued(&mut self) {
        for slot in self.slots.values_mut() {
            if *slot == Slot::Queued {
                *slot = Slot::Expected(std::time::Instant::now());
            }
        }
    }
}
