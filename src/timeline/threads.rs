//! Closures on other threads, and work that keeps a thread.
//!
//! How several of them keep to one clock, in the same order each time, is told in `turns`.
use super::{
    event::{LaneId, Polled},
    lane::panic_message,
    run::{Observe, Run},
    turns::Clock,
};
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
    let place = Location::caller();
    let ticket = Run::here().map(|run| {
        let lane = (run.observe != Observe::Nothing).then(|| run.create(name.as_ref(), place));
        Ticket { turn: run.turns.announce(), lane, run, begun: false }
    });
    move || match ticket {
        Some(ticket) => ticket.redeem(work),
        None => work(),
    }
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

/// A closure that will run on a thread. Dropped unused (an aborted `spawn_blocking`), it is cancelled.
struct Ticket {
    run: Arc<Run>,
    turn: u64,
    lane: Option<LaneId>,
    begun: bool,
}

impl Ticket {
    fn redeem<R>(mut self, work: impl FnOnce() -> R) -> R {
        self.begun = true;
        let run = self.run.clone();
        let watched = self.lane.filter(|_| run.observe == Observe::Everything);
        run.turns.begin_turn(self.turn);
        if let Some(lane) = watched {
            run.poll_starts(lane);
        }
        let result = catch_unwind(AssertUnwindSafe(|| match self.lane {
            Some(lane) => run.as_lane(lane, work),
            None => {
                run.adopt_thread();
                work()
            }
        }));
        run.turns.settle_if_on_thread();
        if let Some(lane) = watched {
            run.poll_ends(
                lane,
                match &result {
                    Ok(_) => Polled::Ready,
                    Err(panic) => Polled::Panicked(panic_message(&**panic)),
                },
            );
        }
        run.leave_thread();
        run.turns.end_turn(self.turn);
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.begun {
            self.run.turns.cancel(self.turn);
            if let Some(lane) = self.lane
                && self.run.observe == Observe::Everything
            {
                self.run.dropped(lane, true);
            }
        }
    }
}
