//! The event loop against CPython's asyncio: the same programs, the same events, in the same order,
//! at the same times.
//!
//!     cargo test --test asyncio_parity
//!     ASYNCIO_PROGRAMS=DIR cargo test --test asyncio_parity
//!     cargo test --test asyncio_parity -- --random 5000
//!     cargo test --test asyncio_parity -- --random 5000 SEED
//!
//! The second reads `programs.jsonl` and `expected.jsonl` from DIR. The third has Python make up
//! programs and run them, others each time; the fourth makes up the same ones each time.

#[path = "asyncio_parity/machine.rs"]
mod machine;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::SystemTime;

use serde_json::Value as Json;

type Trace = Vec<(i64, String)>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/asyncio_parity");
    let random = arguments.iter().position(|argument| argument == "--random");
    let texts = match random {
        Some(position) => {
            let count = arguments.get(position + 1).map_or("1000", String::as_str);
            random_programs(&here, count, arguments.get(position + 2))
        }
        None => {
            let directory = std::env::var_os("ASYNCIO_PROGRAMS").map_or(here, PathBuf::from);
            read(&directory.join("programs.jsonl"))
                .and_then(|programs| Ok((programs, read(&directory.join("expected.jsonl"))?)))
        }
    };
    let compared = texts.and_then(|(programs, expected)| compare(&programs, &expected));
    match compared {
        Ok((agreeing, all)) => {
            println!("{agreeing} of {all} programs agree");
            if agreeing == all && all > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Programs made up by Python from a seed, and the traces of asyncio.
fn random_programs(
    here: &Path,
    count: &str,
    seed: Option<&String>,
) -> Result<(String, String), String> {
    let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_secs());
    let seed = seed.cloned().unwrap_or_else(|| now.to_string());
    println!("seed {seed}");
    let python = |arguments: &[&str]| {
        let output = Command::new("python3")
            .arg(here.join("reference.py"))
            .args(arguments)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("cannot run python3: {error}"))?;
        String::from_utf8(output.stdout).map_err(|error| error.to_string())
    };
    Ok((python(&["--generate", &seed, count])?, python(&["--generate", &seed, count, "--run"])?))
}

/// How many programs agree, and how many there are. Tells about those that do not.
fn compare(programs: &str, expected: &str) -> Result<(usize, usize), String> {
    let parse = |line: &str| {
        serde_json::from_str::<Json>(line).map_err(|error| format!("not JSON: {error}: {line}"))
    };
    let (mut agreeing, mut all) = (0, 0);
    let mut expected = expected.lines().filter(|line| !line.trim().is_empty());
    for line in programs.lines().filter(|line| !line.trim().is_empty()) {
        let program = parse(line)?;
        let expected = parse(expected.next().ok_or("there are fewer traces than programs")?)?;
        if program["id"] != expected["id"] {
            return Err(format!(
                "the trace of {} stands in the place of {}",
                expected["id"], program["id"]
            ));
        }
        let id = program["id"].as_str().unwrap_or("?").to_owned();
        let expected = trace(&expected)?;
        let actual = machine::run(program);
        all += 1;
        match first_difference(&expected, &actual) {
            None => agreeing += 1,
            Some(difference) => println!("{id}: {difference}"),
        }
    }
    Ok((agreeing, all))
}

/// Timers of equal time run in the order of their registration, where the file tells that order
/// apart.
fn trace(expected: &Json) -> Result<Trace, String> {
    let events = expected.get("trace_fifo").unwrap_or(&expected["trace"]).as_array();
    let event = |event: &Json| Some((event[0].as_i64()?, event[1].as_str()?.to_owned()));
    events
        .and_then(|events| events.iter().map(event).collect())
        .ok_or_else(|| format!("the trace of {} is no list of times and events", expected["id"]))
}

fn first_difference(expected: &Trace, actual: &Trace) -> Option<String> {
    let show = |event: Option<&(i64, String)>| {
        event.map_or("nothing more".to_owned(), |(time, event)| format!("`{event}` at {time} ms"))
    };
    let position = (0..expected.len().max(actual.len()))
        .find(|&position| expected.get(position) != actual.get(position))?;
    let (expected, actual) = (show(expected.get(position)), show(actual.get(position)));
    Some(format!("event {position}: asyncio has {expected}, this loop has {actual}"))
}
