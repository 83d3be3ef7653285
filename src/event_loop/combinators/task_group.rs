//! Task groups: tasks that end before the code that started them goes on (`taskgroups.py`).

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future as StdFuture;
use std::rc::Rc;

use super::timeout::Interruptible;
use super::{TaskRef, current_task};
use crate::event_loop::error::ExceptionGroup;
use crate::event_loop::name::TaskName;
use crate::event_loop::{Error, EventLoop, Future, Result, Task, get_running_loop};
use crate::event_loop::{any_future::AnyFuture, cancel::cancel};

/// Runs `body`, which may create tasks in the group that it gets, and waits until they all have
/// ended. Python's `async with asyncio.TaskGroup() as group:`.
///
/// If a task or the body fails, the other tasks and the body are cancelled, and when all have ended
/// this gives [`Error::ExceptionGroup`] with all their errors. A cancel of the current task is
/// passed on to all tasks of the group. Dropping this drops the body and asks the tasks to cancel,
/// without waiting for them: Rust has no way to wait there. [`Error::NoCurrentTask`] outside of a
/// task, and [`Error::NoRunningLoop`] if no loop runs on this thread.
///
/// ```
/// use async_concepts::event_loop::{EventLoop, VirtualDriver, sleep, task_group};
/// use std::time::Duration;
///
/// let event_loop = EventLoop::with_driver(VirtualDriver::new());
/// event_loop.run_until_complete(task_group(async |group| {
///     for seconds in [3, 1, 2] {
///         group.create_task(sleep(Duration::from_secs(seconds)))?;
///     }
///     Ok(())
/// }))?;
/// assert_eq!(event_loop.time(), Duration::from_secs(3));
/// # Ok::<(), async_concepts::event_loop::Error>(())
/// ```
pub async fn task_group<T>(body: impl AsyncFnOnce(TaskGroup) -> Result<T>) -> Result<T> {
    let group = TaskGroup(Rc::new(Group {
        event_loop: get_running_loop()?,
        parent: current_task()?,
        tasks: RefCell::default(),
        count: Cell::new(0),
        errors: RefCell::default(),
        aborting: Cell::new(false),
        exiting: Cell::new(false),
        parent_cancel_requested: Cell::new(false),
        completed: RefCell::default(),
    }));
    let abort = AbortOnDrop(&group.0);
    let body_outcome = Interruptible::new(body(group.clone())).await;
    let outcome = group.0.exit(body_outcome).await;
    // `AbortOnDrop` must not take the group's request back now. CPython 3.11 takes such a request
    // back before it waits for the tasks, and not afterwards. So if a task fails during that wait,
    // the request stays in the count of the current task, and here it does, too.
    group.0.parent_cancel_requested.set(false);
    drop(abort);
    outcome
}

/// A group of tasks: what the body of a [`task_group`] gets. Clones are the same group.
#[derive(Clone)]
pub struct TaskGroup(Rc<Group>);

/// What the clones of a group share.
struct Group {
    /// Where its tasks run.
    event_loop: EventLoop,
    /// The task that runs the body.
    parent: TaskRef,
    /// Tasks that have not ended, by their number in the order of creation. asyncio has a set
    /// without an order; the order makes each run the same.
    tasks: RefCell<BTreeMap<usize, Rc<dyn AnyFuture>>>,
    /// How many tasks were ever created: the number of the next.
    count: Cell<usize>,
    /// The errors of tasks, in the order in which they came.
    errors: RefCell<Vec<Error>>,
    /// All tasks were asked to cancel, which happens once.
    aborting: Cell<bool>,
    /// The body is over: a group without tasks is then at its end.
    exiting: Cell<bool>,
    /// The group has asked the task that runs its body to cancel, and has not taken this request
    /// back.
    parent_cancel_requested: Cell<bool>,
    /// What `exit` waits for when the body is over: the last task sets its result.
    completed: RefCell<Option<Future<()>>>,
}

