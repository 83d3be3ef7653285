//! One clock for several threads.
//!
//! On the paused clock time passes only when nobody has anything to do. A thread that is busy for 300 ms therefore
//! has to say so: [`block`](super::block) moves the clock instead of the thread. On the runtime's own thread that is
//! all there is to it. On another thread the runtime goes on meanwhile, so the clock has to move in small steps, and at
//! each step whatever is due has to happen; and two such threads must not move it at once, nor start in an order that
//! the operating system chooses. So they take turns: one thread runs at a time, in the order of their lanes, until it
//! blocks or ends; then the runtime, until it has nothing left to do; and only when all of them block does time pass.
//!
//! On the real clock there are no turns, and nothing here does anything but tell the time.
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

/// Tokio's timers are no finer than this, so neither are the steps.
const TICK: Duration = Duration::from_millis(1);

/// How long (on the wall clock) to wait for a thread that has been announced, or for the runtime to come to rest.
/// It bounds what a mistake can cost; a run that is as it should be never waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who may run, and whether the runtime is at rest.
pub(super) struct Turns {
    clock: Clock,
    /// The runtime of the run, when it began, and on which thread.
    runtime: OnceLock<(Handle, Instant, ThreadId)>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    threads: BTreeMap<u64, Phase>,
    next_turn: u64,
    /// The keeper is at work: see [`Turns::keep`].
    kept: bool,
    /// How often any of this has been changed, other than by the keeper.
    changes: u64,
    /// The runtime's own thread is in [`block`].
    runtime_blocks: bool,
    /// How often somebody asked the runtime to run, and the last of these after which it came to rest.
    visits: u64,
    rested: u64,
    /// How often the runtime's thread has gone to sleep or woken up, and whether it sleeps now.
    pub moves: u64,
    pub asleep: bool,
    closed: bool,
}

/// Where a thread is on its way.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Phase {
    /// Announced; it may begin at any moment, or wait in a queue. Since when, on the wall clock.
    Announced(std::time::Instant),
    /// Announced, but it did not come: no thread has been free for it.
    Queued,
    /// It has begun, and waits for its turn.
    Ready,
    Running,
    /// In [`block`], until this time since the run began.
    Blocked(Duration),
    /// Its closure has ended, but the pool may still be telling whoever joins it.
    Ending(ThreadId),
}

