//! The examples of the topic `threads`.
use super::{
    all::{local_set, multi_thread, not_send, static_spawn},
    assert_run, ms, refused,
};
use async_concepts::{
    record,
    timeline::{Clock, End, Observe, Recorder, State},
};
use std::{
    collections::BTreeSet,
    process::{Command, Stdio},
};

// take_home

mod take_home {
    use super::{Command, Stdio};

    /// The example, as a program: its one function is `main`. Cargo builds it first, if it is not
    /// up to date.
    pub(super) fn program() -> Command {
        let mut example = Command::new(env!("CARGO"));
        example.args(["run", "--quiet", "--offline", "--example", "take_home"]);
        example.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
        example
    }
}

/// Where two are due at the same second, `tokio::join!` leaves open which comes first: so the lines
/// are compared as a set, and each name's in order.
#[test]
fn take_home_prints_what_gather_prints_without_this_library() {
    let output = take_home::program().output().expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("Unicode");
    let of = |name: &str| -> Vec<&str> {
        printed.lines().filter_map(|line| line.strip_prefix(name)).collect()
    };
    assert_eq!(of("A: "), ["compute factorial(2)", "factorial(2) = 2"]);
    assert_eq!(of("B: "), ["compute factorial(2)", "compute factorial(3)", "factorial(3) = 6"]);
    let c = ["compute factorial(2)", "compute factorial(3)", "compute factorial(4)"];
    assert_eq!(of("C: ")[..3], c);
    assert_eq!(printed.lines().last(), Some("2, 6, 24"));
    let begun: BTreeSet<&str> = printed.lines().take(3).map(|line| &line[..1]).collect();
    assert_eq!(begun, BTreeSet::from(["A", "B", "C"]), "all have begun before any goes on");
}

// multi_thread

fn on_threads(title: &str) -> Recorder {
    Recorder::new(title).clock(Clock::Real).limit(ms(60_000))
}

#[test]
fn two_tasks_run_at_once_on_two_threads() {
    // Each blocks its thread until the other has come: on one thread this would not end.
    let run = on_threads("at once").record_blocking(multi_thread::at_once);
    assert_eq!(run.lines.len(), 1, "{:?}", run.transcript());
    assert_eq!(run.lines[0].text, "both have met");
    let [a, b] = run.output();
    assert_ne!(a, b, "the threads of A and B");
}

#[test]
fn a_task_can_end_on_another_thread_than_it_began_on() {
    let run = on_threads("moved").record_blocking(multi_thread::moved);
    let chart = run.chart();
    assert!(run.output(), "its first thread was busy, so the other one went on with it");
    assert!(chart.rows.iter().any(|row| row.name == "A" && row.end.1 == End::Finished));
    assert!(chart.row("A").spans.iter().any(|span| span.state == State::OnThread));
}

// static_spawn

#[test]
fn a_task_that_owns_its_data_may_outlive_the_function() {
    let run = record("move", static_spawn::moved);
    assert_run(&run, ["0.100 A 10 letters"], ms(100));
    assert_eq!(run.output(), 10);
}

#[test]
fn data_behind_an_arc_is_used_here_and_in_the_task() {
    let run = record("Arc", static_spawn::shared);
    assert_run(&run, ["0.100 B 10 letters", "0.100 A 10 letters"], ms(100));
    assert_eq!(run.output(), 20);
}

#[test]
fn futures_that_are_joined_may_borrow() {
    let run = record("join!", static_spawn::joined);
    assert_run(&run, ["0.100 A 6 letters", "0.100 B 4 letters"], ms(100));
    assert_eq!(run.output(), 10);
}

const STATIC_SPAWN: &str = include_str!("../../examples/threads/static_spawn.rs");
const NOT_SEND: &str = include_str!("../../examples/threads/not_send.rs");

#[test]
fn rustc_refuses_a_task_that_borrows() {
    assert_eq!(refused("borrowed", STATIC_SPAWN, "borrowed"), "spawn(length(&words));");
}

// not_send

#[test]
fn rustc_refuses_an_rc_in_a_task() {
    assert_eq!(refused("rc", NOT_SEND, "rc"), "spawn(async move {");
}

#[test]
fn rustc_refuses_a_guard_of_std_across_an_await() {
    assert_eq!(refused("guard", NOT_SEND, "guard"), "spawn(async move {");
}

#[test]
fn each_cure_compiles_and_counts_to_three() {
    for scene in not_send::stage().run_for_test(Observe::Everything) {
        assert_eq!(scene.transcript(), ["0.100 main 3"], "{}", scene.title);
        assert_eq!(scene.elapsed, ms(100), "{}", scene.title);
    }
}

// local_set

#[test]
fn tasks_of_a_local_set_run_only_while_the_set_is_awaited() {
    let run = record("local_set", local_set::shared);
    assert_run(
        &run,
        [
            "0.000 A count 1",
            "0.000 B count 2",
            "0.100 A count 3",
            "0.100 B count 4",
            "0.200 A ends",
            "0.200 B count 5",
            "0.200 main outside the set",
            "0.500 B ends",
            "0.500 main all have ended",
        ],
        ms(500),
    );
    assert_eq!(run.output(), 5);
}
