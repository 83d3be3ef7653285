//! Futures: a result that is set later, and what to call then.
//!
//! A future of asyncio is a place for a result, not a computation: any code may put the result
//! there, once, and any number of tasks and callbacks may wait for it. (A *Rust* future is what
//! asyncio calls a coroutine. Here such a future is written `StdFuture` or `std::future::Future`,
//! never `Future` alone.)
//!
//! The life of a future, in the order of this file: it is made, and gets a place in the registry;
//! callbacks and waiting tasks are added to its list; `finish` sets the state, once, and puts the
//! future into the ready queue once for each callback, and wakes each waiting task; each time the
//! future comes first in the queue, the loop calls `run`, which calls the next callback.

mod callbacks;
mod cancelling;
mod clones;
mod combining;
mod wakeup;

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::any_future::{AnyFuture, Others};
use super::foreign::discard;
use super::handle::{Call, CallKind};
use super::task::TaskPart;
use super::{Error, EventLoop, Handle, IntoResult, Result};
use callbacks::Callbacks;
use cancelling::MessageCell;
use wakeup::Wakeup;

/// asyncio's `Future`. Clones are the same future. A [`Task`] is a future, too.
///
/// `set_result`, `set_exception` and `cancel` run no callback and no coroutine: they put done
/// callbacks and waiting tasks into the ready queue. So the code that sets a result is never
/// interrupted by the code that uses it, and the order of events is the order of the queue.
///
/// `.await` gives a `Result<T>`: each await gets a clone of the outcome. Put a result that cannot
/// be cloned into an `Rc`. An exception that was never retrieved is reported to the exception
/// handler when the last clone is dropped.
pub struct Future<T: 'static>(pub(super) Rc<FutureCell<T>>);

/// A future that runs a coroutine; see [`EventLoop::create_task`].
///
/// Cancelling a task is a request, as in Python. The await point where the coroutine stands gets
/// [`Error::Cancelled`], and the coroutine may clean up, pass the error on with `?`, or swallow it
/// and go on. That works wherever it awaits a future of this loop. Rust cannot throw an error into
/// other futures, such as tokio's: there the coroutine is dropped.
pub type Task<T> = Future<T>;

/// What the clones of a future share. The future and the coroutine of a task are one allocation
/// each, and together they need 200 bytes; asyncio's need some 1,300.
pub(super) struct FutureCell<T: 'static> {
    /// The loop in whose queue the callbacks are put. An await compares it with the loop that runs:
    /// a future cannot be awaited in another loop.
    pub(super) event_loop: EventLoop,
    /// Pending, or the outcome. In a cell, because every clone may set it.
    state: RefCell<State<T>>,
    /// While the future is pending: all callbacks, in the order in which they were added. Once it
    /// is done: those that still have to be called, *the last one first*. Each of these stands for
    /// one place in the ready queue, and `pop` gives the callback whose place has come.
    callbacks: RefCell<Callbacks<T>>,
    /// Whether this is a plain future, a task or a gather, and what a task or a gather adds to a
    /// plain future.
    pub(super) kind: Kind<T>,
    /// Its key in the registry. A waker in another thread cannot own an `Rc`, so the waker has this
    /// number.
    pub(super) key: usize,
    /// The future ended with an exception, and nothing has retrieved that yet: if it stays so, the
    /// exception is reported when the future is dropped.
    unretrieved: Cell<bool>,
    /// What `cancel_with_message` was told. A thin pointer, because few futures have one.
    pub(super) message: MessageCell,
}

/// Where a future stands. `Finished` can hold `Error::Cancelled`, too: a gather that was cancelled
/// ends with this *exception*, and its `cancelled()` is false.
pub(super) enum State<T: 'static> {
    /// There is no outcome yet. The only state that can change: an outcome is final.
    Pending,
    /// Ended by `cancel`: a state of its own, as in asyncio, and not one of the exceptions.
    /// `cancelled()` has to tell a request that was followed from an error that was passed on.
    Cancelled,
    /// Ended with a result or an exception. Each await gets a clone.
    Finished(Result<T>),
}

