//! Whether the event loop is responsive: a task that wants to run again and again, and notes how long it had to wait.
use std::{cell::Cell, convert::Infallible, time::Duration};
use tokio::time::{Instant, sleep};

/// How regularly a task got its turn that asked for one each `period`.
#[derive(Debug)]
pub struct Heartbeat {
    period: Duration,
    beats: Cell<u64>,
    worst_gap: Cell<Duration>,
}

impl Heartbeat {
    /// A heart that does not beat yet.
    pub fn new(period: Duration) -> Heartbeat {
        Heartbeat { period, beats: Cell::new(0), worst_gap: Cell::new(Duration::ZERO) }
    }

    /// Beats until it is dropped, and calls `each` with the number of the beat.
    pub async fn beat(&self, mut each: impl FnMut(u64)) -> Infallible {
        let mut last = Instant::now();
        loop {
            sleep(self.period).await;
            self.beats.set(self.beats.get() + 1);
            self.worst_gap.set(self.worst_gap.get().max(last.elapsed()));
            last = Instant::now();
            each(self.beats.get());
        }
    }

    /// How often it has beaten.
    pub fn beats(&self) -> u64 {
        self.beats.get()
    }

    /// The longest time between two beats. It is the period where nobody keeps the thread for long.
    pub fn worst_gap(&self) -> Duration {
        self.worst_gap.get()
    }
}
