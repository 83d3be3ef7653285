//! How long a thread has made no progress, as another thread counts it that watches.
use super::processor::SeenThread;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

/// Counts for how long what a thread does has looked the same.
///
/// It is counted in slices, and not taken from the wall clock: the watching thread waits for a
/// slice, looks, and waits again. If the machine stands still, or if the whole process was stopped
/// for a while, the watching thread is late as well, and a slice counts once, however late it is.
/// If the machine is busy with other things, the watched thread waits for a processor: that part of
/// a slice is not counted. So what is counted is what the thread has computed or slept.
pub(crate) struct Progress<M> {
    /// How long to wait between two looks.
    slice: Duration,
    /// What it looked like at the last look.
    seen: M,
    /// All that was counted since it has looked like this.
    still: Duration,
    /// The watched thread, when it has begun.
    thread: Arc<OnceLock<SeenThread>>,
    /// For how long it had waited for a processor at the last look.
    waited: Duration,
}

impl<M: PartialEq> Progress<M> {
    /// Begins to count. Looks so often that a `limit` is not missed by much, and so seldom that
    /// looking costs nothing.
    pub fn since(seen: M, limit: Duration) -> Progress<M> {
        let slice = (limit / 20).clamp(Duration::from_millis(1), Duration::from_millis(100));
        let (still, waited) = (Duration::ZERO, Duration::ZERO);
        Progress { slice, seen, still, thread: Arc::default(), waited }
    }

    /// Where the watched thread says which one it is, when it has begun.
    pub fn thread(&self) -> Arc<OnceLock<SeenThread>> {
        self.thread.clone()
    }

    /// How long to wait before the next look.
    pub fn slice(&self) -> Duration {
        self.slice
    }

    /// A slice has passed, and this is what it looks like now. Returns for how long it has looked
    /// like this: never longer than on the wall clock.
    pub fn look(&mut self, now: M) -> Duration {
        let waited = match self.thread.get() {
            Some(thread) => thread.waited_for_a_processor(),
            None => Duration::ZERO,
        };
        self.count(now, waited)
    }

    fn count(&mut self, now: M, waited: Duration) -> Duration {
        let waited_in_this_slice = waited.saturating_sub(self.waited);
        self.waited = waited;
        if now == self.seen {
            self.still += self.slice.saturating_sub(waited_in_this_slice);
        } else {
            self.seen = now;
            self.still = Duration::ZERO;
        }
        self.still
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn what_looks_the_same_is_counted_from_its_last_change_on() {
        let mut progress = Progress::since('a', ms(200));
        assert_eq!(progress.slice(), ms(10));
        let looks = "aabbbba".chars().map(|now| progress.look(now).as_millis());
        assert_eq!(looks.collect::<Vec<_>>(), [10, 20, 0, 10, 20, 30, 0]);
    }

    #[test]
    fn what_the_machine_takes_is_not_counted() {
        let mut progress = Progress::since('a', ms(200));
        let waited = [0, 4, 4, 1_000, 1_010, 1_015];
        let counted = waited.map(|waited| progress.count('a', ms(waited)).as_millis());
        assert_eq!(counted, [10, 16, 26, 26, 26, 31]);
    }

    #[test]
    fn a_long_limit_is_looked_at_every_tenth_of_a_second_and_a_short_one_more_often() {
        for (limit, slice) in [(10_000, 100), (2_000, 100), (400, 20), (10, 1)] {
            assert_eq!(Progress::since((), ms(limit)).slice(), ms(slice));
        }
    }

    #[test]
    fn a_thread_can_be_looked_at_from_another_one() {
        let here = SeenThread::this_one();
        let there = std::thread::spawn(move || here.waited_for_a_processor());
        let seen = there.join().expect("it does not panic");
        assert!(seen <= super::super::processor::waited_for_a_processor());
    }
}
