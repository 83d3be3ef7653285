//! A test that fails shows what its recording has.
use crate::ms;
use async_concepts::{LaneExt, record, say, timeline::Recorder};
use std::{path::Path, process::Command};
use tokio::{sync::Notify, time::sleep};

/// Set in the process in which the tests here fail on purpose.
const ON_PURPOSE: &str = "FAILS_ON_PURPOSE";

fn on_purpose() -> bool {
    std::env::var_os(ON_PURPOSE).is_some()
}

async fn nap() {
    async {
        sleep(ms(100)).await;
        say!("slept");
    }
    .lane("nap")
    .await;
}

#[test]
fn an_assertion_fails() {
    let run = record("a nap", nap);
    assert!(!on_purpose() || run.elapsed == ms(200), "it took {:?}", run.elapsed);
}

#[test]
fn a_run_hangs() {
    if on_purpose() {
        let run = Recorder::new("in vain").limit(ms(500));
        run.record(|| async { Notify::new().notified().lane("waits").await }).output();
    }
}

#[test]
fn a_run_panics() {
    if on_purpose() {
        let panics = async || {
            nap().await;
            panic!("on purpose");
        };
        record::<(), _>("a panic", panics).output();
    }
}

/// What one of them prints when it fails.
fn output_of(test: &str, timeline: Option<&Path>) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("failing::{test}")]).env(ON_PURPOSE, "1");
    command.env_remove("TIMELINE").env_remove("RUST_BACKTRACE");
    if let Some(folder) = timeline {
        command.env("TIMELINE", folder);
    }
    let output = command.output().unwrap();
    assert!(!output.status.success(), "{test} does not fail");
    String::from_utf8(output.stdout).unwrap()
}

/// The parts of a text, in this order.
fn assert_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            panic!("no “{part}” where it should be in:\n{text}");
        };
        rest = after;
    }
}

#[test]
fn a_failing_assertion_shows_the_lines_and_the_timeline_below_the_panic() {
    let text = output_of("an_assertion_fails", None);
    let parts = ["it took 100ms", "“a nap” did this", " 0.100 nap      slept", "nap", "100 ms"];
    assert_order(&text, &parts);
}

#[test]
fn a_run_that_hangs_shows_its_timeline_and_its_verdict() {
    let text = output_of("a_run_hangs", None);
    let verdict = "nothing can happen any more: waits has been waiting since 0 at ";
    assert_order(&text, &["“in vain” did this", "waits", verdict, "[deadlock]"]);
}

#[test]
fn a_run_that_panics_shows_its_lines_and_its_timeline() {
    let text = output_of("a_run_panics", None);
    let parts = ["on purpose", "“a panic” did this", " 0.100 nap      slept", "main panicked"];
    assert_order(&text, &parts);
}

#[test]
fn a_test_writes_its_picture_its_data_and_its_page_to_the_folder_that_timeline_names() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("timeline_of_a_test");
    let _ = std::fs::remove_dir_all(&folder);
    output_of("an_assertion_fails", Some(&folder));
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    assert!(read("failing__an_assertion_fails.svg").starts_with("<svg"));
    let page = read("failing__an_assertion_fails.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("a nap"), "{page}");
    let charts =
        async_concepts::timeline::from_json(&read("failing__an_assertion_fails.json")).unwrap();
    assert_eq!((charts.len(), charts[0].elapsed), (1, ms(100)));
}