/// Three kinds of future, which differ in what `cancel` does. asyncio has subclasses for them.
///
/// Why an enum: if a task were a struct of its own, it would be a second allocation beside its
/// future, or the loop would have to cast a future to a task, since a waker knows only the key of a
/// future. What a task adds is in the file `task`; here the two files meet.
pub(super) enum Kind<T: 'static> {
    /// A plain future: `cancel` ends it.
    Future,
    /// A task: `cancel` asks the futures that it awaits.
    Task(TaskPart<T>),
    /// The outer future of a gather: `cancel` asks the children.
    Outer(Rc<dyn Outer>),
}

/// What the core has to know of a gather. The rest is in `combinators/gather`.
pub(super) trait Outer {
    /// The futures that are asked when this one is to be cancelled.
    fn children(&self) -> Others;
    /// Notes that some child has taken the request.
    fn note_cancel_request(&self);
}

/// An entry in the list of a future: what happens when it is done.
enum Callback<T: 'static> {
    /// Wake something that awaits the future.
    Wakeup(Wakeup),
    /// Call what [`Future::add_done_callback`] was given.
    Call(DoneCallback<T>),
}

impl<T> Callback<T> {
    /// Whether both wake or call the same.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Wakeup(wakeup), Self::Wakeup(other)) => wakeup.is(other),
            (Self::Call(callback), Self::Call(other)) => Rc::ptr_eq(&callback.0, &other.0),
            _ => false,
        }
    }

    /// A number. Callbacks that are the same have the same number; others seldom do.
    fn identity(&self) -> usize {
        match self {
            Self::Wakeup(wakeup) => wakeup.identity(),
            Self::Call(callback) => Rc::as_ptr(&callback.0).addr(),
        }
    }
}

/// What [`Future::add_done_callback`] returns, for [`Future::remove_done_callback`].
pub struct DoneCallback<T: 'static>(Rc<dyn DoneFunction<T>>);

/// What is called when a future is done.
trait DoneFunction<T> {
    fn call(&self, future: &Future<T>) -> Result<()>;

    /// It was taken back, and is not called any more.
    fn forget(&self);

    /// The type of the function, as [`std::any::type_name`] gives it.
    fn type_name(&self) -> &'static str;
}

/// What the program has given, for one call. asyncio keeps a pair of a function and a context.
struct CalledOnce<F>(Cell<Option<F>>);

impl<T, O: IntoResult, F: FnOnce(&Future<T>) -> O + 'static> DoneFunction<T> for CalledOnce<F> {
    fn call(&self, future: &Future<T>) -> Result<()> {
        match self.0.take() {
            Some(function) => function(future).into_result(),
            None => Ok(()),
        }
    }

    fn forget(&self) {
        discard(self.0.take());
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<F>()
    }
}

impl<T> Future<T> {
    /// Every future is known to its loop from the beginning, so that `close` can break the cycles
    /// in which it may be, and a waker can find it by its key.
    pub(super) fn new(event_loop: &EventLoop, kind: Kind<T>) -> Self {
        Self(event_loop.0.registry.add(|key| FutureCell {
            event_loop: event_loop.clone(),
            state: RefCell::new(State::Pending),
            callbacks: RefCell::default(),
            kind,
            key,
            unretrieved: Cell::new(false),
            message: MessageCell::default(),
        }))
    }

    /// Sets the result. [`Error::AlreadyDone`] if there is an outcome, [`Error::TaskSetsItself`] if
    /// it is a task.
    pub fn set_result(&self, result: T) -> Result<()> {
        self.set(Ok(result))
    }

    /// Sets an error as the outcome. [`Error::AlreadyDone`] if there is one,
    /// [`Error::TaskSetsItself`] if it is a task.
    pub fn set_exception(&self, exception: Error) -> Result<()> {
        self.set(Err(exception))
    }

