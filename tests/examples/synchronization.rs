//! The examples of the topic `synchronization`.
use super::{
    all::{barrier, condition, event, fairness, lock, queue, semaphore},
    assert_run, ms,
};
use async_concepts::{
    record,
    timeline::{Chart, End, State},
};
use std::{sync::Arc, time::Duration};
use tokio::{runtime, sync::Notify, task::JoinSet, time::timeout};
use tokio_test::{assert_pending, assert_ready, task};

/// Which lane wakes which, apart from `main`.
fn woken(chart: &Chart) -> Vec<(&str, &str)> {
    let name = |lane: usize| chart.rows[lane].name.as_str();
    chart
        .wakes
        .iter()
        .map(|wake| (name(wake.from), name(wake.to)))
        .filter(|(_, woken)| *woken != "main")
        .collect()
}

fn end<'a>(chart: &'a Chart, name: &str) -> &'a End {
    &chart.row(name).end.1
}

// lock

#[test]
fn without_a_lock_all_but_the_last_addition_are_lost() {
    let run = record("unlocked", lock::unlocked);
    assert_run(
        &run,
        [
            "0.000 A ask",
            "0.000 B ask",
            "0.000 C ask",
            "0.000 D ask",
            "0.100 A sum 1",
            "0.100 B sum 2",
            "0.100 C sum 3",
            "0.100 D sum 4",
        ],
        ms(100),
    );
    assert_eq!(run.output(), 4);
}

#[test]
fn a_lock_that_is_held_across_an_await_lets_tasks_in_one_by_one_as_they_came() {
    let run = record("locked", lock::locked);
    assert_run(
        &run,
        [
            "0.000 A ask",
            "0.100 A sum 1",
            "0.100 B ask",
            "0.200 B sum 3",
            "0.200 C ask",
            "0.300 C sum 6",
            "0.300 D ask",
            "0.400 D sum 10",
        ],
        ms(400),
    );
    assert_eq!(
        woken(&run.chart()),
        [("A", "B"), ("B", "C"), ("C", "D")],
        "each hands the lock on to the task that came next"
    );
    assert_eq!(run.output(), 10);
}

#[test]
fn a_plain_variable_is_enough_without_an_await_between_reading_and_writing() {
    let run = record("plain variable", lock::plain);
    assert_run(
        &run,
        [
            "0.000 A ask",
            "0.000 B ask",
            "0.000 C ask",
            "0.000 D ask",
            "0.100 A sum 1",
            "0.100 B sum 3",
            "0.100 C sum 6",
            "0.100 D sum 10",
        ],
        ms(100),
    );
    assert_eq!(run.output(), 10);
}

// event

#[test]
fn a_guest_who_comes_after_an_edge_has_missed_it() {
    let run = record("edge", event::edge);
    assert_run(
        &run,
        [
            "0.000 A waits",
            "0.000 C waits",
            "1.000 porter opens",
            "1.000 A goes in",
            "1.000 C goes in",
            "2.000 B waits",
            "3.500 B gives up",
        ],
        ms(3500),
    );
}

#[test]
fn a_guest_who_comes_after_a_level_has_risen_does_not_wait() {
    let run = record("level", event::level);
    assert_run(
        &run,
        [
            "0.000 A waits",
            "1.000 porter opens",
            "1.000 A goes in",
            "2.000 B waits",
            "2.000 B goes in",
        ],
        ms(2000),
    );
}

#[test]
fn a_level_that_rises_before_anyone_waits_is_kept() {
    let run = record("early", event::early);
    assert_run(&run, ["1.000 porter opens", "2.000 B waits", "2.000 B goes in"], ms(2000));
}

#[test]
fn an_edge_wakes_all_that_wait_and_is_not_kept() {
    let door = Notify::new();
    let mut a = task::spawn(door.notified());
    let mut c = task::spawn(door.notified());
    assert_pending!(a.poll());
    assert_pending!(c.poll());
    door.notify_waiters();
    assert!(a.is_woken() && c.is_woken(), "both that wait are woken");
    assert_ready!(a.poll());
    assert_ready!(c.poll());
    assert_pending!(task::spawn(door.notified()).poll(), "B comes too late");
}

