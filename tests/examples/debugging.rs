//! The examples of the topic `debugging`.
use super::{
    all::{deadlock, logging, never_awaited, resource_warning, slow_callback},
    assert_run, assert_took, ms, rustc_command,
};
use async_concepts::{
    record, record_blocking,
    timeline::{End, Recorder, State, Verdict},
};
use std::{fs, path::Path, time::Duration};

/// The number of the first line, from `start` on, that has `text`.
fn line_of(source: &str, start: &str, text: &str) -> usize {
    let from = source
        .lines()
        .position(|line| line.contains(start))
        .unwrap_or_else(|| panic!("nowhere: {start}"));
    let found = source.lines().skip(from).position(|line| line.contains(text));
    from + found.unwrap_or_else(|| panic!("after {start} there is no {text}")) + 1
}

// slow_callback

#[test]
fn an_event_loop_in_debug_mode_reports_the_task_that_computes_and_not_for_its_waits() {
    let run = record_blocking("event loop", slow_callback::in_an_event_loop);
    assert_run(&run, ["0.750 main executing work took 0.350 seconds"], ms(800));
    run.output().expect("no error");
}

#[test]
fn a_slow_poll_is_reported_with_lane_time_and_place() {
    let run = record("tokio", slow_callback::tokio);
    let source = include_str!("../../examples/debugging/slow_callback.rs");
    let line = line_of(source, "pub async fn tokio()", ".report_slow_polls");
    assert_eq!(
        run.transcript(),
        [format!("0.750 work a poll took 350 ms (slow_callback.rs:{line})")]
    );
    assert_took(&run, ms(800));
    let chart = run.chart();
    let spans = chart.row("work").spans.iter();
    let blocking = spans
        .filter(|span| span.state == State::Blocking)
        .map(|span| chart.between(span.from, span.to));
    assert_eq!(
        blocking.collect::<Vec<_>>(),
        [ms(50), ms(350)],
        "as on the timeline; the short one is not reported"
    );
}

#[test]
fn work_in_pieces_is_not_reported_and_others_get_on() {
    let run = record("in pieces", slow_callback::in_pieces);
    assert_run(&run, ["0.000 heart beat", "0.140 heart beat", "0.280 heart beat"], ms(350));
}

// never_awaited

#[test]
fn a_future_that_is_dropped_unpolled_is_reported_where_it_was_made() {
    let run = record("never awaited", never_awaited::forgotten);
    let source = include_str!("../../examples/debugging/never_awaited.rs");
    let line = |text| line_of(source, "pub async fn forgotten()", text);
    let never = |line| format!("coroutine 'nap' was never awaited (never_awaited.rs:{line})");
    let (a, b, c) = (line("lane(\"A\")"), line("lane(\"B\")"), line("lane(\"C\")"));
    assert_eq!(
        run.transcript(),
        [
            format!("0.000 main {}", never(a)),
            "0.100 main 2 naps".into(),
            format!("0.100 main {}", never(b)),
            format!("0.100 main {}", never(c)),
        ]
    );
    let chart = run.chart();
    for (name, dropped) in [("A", 0), ("B", 100), ("C", 100)] {
        let row = chart.row(name);
        assert!(
            row.spans.iter().all(|span| span.state == State::Lazy),
            "{name} is never polled: {:?}",
            row.spans
        );
        assert_eq!(
            (chart.time(row.end.0), &row.end.1),
            (ms(dropped), &End::Cancelled { by: Some(0), aborted: false })
        );
        assert!(
            chart.describe().contains(&format!("{name}: never polled, ")),
            "{}",
            chart.describe()
        );
    }
}

#[test]
fn a_future_that_is_awaited_is_not_reported() {
    let run = record("awaited", never_awaited::awaited);
    assert_run(
        &run,
        ["0.100 A slept", "0.200 main 2 naps", "0.300 B slept", "0.300 C slept"],
        ms(300),
    );
}

