//! Makes one attempt at one exercise: `attempts EXERCISE ATTEMPT` runs its tests, several times,
//! and `attempts EXERCISE ATTEMPT main` its `main`. Each in a process of its own, since an attempt
//! that blocks its thread leaves it behind.
#![forbid(unsafe_code)]
use std::{
    panic::catch_unwind,
    process::ExitCode,
    time::{Duration, Instant},
};

/// Exercise, attempt, `main`, and the tests by their names.
type Attempt = (&'static str, &'static str, fn(), &'static [(&'static str, fn())]);

/// So many times an attempt has to get the same verdict.
const TIMES: usize = 20;

/// An attempt that has taken as long as this is not made once more: it blocks its thread, and
/// leaves it behind.
const LONG: Duration = Duration::from_millis(1500);

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
    let (exercise, attempt, runs_main) = match arguments[..] {
        [exercise, attempt] => (exercise, attempt, false),
        [exercise, attempt, "main"] => (exercise, attempt, true),
        _ => {
            eprintln!("usage: attempts EXERCISE ATTEMPT [main]");
            return ExitCode::from(2);
        }
    };
    let mut known = every::ATTEMPTS.iter();
    let Some((_, _, main, tests)) = known.find(|known| (known.0, known.1) == (exercise, attempt))
    else {
        eprintln!("attempts: there is no attempt {attempt} at {exercise}");
        return ExitCode::from(2);
    };
    if runs_main {
        main();
        return ExitCode::SUCCESS;
    }
    let mut results = serde_json::Map::new();
    for (name, test) in *tests {
        results.insert(name.to_string(), verdicts(*test).into());
    }
    println!("{}", serde_json::Value::Object(results));
    ExitCode::SUCCESS
}

/// The different verdicts of a test that is run several times; an empty text where it passed. Two
/// verdicts are the same if they have the same headline.
fn verdicts(test: fn()) -> Vec<String> {
    let mut verdicts: Vec<String> = vec![];
    let begin = Instant::now();
    for _ in 0..TIMES {
        let verdict = match catch_unwind(test) {
            Ok(()) => String::new(),
            Err(panic) => text_of(&*panic),
        };
        if verdicts.iter().all(|known| headline(known) != headline(&verdict)) {
            verdicts.push(verdict);
        }
        if begin.elapsed() > LONG {
            break;
        }
    }
    verdicts
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
