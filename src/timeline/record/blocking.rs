//! Programs that wait by themselves, such as an event loop of your own: the calls by which such a
//! loop tells the recorder what it does.
//!
//! Such a program is a plain function, in which a loop runs: it makes the calls that are due,
//! sleeps until there are more, and so on. Its lane, `main`, does what a future's lane does: it
//! *runs* in each iteration, and *waits* while the loop sleeps. So the loop has to say when it
//! sleeps ([`wait`]) and when an iteration begins ([`turn`]). Before it calls a callback, it can
//! also say where the callback was scheduled: then the callback has a place at which it waited
//! ([`callback_was_scheduled`](super::callback_was_scheduled)).
//!
//! ```text
//!   loop                     turn()   calls   wait()          turn()   calls   wait()
//!   lane main                ████████████████ ─────────────── ████████████████ ───────
//!   tokio's driver                            timers, sockets                  timers …
//! ```
//!
//! While the loop sleeps in `wait`, this thread runs the runtime, so all that tokio has goes on
//! then: the paused clock, sockets, and tasks with lanes of their own. While the loop is busy,
//! nothing else goes on. That is how an event loop behaves that has the thread to itself.
use super::{
    event::{Polled, WokenBy},
    pair::Clones,
    panics::{self, panic_message},
    recorder::{Recorder, Recording, RunEnd, Shutdown, drop_it, out_of_time, runtime},
    run::{NO_TASK, Observe, Run},
    stack::Floor,
    verdict::Verdict,
    wakers::LaneWakers,
};
use crate::timeline::clean;
use std::{
    cell::RefCell,
    future::poll_fn,
    panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind},
    pin::pin,
    rc::Rc,
    sync::Arc,
    task::Context,
    time::Duration,
};
use tokio::{runtime::Runtime, time::Instant};

impl Recorder {
    /// Runs `main`, a function that waits by itself, and records what happens. It may wait with
    /// [`wait`](super::wait), which an event loop of one's own can use to sleep: then other lanes
    /// run meanwhile, on tokio's driver, and the time passes. All else is as with
    /// [`Recorder::record`].
    ///
    /// A run whose time is up is ended by unwinding through `main`. A destructor that panics then
    /// aborts the process, as in any unwinding.
    pub fn record_blocking<T: Send + 'static>(
        self,
        main: impl FnOnce() -> T + Send + 'static,
    ) -> Recording<T> {
        let made_at = self.made_at;
        self.on_a_thread(move |run, limit| run_blocking_to_the_end(run, limit, made_at, main))
    }
}

/// The runtime and the limit of a run whose `main` is a plain function.
#[derive(Clone)]
struct Surroundings {
    /// The runtime of the run. It is shared with the function that made it: `wait` is called deep
    /// inside, and needs it to sleep.
    runtime: Rc<Runtime>,
    /// The limit of the run, for the verdict.
    limit: Duration,
    /// When the limit is reached, on the run's clock: each wait ends then at the latest.
    deadline: Instant,
}

thread_local! {
    /// Reached by [`wait`], which the function calls without knowing that it is recorded.
    static SURROUNDINGS: RefCell<Option<Surroundings>> = const { RefCell::new(None) };
}

/// The panic that is thrown through a function whose time is up: there is no other way to end it.
/// It has the verdict, and how long the run took.
struct OutOfTime(Verdict, Duration);

/// On the run's own thread: a runtime, and `main` beside it.
fn run_blocking_to_the_end<T>(
    run: &Arc<Run>,
    limit: Duration,
    made_at: &'static Location<'static>,
    main: impl FnOnce() -> T,
) -> RunEnd<T> {
    let runtime = Rc::new(runtime(run));
    // Inside the runtime, since tokio's clock can only be read there.
    let deadline = runtime.block_on(async {
        run.begin();
        Instant::now() + limit
    });
    // Before `main` begins, and taken away before the runtime goes: a `wait` in a destructor that
    // runs later must not find it.
    SURROUNDINGS.set(Some(Surroundings { runtime: runtime.clone(), limit, deadline }));
    let outcome = {
        // So that the function can spawn tasks and make timers without knowing of a runtime.
        let _context = runtime.enter();
        run_as_one_lane(run, made_at, main)
    };
    let elapsed = run.close_log();
    SURROUNDINGS.take();
    // As with a future: what still runs on the pool is not waited for.
    if let Ok(runtime) = Rc::try_unwrap(runtime) {
        drop_it(run, Shutdown(Some(runtime)));
    }
    match outcome {
        Ok(output) => (Ok(output), elapsed),
        Err(panic) => match panic.downcast::<OutOfTime>() {
            Ok(thrown) => (Err(thrown.0), thrown.1),
            Err(panic) => (Err(Verdict::Panicked(panic_message(&*panic), panic)), elapsed),
        },
    }
}

/// Runs the whole function as polls of one lane: here the first one begins, and each `wait` ends
/// one and begins the next.
fn run_as_one_lane<T>(
    run: &Arc<Run>,
    made_at: &'static Location<'static>,
    main: impl FnOnce() -> T,
) -> std::thread::Result<T> {
    let lane = match run.observe {
        Observe::Nothing => None,
        Observe::Everything | Observe::Lines => Some(run.create("main", made_at)),
    };
    let watched = if run.observe == Observe::Everything { lane } else { None };
    if let Some(lane) = watched {
        run.poll_starts(lane);
    }
    // Where a lane waits is looked up on the stack down to here: what is below is the recorder.
    let floor = Floor::new();
    panics::forget();
    let outcome = catch_unwind(AssertUnwindSafe(|| match lane {
        Some(lane) => run.as_lane(lane, main),
        None => main(),
    }));
    drop(floor);
    if let Some(lane) = watched {
        run.poll_ends(lane, Polled::of(&outcome));
    }
    outcome
}

