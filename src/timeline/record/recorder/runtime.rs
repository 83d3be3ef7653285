//! The runtime of a run.
use crate::timeline::{
    Clock,
    record::{
        gate::Stranger,
        run::{Home, Run},
    },
};
use std::{sync::Arc, time::Duration};
use tokio::runtime::Builder;

/// The runtime of a run, which tells the run when one of its threads has nothing to do, and when
/// threads come and go.
pub(in crate::timeline::record) fn runtime(run: &Arc<Run>) -> tokio::runtime::Runtime {
    // The run knows its runtime, so the runtime must not own the run.
    let hook = |tell: fn(&Arc<Run>)| {
        let run = Arc::downgrade(run);
        move || {
            if let Some(run) = run.upgrade() {
                tell(&run);
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
        // The only moment at which “nothing to do” is a fact; with several workers it is one of a
        // single thread.
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

/// Shuts a runtime down when this is dropped, without waiting for the closures on its pool.
pub(in crate::timeline::record) struct Shutdown(
    pub(in crate::timeline::record) Option<tokio::runtime::Runtime>,
);

impl Drop for Shutdown {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
