//! Exits that are still to come: counted from the moment of entering, and handed to a task when the
//! future that should run them is dropped.
//!
//! The names are those of tokio-util's `TaskTracker`: a tracker counts tokens, and waits until
//! there is none.
//!
//! A destructor cannot wait, and an exit has to. So dropping an entered context hands its exit to a
//! task, and the exit of the context around it waits for the tracker:
//!
//! ```text
//!   outer context   enter ── body ─────────────── wait(inside) ───── exit
//!   inner context            enter ── body ✗                     ▲
//!   a task                                 └── exit ── its token is dropped
//! ```
use super::{AsyncContext, BodyOutcome, CleanupError, Exit};
use crate::LaneExt;
use futures::{FutureExt, future::BoxFuture};
use std::{any::Any, fmt::Display, mem, panic::AssertUnwindSafe, time::Duration};
use tokio::{runtime::Handle, sync::watch, task_local, time::timeout};

/// Counts the exits of several contexts that are not over. All clones have one count.
///
/// It is a `watch` channel, which has the count and can also wait until the count is 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Tracker(watch::Sender<Pending>);

/// The value of a [`Tracker`].
#[derive(Debug, Default)]
struct Pending {
    /// How many exits are not over.
    exits: usize,
    /// What went wrong in exits and was told to no caller.
    errors: Vec<CleanupError>,
}

task_local! {
    /// Set while a body is polled or dropped. It counts the exits that have to be over before the
    /// exit of the body's own context begins.
    static INSIDE: Tracker;
}

impl Tracker {
    /// Runs a body. Contexts that are entered in it, in the same task, find this tracker.
    pub async fn scope<F: Future>(&self, body: F) -> F::Output {
        INSIDE.scope(self.clone(), body).await
    }

    /// Waits until no exit is pending.
    pub async fn wait(&self) {
        let mut receiver = self.0.subscribe();
        receiver.wait_for(|pending| pending.exits == 0).await.expect("`self` is a sender");
    }

    /// What went wrong in exits and was told to no caller. The next call gives only what is new.
    pub fn take_errors(&self) -> Vec<CleanupError> {
        let mut errors = vec![];
        self.0.send_modify(|pending| errors = mem::take(&mut pending.errors));
        errors
    }
}

/// One exit that is not over. If this is dropped before `complete` is called, the exit counts as
/// abandoned.
struct Token {
    /// Which count it is a part of.
    tracker: Tracker,
    /// What `wait` is told when this is dropped.
    error: Option<CleanupError>,
}

impl Token {
    /// Counts one exit more.
    fn new(tracker: &Tracker) -> Token {
        tracker.0.send_modify(|pending| pending.exits += 1);
        Token { tracker: tracker.clone(), error: Some(CleanupError::Abandoned) }
    }

    /// The exit is over. When this is dropped, `wait` is told the error, if there is one.
    fn complete(&mut self, error: Option<CleanupError>) {
        self.error = error;
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.tracker.0.send_modify(|pending| {
            pending.exits -= 1;
            pending.errors.extend(self.error.take());
        });
    }
}

/// How a body ended, and what its exit returned.
type Exited<E> = (BodyOutcome<E>, Result<Exit, ExitError<E>>);

/// How an exit can fail.
pub(super) enum ExitError<E> {
    /// It returned this.
    Error(E),
    /// It panicked with this.
    Panic(Box<dyn Any + Send>),
    /// It was dropped after this time.
    Overran(Duration),
}

impl<E: Display> ExitError<E> {
    /// This error without its types, so that errors of all contexts can stand in one list.
    pub fn into_cleanup_error(self) -> CleanupError {
        match self {
            ExitError::Error(error) => CleanupError::Failed(error.to_string()),
            ExitError::Panic(_) => CleanupError::Panicked,
            ExitError::Overran(bound) => CleanupError::Overran(bound),
        }
    }
}

/// A context that has been entered. If it is dropped before its exit is over, the future of `with`
/// was cancelled: then the exit runs in a task, if there is a runtime for it.
pub(super) struct Entered<C: AsyncContext> {
    /// What `exit` is called on; `None` when the exit has begun.
    context: Option<C>,
    /// The exit, while the caller of `with` polls it. Kept here and not in that caller's future, so
    /// that `drop` can hand it to a task.
    exiting: Option<BoxFuture<'static, Exited<C::Error>>>,
    /// How long the exit may take.
    bound: Duration,
    /// Counts from the moment of entering, not of leaving: while the body runs, its exit is still
    /// to come.
    token: Token,
    /// Exits of contexts that were entered in the body and cancelled there.
    pub inside: Tracker,
    /// The tracker of the body in which this one was entered.
    outside: Option<Tracker>,
}

impl<C: AsyncContext> Entered<C> {
    /// A context whose `enter` has just succeeded.
    pub fn new(context: C, bound: Duration, tracker: &Tracker) -> Entered<C> {
        Entered {
            context: Some(context),
            exiting: None,
            bound,
            token: Token::new(tracker),
            inside: Tracker::default(),
            outside: INSIDE.try_with(Tracker::clone).ok(),
        }
    }

    /// Runs the exit, after a body that ended with `outcome`. Dropping this future does not drop
    /// the exit: it goes on in a task when `self` is dropped.
    pub async fn exit(&mut self, outcome: BodyOutcome<C::Error>) -> Exited<C::Error> {
        let context = self.context.take().expect("it is left once");
        let exiting = exit(context, outcome, self.bound, self.inside.clone());
        let exited = self.exiting.insert(exiting).await;
        self.exiting = None;
        self.token.complete(None);
        exited
    }

    /// Keeps for `wait` what the caller is not told.
    pub fn report(&mut self, error: Option<CleanupError>) {
        self.token.complete(error);
    }
}

/// The exit of `context` as a future of its own, which borrows nothing and can go on in a task.
fn exit<C: AsyncContext>(
    mut context: C,
    outcome: BodyOutcome<C::Error>,
    bound: Duration,
    inside: Tracker,
) -> BoxFuture<'static, Exited<C::Error>> {
    Box::pin(async move {
        // Contexts that were entered later are left first: destructors run in this order, too.
        inside.wait().await;
        let exiting = timeout(bound, context.exit(&outcome));
        let result = match AssertUnwindSafe(exiting).catch_unwind().await {
            Ok(Ok(returned)) => returned.map_err(ExitError::Error),
            Ok(Err(_)) => Err(ExitError::Overran(bound)),
            Err(panic) => Err(ExitError::Panic(panic)),
        };
        (outcome, result)
    })
}

impl<C: AsyncContext> Drop for Entered<C> {
    fn drop(&mut self) {
        let exiting = match (self.exiting.take(), self.context.take()) {
            // The exit had begun. The task goes on with the same future.
            (Some(exiting), _) => exiting,
            // The body was cancelled: its exit begins now.
            (None, Some(context)) => {
                exit(context, BodyOutcome::Cancelled, self.bound, self.inside.clone())
            }
            // It was left as it should be.
            (None, None) => return,
        };
        // The task's token is made before the token of `self` is dropped, so the count is never 0
        // in between.
        let mut token = Token::new(&self.token.tracker);
        self.token.complete(None);
        // The context around this one must not be left before this one is left.
        let mut outer_token = self.outside.as_ref().map(Token::new);
        let cleanup = async move {
            let (_, result) = exiting.await;
            token.complete(result.err().map(ExitError::into_cleanup_error));
            if let Some(outer_token) = &mut outer_token {
                outer_token.complete(None);
            }
        };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(cleanup.lane("cleanup"));
        } // otherwise `cleanup` is dropped here, and the exit counts as abandoned
    }
}
