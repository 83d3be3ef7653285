//! Futures: a result that somebody will set later, and whom to call then.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::gather::GatherPart;
use super::handle::{Call, Outcome};
use super::task::TaskPart;
use super::{Error, EventLoop, Handle, get_running_loop};

/// asyncio's `Future`. Clones are the same future.
///
/// Nothing is ever called from inside `set_result`, `set_exception` or `cancel`: done callbacks, and the tasks that wait, go
/// through the ready queue like everything else. So the code that sets a result is never interrupted by the code that uses it,
/// and the order in which things happen can be read off the queue.
///
/// `.await` gives `Result<T, Error>`. Everybody who asks gets a clone of the outcome, as everybody gets the same object in
/// Python; wrap in `Rc` what cannot be cloned. Dropping the last clone of a pending future ends its callbacks unheard.
pub struct Future<T>(pub(super) Rc<FutureCell<T>>);

pub(super) struct FutureCell<T> {
    pub(super) event_loop: EventLoop,
    pub(super) state: RefCell<State<T>>,
    callbacks: RefCell<Callbacks<T>>,
    pub(super) kind: Kind<T>,
    registered: Cell<Option<usize>>,
}

/// `Finished` may hold `Error::Cancelled` too: a gather that was cancelled has that *exception*, yet is not `cancelled()`.
pub(super) enum State<T> {
    Pending,
    Cancelled,
    Finished(Result<T, Error>),
}

/// asyncio has subclasses. What they override is `cancel`: a task passes it on to what it awaits, a gather to its children.
pub(super) enum Kind<T> {
    Future,
    Task(TaskPart<T>),
    Gather(GatherPart),
}

/// Registered by [`Future::add_done_callback`]; a clone of it takes the callback back with [`Future::remove_done_callback`].
pub struct DoneCallback<T>(Rc<dyn Fn(&Future<T>) -> Result<(), Error>>);

enum Callback<T> {
    /// A task that awaits this future.
    Wakeup(Rc<dyn AnyFuture>),
    Call(DoneCallback<T>),
    /// Somebody who is not a task of this loop, or a task that polls through a waker of its own, such as `FuturesUnordered`.
    Waker(Waker),
}

impl<T: 'static> Future<T> {
    pub(super) fn new(event_loop: &EventLoop, kind: Kind<T>) -> Self {
        Self(Rc::new(FutureCell {
            event_loop: event_loop.clone(),
            state: RefCell::new(State::Pending),
            callbacks: RefCell::new(Callbacks::None),
            kind,
            registered: Cell::new(None),
        }))
    }

    /// Sets the result and queues the done callbacks. [`Error::AlreadyDone`] if there is an outcome already.
    pub fn set_result(&self, result: T) -> Result<(), Error> {
        self.set(Ok(result))
    }

    /// Sets an error as the outcome and queues the done callbacks. [`Error::AlreadyDone`] if there is an outcome already.
    pub fn set_exception(&self, exception: Error) -> Result<(), Error> {
        self.set(Err(exception))
    }

    pub(super) fn set(&self, outcome: Result<T, Error>) -> Result<(), Error> {
        if self.done() {
            return Err(Error::AlreadyDone);
        }
        self.0.finish(State::Finished(outcome));
        Ok(())
    }

    /// Asks for cancellation. `true` if the request was taken, which for a task or a gather does not mean that it will end
    /// cancelled; `false` if there is nothing to cancel any more. A plain future is cancelled on the spot.
    pub fn cancel(&self) -> bool {
        self.0.clone().cancel()
    }

    /// Whether there is an outcome: a result, an exception or cancellation.
    pub fn done(&self) -> bool {
        self.0.done()
    }

    /// Whether the future was cancelled.
    pub fn cancelled(&self) -> bool {
        matches!(*self.0.state.borrow(), State::Cancelled)
    }

    /// The exception, `None` after a success. [`Error::Cancelled`] if cancelled, [`Error::ResultNotReady`] if pending.
    pub fn exception(&self) -> Result<Option<Error>, Error> {
        match &*self.0.state.borrow() {
            State::Pending => Err(Error::ResultNotReady),
            State::Cancelled => Err(Error::Cancelled),
            State::Finished(outcome) => Ok(outcome.as_ref().err().cloned()),
        }
    }

    /// Calls `callback` with this future, through `call_soon`, once the future is done; if it is done, queues it at once.
    ///
    /// After the loop is closed nothing is called any more.
    pub fn add_done_callback<O: Outcome>(&self, callback: impl FnOnce(&Self) -> O + 'static) -> DoneCallback<T> {
        let callback = Cell::new(Some(callback));
        let callback = DoneCallback::new(move |future| callback.take().map_or(Ok(()), |run| run(future).outcome()));
        self.0.add_callback(Callback::Call(callback.clone()));
        callback
    }

    /// Takes a callback back and tells how many were removed. What already stands in the ready queue stays there.
    ///
    /// Python compares functions; closures in Rust cannot be compared, so the registration stands for the callback.
    pub fn remove_done_callback(&self, callback: &DoneCallback<T>) -> usize {
        self.0.remove_callbacks(|other| matches!(other, Callback::Call(other) if Rc::ptr_eq(&other.0, &callback.0)))
    }

    /// Registers a callback that many futures share, once. Returns whether it is new to this one.
    pub(super) fn share_done_callback(&self, callback: &DoneCallback<T>) -> bool {
        let known = |other: &Callback<T>| matches!(other, Callback::Call(other) if Rc::ptr_eq(&other.0, &callback.0));
        let new = !self.0.callbacks.borrow().any(known);
        if new {
            self.0.add_callback(Callback::Call(callback.clone()));
        }
        new
    }

    /// The loop that this future belongs to.
    pub fn get_loop(&self) -> EventLoop {
        self.0.event_loop.clone()
    }
}

