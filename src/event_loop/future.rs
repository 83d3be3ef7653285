//! Futures: a result that is set later, and what to call then.
//!
//! A future of asyncio is a place for a result, not a computation: any code may put the result
//! there, once, and any number of tasks and callbacks may wait for it. (A *Rust* future is what
//! asyncio calls a coroutine. Here it is always written `StdFuture`, or not named at all.)
//!
//! The life of one, from the top of this file to its end: it is made, and gets a place in the
//! registry; callbacks and waiting tasks are added to its list; `finish` sets the state, once, and
//! turns each entry of the list into a place in the ready queue; when such a place has its turn,
//! the loop calls `run`, which calls the callback.

mod clones;
mod combining;
mod wakeup;

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use smallvec::SmallVec;

use super::cancel::{Cancellable, MessageCell, Others};
use super::foreign::discard;
use super::handle::Call;
use super::task::TaskPart;
use super::{CallKind, Error, EventLoop, Handle, IntoResult, Result};
use wakeup::Wakeup;

/// asyncio's `Future`. Clones are the same future, and so is a task.
///
/// `set_result`, `set_exception` and `cancel` call nothing: they put done callbacks and waiting
/// tasks into the ready queue. So the code that sets a result is never interrupted by the code that
/// uses it, and the order of events is the order of the queue.
///
/// `.await` gives `Result<T>`, a clone of the outcome for each that asks; put into an `Rc` what
/// cannot be cloned. An exception that was never asked for is reported to the exception handler
/// when the last clone is dropped.
pub struct Future<T: 'static>(pub(super) Rc<FutureCell<T>>);

/// A future that runs a coroutine; see [`EventLoop::create_task`].
pub type Task<T> = Future<T>;

/// What the clones of a future share. The future and the coroutine of a task are one allocation
/// each, and all that both need is 200 bytes; asyncio's are some 1,300.
pub(super) struct FutureCell<T: 'static> {
    /// Where its callbacks are scheduled. It is also how a future finds out that it is awaited in
    /// another loop.
    pub(super) event_loop: EventLoop,
    /// In a cell, because every clone may set it.
    state: RefCell<State<T>>,
    /// While it is pending, in the order in which they were added. Once it is done, those that
    /// still have to be called, *last one first*: each stands for one place in the ready queue, and
    /// `pop` gives the one whose turn it is. Nearly every future has only one, which needs no
    /// allocation (as in CPython's `_asynciomodule.c`).
    callbacks: RefCell<SmallVec<[Callback<T>; 1]>>,
    /// What makes it more than a future.
    pub(super) kind: Kind<T>,
    /// Its key in the registry. A waker in another thread cannot own an `Rc`; it has this.
    pub(super) key: usize,
    /// It ended with an exception, and nothing has asked for that yet.
    unretrieved: Cell<bool>,
    /// What `cancel_with_message` was told. A thin pointer, because few futures have one.
    pub(super) message: MessageCell,
}

/// `Finished` can hold `Error::Cancelled`: the *exception* of a gather that was cancelled, which is
/// not `cancelled()`.
pub(super) enum State<T: 'static> {
    /// Nothing has set it. The only state that can be left.
    Pending,
    /// By `cancel`: a state of its own, as in asyncio, and not one of the exceptions, because
    /// `cancelled()` has to tell a request that was followed from an error that was passed on.
    Cancelled,
    /// With a result or an exception, which each that asks gets a clone of.
    Finished(Result<T>),
}

/// What asyncio has subclasses for: they differ in what `cancel` does.
///
/// Why an enum: a task as a struct of its own that owns a future would be a second allocation, or
/// would need a cast where the other side of a waker looks for a task. The two sides are in two
/// files, and this is the only place where they meet.
pub(super) enum Kind<T: 'static> {
    /// `cancel` ends it.
    Future,
    /// `cancel` asks what it awaits.
    Task(TaskPart<T>),
    /// `cancel` asks others, for which this future stands: the children of a gather.
    Outer(Rc<dyn Outer>),
}

/// What a gather adds to a future. Here is only what the core has to know of it.
pub(super) trait Outer {
    /// What is asked to cancel.
    fn children(&self) -> Others;
    /// Some child has taken the request.
    fn cancel_requested(&self);
}

enum Callback<T: 'static> {
    /// Something awaits the future.
    Wakeup(Wakeup),
    /// What [`Future::add_done_callback`] was given.
    Call(DoneCallback<T>),
}

/// What [`Future::add_done_callback`] returns, for [`Future::remove_done_callback`].
pub struct DoneCallback<T: 'static>(Rc<DoneFunction<T>>);

