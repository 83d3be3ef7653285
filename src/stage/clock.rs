//! The clock of a run, for event loops: so that `EventLoop::new` in an example, which knows nothing of it, makes a loop
//! that can be hurried, and whose turns and waits are seen on the timeline.
use crate::{
    event_loop::{Clock, Job, set_event_loop_policy},
    timeline::{Recorder, Recording, turn, wait},
};
use std::{
    sync::Arc,
    task::{Wake, Waker},
    time::Duration,
};
use tokio::{
    sync::Notify,
    task::{spawn_blocking, yield_now},
    time::{Instant, timeout},
};

/// Runs a function that turns an event loop of its own, on a paused clock, and records what happens: for
/// [`EventLoop`](crate::event_loop::EventLoop) what [`record`](crate::record) is for tokio.
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
pub fn record_blocking<T: Send + 'static>(title: &str, main: impl FnOnce() -> T + Send + 'static) -> Recording<T> {
    record_with_its_clock(Recorder::new(title), main)
}

pub(super) fn record_with_its_clock<T: Send + 'static>(
    recorder: Recorder,
    main: impl FnOnce() -> T + Send + 'static,
) -> Recording<T> {
    recorder.record_blocking(|| {
        // The thread ends with the run, and the policy with it.
        set_event_loop_policy(Some(|| Box::new(RunClock { start: Instant::now(), bell: Arc::default() })));
        main()
    })
}

struct RunClock {
    start: Instant,
    bell: Arc<Bell>,
}

#[derive(Default)]
struct Bell(Notify);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

impl Clock for RunClock {
    fn time(&self) -> Duration {
        self.start.elapsed()
    }

    fn wait(&self, limit: Option<Duration>) {
        let rung = self.bell.0.notified();
        match limit {
            Some(Duration::ZERO) => wait(yield_now()),
            Some(limit) => drop(wait(async { timeout(limit, rung).await })),
            None => wait(rung),
        }
    }

    fn turn(&self) {
        turn();
    }

    fn waker(&self) -> Waker {
        self.bell.clone().into()
    }

    fn submit(&self, job: Job) {
        spawn_blocking(job);
    }
}
