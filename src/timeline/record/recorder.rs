//! Running something to watch it: on which clock, for how long at most, and what is known afterwards.
use super::{
    event::{Event, Line, What, panic_message},
    gate::Stranger,
    lane::LaneExt,
    run::{Observe, Run},
    verdict::Verdict,
};
use crate::timeline::Clock;
use futures::FutureExt;
use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    time::{Duration, Instant},
};
use tokio::task::coop::unconstrained;

/// Runs the future that `main` makes on a paused clock and records what happens: `Recorder::new(title).record(main)`.
///
/// ```
/// use async_concepts::{LaneExt, record};
/// use std::time::Duration;
/// use tokio::time::sleep;
///
/// let run = record("two naps", || async {
///     tokio::join!(sleep(Duration::from_secs(1)).lane("A"), sleep(Duration::from_secs(2)).lane("B"));
/// });
/// assert_eq!(run.elapsed, Duration::from_secs(2));
/// ```
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
    title: String,
    clock: Clock,
    observe: Observe,
    limit: Duration,
    watchdog: Duration,
    print: Option<fn(&Line)>,
}

impl Recorder {
    /// A recorder on a paused clock that watches everything, for one hour of the run's time, and gives up on a run
    /// that makes no progress for ten seconds of the wall's time.
    pub fn new(title: &str) -> Recorder {
        let (limit, watchdog) = (Duration::from_secs(3600), Duration::from_secs(10));
        Recorder {
            title: title.to_owned(),
            clock: Clock::Paused,
            observe: Observe::Everything,
            limit,
            watchdog,
            print: None,
        }
    }

