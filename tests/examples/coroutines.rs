//! The examples of the topic `coroutines`.
use super::{
    all::{coroutine, four_ways, function, generator, laziness, pin, recursion, state_machine},
    assert_run, assert_took, ms, refused, rustc,
};
use async_concepts::{
    record,
    timeline::{Chart, End, State, Until},
};
use std::{io, time::Duration};
use tokio::time::advance;
use tokio_test::{assert_pending, assert_ready_eq, task};

// function

#[test]
fn functions_take_as_long_as_all_of_them_together() {
    let run = record("function", function::function);
    assert_took(&run, ms(6000));
    assert_eq!(run.output(), (2, 6, 24));
}

#[test]
fn functions_do_not_take_turns_even_if_join_lets_them() {
    assert_eq!(
        record("function", function::function).transcript(),
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
        ]
    );
}

#[test]
fn a_function_is_one_poll_that_blocks() {
    let chart = record("function", function::function).chart();
    for (name, blocked) in [("A", 1000), ("B", 2000), ("C", 3000)] {
        let polls: Vec<_> =
            chart.row(name).spans.iter().filter(|span| span.state != State::Lazy).collect();
        let [poll] = polls[..] else { panic!("{name} is polled more than once: {polls:?}") };
        assert_eq!(
            (poll.state, chart.between(poll.from, poll.to)),
            (State::Blocking, ms(blocked)),
            "{name}"
        );
    }
}

// generator

#[test]
fn a_generator_computes_a_value_each_time_it_is_resumed() {
    let run = record("resume", generator::resume);
    assert_run(
        &run,
        [
            "0.000 main made; nothing has been computed",
            "1.000 main resumed, and got 2",
            "2.000 main resumed, and got 6",
            "3.000 main resumed, and got 24",
        ],
        ms(3000),
    );
    assert_eq!(run.output(), Some(24));
}

#[test]
fn generators_can_take_turns_but_save_no_time() {
    let run = record("take turns", generator::take_turns);
    assert_run(
        &run,
        ["1.000 A 2", "2.000 B 2", "3.000 C 2", "4.000 B 6", "5.000 C 6", "6.000 C 24"],
        ms(6000),
    );
}

#[test]
fn generators_that_take_turns_wait_for_each_other_and_not_for_a_timer() {
    let mut chart = record("take turns", generator::take_turns).chart();
    // What a machine takes that stands still in between is no part of the claim.
    chart.remarks.clear();
    let waits = chart
        .rows
        .iter()
        .flat_map(|row| &row.spans)
        .filter(|span| matches!(span.state, State::Waiting(_)));
    let lanes = [
        State::Waiting(Until::Yield),
        State::Waiting(Until::Lane(1)),
        State::Waiting(Until::Lane(2)),
    ];
    for wait in waits {
        assert!(lanes.contains(&wait.state), "{wait:?}");
    }
    assert!(chart.summary().ends_with("nothing overlapped."), "{}", chart.summary());
}

// coroutine

#[test]
fn a_coroutine_sees_the_time_pass_while_others_have_the_thread() {
    assert_eq!(
        record("coroutine", coroutine::coroutine).transcript(),
        [
            "0.000 A before the sleep: 0.0 s",
            "0.500 B before the sleep: 0.0 s",
            "1.000 A after the sleep: 1.0 s",
            "2.500 B after the sleep: 2.0 s",
        ]
    );
}

#[test]
fn a_coroutine_keeps_its_own_time_which_begins_when_it_does() {
    let run = record("coroutine", coroutine::coroutine);
    assert_took(&run, ms(2500));
    assert_eq!(run.output(), (ms(1000), ms(2000)));
}

// laziness

#[test]
fn a_call_starts_nothing_so_other_work_comes_first() {
    let run = record("call", laziness::call);
    assert_run(
        &run,
        ["0.000 main called twice", "0.500 main await one of them", "0.500 B begin", "1.500 B end"],
        ms(1500),
    );
}

#[test]
fn a_future_that_is_never_polled_ends_as_it_began() {
    let chart = record("call", laziness::call).chart();
    let a = chart.row("A");
    assert!(a.spans.iter().all(|span| span.state == State::Lazy), "{:?}", a.spans);
    assert_eq!(a.end.1, End::Cancelled { by: Some(0), aborted: false });
    let b = chart.row("B");
    assert_eq!(b.spans[0].state, State::Lazy);
    assert_eq!(chart.between(b.spans[0].from, b.spans[0].to), ms(500));
}

#[test]
fn a_task_runs_while_other_work_is_done() {
    let run = record("spawn", laziness::spawned);
    assert_run(
        &run,
        ["0.000 main spawned", "0.000 task begin", "0.500 main await it", "1.000 task end"],
        ms(1000),
    );
}

