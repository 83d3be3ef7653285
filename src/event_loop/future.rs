//! Futures: a result that somebody will set later, and whom to call then.

use std::cell::{Cell, RefCell};
use std::mem::{replace, take};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use smallvec::SmallVec;

use super::gather::GatherPart;
use super::handle::{Call, Outcome};
use super::task::TaskPart;
use super::{Error, EventLoop, Handle, Result, get_running_loop};

/// asyncio's `Future`. Clones are the same future, and so is a task.
///
/// `set_result`, `set_exception` and `cancel` call nobody: done callbacks and waiting tasks are put into the ready queue. So the
/// code that sets a result is never interrupted by the code that uses it, and the order of events is the order of the queue.
///
/// `.await` gives `Result<T>`, a clone of the outcome for everybody who asks; put into an `Rc` what cannot be cloned.
pub struct Future<T>(pub(super) Rc<FutureCell<T>>);

/// A future that runs a coroutine; see [`EventLoop::create_task`].
pub type Task<T> = Future<T>;

pub(super) struct FutureCell<T> {
    pub(super) event_loop: EventLoop,
    pub(super) state: RefCell<State<T>>,
    /// Nearly every future has only one, which needs no allocation. (CPython's `_asynciomodule.c` does the same.)
    callbacks: RefCell<SmallVec<[Callback<T>; 1]>>,
    /// How many of them have been called since it is done.
    called: Cell<usize>,
    pub(super) kind: Kind<T>,
    /// Its place in the loop's list of all futures.
    pub(super) key: usize,
}

/// `Finished` can hold `Error::Cancelled`: the *exception* of a gather that was cancelled, which is not `cancelled()`.
pub(super) enum State<T> {
    Pending,
    Cancelled,
    Finished(Result<T>),
}

/// What asyncio has subclasses for. They override `cancel`: a task passes it on to what it awaits, a gather to its children.
pub(super) enum Kind<T> {
    Future,
    Task(TaskPart<T>),
    Gather(GatherPart),
}

#[derive(Clone)]
enum Callback<T> {
    /// The task of this key awaits the future.
    Wakeup(usize),
    /// Somebody with a waker of its own does: a lane of a timeline, another executor, something like `FuturesUnordered`.
    Waker(Waker),
    Call(DoneCallback<T>),
    Called,
}

/// What [`Future::add_done_callback`] returns, for [`Future::remove_done_callback`].
pub struct DoneCallback<T>(Rc<DoneFunction<T>>);

type DoneFunction<T> = dyn Fn(&Future<T>) -> Result<()>;

