//! What is printed of scenes that were tried.
use super::{
    show::{A_SECOND, charts_of_cancellations, charts_of_schedules},
    trial::Effort,
};
use crate::{LaneExt, say, stage::Stage, timeline::TerminalOptions};
use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{spawn, task::yield_now, time::sleep};

const PLAIN: TerminalOptions = TerminalOptions { width: 80, colour: false };

/// What the last of two lanes has written stays.
async fn last_writer() -> &'static str {
    let written = Cell::new("");
    let write = async |name| {
        yield_now().await;
        written.set(name);
        say!("written");
    };
    futures::join!(write("A").lane("A"), write("B").lane("B"));
    written.get()
}

/// Says that it has begun, and after a wait that it has ended.
async fn work() {
    let work = async {
        say!("begins");
        sleep(Duration::from_millis(10)).await;
        say!("ends");
    };
    work.lane("work").cancellable().await;
}

fn explored(stage: Stage) -> String {
    stage.explore(A_SECOND)[0].to_text(PLAIN)
}

fn cancelled(stage: Stage) -> String {
    stage.cancel(A_SECOND)[0].to_text(PLAIN)
}

#[test]
fn a_schedule_that_breaks_what_must_hold_is_shown_first() {
    let stage = Stage::new("race")
        .scene("race", last_writer)
        .must_hold("B is the last", |run| run.returns(|last: &&str| *last == "B"));
    let text = explored(stage);
    let begins = "All 4 schedules: 2 outcomes; \
                  the same lines come in up to 2 orders.\n\
                  What must hold: B is the last.\n\
                  It does not hold in 2 of 4, such as ";
    assert!(text.starts_with(begins), "{text}");
    assert!(text.contains(" B goes before A)\n  0.000 B written\n  0.000 A written\n"), "{text}");
    assert!(text.contains("\n2 of 4, such as the run above (at decision"), "{text}");
    assert_eq!(text.matches("[thread]").count(), 2, "one picture of each outcome: {text}");
}

#[test]
fn a_claim_is_said_to_hold_in_each_schedule_only_if_the_example_states_one() {
    let stated = Stage::new("race")
        .scene("race", last_writer)
        .must_hold("both have written", |run| run.says("written") == 2);
    assert!(explored(stated).contains("both have written.\nIt holds in each of them.\n"));
    let text = explored(Stage::new("race").scene("race", last_writer));
    assert!(!text.contains("hold"), "{text}");
}

#[test]
fn not_cancel_safe_is_said_only_where_the_example_states_what_must_hold() {
    let text = cancelled(Stage::new("work").scene("work", work));
    let begins = "Dropped work at its only suspension, in 2 runs.\n\
                  The example states nothing that must hold then.\n";
    assert!(text.starts_with(begins), "{text}");
    assert!(!text.contains("cancel safe"), "{text}");
    let stage = Stage::new("work")
        .scene("work", work)
        .must_hold("what begins ends", |run| run.says("begins") == run.says("ends"));
    let text = cancelled(stage);
    let expected = "What must hold: what begins ends.\nNot cancel safe: if work is \
                    cancelled at suspension 1 of 1 (0) at src/stage/trials/tests.rs:";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains(" (sleep): it does not hold that what begins ends\n"), "{text}");
}

#[test]
fn a_claim_about_the_output_is_not_said_to_hold_where_main_was_dropped() {
    async fn three() -> u32 {
        yield_now().await;
        3
    }
    let stage = Stage::new("three")
        .scene("three", three)
        .must_hold("it is three", |run| run.returns(|it: &u32| *it == 3));
    let text = cancelled(stage);
    assert!(text.contains("\nIt was not tried: it is about what `main` returns, and"), "{text}");
    let stage = Stage::new("work")
        .scene("work", work)
        .must_hold("it begins", |run| run.says("begins") == 1);
    assert!(cancelled(stage).contains("\nIt holds wherever it is cancelled.\n"));
}

#[test]
fn the_run_without_a_cancellation_is_not_counted_as_one_that_returned_nothing() {
    async fn waits() -> u32 {
        std::future::pending::<()>().lane("waits").cancellable().await;
        3
    }
    let stage = Stage::new("waits")
        .hanging_scene("waits", Duration::from_secs(1), waits)
        .must_hold("it is three", |run| run.returns(|it: &u32| *it == 3));
    let text = cancelled(stage);
    assert!(text.contains("in one run.\n"), "{text}");
    assert!(text.contains("\nIt holds wherever it is cancelled.\n"), "{text}");
}

