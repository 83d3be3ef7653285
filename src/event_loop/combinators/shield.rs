//! Shield: a future that keeps a cancel to itself.

use crate::event_loop::{EnsureFuture, Error, Future, Result};

/// A future that ends as `awaitable` does, but keeps a `cancel` to itself: what is inside runs on
/// (`asyncio.shield`). [`Error::NoRunningLoop`] for a coroutine if no loop runs.
///
/// Its result is as any future's: `set_result` by hand is accepted, as in CPython, and makes the
/// outcome of what is inside an exception in a callback, which goes to the exception handler.
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
    Ok(outer)
}
