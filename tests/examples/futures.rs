//! The examples of the topic `futures`.
use super::{
    all::{cancel_task, done_callbacks, future, shield, task, timeout, waker},
    assert_run, assert_took, ms,
};
use async_concepts::{
    record, record_blocking,
    timeline::{Chart, End, State, Until},
};
use std::{
    future::Future,
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};
use tokio_test::{assert_pending, task as polled};

/// When a lane ended, and how.
fn end(chart: &Chart, name: &str) -> (Duration, End) {
    let (at, end) = &chart.row(name).end;
    (chart.time(*at), end.clone())
}

/// What ended each wait of a lane, and when.
fn waits(chart: &Chart, name: &str) -> Vec<(String, Duration)> {
    let waits = chart.row(name).spans.iter().filter_map(|span| match span.state {
        State::Waiting(Until::Lane(lane)) => {
            Some((chart.rows[lane].name.clone(), chart.time(span.to)))
        }
        State::Waiting(Until::Clock) => Some(("clock".into(), chart.time(span.to))),
        _ => None,
    });
    waits.collect()
}

const ABORTED: End = End::Cancelled { by: None, aborted: true };

// future

const FUTURE: [&str; 2] = ["1.000 slow the result is set", "1.000 main Future is done!"];

#[test]
fn a_future_is_done_when_its_result_is_set() {
    let run = record_blocking("event loop", future::future);
    assert_run(&run, FUTURE, ms(1000));
    assert_eq!(run.output().expect("nothing fails"), "Future is done!");
}

#[test]
fn a_oneshot_is_tokios_future() {
    let run = record("tokio", future::tokio);
    assert_eq!(run.transcript(), FUTURE);
    assert_eq!(run.transcript(), record_blocking("event loop", future::future).transcript());
    assert_took(&run, ms(1000));
    assert_eq!(waits(&run.chart(), "main"), [("slow".into(), ms(1000))]);
    assert_eq!(run.output().expect("the sender sends"), "Future is done!");
}

// done_callbacks

const DONE_CALLBACKS: [&str; 5] = [
    "1.000 compute set, and nothing has been called",
    "1.000 A it is 42",
    "1.000 C it is 42",
    "1.000 main awaited: 42",
    "1.000 D it is 42",
];

#[test]
fn done_callbacks_are_called_soon_in_the_order_in_which_they_were_added() {
    let run = record_blocking("event loop", done_callbacks::done_callbacks);
    assert_run(&run, DONE_CALLBACKS, ms(2000));
    let chart = run.chart();
    assert_eq!(
        end(&chart, "B"),
        (ms(0), End::Cancelled { by: Some(0), aborted: false }),
        "it was taken back"
    );
    run.output().expect("nothing fails");
}

#[test]
fn tasks_that_wait_for_the_same_cell_are_tokios_done_callbacks() {
    let run = record("tokio", done_callbacks::tokio);
    assert_eq!(run.transcript(), DONE_CALLBACKS);
    assert_eq!(
        run.transcript(),
        record_blocking("event loop", done_callbacks::done_callbacks).transcript()
    );
    assert_took(&run, ms(2000));
    let chart = run.chart();
    for waiter in ["A", "C", "main"] {
        assert_eq!(waits(&chart, waiter)[0], ("compute".into(), ms(1000)), "{waiter}");
    }
}

// task

const TASK: [&str; 7] = [
    "0.000 main two tasks, and none has begun",
    "0.000 A step 1: created",
    "1.000 A step 2: woken by a timer",
    "2.000 B woke A, and go on",
    "2.000 A step 3: woken by B",
    "2.000 A step 4: gave way",
    "2.000 main it took 4 steps",
];

#[test]
fn a_task_takes_a_step_whenever_what_it_awaits_is_done() {
    let run = record_blocking("event loop", task::task);
    assert_run(&run, TASK, ms(2000));
    let chart = run.chart();
    assert_eq!(waits(&chart, "A"), [("clock".into(), ms(1000)), ("B".into(), ms(2000))]);
    let polls = chart.row("A").spans.iter().filter(|span| span.state == State::Running).count();
    assert_eq!(polls, 4);
    assert_eq!(run.output().expect("nothing fails"), polls);
}

#[test]
fn a_task_of_tokio_takes_the_same_steps() {
    let run = record("tokio", task::tokio);
    assert_eq!(run.transcript(), TASK);
    assert_eq!(run.transcript(), record_blocking("event loop", task::task).transcript());
    let chart = run.chart();
    let polls = chart.row("A").spans.iter().filter(|span| span.state == State::Running).count();
    assert_eq!(polls, 4, "A was polled once for each step that it reports");
    assert_took(&run, ms(2000));
    assert_eq!(waits(&run.chart(), "A"), [("clock".into(), ms(1000)), ("B".into(), ms(2000))]);
    assert_eq!(run.output(), 4);
}

// cancel_task

#[test]
fn a_task_that_is_asked_to_end_may_take_its_time_to_clean_up() {
    let run = record_blocking("request", cancel_task::request);
    assert_run(
        &run,
        [
            "0.000 A work",
            "1.000 main asked it to end",
            "1.000 A asked to end",
            "1.500 A cleaned up",
            "1.500 main it was cancelled",
        ],
        ms(1500),
    );
    assert_eq!(end(&run.chart(), "A"), (ms(1500), End::ReturnedCancelled));
    run.output().expect("nothing fails");
}

#[test]
fn a_task_that_is_asked_to_end_may_refuse() {
    let run = record_blocking("refused", cancel_task::refused);
    assert_run(
        &run,
        [
            "0.000 A work",
            "1.000 main asked it to end",
            "1.000 A asked to end, and do not want to",
            "3.000 A done",
            "3.000 main it was not cancelled",
        ],
        ms(3000),
    );
    run.output().expect("nothing fails");
}