    /// What `set_result` and `set_exception` do. A task is refused: its coroutine would go on, and
    /// in the end there would be no place for the coroutine's result.
    pub(super) fn set(&self, outcome: Result<T>) -> Result<()> {
        if let Kind::Task(_) = self.0.kind {
            return Err(Error::TaskSetsItself);
        }
        if self.done() {
            return Err(Error::AlreadyDone);
        }
        self.0.finish(State::Finished(outcome));
        Ok(())
    }

    /// Whether there is an outcome: a result, an exception, or cancellation.
    pub fn done(&self) -> bool {
        self.0.done()
    }

    /// Whether it ended by cancellation. For a task that was asked to cancel, this is false until
    /// the task has followed the request, and stays false if the task refuses. A gather that is
    /// cancelled ends with an exception instead.
    pub fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// The exception, if it ended with one. [`Error::Cancelled`] if cancelled,
    /// [`Error::ResultNotReady`] if pending.
    pub fn exception(&self) -> Result<Option<Error>> {
        self.0.mark_exception_retrieved();
        match &*self.0.state.borrow() {
            State::Pending => Err(Error::ResultNotReady),
            State::Cancelled => Err(Error::Cancelled),
            State::Finished(Ok(_)) => Ok(None),
            State::Finished(Err(error)) => Ok(Some(error.clone())),
        }
    }

    /// The result, or the exception as an error. [`Error::Cancelled`] if cancelled,
    /// [`Error::ResultNotReady`] if pending.
    pub fn result(&self) -> Result<T>
    where
        T: Clone,
    {
        self.0.mark_exception_retrieved();
        match &*self.0.state.borrow() {
            State::Pending => Err(Error::ResultNotReady),
            State::Cancelled => Err(Error::Cancelled),
            State::Finished(outcome) => outcome.clone(),
        }
    }

    /// Calls `callback` with this future once it is done, through the ready queue; nothing is
    /// called once the loop is closed.
    pub fn add_done_callback<O: IntoResult>(
        &self,
        callback: impl FnOnce(&Self) -> O + 'static,
    ) -> DoneCallback<T> {
        let callback = DoneCallback(Rc::new(CalledOnce(Cell::new(Some(callback)))));
        self.0.add_callback(Callback::Call(callback.clone()));
        callback
    }

    /// Takes a callback back and tells how many entries were removed, 0 or 1. What is removed is
    /// dropped now. A callback that stands in the ready queue already will be called.
    pub fn remove_done_callback(&self, callback: &DoneCallback<T>) -> usize {
        let is_removed = self.0.remove_callback(&Callback::Call(callback.clone()));
        if is_removed {
            callback.0.forget();
        }
        is_removed.into()
    }
}

impl<T> FutureCell<T> {
    /// Notes that something has seen the exception, or does not want to see it: so the exception
    /// will not be reported.
    pub(super) fn mark_exception_retrieved(&self) {
        self.unretrieved.set(false);
    }

    /// The only way in which a future ends. It calls no done callback: it puts the future into the
    /// ready queue, once for each, and wakes what awaits the future. A foreign waker is called at
    /// once: it only notes that there is something to poll.
    pub(super) fn finish(self: &Rc<Self>, state: State<T>) {
        // asyncio has the same flag, `__log_traceback`, and looks at it when the future is dropped.
        self.unretrieved.set(matches!(state, State::Finished(Err(_))));
        *self.state.borrow_mut() = state;
        // The list is taken out of its cell: a foreign waker that is woken below may drop another
        // await of this future, and that await looks for itself in the cell.
        let callbacks = self.callbacks.take();
        if callbacks.is_empty() {
            return;
        }
        // In the order in which they were added, tasks and callbacks alike. That order is promised:
        // the first to wait is the first to be woken.
        //
        // The callbacks that are kept have their places in the queue. They are kept in reverse, so
        // that `call_next` takes from the end, which costs nothing. Taking from the front would
        // move all others each time: a cost that grows with the square of their number.
        let callbacks = callbacks.keep_reversed(|callback| match callback {
            Callback::Wakeup(wakeup) => {
                wakeup.wake(&self.event_loop);
                false
            }
            // asyncio makes a handle for each. We put the future itself into the queue, once for
            // each callback that it still has to call: it saves an allocation for each.
            Callback::Call(_) => {
                self.event_loop.push_ready(Handle(self.clone()), None);
                true
            }
        });
        *self.callbacks.borrow_mut() = callbacks;
    }

