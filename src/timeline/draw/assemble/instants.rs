//! Where an instant begins, and which time is shown for it.
//!
//! On the paused clock two times are equal or they are not. On the real clock nothing happens at
//! exactly one time: a timer is late, and the polls of one moment come one after the other. So
//! events that are close to each other are one instant. The time that is shown for an instant is
//! the one that its timer was set to, as far as a round number tells:
//!
//! ```text
//!   measured   0.2 ms   101.4 ms   102.9 ms   203.1 ms
//!   instant    0        100 ms     (the same) 200 ms
//! ```
use crate::timeline::{Clock, draw::chart::Instant};
use std::time::Duration;

/// On the real clock an event that comes no later than this after the beginning of an instant
/// belongs to that instant: tokio's timers are up to a millisecond late, and a busy machine adds a
/// delay of its own.
pub(super) const JITTER: Duration = Duration::from_millis(10);

/// Decides which events begin an instant.
pub(super) struct Instants {
    /// The rule depends on it.
    clock: Clock,
    /// When the last instant began: as it was measured, and not the rounded time that is shown.
    /// Only of the first instant it is the time that is shown.
    began: Duration,
}

impl Instants {
    /// Before the first instant.
    pub fn new(clock: Clock) -> Instants {
        Instants { clock, began: Duration::ZERO }
    }

    /// Something happens at the time `at`, as it was measured, after the instants `before`. Returns
    /// the time to show for a new instant, or `None` if what happens belongs to the last one.
    pub fn next(&mut self, before: &[Instant], at: Duration) -> Option<Duration> {
        let Some(last) = before.last() else { return Some(self.first(at)) };
        // Measured from the beginning of the last instant and not from its last event. Otherwise a
        // lane that is polled every few milliseconds would make one endless instant.
        let since = at.saturating_sub(self.began);
        let shown = match self.clock {
            Clock::Paused if since.is_zero() => return None,
            Clock::Paused => at,
            Clock::Real if since <= JITTER => return None,
            Clock::Real => {
                let gap = at.saturating_sub(last.at);
                let rounded = roundest(at, lateness(before.len(), gap));
                // Rounding goes back in time, and must not go back beyond the instant before.
                rounded.max(last.at)
            }
        };
        self.began = at;
        Some(shown)
    }

    /// A long poll, which began at the last instant, ends at the time `at`. Returns the time of the
    /// instant at which it ends: a new one, however close it is, so that the poll is seen to last.
    pub fn after_a_long_poll(&mut self, before: &[Instant], at: Duration) -> Duration {
        if let Some(shown) = self.next(before, at) {
            return shown;
        }
        self.began = at;
        // Not rounded: rounding is for timers, which are late, and no timer has begun this instant.
        match before.last() {
            Some(last) => at.max(last.at),
            None => at,
        }
    }

    fn first(&mut self, at: Duration) -> Duration {
        let shown = match self.clock {
            Clock::Paused => at,
            Clock::Real => roundest(at, JITTER),
        };
        // The time that is shown, so that what follows is measured from there.
        self.began = shown;
        shown
    }
}

/// How late the timer may have been that began instant number `nth`. `gap` is the time since the
/// instant before. Timers in a row add their delays: at most a millisecond each. Where instants are
/// close to each other, the answer is less: a small step must not be rounded away.
fn lateness(nth: usize, gap: Duration) -> Duration {
    let millisecond = Duration::from_millis(1);
    let of_timers_in_a_row = JITTER + millisecond * nth as u32;
    let of_a_small_step = (gap / 10).max(2 * millisecond);
    // Never more than half of the gap: two instants must not fall together.
    of_timers_in_a_row.min(of_a_small_step).min(gap / 2)
}

/// The roundest time that is no more than `window` before `at`: a timer that fired at `at` was
/// probably set to it. If there is none, `at` itself.
fn roundest(at: Duration, window: Duration) -> Duration {
    // From the roundest to the least round: a timer for 100 ms that fired at 103 ms was set to 100.
    for unit in [1000, 500, 100, 50, 20, 10, 5, 2, 1].map(Duration::from_millis) {
        let whole_units = at.as_nanos() / unit.as_nanos();
        let round = Duration::from_nanos((whole_units * unit.as_nanos()) as u64);
        if at - round <= window {
            return round;
        }
    }
    at
}
