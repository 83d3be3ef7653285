//! `every_cancellation(…).check(…).holds()`: a lane is dropped at each of its suspensions.
//!
//! ```text
//!   run several times     is it the same each time?
//!   run once, whole       how often does each lane suspend? Is it right without a cancellation?
//!   for each lane, for each of its suspensions
//!       drop it as it suspends
//!       drop it once it has been woken
//! ```
//!
//! There are two runs for each suspension, since two things can be lost: what the lane had begun to
//! do, and what has been handed over to the lane and not been taken yet.
//!
//! This file is what a test calls. Then, in the order in which they are understood: `unsafe_await`
//! is an await at which a lane must not be dropped, `cancelled` is what a test reads, and
//! `canceller` makes the runs.
mod unsafe_await;

mod cancelled;

mod canceller;

pub use cancelled::Cancelled;
pub use unsafe_await::UnsafeAwait;

use super::{
    judge::Checked,
    one_run::MainLane,
    program::{Blocked, ProgramUnderTest},
    scheduler::Granularity,
};
use crate::timeline::{Recording, keep_recording, lane_made_at};
use canceller::{Canceller, InSchedules};
use std::{
    fmt::Debug,
    panic::Location,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Runs a program again and again, and drops a lane at another of its suspensions each time, as
/// `timeout`, `select!` or `abort` would.
///
/// The lanes that are dropped are those that are marked with
/// [`Lane::cancellable`](crate::timeline::Lane::cancellable). If none is marked, or if no marked
/// lane suspends in tokio's own schedule, `main` is dropped; the report says which marked lanes
/// [never suspended](Cancelled::never_suspended). Each of these runs drops one lane, once. At each
/// suspension a lane is dropped in two ways: as it suspends, and in another run when it has been
/// woken and not yet polled. Then the rest of the program goes on, and the run is checked.
///
/// ```
/// use async_concepts::{LaneExt, schedules::every_cancellation};
/// use std::{cell::Cell, time::Duration};
/// use tokio::time::sleep;
///
/// let found = every_cancellation("transfer", || async {
///     let from = Cell::new(100);
///     let to = Cell::new(0);
///     let transfer = async {
///         from.set(from.get() - 30);
///         sleep(Duration::from_millis(10)).await;
///         to.set(to.get() + 30);
///     };
///     transfer.lane("transfer").cancellable().await;
///     assert_eq!(from.get() + to.get(), 100, "money");
/// })
/// .explore();
/// assert_eq!(found.unsafe_awaits.len(), 1);
/// ```
#[track_caller]
pub fn every_cancellation<F: Future>(
    name: &str,
    program: impl Fn() -> F + Send + Sync + 'static,
) -> EveryCancellation<F> {
    EveryCancellation {
        program: ProgramUnderTest::new(name, program),
        schedules: InSchedules::TokiosOwn,
        budget: Duration::from_secs(1),
    }
}

/// What is to hold wherever a lane is cancelled: see [`every_cancellation`].
#[must_use = "nothing is run before `holds` or `explore`"]
pub struct EveryCancellation<F: Future> {
    /// The program, and what a run of it has to be like. A `main` that was dropped has no output.
    program: ProgramUnderTest<F, Option<F::Output>>,
    /// In which schedules each cancellation is tried.
    schedules: InSchedules,
    /// How long to try, on the wall clock. What the machine takes for other programs does not
    /// count.
    budget: Duration,
}

impl<F> EveryCancellation<F>
where
    F: Future + 'static,
    F::Output: Debug + Send + 'static,
{
    /// What has to hold of each run. The check returns a `bool` or a `Result`, or it panics. The
    /// output of the run is `None` if `main` itself was dropped.
    ///
    /// If there is no check, two things have to hold: the run ends, and `main` does not panic.
    pub fn check<C: Checked>(
        mut self,
        check: impl Fn(&Recording<Option<F::Output>>) -> C + Send + Sync + 'static,
    ) -> Self {
        self.program.check(check);
        self
    }

    /// Tries each cancellation in every schedule, and not only in tokio's own. All cancellations
    /// share the budget; the time to show a failure comes on top: see [`budget`](Self::budget). The
    /// claim has to hold in every schedule without a cancellation, too.
    pub fn in_every_schedule(mut self) -> Self {
        self.schedules = InSchedules::Every;
        self
    }

    /// How long to try, on the wall clock: one second unless told otherwise. The time in which the
    /// thread that tries had to wait for a processor is not counted, as far as the system tells
    /// that time. With [`in_every_schedule`](Self::in_every_schedule) a failure is then made
    /// simpler, and run again to see where its lanes wait: each of the two may take up to this time
    /// once more, or 100 ms if that is longer.
    pub fn budget(mut self, time: Duration) -> Self {
        self.budget = time;
        self
    }

    /// A run that does not end by itself is no failure; the check decides.
    pub fn may_not_end(mut self) -> Self {
        self.program.may_not_end();
        self
    }

    /// How long a run may take, on its own clock: an hour unless told otherwise.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.program.limit = limit;
        self
    }

    /// How long a poll may block the thread: ten seconds unless told otherwise. A check may take
    /// six times as long. Both times are counted as [`Recorder::watchdog`] says.
    ///
    /// [`Recorder::watchdog`]: crate::timeline::Recorder::watchdog
    pub fn watchdog(mut self, watchdog: Duration) -> Self {
        self.program.watchdog = watchdog;
        self
    }

    /// The place that a verdict on `main` names as the one where `main` was made. Unless told
    /// otherwise, it is the place where `every_cancellation` was called.
    pub fn made_at(mut self, made_at: &'static Location<'static>) -> Self {
        self.program.made_at = made_at;
        self
    }

    /// Tries the claim. With `TIMELINE=DIR` in the environment the run of each await that is not
    /// safe is written to `DIR`, as picture, data and page.
    ///
    /// # Panics
    /// If an await is not safe: the message has each of these awaits, and the timeline of the
    /// first. Also if no cancellation was tried: there was nothing to cancel, or no time, or the
    /// program cannot be explored, or it is wrong without a cancellation. And if a run blocks the
    /// thread.
    #[track_caller]
    pub fn holds(self) {
        let cancelled = self.explore();
        for unsafe_await in &cancelled.unsafe_awaits {
            keep_recording(&unsafe_await.recording.chart());
        }
        assert!(cancelled.holds(), "{cancelled}");
    }

    /// Tries the claim, and returns what was found, also if the claim does not hold.
    ///
    /// # Panics
    /// If the check blocks, if printing the output of `main` with [`Debug`] panics, or if the
    /// operating system gives no thread.
    pub fn explore(self) -> Cancelled<F::Output> {
        let EveryCancellation { program, schedules, budget } = self;
        let name = program.name.clone();
        let shared = Arc::new(Mutex::new(Cancelled::new(name.clone())));
        let theirs = shared.clone();
        let worked = program.run_watched(Granularity::Waits, main_lane, move |runner, judge| {
            Canceller::new(runner, judge, theirs, schedules, budget).cancel_all();
        });
        // The result is replaced by an empty one, and the `Arc` is not unwrapped: if a run has
        // blocked, its thread was left behind, and still shares the `Arc`.
        let mut cancelled = {
            let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *shared, Cancelled::new(name))
        };
        if let Err(Blocked { verdict, .. }) = worked {
            let why = verdict.err().unwrap_or_else(|| "it blocks".into());
            cancelled.refused = Some(format!("a run was not over: {why}"));
        }
        cancelled
    }
}

/// The lane `main` of one run. It is marked, too: if no other marked lane suspends, `main` is the
/// lane that is dropped.
fn main_lane<F: Future + 'static>(
    main: F,
    made_at: &'static Location<'static>,
) -> MainLane<Option<F::Output>> {
    Box::pin(lane_made_at(main, "main", made_at).cancellable())
}