impl<T: Clone + 'static> Future<T> {
    /// The outcome: the result, or the exception as an error. [`Error::ResultNotReady`] if pending.
    pub fn result(&self) -> Result<T, Error> {
        match &*self.0.state.borrow() {
            State::Pending => Err(Error::ResultNotReady),
            State::Cancelled => Err(Error::Cancelled),
            State::Finished(outcome) => outcome.clone(),
        }
    }
}

impl<T: 'static> DoneCallback<T> {
    pub(super) fn new(callback: impl Fn(&Future<T>) -> Result<(), Error> + 'static) -> Self {
        Self(Rc::new(callback))
    }
}

impl<T: 'static> FutureCell<T> {
    pub(super) fn finish(self: &Rc<Self>, state: State<T>) {
        *self.state.borrow_mut() = state;
        self.unregister();
        // Through the ready queue, one entry for each callback: it keeps their order among everything else that is ready,
        // and what is in the queue cannot be taken back, because `remove_callbacks` leaves a finished future alone.
        let count = self.callbacks.borrow().len();
        for _ in 0..count {
            self.event_loop.push_ready(Handle(Call::DoneCallback(self.clone())));
        }
    }

    fn add_callback(self: &Rc<Self>, callback: Callback<T>) {
        if self.event_loop.is_closed() {
            return;
        }
        // A callback may own this very future, which then would own itself. The loop remembers to part them when it closes.
        let waits = matches!(callback, Callback::Call(_));
        self.callbacks.borrow_mut().push(callback);
        if self.done() {
            self.event_loop.push_ready(Handle(Call::DoneCallback(self.clone())));
        } else if waits && self.registered.get().is_none() && !matches!(self.kind, Kind::Task(_)) {
            let weak: std::rc::Weak<Self> = Rc::downgrade(self);
            self.registered.set(Some(self.event_loop.register_future(weak)));
        }
    }

    fn remove_callbacks(&self, matches: impl Fn(&Callback<T>) -> bool) -> usize {
        if self.done() {
            return 0;
        }
        let removed = self.callbacks.borrow_mut().remove(matches);
        removed.len()
    }

    fn unregister(&self) {
        if let Some(key) = self.registered.take() {
            self.event_loop.unregister_future(key);
        }
    }
}

impl<T> Drop for FutureCell<T> {
    fn drop(&mut self) {
        if let Some(key) = self.registered.take() {
            self.event_loop.unregister_future(key);
        }
    }
}

/// A future of whatever type, as the ready queue and a waiting task see it.
pub(super) trait AnyFuture {
    fn done(&self) -> bool;
    fn cancel(self: Rc<Self>) -> bool;
    /// Adds a task to the done callbacks, and takes it away again.
    fn add_wakeup(self: Rc<Self>, task: Rc<dyn AnyFuture>);
    fn remove_wakeup(&self, task: *const ());
    fn run_done_callback(self: Rc<Self>) -> Result<(), Error>;
    /// Tasks only: what this task awaits is done; carry on; carry on later, unless that is planned already.
    fn wakeup(self: Rc<Self>, by: *const ());
    fn step(self: Rc<Self>);
    fn next_step(self: Rc<Self>) -> Option<Handle>;
    /// Lets go of coroutine and callbacks for good, because the loop closes.
    fn abandon(&self);
    fn name(&self) -> String;
}