#[test]
fn a_sleep_counts_from_its_call() {
    let run = record("sleep", laziness::sleep_itself);
    assert_run(&run, ["1.000 main it is over after 1.0 s"], ms(1000));
}

// state_machine

/// Polls a future by hand, and holds each answer against what `async` promises.
async fn prove(future: impl Future<Output = u32>) {
    let mut task = task::spawn(future);
    assert_pending!(task.poll(), "it begins, and waits for the first sleep");
    advance(ms(999)).await;
    assert!(!task.is_woken(), "the first sleep is not over");
    assert_pending!(task.poll(), "nothing has woken it, and it is no further");
    advance(ms(1)).await;
    assert!(task.is_woken(), "the first sleep is over");
    assert_pending!(task.poll(), "it waits for the second sleep");
    assert!(!task.is_woken(), "the second sleep has begun");
    advance(ms(1000)).await;
    assert!(task.is_woken(), "the second sleep is over");
    assert_ready_eq!(task.poll(), 42);
    advance(ms(10_000)).await;
    assert!(!task.is_woken(), "it is done");
}

#[tokio::test(start_paused = true)]
async fn async_makes_a_machine_of_three_polls_and_two_wakes() {
    prove(state_machine::two_steps()).await;
}

#[tokio::test(start_paused = true)]
async fn the_machine_by_hand_answers_each_poll_as_async_does() {
    prove(state_machine::TwoSteps::Begin).await;
}

#[tokio::test(start_paused = true)]
async fn the_machine_by_hand_has_a_state_for_each_place_at_which_it_can_be_left() {
    use state_machine::TwoSteps;
    let mut task = task::spawn(TwoSteps::Begin);
    assert_pending!(task.poll());
    assert!(matches!(*task, TwoSteps::First(_)));
    advance(ms(1000)).await;
    assert_pending!(task.poll());
    assert!(matches!(*task, TwoSteps::Second(_)));
    advance(ms(1000)).await;
    assert_ready_eq!(task.poll(), 42);
    assert!(matches!(*task, TwoSteps::Done));
}

#[test]
#[should_panic = "a future must not be polled after it is done"]
fn the_machine_by_hand_panics_when_it_is_polled_once_too_often() {
    let _ = task::spawn(state_machine::TwoSteps::Done).poll();
}

#[test]
fn both_machines_run_alike() {
    let run = record("state_machine", state_machine::state_machine);
    assert_run(
        &run,
        [
            "0.000 async begin",
            "0.000 by-hand begin",
            "1.000 async half-way",
            "1.000 by-hand half-way",
            "2.000 async end",
            "2.000 by-hand end",
        ],
        ms(2000),
    );
    let chart = run.chart();
    let polls =
        |name| chart.row(name).spans.iter().filter(|span| span.state == State::Running).count();
    assert_eq!([polls("async"), polls("by-hand")], [3, 3]);
    assert_eq!(run.output(), (42, 42));
}

// four_ways

const AT_THE_SAME_TIME: [&str; 6] = [
    "0.200 A half-way",
    "0.300 B half-way",
    "0.400 A done",
    "0.500 C half-way",
    "0.600 B done",
    "1.000 C done",
];

#[test]
fn one_after_another_takes_the_sum() {
    let run = record("one after another", four_ways::one_after_another);
    assert_run(
        &run,
        [
            "0.200 A half-way",
            "0.400 A done",
            "0.700 B half-way",
            "1.000 B done",
            "1.500 C half-way",
            "2.000 C done",
        ],
        ms(2000),
    );
}

#[test]
fn threads_callbacks_and_coroutines_say_the_same_at_the_same_times() {
    for run in [
        record("threads", four_ways::threads),
        record("callbacks", four_ways::callbacks),
        record("coroutines", four_ways::coroutines),
    ] {
        assert_eq!(run.transcript(), AT_THE_SAME_TIME, "{}", run.title);
        assert_took(&run, ms(1000));
    }
}

#[test]
fn threads_need_three_threads_more_and_the_others_none() {
    let threads = |chart: Chart| chart.threads.len();
    assert_eq!(threads(record("threads", four_ways::threads).chart()), 4);
    assert_eq!(threads(record("callbacks", four_ways::callbacks).chart()), 1);
    assert_eq!(threads(record("coroutines", four_ways::coroutines).chart()), 1);
}

#[test]
fn callbacks_leave_the_work_in_pieces() {
    let names = |chart: Chart| chart.rows.into_iter().map(|row| row.name).collect::<Vec<_>>();
    assert_eq!(
        names(record("callbacks", four_ways::callbacks).chart()),
        ["main", "A", "B", "C", "A", "B", "C"]
    );
    assert_eq!(names(record("coroutines", four_ways::coroutines).chart()), ["main", "A", "B", "C"]);
}

