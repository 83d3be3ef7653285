//! What can go wrong: what asyncio raises, as values.

use std::error::Error as StdError;
use std::fmt::{self, Debug, Display, Formatter};
use std::mem::take;
use std::slice;
use std::sync::Arc;

/// What asyncio would raise: cancellation, an exception of the program, or a wrong use of the
/// loop.
///
/// Callbacks, coroutines and futures share this one type, so that `?` carries an error on as an
/// exception travels in Python. It can be cloned, because a finished future gives the same outcome
/// to each await. The sentences below, which say what went wrong and what to do, are also what it
/// prints.
#[derive(Clone, Debug, displaydoc::Display)]
#[ignore_extra_doc_attributes]
#[non_exhaustive]
pub enum Error {
    /// cancelled
    ///
    /// `cancel` was called. Pass it on with `?`, unless you mean to refuse the request.
    Cancelled,
    /// {0}
    ///
    /// An error of the program itself, made with [`Error::exception`].
    Exception(Arc<dyn StdError + Send + Sync>),
    /// panicked: {0}
    ///
    /// A callback, a coroutine, a job or a destructor panicked, with this message. As after an
    /// exception in Python, the loop goes on.
    Panicked(Arc<str>),
    /// {0}
    ///
    /// Tasks of a [`task_group`](super::task_group) failed, or its body: all their errors, in the
    /// order in which they came.
    ExceptionGroup(ExceptionGroup),
    /// the time was up before the future was done
    Timeout,
    /// the future has no result yet: await it, or ask `done` first
    ResultNotReady,
    /// the future is done and its result cannot be set again: ask `done` first
    AlreadyDone,
    /// a task's result is what its coroutine returns: set the result of a future instead
    TaskSetsItself,
    /// the event loop is running: call `stop` and let `run_forever` return first
    LoopIsRunning,
    /// another event loop runs on this thread: await in that one, or use a thread
    AnotherLoopIsRunning,
    /// a tokio runtime runs on this thread, and the loop's own cannot run inside it: use a thread
    InsideAnotherRuntime,
    /// the event loop is closed: make a new one
    LoopIsClosed,
    /// no event loop runs on this thread: call this from a callback or a task, or reach the loop by
    /// a `ThreadsafeHandle`
    NoRunningLoop,
    /// no task is running: call this from a coroutine that the event loop runs as a task
    NoCurrentTask,
    /// the loop was stopped before the future was done: call `stop` later, or run the loop by
    /// `run_forever`
    LoopStopped,
    /// the event loop would wait for ever, since nothing can wake it any more: call `stop` when the
    /// work is done
    ///
    /// asyncio sleeps for ever here; Rust knows what still owns a way to wake the loop.
    Idle,
    /// a task cannot await itself: await it in another task
    AwaitsItself,
    /// the future belongs to another event loop: await it in a task of that loop
    OtherLoop,
    /// there is nothing to wait for: give `wait` at least one future
    NothingToWaitFor,
    /// the timeout has expired or its body is over: reschedule it while the body runs
    TimeoutIsOver,
    /// the task group is shutting down or finished: create tasks while its body or a task of it
    /// runs
    TaskGroupIsOver,
}

/// The `Result` of this module: what raises an exception in asyncio returns one of these here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Wraps an error, or a message, that the program raises.
    pub fn exception(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Exception(Arc::from(error.into()))
    }
}

impl StdError for Error {}

/// What a callback may return: nothing, or a `Result` whose error goes to the loop's exception
/// handler.
pub trait IntoResult {
    /// The error, if there is one.
    fn into_result(self) -> Result<()>;
}

impl IntoResult for () {
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl<T> IntoResult for Result<T> {
    fn into_result(self) -> Result<()> {
        self.map(drop)
    }
}

/// The errors of a task group: Python 3.11's `ExceptionGroup`.
///
/// An error may be a group itself, and so on, to any depth. Printing and dropping a group do not
/// call themselves for the groups in it, so the depth does not use up the stack.
#[derive(Clone)]
pub struct ExceptionGroup(Arc<[Error]>);

impl ExceptionGroup {
    pub(super) fn new(errors: Vec<Error>) -> Self {
        Self(errors.into())
    }

    /// The errors, in the order in which they came.
    pub fn exceptions(&self) -> &[Error] {
        &self.0
    }
}

impl Display for ExceptionGroup {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        // What is left of each group that is being written: first this one, then one in it, and
        // so on inwards.
        let mut open = vec![self.begin(formatter)?];
        while let Some(errors) = open.last_mut() {
            match errors.next() {
                None => _ = open.pop(),
                Some(Error::ExceptionGroup(group)) => {
                    formatter.write_str("; ")?;
                    open.push(group.begin(formatter)?);
                }
                Some(error) => write!(formatter, "; {error}")?,
            }
        }
        Ok(())
    }
}

impl ExceptionGroup {
    /// Writes how many errors there are, and returns an iterator over them, none of which has been
    /// written yet.
    fn begin(&self, formatter: &mut Formatter<'_>) -> Result<slice::Iter<'_, Error>, fmt::Error> {
        let count = self.0.len();
        let plural = if count == 1 { "" } else { "s" };
        write!(formatter, "unhandled errors in a task group ({count} sub-exception{plural})")?;
        Ok(self.0.iter())
    }
}

/// The same text: `Debug` for a list would call itself for each group in a group.
impl Debug for ExceptionGroup {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, formatter)
    }
}

impl Drop for ExceptionGroup {
    fn drop(&mut self) {
        // What is owned by this group alone is taken apart here. Groups that something else owns,
        // too, are left to their other owners.
        let mut open = Vec::new();
        take_groups(&mut self.0, &mut open);
        while let Some(mut errors) = open.pop() {
            take_groups(&mut errors, &mut open);
        }
    }
}

/// Moves the groups among these errors to the end of a list.
fn take_groups(errors: &mut Arc<[Error]>, list: &mut Vec<Arc<[Error]>>) {
    let Some(errors) = Arc::get_mut(errors) else { return };
    for error in errors {
        if let Error::ExceptionGroup(group) = error {
            list.push(take(&mut group.0));
        }
    }
}
