//! Which loop runs on a thread: at most one.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Error, EventLoop, Result};

thread_local! {
    /// The loop that [`get_running_loop`] gives.
    static RUNNING_LOOP: RefCell<Option<EventLoop>> = const { RefCell::new(None) };
}

/// The loop that runs on this thread: in a callback, in a task, or in a task of tokio's that the
/// loop lets run while it waits. [`Error::NoRunningLoop`] elsewhere.
pub fn get_running_loop() -> Result<EventLoop> {
    // A clone, so that the cell is free while the loop is used. The price is one increment of a
    // counter. `try_with`, because a waker may be called when the thread is about to end and its
    // variables are gone.
    match RUNNING_LOOP.try_with(|running| running.borrow().clone()) {
        Ok(Some(running)) => Ok(running),
        _ => Err(Error::NoRunningLoop),
    }
}

/// A run of a loop. The run ends with the scope of this value, even if a driver panics: otherwise
/// no other loop could run on this thread.
pub(super) struct Running<'a>(&'a EventLoop);

impl<'a> Running<'a> {
    pub(super) fn begin(event_loop: &'a EventLoop) -> Self {
        RUNNING_LOOP.set(Some(event_loop.clone()));
        Self(event_loop)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.end_run();
        RUNNING_LOOP.set(None);
    }
}

impl EventLoop {
    /// Whether it is in `run_forever` or `run_until_complete`.
    pub fn is_running(&self) -> bool {
        get_running_loop().is_ok_and(|running| running == *self)
    }

    /// One loop at a time on a thread, as in asyncio: a callback that ran a second loop would block
    /// the first one until the second ends.
    pub(super) fn check_startable(&self) -> Result<()> {
        self.check_closed()?;
        match get_running_loop() {
            Ok(running) if running == *self => Err(Error::LoopIsRunning),
            Ok(_) => Err(Error::AnotherLoopIsRunning),
            Err(_) => Ok(()),
        }
    }
}

impl PartialEq for EventLoop {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
