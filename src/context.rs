//! An asynchronous context manager: what was entered is left again, even after a cancellation, and
//! even if leaving it takes time.
//!
//! ```
//! use async_concepts::{
//!     context::{AsyncContext, BodyOutcome, CleanupError, Cleanups, Exit},
//!     record, say,
//! };
//! use std::time::Duration;
//! use tokio::time::{sleep, timeout};
//!
//! struct Connection;
//!
//! impl AsyncContext for Connection {
//!     type Value = &'static str;
//!     type Error = CleanupError;
//!
//!     async fn enter(&mut self) -> Result<&'static str, CleanupError> {
//!         Ok("connected")
//!     }
//!
//!     async fn exit(
//!         &mut self,
//!         outcome: &BodyOutcome<CleanupError>,
//!     ) -> Result<Exit, CleanupError> {
//!         sleep(Duration::from_secs(1)).await;
//!         say!("said goodbye: {outcome}");
//!         Ok(Exit::PassOn)
//!     }
//! }
//!
//! let run = record("goodbye", async || {
//!     let cleanups = Cleanups::within(Duration::from_secs(5));
//!     let work = cleanups.with(Connection, async |_| Ok(sleep(Duration::MAX).await));
//!     // When `timeout` returns, the body is gone, and the exit is a task that has not begun.
//!     assert!(timeout(Duration::from_secs(2), work).await.is_err());
//!     cleanups.wait().await
//! });
//! assert_eq!(run.transcript(), ["3.000 cleanup said goodbye: cancelled"]);
//! assert_eq!(run.output(), Ok(()));
//! ```
//!
//! # Two languages
//!
//! Python's `async with` awaits `__aenter__` and `__aexit__` ([data model]). Python cancels by
//! raising an exception where the coroutine waits. So `__aexit__` runs in the coroutine that was
//! cancelled, may await, and is over **before** the canceller's own `await` returns. Rust cancels
//! by dropping, and what is dropped is not polled again: `select!`, `timeout` and `abort` go on at
//! once, and the exit has to run **after** that, and elsewhere.
//!
//! Here the exit runs in a task. The task is spawned when the future of [`with`](Cleanups::with) is
//! dropped, right after the body, and [`Cleanups`] knows of all such tasks. If you want Python's
//! order, say so: `cleanups.wait().await`.
//!
//! There is another design: the body runs in a task of its own, and a token cancels that task. Then
//! only a caller that has the token gets Python's order: `timeout` and `select!` do not know the
//! token, and would leave the task running. And a body in a task of its own can borrow nothing from
//! the function that spawns it. Here a body may borrow from the function that calls `with`.
//!
//! # What holds
//!
//! - If [`enter`](AsyncContext::enter) succeeded, [`exit`](AsyncContext::exit) is called once. If
//!   `enter` failed or was cancelled, `exit` is not called, as in Python: `Drop` has to give back
//!   what `enter` had acquired by then.
//! - What the body holds is dropped before `exit` begins, and contexts that were entered inside the
//!   body, in the same task, have exited before. So nested contexts are left from the inside out,
//!   even when all are cancelled at once.
//! - An `exit` that has begun is not cancelled with its caller; it goes on in the task. (In Python
//!   a second cancellation interrupts `__aexit__` where it awaits. If it awaits `asyncio.shield`,
//!   only the shielded awaitable goes on.) From its beginning an `exit` has the time that
//!   [`Cleanups::within`] states, on the runtime's clock. Then it is dropped where it waits; an
//!   `exit` that blocks its thread cannot be stopped.
//! - If an error of an `exit` can be returned to no caller, [`Cleanups::wait`] returns it.
//!
//! What cannot hold: if there is no runtime where the future is dropped, or if the runtime shuts
//! down before the exit is over (`main` returned without `wait`), nothing polls the exit. The
//! context is dropped, and a later `wait` says [`CleanupError::Abandoned`].
//! (`asyncio.run` cancels what is left and waits for it.) If the future of `with` is leaked, its
//! context is never left; and a process that ends reports nothing.
//!
//! # What `Drop` can do
//!
//! Often enough: unlock, close a file, decrement a counter, abort a task. It runs at the moment of
//! cancellation and needs no runtime, so do there what must happen in any case. It cannot await,
//! so it cannot say goodbye to a server; it cannot report an error; and it does not learn why it
//! was called.
//!
//! [data model]: https://docs.python.org/3/reference/datamodel.html#asynchronous-context-managers
// A picture, for rustdoc alone.
#![doc = ""]
#![doc = "<div>"]
#![cfg_attr(doc, doc = include_str!("../docs/transaction.svg"))]
#![doc = "</div>"]
mod exits;

