//! Watching a loop: the one interface through which a recorder, a profiler or a test sees what the
//! loop does. An instrument is told what happens and changes nothing.
//!
//! ```
//! use async_concepts::event_loop::{CallRef, EventLoop, Instrument, VirtualDriver};
//! use std::{cell::RefCell, rc::Rc};
//!
//! #[derive(Default)]
//! struct Calls(RefCell<Vec<&'static str>>);
//!
//! impl Instrument for Calls {
//!     fn iteration_begins(&self, ready: usize) {
//!         self.0.borrow_mut().push(if ready == 1 { "one call is ready" } else { "iteration" });
//!     }
//!     fn call_begins(&self, _: &CallRef<'_>) {
//!         self.0.borrow_mut().push("begin");
//!     }
//!     fn call_ends(&self, _: &CallRef<'_>) {
//!         self.0.borrow_mut().push("end");
//!     }
//! }
//!
//! let event_loop = EventLoop::with_driver(VirtualDriver::new());
//! let calls = Rc::new(Calls::default());
//! event_loop.add_instrument(calls.clone());
//! let stopped = event_loop.clone();
//! event_loop.call_soon(move || stopped.stop()).unwrap();
//! event_loop.run_forever().unwrap();
//! assert_eq!(*calls.0.borrow(), ["one call is ready", "begin", "end"]);
//! ```

use std::panic::Location;
use std::task::Waker;
use std::time::Duration;

use super::Error;
use super::any_future::AnyFuture;
use super::handle::{CallKind, Handle};

/// A watcher of a loop. Its methods are called on the loop's own thread and in the order in which
/// things happen: while the loop runs, and also when a call is scheduled, or a timer set or
/// cancelled, while it does not run. Every method does nothing by default.
///
/// A method is called *while* the loop works: it may look at the loop, and must not change it. If a
/// method panics, the code that caused the event panics: a callback or a task, which the loop
/// survives, or the loop itself between two calls.
pub trait Instrument {
    /// The loop is about to wait: up to `timeout`, or until it is woken. Zero: it only looks at
    /// what has happened.
    fn before_wait(&self, timeout: Option<Duration>) {
        _ = timeout;
    }

    /// The wait is over.
    fn after_wait(&self) {}

    /// An iteration begins: it will make the calls that are ready now, `ready` of them.
    fn iteration_begins(&self, ready: usize) {
        _ = ready;
    }

    /// A call is put into the ready queue: by `call_soon`, by the result of a future, by a wake, or
    /// because its time has come. With [`ReadyBy::ThisThread`] the code that runs now is the cause,
    /// and the stack below shows it. [`CallRef::location`] says where `call_soon` or `create_task`
    /// was called.
    fn call_ready(&self, call: &CallRef<'_>) {
        _ = call;
    }

    /// A function that is called for each call that is left in the loop's entry queue. It is called
    /// *on the thread that leaves the call there*, because only there can it see what asks. Its
    /// answer comes with the call, in [`ReadyBy::EntryQueue`]. Of several instruments the first
    /// that has such a function counts.
    fn asked_by(&self) -> Option<AskedBy> {
        None
    }

    /// A timer was set. The stack below is that of `call_later` or `call_at`, and
    /// [`CallRef::location`] where that was called.
    fn timer_set(&self, call: &CallRef<'_>, when: Duration) {
        _ = (call, when);
    }

    /// `cancel` was called on a timer; the timer may have been due, or cancelled, before.
    fn timer_cancelled(&self, call: &CallRef<'_>) {
        _ = call;
    }

    /// The loop makes a call. A call that was cancelled is not made, so this method is not called
    /// for it.
    fn call_begins(&self, call: &CallRef<'_>) {
        _ = call;
    }

    /// The call is over, and its error, if it had one, has gone to the exception handler.
    fn call_ends(&self, call: &CallRef<'_>) {
        _ = call;
    }

    /// `cancel` was called on this future. What is woken from here to [`Instrument::cancel_ends`]
    /// is woken by this request. A task passes the request on to what it awaits, and a gather to
    /// its children: this is not called again for those.
    ///
    /// It is not called for the request by which a task group ends its own wait.
    fn cancel_begins(&self, future: &FutureRef<'_>) {
        _ = future;
    }

