//! How long a thread slept, as the system counts it.
//!
//! On the paused clock no time passes while `std::thread::sleep` keeps the thread, and the wall
//! clock alone does not tell sleeping from a machine that is busy with something else. Linux counts
//! for each thread how long it ran and how long it waited for a processor; the rest it slept.
use std::time::{Duration, Instant};

pub(crate) struct ThreadTime {
    wall: Instant,
    /// How long the thread ran or waited for a processor.
    busy: Duration,
}

impl ThreadTime {
    /// Of the thread that calls it; nothing where the system does not count.
    pub(crate) fn now() -> Option<ThreadTime> {
        let wall = Instant::now();
        let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        let mut numbers = counted.split_whitespace();
        let ran = numbers.next()?.parse().ok()?;
        let waited = numbers.next()?.parse().ok()?;
        Some(ThreadTime { wall, busy: Duration::from_nanos(ran) + Duration::from_nanos(waited) })
    }

    /// How long the thread has slept since then. It has to be the same thread.
    pub(crate) fn slept_since(begin: Option<ThreadTime>) -> Option<Duration> {
        let begin = begin?;
        let now = ThreadTime::now()?;
        let busy = now.busy.saturating_sub(begin.busy);
        Some(begin.wall.elapsed().saturating_sub(busy))
    }
}
