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
//! has a bound ([`STUCK_AFTER`]). Two waits have none: that of a slot for its turn, and that of the
//! coordinator for a closure that runs. And a slot goes on when the coordinator lets it, never
//! because the operating system would.
//!
//! On the real clock there are no slots. Then this module only tells the time, and when the
//! runtime's own thread has last gone to sleep or woken up.
//!
//! ```text
//!   runtime      idle          does what is due      idle            …
//!   slot 1       Running ──▶ Blocked(300 ms)
//!   slot 2       Ready                      Running ──▶ Blocked(200 ms)
//!   coordinator  waits   run_until_idle, lets 2 run    run_until_idle, advance a tick, …
//! ```
//!
//! In the order in which they are understood: `slots` says how far each closure is, and which comes
//! next; this file tells the time, and has what everything here waits with; `closures` is what a
//! closure does on its thread; and `coordinator` lets one slot after the other run.
// In reading order; the blank lines keep rustfmt from sorting them.
mod slots;
// Here comes this file.

mod closures;

mod coordinator;

use crate::timeline::Clock;
use slots::State;
use std::{
    sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
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
    /// Empty until the run begins.
    began: OnceLock<Began>,
    /// One lock for everything that threads wait for, so that none misses a change.
    state: Mutex<State>,
    /// Notified after each change that a thread may wait for.
    changed: Condvar,
}

/// What is known of a run once it has begun.
struct Began {
    /// The runtime of the run.
    runtime: Handle,
    /// When the run began, on its clock.
    at: Instant,
    /// The runtime's own thread.
    thread: ThreadId,
}

impl Scheduler {
    pub fn new(clock: Clock) -> Scheduler {
        Scheduler {
            clock,
            began: OnceLock::new(),
            state: Mutex::new(State::new()),
            changed: Condvar::new(),
        }
    }

    /// The run begins now, on this thread, which is in the context of its runtime.
    pub fn begin_run(&self) {
        let _ = self.began.set(Began {
            runtime: Handle::current(),
            at: Instant::now(),
            thread: std::thread::current().id(),
        });
    }

    /// The runtime of the run, which has begun.
    pub fn runtime(&self) -> &Handle {
        &self.began.get().expect("a run begins before anything in it").runtime
    }

    pub fn on_runtime_thread(&self) -> bool {
        match self.began.get() {
            Some(began) => began.thread == std::thread::current().id(),
            None => false,
        }
    }

    /// Time since the run began. Tokio's clock can only be read inside its runtime, hence the
    /// guard.
    pub fn elapsed(&self) -> Duration {
        let Some(began) = self.began.get() else { return Duration::ZERO };
        let _context = began.runtime.enter();
        began.at.elapsed()
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

    /// Whether the runtime's own thread is in [`block`](super::block), and waits there for a
    /// closure that runs on another thread: then it is that closure which keeps all lanes waiting.
    pub fn runtime_waits_for_a_closure(&self) -> bool {
        let state = self.lock();
        state.runtime_blocks && state.a_slot_is_busy()
    }

    /// The run is over: no thread waits any longer.
    pub fn close(&self) {
        self.change(|state| state.closed = true);
    }

    // What everything here waits with.

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

    /// Waits until `done` says so or the run is over. Returns false if neither came about within
    /// [`STUCK_AFTER`].
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
}