    /// The request is over: each future that had to be asked was asked. Not called if a foreign
    /// waker panics meanwhile.
    fn cancel_ends(&self) {}

    /// The coroutine of the step that runs has just returned
    /// [`Error::Cancelled`](super::Error::Cancelled): its task is about to end as cancelled. This
    /// is not called if the coroutine is dropped instead.
    fn task_cancelled(&self) {}

    /// The coroutine of the step that runs has just returned this error: its task is about to end
    /// with it. `coroutine` is the type of the coroutine, as [`std::any::type_name`] gives it: a
    /// coroutine may wrap another one, which need not have returned this error. This is called
    /// neither for a panic nor for [`Error::Cancelled`].
    fn task_failed(&self, error: &Error, coroutine: &str) {
        _ = (error, coroutine);
    }

    /// The callback that runs has just returned this error, which goes to the exception handler
    /// next. This is not called for a panic.
    fn callback_failed(&self, error: &Error) {
        _ = error;
    }

    /// The coroutine of the step that runs is over: it has returned or panicked, or was dropped.
    /// Its destructors have run, and its task is not done yet. So what is woken from here to the
    /// end of the call is woken by the end of the task, and no longer by what its coroutine does.
    fn coroutine_over(&self) {}

    /// A pending future is awaited, in a poll with this waker: the task's own, or that of something
    /// inside the task, such as a lane. It is called *in* the poll: the stack below is the chain of
    /// coroutines down to the `.await`. The loop clones the waker only if it is not the task's own:
    /// the task itself is woken by a number. [`FutureRef::location`] is the `.await` itself.
    fn future_awaited(&self, future: &FutureRef<'_>, waker: &Waker) {
        _ = (future, waker);
    }

    /// An await of this future is over, or was dropped.
    fn await_over(&self, future: &FutureRef<'_>) {
        _ = future;
    }

    /// A plain future was made by `wait`, `wait_for` or `shield`. What awaits it waits for these
    /// others.
    fn stands_for(&self, future: &FutureRef<'_>, others: &[FutureRef<'_>]) {
        _ = (future, others);
    }

    /// `run_until_complete` runs the loop from here on until this future is done; `None` when it is
    /// about to return.
    fn runs_until(&self, future: Option<&FutureRef<'_>>) {
        _ = future;
    }
}

/// A line of the program, if it is known. It is a constant of the program, made by the compiler for
/// `#[track_caller]`: to pass it on costs next to nothing, but to keep it costs eight bytes, so
/// only an await keeps it.
pub(super) type Caller = Option<&'static Location<'static>>;

/// What identifies a call, a future or a task among those of a loop that exist at the same time.
///
/// A callback has an id of its own from `call_soon` to its end. A task has one id for all its steps
/// and done callbacks, and for itself as a future that is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallId(usize);

impl CallId {
    pub(super) fn of_call(call: &Handle) -> Self {
        Self::of(std::rc::Rc::as_ptr(&call.0).cast())
    }

    fn of(address: *const ()) -> Self {
        Self(address.addr())
    }
}

/// What has put a call into the ready queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadyBy {
    /// The code that runs now on the loop's thread: mostly a call that the loop makes.
    ThisThread,
    /// The loop itself, since the call's time has come.
    Timer,
    /// Another thread, or a waker that was called outside the loop, has left it in the entry queue;
    /// the loop has found it there.
    EntryQueue {
        /// What [`Instrument::asked_by`] has found out when it was left there.
        asked_by: Option<usize>,
    },
}

/// A function that finds out what asks something of a loop, on the thread that asks. It answers
/// with a number, and the instrument decides what the number means.
pub type AskedBy = fn() -> Option<usize>;