impl<T: 'static> Future<T> {
    pub(super) fn new(event_loop: &EventLoop, kind: Kind<T>) -> Self {
        let mut futures = event_loop.0.futures.borrow_mut();
        let place = futures.vacant_entry();
        let cell = Rc::new(FutureCell {
            event_loop: event_loop.clone(),
            state: RefCell::new(State::Pending),
            callbacks: RefCell::default(),
            called: Cell::new(0),
            kind,
            key: place.key(),
        });
        let weak = Rc::downgrade(&cell);
        place.insert(weak);
        Self(cell)
    }

    /// Sets the result. [`Error::AlreadyDone`] if there is an outcome.
    pub fn set_result(&self, result: T) -> Result<()> {
        self.set(Ok(result))
    }

    /// Sets an error as the outcome. [`Error::AlreadyDone`] if there is one.
    pub fn set_exception(&self, exception: Error) -> Result<()> {
        self.set(Err(exception))
    }

    pub(super) fn set(&self, outcome: Result<T>) -> Result<()> {
        if self.done() {
            return Err(Error::AlreadyDone);
        }
        self.0.finish(State::Finished(outcome));
        Ok(())
    }

    /// Asks for cancellation; `false` if it comes too late. A plain future is cancelled at once. A task gets the error at its
    /// await point, and may refuse; a gather asks its children.
    pub fn cancel(&self) -> bool {
        self.0.clone().cancel()
    }

    /// Whether there is an outcome: a result, an exception, or cancellation.
    pub fn done(&self) -> bool {
        self.0.done()
    }

    /// Whether it ended by cancellation.
    pub fn cancelled(&self) -> bool {
        matches!(*self.0.state.borrow(), State::Cancelled)
    }

    /// The exception, if it ended with one. [`Error::Cancelled`] if cancelled, [`Error::ResultNotReady`] if pending.
    pub fn exception(&self) -> Result<Option<Error>> {
        match &*self.0.state.borrow() {
            State::Pending => Err(Error::ResultNotReady),
            State::Cancelled => Err(Error::Cancelled),
            State::Finished(outcome) => Ok(outcome.as_ref().err().cloned()),
        }
    }

    /// The result, or the exception as an error. [`Error::Cancelled`] if cancelled, [`Error::ResultNotReady`] if pending.
    pub fn result(&self) -> Result<T>
    where
        T: Clone,
    {
        match &*self.0.state.borrow() {
            State::Pending => Err(Error::ResultNotReady),
            State::Cancelled => Err(Error::Cancelled),
            State::Finished(outcome) => outcome.clone(),
        }
    }

    /// Calls `callback` with this future once it is done, through `call_soon`; nothing is called once the loop is closed.
    pub fn add_done_callback<O: Outcome>(
        &self,
        callback: impl FnOnce(&Self) -> O + 'static,
    ) -> DoneCallback<T> {
        let callback = Cell::new(Some(callback));
        let callback = DoneCallback::new(move |future| {
            callback.take().map_or(Ok(()), |run| run(future).outcome())
        });
        self.0.add_callback(Callback::Call(callback.clone()));
        callback
    }

    /// Takes a callback back and tells how many were removed. What stands in the ready queue already stays there.
    pub fn remove_done_callback(&self, callback: &DoneCallback<T>) -> usize {
        self.0.remove_callback(&Callback::Call(callback.clone())).into()
    }

    /// Adds a callback that many futures share, unless this one has it. For those that get the same future twice.
    pub(super) fn share_done_callback(&self, callback: &DoneCallback<T>) -> bool {
        let callback = Callback::Call(callback.clone());
        let new = !self.0.callbacks.borrow().contains(&callback);
        if new {
            self.0.add_callback(callback);
        }
        new
    }

    /// The loop that it belongs to.
    pub fn get_loop(&self) -> EventLoop {
        self.0.event_loop.clone()
    }

    /// The name of a task: what [`EventLoop::create_named_task`] was given, or `Task-1` and so on. Others are called `Future`.
    pub fn name(&self) -> String {
        self.0.name()
    }
}

impl<T: 'static> FutureCell<T> {
    pub(super) fn finish(self: &Rc<Self>, state: State<T>) {
        *self.state.borrow_mut() = state;
        self.callbacks.take().into_iter().for_each(|callback| self.schedule(callback));
    }

    fn schedule(self: &Rc<Self>, callback: Callback<T>) {
        match callback {
            Callback::Wakeup(task) => self.event_loop.wake_task(task),
            Callback::Waker(waker) => waker.wake(),
            // A future that is done stands in the ready queue once for each callback, which needs no allocation.
            Callback::Call(_) => {
                self.callbacks.borrow_mut().push(callback);
                self.event_loop.push_ready(Some(Handle(self.clone())));
            }
            Callback::Called => {}
        }
    }

    /// Calls the next done callback, when it is its turn in the ready queue.
    fn call_next(self: &Rc<Self>) -> Result<()> {
        let mut callbacks = self.callbacks.borrow_mut();
        let callback = replace(&mut callbacks[self.called.get()], Callback::Called);
        self.called.update(|called| called + 1);
        if self.called.get() == callbacks.len() {
            callbacks.clear();
            self.called.set(0);
        }
        drop(callbacks);
        if let Callback::Call(callback) = callback {
            callback.0(&Future(self.clone()))
        } else {
            Ok(())
        }
    }

    fn add_callback(self: &Rc<Self>, callback: Callback<T>) {
        // A closed loop will never call it, nor part it from what it owns.
        if self.event_loop.is_closed() {
            drop(callback);
        } else if self.done() {
            self.schedule(callback);
        } else {
            self.callbacks.borrow_mut().push(callback);
        }
    }

    fn remove_callback(&self, callback: &Callback<T>) -> bool {
        if self.done() {
            return false;
        }
        let mut callbacks = self.callbacks.borrow_mut();
        let place = callbacks.iter().position(|other| other == callback);
        let removed = place.map(|place| callbacks.remove(place));
        // Before the callback is dropped, because that may run anybody's code, which must not find the list in use.
        drop(callbacks);
        removed.is_some()
    }
}

