//! How long a thread has made no progress, as the thread that watches it counts.
use super::processor::SeenThread;
use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

/// Counts how long a thread has been doing the same. At each look the caller says what the thread
/// does; when that changes, the count begins again at zero.
///
/// The time is counted in slices, and not taken from the wall clock: the watching thread waits for
/// a slice, looks, and waits again. If the machine stands still, or if the whole process was
/// stopped for a while, the watching thread is late as well, and a slice counts once, however late
/// it is.
///
/// If the machine is busy with other things, the watched thread waits for a processor. The time of
/// that wait is taken off the time since the last look. Linux tells of a wait only when the wait is
/// over. A wait that is longer than the time since the last look began before that look, and the
/// earlier looks have counted its first part. So that part is taken off what they have counted.
/// Linux tells nothing of a wait that never ends.
///
/// A tenth of each slice is counted in any case. So a thread that never comes back is given up
/// even where it gets a small part of a processor, in ten times the limit.
pub(crate) struct Progress<M> {
    /// How long to wait between two looks.
    slice: Duration,
    /// What the thread looked like at the last look.
    seen: M,
    /// All that was counted since the thread has looked like this.
    still: Duration,
    /// The part of `still` that can be taken off again, if the system tells later that the thread
    /// was waiting: what was counted since the system last told of a wait, without the tenths.
    unsure: Duration,
    /// When the last look was, on the wall clock.
    looked: Instant,
    /// The watched thread, once it has begun.
    thread: Arc<OnceLock<SeenThread>>,
    /// For how long the watched thread had waited for a processor at the last look.
    waited: Duration,
}

/// On the paused clock a run is also given up when no lane has done anything and no time has passed
/// for this many times the limit, although the runtime goes to sleep and wakes up.
///
/// A thread that waits for a timer of the runtime by itself, as `Handle::block_on` does, would go
/// on like that for ever: as long as the thread is there the clock stands, and the runtime looks
/// at its timers again and again. Tasks without lanes that wait for a socket look the same for a
/// while, so such a run is not given up as soon as the limit has passed.
pub(crate) const WITHOUT_A_SIGN: u32 = 6;

impl<M: PartialEq> Progress<M> {
    /// Begins to count. A slice is so short that a `limit` is not missed by much, and so long that
    /// the looks cost next to nothing.
    pub fn since(seen: M, limit: Duration) -> Progress<M> {
        let slice = (limit / 20).clamp(Duration::from_millis(1), Duration::from_millis(100));
        Progress {
            slice,
            seen,
            still: Duration::ZERO,
            unsure: Duration::ZERO,
            looked: Instant::now(),
            thread: Arc::default(),
            waited: Duration::ZERO,
        }
    }

    /// Begins to count something else of the same thread, with looks at the same moments.
    pub fn beside<N: PartialEq>(&self, seen: N) -> Progress<N> {
        Progress {
            slice: self.slice,
            seen,
            still: Duration::ZERO,
            unsure: Duration::ZERO,
            looked: self.looked,
            thread: self.thread.clone(),
            waited: self.waited,
        }
    }

    /// Where the watched thread says which one it is, when it has begun.
    pub fn thread(&self) -> Arc<OnceLock<SeenThread>> {
        self.thread.clone()
    }

    /// How long to wait before the next look.
    pub fn slice(&self) -> Duration {
        self.slice
    }

    /// A slice has passed, and `now` is what the thread looks like. Returns for how long it has
    /// looked like this, as far as it is counted.
    pub fn look(&mut self, now: M) -> Duration {
        let waited = match self.thread.get() {
            Some(thread) => thread.waited_for_a_processor(),
            None => Duration::ZERO,
        };
        let passed = self.looked.elapsed();
        self.looked += passed;
        self.count(now, passed, waited)
    }

