//! The registry of a loop: which futures and tasks there are.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use slab::Slab;

use super::any_future::AnyFuture;
use super::future::FutureCell;
use super::{EventLoop, Handle};

/// All futures and tasks that exist, to break their cycles on `close`, to wake tasks by their key,
/// and to list them. asyncio has a set of weak references to its tasks; we have a table in which
/// the key is the place: it saves the hashing. Each future takes itself out when it is dropped.
#[derive(Default)]
pub(super) struct Registry(RefCell<Slab<Weak<dyn AnyFuture>>>);

impl Registry {
    /// Makes a future with the key of a free place, and notes it there.
    pub(super) fn add<T: 'static>(
        &self,
        make: impl FnOnce(usize) -> FutureCell<T>,
    ) -> Rc<FutureCell<T>> {
        let mut futures = self.0.borrow_mut();
        let place = futures.vacant_entry();
        let cell = Rc::new(make(place.key()));
        let weak = Rc::downgrade(&cell);
        place.insert(weak);
        cell
    }

    /// The future of this key, unless it is gone.
    pub(super) fn get(&self, key: usize) -> Option<Rc<dyn AnyFuture>> {
        match self.0.borrow().get(key) {
            Some(future) => future.upgrade(),
            None => None,
        }
    }

    /// Marks the next step of the task of this key as scheduled, and gives the step, which the
    /// caller puts into the ready queue; `None` if the step is there already, or if no pending task
    /// has this key. The key may belong to another future by now. If that is a task, it is polled
    /// once for nothing, which every future must allow.
    pub(super) fn take_next_step(&self, key: usize) -> Option<Handle> {
        self.get(key)?.take_next_step()
    }

    /// The futures and tasks that exist now, in no particular order.
    pub(super) fn all(&self) -> Vec<Rc<dyn AnyFuture>> {
        self.0.borrow().iter().filter_map(|(_, future)| future.upgrade()).collect()
    }

    /// Frees the place of a future that is being dropped.
    pub(super) fn remove(&self, key: usize) {
        self.0.borrow_mut().try_remove(key);
    }
}

impl EventLoop {
    /// Makes the task of this key due.
    pub(super) fn wake_task(&self, key: usize) {
        if let Some(step) = self.0.registry.take_next_step(key) {
            self.push_ready(step, None);
        }
    }
}