/// A call, as an instrument sees it.
pub struct CallRef<'a> {
    /// What identifies it.
    pub id: CallId,
    /// What kind of call it is.
    pub kind: CallKind,
    /// The line of the program that has scheduled it: where `call_soon`, `call_soon_threadsafe`,
    /// `call_later`, `call_at`, `create_task` or something made of them was called. Known only in
    /// [`Instrument::call_ready`] and [`Instrument::timer_set`]: the loop does not keep it. `None`
    /// also for what a result, a wake or a timer makes ready.
    pub location: Option<&'static Location<'static>>,
    /// What has made it ready. Known only in [`Instrument::call_ready`], for the same reason.
    pub ready_by: Option<ReadyBy>,
    /// Where its name comes from.
    name: Name<'a>,
}

/// Where a name comes from. The text is made only for instruments that ask.
enum Name<'a> {
    /// The call is still there.
    Of(&'a Handle),
    /// The call is over and may be gone, so its name was made before.
    Was(&'a str),
}

impl<'a> CallRef<'a> {
    pub(super) fn of(call: &'a Handle, location: Caller) -> Self {
        Self {
            id: CallId::of_call(call),
            kind: call.0.kind(),
            location,
            ready_by: None,
            name: Name::Of(call),
        }
    }

    pub(super) fn that_is_over(id: CallId, kind: CallKind, name: &'a str) -> Self {
        Self { id, kind, location: None, ready_by: None, name: Name::Was(name) }
    }

    /// The name of a task, `Future`, or the type of a closure, which says in which function it
    /// stands.
    pub fn name(&self) -> String {
        match self.name {
            Name::Of(call) => call.0.name(),
            Name::Was(name) => name.to_owned(),
        }
    }

    /// The function of this crate that has added this done callback for its own work, as `shield`
    /// adds one to the future that it shields. `None` for a done callback of the program, and for
    /// any other call. Known only in [`Instrument::call_begins`]: before, the loop has a place in
    /// its queue for the future, and none for each callback.
    pub fn added_by(&self) -> Option<&'static str> {
        match self.name {
            Name::Of(call) => adds_for_itself(call.0.done_callback()?),
            Name::Was(_) => None,
        }
    }
}

/// The function of this crate in which a closure of this type is made, if it is one that is made of
/// the core: it has a file of its own name, or is a method of the loop.
fn adds_for_itself(closure: &'static str) -> Option<&'static str> {
    let here = module_path!().strip_suffix("instrument")?;
    let (module, path) = closure.strip_prefix(here)?.split_once("::")?;
    if !["combinators", "remote"].contains(&module) {
        return None; // such as one that only wraps a function of the program
    }
    let method = path.strip_prefix("<impl ").and_then(|path| path.split_once(">::"));
    let path = method.map_or(path, |(_, method)| method);
    path.split(['<', ':']).next()
}

/// A future that is awaited, as an instrument sees it.
pub struct FutureRef<'a> {
    /// The future itself: it is asked for its id and its name only when the instrument wants them.
    future: &'a dyn AnyFuture,
    /// The line of the program where `.await` stands or [`sleep`](super::sleep) was called. If
    /// another function of this crate awaits, such as [`wait`](super::wait), it is a line of this
    /// crate; the line of the program is in the stack.
    pub location: &'static Location<'static>,
}

impl<'a> FutureRef<'a> {
    pub(super) fn new(future: &'a dyn AnyFuture, location: &'static Location<'static>) -> Self {
        Self { future, location }
    }

    /// What identifies it: the same id that its steps and done callbacks have as calls.
    pub fn id(&self) -> CallId {
        CallId::of((&raw const *self.future).cast())
    }

    /// Whether it is a task.
    pub fn is_task(&self) -> bool {
        self.future.cancel_requests().is_some()
    }

    /// The name of a task, or `Future`.
    pub fn name(&self) -> String {
        self.future.name()
    }

    /// The tasks for whose ends it waits: of a task that is the task itself; of a gather these are
    /// its children, and theirs, as far as they are not done. `None` if it waits for anything else,
    /// as a plain future does.
    pub fn tasks(&self) -> Option<Vec<CallId>> {
        let mut tasks = vec![];
        if !self.future.add_tasks(&mut tasks) {
            return None;
        }
        Some(tasks.into_iter().map(CallId::of).collect())
    }
}
