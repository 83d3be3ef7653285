//! Makes attempts at one exercise: `attempts EXERCISE ATTEMPT…` runs the tests of each, several
//! times, and prints a line about each. `attempts main EXERCISE ATTEMPT` runs its `main`.
//!
//! One process makes many attempts: before the first run it reads the debug information of this
//! whole program, so that a verdict can name lines, and that takes longer than most attempts. An
//! attempt that keeps its thread leaves it behind; no other is made in that process, and the rest
//! is left to the caller.
#![forbid(unsafe_code)]
use std::{
    panic::catch_unwind,
    process::ExitCode,
    time::{Duration, Instant},
};

/// Exercise, attempt, `main`, and the tests by their names.
type Attempt = (&'static str, &'static str, fn(), &'static [(&'static str, fn())]);

/// How often an attempt has to get the same verdict.
const TIMES: usize = 20;

/// How often it has to at least, however long that takes, unless it keeps its thread.
const AT_LEAST: usize = 5;

/// A test that fails is not repeated more often than that when all runs together have taken as long
/// as this.
const LONG: Duration = Duration::from_millis(1500);

/// The same of a test that passes: it goes through hundreds of schedules in each run.
const LONG_ENOUGH: Duration = Duration::from_millis(300);

/// What a verdict says of a run that has kept its thread, and left it behind.
const KEPT: &str = "the thread was kept: ";

// What is wrong on purpose is no reason for a warning here.
#[cfg(not(any(test, clippy, doc)))]
#[allow(warnings)]
mod every {
    include!(concat!(env!("OUT_DIR"), "/attempts.rs"));
}

// Clippy and rustdoc have nothing to say of them; and `--all-targets` compiles this program as a
// test, too, though it has none. Each would take as long as the program itself.
#[cfg(any(test, clippy, doc))]
mod every {
    pub const ATTEMPTS: &[super::Attempt] = &[];
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["main", exercise, attempt] => {
            let Some((_, _, main, _)) = known(exercise, attempt) else { return unknown() };
            main();
        }
        [exercise, ref attempts @ ..] if !attempts.is_empty() => {
            for attempt in attempts {
                let Some((_, _, _, tests)) = known(exercise, attempt) else { return unknown() };
                let (results, kept_its_thread) = results(tests);
                println!("{}", serde_json::json!({ "attempt": attempt, "tests": results }));
                if kept_its_thread {
                    break;
                }
            }
        }
        _ => return unknown(),
    }
    ExitCode::SUCCESS
}

fn known(exercise: &str, attempt: &str) -> Option<&'static Attempt> {
    every::ATTEMPTS.iter().find(|known| (known.0, known.1) == (exercise, attempt))
}

fn unknown() -> ExitCode {
    eprintln!("usage: attempts EXERCISE ATTEMPT…, or attempts main EXERCISE ATTEMPT");
    ExitCode::from(2)
}

/// The verdicts of each test, and whether one of the runs has kept its thread: it keeps it still.
fn results(tests: &[(&str, fn())]) -> (serde_json::Map<String, serde_json::Value>, bool) {
    let mut results = serde_json::Map::new();
    let mut kept_its_thread = false;
    for (name, test) in tests {
        let verdicts = verdicts(*test);
        kept_its_thread |= verdicts.iter().any(|verdict| is_kept(verdict));
        results.insert(name.to_string(), verdicts.into());
    }
    (results, kept_its_thread)
}

/// The different verdicts of a test that is run several times; an empty text where it passed. Two
/// verdicts are the same if they have the same headline. A test that keeps its thread is not
/// repeated.
fn verdicts(test: fn()) -> Vec<String> {
    let mut verdicts: Vec<String> = vec![];
    let begin = Instant::now();
    for run in 1..=TIMES {
        let verdict = match catch_unwind(test) {
            Ok(()) => String::new(),
            Err(panic) => text_of(&*panic),
        };
        let enough = if verdict.is_empty() { LONG_ENOUGH } else { LONG };
        let kept = is_kept(&verdict);
        if verdicts.iter().all(|known| headline(known) != headline(&verdict)) {
            verdicts.push(verdict);
        }
        if kept || run >= AT_LEAST && begin.elapsed() > enough {
            break;
        }
    }
    verdicts
}

/// Whether this is the verdict of a run that has kept its thread, alone or behind its mistake.
fn is_kept(verdict: &str) -> bool {
    verdict.lines().next().is_some_and(|first| first.contains(KEPT))
}

/// The first line of a verdict, without numbers: the ids of tasks differ from run to run.
fn headline(verdict: &str) -> String {
    let first = verdict.lines().next().unwrap_or_default();
    first.chars().filter(|character| !character.is_ascii_digit()).collect()
}

/// What a panic says.
fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<String>() {
        return text.clone();
    }
    match panic.downcast_ref::<&str>() {
        Some(text) => text.to_string(),
        None => "it panicked without a text".to_owned(),
    }
}
