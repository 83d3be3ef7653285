//! Where an instant begins, and which time is shown for it.
//!
//! On the paused clock two times are equal or they are not. On the real clock nothing happens at
//! exactly one time: a timer is late, and polls of one moment come one after the other. So events
//! that are close to each other are one instant, and what is shown for it is the time that its
//! timer was set to, as far as a round number tells:
//!
//! ```text
//!   measured   0.2 ms   101.4 ms   102.9 ms   203.1 ms
//!   instant    0        100 ms     (the same) 200 ms
//! ```
use super::chart::Instant;
use crate::timeline::Clock;
use std::time::Duration;

/// Instants of the real clock that are no further apart than this are one: tokio's timers are up to
/// a millisecond late, and a busy machine adds its own.
const JITTER: Duration = Duration::from_millis(10);

/// A poll that takes longer than this, on the real clock, keeps others waiting, and is to be seen.
pub(super) const LONG_POLL: Duration = Duration::from_millis(1);

/// Says where an instant begins.
pub(super) struct Beginning {
    /// Which of the two rules holds.
    clock: Clock,
    /// When the last instant began, as it was measured: its own time is rounded.
    began: Duration,
}

impl Beginning {
    /// Before the first instant.
    pub fn new(clock: Clock) -> Beginning {
        Beginning { clock, began: Duration::ZERO }
    }

    /// Something happens at the time `at`, as it was measured, after these instants. Returns the
    /// time of a new instant, or `None` if it happens at the last one.
    ///
    /// With `long_poll`, a poll that began at the last instant has taken so long that it must be
    /// seen, and ends at a new one.
    pub fn of_instant(
        &mut self,
        before: &[Instant],
        at: Duration,
        long_poll: bool,
    ) -> Option<Duration> {
        let shown = match (before.last(), self.clock) {
            (None, Clock::Paused) => at,
            (None, Clock::Real) => roundest(at, JITTER),
            // Measured from the beginning of the instant and not from its last event. Otherwise a
            // lane that is polled every few milliseconds would make one endless instant.
            (Some(_), Clock::Paused) if at <= self.began => return None,
            (Some(_), Clock::Paused) => at,
            (Some(last), Clock::Real) => {
                let is_close = at.saturating_sub(self.began) <= JITTER;
                if is_close && !long_poll {
                    return None;
                }
                // Rounding is for timers, which are late. An instant that is as close as this one
                // begins since a poll has ended.
                let mut rounded = at;
                if !is_close {
                    let gap = at.saturating_sub(last.at);
                    rounded = roundest(at, lateness(before.len(), gap));
                }
                // Rounding goes back in time, and must not go back beyond the instant before.
                rounded.max(last.at)
            }
        };
        // For the first instant the rounded time, so that what follows is measured from there.
        self.began = if before.is_empty() { shown } else { at };
        Some(shown)
    }
}

/// By how much a timer may be late that began the `nth` instant, `gap` after the one before: each
/// timer in a row adds up to a millisecond. Where instants are close to each other, less: a small
/// step is not to be rounded away.
fn lateness(nth: usize, gap: Duration) -> Duration {
    let millisecond = Duration::from_millis(1);
    let of_timers_in_a_row = JITTER + millisecond * nth as u32;
    let of_a_small_step = (gap / 10).max(2 * millisecond);
    // Never more than half: two instants must not fall together.
    of_timers_in_a_row.min(of_a_small_step).min(gap / 2)
}

/// The roundest time that is no more than `window` before `at`: what a timer that fired at `at` was
/// set to.
fn roundest(at: Duration, window: Duration) -> Duration {
    // From the roundest to the least round: a timer for 100 ms that fired at 103 ms was set to 100.
    for unit in [1000, 500, 100, 50, 20, 10, 5, 2, 1].map(Duration::from_millis) {
        let round =
            Duration::from_nanos((at.as_nanos() / unit.as_nanos() * unit.as_nanos()) as u64);
        if at - round <= window {
            return round;
        }
    }
    at
}
