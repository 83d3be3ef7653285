//! What a person does after a test has failed: the same schedule again, and a look at the run.
//!
//! A test reads its environment when it runs, so these start their own program once more, with one
//! test and another environment.
use async_concepts::{
    LaneExt, say,
    schedules::{every_cancellation, every_schedule},
    timeline::from_json,
};
use std::{
    cell::Cell,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{task::JoinSet, time::sleep};

/// Set in the process in which the claims of this file are tried.
const ON_PURPOSE: &str = "TRIES_ITS_CLAIMS";

fn on_purpose() -> bool {
    std::env::var_os(ON_PURPOSE).is_some()
}

/// Two of three tasks must not come in the wrong order; in tokio's own they do not.
#[test]
fn the_first_task_is_first() {
    if !on_purpose() {
        return;
    }
    every_schedule("three tasks", || async {
        let order = Arc::new(Mutex::new(vec![]));
        let mut tasks = JoinSet::new();
        for name in ["A", "B", "C"] {
            let order = order.clone();
            let work = async move {
                say!("comes");
                order.lock().expect("no panic").push(name);
            };
            tasks.spawn(work.lane(name));
        }
        tasks.join_all().await;
        let order = order.lock().expect("no panic");
        order.join("")
    })
    .check(|run| match &run.outcome {
        Ok(order) if order.starts_with('A') => Ok(()),
        _ => Err("A is not the first"),
    })
    .holds();
}

/// A claim that is right, to see that a request for another program does not concern it.
#[test]
fn one_task_is_first() {
    if !on_purpose() {
        return;
    }
    every_schedule("one", || async { sleep(Duration::from_millis(1)).lane("A").await }).holds();
}

#[test]
fn money_is_not_lost() {
    if !on_purpose() {
        return;
    }
    every_cancellation("transfer", || async {
        let (from, to) = (Cell::new(100), Cell::new(0));
        let transfer = async {
            from.set(from.get() - 30);
            sleep(Duration::from_millis(10)).await;
            to.set(to.get() + 30);
        };
        transfer.lane("transfer").cancellable().await;
        assert_eq!(from.get() + to.get(), 100, "money");
    })
    .holds();
}

/// Whether a test passes, and what it prints.
fn run(test: &str, environment: &[(&str, &str)]) -> (bool, String) {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", &format!("environment::{test}")]).env(ON_PURPOSE, "1");
    for name in ["SCHEDULE", "TIMELINE", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    command.envs(environment.iter().copied());
    let output = command.output().expect("it starts");
    (output.status.success(), String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn what_a_failing_test_says_can_be_typed_and_runs_the_same_schedule_again() {
    let (passes, text) = run("the_first_task_is_first", &[]);
    assert!(!passes, "{text}");
    let (_, typed) = text.split_once("To run this schedule again: ").expect("what to type");
    let (typed, _) = typed.split_once('\n').expect("the end of the line");
    assert_eq!(typed, "SCHEDULE='three tasks:1' cargo test");

    let (passes, again) = run("the_first_task_is_first", &[("SCHEDULE", "three tasks:1")]);
    assert!(!passes, "{again}");
    assert!(again.contains("three tasks: the schedule that was asked for"), "{again}");
    assert!(again.contains("A is not the first"), "{again}");
    assert!(again.contains("at decision 0 (0) B goes before A"), "{again}");
}

#[cfg(unix)]
#[test]
fn a_shell_takes_what_is_to_be_typed_as_it_is_meant() {
    let (_, text) = run("the_first_task_is_first", &[]);
    let (_, typed) = text.split_once("To run this schedule again: ").expect("what to type");
    let (set, _) = typed.split_once(" cargo test").expect("the command");
    let script = format!("{set} printenv SCHEDULE");
    let output = Command::new("sh").args(["-c", &script]).output().expect("a shell");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "three tasks:1\n");
}

#[test]
fn a_schedule_that_does_not_break_the_claim_passes() {
    let (passes, text) = run("the_first_task_is_first", &[("SCHEDULE", "three tasks:0")]);
    assert!(passes, "{text}");
}

#[test]
fn a_schedule_of_another_program_changes_nothing() {
    let (passes, text) = run("one_task_is_first", &[("SCHEDULE", "three tasks:1")]);
    assert!(passes, "{text}");
    let (passes, text) = run("the_first_task_is_first", &[("SCHEDULE", "one:0")]);
    assert!(!passes && text.contains("three tasks: all "), "{text}");
}

#[test]
fn a_schedule_that_no_longer_fits_or_cannot_be_read_is_an_error() {
    let said = |asked| {
        let (passes, text) = run("the_first_task_is_first", &[("SCHEDULE", asked)]);
        assert!(!passes, "{asked}: {text}");
        text
    };
    let text = said("three tasks:0.0.0.0.0.0.0.0.1");
    assert!(text.contains("the schedule three tasks:0.0.0.0.0.0.0.0.1 does not fit"), "{text}");
    let text = said("three tasks:7");
    assert!(text.contains("at decision 0 the choices are 0 to 2, and 7 is none of them"), "{text}");
    let text = said("three tasks:B");
    assert!(text.contains("“B” is no schedule"), "{text}");
    let text = said("0.1");
    assert!(text.contains("SCHEDULE=0.1 does not say of which program"), "{text}");
}

/// An empty folder.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// The files that a test writes to `TIMELINE`, as name and content.
fn written(test: &str, folder: &Path) -> Vec<(String, String)> {
    let (_, text) = run(test, &[("TIMELINE", folder.to_str().expect("a path in Unicode"))]);
    let mut files = vec![];
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{error}: {text}")) {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        files.push((name, std::fs::read_to_string(path).expect("text")));
    }
    files.sort();
    files
}

/// The recording among files, as its title and the names of its lanes.
fn recorded(files: &[(String, String)], name: &str) -> (String, Vec<String>) {
    let (_, json) = files.iter().find(|(file, _)| file == name).expect("a recording");
    let charts = from_json(json).expect("a recording");
    assert_eq!(charts.len(), 1);
    (charts[0].title.clone(), charts[0].rows.iter().map(|row| row.name.clone()).collect())
}

#[test]
fn the_run_that_breaks_a_claim_is_written_where_timeline_says() {
    let files = written("the_first_task_is_first", &folder("breaking_schedule"));
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let name = "environment__the_first_task_is_first";
    for ending in ["html", "json", "svg"] {
        assert!(names.contains(&format!("{name}.{ending}").as_str()), "{names:?}");
    }
    assert!(!names.iter().any(|it| it.contains("-2")), "only that run: {names:?}");
    let lanes = ["main", "A", "B", "C"].map(str::to_owned).to_vec();
    let json = format!("{name}.json");
    assert_eq!(recorded(&files, &json), ("three tasks".to_owned(), lanes));
}

#[test]
fn the_run_of_an_await_that_is_not_cancel_safe_is_written_where_timeline_says() {
    let files = written("money_is_not_lost", &folder("breaking_cancellation"));
    let (title, lanes) = recorded(&files, "environment__money_is_not_lost.json");
    assert_eq!((title.as_str(), lanes.len()), ("transfer", 2));
    // The page shows where the cancelled await is, although its lane is dropped as soon as it has
    // stopped there, and prints nothing.
    let (_, page) = files.iter().find(|(name, _)| name.ends_with(".html")).expect("a page");
    assert!(page.contains(r#""file":"tests/schedules/environment.rs""#), "no source");
    let about = "What a person does after a test has failed: the same schedule again";
    assert!(page.contains(about), "the first sentence of the file is cut");
}

#[test]
fn a_claim_that_holds_writes_nothing() {
    let folder = folder("holding_schedule");
    let (passes, text) =
        run("one_task_is_first", &[("TIMELINE", folder.to_str().expect("a path in Unicode"))]);
    assert!(passes && !folder.exists(), "{text}");
}
