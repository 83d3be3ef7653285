//! One clock for several threads, and a deterministic scheduler of these.
//!
//! On the paused clock time passes only when no task has anything to do. A thread that is busy for
//! 300 ms therefore has to say so: [`block`](super::block) moves the clock instead of the thread.
//! On the runtime's own thread that is all there is to it. On another thread the runtime goes on
//! meanwhile, so the clock has to move in small steps, and at each step everything that is due has
//! to happen. Two such threads must not move the clock at once, nor start in an order that the
//! operating system chooses.
//!
//! So each closure that [`on_thread`](super::on_thread) makes has a *slot*, in the order of their
//! lanes, and one slot runs at a time, until it blocks or ends. Then the runtime goes on, until it
//! has nothing left to do. Only when all slots block does time pass. All that is decided by the
//! *coordinator*, a closure of our own on the runtime's pool.
//!
//! Two rules hold. On the paused clock a wait for the runtime, or for a thread that is expected,
//! has a bound ([`STUCK_AFTER`]); only a slot waits for its turn without one. And a slot goes on
//! when the coordinator lets it, never because the operating system would.
//!
//! On the real clock there are no slots, and nothing here does anything but tell the time.
//!
//! ```text
//!   runtime      idle          does what is due      idle            …
//!   slot 1       Running ──▶ Blocked(300 ms)
//!   slot 2       Ready                      Running ──▶ Blocked(200 ms)
//!   coordinator  waits   run_until_idle, lets 2 run    run_until_idle, advance a tick, …
//! ```
use crate::timeline::Clock;
use std::{
    cell::Cell,
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    task::{Context, Waker},
    thread::ThreadId,
    time::Duration,
};
use tokio::{runtime::Handle, time::Instant};

/// Tokio's timers are no finer than this, so neither are the steps of the clock.
pub(super) const TICK: Duration = Duration::from_millis(1);

/// How long to wait for a thread that is expected, or for the runtime to become idle. It bounds
/// what a mistake can cost; a run that is as it should be never waits for it to pass.
///
/// It is counted in slices and not taken from the wall clock. On a machine that is busy with other
/// things this thread is late for each slice, and what it waits for has had as many chances to run
/// as slices were counted.
const STUCK_AFTER: Duration = Duration::from_secs(3);

/// A slice of that.
const SLICE: Duration = Duration::from_millis(10);

/// Which thread may run, and whether the runtime is idle.
pub(super) struct Scheduler {
    /// On the real clock there is nothing to schedule.
    clock: Clock,
    /// The runtime of the run, when it began, and on which thread. Not there before the run begins.
    /// All three together, since they are known at one moment, on one thread.
    runtime: OnceLock<(Handle, Instant, ThreadId)>,
    /// One lock for everything that threads wait for, so that none misses a change.
    state: Mutex<State>,
    /// Notified after each change of the state.
    changed: Condvar,
}

struct State {
    /// The slots in their order, which is that of their lanes.
    slots: BTreeMap<u64, Slot>,
    /// The number of the next slot.
    /// Numbers are never used again: a slot that is late must not be taken for another one.
    next_slot: u64,
    /// The coordinator is at work, and need not be started: see [`Scheduler::ensure_coordinator`].
    coordinator_runs: bool,
    /// How often any of this has been changed, other than by the coordinator: so it sees that what
    /// it has based a decision on is out of date.
    changes: u64,
    /// The runtime's own thread is in [`block`](super::block): it cannot become idle.
    runtime_blocks: bool,
    /// How often the runtime was asked to do what there is to do.
    visits: u64,
    /// The last visit after which it became idle.
    idle_after: u64,
    /// The runtime's thread sleeps.
    /// Read by the watchdog in `recorder`: a runtime that sleeps is not stuck in a poll.
    asleep: bool,
    /// When the runtime's thread has last gone to sleep or woken up, on the wall clock.
    moved: std::time::Instant,
    /// The run is over. Once this is set, every wait in this file returns at once.
    closed: bool,
}

/// How far a closure is.
///
/// ```text
/// Expected ──► Ready ──► Running ──► Ending ──► (gone)
///    │  ▲        ▲          │  ▲
///    ▼  │        │          ▼  │
///   Queued ──────┘        Blocked
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
enum Slot {
    /// It may begin at any moment, or wait in a queue. Since when, on the wall clock.
    Expected(std::time::Instant),
    /// It was expected, and did not come: no thread has been free for it.
    Queued,
    /// It has begun, and waits for the coordinator.
    Ready,
    /// It is the one that runs.
    Running,
    /// In [`block`](super::block), until this time since the run began.
    Blocked(Duration),
    /// Its closure has ended, but the pool may still be waking the task that joins it.
    Ending(ThreadId),
}

