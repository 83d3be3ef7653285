//! Timeout: a time limit for a part of a coroutine (`timeouts.py`).

use std::cell::Cell;
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{TaskRef, current_task};
use crate::event_loop::{Error, EventLoop, Handle, Result, TimerHandle, get_running_loop};

/// Runs `body`, and cancels the body when `delay` is over: then this gives [`Error::Timeout`].
/// Python's `async with asyncio.timeout(delay) as scope:`; the body gets the scope, and can set
/// another time. `None` is no limit.
///
/// The body is a part of the current task, so it is that task that the scope asks to cancel. When
/// the body is over, the scope takes this request back. If another request to cancel the task has
/// come meanwhile, the body's [`Error::Cancelled`] is passed on, and does not become a timeout.
///
/// A body that is suspended in a future that is not of this loop is dropped. If the body swallows
/// the cancel, its result is returned. Dropping this ends the timer, and drops the body.
/// [`Error::NoCurrentTask`] outside of a task, and [`Error::NoRunningLoop`] if no loop runs on this
/// thread.
///
/// ```
/// use async_concepts::event_loop::{Error, EventLoop, VirtualDriver, sleep, timeout};
/// use std::time::Duration;
///
/// let event_loop = EventLoop::with_driver(VirtualDriver::new());
/// let outcome = event_loop.run_until_complete(timeout(Duration::from_secs(1), async |scope| {
///     scope.reschedule(Duration::from_secs(5))?; // a later time
///     sleep(Duration::from_secs(9)).await
/// }));
/// assert!(matches!(outcome, Err(Error::Timeout)));
/// assert_eq!(event_loop.time(), Duration::from_secs(5));
/// ```
pub async fn timeout<T>(
    delay: impl Into<Option<Duration>>,
    body: impl AsyncFnOnce(Timeout) -> Result<T>,
) -> Result<T> {
    let now = get_running_loop()?.time();
    let when = delay.into().map(|delay| now.saturating_add(delay));
    timeout_at(when, body).await
}

/// As [`timeout`], with the time on the clock of [`EventLoop::time`] at which to cancel.
pub async fn timeout_at<T>(
    when: impl Into<Option<Duration>>,
    body: impl AsyncFnOnce(Timeout) -> Result<T>,
) -> Result<T> {
    let task = current_task()?;
    let scope = Timeout(Rc::new(Scope {
        event_loop: get_running_loop()?,
        cancelling: task.cancelling(),
        task,
        when: Cell::default(),
        timer: Cell::default(),
        phase: Cell::new(Phase::Entered),
    }));
    scope.reschedule(when)?;
    let exit = ExitOnDrop(&scope.0);
    let outcome = Interruptible::new(body(scope.clone())).await;
    drop(exit);
    scope.0.outcome(outcome)
}

/// The scope of a time limit: what the body of a [`timeout`] gets. Clones are the same scope.
#[derive(Clone)]
pub struct Timeout(Rc<Scope>);

/// What the clones of a scope share.
struct Scope {
    /// The loop, whose clock counts.
    event_loop: EventLoop,
    /// The task that is cancelled.
    task: TaskRef,
    /// How many requests to cancel the task had when the scope began. At its end the scope takes
    /// its own request back, and compares. With more requests than this, another one has come
    /// meanwhile, and the cancel is passed on. Otherwise the cancel becomes a timeout.
    cancelling: u32,
    /// When the scope expires; `None` is never.
    when: Cell<Option<Duration>>,
    /// The call that will end the scope, to be cancelled when another time is set or the body is
    /// over.
    timer: Cell<Option<Timer>>,
    /// How far the scope has come: only in the first phase can another time be set.
    phase: Cell<Phase>,
}

/// How far a scope has come. asyncio has a fifth state, of a scope that was made and not entered;
/// here the two happen together.
#[derive(Clone, Copy, PartialEq)]
enum Phase {
    /// The body runs, and there is time left.
    Entered,
    /// The task was asked to cancel.
    Expiring,
    /// The body is over, after the task was asked to cancel. `ours`: there was no other request to
    /// cancel the task since the scope began, so the cancel is the scope's own.
    Expired { ours: bool },
    /// The body was over before its time.
    Exited,
}

