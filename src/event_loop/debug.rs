//! What a loop reports. The exception handler is told of exceptions and slow callbacks, and the
//! instruments are told what the loop does.

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

use super::any_future::AnyFuture;
use super::foreign::catch_panic;
use super::instrument::{Caller, ReadyBy};
use super::{CallId, CallRef, Error, EventLoop, Future, FutureRef, Handle, Instrument};

/// What the exception handler is told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExceptionContext {
    /// What happened.
    pub message: String,
    /// The error or panic. None if debug mode reports a slow callback.
    pub exception: Option<Error>,
}

type ExceptionHandler = Rc<dyn Fn(&EventLoop, &ExceptionContext)>;

/// What watches a loop.
pub(super) struct Observers {
    /// Debug mode is on, or there is an instrument. Every call has to ask, so it is one flag for
    /// both.
    watched: Cell<bool>,
    /// Debug mode is on: calls are timed.
    debug: Cell<bool>,
    /// From which duration on debug mode reports a call.
    slow_callback_duration: Cell<Duration>,
    /// What [`EventLoop::set_exception_handler`] was given.
    exception_handler: RefCell<Option<ExceptionHandler>>,
    /// What [`EventLoop::add_instrument`] was given. The list is replaced as a whole when an
    /// instrument is added. So the list that is being told does not change, and the cell is free
    /// meanwhile.
    instruments: RefCell<Rc<[Rc<dyn Instrument>]>>,
}

impl Default for Observers {
    fn default() -> Self {
        Self {
            watched: Cell::default(),
            debug: Cell::default(),
            slow_callback_duration: Cell::new(Duration::from_millis(100)),
            exception_handler: RefCell::default(),
            instruments: RefCell::new(Rc::new([])),
        }
    }
}

impl Observers {
    /// Whether anything watches the loop.
    #[inline]
    pub(super) fn is_watched(&self) -> bool {
        self.watched.get()
    }

    /// Tells each instrument of one event: `event` calls the method that stands for it. Never
    /// inlined, so that the code of a loop that is not watched stays short.
    #[cold]
    #[inline(never)]
    fn tell(&self, event: impl Fn(&dyn Instrument)) {
        let instruments = self.instruments.borrow().clone();
        for instrument in &*instruments {
            event(&**instrument);
        }
    }

    #[inline]
    pub(super) fn before_wait(&self, timeout: Option<Duration>) {
        if self.is_watched() {
            self.tell(|instrument| instrument.before_wait(timeout));
        }
    }

    #[inline]
    pub(super) fn after_wait(&self) {
        if self.is_watched() {
            self.tell(|instrument| instrument.after_wait());
        }
    }

    #[inline]
    pub(super) fn iteration_begins(&self, ready: usize) {
        if self.is_watched() {
            self.tell(|instrument| instrument.iteration_begins(ready));
        }
    }

    #[inline]
    pub(super) fn call_ready(&self, call: &Handle, caller: Caller, by: ReadyBy) {
        if self.is_watched() {
            self.tell(|instrument| {
                let mut call = CallRef::of(call, caller);
                call.ready_by = Some(by);
                instrument.call_ready(&call);
            });
        }
    }

    #[inline]
    pub(super) fn timer_set(&self, call: &Handle, when: u64, caller: Caller) {
        if self.is_watched() {
            self.tell_of_timer(call.clone(), when, caller);
        }
    }

    /// Takes a clone: for a reference the compiler would have to put the caller's handle on the
    /// stack. See [`TimerHandle::set`](super::TimerHandle).
    #[cold]
    #[inline(never)]
    fn tell_of_timer(&self, call: Handle, when: u64, caller: Caller) {
        let when = Duration::from_nanos(when);
        self.tell(|instrument| instrument.timer_set(&CallRef::of(&call, caller), when));
    }

    #[inline]
    pub(super) fn timer_cancelled(&self, call: &Handle) {
        if self.is_watched() {
            self.tell(|instrument| instrument.timer_cancelled(&CallRef::of(call, None)));
        }
    }

    #[inline]
    pub(super) fn future_awaited(
        &self,
        future: &dyn AnyFuture,
        location: &'static Location<'static>,
        waker: &Waker,
    ) {
        if self.is_watched() {
            let future = FutureRef::new(future, location);
            self.tell(|instrument| instrument.future_awaited(&future, waker));
        }
    }

    #[inline]
    pub(super) fn await_over(&self, future: &dyn AnyFuture, location: &'static Location<'static>) {
        if self.is_watched() {
            let future = FutureRef::new(future, location);
            self.tell(|instrument| instrument.await_over(&future));
        }
    }

    /// See [`Instrument::cancel_begins`].
    pub(super) fn cancel_begins(
        &self,
        future: &dyn AnyFuture,
        location: &'static Location<'static>,
    ) {
        if self.is_watched() {
            let future = FutureRef::new(future, location);
            self.tell(|instrument| instrument.cancel_begins(&future));
        }
    }

    pub(super) fn cancel_ends(&self) {
        if self.is_watched() {
            self.tell(|instrument| instrument.cancel_ends());
        }
    }

    /// See [`Instrument::stands_for`].
    #[track_caller]
    pub(super) fn stands_for<T, U>(&self, future: &Future<T>, others: &[Future<U>]) {
        if self.is_watched() {
            let location = Location::caller();
            let mut all = vec![];
            for other in others {
                all.push(FutureRef::new(&*other.0, location));
            }
            let future = FutureRef::new(&*future.0, location);
            self.tell(|instrument| instrument.stands_for(&future, &all));
        }
    }

    /// See [`Instrument::stop_called`].
    pub(super) fn stop_called(&self) {
        if self.is_watched() {
            self.tell(|instrument| instrument.stop_called());
        }
    }

