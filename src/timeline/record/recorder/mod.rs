//! Running something to watch it: on which clock, for how long at most, and what is known
//! afterwards.
//!
//! Two threads take part. The *caller's* waits, and counts for how long the run makes no progress;
//! the *run's own* has the runtime and polls `main`:
//!
//! ```text
//!   caller    record ─┬─ watch: waits, for ended or for too long ──┬─ recording
//!                     │                                            │
//!   run's own         └─ runtime, main, verdict, drops ── ended ───┘
//! ```
//!
//! So a run that blocks its thread for ever still gets a verdict, and its caller goes on: the
//! thread is left behind.
//!
//! In the order in which they are understood: this file has what a test sets and calls; `watch` is
//! the caller's thread; `runtime` and `to_the_end` are the run's own; and `recording` is what comes
//! out.
// In reading order; the blank lines keep rustfmt from sorting them.
mod watch;

mod runtime;
mod to_the_end;

mod recording;

pub use recording::Recording;
#[cfg(feature = "draw")]
pub(crate) use recording::Shown;
pub(crate) use recording::recording;
pub(super) use runtime::{Shutdown, runtime};
pub(crate) use to_the_end::RunEnd;
#[cfg(feature = "schedules")]
pub(crate) use to_the_end::run_lane_to_the_end;
pub(super) use to_the_end::{drop_it, out_of_time, until_the_end};

use super::{
    event::Line,
    frame::load_debug_information,
    processor::SeenThread,
    progress::Progress,
    run::{Observe, Phase, Run},
};
use crate::timeline::{Clock, clean};
use std::{
    panic::{Location, resume_unwind},
    sync::{Arc, mpsc},
    time::Duration,
};
use to_the_end::run_to_the_end;
use watch::{Watched, watch};

/// Runs the future that `main` makes on a paused clock and records what happens:
/// `Recorder::new(title).record(main)`.
///
/// ```
/// use async_concepts::{LaneExt, record};
/// use std::time::Duration;
/// use tokio::time::sleep;
///
/// let run = record("two naps", || async {
///     let (one, two) = (Duration::from_secs(1), Duration::from_secs(2));
///     tokio::join!(sleep(one).lane("A"), sleep(two).lane("B"));
/// });
/// assert_eq!(run.elapsed, Duration::from_secs(2));
/// ```
#[track_caller]
pub fn record<T, F>(title: &str, main: impl FnOnce() -> F + Send + 'static) -> Recording<T>
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    Recorder::new(title).record(main)
}

/// How to run something, and what to watch.
#[derive(Clone, Debug)]
pub struct Recorder {
    /// It names the thread of the run, and the picture.
    pub(super) title: String,
    /// The clock of the run: the paused one unless another was asked for, so that every run is the
    /// same.
    clock: Clock,
    /// How much of the run is watched: everything unless less was asked for.
    pub(super) observe: Observe,
    /// How long the run may take. It is measured on the run's own clock, since the wall clock says
    /// nothing of a run on the paused one.
    pub(super) limit: Duration,
    /// How many workers the runtime has; none for a runtime on one thread.
    workers: Option<usize>,
    /// How long the run may make no progress, as [`Progress`] counts. The limit alone cannot end a
    /// run whose thread does not come back.
    watchdog: Duration,
    /// A function and no closure: it is called while the log is held, so it must hold
    /// nothing of the run.
    pub(super) print: Option<fn(&Line)>,
    /// Where `main` is said to be made.
    pub(super) made_at: &'static Location<'static>,
}

impl Recorder {
    /// A recorder on a paused clock that watches everything, for one hour of the run's time, and
    /// gives up on a run that makes no progress for ten seconds, as [`watchdog`](Self::watchdog)
    /// counts them.
    #[track_caller]
    pub fn new(title: &str) -> Recorder {
        Recorder {
            title: clean::name(title),
            clock: Clock::Paused,
            observe: Observe::Everything,
            limit: Duration::from_secs(3600),
            workers: None,
            watchdog: Duration::from_secs(10),
            print: None,
            made_at: Location::caller(),
        }
    }

    /// Which clock to run on.
    pub fn clock(self, clock: Clock) -> Recorder {
        Recorder { clock, ..self }
    }

    /// Runs on this many worker threads, beside the thread that polls `main`, as `#[tokio::main]`
    /// does. A paused clock needs a single thread, so this is on the real one, whatever
    /// [`clock`](Recorder::clock) says.
    ///
    /// Each worker has a row of its own, below those of the lanes, and a lane can be polled on one
    /// worker, and then on another. Nothing exact is promised: which worker polls what, in which
    /// order and when, differs from run to run. But all polls, wakes and lines are there, each with
    /// its thread, in an order in which they can have happened. The earlier one of two polls on one
    /// thread stands to the left. Where a lane waits is as certain as on one thread. A task that is
    /// aborted in the last moment of `main` may look as if it had not been aborted.
    ///
    /// # Panics
    /// [`record`](Recorder::record) panics if `workers` is 0.
    pub fn multi_thread(self, workers: usize) -> Recorder {
        Recorder { workers: Some(workers), ..self }
    }

    /// How much to watch.
    pub fn observe(self, observe: Observe) -> Recorder {
        Recorder { observe, ..self }
    }

    #[cfg(feature = "stage")]
    pub(crate) fn observed(&self) -> Observe {
        self.observe
    }

    /// How long the run may take, on its own clock, before it is ended with a verdict.
    pub fn limit(self, limit: Duration) -> Recorder {
        Recorder { limit, ..self }
    }