    /// Counts what has `passed` since the last look; `waited` is for how long the thread has waited
    /// for a processor since it was started.
    fn count(&mut self, now: M, passed: Duration, waited: Duration) -> Duration {
        let waited_since = waited.saturating_sub(self.waited);
        self.waited = waited;
        if now != self.seen {
            self.seen = now;
            self.still = Duration::ZERO;
            self.unsure = Duration::ZERO;
            return self.still;
        }
        let least = self.slice / 10;
        let own = passed.saturating_sub(waited_since).clamp(least, self.slice);
        let counted_before = waited_since.saturating_sub(passed).min(self.unsure);
        self.still = self.still + own - counted_before;
        // What was counted before this slice is certain now: a wait is over, and the next one
        // begins after it. The next one may have begun in this slice.
        if !waited_since.is_zero() {
            self.unsure = Duration::ZERO;
        }
        self.unsure += own - least;
        self.still
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// What is counted of a thread that looks the same all the time. For each look: how long it is
    /// after the one before, and for how long the thread has waited in all; in milliseconds.
    fn counted<const N: usize>(looks: [(u64, u64); N]) -> [u128; N] {
        let mut progress = Progress::since('a', ms(200));
        looks.map(|(passed, waited)| progress.count('a', ms(passed), ms(waited)).as_millis())
    }

    #[test]
    fn what_looks_the_same_is_counted_from_its_last_change_on() {
        let mut progress = Progress::since('a', ms(200));
        assert_eq!(progress.slice(), ms(10));
        let looks = "aabbbba".chars();
        let looks = looks.map(|now| progress.count(now, ms(10), ms(0)).as_millis());
        assert_eq!(looks.collect::<Vec<_>>(), [10, 20, 0, 10, 20, 30, 0]);
    }

    #[test]
    fn a_look_counts_what_has_passed_on_the_wall_clock() {
        let begun = Instant::now();
        let mut progress = Progress::since('a', ms(200));
        std::thread::sleep(ms(10)); // at least
        assert_eq!(progress.look('a'), ms(10));
        let counted = progress.look('a'); // at once, so hardly more than the least is added
        assert!(counted <= begun.elapsed() + ms(1), "{counted:?}");
    }

    #[test]
    fn what_the_machine_takes_is_not_counted_but_for_a_tenth() {
        let looks = [(10, 0), (10, 4), (10, 4), (10, 14), (10, 21), (10, 21)];
        assert_eq!(counted(looks), [10, 16, 26, 27, 30, 40]);
    }

    #[test]
    fn a_wait_that_is_told_of_when_it_is_over_is_taken_off_what_was_counted_meanwhile() {
        // It computes for two looks, waits for five, and computes again.
        let looks = [(10, 0), (10, 1), (10, 1), (10, 1), (10, 1), (10, 1), (10, 51), (10, 51)];
        assert_eq!(counted(looks), [10, 19, 29, 39, 49, 59, 20, 30]);
    }

    #[test]
    fn what_was_counted_before_one_wait_is_not_taken_off_by_the_next() {
        // Nearly all of the long wait is in a look that came late, which was counted once.
        let looks = [(10, 0), (10, 0), (10, 1), (1_000, 1), (10, 1_001), (10, 1_001)];
        assert_eq!(counted(looks), [10, 20, 29, 39, 23, 33]);
    }

    #[test]
    fn a_thread_with_a_quarter_of_a_processor_is_counted_also_by_one_that_looks_late() {
        let looks = [(40, 30), (40, 60), (40, 90), (40, 120)];
        assert_eq!(counted(looks), [10, 20, 30, 40]);
    }

    #[test]
    fn a_thread_with_hardly_any_processor_is_counted_at_a_tenth() {
        // The limit is 2 s, and the thread gets a twentieth of a processor.
        let mut progress = Progress::since('a', ms(2_000));
        let mut looks = 0;
        while progress.count('a', ms(100), ms(95) * (looks + 1)) < ms(2_000) {
            looks += 1;
            assert!(looks < 1_000, "it is never given up");
        }
        assert_eq!(looks, 199, "after 20 s");
        // The same, if its waits are longer than a slice, and told of at every tenth look.
        let mut progress = Progress::since('a', ms(2_000));
        let mut looks = 0;
        while progress.count('a', ms(100), ms(950) * (looks / 10)) < ms(2_000) {
            looks += 1;
            assert!(looks < 1_000, "it is never given up");
        }
        assert!((100..=200).contains(&looks), "{looks}");
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