/// The call that expires a scope. If the time had come when it was set, the call is one for the
/// next iteration and not a timer. asyncio does the same, so the order of calls is the same.
enum Timer {
    /// For a time that had come when it was set.
    Soon(Handle),
    /// For a time that was still to come.
    Later(TimerHandle),
}

impl Timer {
    fn cancel(&self) {
        match self {
            Timer::Soon(handle) => handle.cancel(),
            Timer::Later(timer) => timer.cancel(),
        }
    }
}

impl Timeout {
    /// Sets another time, on the clock of [`EventLoop::time`], or none. [`Error::TimeoutIsOver`] if
    /// it has expired or the body is over.
    pub fn reschedule(&self, when: impl Into<Option<Duration>>) -> Result<()> {
        if self.0.phase.get() != Phase::Entered {
            return Err(Error::TimeoutIsOver);
        }
        let when = when.into();
        self.0.when.set(when);
        self.0.cancel_timer();
        let Some(when) = when else { return Ok(()) };
        let scope = self.0.clone();
        let expire = move || scope.expire();
        let timer = if when <= self.0.event_loop.time() {
            Timer::Soon(self.0.event_loop.call_soon(expire)?)
        } else {
            Timer::Later(self.0.event_loop.call_at(when, expire)?)
        };
        self.0.timer.set(Some(timer));
        Ok(())
    }

    /// When it expires, on the clock of [`EventLoop::time`].
    pub fn when(&self) -> Option<Duration> {
        self.0.when.get()
    }

    /// Whether the time was up before the body was over.
    pub fn expired(&self) -> bool {
        matches!(self.0.phase.get(), Phase::Expiring | Phase::Expired { .. })
    }
}

impl Scope {
    fn cancel_timer(&self) {
        if let Some(timer) = self.timer.take() {
            timer.cancel();
        }
    }

    /// The time is up: asks the task to cancel.
    fn expire(&self) {
        drop(self.timer.take());
        self.phase.set(Phase::Expiring);
        self.task.cancel();
    }

    /// `__aexit__` in `timeouts.py`: makes our own cancel a timeout.
    fn outcome<T>(&self, outcome: Result<T>) -> Result<T> {
        match (self.phase.get(), outcome) {
            (Phase::Expired { ours: true }, Err(Error::Cancelled)) => Err(Error::Timeout),
            (_, outcome) => outcome,
        }
    }
}

/// Ends the scope when the body is over or was dropped: from then on it must not cancel the task,
/// and its own request no longer counts.
struct ExitOnDrop<'a>(&'a Scope);

impl Drop for ExitOnDrop<'_> {
    fn drop(&mut self) {
        let scope = self.0;
        scope.cancel_timer();
        if scope.phase.get() == Phase::Expiring {
            let ours = scope.task.uncancel() <= scope.cancelling;
            scope.phase.set(Phase::Expired { ours });
        } else {
            scope.phase.set(Phase::Exited);
        }
    }
}

pin_project_lite::pin_project! {
    /// A body that can be cancelled wherever it is suspended. An await of a future of this loop
    /// gets the error itself. If no await has taken the error, the body is dropped, and the error
    /// is the body's outcome.
    pub(super) struct Interruptible<B> {
        // `None` once it was dropped, because nothing in it has taken the error.
        #[pin]
        body: Option<B>,
    }
}

impl<B> Interruptible<B> {
    pub(super) fn new(body: B) -> Self {
        Self { body: Some(body) }
    }
}

impl<T, B: StdFuture<Output = Result<T>>> StdFuture for Interruptible<B> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let mut this = self.project();
        let body = this.body.as_mut().as_pin_mut().expect("it is not polled after its end");
        if let Poll::Ready(outcome) = body.poll(context) {
            return Poll::Ready(outcome);
        }
        // Without a running loop no task can be asked to cancel the body. The error is the outcome
        // then, and the body is dropped with this future.
        let event_loop = get_running_loop()?;
        let Some(current) = event_loop.0.current.polled_by(context.waker()) else {
            return Poll::Pending;
        };
        // The body is pending. If this step of the task has to raise `Cancelled`, and no await in
        // the body has taken the error, the body ends with it here. Otherwise the task is told that
        // an error of its next step can be taken here.
        if !current.take_error() {
            current.offer_to_catch();
            return Poll::Pending;
        }
        this.body.set(None);
        Poll::Ready(Err(Error::Cancelled))
    }
}
