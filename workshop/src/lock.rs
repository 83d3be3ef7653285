//! Locks of which one can ask how many are held.
use crate::scenario::delay_of;
use std::{
    cell::Cell,
    ops::{Deref, DerefMut},
};
use tokio::sync::{Mutex, MutexGuard, TryLockError};

thread_local! {
    /// How many are held in the run of this thread.
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// How many [`Watched`] locks are held at this moment.
pub fn held() -> usize {
    HELD.get()
}

/// The key for [`Scenario::delay`](crate::Scenario::delay) by which taking a lock takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taking;

/// A lock that counts whether it is held, see [`held`]; apart from that it is tokio's.
#[derive(Debug, Default)]
pub struct Watched<L>(L);

impl<V> Watched<Mutex<V>> {
    /// A lock that is free.
    pub fn new(value: V) -> Self {
        Watched(Mutex::new(value))
    }

    /// Waits until the lock is free, and takes it. Dropping this future gives up the place in the
    /// queue.
    pub async fn lock(&self) -> WatchedGuard<'_, V> {
        let guard = WatchedGuard::new(self.0.lock().await);
        let time = delay_of(&Taking);
        if !time.is_zero() {
            tokio::time::sleep(time).await;
        }
        guard
    }

    /// Takes the lock if it is free.
    ///
    /// # Errors
    /// If it is held.
    pub fn try_lock(&self) -> Result<WatchedGuard<'_, V>, TryLockError> {
        self.0.try_lock().map(WatchedGuard::new)
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
