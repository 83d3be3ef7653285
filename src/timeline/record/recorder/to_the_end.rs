//! On the run's own thread: `main` is polled until it is ready, or until the limit is reached.
use super::runtime::{Shutdown, runtime};
use crate::timeline::{
    Clock,
    record::{
        lane::lane_made_at,
        panics::panic_message,
        run::{Home, Next, Observe, Phase, Run},
        stack::Floor,
        verdict::Verdict,
    },
};
use futures::FutureExt;
use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, Location, catch_unwind},
    sync::Arc,
    task::Poll,
    time::Duration,
};
use tokio::task::coop::unconstrained;

/// How a run ended, and when on its clock.
pub(crate) type RunEnd<T> = (Result<T, Verdict>, Duration);

/// On the run's own thread: a runtime, and `main` in it.
pub(super) fn run_to_the_end<T, F: Future<Output = T>>(
    run: &Arc<Run>,
    limit: Duration,
    made_at: &'static Location<'static>,
    main: impl FnOnce() -> F,
) -> RunEnd<T> {
    run_lane_to_the_end(run, limit, || lane_made_at(async { main().await }, "main", made_at))
}

/// As [`run_to_the_end`], for a future that is the lane `main` already, or has it inside.
pub(crate) fn run_lane_to_the_end<T, F: Future<Output = T>>(
    run: &Arc<Run>,
    limit: Duration,
    main: impl FnOnce() -> F,
) -> RunEnd<T> {
    // On this thread and not on the caller's, which may have a runtime of its own.
    let runtime = runtime(run);
    // Stacks that are captured end here, without the functions that have called this one. To look
    // those up would take long: they go down to the system's own library, and its debug information
    // may be compressed.
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
pub(in crate::timeline::record) async fn until_the_end<T>(
    run: &Run,
    limit: Duration,
    main: impl Future<Output = T>,
) -> RunEnd<T> {
    let mut main = Box::pin(AssertUnwindSafe(main).catch_unwind());
    // The limit is looked at first, so that `main` is not polled once more at the limit, which
    // would make it look alive. Its timer takes nothing of tokio's budget, which is all for `main`.
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
    run.close_log();
    drop_it(run, main);
    (outcome, elapsed)
}

/// Drops what a run leaves behind. If a destructor panics, that becomes a remark, and the recording
/// and its verdict are kept.
pub(in crate::timeline::record) fn drop_it<V>(run: &Run, value: V) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        run.lock().destructor_panicked = Some(panic_message(&*panic));
    }
}

/// A task that was aborted in the last moment of `main` is dropped only when the runtime goes on.
/// So the runtime goes on once more before the run ends. No lane is polled then, unless the runtime
/// is the caller's.
async fn see_what_was_aborted(run: &Run) {
    run.enter(Phase::Ending);
    tokio::task::yield_now().await;
}

/// The verdict on a run that has reached its limit.
pub(in crate::timeline::record) async fn out_of_time(run: &Run, limit: Duration) -> Verdict {
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
