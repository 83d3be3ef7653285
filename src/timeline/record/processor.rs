//! How long a thread was ready to run and had no processor.
//!
//! A poll that takes long on the wall clock kept its thread, unless it is the machine that kept the
//! poll: where more threads want to run than there are processors, each of them waits. What a
//! recording says of a poll must not depend on that, so this time is taken off. What is left is
//! what the poll computed, and what it slept: in `std::thread::sleep`, for a lock, for a disk.
#[cfg(feature = "schedules")]
use std::time::Instant;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long this thread was ready and had no processor, since it was started; zero where the system
/// does not tell.
pub(crate) fn waited_for_a_processor() -> Duration {
    let waited = waited_as_the_system_tells(Path::new("/proc/thread-self"));
    #[cfg(test)]
    let waited = waited + tests::PRETENDED.get();
    waited
}

/// A thread, to look at from another one.
#[derive(Debug)]
pub(crate) struct SeenThread {
    /// The folder in which Linux shows the thread; none where there is no such folder.
    folder: Option<PathBuf>,
}

impl SeenThread {
    /// The thread that calls this.
    pub fn this_one() -> SeenThread {
        let link = fs::read_link("/proc/thread-self").ok();
        SeenThread { folder: link.map(|link| Path::new("/proc").join(link)) }
    }

    /// How long it was ready and had no processor, since it was started; zero where the system does
    /// not tell, and when it has ended.
    pub fn waited_for_a_processor(&self) -> Duration {
        match &self.folder {
            Some(folder) => waited_as_the_system_tells(folder),
            None => Duration::ZERO,
        }
    }
}

/// The time since a thread called `begin`, without the time in which the thread waited for a
/// processor.
#[cfg(feature = "schedules")]
pub(crate) struct OwnTime {
    /// When `begin` was called, on the wall clock.
    begun: Instant,
    /// How long the thread had waited for a processor when `begin` was called.
    waited: Duration,
}

#[cfg(feature = "schedules")]
impl OwnTime {
    /// A time that begins now.
    pub fn begin() -> OwnTime {
        OwnTime { begun: Instant::now(), waited: waited_for_a_processor() }
    }

    /// All the time since `begin` was called, on the wall clock.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Whether the thread's own time is longer than `limit`. Only the thread that called `begin`
    /// may ask this.
    pub fn is_longer_than(&self, limit: Duration) -> bool {
        let passed = self.elapsed();
        if passed <= limit {
            return false; // without asking the system, which takes longer than to look at a clock
        }
        let waited = waited_for_a_processor().saturating_sub(self.waited);
        passed.saturating_sub(waited) > limit
    }
}

/// What the system tells in the folder of a thread.
fn waited_as_the_system_tells(thread: &Path) -> Duration {
    // Linux: nanoseconds on a processor, nanoseconds ready without one, and how often it was given
    // one.
    let Ok(text) = fs::read_to_string(thread.join("schedstat")) else {
        return Duration::ZERO;
    };
    let waited = text.split_whitespace().nth(1).map(str::parse);
    match waited {
        Some(Ok(nanoseconds)) => Duration::from_nanos(nanoseconds),
        _ => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use crate::{LaneExt, on_thread, record, timeline::Remark};
    use std::{
        cell::Cell,
        thread,
        time::{Duration, Instant},
    };
    use tokio::task::{spawn_blocking, yield_now};

    thread_local! {
        /// What is added to the time that this thread has waited: a test cannot keep the machine
        /// busy.
        pub(super) static PRETENDED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    #[test]
    #[cfg(feature = "schedules")] // only schedules use `OwnTime`
    fn what_the_machine_takes_does_not_count_as_a_threads_own_time() {
        let time = super::OwnTime::begin();
        let limit = Duration::from_millis(50);
        pretend_to_wait(Duration::from_millis(60));
        assert!(time.elapsed() > limit && !time.is_longer_than(limit));
        // As long on the wall clock, and nothing of it is the machine's.
        thread::sleep(Duration::from_millis(60));
        assert!(time.is_longer_than(limit));
    }

    /// Long enough for a remark.
    const LONG: Duration = Duration::from_millis(300);

    /// Sleeps for at least this `time`, and lets it count as time in which the thread waited for a
    /// processor.
    fn pretend_to_wait(time: Duration) {
        let begin = Instant::now();
        let before = super::waited_for_a_processor();
        thread::sleep(time);
        let told = super::waited_for_a_processor().saturating_sub(before);
        PRETENDED.set(PRETENDED.get() + begin.elapsed().saturating_sub(told));
    }

    fn sentences(remarks: &[Remark]) -> Vec<&str> {
        remarks.iter().map(|remark| remark.sentence.as_str()).collect()
    }

    #[test]
    fn what_the_machine_takes_is_said_of_no_lane() {
        let run = record("busy machine", || async {
            // A thread of the pool waits longer than the run's own thread: that is not mixed up.
            let pool = spawn_blocking(on_thread("pool", || pretend_to_wait(3 * LONG)));
            pool.await.expect("it does not panic");
            // The end of the inner poll reads all the waiting so far. A part of that belongs to the
            // outer poll, from whose time it has to be taken off as well.
            let outer = async {
                pretend_to_wait(LONG);
                async { pretend_to_wait(LONG) }.lane("inner").await;
            };
            outer.lane("outer").await;
        });
        assert_eq!(sentences(&run.remarks), [""; 0]);
    }

    #[test]
    fn what_a_lane_takes_is_said_of_it_also_after_the_machine_was_busy() {
        let run = record("slept", || {
            let slow = async {
                pretend_to_wait(LONG);
                yield_now().await;
                thread::sleep(3 * LONG); // far more than a real machine takes in between
            };
            slow.lane("A")
        });
        let kept = "A kept the thread for ";
        assert!(sentences(&run.remarks).iter().all(|said| said.starts_with(kept)));
        assert_eq!(run.remarks.len(), 1, "{:?}", run.remarks);
    }
}
