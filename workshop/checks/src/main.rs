//! Makes one attempt at one exercise: `attempts EXERCISE ATTEMPT` runs its tests, `attempts EXERCISE ATTEMPT main` its
//! `main`. Each in a process of its own, since an attempt that blocks its thread leaves it behind.
#![forbid(unsafe_code)]
use std::{
    panic::{catch_unwind, set_hook},
    process::ExitCode,
};

/// Exercise, attempt, `main`, and the tests by their names.
type Attempt = (&'static str, &'static str, fn(), &'static [(&'static str, fn())]);

// What is wrong on purpose is no reason for a warning here.
#[allow(warnings, clippy::all)]
mod every {
    include!(concat!(env!("OUT_DIR"), "/attempts.rs"));
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (exercise, attempt, what) = match arguments[..] {
        [exercise, attempt] => (exercise, attempt, ""),
        [exercise, attempt, "main"] => (exercise, attempt, "main"),
        _ => {
            eprintln!("usage: attempts EXERCISE ATTEMPT [main]");
            return ExitCode::from(2);
        }
    };
    let Some((_, _, main, tests)) = every::ATTEMPTS.iter().find(|known| (known.0, known.1) == (exercise, attempt))
    else {
        eprintln!("attempts: there is no attempt {attempt} at {exercise}");
        return ExitCode::from(2);
    };
    if what == "main" {
        main();
        return ExitCode::SUCCESS;
    }
    set_hook(Box::new(|_| {})); // what a test panics with is printed below
    let results = tests.iter().map(|(name, test)| {
        let failure = catch_unwind(test).err().map(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            text.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string())).unwrap_or_default()
        });
        (name.to_string(), failure.into())
    });
    println!("{}", serde_json::Value::Object(results.collect()));
    ExitCode::SUCCESS
}
