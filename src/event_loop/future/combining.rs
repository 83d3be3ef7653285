//! What a future offers to the combinators that are made of futures: gather, wait, sleep and the
//! like.
use std::panic::Location;
use std::rc::Rc;

use super::{Await, Callback, DoneCallback, DoneFunction, Future, Result};

impl<T> Future<T> {
    /// Adds a callback that several futures share. `gather` and `wait` make one callback and add it
    /// to each of the futures for which they wait, as asyncio does: so there is one allocation, and
    /// not one for each future.
    pub(in crate::event_loop) fn share_done_callback(&self, callback: &DoneCallback<T>) {
        self.0.add_callback(Callback::Call(callback.clone()));
    }

    /// What `.await` polls, for a function of this crate such as `sleep`: instruments are told that
    /// its caller awaits, at `location`, and not the function itself.
    pub(in crate::event_loop) fn awaited_at(
        self,
        location: &'static Location<'static>,
    ) -> Await<T> {
        Await { future: self, wakeup: None, refusal: None, location }
    }

    /// Whether the future is pending and has no callback. A gather adds a callback to each of its
    /// children, so it knows that such a future is not one of them yet.
    pub(in crate::event_loop) fn is_untouched(&self) -> bool {
        !self.done() && self.0.callbacks.borrow().is_empty()
    }
}

impl<T> DoneCallback<T> {
    pub(in crate::event_loop) fn new(
        callback: impl Fn(&Future<T>) -> Result<()> + 'static,
    ) -> Self {
        Self(Rc::new(Shared(callback)))
    }
}

/// What several futures call when they are done.
struct Shared<F>(F);

impl<T, F: Fn(&Future<T>) -> Result<()> + 'static> DoneFunction<T> for Shared<F> {
    fn call(&self, future: &Future<T>) -> Result<()> {
        (self.0)(future)
    }

    /// The others still call it.
    fn forget(&self) {}

    fn type_name(&self) -> &'static str {
        std::any::type_name::<F>()
    }
}
