//! The examples of the topic `gather`.
use super::{
    all::{as_completed, first_completed, gather, gather_errors, gather_tasks, task_group},
    assert_run, assert_took, ms,
};
use async_concepts::{
    record,
    timeline::{Chart, End, Position},
};
use std::time::Duration;

// gather

#[test]
fn gather_takes_as_long_as_its_slowest_part() {
    let run = record("gather", gather::gather);
    assert_took(&run, Duration::from_secs(3));
    assert_eq!(run.output(), (2, 6, 24));
}

#[test]
fn gather_lets_its_parts_take_turns_in_the_order_in_which_their_sleeps_began() {
    assert_eq!(
        record("gather", gather::gather).transcript(),
        [
            "0.000 A compute factorial(2)",
            "0.000 B compute factorial(2)",
            "0.000 C compute factorial(2)",
            "1.000 A factorial(2) = 2",
            "1.000 B compute factorial(3)",
            "1.000 C compute factorial(3)",
            "2.000 B factorial(3) = 6",
            "2.000 C compute factorial(4)",
            "3.000 C factorial(4) = 24",
        ]
    );
}

#[test]
fn three_awaits_are_no_gather_they_take_the_sum() {
    let run = record("three awaits", gather::three_awaits);
    assert_run(
        &run,
        [
            "0.000 A compute factorial(2)",
            "1.000 A factorial(2) = 2",
            "1.000 B compute factorial(2)",
            "2.000 B compute factorial(3)",
            "3.000 B factorial(3) = 6",
            "3.000 C compute factorial(2)",
            "4.000 C compute factorial(3)",
            "5.000 C compute factorial(4)",
            "6.000 C factorial(4) = 24",
        ],
        ms(6000),
    );
    assert_eq!(run.output(), (2, 6, 24));
}

#[test]
fn three_tasks_print_what_gather_prints_at_the_same_times_and_the_runtime_polls_them() {
    let run = record("spawn", gather::spawned);
    assert_eq!(run.transcript(), record("gather", gather::gather).transcript());
    assert_took(&run, ms(3000));
    assert_eq!(["A", "B", "C"].map(|name| run.chart().row(name).polled_by), [None; 3]);
    assert_eq!(run.output(), (2, 6, 24));
}

// gather_tasks

#[test]
fn tasks_take_as_long_and_give_the_same_results() {
    let run = record("gather_tasks", gather_tasks::gather_tasks);
    assert_took(&run, ms(3000));
    assert_eq!(run.output().expect("no task panics"), (2, 6, 24));
}

#[test]
fn tasks_begin_when_the_task_that_spawned_them_waits() {
    let run = record("gather_tasks", gather_tasks::gather_tasks);
    let transcript = run.transcript();
    assert_eq!(transcript[0], "0.000 main three tasks, and none has begun");
    assert_eq!(
        transcript[1..],
        record("gather", gather::gather).transcript(),
        "the rest is as in `gather`"
    );
}

#[test]
fn tasks_are_polled_by_the_runtime_and_joined_futures_by_main() {
    let polled_by = |chart: Chart| ["A", "B", "C"].map(|name| chart.row(name).polled_by);
    assert_eq!(polled_by(record("gather", gather::gather).chart()), [Some(0); 3]);
    assert_eq!(polled_by(record("gather_tasks", gather_tasks::gather_tasks).chart()), [None; 3]);
}

// gather_errors

#[test]
fn try_join_fails_fast_and_drops_the_siblings() {
    let run = record("fail fast", gather_errors::fail_fast);
    assert_run(&run, ["0.100 B 1 is odd", "0.100 main error: cannot halve 1"], ms(1100));
    let chart = run.chart();
    for sibling in ["A", "C"] {
        let (at, end) = &chart.row(sibling).end;
        assert_eq!(
            (chart.time(*at), end),
            (ms(100), &End::Cancelled { by: Some(0), aborted: false }),
            "{sibling}"
        );
    }
    assert_eq!(run.output(), Err("cannot halve 1".into()));
}

#[test]
fn join_collects_everything_as_gather_does_with_return_exceptions() {
    let run = record("collect", gather_errors::collect);
    assert_run(
        &run,
        [
            "0.100 B 1 is odd",
            "0.400 A half of 4 is 2",
            "0.800 C half of 8 is 4",
            "0.800 main result: 2",
            "0.800 main error: cannot halve 1",
            "0.800 main result: 4",
        ],
        ms(800),
    );
    assert_eq!(run.output(), (Ok(2), Err("cannot halve 1".into()), Ok(4)));
}

#[test]
fn try_join_of_tasks_does_not_hear_of_the_error_inside() {
    let run = record("nested", gather_errors::nested);
    assert_eq!(
        run.transcript(),
        [
            "0.100 B 1 is odd",
            "0.400 A half of 4 is 2",
            "0.800 C half of 8 is 4",
            "0.800 main result: (Ok(2), Err(\"cannot halve 1\"), Ok(4))",
        ]
    );
    assert_took(&run, ms(800));
    assert_eq!(run.output(), (Ok(2), Err("cannot halve 1".into()), Ok(4)));
}

#[test]
fn flattened_tasks_fail_fast_and_their_siblings_go_on_as_after_gather() {
    let run = record("flattened", gather_errors::flattened);
    assert_run(
        &run,
        [
            "0.100 B 1 is odd",
            "0.100 main error: cannot halve 1",
            "0.400 A half of 4 is 2",
            "0.800 C half of 8 is 4",
        ],
        ms(1100),
    );
    let chart = run.chart();
    assert_eq!(chart.row("A").end.1, End::Finished);
    assert_eq!(chart.row("C").end.1, End::Finished);
    assert_eq!(run.output(), Err("cannot halve 1".into()));
}