    /// Adds something to be called or woken. If the future is done, the wake happens at once, and a
    /// callback goes into the ready queue: so it never runs inside `add_done_callback`.
    fn add_callback(self: &Rc<Self>, callback: Callback<T>) {
        if self.event_loop.is_closed() {
            // A closed loop will never call this callback, nor break a cycle that the callback is
            // in.
            discard(callback);
        } else if !self.done() {
            self.callbacks.borrow_mut().push(callback);
        } else {
            // Too late for the list, whose entries have their places in the queue already. So the
            // callback becomes an ordinary call. That is rare, and may cost an allocation.
            match callback {
                Callback::Wakeup(wakeup) => wakeup.wake(&self.event_loop),
                Callback::Call(callback) => {
                    let future = Future(self.clone());
                    let call = Handle::new(move || callback.0.call(&future));
                    self.event_loop.push_ready(call, None);
                }
            }
        }
    }

    /// Removes the first entry that is the same as `like`, and says whether there was one. Once the
    /// future is done nothing is removed: as in asyncio, a call in the ready queue stays there.
    fn remove_callback(&self, like: &Callback<T>) -> bool {
        // Once the future is done, what is left of the list belongs to places in the queue. A
        // closed loop calls nothing any more, and has dropped its lists.
        if self.done() || self.event_loop.is_closed() {
            return false;
        }
        let removed = self.callbacks.borrow_mut().remove(like);
        let Some(callback) = removed else { return false };
        // Foreign code may run when the entry is dropped: here the list is no longer borrowed.
        discard(callback);
        true
    }

    /// Runs the next done callback. Each place of this future in the ready queue stands for one,
    /// unless the loop was closed in between.
    fn call_next(self: &Rc<Self>) -> Result<()> {
        // Out of the list before the call, which may add and remove callbacks of the same future.
        let callback = self.callbacks.borrow_mut().pop();
        match callback {
            Some(Callback::Call(callback)) => callback.0.call(&Future(self.clone())),
            _ => Ok(()),
        }
    }
}

impl<T> AnyFuture for FutureCell<T> {
    fn event_loop(&self) -> &EventLoop {
        &self.event_loop
    }

    fn done(&self) -> bool {
        !matches!(*self.state.borrow(), State::Pending)
    }

    fn is_cancelled(&self) -> bool {
        matches!(*self.state.borrow(), State::Cancelled)
    }

    fn take_next_step(self: Rc<Self>) -> Option<Handle> {
        if let Kind::Task(task) = &self.kind { task.take_next_step(&self) } else { None }
    }

    fn add_tasks(&self, tasks: &mut Vec<*const ()>) -> bool {
        match &self.kind {
            _ if self.done() => true,
            Kind::Future => false,
            Kind::Task(_) => {
                tasks.push(std::ptr::from_ref(self).cast());
                true
            }
            Kind::Outer(outer) => outer.children().iter().all(|child| child.add_tasks(tasks)),
        }
    }
}

impl<T> Call for FutureCell<T> {
    fn run(self: Rc<Self>) -> Result<()> {
        match &self.kind {
            // A place of a task in the queue means its next step or one of its done callbacks. One
            // flag tells which it is, because all steps come before all callbacks: no callback is
            // due before the task is done, and no step is scheduled after that. If the task was
            // woken during its last step, one step still stands in the queue when the task is done:
            // before the callbacks. `run_step` then finds nothing left to do.
            Kind::Task(task) if task.is_scheduled() => {
                task.run_step(&self);
                Ok(())
            }
            _ => self.call_next(),
        }
    }

