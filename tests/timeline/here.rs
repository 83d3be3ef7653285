//! Recording in a runtime that runs already.
use crate::{ms, row};
use async_concepts::{
    LaneExt, block, on_thread, record, say,
    timeline::{Clock, Code, End, Recorder, Recording, State},
};
use futures::FutureExt;
use std::{future::pending, process::Command, sync::Arc};
use tokio::{
    sync::{Notify, oneshot},
    task::spawn_blocking,
    time::{Instant, sleep},
};

fn names<T>(run: &Recording<T>) -> Vec<String> {
    run.chart().rows.into_iter().map(|row| row.name).collect()
}

#[tokio::test(start_paused = true)]
async fn a_run_in_the_runtime_of_a_test_is_exact_on_its_paused_clock() {
    sleep(ms(70)).await; // times count from the beginning of the run
    let run = Recorder::new("here")
        .record_here(|| async {
            let nap = async {
                sleep(ms(100)).await;
                say!("slept");
            };
            tokio::join!(nap.lane("A"), sleep(ms(200)).lane("B"));
            block(ms(50));
            "result"
        })
        .await;
    assert_eq!(run.transcript(), ["0.100 A slept"]);
    assert_eq!((run.elapsed, run.clock()), (ms(250), Clock::Paused));
    let chart = run.chart();
    assert_eq!(chart.reason(row(&chart, "B"), 2).as_deref(), Some("not woken"));
    let wait = &row(&chart, "A").spans[1].places.waits()[0];
    assert_eq!((wait.place.file.as_str(), wait.on.as_deref()), (file!(), Some("sleep")));
    assert!(row(&chart, "main").spans.iter().any(|span| span.state == State::Blocking));
    assert_eq!(run.output(), "result");
}

#[tokio::test]
async fn a_run_in_a_runtime_whose_clock_is_not_paused_is_on_the_real_one() {
    let run = Recorder::new("real").record_here(|| sleep(ms(20)).lane("nap")).await;
    assert_eq!(run.clock(), Clock::Real);
    assert!(run.elapsed >= ms(20));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_hangs_is_ended_at_its_limit_and_the_clock_of_the_caller_is_left_alone() {
    let before = Instant::now();
    let run = Recorder::new("hangs")
        .limit(ms(500))
        .record_here(|| async { Notify::new().notified().lane("A").await })
        .await;
    assert_eq!(before.elapsed(), ms(500));
    let verdict = run.outcome.expect_err("it cannot end");
    assert_eq!(verdict.code(), Code::Deadlock);
    let text = verdict.to_string();
    assert!(
        text.starts_with("no lane has done anything since 0: A has been waiting since 0"),
        "{text}"
    );
    assert!(!text.contains("nothing can happen any more"), "that was not seen: {text}");
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_verdict_and_the_caller_goes_on() {
    let run = Recorder::new("panics").record_here(|| async { panic!("on purpose") }).await;
    let outcome: Result<(), _> = run.outcome;
    assert_eq!(outcome.unwrap_err().code(), Code::Panicked);
}

#[tokio::test(start_paused = true)]
async fn lanes_of_tasks_without_a_lane_belong_to_the_run_and_go_on_after_it() {
    let (send, receive) = oneshot::channel();
    let run = Recorder::new("tasks")
        .record_here(|| async {
            tokio::spawn(async {
                let late = async {
                    say!("begin");
                    sleep(ms(300)).await;
                    say!("said after the run");
                };
                late.lane("late").await;
                async {}.lane("made after the run").await;
                send.send(()).unwrap();
            });
            sleep(ms(100)).await;
        })
        .await;
    assert_eq!(names(&run), ["main", "late"]);
    assert_eq!(run.transcript(), ["0.000 late begin"]);
    assert_eq!(row(&run.chart(), "late").end.1, End::Unfinished);
    receive.await.expect("the task goes on");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_leaves_its_tasks_as_they_are() {
    let (send, receive) = oneshot::channel();
    let run = Recorder::new("dropped").record_here(|| async {
        tokio::spawn(
            async {
                sleep(ms(300)).await;
                send.send(()).unwrap();
            }
            .lane("late"),
        );
        pending::<()>().await
    });
    let mut run = Box::pin(run);
    assert!(run.as_mut().now_or_never().is_none());
    drop(run);
    receive.await.expect("the task goes on");
}

#[tokio::test(start_paused = true)]
async fn what_was_aborted_last_ends_as_aborted_and_no_other_task_is_disturbed() {
    let notify = Arc::new(Notify::new());
    let notified = notify.clone();
    let run = Recorder::new("aborted")
        .record_here(|| async move {
            let task = tokio::spawn(pending::<()>().lane("A"));
            let other = tokio::spawn(async move { notified.notified().await }.lane("B"));
            sleep(ms(1)).await;
            task.abort();
            [other]
        })
        .await;
    let aborted = End::Cancelled { by: None, aborted: true };
    assert_eq!(row(&run.chart(), "A").end.1, aborted);
    notify.notify_one();
    let [other] = run.output();
    other.await.expect("it was woken and polled");
}

#[test]
fn a_run_may_be_in_a_run() {
    let outer = record("outer", || async {
        let inner = Recorder::new("inner").record_here(|| sleep(ms(10)).lane("nap"));
        let inner = async { names(&inner.await) }.lane("around").await;
        sleep(ms(5)).lane("after").await;
        inner
    });
    assert_eq!(names(&outer), ["main", "around", "after"]);
    assert_eq!(outer.output(), ["main", "nap"]);
}

#[tokio::test(start_paused = true)]
async fn a_closure_on_a_thread_has_a_lane_and_does_not_keep_to_the_clock() {
    let work = || spawn_blocking(on_thread("work", || say!("done")));
    let run = Recorder::new("closure").record_here(|| async move { work().await.unwrap() }).await;
    assert_eq!(run.transcript(), ["0.000 work done"]);
    let chart = run.chart();
    assert_eq!(row(&chart, "work").spans.last().unwrap().state, State::OnThread);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runtime_of_several_threads_can_be_recorded_in() {
    let run = Recorder::new("several")
        .record_here(|| async {
            let task = tokio::spawn(async {
                sleep(ms(20)).lane("nap").await;
                say!("from a task without a lane");
            });
            task.await.unwrap();
        })
        .await;
    assert_eq!(names(&run), ["main", "nap"]);
    assert_eq!(run.lines[0].text, "from a task without a lane");
    assert!((1..=2).contains(&run.workers()), "{}", run.workers());
}

/// Set in the process in which lanes are made outside of any run.
const OUTSIDE: &str = "LANES_OUTSIDE_OF_RUNS";

#[test]
fn lanes_outside() {
    if std::env::var_os(OUTSIDE).is_some() {
        for name in ["first", "second"] {
            async {}.lane(name).now_or_never();
        }
    }
}

#[test]
fn the_first_lane_that_belongs_to_no_run_says_so_and_no_other() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "here::lanes_outside", "--nocapture"])
        .env(OUTSIDE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("no run")).collect();
    assert_eq!(lines.len(), 1, "{text}");
    let begin = format!("the lane “first”, made at {}:", file!());
    assert!(lines[0].starts_with(&begin), "{text}");
}
