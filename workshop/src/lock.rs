//! Locks of which one can ask how many are held, and which a scenario can hold.
use crate::scenario::{delay_of, held_by_another};
use std::{
    cell::Cell,
    fmt::{self, Display},
    ops::{Deref, DerefMut},
};
use tokio::{
    sync::{Mutex, MutexGuard, TryLockError},
    time::{Instant, sleep, sleep_until},
};

thread_local! {
    /// How many are held in the run of this thread.
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// How many [`Watched`] locks are held at this moment.
pub fn held() -> usize {
    HELD.get()
}

/// A run that was given up may have leaked guards: the next one begins anew.
pub(crate) fn forget_what_is_held() {
    HELD.set(0);
}

/// What of tokio is shared with a task that no exercise shows, and that holds its locks at times:
/// see [`Scenario::held`](crate::Scenario::held).
pub mod shared {
    /// tokio's locks.
    pub mod sync {
        /// A lock that a task outside the exercise may hold at times.
        pub type Mutex<V> = crate::Watched<tokio::sync::Mutex<V>>;
    }

    /// tokio's clock, as it is.
    pub mod time {
        pub use tokio::time::sleep;
    }
}

/// The key for [`Scenario::delay`](crate::Scenario::delay) by which taking a lock takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taking;

/// A lock that counts whether it is held, see [`held`]; apart from that it is tokio's.
#[derive(Debug)]
pub struct Watched<L> {
    /// All waiting is this one's, so that it is as fair as tokio's.
    lock: L,
    /// Until when another task holds it, and from when on, on the clock of the run.
    held: Option<(Instant, Instant)>,
}

impl<V> Watched<Mutex<V>> {
    /// A lock that is free.
    pub fn new(value: V) -> Self {
        let held = held_by_another().map(|(from, until)| {
            let now = Instant::now();
            (now + from, now + until)
        });
        Watched { lock: Mutex::new(value), held }
    }

    /// The value, without the lock.
    pub fn into_inner(self) -> V {
        self.lock.into_inner()
    }

    /// When the other task gives it back, if that holds it now.
    fn held_until(&self) -> Option<Instant> {
        let (from, until) = self.held?;
        let now = Instant::now();
        if from <= now && now < until { Some(until) } else { None }
    }

    /// Waits until the lock is free, and takes it. Dropping this future gives up the place in the
    /// queue.
    pub async fn lock(&self) -> WatchedGuard<'_, V> {
        let guard = self.lock.lock().await;
        if let Some(until) = self.held_until() {
            // The other task asked first: all others queue behind this guard meanwhile.
            sleep_until(until).await;
        }
        let guard = WatchedGuard::new(guard);
        let time = delay_of(&Taking);
        if !time.is_zero() {
            sleep(time).await;
        }
        guard
    }

    /// Takes the lock if it is free.
    ///
    /// # Errors
    /// If it is held.
    pub fn try_lock(&self) -> Result<WatchedGuard<'_, V>, TryLockError> {
        let guard = self.lock.try_lock()?;
        if self.held_until().is_some() {
            // tokio makes this error nowhere but in a `try_lock` that fails; here, this one.
            return match self.lock.try_lock() {
                Err(error) => Err(error),
                Ok(_) => unreachable!("this function holds it"),
            };
        }
        Ok(WatchedGuard::new(guard))
    }
}

/// Holds a [`Watched`] lock until it is dropped.
#[derive(Debug)]
pub struct WatchedGuard<'l, V>(MutexGuard<'l, V>);

impl<'l, V> WatchedGuard<'l, V> {
    fn new(guard: MutexGuard<'l, V>) -> WatchedGuard<'l, V> {
        HELD.set(HELD.get() + 1);
        WatchedGuard(guard)
    }
}

/// As the value itself, so that a line can name it: `say!("sum {sum}")`.
impl<V: Display> Display for WatchedGuard<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<V> Deref for WatchedGuard<'_, V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0
    }
}

impl<V> DerefMut for WatchedGuard<'_, V> {
    fn deref_mut(&mut self) -> &mut V {
        &mut self.0
    }
}

impl<V> Drop for WatchedGuard<'_, V> {
    fn drop(&mut self) {
        HELD.set(HELD.get() - 1);
    }
}
