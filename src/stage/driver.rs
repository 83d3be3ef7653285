//! What joins an event loop to a run that is recorded: a driver, which lets the run's own clock
//! pass while the loop waits, and an instrument, which tells the timeline what the loop does. So
//! `EventLoop::new` in an example, which knows nothing of either, makes a loop that can be hurried
//! and is seen. The loop and the timeline do not know each other; only this file knows both.
use crate::{
    event_loop::{Driver, EventLoop, FutureRef, Instrument, Job, Notifier, set_event_loop_policy},
    timeline::{Recorder, Recording, ended_as_cancelled, turn, wait},
};
use std::{rc::Rc, sync::Arc, task::Waker, time::Duration};
use tokio::{runtime::Handle, task::spawn_blocking, time::Instant};

/// Runs a function that turns an event loop of its own, on a paused clock, and records what
/// happens: for [`EventLoop`] what [`record`](crate::record) is for tokio.
///
/// ```
/// use async_concepts::{callback, event_loop::EventLoop, record_blocking, say};
/// use std::time::Duration;
///
/// let run = record_blocking("hello", || {
///     let event_loop = EventLoop::new()?;
///     let stop = event_loop.clone();
///     event_loop.call_later(Duration::from_secs(1), callback("hello", move || {
///         say!("hello");
///         stop.stop();
///     }))?;
///     event_loop.run_forever()?;
///     event_loop.close()
/// });
/// assert_eq!(run.transcript(), ["1.000 hello hello"]);
/// ```
pub fn record_blocking<T: Send + 'static>(
    title: &str,
    main: impl FnOnce() -> T + Send + 'static,
) -> Recording<T> {
    record_with_its_driver(Recorder::new(title), main)
}

/// The same with a recorder that has been set up already: for which clock, and whether lines are
/// printed.
pub(super) fn record_with_its_driver<T: Send + 'static>(
    recorder: Recorder,
    main: impl FnOnce() -> T + Send + 'static,
) -> Recording<T> {
    recorder.record_blocking(|| {
        // The thread ends with the run, and the policy with it.
        set_event_loop_policy(|| {
            let event_loop = EventLoop::with_driver(RunDriver::new());
            event_loop.add_instrument(Rc::new(OnTheTimeline));
            event_loop
        });
        main()
    })
}

/// Waits as the run waits: in its runtime, on its clock.
struct RunDriver {
    /// What [`Driver::time`] counts from.
    start: Instant,
    /// Ends a wait.
    notifier: Arc<Notifier>,
}

impl RunDriver {
    /// It counts from now.
    fn new() -> Self {
        Self { start: Instant::now(), notifier: Arc::default() }
    }
}

impl Driver for RunDriver {
    fn time(&self) -> Duration {
        self.start.elapsed()
    }

    /// The jobs are on threads of the runtime, which counts them itself.
    fn wait(&self, timeout: Option<Duration>, _jobs: usize) {
        wait(self.notifier.wait(timeout));
    }

    fn waker(&self) -> Waker {
        self.notifier.clone().into()
    }

    /// Tasks of tokio that may still call the loop: as long as there are some, it is not idle.
    fn has_tasks(&self) -> bool {
        Handle::current().metrics().num_alive_tasks() > 0
    }

    fn submit(&self, job: Job) {
        spawn_blocking(job);
    }
}

/// What a timeline needs to hear of a loop.
struct OnTheTimeline;

impl Instrument for OnTheTimeline {
    /// An iteration is an instant of its own on the timeline, although no time has passed.
    fn iteration_begins(&self, _ready: usize) {
        turn();
    }

    fn task_cancelled(&self) {
        ended_as_cancelled();
    }

    fn future_awaited(&self, _future: &FutureRef<'_>, waker: &Waker) {
        // A lane finds the place of a wait when its waker is cloned, which the loop itself does not
        // do.
        drop(waker.clone());
    }
}
