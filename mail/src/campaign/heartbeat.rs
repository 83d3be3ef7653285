//! Whether the event loop is responsive: a task that asks to be woken at short intervals, and notes
//! how late that was.
use std::{
    convert::Infallible,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// How regularly a task has run that asked to be woken each `period`.
#[derive(Debug)]
pub struct Heartbeat {
    /// How long it sleeps between two beats.
    period: Duration,
    /// Atomic, so that a program can look while the heart beats on another task.
    beats: AtomicU64,
    /// In nanoseconds.
    worst_gap: AtomicU64,
}

impl Heartbeat {
    /// A heart that does not beat yet.
    pub fn new(period: Duration) -> Heartbeat {
        Heartbeat { period, beats: AtomicU64::new(0), worst_gap: AtomicU64::new(0) }
    }

    /// Beats until it is dropped.
    pub async fn beat(&self) -> Infallible {
        let mut last = Instant::now();
        loop {
            sleep(self.period).await;
            let gap = last.elapsed();
            last += gap;
            self.beats.fetch_add(1, Relaxed);
            self.worst_gap.fetch_max(gap.as_nanos() as u64, Relaxed);
        }
    }

    /// How often it has beaten.
    pub fn beats(&self) -> u64 {
        self.beats.load(Relaxed)
    }

    /// The longest time between two beats. It is the period, and some milliseconds that timers are
    /// late, where no task keeps the thread for long.
    pub fn worst_gap(&self) -> Duration {
        Duration::from_nanos(self.worst_gap.load(Relaxed))
    }
}