use exits::{Entered, ExitError, Tracker};
use futures::FutureExt;
use std::{
    error::Error,
    fmt::{self, Display},
    panic::{AssertUnwindSafe, resume_unwind},
    time::Duration,
};

/// Something to be entered and left again; Python's `__aenter__` and `__aexit__`. (In Python,
/// [contextlib] can make both of a generator.)
///
/// It is `Send` and `'static` since it may have to be left in a task of its own; hence a
/// [`Value`](Self::Value) cannot borrow from it. Write both methods as `async fn`.
///
/// [contextlib]: https://docs.python.org/3/library/contextlib.html#contextlib.asynccontextmanager
pub trait AsyncContext: Send + 'static {
    /// What the body gets; in Python what stands after `as`. If `with` is to be spawned, choose a
    /// type without lifetimes: the compiler does not see yet that the future of an async closure
    /// that takes a `&'static str` is `Send`.
    type Value;
    /// What may go wrong in `enter`, in the body and in `exit`: a type of your own, or `Box<dyn
    /// Error + Send + Sync>`.
    type Error: From<CleanupError> + Display + Send + Sync + 'static;

    /// Acquires what the body needs. A cancellation drops the future of `enter` where it waits, and
    /// `exit` is not called.
    ///
    /// # Errors
    /// Then there is neither a body nor an exit.
    fn enter(&mut self) -> impl Future<Output = Result<Self::Value, Self::Error>> + Send;

    /// Cleans up after the body, and decides what becomes of its error. It is dropped before its
    /// end only if its time is up, or if no runtime is there to go on with it.
    ///
    /// # Errors
    /// An error takes the place of the body's, as an exception in `__aexit__` does.
    fn exit(
        &mut self,
        outcome: &BodyOutcome<Self::Error>,
    ) -> impl Future<Output = Result<Exit, Self::Error>> + Send;
}

/// How a body ended; in Python the exception that `__aexit__` gets, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyOutcome<E> {
    /// It returned a value.
    Succeeded,
    /// It returned this error.
    Failed(E),
    /// It panicked. The panic goes on when the exit is over.
    Panicked,
    /// It was dropped before it ended; in Python `CancelledError`. The code that dropped it does
    /// not wait for the exit: [`Cleanups::wait`] does, and so does the exit of a context around it.
    Cancelled,
}

/// What becomes of an error of the body. Neither a panic nor a cancellation can be swallowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The caller gets it; in Python `__aexit__` returns `None`.
    PassOn,
    /// The caller gets `Ok(None)`; in Python `__aexit__` returns `True`.
    Swallow,
}

/// What went wrong in an exit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CleanupError {
    /// It returned this error.
    Failed(String),
    /// It panicked.
    Panicked,
    /// It was not over after this time, and has been dropped.
    Overran(Duration),
    /// There was no runtime to run it, or not for long enough.
    Abandoned,
}

/// Where contexts are entered, and where you wait until all have been left.
///
/// All clones count the same exits. Dropping them cancels nothing: exits that are under way go on.
#[derive(Clone, Debug)]
pub struct Cleanups {
    /// How long each exit may take.
    bound: Duration,
    /// Counts the exits that are not over.
    tracker: Tracker,
}

impl Cleanups {
    /// No exit may take longer than `bound`.
    pub fn within(bound: Duration) -> Cleanups {
        Cleanups { bound, tracker: Tracker::default() }
    }

