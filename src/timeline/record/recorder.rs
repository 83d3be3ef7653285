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
use super::{
    event::{Event, Line, Polled, What, WokenBy, panic_message},
    gate::Stranger,
    lane::lane_made_at,
    origin::{Origin, Origins},
    processor::SeenThread,
    progress::Progress,
    run::{Home, Log, Next, Observe, Phase, Run},
    stack::{Floor, load_debug_information},
    verdict::{Remark, Verdict},
    waits::Waits,
};
use crate::timeline::{Clock, clean};
use futures::FutureExt;
use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind},
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    task::Poll,
    time::{Duration, Instant},
};
use tokio::{runtime::Builder, task::coop::unconstrained};

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
    /// The paused one unless set, so that every run is the same.
    clock: Clock,
    /// Everything unless set: less is for what compares a run with one that is not watched.
    pub(super) observe: Observe,
    /// On the run's clock, since on the paused one the wall clock says nothing.
    pub(super) limit: Duration,
    /// How many workers the runtime has; none for a runtime on one thread.
    workers: Option<usize>,
    /// For what the limit cannot end, a thread that does not come back; as [`Progress`] counts it.
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

    /// Runs on so many worker threads, beside the thread that polls `main`, as `#[tokio::main]`
    /// does. A paused clock needs a single thread, so this is on the real one, whatever
    /// [`clock`](Recorder::clock) says.
    ///
    /// Each worker has a row of its own, below those of the lanes, and a lane can be polled on one
    /// worker, and then on another. Nothing exact is promised: which worker polls what, in which
    /// order and when, differs from run to run. What holds is that all polls, wakes and lines are
    /// there, each with its thread, in an order in which they can have happened; that of two polls
    /// on one thread the earlier stands to the left; and that a lane waits where the picture says.
    /// What was aborted in the last moment of `main` may be left as it was.
    ///
    /// # Panics
    /// [`record`](Recorder::record) panics if there is no worker.
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
    /// thread cannot be stopped then, only left behind: it ends with the process.
    ///
    /// It is counted on the wall clock, but time in which the machine had no processor for that
    /// thread is taken off. Only Linux tells that time, and of each wait only when it is over: a
    /// single wait of the whole limit is taken for a thread that is busy. A tenth is counted in any
    /// case, so that a thread that never comes back is given up on a busy machine, too. If the
    /// thread that counts is kept from it, less is counted.
    pub fn watchdog(self, limit: Duration) -> Recorder {
        Recorder { watchdog: limit, ..self }
    }

    /// Calls `print` with each line as it is said, in their order.
    pub fn print(self, print: fn(&Line)) -> Recorder {
        Recorder { print: Some(print), ..self }
    }

    /// Says of `main` that it was made there, instead of where the recorder was.
    pub fn made_at(self, made_at: &'static Location<'static>) -> Recorder {
        Recorder { made_at, ..self }
    }

    /// Runs `main` to its end, or until it is given up. A panic of `main` is a [`Verdict`], not a
    /// panic of the caller.
    ///
    /// The run gets a thread and a runtime of its own: several can be recorded at once, also from
    /// within a runtime. The thread has the 8 MiB of stack that a `main` has on most systems. What
    /// the run spawned and did not wait for is dropped when it ends.
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
        let run = match self.workers {
            None => Run::new(self.clock, self.observe, self.print),
            Some(workers) => {
                assert!(workers > 0, "a runtime on several threads needs a worker");
                Run::new(Clock::Real, self.observe, self.print).with_workers(workers)
            }
        };
        let run = Arc::new(run);
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
                (Err(verdict), run.close())
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