    /// Which clock to run on.
    pub fn clock(self, clock: Clock) -> Recorder {
        Recorder { clock, ..self }
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

    /// How long, on the wall clock, the runtime's thread may be busy without a break before the run is given up. Its
    /// thread cannot be stopped then, only left behind: it ends with the process.
    pub fn watchdog(self, patience: Duration) -> Recorder {
        Recorder { watchdog: patience, ..self }
    }

    /// Calls `print` with each line as it is said, in their order.
    pub fn print(self, print: fn(&Line)) -> Recorder {
        Recorder { print: Some(print), ..self }
    }

    /// Runs `main` to its end, or until it is given up. A panic of `main` is a [`Verdict`], not a panic of the caller.
    ///
    /// The run gets a thread and a runtime of its own: several can be recorded at once, also from within a runtime.
    /// What it spawned and did not wait for is dropped when it ends.
    ///
    /// # Panics
    /// If the operating system gives no thread or no event queue for a runtime.
    pub fn record<T, F>(self, main: impl FnOnce() -> F + Send + 'static) -> Recording<T>
    where
        T: Send + 'static,
        F: Future<Output = T>,
    {
        self.on_a_thread(move |run, limit| run_to_the_end(run, limit, main))
    }

    /// Runs something on a thread of its own, and watches over it.
    pub(super) fn on_a_thread<T: Send + 'static>(
        self,
        perform: impl FnOnce(&Arc<Run>, Duration) -> Ended<T> + Send + 'static,
    ) -> Recording<T> {
        let run = Arc::new(Run::new(self.clock, self.observe, self.print));
        let (send, receive) = mpsc::channel();
        let (theirs, limit) = (run.clone(), self.limit);
        let name = format!("run of {}", self.title).replace('\0', " ");
        let thread = std::thread::Builder::new().name(name).spawn(move || {
            let _ = send.send(perform(&theirs, limit));
        });
        let thread = thread.expect("a thread for the run");

        let (outcome, elapsed) = match watch(&run, self.watchdog, &receive) {
            Watched::GaveUp(verdict) => (Err(verdict), run.close()),
            Watched::Ended(ended) => {
                // What the run owned has been dropped when this returns. A panic meanwhile is nobody's verdict.
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                ended.expect("a thread that does not panic sends its result")
            }
        };
        recording(&run, self.title, (outcome, elapsed))
    }
}

/// What the log of a run that is over holds.
pub(crate) fn recording<T>(run: &Run, title: String, (outcome, elapsed): Ended<T>) -> Recording<T> {
    let mut log = run.lock();
    let events = std::mem::take(&mut log.events).into_iter().map(|event| match event.what {
        What::Woken { by } => Event { what: What::Woken { by: by.settled() }, ..event },
        what => Event { what, ..event },
    });
    Recording {
        title,
        outcome,
        elapsed,
        clock: run.clock,
        events: events.collect(),
        left_out: log.left_out,
        lines: std::mem::take(&mut log.lines),
    }
}

/// How a run ended, and when on its clock.
pub(crate) type Ended<T> = (Result<T, Verdict>, Duration);

/// On the run's own thread: a runtime, and `main` in it.
fn run_to_the_end<T, F: Future<Output = T>>(
    run: &Arc<Run>,
    limit: Duration,
    main: impl FnOnce() -> F,
) -> Ended<T> {
    run_lane_to_the_end(run, limit, || async { main().await }.lane("main"))
}

/// The same, for a future that is the lane `main` already, or has it inside.
pub(crate) fn run_lane_to_the_end<T, F: Future<Output = T>>(
    run: &Arc<Run>,
    limit: Duration,
    main: impl FnOnce() -> F,
) -> Ended<T> {
    let runtime = runtime(run);
    let ended = runtime.block_on(async {
        run.begin();
        let mut main = Box::pin(AssertUnwindSafe(main()).catch_unwind());
        // The limit is looked at first, so that at the limit `main` is not polled once more and looks alive; and
        // without tokio's budget, which is all for `main`.
        let limited = async {
            tokio::select! {
                biased;
                () = unconstrained(tokio::time::sleep(limit)) => None,
                ended = main.as_mut() => Some(ended),
            }
        };
        let outcome = match limited.await {
            Some(Ok(output)) => Ok(output),
            Some(Err(panic)) => Err(Verdict::Panicked(panic_message(&*panic), panic)),
            None => Err(Verdict::out_of_time(run, limit)),
        };
        if outcome.is_ok() {
            // A task that is aborted is dropped when the runtime gets to it. What was aborted in the
            // last moment has ended, too, and gets its turn; nothing else goes on meanwhile.
            run.lock().main_has_returned = true;
            tokio::task::yield_now().await;
        }
        (outcome, run.close())
    });
    // Whatever still runs on the pool cannot be stopped; not to wait for it is all that one can do.
    runtime.shutdown_background();
    ended
}

pub(super) fn runtime(run: &Arc<Run>) -> tokio::runtime::Runtime {
    // The run knows its runtime, so the runtime must not own the run.
    let hook = |hook: fn(&Arc<Run>)| {
        let run = Arc::downgrade(run);
        move || run.upgrade().iter().for_each(hook)
    };
    let mut builder = tokio::runtime::Builder::new_current_thread();
    if run.gate.is_none() {
        builder.enable_all();
    } else {
        // No gate holds back what a socket brings, and an event queue costs more than a whole run.
        builder.enable_time();
    }
    builder
        .start_paused(run.clock == Clock::Paused)
        .on_thread_park(hook(|run| {
            run.nobody_just_finished();
            run.turns.runtime_rests();
            if let Some(gate) = &run.gate {
                gate.about_to_park();
            }
        }))
        .on_thread_unpark(hook(|run| run.turns.runtime_wakes()))
        .on_thread_start(hook(|run| {
            run.adopt_thread();
            if let Some(gate) = &run.gate {
                gate.stranger(Stranger::Thread);
            }
        }))
        .on_thread_stop(hook(|run| run.turns.left(std::thread::current().id())));
    if run.clock == Clock::Paused {
        builder.thread_keep_alive(Duration::ZERO); // so that the end of a closure can be seen: see `turns`
    }
    builder.build().expect("a runtime for the run")
}

/// What became of a run that was watched over.
enum Watched<T> {
    /// It ended; with nothing, if its thread panicked.
    Ended(Option<Ended<T>>),
    GaveUp(Verdict),
}

/// Waits for the run, and gives it up when its runtime makes no progress for `patience`.
fn watch<T>(run: &Run, patience: Duration, ended: &mpsc::Receiver<Ended<T>>) -> Watched<T> {
    let (mut seen, mut since) = (run.turns.movement(), Instant::now());
    loop {
        let left = (since + patience).saturating_duration_since(Instant::now());
        match ended.recv_timeout(left.max(Duration::from_millis(1))) {
            Ok(ended) => return Watched::Ended(Some(ended)),
            Err(RecvTimeoutError::Disconnected) => return Watched::Ended(None),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let now = run.turns.movement();
        let (_, asleep) = now;
        // On the real clock a runtime may well sleep that long. On the paused one it only does so when it waits for
        // another thread, since its own timers come at once.
        let may_rest = asleep && run.clock == Clock::Real;
        if now != seen || may_rest {
            (seen, since) = (now, Instant::now());
        } else if since.elapsed() >= patience {
            return Watched::GaveUp(Verdict::no_progress(run, asleep, patience));
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
    clock: Clock,
    events: Vec<Event>,
    left_out: u64,
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
    use crate::{block, on_thread};
    use tokio::{task::spawn_blocking, time::sleep};

    #[test]
    fn nobody_owns_a_run_for_ever() {
        let run = record("run", || async {
            let work = spawn_blocking(on_thread("work", || block(Duration::from_millis(5))));
            sleep(Duration::from_millis(1)).lane("nap").await;
            drop(tokio::spawn(sleep(Duration::from_millis(50)).lane("detached")));
            work.await.expect("it does not panic");
            Arc::downgrade(&Run::here().expect("this is one"))
        });
        let run = run.output();
        // A thread of the pool, which nobody waits for, may still be on its way out.
        let begin = Instant::now();
        while run.strong_count() > 0 {
            assert!(begin.elapsed() < Duration::from_secs(10), "somebody owns the run for ever");
            std::thread::yield_now();
        }
    }
}