type DoneFunction<T> = dyn Fn(&Future<T>) -> Result<()>;

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

    /// What both of them do. A task is refused: its coroutine would go on, and in the end have no
    /// place for its own result.
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

    /// Whether it ended by cancellation. Of a task that was asked to cancel this is false until it
    /// has followed, and stays false if it refuses; the outer future of a gather ends with an
    /// exception instead.
    pub fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// The exception, if it ended with one. [`Error::Cancelled`] if cancelled,
    /// [`Error::ResultNotReady`] if pending.
    pub fn exception(&self) -> Result<Option<Error>> {
        self.0.unretrieved.set(false);
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
        self.0.unretrieved.set(false);
        match &*self.0.state.borrow() {
            State::Pending => Err(Error::ResultNotReady),
            State::Cancelled => Err(Error::Cancelled),
            State::Finished(outcome) => outcome.clone(),
        }
    }

    /// Calls `callback` with this future once it is done, through `call_soon`; nothing is called
    /// once the loop is closed.
    pub fn add_done_callback<O: IntoResult>(
        &self,
        callback: impl FnOnce(&Self) -> O + 'static,
    ) -> DoneCallback<T> {
        // A closure that is called once, in a cell, so that one type serves for this and for
        // callbacks that gather shares among many futures. asyncio keeps a pair of a function and a
        // context.
        let callback = Cell::new(Some(callback));
        let callback = DoneCallback::new(move |future| match callback.take() {
            Some(callback) => callback(future).into_result(),
            None => Ok(()),
        });
        self.0.add_callback(Callback::Call(callback.clone()));
        callback
    }

    /// Takes a callback back and tells how many were removed. What stands in the ready queue
    /// already stays there.
    pub fn remove_done_callback(&self, callback: &DoneCallback<T>) -> usize {
        let is_it = |other: &Callback<T>| match other {
            Callback::Call(other) => Rc::ptr_eq(&callback.0, &other.0),
            Callback::Wakeup(_) => false,
        };
        self.0.remove_callback(is_it).into()
    }
}

impl<T> FutureCell<T> {
    /// The only way in which anything ever ends. It calls nothing.
    pub(super) fn finish(self: &Rc<Self>, state: State<T>) {
        // asyncio has the same flag, `__log_traceback`, and looks at it when the future is dropped.
        self.unretrieved.set(matches!(state, State::Finished(Err(_))));
        *self.state.borrow_mut() = state;
        // Taken out: a foreign waker that is woken here may drop another await of this very future.
        let mut callbacks = self.callbacks.take();
        if callbacks.is_empty() {
            return;
        }
        // In the order in which they were added, tasks and callbacks alike. That order is promised:
        // the first to wait is the first to be woken.
        callbacks.retain(|callback| match callback {
            Callback::Wakeup(wakeup) => {
                wakeup.wake(&self.event_loop);
                false
            }
            // asyncio makes a handle for each. We put the future itself into the queue, once for
            // each callback that it still has to call: it saves an allocation, 13 % of a gather.
            Callback::Call(_) => {
                self.event_loop.push_ready(Handle(self.clone()), None);
                true
            }
        });
        // Now each that is left has its place in the queue, and `call_next` takes from the end,
        // which costs nothing. To take from the front would move all others, a quadratic cost for
        // many.
        callbacks.reverse();
        *self.callbacks.borrow_mut() = callbacks;
    }

    /// Adds something to be called or woken, or schedules it at once if the future is done: through
    /// the queue also then, so that a callback never runs inside `add_done_callback`.
    fn add_callback(self: &Rc<Self>, callback: Callback<T>) {
        if self.event_loop.is_closed() {
            // A closed loop will never call it, nor break a cycle that it is in.
            discard(callback);
        } else if !self.done() {
            self.callbacks.borrow_mut().push(callback);
        } else {
            // Too late for the list, whose entries each have their place in the queue already. So
            // this is an ordinary call. It is rare, and may cost an allocation.
            match callback {
                Callback::Wakeup(wakeup) => wakeup.wake(&self.event_loop),
                Callback::Call(callback) => {
                    let future = Future(self.clone());
                    let call = Handle::new(move || (callback.0)(&future));
                    self.event_loop.push_ready(call, None);
                }
            }
        }
    }