/// The recording of a run that is over, made of what its log holds.
pub(crate) fn recording<T>(
    run: &Run,
    title: String,
    (outcome, elapsed): RunEnd<T>,
) -> Recording<T> {
    let mut log = run.lock();
    let mut events = std::mem::take(&mut log.events);
    let unexplained = explain(&log, &mut events);
    let workers = match run.home {
        Home::Callers(_) => log.workers_used(),
        _ => log.workers,
    };
    let mut remarks = Remark::on_time(run.clock, &events);
    if log.has_no_line_tables() {
        remarks.push(Remark::no_places());
    }
    if unexplained > 0 {
        remarks.push(Remark::no_line_tables(unexplained));
    }
    if let Some(message) = &log.destructor_panicked {
        remarks.push(Remark::destructor_panicked(message));
    }
    // Taken, not cloned: a run that was given up goes on beside this, and adds nothing to a closed
    // log.
    let lines = std::mem::take(&mut log.lines);
    let events = Arc::new(events);
    // A check that goes through schedules makes many runs, and shows the one that matters by
    // itself.
    let mut shown = None;
    if run.gate.is_none() && run.observe == Observe::Everything {
        shown = Some(Shown {
            title: title.clone(),
            elapsed,
            verdict: outcome.as_ref().err().map(ToString::to_string),
            remarks: remarks.iter().map(Remark::to_string).collect(),
            lines: lines.clone(),
            clock: run.clock,
            workers,
            events: events.clone(),
            left_out: log.left_out,
        });
    }
    Recording {
        title,
        outcome,
        elapsed,
        remarks,
        clock: run.clock,
        workers,
        events,
        left_out: log.left_out,
        lines,
        _shown: shown,
    }
}

/// The stack of a run's thread: as much as the first thread of a process has on most systems.
const STACK: usize = 8 * 1024 * 1024;

/// Looks up what was on the stacks, now that there is time, and corrects the events that it tells
/// more of. Says how many wakes remain unexplained.
fn explain(log: &Log, events: &mut [Event]) -> usize {
    let mut unexplained = 0;
    let mut origins = Origins::default();
    for traced in &log.traced {
        let Some(event) = events.get_mut(traced.event) else { continue };
        match &mut event.what {
            What::Woken { by } => {
                let unknown = origins.of(log, traced.trace) == Origin::Unknown;
                if unknown && *by == WokenBy::Outside {
                    unexplained += 1;
                }
                *by = origins.woken_by(log, traced.trace, *by);
            }
            What::Dropped { aborted, .. } => {
                *aborted = origins.aborted(log, traced.trace, *aborted);
            }
            _ => {}
        }
    }
    unexplained
}

/// How a run ended, and when on its clock.
pub(crate) type RunEnd<T> = (Result<T, Verdict>, Duration);

/// On the run's own thread: a runtime, and `main` in it.
fn run_to_the_end<T, F: Future<Output = T>>(
    run: &Arc<Run>,
    limit: Duration,
    made_at: &'static Location<'static>,
    main: impl FnOnce() -> F,
) -> RunEnd<T> {
    run_lane_to_the_end(run, limit, || lane_made_at(async { main().await }, "main", made_at))
}

/// The same, for a future that is the lane `main` already, or has it inside.
pub(crate) fn run_lane_to_the_end<T, F: Future<Output = T>>(
    run: &Arc<Run>,
    limit: Duration,
    main: impl FnOnce() -> F,
) -> RunEnd<T> {
    // On this thread and not on the caller's, which may have a runtime of its own.
    let runtime = runtime(run);
    // What has called this is in no stack that is captured. To look it up would take long: it goes
    // down to the system's own library, and the debug information of that may be compressed.
    let floor = Floor::new();
    let ended = runtime.block_on(async {
        run.begin();
        until_the_end(run, limit, main()).await
    });
    drop(floor);
    // A closure that still runs on the pool cannot be stopped, so it is not waited for.
    drop_it(run, Shutdown(Some(runtime)));
    ended
}

/// Polls `main` until it is ready, or until the limit is reached.
pub(super) async fn until_the_end<T>(
    run: &Run,
    limit: Duration,
    main: impl Future<Output = T>,
) -> RunEnd<T> {
    let mut main = Box::pin(AssertUnwindSafe(main).catch_unwind());
    // The limit is looked at first, so that at the limit `main` is not polled once more and looks
    // alive; and without tokio's budget, which is all for `main`.
    let limited = async {
        tokio::select! {
            biased;
            () = unconstrained(tokio::time::sleep(limit)) => None,
            ended = main.as_mut() => Some(ended),
        }
    };
    let ended = limited.await;
    let elapsed = run.scheduler.elapsed();
    let outcome = match ended {
        Some(Ok(output)) => {
            see_what_was_aborted(run).await;
            Ok(output)
        }
        Some(Err(panic)) => Err(Verdict::Panicked(panic_message(&*panic), panic)),
        None => Err(out_of_time(run, limit).await),
    };
    run.close();
    drop_it(run, main);
    (outcome, elapsed)
}