/// Waits for a future, as an event loop does that has nothing else to do: on the timeline the lane
/// that calls it waits until it is woken, and does not block. Tokio's timers, sockets and tasks go
/// on meanwhile.
///
/// # Panics
/// Outside of [`Recorder::record_blocking`](super::Recorder::record_blocking), on another thread,
/// and in a future that the runtime polls. If the run reaches its limit, this does not return, but
/// unwinds through its caller.
pub fn wait<F: Future>(until: F) -> F::Output {
    // A clone: nothing may be borrowed while the future is polled, since that is code of the
    // program.
    let surroundings = SURROUNDINGS.with_borrow(Clone::clone);
    let (Some(run), Some(Surroundings { runtime, limit, deadline })) = (Run::here(), surroundings)
    else {
        panic!("`wait` is for functions that are recorded with `record_blocking`");
    };
    let watched = watched_lane(&run);
    if let Some(lane) = watched {
        // The place of the wait is here, and not where a waker is cloned: this is what the loop
        // calls.
        run.registers(lane);
        run.note_pending(lane, Clones::default());
    }
    let mut until = pin!(until);
    // Wakers of the lane, so that the timeline knows what ended the wait.
    let wakers = watched.map(|lane| LaneWakers::new(&run, lane));
    // As no lane: what the driver wakes was not woken by the loop, which sleeps.
    let woken = run.as_no_lane(|| {
        runtime.block_on(async {
            let as_the_lane = poll_fn(|cx| match &wakers {
                Some(wakers) => {
                    let waker = wakers.waker(cx.waker());
                    until.as_mut().poll(&mut Context::from_waker(&waker))
                }
                None => until.as_mut().poll(cx),
            });
            tokio::select! {
                // The deadline first: at the limit the future must not be polled once more.
                biased;
                () = tokio::time::sleep_until(deadline) => None,
                output = as_the_lane => Some(output),
            }
        })
    });
    let Some(output) = woken else {
        let elapsed = run.scheduler.elapsed();
        // The verdict looks at what comes after the limit, so it needs the runtime, and it has to
        // be made before anything is unwound.
        let verdict = run.as_no_lane(|| runtime.block_on(out_of_time(&run, limit)));
        run.close_log();
        resume_unwind(Box::new(OutOfTime(verdict, elapsed)))
    };
    if let Some(lane) = watched {
        run.poll_starts(lane);
    }
    run.note_wait();
    output
}

/// An iteration of an event loop begins: what follows is another poll of the lane in which it runs.
/// A lane that is woken from here on was woken by what the loop calls. The lane of the loop has
/// woken it only if [`wakes_are_by`] says so.
pub fn turn() {
    let Some(run) = Run::here() else { return };
    let has_just_waited = run.begin_iteration();
    if has_just_waited {
        return;
    }
    if let Some(lane) = watched_lane(&run) {
        // The poll before ends at this very moment and the next begins, so the lane must have woken
        // itself: in a picture these are two polls side by side.
        run.gives_way(lane);
        run.note_pending(lane, Clones::default());
        run.woken(lane, NO_TASK);
        run.poll_starts(lane);
    }
}

/// An event loop makes a call, and the lanes that are woken from here on are woken by `by`: the
/// clock, if the call was a timer, or the lane that has asked for the call. With none they are
/// woken by the lane in which the loop runs. That is for a step of a task whose coroutine has no
/// lane: what the coroutine prints is printed by the lane of the loop as well.
///
/// What is woken by a lane that is polled in the call, or by a [`callback`](super::callback), is
/// woken by that lane, whatever is said here. If a loop never calls this function, the recorder
/// guesses what its calls wake by. If a lane has ended just before the wake, it is that lane. Or
/// else, if the woken lane was polled at most a millisecond before, on the clock of the run, it is
/// taken to have given way to the next iteration. Or else it is the clock.
pub fn wakes_are_by(by: Option<WokenBy>) {
    if let Some(run) = Run::here() {
        run.wakes_are_by(by);
    }
}

/// By what a lane would be woken if its waker were called here and now: what an event loop has to
/// keep with a call that is put off, for [`wakes_are_by`]. If nothing is known, this returns
/// [`WokenBy::Outside`].
pub fn woken_here_by() -> WokenBy {
    match Run::here() {
        Some(run) => run.would_wake(),
        None => WokenBy::Outside,
    }
}

/// The coroutine that the loop has just polled or dropped is over. If it was a lane, then each lane
/// that is woken from here to the end of the call is woken by that lane. These are the lanes that
/// await the task.
pub fn coroutine_ended() {
    if let Some(run) = Run::here() {
        run.coroutine_ended();
    }
}

/// The lane that ended last on this thread, right before this, has returned the error of its
/// cancellation. An executor that cancels by an error, as asyncio does, calls this, since only the
/// executor can tell that error from others. If anything was recorded since the end of the lane,
/// the call changes nothing.
pub fn ended_as_cancelled() {
    if let Some(run) = Run::here() {
        run.note_returned(Polled::Cancelled);
    }
}

/// The lane that ended last on this thread, right before this, has returned this error: only what
/// runs it sees what it returns. Say it only if that lane itself has returned it, and not what is
/// around the lane: see [`is_a_lane`](super::is_a_lane). If anything was recorded since the end of
/// the lane, the call changes nothing.
pub fn ended_with_an_error(error: &str) {
    if let Some(run) = Run::here() {
        run.note_returned(Polled::Failed(clean::text(error)));
    }
}

/// The lane that runs on this thread, if all that happens to it is to be noted.
fn watched_lane(run: &Run) -> Option<super::LaneId> {
    if run.observe == Observe::Everything { run.current_lane() } else { None }
}