    /// Removes the first entry for which `is_it` is true, and says whether there was one. What is
    /// in the ready queue stays there, as in asyncio, whose queue cannot be searched either.
    fn remove_callback(&self, is_it: impl Fn(&Callback<T>) -> bool) -> bool {
        // Once it is done, what is left of the list belongs to places in the queue. A closed loop
        // calls nothing any more, and to search the list for each of its tasks would make closing
        // it quadratic.
        if self.done() || self.event_loop.is_closed() {
            return false;
        }
        let mut callbacks = self.callbacks.borrow_mut();
        for place in 0..callbacks.len() {
            if is_it(&callbacks[place]) {
                let removed = callbacks.remove(place);
                // Foreign code may run when it is dropped. It must not find the list in use.
                drop(callbacks);
                discard(removed);
                return true;
            }
        }
        false
    }

    /// Runs the next done callback. Each place of this future in the ready queue stands for one,
    /// unless the loop was closed in between.
    fn call_next(self: &Rc<Self>) -> Result<()> {
        // Out of the list before it is called: it may add and remove callbacks of the same future.
        let callback = self.callbacks.borrow_mut().pop();
        match callback {
            Some(Callback::Call(callback)) => (callback.0)(&Future(self.clone())),
            _ => Ok(()),
        }
    }
}

/// A future of any type, as the loop and a waiting task see it. In Python every future is of
/// the same type; here the loop must not care what a result is, and a task may await any.
pub(super) trait AnyFuture: Call + Cancellable {
    fn done(&self) -> bool;
    fn is_cancelled(&self) -> bool;
    /// The next step of a task, if this is one, to be put into the ready queue, unless it is there.
    fn next_step(self: Rc<Self>) -> Option<Handle>;
}

impl<T> AnyFuture for FutureCell<T> {
    fn done(&self) -> bool {
        !matches!(*self.state.borrow(), State::Pending)
    }

    fn is_cancelled(&self) -> bool {
        matches!(*self.state.borrow(), State::Cancelled)
    }

    fn next_step(self: Rc<Self>) -> Option<Handle> {
        if let Kind::Task(task) = &self.kind { task.next_step(&self) } else { None }
    }
}

impl<T> Call for FutureCell<T> {
    fn run(self: Rc<Self>) -> Result<()> {
        match &self.kind {
            // A task stands in the queue for a step or for its done callbacks, never for both: it
            // has no due callbacks before it is done, and no step is scheduled when it is. A step
            // that was scheduled before it was done comes before all of its callbacks in the queue,
            // and finds nothing left to do.
            Kind::Task(task) if task.is_scheduled() => {
                task.run_step(&self);
                Ok(())
            }
            _ => self.call_next(),
        }
    }

    fn abandon(&self) {
        // Its callbacks may own the future itself; its coroutine, the loop.
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
}

/// Awaiting does not use a future up, as it does with Rust's own: clone it and await it again.
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
/// It does what `Future.__await__` and half of `Task.__step` do together: it says to the task what
/// it waits for, and registers the task there. In asyncio the future is passed up through all
/// coroutines to the task, in each step; here the innermost await does it all, however deep it is.
pub struct Await<T: 'static> {
    /// What is awaited.
    future: Future<T>,
    /// What it has added to the callbacks of the future, to take back when it is dropped.
    wakeup: Option<Wakeup>,
    /// What the next poll will raise.
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
        // The task that polls, if it is one of the future's loop. It is `None` for an executor
        // inside a task as well: what that awaits must wake that executor, and a cancel cannot
        // reach it.
        let current = cell.event_loop.0.current.polled_by(waker);
        // First the error that a cancel throws in here, only then the result: so a cancel beats a
        // result that has been set but not delivered yet.
        if let Some(current) = current
            && current.takes_the_error()
        {
            return Poll::Ready(Err(Error::Cancelled));
        }
        if cell.done() {
            if let Some(current) = current
                && cell.is_cancelled()
            {
                current.passes_on(cell.message.get());
            }
            return Poll::Ready(this.future.result());
        }
        // A future of another loop, or the task that awaits it.
        if let Some(refused) = cell.refuses(current, waker, &mut this.refusal) {
            return refused.map(Err);
        }
        let wakeup = match current {
            Some(current) => {
                current.waits_for(cell.clone());
                Wakeup::of(current, waker)
            }
            None => Wakeup::Waker(waker.clone()),
        };
        cell.event_loop.0.observers.future_awaited(&**cell, this.location, waker);
        cell.register(&mut this.wakeup, wakeup);
        Poll::Pending
    }
}

/// A future that outlives the wait must not keep it, nor wake a task that waits for something else
/// by then.
impl<T> Drop for Await<T> {
    fn drop(&mut self) {
        if let Some(wakeup) = self.wakeup.take() {
            self.future.0.remove_callback(|other| match other {
                Callback::Wakeup(other) => wakeup.is(other),
                Callback::Call(_) => false,
            });
        }
    }
}
