//! Shield: a future that keeps a cancel to itself.

use std::slice;

use crate::event_loop::{EnsureFuture, Error, Future, Result};

/// A future that ends as `awaitable` does, but keeps a `cancel` to itself: the future or task
/// inside runs on (`asyncio.shield`), even if the shield is dropped. [`Error::NoRunningLoop`] for a
/// coroutine if no loop runs.
///
/// As in CPython, `set_result` on the outer future is accepted, and the outer future then no longer
/// waits for the inner one. If both become done before the callbacks of either have run, a callback
/// still tries to set the outer one: that fails, and the error goes to the exception handler.
#[track_caller]
pub fn shield<E: EnsureFuture<Output: Clone + 'static>>(awaitable: E) -> Result<Future<E::Output>> {
    let inner = awaitable.ensure_future(None)?;
    if inner.done() {
        return Ok(inner);
    }
    let outer = inner.get_loop().create_future();
    let on_inner_done = inner.add_done_callback({
        let outer = outer.clone();
        move |inner| {
            // Asked for even if `outer` was cancelled: this marks an exception of `inner` as
            // retrieved, so it is not reported.
            let outcome = inner.result();
            if outer.cancelled() {
                return Ok(());
            }
            match outcome {
                Err(Error::Cancelled) if inner.cancelled() => {
                    outer.cancel();
                    Ok(())
                }
                outcome => outer.set(outcome),
            }
        }
    });
    outer.add_done_callback({
        let inner = inner.clone();
        move |_| _ = inner.remove_done_callback(&on_inner_done)
    });
    outer.0.event_loop.0.observers.stands_for(&outer, slice::from_ref(&inner));
    Ok(outer)
}
