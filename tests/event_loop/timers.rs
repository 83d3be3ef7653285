//! Timers that are cancelled in every order, and what is left of the others.
//!
//! The loop keeps new timers in another list than those of earlier iterations, and clears away the
//! cancelled ones now and then: neither may be seen from outside.
use super::*;

use async_concepts::event_loop::TimerHandle;

/// A timer of the test, and whether it is still to run.
struct Set {
    handle: TimerHandle,
    left: bool,
}

/// Sets and cancels timers at random, thousands in an iteration. Says which have run, each with the
/// time, and which should have.
fn set_and_cancel(seed: u64) -> [Vec<(Duration, usize)>; 2] {
    let mut random = fastrand::Rng::with_seed(seed);
    let event_loop = virtual_loop();
    let ran = Rc::new(RefCell::new(vec![]));
    let mut timers: Vec<Set> = vec![];
    for _ in 0..random.usize(1..5) {
        // How many stay alive makes the difference: whether the list is cleared, sorted or grows.
        let cancels_of_eight = random.usize(0..10);
        for _ in 0..random.usize(0..3000) {
            let number = timers.len();
            let (running, log) = (event_loop.clone(), ran.clone());
            let delay = milliseconds(1000 + random.u64(0..20));
            let run = move || log.borrow_mut().push((running.time(), number));
            timers.push(Set { handle: event_loop.call_later(delay, run).unwrap(), left: true });
            if random.usize(0..8) < cancels_of_eight {
                // The last one, the one a few places before it, or any, also for a second time.
                let place = match random.u8(0..3) {
                    0 => number,
                    1 => number.saturating_sub(7),
                    _ => random.usize(0..=number),
                };
                timers[place].handle.cancel();
                timers[place].left = false;
            }
        }
        // A short sleep, so that the next timers meet those of another iteration.
        event_loop.run_until_complete(sleep(milliseconds(3))).unwrap();
    }
    assert!(matches!(event_loop.run_forever(), Err(Error::Idle)), "seed {seed}");
    // Too late.
    timers.iter().for_each(|timer| timer.handle.cancel());
    let mut expected = vec![];
    for (number, timer) in timers.iter().enumerate() {
        if timer.left {
            expected.push((timer.handle.when(), number));
        }
    }
    expected.sort_unstable();
    [ran.take(), expected]
}

#[test]
fn whatever_is_cancelled_the_others_run_at_their_times_and_by_registration() {
    for seed in 0..30 {
        let [ran, expected] = set_and_cancel(seed);
        assert!(ran == expected, "seed {seed}: {} ran, {} should", ran.len(), expected.len());
    }
}

#[test]
fn one_timer_that_is_due_takes_no_other_with_it_and_many_come_at_once() {
    let event_loop = virtual_loop();
    let log = Log::default();
    // Three of one time and two of the end of time, in the opposite order of their times.
    for delay in [Duration::MAX, Duration::MAX, milliseconds(2), milliseconds(2), milliseconds(2)] {
        let (log, running) = (log.clone(), event_loop.clone());
        let run = move || {
            log.say("timer");
            running.call_soon(move || log.say("made ready by it")).map(drop)
        };
        event_loop.call_later(delay, run).unwrap();
    }
    let first = log.clone();
    event_loop.call_later(milliseconds(1), move || first.say("first")).unwrap();
    event_loop.run_until_complete(sleep(milliseconds(1))).unwrap();
    assert_eq!(log.lines(), ["1 first"]);
    event_loop.run_until_complete(sleep(milliseconds(2))).unwrap();
    // All three are ready before anything that they make ready.
    assert_eq!(log.lines()[1..4], ["2 timer"; 3]);
    assert_eq!(log.lines()[4..], ["2 made ready by it"; 3]);
    assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
    assert_eq!(log.lines().len(), 11, "those of the end of time are due then, and both of them");
    assert_eq!(log.lines()[7].split_once(' ').unwrap().1, "timer");
    assert_eq!(log.lines()[8].split_once(' ').unwrap().1, "timer");
}

#[test]
fn a_handle_whose_timer_was_cancelled_cancels_no_other_that_came_later() {
    let event_loop = virtual_loop();
    let ran = Rc::new(Cell::new(0));
    let mut cancelled = vec![];
    for _ in 0..3000 {
        let ran = ran.clone();
        let wrong = move || ran.set(1_000_000);
        let timer = event_loop.call_later(milliseconds(1), wrong).unwrap();
        timer.cancel();
        cancelled.push(timer);
    }
    for _ in 0..3000 {
        let ran = ran.clone();
        event_loop.call_later(milliseconds(1), move || ran.set(ran.get() + 1)).unwrap();
    }
    cancelled.iter().for_each(TimerHandle::cancel);
    event_loop.run_until_complete(sleep(milliseconds(2))).unwrap();
    assert_eq!(ran.get(), 3000);
}