    /// Enters `context`, runs `body`, and exits; Python's `async with`. `Ok(None)` if an error was
    /// swallowed.
    ///
    /// Dropping this future drops the body at once and runs the exit in a task, with
    /// [`BodyOutcome::Cancelled`], in the runtime where it is dropped; an exit that has begun goes
    /// on there. On a timeline that is a lane named `cleanup`.
    ///
    /// # Errors
    /// The error of `enter`; the error of `exit`; the error of the body, if `exit` passed it on or
    /// took too long. [`CleanupError::Overran`] if `exit` took too long after a body that
    /// succeeded.
    ///
    /// # Panics
    /// If `enter`, the body or `exit` panics; if there is no tokio runtime with a clock.
    pub async fn with<C: AsyncContext, T>(
        &self,
        mut context: C,
        body: impl AsyncFnOnce(C::Value) -> Result<T, C::Error>,
    ) -> Result<Option<T>, C::Error> {
        let value = context.enter().await?;
        // From here on an exit has to come.
        let mut entered = Entered::new(context, self.bound, &self.tracker);
        let body = AssertUnwindSafe(async { body(value).await }).catch_unwind();
        // If the caller drops the future of `with` at this await, the body is dropped first, and
        // then `entered`.
        let ended = entered.inside.scope(body).await;
        let (outcome, returned, panic) = match ended {
            Ok(Ok(returned)) => (BodyOutcome::Succeeded, Some(returned), None),
            Ok(Err(error)) => (BodyOutcome::Failed(error), None, None),
            Err(panic) => (BodyOutcome::Panicked, None, Some(panic)),
        };
        let (outcome, exit_result) = entered.exit(outcome).await;
        // The caller is told one thing. `wait` tells what went wrong in the exit, if the caller is
        // told something else. A panic of the body comes before any error of its exit.
        if let Some(panic) = panic {
            entered.report(exit_result.err().map(ExitError::into_cleanup_error));
            resume_unwind(panic)
        }
        match exit_result {
            // As in Python: what goes wrong in the exit takes the place of the body's error.
            Err(ExitError::Error(error)) => Err(error),
            Err(ExitError::Panic(panic)) => resume_unwind(panic),
            // An exit that took too long does not take that place: the body's error says more.
            Err(ExitError::Overran(bound)) => match outcome {
                BodyOutcome::Failed(error) => {
                    entered.report(Some(CleanupError::Overran(bound)));
                    Err(error)
                }
                _ => Err(CleanupError::Overran(bound).into()),
            },
            Ok(exit) => match outcome {
                BodyOutcome::Failed(error) if exit == Exit::PassOn => Err(error),
                _ => Ok(returned),
            },
        }
    }

    /// Waits until every context that has been entered has been left, wherever its exit runs. Call
    /// it last in `main`. Call it after a cancellation, too, if what follows has to come after the
    /// exits, as in Python. It would wait for ever inside a body that these same `Cleanups` run, or
    /// while the program keeps a future of [`with`](Self::with) that has entered, and neither polls
    /// nor drops that future.
    ///
    /// Dropping this future loses no error: the next `wait` returns it.
    ///
    /// # Errors
    /// What went wrong in exits, other than what a caller of `with` was told; each is told once.
    pub async fn wait(&self) -> Result<(), Vec<CleanupError>> {
        self.tracker.wait().await;
        let errors = self.tracker.take_errors();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl<E: Display> Display for BodyOutcome<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BodyOutcome::Succeeded => write!(f, "succeeded"),
            BodyOutcome::Failed(error) => write!(f, "failed: {error}"),
            BodyOutcome::Panicked => write!(f, "panicked"),
            BodyOutcome::Cancelled => write!(f, "cancelled"),
        }
    }
}

impl Display for CleanupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CleanupError::Failed(error) => write!(f, "the cleanup failed: {error}"),
            CleanupError::Panicked => write!(f, "the cleanup panicked"),
            CleanupError::Overran(bound) => write!(f, "the cleanup was not over after {bound:?}"),
            CleanupError::Abandoned => write!(f, "no runtime was there to finish the cleanup"),
        }
    }
}

impl Error for CleanupError {}