#[test]
fn a_task_that_tokio_aborts_is_dropped_and_not_asked() {
    let run = record("drop", cancel_task::dropped);
    assert_run(
        &run,
        [
            "0.000 A work",
            "1.000 main asked it to end",
            "1.000 A dropped",
            "1.000 main it was cancelled",
        ],
        ms(1000),
    );
    assert_eq!(end(&run.chart(), "A"), (ms(1000), ABORTED));
}

#[test]
fn a_task_that_is_asked_by_a_token_cleans_up_in_its_own_time() {
    let run = record("token", cancel_task::asked);
    let lines = record_blocking("request", cancel_task::request).transcript();
    assert_eq!(run.transcript(), lines, "as asyncio's tasks do");
    assert_took(&run, ms(1500));
    assert_eq!(end(&run.chart(), "A"), (ms(1500), End::Finished));
}

// timeout

const HUNG_UP: [&str; 3] = ["0.000 A ask", "1.000 A hang up", "1.000 main no answer in time"];

#[test]
fn wait_for_cancels_what_it_waits_for() {
    let run = record_blocking("wait_for", timeout::with_wait_for);
    assert_run(&run, HUNG_UP, ms(3000));
    assert_eq!(end(&run.chart(), "A").0, ms(1000));
    run.output().expect("nothing fails");
}

#[test]
fn a_timeout_drops_the_future_and_says_the_same_as_wait_for() {
    let run = record("timeout of a future", timeout::of_a_future);
    assert_eq!(run.transcript(), HUNG_UP);
    assert_eq!(run.transcript(), record_blocking("wait_for", timeout::with_wait_for).transcript());
    assert_took(&run, ms(3000));
    assert_eq!(end(&run.chart(), "A"), (ms(1000), End::Cancelled { by: Some(0), aborted: false }));
}

#[test]
fn a_timeout_of_a_handle_leaves_its_task_running() {
    let run = record("timeout of a handle", timeout::of_a_handle);
    assert_run(
        &run,
        ["0.000 A ask", "1.000 main no answer in time", "2.000 A answer", "2.000 A hang up"],
        ms(3000),
    );
    assert_eq!(end(&run.chart(), "A"), (ms(2000), End::Finished));
}

// shield

const SHIELDED: [&str; 3] =
    ["0.000 save save the document", "1.000 main cancel the request", "2.000 save saved"];

#[test]
fn to_cancel_a_task_cancels_what_it_awaits() {
    let run = record_blocking("unshielded", shield::unshielded);
    assert_run(
        &run,
        [
            "0.000 save save the document",
            "1.000 main cancel the request",
            "1.000 save half a document",
        ],
        ms(3000),
    );
    assert_eq!(waits(&run.chart(), "request"), [("save".into(), ms(1000))]);
    run.output().expect("nothing fails");
}

#[test]
fn a_shield_keeps_the_cancellation_from_what_is_inside() {
    let run = record_blocking("shield", shield::shield);
    assert_run(&run, SHIELDED, ms(3000));
    let chart = run.chart();
    assert_eq!(end(&chart, "request").0, ms(1000));
    assert_eq!(end(&chart, "save").0, ms(2000));
    run.output().expect("nothing fails");
}

#[test]
fn a_task_of_its_own_is_the_shield_in_tokio() {
    let run = record("tokio", shield::tokio);
    assert_eq!(run.transcript(), SHIELDED);
    assert_eq!(run.transcript(), record_blocking("shield", shield::shield).transcript());
    assert_took(&run, ms(3000));
    let chart = run.chart();
    assert_eq!(end(&chart, "request"), (ms(1000), ABORTED));
    assert_eq!(end(&chart, "save"), (ms(2000), End::Finished));
}

// waker

#[test]
fn a_waker_is_woken_once_and_the_next_poll_is_ready() {
    let run = record("by hand", waker::by_hand);
    assert_run(
        &run,
        ["0.000 main ready: false", "0.000 main woken: 1 time", "0.000 main ready: true"],
        ms(0),
    );
    assert_eq!(run.output(), 1);
}

#[test]
fn a_future_that_keeps_the_waker_of_each_poll_may_move_to_another_task() {
    let run = record("each poll", waker::each_poll);
    assert_run(&run, ["1.000 bell rings", "1.000 A heard it"], ms(1000));
}

#[test]
fn a_future_that_keeps_its_first_waker_only_wakes_the_wrong_task() {
    let run = record("first only", waker::first_only);
    assert_run(&run, ["1.000 bell rings", "3.000 A heard it"], ms(3000));
    let chart = run.chart();
    let woken: Vec<&str> =
        chart.wakes.iter().map(|wake| chart.rows[wake.to].name.as_str()).collect();
    assert!(!woken.contains(&"A"), "the bell woke another than A: {woken:?}");
}

#[test]
fn tokio_test_sees_the_wake_of_the_latest_poll_only() {
    for (first_only, woken) in [(false, false), (true, true)] {
        let bell = Arc::new(waker::Bell::default());
        let mut rung = Box::pin(waker::Rung { bell: bell.clone(), first_only });
        let mut first = polled::spawn(&mut rung);
        assert_pending!(first.poll());
        let mut later = Context::from_waker(Waker::noop());
        let polled_again = first.enter(|_, mut rung| rung.as_mut().poll(&mut later));
        assert_pending!(polled_again);
        bell.ring();
        assert_eq!(first.is_woken(), woken, "first_only: {first_only}");
    }
}