// as_completed

#[test]
fn in_order_the_first_dish_holds_up_those_that_are_ready() {
    let run = record("in order", as_completed::in_order);
    assert_run(
        &run,
        [
            "0.000 A cook roast",
            "0.000 B cook soup",
            "0.000 C cook salad",
            "1.000 B soup ready",
            "2.000 C salad ready",
            "3.000 A roast ready",
            "3.000 main serve roast",
            "3.500 main serve soup",
            "4.000 main serve salad",
        ],
        ms(4500),
    );
    assert_eq!(run.output(), ["roast", "soup", "salad"]);
}

#[test]
fn as_completed_each_dish_is_served_when_it_is_ready() {
    let run = record("as completed", as_completed::as_completed);
    assert_run(
        &run,
        [
            "0.000 A cook roast",
            "0.000 B cook soup",
            "0.000 C cook salad",
            "1.000 B soup ready",
            "1.000 main serve soup",
            "2.000 C salad ready",
            "2.000 main serve salad",
            "3.000 A roast ready",
            "3.000 main serve roast",
        ],
        ms(3500),
    );
    assert_eq!(run.output(), ["soup", "salad", "roast"]);
}

// first_completed

#[test]
fn a_future_that_loses_is_dropped_at_once() {
    let run = record("futures", first_completed::futures);
    assert_run(
        &run,
        [
            "0.000 A ask",
            "0.000 B ask",
            "1.000 A answer after 1 s",
            "1.000 A hang up",
            "1.000 B hang up",
            "1.000 main first: 1",
        ],
        ms(3000),
    );
    let chart = run.chart();
    let loser = chart.row("B");
    assert_eq!(loser.end.1, End::Cancelled { by: Some(0), aborted: false });
    assert_eq!(chart.time(loser.end.0), ms(1000));
    assert_eq!(chart.end_note(loser).as_deref(), Some("dropped by main"));
    assert_eq!(run.output(), 1);
}

#[test]
fn a_task_that_loses_goes_on_unless_it_is_aborted() {
    let run = record("tasks", first_completed::tasks);
    assert_run(
        &run,
        [
            "0.000 A ask",
            "0.000 B ask",
            "0.000 C ask",
            "1.000 A answer after 1 s",
            "1.000 A hang up",
            "1.000 main first: 1",
            "1.000 C hang up",
            "2.000 B answer after 2 s",
            "2.000 B hang up",
        ],
        ms(3000),
    );
    let chart = run.chart();
    assert_eq!(chart.row("B").end.1, End::Finished);
    assert_eq!(chart.row("C").end.1, End::Cancelled { by: None, aborted: true });
    assert_eq!(chart.time(chart.row("C").end.0), ms(1000));
    assert_eq!(run.output(), 1);
}

#[test]
fn a_future_that_select_only_borrows_keeps_its_progress() {
    let run = record("borrowed", first_completed::borrowed);
    assert_run(
        &run,
        [
            "0.000 A ask",
            "0.000 B ask",
            "1.000 A answer after 1 s",
            "1.000 A hang up",
            "1.000 main first: 1",
            "2.000 B answer after 2 s",
            "2.000 B hang up",
            "2.000 main second: 2",
        ],
        ms(2000),
    );
}

// task_group

/// When `main` says that the work has returned, and when the last other lane ends.
fn returned_and_over(chart: &Chart) -> (Position, Position) {
    let said = |text: &str| text.starts_with("returned");
    let returned =
        chart.said.iter().find(|line| said(&line.text)).expect("main says that it has returned").at;
    let over = chart.rows[1..].iter().map(|row| row.end.0).max().expect("there are tasks");
    (returned, over)
}

#[test]
fn loose_tasks_outlive_what_started_them() {
    let run = record("loose", task_group::loose);
    assert_run(
        &run,
        ["0.000 main returned, but nothing is over", "1.000 A no connection", "2.000 B uploaded"],
        ms(3000),
    );
    let chart = run.chart();
    let (returned, over) = returned_and_over(&chart);
    assert_eq!([chart.time(returned), chart.time(over)], [ms(0), ms(2000)]);
}

#[test]
fn a_group_waits_for_all_of_its_tasks() {
    let run = record("group", task_group::group);
    assert_run(
        &run,
        [
            "1.000 A uploaded",
            "2.000 B uploaded",
            "3.000 C uploaded",
            "3.000 main returned: 6 s of work are over",
        ],
        ms(3000),
    );
    let (returned, over) = returned_and_over(&run.chart());
    assert!(over < returned, "nothing outlives its scope: {over:?}, {returned:?}");
    assert_eq!(run.output(), Ok(6));
}

#[test]
fn a_failing_group_ends_the_others_before_it_returns() {
    let run = record("failing", task_group::failing);
    assert_run(&run, ["1.000 A no connection", "1.000 main returned: failed after 1 s"], ms(4000));
    let chart = run.chart();
    for task in ["B", "C"] {
        assert_eq!(chart.row(task).end.1, End::Cancelled { by: None, aborted: true }, "{task}");
    }
    let (returned, over) = returned_and_over(&chart);
    assert!(over < returned, "nothing outlives its scope: {over:?}, {returned:?}");
    assert_eq!(run.output(), Err("failed after 1 s".into()));
}
