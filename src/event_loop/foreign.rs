//! Code that is not the loop's own: running it, and dropping what it has made.
//!
//! A callback or a coroutine may panic: then the loop goes on, as asyncio does after an exception.
//!
//! Two things can go wrong when a destructor runs. It may panic as well, in the middle of what the
//! loop was doing. And it may drop the next link of a chain, whose destructor drops the one after
//! it, each a little deeper in the stack: with a million links the process would abort. Python has
//! the same two problems and the same two answers: errors in `__del__` are reported and ignored,
//! and its "trashcan" puts deeply nested objects onto a list.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::mem::needs_drop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Error, Result, get_running_loop};

/// Runs something that may panic, and gives the panic's message as an error.
pub(super) fn catch_panic<R>(run: impl FnOnce() -> R) -> Result<R> {
    // To assert unwind safety is right here: a callback that panics can leave its own data half
    // changed, but the loop keeps no cell borrowed across such a call.
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let text = match payload.downcast_ref::<String>() {
            Some(text) => text.as_str(),
            None => payload.downcast_ref::<&str>().copied().unwrap_or("(without a message)"),
        };
        Error::Panicked(text.into())
    })
}

/// How many destructors may run inside one another. A value that is nested more deeply waits on a
/// list until the outermost destructor is done. That costs an allocation for each such value, and
/// nothing for the others. 32 is few enough for a usual stack, and most values are less nested.
const DEPTH: usize = 32;

thread_local! {
    /// How many calls of [`discard`] are running on this thread.
    static NESTED: Cell<usize> = const { Cell::new(0) };
    /// What was nested too deeply. The outermost call drops it.
    static DEFERRED: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(vec![]) };
}

/// Drops a value of the program. A panic goes to the exception handler of the running loop, or to
/// the standard error stream if no loop runs. However long a chain of such values is, the stack
/// stays shallow.
pub(super) fn discard<V: 'static>(value: V) {
    if !needs_drop::<V>() {
        return;
    }
    let nested = NESTED.get();
    if nested >= DEPTH {
        let value: Box<dyn Any> = Box::new(value);
        // At the end of a thread the list may be gone. Then `try_with` drops its closure, and the
        // value with it.
        let _ = DEFERRED.try_with(|list| list.borrow_mut().push(value));
        return;
    }
    drop_at_depth(nested + 1, value);
    if nested == 0 {
        // The value that was deferred last is dropped first. So what a value owned is dropped
        // before the values that were deferred earlier, as if the destructors were nested.
        while let Some(value) = take_deferred() {
            drop_at_depth(1, value);
        }
    }
}

/// The value that was deferred last. At the end of a thread the list may be gone, and with it all
/// values that were in it.
fn take_deferred() -> Option<Box<dyn Any>> {
    DEFERRED.try_with(|list| list.borrow_mut().pop()).unwrap_or_default()
}

/// Drops a value while `NESTED` is `depth`, and reports a panic.
fn drop_at_depth<V>(depth: usize, value: V) {
    NESTED.set(depth);
    let dropped = catch_panic(|| drop(value));
    NESTED.set(depth - 1);
    if let Err(panic) = dropped {
        report(panic);
    }
}

/// Tells the running loop of a panic in a destructor, or prints it if no loop runs.
#[cold]
fn report(panic: Error) {
    const MESSAGE: &str = "exception in a destructor";
    match get_running_loop() {
        Ok(event_loop) => event_loop.report(MESSAGE, Some(panic)),
        Err(_) => eprintln!("{MESSAGE}: {panic}"),
    }
}
