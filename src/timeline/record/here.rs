//! Recording in a runtime that runs already: that of a `#[tokio::test]`, or of a program.
//!
//! [`Recorder::record`] makes a runtime for its run. Such a runtime tells when it has nothing to
//! do, its clock may be moved, and what is left is dropped with it. A runtime that was there before
//! tells nothing, and goes on after the run. So less can be known here, and less is promised.
use super::{
    lane::lane_made_at,
    recorder::{Recorder, Recording, recording, until_the_end},
    run::{Phase, Run},
};
use crate::timeline::Clock;
use std::{sync::Arc, time::Duration};

impl Recorder {
    /// Runs `main` in the runtime that this is awaited in, and records what happens: for a
    /// `#[tokio::test]`, or for a program that has made its runtime itself.
    ///
    /// ```
    /// use async_concepts::{LaneExt, timeline::Recorder};
    /// use std::time::Duration;
    /// use tokio::time::sleep;
    ///
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() {
    ///     let recorder = Recorder::new("a nap");
    ///     let run = recorder.record_here(|| sleep(Duration::from_millis(5)).lane("nap")).await;
    ///     assert_eq!(run.chart().rows.len(), 2);
    /// }
    /// ```
    ///
    /// The run is on the clock of that runtime, whatever [`clock`](Recorder::clock) was set to. If
    /// that clock is paused, times are exact. The lanes of a run are those that `main` makes, and
    /// those that are made meanwhile in tasks of this runtime. Of two runs in one runtime at the
    /// same time, the later one gets the lanes of tasks that have no lane themselves.
    ///
    /// What differs from [`record`](Recorder::record), since the runtime tells nothing of itself:
    ///
    /// - There is no watchdog. A poll that does not return keeps the caller, too.
    /// - When the [`limit`](Recorder::limit) is reached, the next timer is not looked for, since
    ///   that would move the clock of the caller. So the verdict says since when nothing has
    ///   happened, and not that nothing can happen.
    /// - Closures of [`on_thread`](super::on_thread) have lanes, but do not keep to a paused clock.
    /// - What `main` has spawned and not waited for goes on, unrecorded, when this returns.
    ///
    /// On a multi-threaded runtime it is as with [`multi_thread`](Recorder::multi_thread). Dropping
    /// the future that this returns drops `main`, and ends the run without a recording.
    ///
    /// # Panics
    /// If it is not awaited in a runtime of tokio whose timers are enabled.
    pub async fn record_here<T, F: Future<Output = T>>(
        self,
        main: impl FnOnce() -> F,
    ) -> Recording<T> {
        let run = Run::in_the_callers_runtime(clock_of_this_runtime(), self.observe, self.print);
        let run = Arc::new(run);
        let _ends = EndsTheRun(&run);
        run.begin();
        // As no lane: the caller may be in a lane of another run.
        let main = run.as_no_lane(|| lane_made_at(async { main().await }, "main", self.made_at));
        run.make_findable();
        let end = until_the_end(&run, self.limit, main).await;
        run.enter(Phase::Ended);
        recording(&run, self.title, end)
    }
}

/// Ends a run, even if the future that polls it is dropped or panics: lanes that are left must not
/// go on recording, since nothing reads that.
struct EndsTheRun<'r>(&'r Run);

impl Drop for EndsTheRun<'_> {
    fn drop(&mut self) {
        self.0.close_log();
        self.0.enter(Phase::Ended);
    }
}

/// Tokio does not say whether its clock is paused. So we let a little time pass, and look: a paused
/// clock stands still.
fn clock_of_this_runtime() -> Clock {
    let wall = std::time::Instant::now();
    let tokio = tokio::time::Instant::now();
    while wall.elapsed() < Duration::from_micros(100) {
        std::hint::spin_loop();
    }
    if tokio.elapsed().is_zero() { Clock::Paused } else { Clock::Real }
}
