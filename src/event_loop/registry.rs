//! The registry of a loop: which futures and tasks there are.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use slab::Slab;

use super::future::{AnyFuture, FutureCell};

/// All futures and tasks that exist, to break their cycles on `close`, to wake tasks by their key,
/// and to list them. asyncio has a set of weak references for its tasks; ours is an index, which
/// needs no hashing. Each future takes itself out when it is dropped.
#[derive(Default)]
pub(super) struct Registry(RefCell<Slab<Weak<dyn AnyFuture>>>);

impl Registry {
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

    pub(super) fn get(&self, key: usize) -> Option<Rc<dyn AnyFuture>> {
        match self.0.borrow().get(key) {
            Some(future) => future.upgrade(),
            None => None,
        }
    }

    /// Those that exist now, in no particular order.
    pub(super) fn all(&self) -> Vec<Rc<dyn AnyFuture>> {
        self.0.borrow().iter().filter_map(|(_, future)| future.upgrade()).collect()
    }

    pub(super) fn remove(&self, key: usize) {
        self.0.borrow_mut().try_remove(key);
    }
}