/// Shuts a runtime down in its destructor, as it would be dropped, but without waiting for its
/// pool.
pub(super) struct Shutdown(pub(super) Option<tokio::runtime::Runtime>);

impl Drop for Shutdown {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Drops what a run leaves behind. If a destructor panics, that becomes a remark, and the recording
/// and its verdict are kept.
pub(super) fn drop_it<V>(run: &Run, value: V) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        run.lock().destructor_panicked = Some(panic_message(&*panic));
    }
}

/// A task that was aborted in the last moment of `main` is dropped by the runtime at its next turn
/// only. So it gets one more, in which no lane is polled: what is dropped in it was aborted.
async fn see_what_was_aborted(run: &Run) {
    run.enter(Phase::Ending);
    tokio::task::yield_now().await;
}

/// The verdict on a run that has reached its limit.
pub(super) async fn out_of_time(run: &Run, limit: Duration) -> Verdict {
    if run.observe != Observe::Everything {
        return Verdict::out_of_time(run, limit, Next::Unknown);
    }
    run.enter(Phase::Ending);
    run.freeze();
    let next = match (run.home, run.clock) {
        (Home::OneThread, Clock::Paused) => next_timer(run).await,
        // The clock of a caller is not ours to move.
        _ => Next::Unknown,
    };
    Verdict::out_of_time(run, limit, next)
}

/// Lets the paused clock run on until the next timer of a lane is due. No lane is polled meanwhile;
/// tasks without a lane are, since only the runtime knows them.
async fn next_timer(run: &Run) -> Next {
    // With nothing else to do, the paused clock jumps to the next timer; this one comes last.
    let no_timer = tokio::time::sleep(LONG);
    let first_wake = poll_fn(|cx| match run.looks_ahead(cx.waker()) {
        Next::Nothing => Poll::Pending,
        next => Poll::Ready(next),
    });
    tokio::select! {
        biased;
        next = first_wake => next,
        () = unconstrained(no_timer) => Next::Nothing,
    }
}

/// A timer that is due later than this counts as none: ten years.
const LONG: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// The runtime of a run, which tells the run when it comes to rest and when threads come and go.
pub(super) fn runtime(run: &Arc<Run>) -> tokio::runtime::Runtime {
    // The run knows its runtime, so the runtime must not own the run.
    let hook = |hook: fn(&Arc<Run>)| {
        let run = Arc::downgrade(run);
        move || {
            if let Some(run) = run.upgrade() {
                hook(&run);
            }
        }
    };
    let mut builder = Builder::new_current_thread();
    if let Home::Workers(workers) = run.home {
        builder = Builder::new_multi_thread();
        builder.worker_threads(workers);
    }
    if run.gate.is_none() {
        builder.enable_all();
    } else {
        // No gate holds back what a socket brings, and an event queue costs more than a whole run.
        builder.enable_time();
    }
    builder
        .start_paused(run.clock == Clock::Paused)
        // A runtime tells when it has come to rest: the only moment at which “nothing to do” is a
        // fact.
        .on_thread_park(hook(|run| {
            run.forget_what_finished();
            run.thread_parks();
            run.scheduler.runtime_is_idle();
            if let Some(gate) = &run.gate {
                gate.about_to_park();
            }
        }))
        .on_thread_unpark(hook(|run| run.scheduler.runtime_wakes()))
        .on_thread_start(hook(|run| {
            run.adopt_thread();
            if let Some(gate) = &run.gate {
                gate.stranger(Stranger::Thread);
            }
        }))
        .on_thread_stop(hook(|run| run.scheduler.thread_left(std::thread::current().id())));
    if run.clock == Clock::Paused {
        // So that the end of a closure can be seen: see `scheduler`.
        builder.thread_keep_alive(Duration::ZERO);
    }
    builder.build().expect("a runtime for the run")
}

