//! Closures with a lane of their own, on other threads and on this one, and work that keeps a
//! thread.
//!
//! How several threads keep to one clock, in the same order each time, is told in `scheduler`.
//!
//! A closure is a lane whose whole life is one poll: it is lazy until it is called, runs, and ends.
//! A closure on another thread also takes part in the schedule of threads. So there are four steps
//! around a call, and the order matters:
//!
//! ```text
//!   begin_slot     wait until the scheduler lets this thread run
//!   poll_starts    … and only then say that it runs
//!   the work
//!   poll_ends      say that it has ended, while no other thread can run
//!   end_slot       … and only then let the next one go on
//! ```
use super::{
    LaneId,
    event::Polled,
    gate::Stranger,
    panics,
    run::{Dropped, Observe, Run},
    stack::Floor,
    waits::Waits,
};
use crate::timeline::Clock;
use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

/// Takes `work` for a thread of its own, and gives it a lane there:
/// `spawn_blocking(on_thread("hash", || …))`, `thread::spawn(on_thread("A", || …))`.
///
/// Call this where the work is handed over. On the paused clock no time passes until the closure
/// has begun. If all threads of a pool are busy, it cannot begin: after about three seconds on the
/// wall clock the run goes on without it, until another closure ends. Outside a run this gives back
/// `work`.
#[track_caller]
pub fn on_thread<R>(name: impl AsRef<str>, work: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let call =
        Call::new(name.as_ref(), Location::caller(), |run| Some(run.scheduler.expect_slot()));
    move || Call::make(call, work)
}

/// Gives a callback a lane: `event_loop.call_soon(callback("hello", || …))`. The lane is lazy until
/// the callback is called, and cancelled if it is dropped before. Outside a run this gives back
/// `work`.
#[track_caller]
pub fn callback<R>(name: impl AsRef<str>, work: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let call = Call::new(name.as_ref(), Location::caller(), |_| None);
    move || Call::make(call, work)
}

thread_local! {
    /// Where the callback was scheduled that this thread calls or drops next.
    static SCHEDULED: RefCell<Option<Waits>> = const { RefCell::new(None) };
}

/// The callback that an event loop calls or drops next on this thread was scheduled `at` this
/// place, and has been waiting for `on` since: how the loop of a program gives its callbacks
/// places.
///
/// Say it right before the loop calls or drops the closure, since a loop cannot tell which lane is
/// in a closure. Say it only of a closure that [`callback`] has made: see [`is_a_callback`].
pub fn callback_was_scheduled(at: &'static Location<'static>, on: &str) {
    SCHEDULED.set(Some(Waits::of_a_callback(at, on)));
}

/// Whether a closure is what [`callback`] returns, by the name of its type, which
/// [`std::any::type_name`] gives.
pub fn is_a_callback(type_name: &str) -> bool {
    type_name.starts_with(concat!(module_path!(), "::callback"))
}

/// Occupies the thread for `time` without giving way, as a blocking call or a long computation
/// would.
///
/// On the paused clock it moves the clock instead and takes no time. On the real clock, and outside
/// a run, it sleeps; and so it does on another thread of a runtime that was there before the run:
/// see [`Recorder::record_here`](super::Recorder::record_here). It cannot be cancelled: nothing
/// that blocks can.
pub fn block(time: Duration) {
    let Some(run) = Run::here() else { return std::thread::sleep(time) };
    let begin = Instant::now();
    match run.clock {
        Clock::Paused if run.schedules_threads() => run.scheduler.block(time),
        // In the runtime of a caller only its own thread can move the clock.
        Clock::Paused if run.on_runtime_thread() => run.scheduler.advance(time),
        Clock::Paused | Clock::Real => std::thread::sleep(time),
    }
    run.blocked(begin.elapsed());
}