    fn abandon(&self) {
        // Here cycles are broken: the callbacks may own this future, and the coroutine may own the
        // loop.
        discard(self.callbacks.take());
        if let Kind::Task(task) = &self.kind {
            task.abandon();
        }
    }

    fn kind(&self) -> CallKind {
        match &self.kind {
            Kind::Task(task) if task.is_scheduled() => CallKind::Step,
            _ => CallKind::DoneCallback,
        }
    }

    fn name(&self) -> String {
        if let Kind::Task(task) = &self.kind { task.name() } else { "Future".to_owned() }
    }

    fn done_callback(&self) -> Option<&'static str> {
        self.next_done_callback()
    }
}

/// A future of this loop can be awaited many times, which Rust's own cannot: clone it and await the
/// clone.
impl<T: Clone> IntoFuture for Future<T> {
    type Output = Result<T>;
    type IntoFuture = Await<T>;

    #[track_caller]
    fn into_future(self) -> Await<T> {
        self.awaited_at(Location::caller())
    }
}

/// What `.await` on a [`Future`] polls. Dropping it ends the wait, and nothing else.
///
/// It does what `Future.__await__` and half of `Task.__step` do together: it tells the task which
/// future the task waits for, and registers the task with that future. asyncio passes the future up
/// through all coroutines to the task, in each step; here the innermost await does all of it, and
/// nothing is passed up.
pub struct Await<T: 'static> {
    /// What is awaited: this await's wakeup is among its callbacks, and its outcome is the result.
    future: Future<T>,
    /// What this await has added to the callbacks of the future, to take it back on drop.
    wakeup: Option<Wakeup>,
    /// The error that the next poll returns, if this await was refused.
    refusal: Option<Error>,
    /// Where `.await` stands, for instruments.
    location: &'static Location<'static>,
}

impl<T: Clone> std::future::Future for Await<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let cell = &this.future.0;
        let waker = context.waker();
        // The task that polls, if it belongs to the future's loop. `None` also if an executor
        // inside a task polls: the future must wake that executor, and a cancel of the task cannot
        // reach this await.
        let current = cell.event_loop.0.current.polled_by(waker);
        // First the error that a cancel throws in here, only then the result: so a cancel beats a
        // result that has been set but not delivered yet.
        if let Some(current) = current
            && current.take_error()
        {
            // asyncio asks for the result here, too, before it throws the error: an exception that
            // the cancel has overtaken is not reported as one that was never retrieved.
            cell.mark_exception_retrieved();
            return Poll::Ready(Err(Error::Cancelled));
        }
        if cell.done() {
            if let Some(current) = current
                && cell.is_cancelled()
            {
                current.pass_on(cell.message.get());
            }
            return Poll::Ready(this.future.result());
        }
        // An await that would never end is refused: that of a future of another loop, or of a task
        // by itself.
        if let Some(refused) = cell.refuse(current, waker, &mut this.refusal) {
            return refused.map(Err);
        }
        let wakeup = match current {
            Some(current) => {
                current.add_await(cell.clone());
                Wakeup::of(current, waker)
            }
            None => Wakeup::Waker(waker.clone()),
        };
        cell.event_loop.0.observers.future_awaited(&**cell, this.location, waker);
        cell.register(&mut this.wakeup, wakeup);
        Poll::Pending
    }
}

/// A future that outlives its await must not keep the wakeup, nor wake a task that waits for
/// something else by then.
impl<T> Drop for Await<T> {
    fn drop(&mut self) {
        if let Some(wakeup) = self.wakeup.take() {
            let cell = &self.future.0;
            cell.event_loop.0.observers.await_over(&**cell, self.location);
            cell.remove_callback(&Callback::Wakeup(wakeup));
        }
    }
}
