//! Watches over the thread that runs schedules: a poll that blocks must not keep it for ever.
//!
//! The recorder has such a watch for a single run. Here thousands of runs are made on one thread,
//! and a watch for each would cost more than the runs: so one thread watches all of them. It looks
//! at the number of the current run, and at the moment at which the runtime of that run last went
//! to sleep or woke up. If neither changes for too long, a poll blocks. A runtime that sleeps and
//! wakes up, while no lane gets on, has more time.
use super::{
    current::CurrentRun,
    one_run::{OneRun, Trace},
};
use crate::timeline::{
    Progress, QuietPanics, SeenThread, Verdict, WITHOUT_A_SIGN, panic_message, recording,
};
use std::{
    sync::{
        atomic::Ordering::Relaxed,
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

/// Between two runs the thread checks and draws, which takes longer than a poll: there it is given
/// up only after this many times the limit of a run.
const BETWEEN_RUNS: u32 = 6;

/// Runs `work` on a thread of its own and waits for it.
///
/// # Errors
/// If the current run makes no progress for `watchdog`, as [`Progress`] counts it; or if for
/// [`WITHOUT_A_SIGN`] times as long its thread goes to sleep and wakes up, but no lane gets on.
/// Then the run is given up, and the error is all that is known of it. Its thread cannot be
/// stopped, only left behind: it ends with the process.
///
/// # Panics
/// If `work` panics, with its message; if `work` does not get on between two runs, most likely
/// since a check blocks; or if the operating system gives no thread.
pub(super) fn watched<R: Send + 'static, T>(
    name: &str,
    current: &CurrentRun,
    watchdog: Duration,
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, Box<OneRun<T>>> {
    let (send, receive) = mpsc::channel();
    // A thread whose name has a NUL in it cannot be made.
    let title = format!("schedules of {name}").replace('\0', " ");
    // Two counts: since the thread last did anything, and since a lane last got on.
    let mut progress = Progress::since(current.movement(), watchdog);
    let mut signs = progress.beside(current.signs_of_life());
    let seen_thread = progress.thread();
    let thread = std::thread::Builder::new().name(title).spawn(move || {
        let _ = seen_thread.set(SeenThread::this_one());
        // Dropped when the thread is done. A thread that is left behind stays quiet.
        let _quiet = QuietPanics::on_this_thread();
        // An error means that this thread was given up, and that nothing waits for its result.
        let _ = send.send(work());
    });
    let thread = thread.expect("a thread for the schedules");
    loop {
        // A result ends this wait at once.
        match receive.recv_timeout(progress.slice()) {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Disconnected) => {
                let panic = thread.join().expect_err("it has ended without a result");
                // A panic of its own, since that thread has printed nothing of its panic.
                panic!("{name}: a panic between two runs: {}", panic_message(&*panic));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let (number, movement) = current.movement();
        // Between two runs the thread also looks up where lanes wait. The first time it reads all
        // debug information of the program for that, which takes long on a busy machine.
        let is_in_a_run = movement.is_some();
        let limit = match is_in_a_run {
            true => watchdog,
            false => watchdog.saturating_mul(BETWEEN_RUNS),
        };
        let longest = limit.saturating_mul(WITHOUT_A_SIGN);
        let without_progress = progress.look((number, movement));
        let without_a_sign = signs.look(current.signs_of_life());
        let missing = if without_progress >= limit {
            Missing::Progress(limit)
        } else if without_a_sign >= longest && is_in_a_run {
            Missing::SignOfLife(longest)
        } else {
            continue;
        };
        // Set first, so that the thread, if it comes back after all, begins no other run.
        current.given_up.store(true, Relaxed);
        return Err(Box::new(given_up(name, current, missing)));
    }
}

/// Why a run is given up: for how long something has been missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    /// Its thread has done nothing.
    Progress(Duration),
    /// Its thread does something, but no lane gets on.
    SignOfLife(Duration),
}

/// What is known of the current run, which is given up.
///
/// # Panics
/// If there is none: then something blocks between two runs, most likely a check.
fn given_up<T>(name: &str, current: &CurrentRun, missing: Missing) -> OneRun<T> {
    let Some((run, scheduler)) = current.run() else {
        let (Missing::Progress(time) | Missing::SignOfLife(time)) = missing;
        panic!("{name}: nothing has happened between two runs for {time:?}, so a check may block");
    };
    let (_, is_asleep) = run.last_moved();
    let verdict = match missing {
        Missing::Progress(time) => Verdict::no_progress(&run, is_asleep, time),
        Missing::SignOfLife(time) => Verdict::no_sign_of_life(&run, time),
    };
    // What the thread does from here on is no part of what is shown.
    let elapsed = run.close_log();
    let trace = Trace::of(&scheduler);
    OneRun { recording: recording(&run, name.to_owned(), (Err(verdict), elapsed)), trace }
}

#[cfg(test)]
mod tests {
    use crate::{schedules::every_schedule, timeline::panic_message};
    use std::fmt;

    /// A result that cannot be printed.
    struct Unprintable;

    impl fmt::Debug for Unprintable {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("it cannot be printed")
        }
    }

    #[test]
    fn a_panic_between_two_runs_is_passed_on_with_its_message() {
        let explore = || every_schedule("unprintable", || async { Unprintable }).explore();
        let panic = std::panic::catch_unwind(explore).expect_err("its result is printed");
        assert_eq!(
            panic_message(&*panic),
            "unprintable: a panic between two runs: it cannot be printed"
        );
    }
}
