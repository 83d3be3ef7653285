//! The clones of a future, and what happens when the last of them is dropped.
use std::mem::{replace, take};

use super::{DoneCallback, Future, FutureCell, Kind, State, discard};

impl<T> Clone for Future<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Clone for DoneCallback<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Drop for FutureCell<T> {
    fn drop(&mut self) {
        // From now on the registry may give the key to another future.
        self.event_loop.0.registry.remove(self.key);
        // Without the lines below the fields would be dropped, too, but nested: a future that owns
        // a callback that owns a future that owns … would use up the stack. `discard` keeps it
        // shallow.
        match replace(self.state.get_mut(), State::Pending) {
            State::Pending | State::Cancelled => {}
            State::Finished(Ok(result)) => discard(result),
            State::Finished(Err(error)) => {
                if self.unretrieved.get() {
                    let is_task = matches!(self.kind, Kind::Task(_));
                    let what = if is_task { "task" } else { "future" };
                    self.event_loop.report_unretrieved(what, &error);
                }
                discard(error);
            }
        }
        let callbacks = self.callbacks.get_mut();
        if !callbacks.is_empty() {
            discard(take(callbacks));
        }
        match &self.kind {
            Kind::Future => {}
            Kind::Task(task) => task.drop_coroutine(),
            // The children of a gather may be gathers.
            Kind::Outer(_) => discard(replace(&mut self.kind, Kind::Future)),
        }
    }
}