#[test]
fn of_a_scene_that_hangs_it_is_not_said_that_main_was_dropped() {
    async fn hangs() -> u32 {
        work().await;
        std::future::pending().await
    }
    let stage = Stage::new("hangs")
        .hanging_scene("hangs", Duration::from_secs(1), hangs)
        .must_hold("it is three", |run| run.returns(|it: &u32| *it == 3));
    let text = cancelled(stage);
    let expected =
        "\nIt was not tried: it is about what `main` returns, and `main` did not return.\n";
    assert!(text.contains(expected), "{text}");
    assert!(!text.contains("main` was dropped"), "{text}");
}

#[test]
fn a_run_with_a_cancellation_shows_what_main_returned_as_the_example_returns_it() {
    async fn three() -> u32 {
        work().await;
        3
    }
    let mut scene = Stage::new("three").scene("three", three).cancel(A_SECOND).remove(0);
    let text = scene.to_text(PLAIN);
    assert!(text.contains(" of 2 runs: 3\n"), "{text}");
    scene.title = "a title";
    for chart in charts_of_cancellations(scene) {
        assert_eq!(chart.title, "a title: 3");
    }
}

#[test]
fn a_scene_without_io_is_tried_in_an_example_that_does_io() {
    let stage = Stage::new("io")
        .scene("without", last_writer)
        .without_io()
        .scene("with", last_writer)
        .does_io();
    let texts: Vec<String> =
        stage.explore(A_SECOND).iter().map(|scene| scene.to_text(PLAIN)).collect();
    assert!(texts[0].starts_with("All 4 schedules: 2 outcomes;"), "{}", texts[0]);
    assert_eq!(texts[1], "Not explored: this scene does real I/O.\n");
}

#[test]
fn a_scene_that_does_not_end_in_some_schedule_breaks_what_must_hold() {
    async fn lost_wake() {
        let notify = tokio::sync::Notify::new();
        let wait = async { notify.notified().await };
        let wake = async { notify.notify_waiters() };
        futures::join!(wait.lane("waits"), wake.lane("wakes"));
    }
    let text = explored(Stage::new("notify").scene("notify", lost_wake));
    assert!(text.contains("\nIt fails in "), "{text}");
    assert!(text.contains("nothing can happen any more: waits has been waiting"), "{text}");
}

#[test]
fn the_files_have_no_run_of_a_scene_that_is_said_not_to_be_explored() {
    /// Spawns a task without a lane only in schedules in which B comes before A.
    async fn refused_late() {
        let first = Arc::new(AtomicBool::new(true));
        let seen_by_b = first.clone();
        let a = spawn(async move { first.store(false, Relaxed) }.lane("A"));
        let b = async move {
            if seen_by_b.load(Relaxed) {
                drop(spawn(async {}));
            }
        };
        let _ = futures::join!(a, spawn(b.lane("B")));
    }
    let mut scenes = Stage::new("late").scene("late", refused_late).explore(A_SECOND);
    let scene = scenes.remove(0);
    let text = scene.to_text(PLAIN);
    assert!(text.starts_with("Not explored: "), "{text}");
    assert!(!scene.explored.as_ref().expect("it was tried").outcomes.is_empty());
    assert_eq!(charts_of_schedules(scene), []);
}

#[test]
fn the_files_have_no_run_of_a_scene_whose_cancellations_are_not_shown() {
    let mut scene = Stage::new("work").scene("work", work).cancel(A_SECOND).remove(0);
    let cancelled = scene.cancelled.as_mut().expect("it was tried");
    assert!(!cancelled.outcomes.is_empty());
    cancelled.refused = Some("a run was not over".into());
    assert_eq!(scene.to_text(PLAIN), "Not every cancellation was tried: a run was not over.\n");
    assert_eq!(charts_of_cancellations(scene), []);
}

#[test]
fn outcomes_that_are_not_kept_are_counted() {
    /// Five lanes have 120 orders, and each lane says which one it is.
    async fn places() {
        let place = Cell::new(0);
        let arrive = async || {
            place.set(place.get() + 1);
            say!("is number {}", place.get());
        };
        futures::join!(
            arrive().lane("A"),
            arrive().lane("B"),
            arrive().lane("C"),
            arrive().lane("D"),
            arrive().lane("E"),
        );
    }
    let stage = Stage::new("places").scene("places", places);
    let effort = Effort { time: Duration::from_secs(60), schedules: u64::MAX };
    let text = stage.explore(effort)[0].to_text(PLAIN);
    assert!(text.starts_with("All 120 schedules: 120 outcomes; "), "{text}");
    let ends = "\nAnd 52 more outcomes, with results that are shown above.\n\
                And 56 more, which were counted and not kept.\n";
    assert!(text.ends_with(ends), "{text}");
}