impl<T> PartialEq for Callback<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Wakeup(task), Self::Wakeup(other)) => task == other,
            (Self::Waker(waker), Self::Waker(other)) => waker.will_wake(other),
            (Self::Call(callback), Self::Call(other)) => Rc::ptr_eq(&callback.0, &other.0),
            _ => false,
        }
    }
}

impl<T> DoneCallback<T> {
    pub(super) fn new(callback: impl Fn(&Future<T>) -> Result<()> + 'static) -> Self {
        Self(Rc::new(callback))
    }
}

/// A future of whatever type, as the loop and a waiting task see it.
pub(super) trait AnyFuture: Call {
    fn done(&self) -> bool;
    fn cancel(self: Rc<Self>) -> bool;
    /// The next step of a task, if this is one, to be put into the ready queue, unless it is there.
    fn next_step(self: Rc<Self>) -> Option<Handle>;
}

impl<T: 'static> AnyFuture for FutureCell<T> {
    fn done(&self) -> bool {
        !matches!(*self.state.borrow(), State::Pending)
    }

    fn cancel(self: Rc<Self>) -> bool {
        match &self.kind {
            _ if self.done() => return false,
            Kind::Future => self.finish(State::Cancelled),
            Kind::Task(task) => task.cancel(&self),
            Kind::Gather(gather) => return gather.cancel(),
        }
        true
    }

    fn next_step(self: Rc<Self>) -> Option<Handle> {
        if let Kind::Task(task) = &self.kind { task.next_step(&self) } else { None }
    }
}

impl<T: 'static> Call for FutureCell<T> {
    fn run(self: Rc<Self>) -> Result<()> {
        match &self.kind {
            // A step can still be due when the task is done, but then it comes before the callbacks.
            Kind::Task(task) if task.is_scheduled() => {
                task.step(&self);
                Ok(())
            }
            _ => self.call_next(),
        }
    }

    fn abandon(&self) {
        drop(self.callbacks.take());
        if let Kind::Task(task) = &self.kind {
            task.abandon();
        }
    }

    fn name(&self) -> String {
        if let Kind::Task(task) = &self.kind { task.name() } else { "Future".to_owned() }
    }
}

impl<T> Drop for FutureCell<T> {
    fn drop(&mut self) {
        self.event_loop.0.futures.borrow_mut().try_remove(self.key);
    }
}

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

impl<T: Clone + 'static> IntoFuture for Future<T> {
    type Output = Result<T>;
    type IntoFuture = Await<T>;

    fn into_future(self) -> Await<T> {
        Await { future: self, wakeup: None }
    }
}

/// What `.await` on a [`Future`] polls. Dropping it ends the wait, and nothing else.
pub struct Await<T: 'static> {
    future: Future<T>,
    /// What it has added to the callbacks of the future.
    wakeup: Option<Callback<T>>,
}

impl<T: Clone + 'static> std::future::Future for Await<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let cell = self.future.0.clone();
        // First the error that a cancel throws in here, only then the result: so a cancel beats a result that has been set
        // but not delivered yet.
        if cell.event_loop.step(context.waker()).is_some_and(|mut step| take(&mut step.throws)) {
            return Poll::Ready(Err(Error::Cancelled));
        }
        if cell.done() {
            return Poll::Ready(self.future.result());
        }
        let wakeup = match cell.event_loop.step(context.waker()) {
            Some(step) if step.task == cell.key => return Poll::Ready(Err(Error::AwaitsItself)),
            Some(mut step) => {
                step.awaits.push(cell.clone());
                if step.owns(context.waker()) {
                    Callback::Wakeup(step.task)
                } else {
                    Callback::Waker(context.waker().clone())
                }
            }
            None if get_running_loop().is_ok_and(|running| running != cell.event_loop) => {
                return Poll::Ready(Err(Error::OtherLoop));
            }
            None => Callback::Waker(context.waker().clone()),
        };
        // A done callback among the others: whoever began to wait first is woken first, through the ready queue.
        if self.wakeup.as_ref() != Some(&wakeup) {
            self.stop_waiting();
            self.wakeup = Some(wakeup.clone());
            cell.add_callback(wakeup);
        }
        Poll::Pending
    }
}

impl<T: 'static> Await<T> {
    fn stop_waiting(&mut self) {
        if let Some(wakeup) = self.wakeup.take() {
            self.future.0.remove_callback(&wakeup);
        }
    }
}

impl<T: 'static> Drop for Await<T> {
    fn drop(&mut self) {
        self.stop_waiting();
    }
}
