//! Programs that wait by themselves: what an event loop of one's own needs to be seen on a timeline.
//!
//! Such a program is a plain function, in whose midst somebody turns a loop: makes the calls that are due, sleeps until
//! there are more, and so on. Its lane, `main`, does what a future's lane does: it *runs* in each turn, and *waits*
//! while the loop sleeps. So the loop has to say when it sleeps ([`wait`]) and when a turn begins ([`turn`]).
use super::{
    event::{Polled, panic_message},
    lane::Bell,
    recorder::{Ended, Recorder, Recording, runtime},
    run::{Observe, Run},
    verdict::Verdict,
};
use std::{
    cell::RefCell,
    future::poll_fn,
    panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind},
    pin::pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};
use tokio::{runtime::Runtime, time::Instant};

impl Recorder {
    /// Runs `main`, a function that waits by itself, and records what happens. It may do so with [`wait`](super::wait),
    /// which an event loop of one's own can use to sleep: then other lanes run meanwhile, on tokio's driver, and the
    /// time passes. Otherwise as [`Recorder::record`].
    pub fn record_blocking<T: Send + 'static>(
        self,
        main: impl FnOnce() -> T + Send + 'static,
    ) -> Recording<T> {
        self.on_a_thread(move |run, limit| run_blocking_to_the_end(run, limit, main))
    }
}

/// What a function that is recorded runs in.
#[derive(Clone)]
struct Surroundings {
    runtime: Rc<Runtime>,
    limit: Duration,
    deadline: Instant,
}

thread_local! {
    static SURROUNDINGS: RefCell<Option<Surroundings>> = const { RefCell::new(None) };
}

/// What is thrown through a function whose time is up: there is no other way to end it.
struct OutOfTime(Verdict, Duration);

/// On the run's own thread: a runtime, and `main` beside it.
fn run_blocking_to_the_end<T>(
    run: &Arc<Run>,
    limit: Duration,
    main: impl FnOnce() -> T,
) -> Ended<T> {
    let runtime = Rc::new(runtime(run));
    runtime.block_on(async { run.begin() });
    let deadline = runtime.block_on(async { Instant::now() + limit });
    SURROUNDINGS.set(Some(Surroundings { runtime: runtime.clone(), limit, deadline }));
    let outcome = {
        let _context = runtime.enter();
        let lane =
            (run.observe != Observe::Nothing).then(|| run.create("main", Location::caller()));
        let watched = lane.filter(|_| run.observe == Observe::Everything);
        if let Some(lane) = watched {
            run.poll_starts(lane);
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| match lane {
            Some(lane) => run.as_lane(lane, main),
            None => main(),
        }));
        if let Some(lane) = watched {
            run.poll_ends(lane, Polled::of(&outcome));
        }
        outcome
    };
    let elapsed = run.close();
    SURROUNDINGS.take();
    // As with a future: what still runs on the pool is not waited for.
    if let Ok(runtime) = Rc::try_unwrap(runtime) {
        runtime.shutdown_background();
    }
    match outcome {
        Ok(output) => (Ok(output), elapsed),
        Err(panic) => match panic.downcast::<OutOfTime>() {
            Ok(out_of_time) => (Err(out_of_time.0), out_of_time.1),
            Err(panic) => (Err(Verdict::Panicked(panic_message(&*panic), panic)), elapsed),
        },
    }
}

/// Waits for a future, as an event loop does that has nothing else to do: on the timeline the lane that calls it waits
/// until it is woken, and does not block. Tokio's timers, sockets and tasks go on meanwhile.
///
/// # Panics
/// Outside of [`Recorder::record_blocking`](super::Recorder::record_blocking), and on another thread.
pub fn wait<F: Future>(until: F) -> F::Output {
    let surroundings = SURROUNDINGS.with_borrow(Clone::clone);
    let (Some(run), Some(Surroundings { runtime, limit, deadline })) = (Run::here(), surroundings)
    else {
        panic!("`wait` is for functions that are recorded with `record_blocking`");
    };
    let watched = run.current_lane().filter(|_| run.observe == Observe::Everything);
    if let Some(lane) = watched {
        run.poll_ends(lane, Polled::Pending);
    }
    let mut until = pin!(until);
    let woken = run.as_nobody(|| {
        runtime.block_on(async {
            let until = poll_fn(|cx| match watched {
                Some(lane) => {
                    let bell = Bell { run: run.clone(), lane, inner: cx.waker().clone() };
                    until.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::new(bell))))
                }
                None => until.as_mut().poll(cx),
            });
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(deadline) => None,
                output = until => Some(output),
            }
        })
    });
    let Some(output) = woken else {
        let verdict = Verdict::out_of_time(&run, limit);
        let elapsed = run.close();
        resume_unwind(Box::new(OutOfTime(verdict, elapsed)))
    };
    if let Some(lane) = watched {
        run.poll_starts(lane);
    }
    run.has_waited();
    output
}

/// A turn of an event loop begins: what follows is another poll of the lane that turns it. Between the turns nobody is
/// called, so whatever is woken from here on was not woken by that lane, but by what the loop calls.
pub fn turn() {
    let Some(run) = Run::here() else { return };
    let has_just_waited = run.begin_turn();
    let Some(lane) =
        run.current_lane().filter(|_| run.observe == Observe::Everything && !has_just_waited)
    else {
        return;
    };
    run.poll_ends(lane, Polled::Pending);
    run.woken(lane);
    run.poll_starts(lane);
}
