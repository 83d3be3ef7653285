//! Functions that wait by themselves, and callbacks with a lane of their own.
use crate::{lane, ms, row, states};
use async_concepts::{
    LaneExt, block, callback, on_thread, say,
    timeline::{Clock, End, Recorder, State, Until, Verdict, turn, wait},
};
use std::time::Duration;
use tokio::{task::spawn_blocking, time::sleep};

#[test]
fn a_function_that_waits_lets_the_time_pass_and_is_not_said_to_block() {
    let run = Recorder::new("waits").record_blocking(|| {
        wait(sleep(ms(100)));
        block(ms(50));
        say!("done");
        7
    });
    assert_eq!(run.transcript(), ["0.150 main done"]);
    let expected = [(State::Running, 0, 0), (State::Waiting(Until::Clock), 0, 100), (State::Blocking, 100, 150)];
    assert_eq!(states(&run.chart(), "main"), expected);
    assert_eq!(run.output(), 7);
}

#[test]
fn what_a_function_waits_for_goes_on_meanwhile_and_wakes_it() {
    let run = Recorder::new("waits").record_blocking(|| {
        let task = tokio::spawn(sleep(ms(30)).lane("task"));
        wait(task).unwrap();
        wait(spawn_blocking(on_thread("hash", || block(ms(70))))).unwrap();
    });
    let chart = run.chart();
    let waits = states(&chart, "main").into_iter().filter(|(state, ..)| matches!(state, State::Waiting(_)));
    let (task, hash) = (Until::Lane(lane(&chart, "task")), Until::Lane(lane(&chart, "hash")));
    assert_eq!(waits.collect::<Vec<_>>(), [(State::Waiting(task), 0, 30), (State::Waiting(hash), 30, 100)]);
}

#[test]
fn a_turn_is_a_poll_of_its_own() {
    let polls = |turns| {
        let run = Recorder::new("turns").record_blocking(move || (0..turns).for_each(|_| turn()));
        states(&run.chart(), "main").into_iter().filter(|(state, ..)| *state == State::Running).count()
    };
    assert_eq!(polls(0), 1);
    assert_eq!(polls(3), 4);
    // After a wait the lane has just been polled: the first turn needs no other poll.
    let run = Recorder::new("turns").record_blocking(|| {
        wait(sleep(ms(1)));
        turn();
        turn();
    });
    let later = states(&run.chart(), "main").into_iter().filter(|state| *state == (State::Running, 1, 1));
    assert_eq!(later.count(), 2);
}

#[test]
fn a_callback_is_lazy_until_it_is_called_and_cancelled_if_it_never_is() {
    let run = Recorder::new("callbacks").record_blocking(|| {
        let called = callback("called", || say!("hello"));
        let dropped = callback("dropped", || say!("never"));
        wait(sleep(ms(100)));
        turn();
        called();
        drop(dropped);
    });
    let chart = run.chart();
    assert_eq!(run.transcript(), ["0.100 called hello"]);
    assert_eq!(states(&chart, "called"), [(State::Lazy, 0, 100), (State::Running, 100, 100)]);
    assert_eq!(row(&chart, "called").polled_by, Some(0));
    assert_eq!(row(&chart, "dropped").end.1, End::Cancelled { by: Some(0), aborted: false });
}

#[test]
fn what_a_callback_wakes_is_woken_by_it_and_not_by_the_loop() {
    let run = Recorder::new("callbacks").record_blocking(|| {
        let (send, receive) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(receive.lane("task"));
        wait(sleep(ms(5))); // meanwhile the task begins to listen
        turn();
        callback("sends", move || send.send(()).unwrap())();
        wait(task).unwrap().unwrap();
    });
    let chart = run.chart();
    assert_eq!(states(&chart, "task")[1].0, State::Waiting(Until::Lane(lane(&chart, "sends"))));
}

#[test]
fn a_function_that_waits_in_vain_is_ended_after_a_virtual_hour() {
    let run = Recorder::new("in vain").record_blocking(|| {
        wait(sleep(ms(100)));
        wait(std::future::pending::<()>());
    });
    let Err(verdict @ Verdict::Deadlock(_)) = &run.outcome else { panic!("{:?}", run.outcome) };
    assert_eq!(verdict.to_string(), "nothing can happen any more: main waits since 100 ms");
    assert_eq!(run.elapsed, Duration::from_secs(3600));
}

#[test]
fn a_function_that_spins_or_panics_gets_its_verdict() {
    let run = Recorder::new("spins").watchdog(ms(100)).record_blocking(|| {
        loop {
            turn();
        }
    });
    let verdict = run.outcome.unwrap_err().to_string();
    assert!(verdict.starts_with("main spins: at 0 it was polled "), "{verdict}");
    let run = Recorder::new("panics").record_blocking(|| panic!("a part of the test"));
    assert_eq!(run.chart().rows[0].end.1, End::Panicked("a part of the test".into()));
    assert_eq!(run.outcome.map(|(): ()| ()).unwrap_err().to_string(), "main panicked: a part of the test");
}

#[test]
fn on_the_real_clock_a_timer_ends_a_wait_too() {
    let run = Recorder::new("real").clock(Clock::Real).record_blocking(|| wait(sleep(ms(30))));
    assert_eq!(states(&run.chart(), "main")[1].0, State::Waiting(Until::Clock));
}