// sleepers

#[path = "../../examples/coroutines/sleepers.rs"]
#[allow(dead_code, reason = "its `main` measures ten thousand")]
mod sleepers;

#[test]
fn as_many_sleepers_are_measured_as_were_asked_for() {
    let nap = Duration::ZERO;
    let as_tasks = sleepers::as_tasks(20, nap).expect("a runtime");
    for cost in [as_tasks, sleepers::as_threads(20, nap)] {
        assert!(cost.refused.is_none(), "{:?}", cost.refused);
        assert_eq!(cost.sleepers, 20, "all of them sleep");
        assert_eq!(cost.memory.is_some(), cfg!(target_os = "linux"));
    }
}

/// All sleep at the same time, as tasks and as threads: one after another they would take twenty
/// times as long.
#[test]
fn sleepers_sleep_at_the_same_time() {
    let nap = ms(100);
    let as_tasks = sleepers::as_tasks(20, nap).expect("a runtime");
    for (what, cost) in [("tasks", as_tasks), ("threads", sleepers::as_threads(20, nap))] {
        let said = sleepers::in_words(what, &cost);
        assert!(cost.time >= nap, "each of them sleeps: {said}");
        assert!(cost.time < 20 * nap, "one after another: {said}");
    }
}

#[test]
fn what_was_measured_is_said_and_also_what_was_not_to_be_had() {
    let mut cost =
        sleepers::Cost { sleepers: 10_000, refused: None, time: ms(1234), memory: Some(4_560_000) };
    assert_eq!(sleepers::in_words("tasks", &cost), " 10000 tasks    1.23 s  4.6 MB");
    cost.sleepers = 812;
    cost.refused = Some(io::Error::other("no more"));
    assert_eq!(
        sleepers::in_words("threads", &cost),
        "   812 threads  1.23 s  4.6 MB; no more were to be had: no more"
    );
    cost.refused = None;
    cost.memory = None;
    assert_eq!(
        sleepers::in_words("threads", &cost),
        "   812 threads  1.23 s  memory unknown: this system has no /proc/self/status"
    );
}

// pin

#[test]
fn a_future_that_has_been_polled_stays_where_it_is() {
    for (title, run) in [
        ("on the stack", record("on the stack", pin::on_the_stack)),
        ("on the heap", record("on the heap", pin::on_the_heap)),
    ] {
        assert_run(&run, ["0.100 A the buffer is where it was"], ms(100));
        let chart = run.chart();
        let unwoken =
            chart.row("A").spans.iter().filter(|span| span.state == State::RunningUnwoken);
        assert_eq!(unwoken.count(), 1, "{title}: `main` polls it by hand, and then awaits it");
        assert_eq!(run.output(), 0, "{title}: the distance between both addresses");
    }
}

#[test]
fn rustc_refuses_to_poll_in_place_what_is_not_pinned() {
    let source = include_str!("../../examples/coroutines/pin.rs");
    assert_eq!(refused("not_pinned", source, "refused"), "(&mut future).await;");
}

// recursion

#[test]
fn recursion_visits_one_node_after_the_other() {
    let run = record("Box::pin", recursion::boxed);
    assert_run(&run, ["0.100 A saw 1", "0.200 A saw 2", "0.300 A saw 3", "0.400 A saw 4"], ms(400));
    assert_eq!(run.output(), 1 + 2 + 3 + 4);
}

#[test]
fn futures_of_two_types_run_at_once_behind_dyn() {
    let run = record("dyn Future", recursion::dynamic);
    assert_run(&run, ["0.100 A saw 1", "0.100 A saw 2", "0.100 A saw 3", "0.100 A saw 4"], ms(100));
    assert_eq!(run.output(), 1 + 2 + 3 + 4);
}

#[test]
fn an_async_method_and_an_async_closure_keep_what_they_borrow_while_they_wait() {
    let run = record("traits", recursion::traits);
    assert_run(
        &run,
        [
            "0.100 visitor saw 1",
            "0.200 visitor saw 2",
            "0.300 visitor saw 3",
            "0.400 visitor saw 4",
            "0.500 closure saw 1",
            "0.600 closure saw 2",
            "0.700 closure saw 3",
        ],
        ms(700),
    );
    assert_eq!(run.output(), (10, 3));
}

#[test]
fn rustc_refuses_recursion_without_a_box() {
    let program = "async fn sum(number: u32) -> u32 {
        if number == 0 { 0 } else { number + sum(number - 1).await }
    }
    fn main() { let _ = sum(1); }";
    let said = rustc("recursion", program);
    assert!(said.contains("error[E0733]: recursion in an async fn requires boxing"), "{said}");
}
