//! The examples of the topic `event_loop`.
use super::{
    all::{
        call_soon_threadsafe, cancel_handle, exception_handler, hello_world, run_until_complete,
        smallest_loop, timers,
    },
    assert_run, assert_took, ms,
};
use async_concepts::{
    record, record_blocking,
    timeline::{Clock, End, Position, Recorder, State, Until},
};

// smallest_loop

#[test]
fn the_smallest_loop_polls_in_the_order_of_its_queue_and_sleeps_until_a_waker_is_called() {
    let run = Recorder::new("smallest loop")
        .clock(Clock::Real)
        .record_blocking(smallest_loop::smallest_loop);
    let mut lines: Vec<String> =
        run.lines.iter().map(|line| format!("{} {}", line.lane, line.text)).collect();
    // The answer comes from another thread after 100 ms. On a busy machine the steps can take
    // longer: only that it comes after the question, and is waited for, holds on any.
    let answered = lines.iter().position(|line| line == "A answer: 42").expect("an answer");
    assert!((1..lines.len() - 1).contains(&answered), "{lines:?}");
    lines.remove(answered);
    assert_eq!(
        lines,
        ["A ask", "B step 1", "C step 1", "B step 2", "C step 2", "B step 3", "main all done"]
    );
    assert!(run.elapsed >= ms(100));
    let chart = run.chart();
    let polls = |name| {
        let spans = chart.row(name).spans.iter();
        // On a busy machine a poll can take so long on the real clock that it is seen as blocking.
        spans.filter(|span| matches!(span.state, State::Running | State::Blocking)).count()
    };
    // Each is polled once, and then once for each call of its waker.
    assert_eq!([polls("A"), polls("B"), polls("C")], [2, 4, 3]);
}

// hello_world

const HELLO_WORLD: [&str; 5] = [
    "0.000 main two callbacks, and none is called",
    "0.000 hello Hello",
    "0.000 world World",
    "0.000 last stop the loop",
    "0.000 main the loop has stopped",
];

#[test]
fn callbacks_are_called_in_the_order_in_which_they_were_put_into_the_queue() {
    let run = record_blocking("event loop", hello_world::hello_world);
    assert_run(&run, HELLO_WORLD, ms(0));
    run.output().expect("the loop stops and is closed");
}

#[test]
fn a_callback_that_a_callback_adds_has_to_wait_for_the_next_turn() {
    let chart = record_blocking("event loop", hello_world::hello_world).chart();
    // Which lane has the thread, poll by poll: a turn begins with `main`.
    let mut thread: Vec<(Position, &str)> = chart
        .rows
        .iter()
        .flat_map(|row| row.spans.iter().map(move |span| (row, span)))
        .filter(|(_, span)| span.state == State::Running)
        .map(|(row, span)| (span.from, row.name.as_str()))
        .collect();
    thread.sort();
    let names: Vec<&str> = thread.iter().map(|(_, name)| *name).collect();
    assert_eq!(names, ["main", "main", "hello", "world", "main", "last"]);
}

#[test]
fn tokio_runs_its_tasks_as_the_event_loop_calls_its_callbacks() {
    let run = record("tokio", hello_world::tokio);
    assert_eq!(run.transcript(), HELLO_WORLD);
    assert_eq!(
        run.transcript(),
        record_blocking("event loop", hello_world::hello_world).transcript()
    );
    assert_took(&run, ms(0));
}

// cancel_handle

const CANCEL_HANDLE: [&str; 3] = ["1.000 A called", "2.000 C cancel both", "4.000 main stopped"];

#[test]
fn a_cancelled_callback_is_never_called_and_one_that_has_run_does_not_mind() {
    let run = record_blocking("event loop", cancel_handle::cancel_handle);
    assert_run(&run, CANCEL_HANDLE, ms(4000));
    let chart = run.chart();
    let (at, end) = &chart.row("A").end;
    assert_eq!((chart.time(*at), end), (ms(1000), &End::Finished));
    let b = chart.row("B");
    assert_eq!(
        chart.time(b.end.0),
        ms(2000),
        "it is dropped when it is cancelled, not when it would be due"
    );
    assert_eq!(chart.end_note(b).as_deref(), Some("dropped by C"));
    run.output().expect("the loop stops and is closed");
}

#[test]
fn to_abort_a_task_of_tokio_does_what_to_cancel_a_handle_does() {
    let run = record("tokio", cancel_handle::tokio);
    assert_eq!(run.transcript(), CANCEL_HANDLE);
    assert_eq!(
        run.transcript(),
        record_blocking("event loop", cancel_handle::cancel_handle).transcript()
    );
    assert_took(&run, ms(4000));
    let chart = run.chart();
    assert_eq!(chart.row("A").end.1, End::Finished);
    assert_eq!(chart.row("B").end.1, End::Cancelled { by: None, aborted: true });
    assert_eq!(chart.time(chart.row("B").end.0), ms(2000));
}

#[test]
fn a_loop_that_nothing_can_stop_returns_an_error_instead_of_sleeping_for_ever() {
    let run = record_blocking("for ever", cancel_handle::for_ever);
    assert_run(&run, ["0.000 main nothing is left that could stop the loop"], ms(0));
    assert_eq!(run.chart().row("hello").end.1, End::Cancelled { by: Some(0), aborted: false });
    run.output().expect("it is closed");
}

// timers

