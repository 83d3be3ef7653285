//! The clock of a run, for event loops: so that `EventLoop::new` in an example, which knows nothing
//! of it, makes a loop that can be hurried, and whose turns and waits are seen on the timeline.
use crate::{
    event_loop::{Bell, Clock, Job, set_event_loop_policy},
    timeline::{Recorder, Recording, turn, wait},
};
use std::{sync::Arc, task::Waker, time::Duration};
use tokio::{task::spawn_blocking, time::Instant};

/// Runs a function that turns an event loop of its own, on a paused clock, and records what
/// happens: for [`EventLoop`](crate::event_loop::EventLoop) what [`record`](crate::record) is for
/// tokio.
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
    record_with_its_clock(Recorder::new(title), main)
}

pub(super) fn record_with_its_clock<T: Send + 'static>(
    recorder: Recorder,
    main: impl FnOnce() -> T + Send + 'static,
) -> Recording<T> {
    recorder.record_blocking(|| {
        // The thread ends with the run, and the policy with it.
        set_event_loop_policy(Some(|| {
            Box::new(RunClock { start: Instant::now(), bell: Arc::default() })
        }));
        main()
    })
}

struct RunClock {
    start: Instant,
    bell: Arc<Bell>,
}

impl Clock for RunClock {
    fn time(&self) -> Duration {
        self.start.elapsed()
    }

    fn wait(&self, limit: Option<Duration>) {
        wait(self.bell.wait(limit));
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
