//! Closures with a lane of their own, on other threads and on this one, and work that keeps a thread.
//!
//! How several threads keep to one clock, in the same order each time, is told in `turns`.
use super::{
    event::{LaneId, Polled},
    run::{Observe, Run},
};
use crate::timeline::Clock;
use std::{
    panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind},
    sync::Arc,
    time::Duration,
};

/// Takes `work` for a thread of its own, and gives it a lane there:
/// `spawn_blocking(on_thread("hash", || …))`, `thread::spawn(on_thread("A", || …))`.
///
/// Call it where the work is handed over: on the paused clock no time passes until the thread has begun, and one that
/// does not begin within a second (since all threads of a pool are busy) is left alone until another thread ends.
/// Outside a run it gives back `work`.
#[track_caller]
pub fn on_thread<R>(name: impl AsRef<str>, work: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let ticket = Ticket::new(name.as_ref(), Location::caller(), |run| Some(run.turns.announce()));
    move || Ticket::redeem(ticket, work)
}

/// Gives a callback a lane: `event_loop.call_soon(callback("hello", || …))`. It is lazy until it is called, and
/// cancelled if it is dropped before. Outside a run it gives back `work`.
#[track_caller]
pub fn callback<R>(name: impl AsRef<str>, work: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let ticket = Ticket::new(name.as_ref(), Location::caller(), |_| None);
    move || Ticket::redeem(ticket, work)
}

/// Occupies the thread for `time` without giving way, as a blocking call or a long computation would.
///
/// On the paused clock it moves the clock instead and takes no time. On the real clock, and outside a run, it sleeps.
/// It cannot be cancelled: nothing that blocks can.
pub fn block(time: Duration) {
    match Run::here() {
        Some(run) if run.clock == Clock::Paused => {
            run.turns.block(time);
            if run.turns.on_runtime_thread() {
                let now = run.turns.elapsed();
                run.lock().blocked = now;
            }
        }
        _ => std::thread::sleep(time),
    }
}

/// A closure that will be called. Dropped unused (an aborted `spawn_blocking`, a cancelled handle), it is cancelled.
struct Ticket {
    run: Arc<Run>,
    lane: Option<LaneId>,
    /// Its turn among the threads, if it will run on a thread of its own.
    turn: Option<u64>,
    begun: bool,
}

impl Ticket {
    fn new(
        name: &str,
        place: &'static Location<'static>,
        turn: impl FnOnce(&Run) -> Option<u64>,
    ) -> Option<Ticket> {
        let run = Run::here()?;
        let lane = (run.observe != Observe::Nothing).then(|| run.create(name, place));
        Some(Ticket { turn: turn(&run), lane, run, begun: false })
    }

    fn redeem<R>(ticket: Option<Ticket>, work: impl FnOnce() -> R) -> R {
        let Some(mut ticket) = ticket else { return work() };
        ticket.begun = true;
        let Ticket { run, lane, turn, .. } = &ticket;
        if let Some(turn) = *turn {
            run.turns.begin_turn(turn);
        }
        let watched = lane.filter(|_| run.observe == Observe::Everything);
        if let Some(lane) = watched {
            run.poll_starts(lane);
        }
        let result = catch_unwind(AssertUnwindSafe(|| match *lane {
            Some(lane) => run.as_lane(lane, work),
            None if turn.is_some() => {
                run.adopt_thread();
                work()
            }
            None => work(),
        }));
        run.turns.settle_if_on_thread();
        if let Some(lane) = watched {
            run.poll_ends(lane, Polled::of(&result));
        }
        if let Some(turn) = *turn {
            run.leave_thread();
            run.turns.end_turn(turn);
        }
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.begun {
            if let Some(turn) = self.turn {
                self.run.turns.cancel(turn);
            }
            if let Some(lane) = self.lane
                && self.run.observe == Observe::Everything
            {
                self.run.dropped(lane, self.turn.is_some());
            }
        }
    }
}