// condition

#[test]
fn a_wake_between_the_look_and_the_await_is_not_lost() {
    let changed = Notify::new();
    let mut made_before = task::spawn(changed.notified());
    changed.notify_waiters();
    assert_ready!(made_before.poll(), "it existed when the waiters were notified");
    let mut made_after = task::spawn(changed.notified());
    assert_pending!(made_after.poll(), "one that is made later waits for the next");
}

/// Between the look and the await there is no place at which a test could stop it, so this looks at
/// the source: what is made after the look misses a wake that comes in between.
#[test]
fn the_signal_is_made_before_the_look() {
    let source = include_str!("../../examples/synchronization/condition.rs");
    let (_, look_again) = source.split_once("pub async fn look_again").expect("the function");
    let place = |text| look_again.find(text).unwrap_or_else(|| panic!("there is no {text}"));
    let signal = place("shelf.changed.notified()");
    let look = place("shelf.change(-1, ");
    assert!(signal < look, "a wake between the look and `notified()` would be lost");
}

/// On the real clock and on four threads: the baker and the customers are interleaved as they come.
/// A wake that is lost shows as a customer who still waits after all loaves have been baked.
#[test]
fn on_several_threads_each_customer_gets_a_loaf() {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(4).enable_time().build();
    let result = runtime.expect("a runtime").block_on(async {
        let shelf = Arc::new(condition::Shelf::default());
        let mut customers = JoinSet::new();
        for _ in 0..2 {
            let shelf = shelf.clone();
            customers.spawn(async move { condition::look_again(&shelf).await });
        }
        shelf.fill(2).await;
        timeout(Duration::from_secs(20), customers.join_all()).await
    });
    result.expect("no customer waits for a loaf that is there");
}

#[test]
fn a_customer_who_looks_once_takes_a_loaf_that_is_gone() {
    let run = record("if", condition::once);
    assert_run(
        &run,
        ["1.000 baker bakes: 1", "1.000 A takes: 0", "1.000 B takes: -1", "2.000 baker bakes: 0"],
        ms(2000),
    );
    assert_eq!(
        run.output(),
        Some(0),
        "two were baked and two were taken, one of them before it was there"
    );
}

#[test]
fn a_customer_who_looks_again_waits_for_the_next_loaf() {
    let run = record("while", condition::again);
    assert_run(
        &run,
        ["1.000 baker bakes: 1", "1.000 A takes: 0", "2.000 baker bakes: 1", "2.000 B takes: 0"],
        ms(2000),
    );
    assert_eq!(run.output(), Some(0));
}

// semaphore

#[test]
fn a_permit_that_is_not_kept_limits_nothing() {
    let run = record("dropped", semaphore::dropped);
    assert_run(
        &run,
        [
            "0.000 A 1 at work",
            "0.000 B 2 at work",
            "0.000 C 3 at work",
            "0.000 D 4 at work",
            "0.000 E 5 at work",
            "0.000 F 6 at work",
        ],
        ms(100),
    );
}

#[test]
fn six_jobs_with_two_permits_take_three_rounds() {
    let run = record("kept", semaphore::kept);
    assert_run(
        &run,
        [
            "0.000 A 1 at work",
            "0.000 B 2 at work",
            "0.100 C 1 at work",
            "0.100 D 2 at work",
            "0.200 E 1 at work",
            "0.200 F 2 at work",
        ],
        ms(300),
    );
    assert_eq!(
        woken(&run.chart()),
        [("A", "C"), ("B", "D"), ("C", "E"), ("D", "F")],
        "permits are handed on"
    );
}

// queue