impl TaskGroup {
    /// Starts a coroutine as a task of the group. [`Error::TaskGroupIsOver`] if the group is being
    /// cancelled, or its body is over and all tasks have ended.
    #[track_caller]
    pub fn create_task<T: 'static>(
        &self,
        coroutine: impl StdFuture<Output = Result<T>> + 'static,
    ) -> Result<Task<T>> {
        self.start(None, coroutine)
    }

    /// Like [`TaskGroup::create_task`], with a name of your own.
    #[track_caller]
    pub fn create_named_task<T: 'static>(
        &self,
        name: &str,
        coroutine: impl StdFuture<Output = Result<T>> + 'static,
    ) -> Result<Task<T>> {
        self.start(Some(name), coroutine)
    }

    #[track_caller]
    fn start<T: 'static>(
        &self,
        name: Option<&str>,
        coroutine: impl StdFuture<Output = Result<T>> + 'static,
    ) -> Result<Task<T>> {
        let group = self.0.clone();
        let finished = group.exiting.get() && group.tasks.borrow().is_empty();
        if finished || group.aborting.get() {
            return Err(Error::TaskGroupIsOver);
        }
        // As in CPython 3.11, a task of a group uses up a number even if it has a name.
        if name.is_some() {
            TaskName::use_up_a_number();
        }
        let task = group.event_loop.start_task(name, coroutine)?;
        let number = group.count.get();
        group.count.set(number + 1);
        group.tasks.borrow_mut().insert(number, task.0.clone());
        task.add_done_callback(move |task| group.task_is_done(number, task));
        Ok(task)
    }
}

impl Group {
    /// `_on_task_done` in `taskgroups.py`.
    fn task_is_done<T>(&self, number: usize, task: &Task<T>) {
        self.tasks.borrow_mut().remove(&number);
        if self.tasks.borrow().is_empty() {
            // Cloned out of the cell, because `set_result` may call a waker of the program.
            let completed = self.completed.borrow().clone();
            if let Some(completed) = completed {
                // Refused if the wait was cancelled meanwhile, which is fine.
                let _ = completed.set_result(());
            }
        }
        let Ok(Some(error)) = task.exception() else { return };
        self.errors.borrow_mut().push(error.clone());
        if self.parent.done() {
            let message = "a task of a task group has failed after the group was dropped";
            return self.event_loop.report(message, Some(error));
        }
        if !self.aborting.get() && !self.parent_cancel_requested.get() {
            self.abort();
            self.parent_cancel_requested.set(true);
            self.parent.end_wait();
        }
    }

    /// Asks all tasks of the group to cancel. It goes through a copy of the list, because no cell
    /// may stay borrowed while other code runs.
    fn abort(&self) {
        self.aborting.set(true);
        let tasks: Vec<_> = self.tasks.borrow().values().cloned().collect();
        for task in tasks {
            cancel(&task, None);
        }
    }

    /// `__aexit__` in `taskgroups.py`: waits for all tasks, and decides how the group ends.
    async fn exit<T>(&self, outcome: Result<T>) -> Result<T> {
        self.exiting.set(true);
        let mut cancelled = matches!(outcome, Err(Error::Cancelled));
        if self.parent_cancel_requested.take() && self.parent.uncancel() == 0 {
            // Only the group itself has cancelled its body.
            cancelled = false;
        }
        if outcome.is_err() && !self.aborting.get() {
            self.abort();
        }
        while !self.tasks.borrow().is_empty() {
            let completed = self.event_loop.create_future();
            self.completed.replace(Some(completed.clone()));
            if completed.await.is_err() && !self.aborting.get() {
                cancelled = true;
                self.abort();
            }
            self.completed.take();
        }
        let mut errors = self.errors.take();
        if cancelled && errors.is_empty() {
            return Err(Error::Cancelled);
        }
        match &outcome {
            // To be cancelled is not one of the errors of a group.
            Ok(_) | Err(Error::Cancelled) => {}
            Err(error) => errors.push(error.clone()),
        }
        if errors.is_empty() {
            outcome
        } else {
            Err(Error::ExceptionGroup(ExceptionGroup::new(errors)))
        }
    }
}

/// Tasks that are left when a group is dropped are asked to cancel, and the group's own request to
/// cancel its body no longer counts.
struct AbortOnDrop<'a>(&'a Group);

impl Drop for AbortOnDrop<'_> {
    fn drop(&mut self) {
        self.0.exiting.set(true);
        if !self.0.tasks.borrow().is_empty() {
            self.0.abort();
        }
        if self.0.parent_cancel_requested.take() {
            self.0.parent.uncancel();
        }
    }
}