thread_local! {
    /// The turn of the closure that runs on this thread.
    static TURN: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The turn of the runtime's own thread. It comes first among those that are due at the same time.
const RUNTIME: u64 = 0;

impl Turns {
    pub fn new(clock: Clock) -> Turns {
        let state = State { next_turn: RUNTIME + 1, ..State::default() };
        Turns { clock, runtime: OnceLock::new(), state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The run begins now, on this thread, which is in the context of its runtime.
    pub fn begin_run(&self) {
        let _ = self.runtime.set((Handle::current(), Instant::now(), std::thread::current().id()));
    }

    pub fn runtime(&self) -> &Handle {
        &self.runtime.get().expect("a run begins before anything in it").0
    }

    pub fn on_runtime_thread(&self) -> bool {
        self.runtime.get().is_some_and(|(_, _, thread)| *thread == std::thread::current().id())
    }

    /// Time since the run began. Tokio's clock can only be read inside its runtime, hence the guard.
    pub fn elapsed(&self) -> Duration {
        let Some((handle, start, _)) = self.runtime.get() else { return Duration::ZERO };
        let _context = handle.enter();
        start.elapsed()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something that others may wait for.
    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.lock();
        state.changes += 1;
        let result = change(&mut state);
        drop(state);
        self.changed.notify_all();
        result
    }

    /// Waits, at most for `PATIENCE`, until `done` says so or the run is over. Says whether it was done.
    fn wait_until(&self, mut done: impl FnMut(&State) -> bool) -> bool {
        let waiting = |state: &mut State| !(state.closed || done(state));
        let (state, timeout) = self
            .changed
            .wait_timeout_while(self.lock(), PATIENCE, waiting)
            .unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out() || state.closed
    }

    /// Waits until `turn` is allowed to run.
    fn wait_for_turn(&self, turn: u64) {
        let waiting =
            |state: &mut State| !state.closed && state.threads.get(&turn) != Some(&Phase::Running);
        drop(self.changed.wait_while(self.lock(), waiting).unwrap_or_else(PoisonError::into_inner));
    }

    pub fn announce(self: &Arc<Self>) -> u64 {
        let turn = self.change(|state| {
            let turn = state.next_turn;
            state.next_turn += 1;
            if self.clock == Clock::Paused {
                state.threads.insert(turn, Phase::Announced(std::time::Instant::now()));
            }
            turn
        });
        self.keep();
        turn
    }

    /// The closure has got a thread.
    pub fn begin_turn(self: &Arc<Self>, turn: u64) {
        if self.clock == Clock::Real {
            return;
        }
        self.left(std::thread::current().id());
        self.change(|state| state.threads.insert(turn, Phase::Ready));
        self.keep();
        self.wait_for_turn(turn);
        TURN.set(Some(turn));
    }

    /// The closure has ended.
    pub fn end_turn(&self, turn: u64) {
        if self.clock == Clock::Real {
            return;
        }
        TURN.set(None);
        // A pool's thread wakes whoever joins the closure after the closure has returned; time must not pass before
        // it has. Such a thread leaves, or takes other work, right afterwards. A thread that is not the runtime's
        // wakes nobody.
        let pooled = tokio::runtime::Handle::try_current()
            .is_ok_and(|handle| handle.id() == self.runtime().id());
        self.change(|state| {
            state.threads.remove(&turn);
            if pooled {
                state.threads.insert(turn, Phase::Ending(std::thread::current().id()));
            }
            state.somebody_ended();
        });
    }

    /// A thread of the runtime's pool has nothing more to do for the closure that it ran last.
    pub fn left(&self, thread: ThreadId) {
        self.change(|state| state.threads.retain(|_, phase| *phase != Phase::Ending(thread)));
    }

    /// It will not begin any more.
    pub fn cancel(&self, turn: u64) {
        self.change(|state| {
            state.threads.remove(&turn);
            state.somebody_ended();
        });
    }

    /// Occupies this thread for a time on the paused clock.
    pub fn block(self: &Arc<Self>, time: Duration) {
        let until = self.elapsed() + time;
        if !self.on_runtime_thread() {
            self.settle();
            let mine = TURN.get();
            let turn = mine.unwrap_or_else(|| self.announce());
            self.change(|state| state.threads.insert(turn, Phase::Blocked(until)));
            self.wait_for_turn(turn);
            if mine.is_none() {
                self.cancel(turn); // it has no lane, so it is one of us only while it blocks
            }
        } else if self.lock().threads.is_empty() {
            self.advance(time);
        } else {
            self.change(|state| {
                state.runtime_blocks = true;
                state.threads.insert(RUNTIME, Phase::Blocked(until));
            });
            self.keep();
            self.wait_for_turn(RUNTIME);
            self.change(|state| {
                state.runtime_blocks = false;
                state.threads.remove(&RUNTIME);
            });
        }
    }

    /// Sees to it that the keeper is there: a closure on the runtime's own pool that gives the turns and moves the
    /// clock. As long as it is there, tokio leaves the clock alone, as it does for any `spawn_blocking`.
    fn keep(self: &Arc<Self>) {
        let mut state = self.lock();
        if self.clock == Clock::Paused && !state.kept && !state.closed {
            state.kept = true;
            drop(state);
            let turns = self.clone();
            self.runtime().spawn_blocking(move || turns.give_turns());
        }
    }

    fn give_turns(&self) {
        loop {
            let changes = self.lock().changes;
            self.settle();
            if !self.wait_until(|state| !state.somebody_runs()) {
                self.change(State::give_up_waiting);
                continue;
            }
            let mut state = self.lock();
            if state.closed || state.nobody_is_left() {
                state.kept = false;
                return;
            }
            if state.changes != changes {
                continue; // and whoever changed something may have set the runtime in motion
            }
            let now = self.elapsed();
            if let Some(next) = state.next(now) {
                state.threads.insert(next, Phase::Running);
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
    fn settle(&self) {
        // Twice: the first visit may come while the runtime is about to look at its timers, the second may not.
        for _ in 0..2 {
            let mut state = self.lock();
            if state.closed || state.runtime_blocks {
                return;
            }
            state.visits += 1;
            let visit = state.visits;
            drop(state);
            self.runtime().spawn(async {});
            self.wait_until(|state| state.runtime_blocks || state.rested >= visit);
        }
    }

    /// Before something that a thread does is noted: first everything that it set off on the runtime.
    pub fn settle_if_on_thread(&self) {
        if self.clock == Clock::Paused && !self.on_runtime_thread() {
            self.settle();
        }
    }

    /// Moves the paused clock. Tokio's `advance` does so at its first poll; what follows that is only a yield.
    fn advance(&self, time: Duration) {
        let _context = self.runtime().enter();
        let advance = std::pin::pin!(tokio::time::advance(time));
        let _ = advance.poll(&mut Context::from_waker(Waker::noop()));
    }

    /// The runtime's thread has nothing to do and goes to sleep.
    pub fn runtime_rests(&self) {
        let mut state = self.lock();
        (state.rested, state.asleep, state.moves) = (state.visits, true, state.moves + 1);
        drop(state);
        self.changed.notify_all();
    }

    /// The runtime's thread has slept.
    pub fn runtime_wakes(&self) {
        let mut state = self.lock();
        (state.asleep, state.moves) = (false, state.moves + 1);
    }

    /// How often the runtime's thread has gone to sleep or woken up, and whether it sleeps now.
    pub fn movement(&self) -> (u64, bool) {
        let state = self.lock();
        (state.moves, state.asleep)
    }

    /// Nobody waits any longer.
    pub fn close(&self) {
        self.change(|state| state.closed = true);
    }
}

impl State {
    fn somebody_runs(&self) -> bool {
        self.threads
            .values()
            .any(|phase| matches!(phase, Phase::Running | Phase::Ending(_) | Phase::Announced(_)))
    }

    fn nobody_is_left(&self) -> bool {
        self.threads.values().all(|phase| *phase == Phase::Queued)
    }

    /// Whose turn it is: first who has not begun yet, then whose time has come.
    fn next(&self, now: Duration) -> Option<u64> {
        let ready =
            self.threads.iter().find(|(_, phase)| **phase == Phase::Ready).map(|(turn, _)| *turn);
        let due = |(turn, phase): (&u64, &Phase)| match phase {
            Phase::Blocked(until) if *until <= now => Some((*until, *turn)),
            _ => None,
        };
        ready.or_else(|| self.threads.iter().filter_map(due).min().map(|(_, turn)| turn))
    }

    /// Whoever has been announced for too long waits for a free thread.
    fn give_up_waiting(&mut self) {
        for phase in self.threads.values_mut() {
            match phase {
                Phase::Announced(since) if since.elapsed() >= PATIENCE => *phase = Phase::Queued,
                _ => {}
            }
        }
        self.threads.retain(|_, phase| !matches!(phase, Phase::Ending(_)));
    }

    /// A thread may be free now for one that waits in a queue.
    fn somebody_ended(&mut self) {
        for phase in self.threads.values_mut().filter(|phase| **phase == Phase::Queued) {
            *phase = Phase::Announced(std::time::Instant::now());
        }
    }
}