/// What the compiler says of a program: the codes and texts of its warnings and errors.
fn compiled(name: &str, program: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let source = folder.join(name).with_extension("rs");
    fs::write(&source, program).expect("a program");
    let mut rustc = rustc_command();
    let output = rustc.args(["--error-format", "json", "--out-dir"]).arg(folder).arg(&source);
    let output = output.output().expect("rustc");
    let messages = String::from_utf8(output.stderr).expect("the compiler's messages");
    let messages =
        messages.lines().map(|line| serde_json::from_str(line).expect("a message in JSON"));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let coded = messages.filter(|message: &serde_json::Value| message["code"].is_object());
    coded.map(|message| (text(&message["code"]["code"]), text(&message["message"]))).collect()
}

/// A program that has a coroutine `nap`, and this in its `main`.
fn napping(attributes: &str, main: &str) -> String {
    format!(
        "{attributes}\nasync fn nap() {{}}\nasync fn run() {{ {main} }}\n\
         fn main() {{ let _ = run(); }}\n"
    )
}

fn unused() -> (String, String) {
    ("unused_must_use".into(), "unused implementer of `Future` that must be used".into())
}

#[test]
fn the_compiler_warns_of_a_future_that_is_never_awaited() {
    assert_eq!(compiled("forgotten", &napping("", "nap();")), [unused()]);
    assert_eq!(compiled("in_a_branch", &napping("", "if true { nap(); }")), [unused()]);
    assert_eq!(compiled("awaited", &napping("", "nap().await;")), []);
}

#[test]
fn the_warning_can_be_made_an_error() {
    let program = napping("#![deny(unused_must_use)]", "nap();");
    assert_eq!(compiled("denied", &program), [unused()]);
    let metadata =
        |name: &str| Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("lib{name}.rmeta"));
    assert!(!metadata("denied").exists(), "it does not compile");
    assert!(compiled("allowed", &napping("#![allow(unused_must_use)]", "nap();")).is_empty());
}

#[test]
fn the_compiler_does_not_see_what_has_been_put_somewhere() {
    assert_eq!(compiled("underscore", &napping("", "let _ = nap();")), []);
    assert_eq!(compiled("variable", &napping("", "let _later = nap();")), []);
    assert_eq!(
        compiled("array", &napping("", "let naps = [nap(), nap()]; let _n = naps.len();")),
        []
    );
    let (lint, _) = compiled("unused", &napping("", "let later = nap();")).remove(0);
    assert_eq!(lint, "unused_variables", "a name without an underscore helps");
}

// resource_warning

#[test]
fn a_loop_that_owns_what_owns_it_is_never_released_unless_closed() {
    let unclosed = record_blocking("unclosed loop", resource_warning::unclosed_loop);
    assert_eq!(
        unclosed.transcript(),
        ["0.000 main the loop is dropped"],
        "and the file is open for ever"
    );
    assert_eq!(unclosed.chart().row("later").end.1, End::Unfinished);
    let closed = record_blocking("closed loop", resource_warning::closed_loop);
    assert_eq!(closed.transcript(), ["0.000 main file released", "0.000 main the loop is closed"]);
    assert_eq!(closed.chart().row("later").end.1, End::Cancelled { by: Some(0), aborted: false });
    unclosed.output().and(closed.output()).expect("no error");
}

#[test]
fn a_transport_closes_by_itself_and_loses_what_was_not_flushed() {
    let run = record("unflushed transport", resource_warning::unflushed_transport);
    assert_eq!(run.transcript(), ["0.000 reader “”, and the end"]);
    assert_eq!(run.output().expect("no error"), "");
}

#[test]
fn a_transport_that_is_shut_down_loses_nothing() {
    let run = record("closed transport", resource_warning::closed_transport);
    assert_eq!(run.transcript(), ["0.000 reader “hello”, and the end"]);
    assert_eq!(run.output().expect("no error"), "hello");
}