    /// See [`Instrument::found_idle`]. Gives the error.
    pub(super) fn found_idle(&self) -> Error {
        if self.is_watched() {
            self.tell(|instrument| instrument.found_idle());
        }
        Error::Idle
    }

    /// See [`Instrument::runs_until`].
    pub(super) fn runs_until(&self, future: Option<&dyn AnyFuture>, caller: &'static Location) {
        if self.is_watched() {
            let future = future.map(|future| FutureRef::new(future, caller));
            self.tell(|instrument| instrument.runs_until(future.as_ref()));
        }
    }

    #[inline]
    pub(super) fn task_cancelled(&self) {
        if self.is_watched() {
            self.tell(|instrument| instrument.task_cancelled());
        }
    }

    /// See [`Instrument::task_failed`].
    pub(super) fn task_failed(&self, error: &Error, coroutine: &str) {
        if self.is_watched() {
            self.tell(|instrument| instrument.task_failed(error, coroutine));
        }
    }

    /// See [`Instrument::callback_failed`].
    pub(super) fn callback_failed(&self, error: &Error) {
        if self.is_watched() {
            self.tell(|instrument| instrument.callback_failed(error));
        }
    }

    #[inline]
    pub(super) fn coroutine_over(&self) {
        if self.is_watched() {
            self.tell(|instrument| instrument.coroutine_over());
        }
    }

    /// Drops what the program has given.
    pub(super) fn close(&self) {
        drop(self.exception_handler.take());
        self.watched.set(false);
        drop(self.instruments.replace(Rc::new([])));
    }
}

impl EventLoop {
    /// Makes a call as [`Handle::run`] does, tells instruments when it begins and ends, and in
    /// debug mode reports it if it was slow.
    #[cold]
    #[inline(never)]
    pub(super) fn run_watched(&self, call: Handle) {
        if call.cancelled() {
            return;
        }
        let observers = &self.0.observers;
        observers.tell(|instrument| instrument.call_begins(&CallRef::of(&call, None)));
        // Asked before the call: afterwards the call may be gone, and its name with it.
        let id = CallId::of_call(&call);
        let kind = call.0.kind();
        let name = call.0.name();
        let start = if observers.debug.get() { Some(self.time()) } else { None };
        call.run(self);
        let call = CallRef::that_is_over(id, kind, &name);
        observers.tell(|instrument| instrument.call_ends(&call));
        let Some(start) = start else { return };
        let took = self.time().saturating_sub(start);
        if took >= observers.slow_callback_duration.get() {
            let seconds = took.as_secs_f64();
            self.report(&format!("executing {name} took {seconds:.3} seconds"), None);
        }
    }

    /// Tells `instrument` what this loop does from now on, until the loop is closed. There can be
    /// several instruments; they are told in the order in which they were added.
    pub fn add_instrument(&self, instrument: Rc<dyn Instrument>) {
        if let Some(asked_by) = instrument.asked_by() {
            self.0.remote.find_out_what_asks(asked_by);
        }
        let observers = &self.0.observers;
        let mut instruments = observers.instruments.borrow().to_vec();
        instruments.push(instrument);
        *observers.instruments.borrow_mut() = instruments.into();
        observers.watched.set(true);
    }

    /// From now on `handler` is called with the errors and panics of callbacks, with exceptions
    /// that were never retrieved, and with what debug mode reports. Without a handler these are
    /// printed on the standard error stream. If the handler itself panics, that is printed there,
    /// and the loop goes on.
    pub fn set_exception_handler(&self, handler: impl Fn(&Self, &ExceptionContext) + 'static) {
        drop(self.0.observers.exception_handler.replace(Some(Rc::new(handler))));
    }

    /// Tells the exception handler, or prints `context` on the standard error stream if there is no
    /// handler.
    pub fn call_exception_handler(&self, context: &ExceptionContext) {
        let handler = self.0.observers.exception_handler.borrow().clone();
        let Some(handler) = handler else { return print(context) };
        if let Err(panic) = catch_panic(|| handler(self, context)) {
            print(context);
            eprintln!("exception in the exception handler: {panic}");
        }
    }

    /// Reports the error or the panic with which a call has ended.
    #[cold]
    pub(super) fn report_failed_call(&self, error: Error, has_panicked: bool) {
        if !has_panicked {
            self.0.observers.callback_failed(&error);
        }
        self.report("exception in a callback", Some(error));
    }

    pub(super) fn report(&self, message: &str, exception: Option<Error>) {
        self.call_exception_handler(&ExceptionContext { message: message.to_owned(), exception });
    }

    /// Reports an exception that nothing has retrieved. `what` is what ended with it: a `future` or
    /// a `task`.
    pub(super) fn report_unretrieved(&self, what: &str, error: &Error) {
        self.report(&format!("{what} exception was never retrieved"), Some(error.clone()));
    }

    /// In debug mode every call is timed, and the exception handler is told of those that are slow.
    pub fn set_debug(&self, enabled: bool) {
        let observers = &self.0.observers;
        observers.debug.set(enabled);
        observers.watched.set(enabled || !observers.instruments.borrow().is_empty());
    }

    /// Whether debug mode is on.
    pub fn debug(&self) -> bool {
        self.0.observers.debug.get()
    }

    /// Sets how long a call has to take, on the loop's clock, for debug mode to report it as slow.
    /// It is 100 ms unless set.
    pub fn set_slow_callback_duration(&self, duration: Duration) {
        self.0.observers.slow_callback_duration.set(duration);
    }
}

fn print(context: &ExceptionContext) {
    match &context.exception {
        Some(exception) => eprintln!("{}: {exception}", context.message),
        None => eprintln!("{}", context.message),
    }
}