#[test]
fn an_empty_queue_has_not_been_worked_off() {
    let run = record("empty", queue::empty);
    assert_run(
        &run,
        [
            "0.000 A begin 1",
            "0.000 B begin 2",
            "0.110 A end 1",
            "0.110 A begin 3",
            "0.120 B end 2",
            "0.120 B begin 4",
            "0.150 main empty",
        ],
        ms(150),
    );
    let chart = run.chart();
    for worker in ["A", "B"] {
        assert_eq!(
            end(&chart, worker),
            &End::Cancelled { by: None, aborted: true },
            "{worker}, in the middle of a job"
        );
    }
}

#[test]
fn when_the_last_token_is_dropped_all_jobs_are_done() {
    let run = record("join", queue::join);
    assert_run(
        &run,
        [
            "0.000 A begin 1",
            "0.000 B begin 2",
            "0.110 A end 1",
            "0.110 A begin 3",
            "0.120 B end 2",
            "0.120 B begin 4",
            "0.240 A end 3",
            "0.260 B end 4",
            "0.260 main all jobs are done",
        ],
        ms(260),
    );
    let chart = run.chart();
    for worker in ["A", "B"] {
        assert_eq!(
            end(&chart, worker),
            &End::Cancelled { by: None, aborted: true },
            "{worker} waited for more"
        );
    }
}

#[test]
fn workers_of_a_closed_channel_do_what_is_in_it_and_end() {
    let run = record("close", queue::close);
    assert_run(
        &run,
        [
            "0.000 A begin 1",
            "0.000 B begin 2",
            "0.110 A end 1",
            "0.110 A begin 3",
            "0.120 B end 2",
            "0.120 B begin 4",
            "0.240 A end 3",
            "0.240 A no more jobs",
            "0.260 B end 4",
            "0.260 B no more jobs",
            "0.260 main all workers have ended",
        ],
        ms(260),
    );
    let chart = run.chart();
    for worker in ["A", "B"] {
        assert_eq!(end(&chart, worker), &End::Finished, "{worker}");
    }
}

// barrier

#[test]
fn without_a_barrier_each_goes_at_its_own_pace() {
    let run = record("without", barrier::without);
    assert_run(
        &run,
        [
            "1.000 A end round 1",
            "2.000 A end round 2",
            "2.500 B end round 1",
            "5.000 B end round 2",
        ],
        ms(5000),
    );
}

#[test]
fn no_task_passes_a_barrier_before_the_last_one_has_come() {
    let run = record("with", barrier::with);
    assert_run(
        &run,
        [
            "1.000 A end round 1",
            "2.500 B end round 1",
            "2.500 B all have ended round 1",
            "3.500 A end round 2",
            "5.000 B end round 2",
            "5.000 B all have ended round 2",
        ],
        ms(5000),
    );
    let last = ("B", "A");
    assert_eq!(woken(&run.chart()), [last, last], "the last to come wakes the other, both times");
}

// fairness

#[test]
fn a_task_gives_way_when_its_budget_is_spent() {
    let run = record("a budget", fairness::budget);
    assert_run(
        &run,
        [
            "0.000 A received 128",
            "0.000 B has the thread",
            "0.000 A received 129",
            "0.000 A received all 300",
        ],
        ms(0),
    );
    let chart = run.chart();
    let polls = chart.row("A").spans.iter().filter(|span| span.state == State::Running).count();
    assert_eq!(polls, 3, "128, 128 and 44 messages");
}

#[test]
fn a_future_that_spends_nothing_keeps_the_thread() {
    let run = record("no budget", fairness::no_budget);
    assert_run(&run, ["0.000 A had all 300", "0.000 B has the thread"], ms(0));
}

#[test]
fn yield_now_gives_way() {
    let run = record("yield_now", fairness::gives_way);
    assert_run(
        &run,
        [
            "0.000 A gives way after 100",
            "0.000 B has the thread",
            "0.000 A gives way after 200",
            "0.000 A gives way after 300",
            "0.000 A had all 300",
        ],
        ms(0),
    );
}