#[test]
fn a_dropped_group_ends_its_tasks_without_their_cleanup_and_a_dropped_handle_ends_nothing() {
    let run = record("dropped tasks", resource_warning::dropped_tasks);
    assert_run(
        &run,
        [
            "0.100 main both are dropped",
            "0.100 A lock released",
            "0.320 B cleaned up",
            "0.320 B lock released",
        ],
        ms(400),
    );
    let chart = run.chart();
    assert_eq!(chart.row("A").end.1, End::Cancelled { by: None, aborted: true });
    assert_eq!(chart.row("B").end.1, End::Finished);
}

#[test]
fn tasks_that_are_asked_to_end_clean_up_first() {
    let run = record("stopped tasks", resource_warning::stopped_tasks);
    assert_run(
        &run,
        [
            "0.110 A cleaned up",
            "0.110 A lock released",
            "0.120 B cleaned up",
            "0.120 B lock released",
            "0.120 main both have ended",
        ],
        ms(120),
    );
}

// logging

#[test]
fn an_entered_span_is_on_the_lines_of_other_requests_while_its_own_waits() {
    let run = record("entered", logging::entered);
    assert_run(
        &run,
        [
            "0.000 A INFO request{name=\"A\"}: begin",
            "0.000 B INFO request{name=\"A\"}:request{name=\"B\"}: begin",
            "0.110 A INFO request{name=\"A\"}:request{name=\"B\"}: paid",
            "0.130 B INFO request{name=\"A\"}:request{name=\"B\"}: paid",
        ],
        ms(130),
    );
}

#[test]
fn an_instrumented_span_is_on_the_lines_of_its_own_request_alone() {
    let run = record("instrumented", logging::instrumented);
    assert_run(
        &run,
        [
            "0.000 A INFO request{name=\"A\"}: begin",
            "0.000 B INFO request{name=\"B\"}: begin",
            "0.110 A INFO request{name=\"A\"}: paid",
            "0.130 B INFO request{name=\"B\"}: paid",
        ],
        ms(130),
    );
}

#[test]
fn one_target_can_say_more_without_the_rest_saying_more() {
    let run = record("one target", logging::one_target);
    assert_run(
        &run,
        [
            "0.000 A INFO request{name=\"A\"}: begin",
            "0.000 B INFO request{name=\"B\"}: begin",
            "0.010 A DEBUG request{name=\"A\"}: asked",
            "0.030 B DEBUG request{name=\"B\"}: asked",
            "0.110 A DEBUG request{name=\"A\"}: answered",
            "0.110 A INFO request{name=\"A\"}: paid",
            "0.130 B DEBUG request{name=\"B\"}: answered",
            "0.130 B INFO request{name=\"B\"}: paid",
        ],
        ms(130),
    );
}

// deadlock

#[test]
fn two_locks_in_two_orders_get_a_verdict_instead_of_a_hang() {
    let run =
        Recorder::new("two orders").limit(Duration::from_secs(3)).record(deadlock::two_orders);
    assert_run(&run, ["0.000 A has 1, wants 2", "0.000 B has 2, wants 1"], Duration::from_secs(3));
    let verdict = run.outcome.expect_err("they wait for each other");
    assert!(matches!(verdict, Verdict::Deadlock(_)), "{verdict:?}");
    assert_eq!(
        verdict.to_string(),
        "nothing can happen any more: A has been waiting since 100 ms at \
         examples/debugging/deadlock.rs:38 for `Mutex::lock`; B has been waiting since 100 ms at \
         examples/debugging/deadlock.rs:38 for `Mutex::lock` [deadlock]"
    );
}

#[test]
fn locks_in_one_order_cannot_wait_for_each_other() {
    let run = record("one order", deadlock::one_order);
    assert_run(
        &run,
        [
            "0.000 A has 1, wants 2",
            "0.100 A transferred",
            "0.100 B has 1, wants 2",
            "0.200 B transferred",
        ],
        ms(200),
    );
    assert_eq!(run.output(), (110, 90), "10 went one way, and 20 the other");
}