const TIMERS: [&str; 7] = [
    "1.000 A keep the thread",
    "2.500 A done",
    "2.500 C due at 1.5 s",
    "2.500 B due at 2.0 s",
    "3.000 D due at 3.0 s, set first",
    "3.000 E due at 3.0 s, set last",
    "4.000 main stopped",
];

#[test]
fn late_timers_come_in_the_order_of_their_times_and_equal_ones_as_they_were_set() {
    let run = record_blocking("event loop", timers::timers);
    assert_run(&run, TIMERS, ms(4000));
    run.output().expect("the loop stops and is closed");
}

#[test]
fn tokios_timers_come_in_the_same_order() {
    let run = record("tokio", timers::tokio);
    assert_eq!(run.transcript(), TIMERS);
    assert_eq!(run.transcript(), record_blocking("event loop", timers::timers).transcript());
    assert_took(&run, ms(4000));
}

// call_soon_threadsafe

const CALL_SOON_THREADSAFE: [&str; 6] = [
    "0.250 other meanwhile",
    "0.500 worker half of it",
    "0.500 A half of it has come",
    "1.000 worker all of it",
    "1.000 B all of it has come",
    "1.500 main stopped",
];

#[test]
fn a_thread_wakes_the_sleeping_loop_and_its_callbacks_run_there() {
    let run = record_blocking("event loop", call_soon_threadsafe::call_soon_threadsafe);
    assert_run(&run, CALL_SOON_THREADSAFE, ms(1500));
    let chart = run.chart();
    let thread = chart.rows.iter().position(|row| row.name == "worker").expect("there is a thread");
    let woken = chart
        .row("main")
        .spans
        .iter()
        .filter(|span| span.state == State::Waiting(Until::Lane(thread)));
    assert_eq!(woken.map(|span| chart.time(span.to)).collect::<Vec<_>>(), [ms(500), ms(1000)]);
    for callback in ["A", "B"] {
        assert_eq!(
            chart.row(callback).polled_by,
            Some(0),
            "{callback} is called by the loop, not by the thread"
        );
    }
    run.output().expect("the loop stops and is closed");
}

#[test]
fn a_thread_spawns_into_tokio_as_it_calls_into_the_event_loop() {
    let run = record("tokio", call_soon_threadsafe::tokio);
    assert_eq!(run.transcript(), CALL_SOON_THREADSAFE);
    let event_loop = record_blocking("event loop", call_soon_threadsafe::call_soon_threadsafe);
    assert_eq!(run.transcript(), event_loop.transcript());
    assert_took(&run, ms(1500));
    let chart = run.chart();
    for task in ["A", "B"] {
        let on_a_thread = chart.row(task).spans.iter().any(|span| span.state == State::OnThread);
        assert!(!on_a_thread, "{task} runs where the runtime does, not on the thread");
    }
}

// run_until_complete

const RUN_UNTIL_COMPLETE: [&str; 7] = [
    "0.000 A multiply",
    "1.000 clock tick 1",
    "2.000 clock tick 2",
    "2.500 main product: 6",
    "3.500 B multiply",
    "3.500 clock tick 3",
    "4.500 main product: 24",
];

#[test]
fn a_loop_that_is_not_run_keeps_its_tasks_waiting() {
    let run = record_blocking("event loop", run_until_complete::run_until_complete);
    assert_run(&run, RUN_UNTIL_COMPLETE, ms(4500));
    assert_eq!(run.output().expect("nothing fails"), 24);
}

#[test]
fn a_local_set_runs_until_complete_as_the_event_loop_does() {
    let run = record("tokio", run_until_complete::tokio);
    assert_eq!(run.transcript(), RUN_UNTIL_COMPLETE);
    let event_loop = record_blocking("event loop", run_until_complete::run_until_complete);
    assert_eq!(run.transcript(), event_loop.transcript());
    assert_took(&run, ms(4500));
    assert_eq!(run.output(), 24);
}

// exception_handler

#[test]
fn the_handler_is_told_of_errors_and_panics_and_the_loop_goes_on() {
    let run = record_blocking("event loop", exception_handler::exception_handler);
    assert_run(
        &run,
        [
            "1.000 A fail",
            "1.000 main the handler is told: no milk",
            "2.000 B fail, too",
            "2.000 main the handler is told: panicked: no coffee",
            "3.000 C called all the same",
        ],
        ms(4000),
    );
    run.output().expect("the loop stops and is closed");
}

#[test]
fn an_error_or_a_panic_ends_its_callback_and_no_other() {
    let chart = record_blocking("event loop", exception_handler::exception_handler).chart();
    let ends = ["A", "B", "C", "main"].map(|name| chart.row(name).end.1.clone());
    assert_eq!(
        ends,
        [
            End::Failed("no milk".into()),
            End::Panicked("no coffee".into()),
            End::Finished,
            End::Finished
        ]
    );
}

#[test]
fn the_error_of_a_tokio_task_is_in_its_handle_and_lost_with_it() {
    let run = record("tokio", exception_handler::tokio);
    assert_run(
        &run,
        [
            "1.000 A fail",
            "1.000 main A failed: no milk",
            "2.000 B fail, too",
            "2.000 main B panicked: no coffee",
            "3.000 C fail",
            "4.000 main the end",
        ],
        ms(4000),
    );
    let chart = run.chart();
    assert_eq!(chart.row("B").end.1, End::Panicked("no coffee".into()));
    assert_eq!(chart.row("C").end.1, End::Finished, "what a task of tokio's returns is not seen");
}