thread_local! {
    /// The slot of the closure that runs on this thread.
    static SLOT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The slot of the runtime's own thread. It comes first among those that are due at the same time.
const RUNTIME: u64 = 0;

impl Scheduler {
    pub fn new(clock: Clock) -> Scheduler {
        let state = State {
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
        };
        Scheduler {
            clock,
            runtime: OnceLock::new(),
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// The run begins now, on this thread, which is in the context of its runtime.
    pub fn begin_run(&self) {
        let _ = self.runtime.set((Handle::current(), Instant::now(), std::thread::current().id()));
    }

    /// The runtime of the run, which has begun.
    pub fn runtime(&self) -> &Handle {
        &self.runtime.get().expect("a run begins before anything in it").0
    }

    pub fn on_runtime_thread(&self) -> bool {
        match self.runtime.get() {
            Some((_, _, thread)) => *thread == std::thread::current().id(),
            None => false,
        }
    }

    /// Time since the run began. Tokio's clock can only be read inside its runtime, hence the
    /// guard.
    pub fn elapsed(&self) -> Duration {
        let Some((handle, start, _)) = self.runtime.get() else { return Duration::ZERO };
        let _context = handle.enter();
        start.elapsed()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something that other threads may wait for.
    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.lock();
        state.changes += 1;
        let result = change(&mut state);
        drop(state);
        self.changed.notify_all();
        result
    }

    /// Waits, at most for [`STUCK_AFTER`], until `done` says so or the run is over. Says whether it
    /// was done.
    fn wait_until(&self, mut done: impl FnMut(&State) -> bool) -> bool {
        let mut waiting = |state: &mut State| !(state.closed || done(state));
        let mut state = self.lock();
        let mut waited = Duration::ZERO;
        while waited < STUCK_AFTER {
            let slept = self.changed.wait_timeout_while(state, SLICE, &mut waiting);
            let timeout;
            (state, timeout) = slept.unwrap_or_else(PoisonError::into_inner);
            if !timeout.timed_out() {
                return true;
            }
            waited += SLICE; // however late it is
        }
        !waiting(&mut state)
    }

    /// Waits until `slot` is allowed to run. Without a bound: what runs meanwhile may block for
    /// long.
    fn wait_for_slot(&self, slot: u64) {
        let waiting =
            |state: &mut State| !state.closed && state.slots.get(&slot) != Some(&Slot::Running);
        drop(self.changed.wait_while(self.lock(), waiting).unwrap_or_else(PoisonError::into_inner));
    }

    /// A closure will come, on a thread of its own. No time passes until it has begun. Returns the
    /// number of its slot.
    pub fn expect_slot(self: &Arc<Self>) -> u64 {
        let slot = self.change(|state| {
            let slot = state.next_slot;
            state.next_slot += 1;
            if self.clock == Clock::Paused {
                state.slots.insert(slot, Slot::Expected(std::time::Instant::now()));
            }
            slot
        });
        self.ensure_coordinator();
        slot
    }

    /// The closure has got a thread.
    pub fn begin_slot(self: &Arc<Self>, slot: u64) {
        if self.clock == Clock::Real {
            return;
        }
        self.thread_left(std::thread::current().id());
        self.change(|state| state.slots.insert(slot, Slot::Ready));
        self.ensure_coordinator();
        self.wait_for_slot(slot);
        SLOT.set(Some(slot));
    }

    /// The closure has ended.
    pub fn end_slot(&self, slot: u64) {
        if self.clock == Clock::Real {
            return;
        }
        SLOT.set(None);
        // A pool's thread wakes the task that joins the closure after the closure has returned;
        // time must not pass before it has. Such a thread leaves, or takes other work, right
        // afterwards. A thread that is not the runtime's wakes no task.
        let pooled = match tokio::runtime::Handle::try_current() {
            Ok(handle) => handle.id() == self.runtime().id(),
            Err(_) => false,
        };
        self.change(|state| {
            state.slots.remove(&slot);
            if pooled {
                state.slots.insert(slot, Slot::Ending(std::thread::current().id()));
            }
            state.a_thread_is_free();
        });
    }

    /// A thread of the runtime's pool has nothing more to do for the closure that it ran last.
    pub fn thread_left(&self, thread: ThreadId) {
        self.change(|state| state.slots.retain(|_, slot| *slot != Slot::Ending(thread)));
    }

    /// The closure will not begin any more.
    pub fn cancel(&self, slot: u64) {
        self.change(|state| {
            state.slots.remove(&slot);
            state.a_thread_is_free();
        });
    }

    /// Occupies this thread for a time on the paused clock.
    pub fn block(self: &Arc<Self>, time: Duration) {
        let until = self.elapsed() + time;
        if !self.on_runtime_thread() {
            self.run_until_idle();
            let mine = SLOT.get();
            let slot = match mine {
                Some(slot) => slot,
                None => self.expect_slot(),
            };
            self.change(|state| state.slots.insert(slot, Slot::Blocked(until)));
            self.wait_for_slot(slot);
            if mine.is_none() {
                self.cancel(slot); // it has no lane, so it is scheduled only while it blocks
            }
        } else if self.lock().slots.is_empty() {
            // No other thread is on the clock: the runtime's own moves it.
            self.advance(time);
        } else {
            // Others are: the runtime's thread blocks as a slot does, and the coordinator moves it.
            self.change(|state| {
                state.runtime_blocks = true;
                state.slots.insert(RUNTIME, Slot::Blocked(until));
            });
            self.ensure_coordinator();
            self.wait_for_slot(RUNTIME);
            self.change(|state| {
                state.runtime_blocks = false;
                state.slots.remove(&RUNTIME);
            });
        }
    }

    /// Sees to it that the coordinator is there. It is a closure on the runtime's own pool, so that
    /// as long as it is there, tokio leaves the clock alone, as it does for any `spawn_blocking`.
    fn ensure_coordinator(self: &Arc<Self>) {
        let mut state = self.lock();
        if self.clock == Clock::Paused && !state.coordinator_runs && !state.closed {
            state.coordinator_runs = true;
            drop(state);
            let scheduler = self.clone();
            self.runtime().spawn_blocking(move || scheduler.schedule());
        }
    }

    /// What the coordinator does: lets one slot run after the other, and the time pass in between.
    fn schedule(&self) {
        loop {
            let changes = self.lock().changes;
            self.run_until_idle();
            // A closure may run for ever. Meanwhile the runtime is left alone: to set it in motion
            // would be progress for the watchdog, which would never give the run up.
            while !self.wait_until(|state| !state.a_slot_is_busy()) {
                self.change(State::give_up_waiting);
            }
            let mut state = self.lock();
            if state.closed || state.has_nothing_to_schedule() {
                state.coordinator_runs = false;
                return;
            }
            if state.changes != changes {
                continue; // and what was changed may have set the runtime in motion
            }
            let now = self.elapsed();
            if let Some(next) = state.next(now) {
                state.slots.insert(next, Slot::Running);
                drop(state);
                self.changed.notify_all();
            } else {
                drop(state);
                let since_tick = Duration::from_nanos((now.as_nanos() % TICK.as_nanos()) as u64);
                self.advance(TICK - since_tick);
            }
        }
    }

    /// Lets the runtime do all that can be done at this instant.
    fn run_until_idle(&self) {
        // Twice: the first visit may come while the runtime is about to look at its timers, the
        // second may not.
        for _ in 0..2 {
            let mut state = self.lock();
            if state.closed || state.runtime_blocks {
                return;
            }
            state.visits += 1;
            let visit = state.visits;
            drop(state);
            self.runtime().spawn(async {});
            self.wait_until(|state| state.runtime_blocks || state.idle_after >= visit);
        }
    }

    /// Before something that a thread does is noted: first everything that it set off on the
    /// runtime.
    pub fn run_until_idle_on_thread(&self) {
        if self.clock == Clock::Paused && !self.on_runtime_thread() {
            self.run_until_idle();
        }
    }

    /// Moves the paused clock. Tokio's `advance` does so at its first poll; what follows that is
    /// only a yield.
    pub fn advance(&self, time: Duration) {
        let _context = self.runtime().enter();
        let advance = std::pin::pin!(tokio::time::advance(time));
        let _ = advance.poll(&mut Context::from_waker(Waker::noop()));
    }

    /// The runtime's thread has nothing to do and goes to sleep.
    pub fn runtime_is_idle(&self) {
        let mut state = self.lock();
        state.idle_after = state.visits;
        state.asleep = true;
        state.moved = std::time::Instant::now();
        drop(state);
        self.changed.notify_all();
    }

    /// The runtime's thread has slept.
    pub fn runtime_wakes(&self) {
        let mut state = self.lock();
        state.asleep = false;
        state.moved = std::time::Instant::now();
    }

    /// When the runtime's thread has last gone to sleep or woken up, and whether it sleeps now.
    pub fn last_moved(&self) -> (std::time::Instant, bool) {
        let state = self.lock();
        (state.moved, state.asleep)
    }

    /// The run is over: no thread waits any longer.
    pub fn close(&self) {
        self.change(|state| state.closed = true);
    }
}

impl State {
    /// Something runs, or may do so at any moment: nothing is decided until that is over.
    fn a_slot_is_busy(&self) -> bool {
        self.slots
            .values()
            .any(|slot| matches!(slot, Slot::Running | Slot::Ending(_) | Slot::Expected(_)))
    }

    /// A slot that is queued needs no coordinator: the end of another one starts it again.
    fn has_nothing_to_schedule(&self) -> bool {
        self.slots.values().all(|slot| *slot == Slot::Queued)
    }

    /// Which slot comes next: one that has not begun yet, or else the one whose time has come
    /// first.
    fn next(&self, now: Duration) -> Option<u64> {
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

    /// A closure that was expected for too long is taken to wait for a free thread.
    fn give_up_waiting(&mut self) {
        for slot in self.slots.values_mut() {
            match slot {
                Slot::Expected(since) if since.elapsed() >= STUCK_AFTER => *slot = Slot::Queued,
                _ => {}
            }
        }
        self.slots.retain(|_, slot| !matches!(slot, Slot::Ending(_)));
    }

    /// A thread may be free now for a closure that waits in a queue.
    fn a_thread_is_free(&mut self) {
        for slot in self.slots.values_mut() {
            if *slot == Slot::Queued {
                *slot = Slot::Expected(std::time::Instant::now());
            }
        }
    }
}