/// A closure that will be called. Dropped before that (an aborted `spawn_blocking`, a cancelled
/// handle), it is cancelled.
struct Call {
    /// The run in which the closure was made. It is taken along, since the thread that will run the
    /// closure need not belong to a run.
    run: Arc<Run>,
    /// The lane of the closure; none where nothing is observed.
    lane: Option<LaneId>,
    /// The slot of the closure, if it will run on a thread of its own: see `scheduler`.
    slot: Option<u64>,
    /// The closure was called: dropping this then is no cancellation.
    begun: bool,
}

impl Call {
    fn new(
        name: &str,
        place: &'static Location<'static>,
        slot: impl FnOnce(&Run) -> Option<u64>,
    ) -> Option<Call> {
        let run = Run::here()?;
        let lane = match run.observe {
            Observe::Nothing => None,
            Observe::Everything | Observe::Lines => Some(run.create(name, place)),
        };
        // After the lane was made, so that slots are in the order of lanes.
        let slot = slot(&run);
        if let (Some(gate), Some(lane)) = (&run.gate, lane) {
            gate.stranger(match slot {
                Some(_) => Stranger::Thread,
                None => Stranger::Callback(lane),
            });
        }
        let call = Call { slot, lane, run, begun: false };
        if let (Some(lane), Some(_)) = (call.watched(), slot) {
            call.run.note_own_thread(lane);
        }
        Some(call)
    }

    fn make<R>(call: Option<Call>, work: impl FnOnce() -> R) -> R {
        // Taken also without a run: the place was told for this closure, and not for one that
        // `work` calls.
        let scheduled = SCHEDULED.take();
        let Some(mut call) = call else { return work() };
        call.begun = true;
        call.note_scheduled(scheduled);
        if call.slot.is_some() {
            return Run::as_closure(|| call.make_in_steps(work));
        }
        call.make_in_steps(work)
    }

    /// The steps around a call, in the order that the top of this file shows. A call without a slot
    /// has only those in the middle.
    fn make_in_steps<R>(self, work: impl FnOnce() -> R) -> R {
        let run = &self.run;
        if let Some(slot) = self.slot {
            run.scheduler.begin_slot(slot);
        }
        let watched = self.watched();
        if let Some(lane) = watched {
            run.poll_starts(lane);
        }
        // Stacks that are captured in this call end here: see `stack`.
        let floor = Floor::new();
        panics::forget();
        let result = catch_unwind(AssertUnwindSafe(|| match self.lane {
            Some(lane) => run.as_lane(lane, work),
            // Nothing is observed, but `block` has to find the run and its clock on this thread.
            None if self.slot.is_some() => {
                run.adopt_thread();
                work()
            }
            None => work(),
        }));
        drop(floor);
        // What the closure has set off on the runtime comes before its end: see `scheduler`.
        run.scheduler.run_until_idle_on_thread();
        if let Some(lane) = watched {
            run.poll_ends(lane, Polled::of(&result));
        }
        if let Some(slot) = self.slot {
            // The thread goes back to its pool, and its number to the next one.
            run.leave_thread();
            run.scheduler.end_slot(slot);
        }
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Notes where it waited to be called, if an event loop has said so.
    fn note_scheduled(&self, scheduled: Option<Waits>) {
        if let (Some(lane), Some(waits)) = (self.watched(), scheduled) {
            self.run.note_scheduled(lane, waits);
        }
    }

    /// Its lane, if all that happens to it is to be noted.
    fn watched(&self) -> Option<LaneId> {
        if self.run.observe == Observe::Everything { self.lane } else { None }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // A call that has begun is noted already, and its slot given back.
        if self.begun {
            return;
        }
        if let Some(slot) = self.slot {
            self.run.scheduler.cancel(slot);
        }
        self.note_scheduled(SCHEDULED.take());
        if let Some(lane) = self.watched() {
            // A closure with a slot may be a task of the pool, which can be aborted.
            let dropped = if self.slot.is_some() { Dropped::Task } else { Dropped::Callback };
            self.run.dropped(lane, dropped);
        }
    }
}