/// What became of a run that was watched over.
enum Watched<T> {
    /// It ended; none if its thread panicked.
    Ended(Option<RunEnd<T>>),
    /// It made no progress for too long, and its thread is left behind.
    GaveUp(Verdict),
}

/// Waits for the run, and gives it up when its runtime makes no progress for `limit`.
fn watch<T>(
    run: &Run,
    mut progress: Progress<(Instant, bool)>,
    limit: Duration,
    ended: &mpsc::Receiver<RunEnd<T>>,
) -> Watched<T> {
    loop {
        match ended.recv_timeout(progress.slice()) {
            Ok(ended) => return Watched::Ended(Some(ended)),
            Err(RecvTimeoutError::Disconnected) => return Watched::Ended(None),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let (moved, asleep) = run.last_moved();
        let still = progress.look((moved, asleep));
        // On the real clock a runtime may well sleep that long. On the paused one it only does so
        // when it waits for another thread, since its own timers come at once.
        let may_sleep = asleep && run.clock == Clock::Real;
        if still >= limit && !may_sleep {
            return Watched::GaveUp(Verdict::no_progress(run, asleep, limit));
        }
    }
}

/// What is known of a run when it is over.
#[derive(Debug)]
pub struct Recording<T> {
    /// What it was called.
    pub title: String,
    /// How long it took, on its own clock.
    pub elapsed: Duration,
    /// What `main` returned, or why it did not.
    pub outcome: Result<T, Verdict>,
    /// What was printed.
    pub lines: Vec<Line>,
    /// What is to be said of the run beside its verdict, or where it has none.
    pub remarks: Vec<Remark>,
    /// Which clock its times are on, to show them as exact or as measured.
    clock: Clock,
    /// How many threads polled tasks beside the first one.
    workers: usize,
    /// Shared with what shows them if the test fails.
    events: Arc<Vec<Event>>,
    /// How many events there was no room for.
    left_out: u64,
    /// Dropped with the recording, and shows it then if its test fails.
    _shown: Option<Shown>,
}

/// The part of a recording that is shown if it is dropped while its thread panics. A type of its
/// own, since a `Recording` that has a destructor itself would not let its fields be moved out. The
/// fields are those of [`Recording`], with verdict and remarks as text.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "draw"),
    expect(dead_code, reason = "a recording that is not drawn shows nothing when it is dropped")
)]
pub(crate) struct Shown {
    pub title: String,
    pub elapsed: Duration,
    pub verdict: Option<String>,
    pub remarks: Vec<String>,
    pub lines: Vec<Line>,
    pub clock: Clock,
    pub workers: usize,
    pub events: Arc<Vec<Event>>,
    pub left_out: u64,
}

impl<T> Recording<T> {
    /// What `main` returned.
    ///
    /// # Panics
    /// With the verdict, if it did not return; with its own panic, if it panicked.
    #[track_caller]
    pub fn output(self) -> T {
        match self.outcome {
            Ok(output) => output,
            Err(Verdict::Panicked(_, panic)) => std::panic::resume_unwind(panic),
            Err(verdict) => panic!("{}: {verdict}", self.title),
        }
    }

    /// The lines, as `time lane text`.
    pub fn transcript(&self) -> Vec<String> {
        self.lines.iter().map(Line::to_string).collect()
    }

    /// What the lanes waited for, after each poll that was not ready, in order.
    pub fn waits(&self) -> impl Iterator<Item = &Waits> {
        self.events.iter().filter_map(|event| match &event.what {
            What::PollEnd { polled: Polled::Pending(waits), .. } => Some(waits),
            _ => None,
        })
    }

    /// How many threads polled tasks beside the first one: 0 on a runtime of one thread.
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// Which clock it ran on.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// How many events were not kept, since there were too many.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// What happened, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LaneExt, block, on_thread};
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