    /// How long the runtime's thread may be busy without a break before the run is given up. The
    /// thread cannot be stopped then, only left behind: it ends with the process. On the paused
    /// clock the thread may not sleep so long, either: there it sleeps only while it waits for
    /// another thread.
    ///
    /// It is counted on the wall clock, but time in which the machine had no processor for that
    /// thread is taken off. Only Linux tells that time, and it tells of a wait only when the wait
    /// is over: so a single wait as long as the limit is taken for a thread that is busy. A tenth
    /// of the time is counted in any case, so that a thread that never comes back is given up on a
    /// busy machine, too. If the thread that counts has no processor itself, less is counted.
    ///
    /// On the paused clock a run is also given up after six times as long, whatever its runtime
    /// does, if in all that time nothing was recorded and the paused clock has not moved.
    pub fn watchdog(self, limit: Duration) -> Recorder {
        Recorder { watchdog: limit, ..self }
    }

    /// Calls `print` with each line as it is said, in their order.
    pub fn print(self, print: fn(&Line)) -> Recorder {
        Recorder { print: Some(print), ..self }
    }

    /// Says that `main` was made at this place, and not where the recorder was made.
    pub fn made_at(self, made_at: &'static Location<'static>) -> Recorder {
        Recorder { made_at, ..self }
    }

    /// Runs `main` to its end, or until it is given up. A panic of `main` is a
    /// [`Verdict`](super::Verdict), not a panic of the caller.
    ///
    /// The run gets a thread and a runtime of its own: several can be recorded at once, also from
    /// within a runtime. The thread has the 8 MiB of stack that a `main` has on most systems. What
    /// the run spawned and did not wait for is dropped when it ends.
    ///
    /// The first recording of a process puts a panic hook before the one that is there. It notes
    /// where a lane panics, and calls that one.
    ///
    /// # Panics
    /// If the operating system gives no thread or no event queue for a runtime.
    pub fn record<T, F>(self, main: impl FnOnce() -> F + Send + 'static) -> Recording<T>
    where
        T: Send + 'static,
        F: Future<Output = T>,
    {
        let made_at = self.made_at;
        self.on_a_thread(move |run, limit| run_to_the_end(run, limit, made_at, main))
    }

    /// Runs something on a thread of its own, and watches over it.
    pub(super) fn on_a_thread<T: Send + 'static>(
        self,
        run_it: impl FnOnce(&Arc<Run>, Duration) -> RunEnd<T> + Send + 'static,
    ) -> Recording<T> {
        // Not on the real clock: there a runtime that is late is not taken for stuck, and a person
        // waits for the first line.
        if self.clock == Clock::Paused && self.observe == Observe::Everything {
            load_debug_information();
        }
        let run = Arc::new(self.new_run());
        let (send, receive) = mpsc::channel();
        // Both threads have the run: when it is given up, one of them goes on without the other.
        let theirs = run.clone();
        let limit = self.limit;
        let progress = Progress::since(run.last_moved(), self.watchdog);
        let watched = progress.thread();
        let name = format!("run of {}", self.title);
        let builder = std::thread::Builder::new().name(name).stack_size(STACK);
        let thread = builder.spawn(move || {
            let _ = watched.set(SeenThread::this_one());
            let ended = run_it(&theirs, limit);
            // An error means that the caller has given the run up, and nothing asks for it any
            // more.
            let _ = send.send(ended);
        });
        let thread = thread.expect("a thread for the run");

        let (outcome, elapsed) = match watch(&run, progress, self.watchdog, &receive) {
            Watched::GaveUp(verdict) => {
                run.enter(Phase::GivenUp);
                (Err(verdict), run.close_log())
            }
            Watched::Ended(ended) => {
                // What the run owned has been dropped when this returns.
                let joined = thread.join();
                run.enter(Phase::Ended);
                match (ended, joined) {
                    (Some(ended), _) => ended,
                    (None, Err(panic)) => resume_unwind(panic),
                    (None, Ok(())) => unreachable!("a thread that does not panic sends its result"),
                }
            }
        };
        recording(&run, self.title, (outcome, elapsed))
    }
}

impl Recorder {
    /// A run that has not begun, in a runtime of its own.
    fn new_run(&self) -> Run {
        match self.workers {
            None => Run::new(self.clock, self.observe, self.print),
            Some(workers) => {
                assert!(workers > 0, "a runtime on several threads needs a worker");
                Run::new(Clock::Real, self.observe, self.print).with_workers(workers)
            }
        }
    }
}

/// The stack of a run's thread: as much as the first thread of a process has on most systems.
const STACK: usize = 8 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LaneExt, block, on_thread};
    use std::time::Instant;
    use tokio::{task::spawn_blocking, time::sleep};

    #[test]
    fn nothing_owns_a_run_for_ever() {
        let run = record("run", || async {
            let work = spawn_blocking(on_thread("work", || block(Duration::from_millis(5))));
            sleep(Duration::from_millis(1)).lane("nap").await;
            drop(tokio::spawn(sleep(Duration::from_millis(50)).lane("detached")));
            work.await.expect("it does not panic");
            Arc::downgrade(&Run::here().expect("this is one"))
        });
        let run = run.output();
        // A thread of the pool, which is not waited for, may still be on its way out.
        let begin = Instant::now();
        while run.strong_count() > 0 {
            assert!(begin.elapsed() < Duration::from_secs(10), "something owns the run for ever");
            std::thread::yield_now();
        }
    }
}
