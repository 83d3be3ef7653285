//! The run that is going on, for a thread that watches it.
use super::scheduler::Scheduler;
use crate::timeline::Run;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
    time::{Duration, Instant},
};

/// The run that is going on, shared by the thread that runs schedules and the one that watches it.
#[derive(Default)]
pub(super) struct CurrentRun {
    /// The current run and its number. Behind a lock, since one thread replaces it, thousands of
    /// times in a second, and the other one reads it.
    running: Mutex<Running>,
    /// The watching thread has given up, so nothing looks at another run.
    pub given_up: AtomicBool,
}

#[derive(Default)]
struct Running {
    /// How many runs there have been. Two runs in a row may look alike; their numbers differ.
    number: u64,
    /// None between two runs.
    run: Option<(Arc<Run>, Arc<Scheduler>)>,
}

impl CurrentRun {
    /// Locks what is shared. A panic while it was locked leaves it readable.
    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this is the run that is watched.
    pub fn begins(&self, run: &Arc<Run>, scheduler: &Arc<Scheduler>) {
        let mut running = self.lock();
        running.number += 1;
        running.run = Some((run.clone(), scheduler.clone()));
    }

    /// The run is over, and the next has not begun.
    pub fn ended(&self) {
        self.lock().run = None;
    }

    /// What changes as long as the thread gets on: the number of the run, when the runtime of that
    /// run has last gone to sleep or woken up, and whether the runtime sleeps.
    pub fn movement(&self) -> (u64, Option<(Instant, bool)>) {
        let running = self.lock();
        (running.number, running.run.as_ref().map(|(run, _)| run.last_moved()))
    }

    /// The number of the run, and what shows that its lanes get on.
    pub fn signs_of_life(&self) -> (u64, Option<(u64, Duration)>) {
        let running = self.lock();
        (running.number, running.run.as_ref().map(|(run, _)| run.signs_of_life()))
    }

    /// The run and its scheduler; none between two runs.
    pub fn run(&self) -> Option<(Arc<Run>, Arc<Scheduler>)> {
        self.lock().run.clone()
    }
}