impl<T: 'static> AnyFuture for FutureCell<T> {
    fn done(&self) -> bool {
        !matches!(*self.state.borrow(), State::Pending)
    }

    fn cancel(self: Rc<Self>) -> bool {
        if self.done() {
            return false;
        }
        match &self.kind {
            Kind::Future => self.finish(State::Cancelled),
            Kind::Task(task) => task.cancel(&self),
            Kind::Gather(gather) => return gather.cancel(),
        }
        true
    }

    fn add_wakeup(self: Rc<Self>, task: Rc<dyn AnyFuture>) {
        self.add_callback(Callback::Wakeup(task));
    }

    fn remove_wakeup(&self, task: *const ()) {
        self.remove_callbacks(|other| matches!(other, Callback::Wakeup(other) if identity(other) == task));
    }

    fn run_done_callback(self: Rc<Self>) -> Result<(), Error> {
        let callback = self.callbacks.borrow_mut().pop();
        match callback {
            Some(Callback::Wakeup(task)) => task.wakeup(Rc::as_ptr(&self).cast()),
            Some(Callback::Call(callback)) => return callback.0(&Future(self)),
            Some(Callback::Waker(waker)) => waker.wake(),
            None => {}
        }
        Ok(())
    }

    fn wakeup(self: Rc<Self>, by: *const ()) {
        if let Kind::Task(task) = &self.kind {
            task.wakeup(&self, by);
        }
    }

    fn step(self: Rc<Self>) {
        if let Kind::Task(task) = &self.kind {
            task.step(&self);
        }
    }

    fn next_step(self: Rc<Self>) -> Option<Handle> {
        if let Kind::Task(task) = &self.kind { task.next_step(&self) } else { None }
    }

    fn abandon(&self) {
        let callbacks = std::mem::replace(&mut *self.callbacks.borrow_mut(), Callbacks::None);
        drop(callbacks);
        if let Kind::Task(task) = &self.kind {
            task.abandon();
        }
    }

    fn name(&self) -> String {
        match &self.kind {
            Kind::Future => "a future".to_owned(),
            Kind::Task(task) => task.name(),
            Kind::Gather(_) => "a gather".to_owned(),
        }
    }
}

/// Which future it is, whatever its type.
pub(super) fn identity(future: &Rc<dyn AnyFuture>) -> *const () {
    Rc::as_ptr(future).cast()
}

/// Nearly every future has just one callback, which then needs no list (CPython's `_asynciomodule.c` does the same).
enum Callbacks<T> {
    None,
    One(Callback<T>),
    Many(VecDeque<Callback<T>>),
}

impl<T> Callbacks<T> {
    fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(_) => 1,
            Self::Many(list) => list.len(),
        }
    }

    fn any(&self, matches: impl Fn(&Callback<T>) -> bool) -> bool {
        match self {
            Self::None => false,
            Self::One(callback) => matches(callback),
            Self::Many(list) => list.iter().any(matches),
        }
    }

    fn push(&mut self, callback: Callback<T>) {
        *self = match std::mem::replace(self, Self::None) {
            Self::None => Self::One(callback),
            Self::One(first) => Self::Many([first, callback].into()),
            Self::Many(mut list) => {
                list.push_back(callback);
                Self::Many(list)
            }
        }
    }

    fn pop(&mut self) -> Option<Callback<T>> {
        if let Self::Many(list) = self {
            return list.pop_front();
        }
        match std::mem::replace(self, Self::None) {
            Self::One(callback) => Some(callback),
            _ => None,
        }
    }

    /// Returns what was removed, because dropping it may run anybody's code, which must not find the list in use.
    fn remove(&mut self, matches: impl Fn(&Callback<T>) -> bool) -> Vec<Callback<T>> {
        let (mut kept, mut removed) = (Self::None, Vec::new());
        while let Some(callback) = self.pop() {
            if matches(&callback) { removed.push(callback) } else { kept.push(callback) }
        }
        *self = kept;
        removed
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

/// What `.await` on a [`Future`] polls. Dropping it ends the wait and leaves the future alone.
pub struct Await<T>(Future<T>);

impl<T: Clone + 'static> IntoFuture for Future<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Await<T>;

    fn into_future(self) -> Await<T> {
        Await(self)
    }
}

impl<T: Clone + 'static> IntoFuture for &Future<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Await<T>;

    fn into_future(self) -> Await<T> {
        Await(self.clone())
    }
}

impl<T: Clone + 'static> std::future::Future for Await<T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let future = &self.0;
        let event_loop = &future.0.event_loop;
        // First the error that `cancel` throws in here, and only then the result: this is what makes a cancel beat a result
        // that is set but not yet delivered.
        if let Some(error) = event_loop.take_thrown(context) {
            return Poll::Ready(Err(error));
        }
        if future.done() {
            return Poll::Ready(future.result());
        }
        if event_loop.is_current_task(Rc::as_ptr(&future.0).cast()) {
            return Poll::Ready(Err(Error::AwaitsItself));
        }
        if !event_loop.yield_future(future.0.clone(), context) {
            if get_running_loop().is_ok_and(|running| running != *event_loop) {
                return Poll::Ready(Err(Error::OtherLoop));
            }
            let waker = context.waker();
            let known = |other: &Callback<T>| matches!(other, Callback::Waker(other) if other.will_wake(waker));
            if !future.0.callbacks.borrow().any(known) {
                future.0.add_callback(Callback::Waker(waker.clone()));
            }
        }
        Poll::Pending
    }
}
