//! Tasks of any type: which tasks there are, which of them runs, and how often each was asked to
//! cancel.

use std::rc::Rc;

use crate::event_loop::any_future::AnyFuture;
use crate::event_loop::cancel::{cancel, request_cancel};
use crate::event_loop::handle::Call;
use crate::event_loop::{Error, EventLoop, Future, Result, get_running_loop};

/// A task of any type: what [`current_task`] and [`all_tasks`] give. Clones are the
/// same task.
#[derive(Clone)]
pub struct TaskRef(Rc<dyn AnyFuture>);

impl TaskRef {
    /// Its name; see [`Future::name`].
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Asks for cancellation; see [`Future::cancel`].
    #[track_caller]
    pub fn cancel(&self) -> bool {
        cancel(&self.0, None)
    }

    /// Asks for cancellation with a message; see [`Future::cancel_with_message`].
    #[track_caller]
    pub fn cancel_with_message(&self, message: impl Into<String>) -> bool {
        cancel(&self.0, Some(Rc::new(message.into())))
    }

    /// As [`TaskRef::cancel`], for a request that ends a wait of the task and cancels nothing that
    /// the program sees: instruments are not told of it.
    pub(super) fn end_wait(&self) {
        request_cancel(self.0.clone(), None);
    }

    /// The message of the last cancel that had one; see [`Future::cancel_message`].
    pub fn cancel_message(&self) -> Option<String> {
        self.0.last_message().map(|message| message.to_string())
    }

    /// Whether it has ended.
    pub fn done(&self) -> bool {
        self.0.done()
    }

    /// Whether it ended by cancellation.
    pub fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// How often it was asked to cancel, less the calls of [`TaskRef::uncancel`].
    pub fn cancelling(&self) -> u32 {
        self.0.cancel_requests().map_or(0, |requests| requests.get())
    }

    /// Takes one request off the count, and gives what is left. No request is taken back: a request
    /// that has not been delivered still will be (as in Python before 3.13).
    pub fn uncancel(&self) -> u32 {
        let Some(requests) = self.0.cancel_requests() else { return 0 };
        requests.set(requests.get().saturating_sub(1));
        requests.get()
    }
}

impl PartialEq for TaskRef {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: 'static> PartialEq<Future<T>> for TaskRef {
    fn eq(&self, other: &Future<T>) -> bool {
        std::ptr::addr_eq(Rc::as_ptr(&self.0), Rc::as_ptr(&other.0))
    }
}

impl<T: 'static> Future<T> {
    /// The loop that it belongs to.
    pub fn get_loop(&self) -> EventLoop {
        self.0.event_loop.clone()
    }

    /// The name of a task: what [`EventLoop::create_named_task`] was given, or `Task-1` and so on.
    /// A future that is no task is called `Future`.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// How often a task was asked to cancel, less the calls of [`Future::uncancel`]. Zero if it is
    /// no task.
    pub fn cancelling(&self) -> u32 {
        TaskRef(self.0.clone()).cancelling()
    }

    /// Takes one request off the count of a task, and gives what is left; see
    /// [`TaskRef::uncancel`].
    pub fn uncancel(&self) -> u32 {
        TaskRef(self.0.clone()).uncancel()
    }
}

impl EventLoop {
    /// The task whose step is being run. `None` in a callback, and while the loop does not run.
    pub fn current_task(&self) -> Option<TaskRef> {
        let key = self.0.current.key()?;
        self.0.registry.get(key).map(TaskRef)
    }

    /// All tasks of this loop that have not ended, in no particular order.
    pub fn all_tasks(&self) -> Vec<TaskRef> {
        let mut tasks = self.0.registry.all();
        tasks.retain(|future| future.cancel_requests().is_some() && !future.done());
        tasks.into_iter().map(TaskRef).collect()
    }
}

/// The task that runs this code; `asyncio.current_task`. [`Error::NoCurrentTask`] in a callback,
/// [`Error::NoRunningLoop`] if no loop runs on this thread.
pub fn current_task() -> Result<TaskRef> {
    get_running_loop()?.current_task().ok_or(Error::NoCurrentTask)
}

/// All tasks of the running loop that have not ended; `asyncio.all_tasks`. [`Error::NoRunningLoop`]
/// if no loop runs on this thread.
pub fn all_tasks() -> Result<Vec<TaskRef>> {
    Ok(get_running_loop()?.all_tasks())
}
