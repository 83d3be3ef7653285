//! Timers: calls that are due at a time.
//!
//! A timer is a call that stands in a list until the loop finds that its time has come,
//! and moves the call into the ready queue. `Timers`, in `timer/lists.rs`, is that list. In each
//! iteration the loop asks `first` when the first timer is due. `take_due` gives the calls whose
//! time has come, and `remove` forgets a timer that is cancelled.

mod lists;

use std::time::Duration;

use super::instrument::Caller;
use super::{EventLoop, Handle, Inner};
use lists::Key;
pub(super) use lists::{FOREVER, Timers};

/// A time or a duration in nanoseconds, at most 584 years.
#[inline]
pub(super) fn nanoseconds(duration: Duration) -> u64 {
    let whole = duration.as_secs().saturating_mul(1_000_000_000);
    whole.saturating_add(duration.subsec_nanos().into())
}

/// What [`EventLoop::call_later`] and [`EventLoop::call_at`] return. Dropping it changes nothing.
#[derive(Clone)]
pub struct TimerHandle {
    /// The call. It stands among the timers, or in the ready queue, or has been made.
    handle: Handle,
    /// Its place among the timers.
    key: Key,
    /// The loop that has the timer: `cancel` takes the timer out of the loop's list.
    event_loop: EventLoop,
}

impl TimerHandle {
    /// Sets a timer. The `TimerHandle` is made last, so no function that is called here gets a
    /// reference to it, and the compiler need not put it on the stack. Writing it there and reading
    /// it again would be a good part of what a cancelled timer costs.
    #[inline(always)]
    pub(super) fn set(event_loop: &EventLoop, when: u64, handle: Handle, caller: Caller) -> Self {
        let Inner { timers, observers, .. } = &*event_loop.0;
        let key = timers.set(when, handle.clone());
        observers.timer_set(&handle, when, caller);
        event_loop.wake();
        Self { handle, key, event_loop: event_loop.clone() }
    }

    /// Cancels the call; see [`Handle::cancel`]. The timer leaves the list before its closure is
    /// dropped, so that a destructor which uses the loop finds no timer that is half cancelled.
    #[inline]
    pub fn cancel(&self) {
        self.event_loop.0.observers.timer_cancelled(&self.handle);
        self.event_loop.0.timers.remove(&self.key);
        self.handle.cancel();
    }

    /// Whether the call was cancelled, in time or too late. Also true if [`EventLoop::close`] has
    /// dropped the call.
    pub fn cancelled(&self) -> bool {
        self.handle.cancelled()
    }

    /// When the call is due, on the clock of [`EventLoop::time`].
    pub fn when(&self) -> Duration {
        Duration::from_nanos(self.key.when)
    }
}
