//! What the examples promise: results, elapsed time and every line, on a paused clock.
use async_concepts::timeline::Recording;
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

mod all;
mod broken;
mod cancellation;
mod context;
mod coroutines;
mod debugging;
mod differences;
mod event_loop;
mod executors;
#[path = "../explored/mod.rs"]
mod explored;
mod explorers;
mod futures;
mod gather;
mod iteration;
mod legends;
mod observed;
mod sameness;
mod schedules;
mod synchronization;
mod testing;
mod threads;
mod transports;
mod twins;

/// That many milliseconds.
pub const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// All examples, in reading order.
pub fn examples() -> &'static [all::Example] {
    // Workers of `process_pool` are the example's program, started again; here that would be the
    // tests.
    executors::use_workers();
    all::EXAMPLES
}

/// Asserts what a run printed, and then how long it took.
///
/// The lines come first, and with them the reason if the run had to be ended: they say what went
/// wrong. The time alone does not.
#[track_caller]
pub fn assert_run<T, const LINES: usize>(
    run: &Recording<T>,
    lines: [&str; LINES],
    elapsed: Duration,
) {
    let printed = run.transcript().join("\n");
    let expected = lines.join("\n");
    assert!(
        printed == expected,
        "“{}” printed other lines; {}\n{printed}\n--- expected:\n{expected}\n---",
        run.title,
        ended(run)
    );
    assert_took(run, elapsed);
}

/// Asserts how long a run took; the message shows what it printed, and why it was ended if it was.
#[track_caller]
pub fn assert_took<T>(run: &Recording<T>, elapsed: Duration) {
    let printed = run.transcript().join("\n");
    let title = &run.title;
    assert!(run.elapsed == elapsed, "“{title}” should take {elapsed:?}; {}\n{printed}", ended(run));
}

fn ended<T>(run: &Recording<T>) -> String {
    match &run.outcome {
        Ok(_) => format!("it ended by itself after {:?}", run.elapsed),
        Err(verdict) => format!("it was ended: {verdict}"),
    }
}

/// What rustc says of a program that needs nothing but the standard library, as a person sees it.
pub fn rustc(name: &str, program: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let source = folder.join(name).with_extension("rs");
    fs::write(&source, program).expect("a program");
    let output = rustc_command().arg("--out-dir").arg(folder).arg(&source).output();
    String::from_utf8(output.expect("rustc").stderr).expect("the compiler's messages")
}

/// The compiler that belongs to the cargo that has built these tests.
pub fn rustc_command() -> Command {
    let name = format!("rustc{}", std::env::consts::EXE_SUFFIX);
    let beside = Path::new(env!("CARGO")).with_file_name(name);
    let program = if beside.exists() { beside } else { "rustc".into() };
    let mut rustc = Command::new(program);
    rustc.args(["--edition", "2024", "--emit", "metadata"]).stdin(Stdio::null());
    rustc
}

/// Stands for tokio's `spawn`: the bounds are the same.
const SPAWN: &str = "
use std::{cell::Cell, rc::Rc, sync::{Arc, Mutex}};
fn spawn<F>(_: F) where F: Future + Send + 'static, F::Output: Send + 'static {}
async fn pause() {}
fn words() -> Vec<String> { vec![] }
async fn length(words: &[String]) -> usize { words.len() }
fn main() { let _ = (Cell::new(0), Rc::new(0), Arc::new(Mutex::new(0)), words(), length(&[])); }
";

/// Compiles what stands under "What does not compile:" between two anchors of an example, and
/// checks that rustc says what stands below it: the error, and the sentence that gives the reason.
/// Returns the source line that rustc points to first.
#[track_caller]
pub fn refused(name: &str, source: &str, anchor: &str) -> String {
    let (_, part) = source.split_once(&format!("// ANCHOR: {anchor}\n")).expect("the anchor");
    // A slide may show a part of it, by an anchor inside.
    let (part, _) = part.split_once(&format!("// ANCHOR_END: {anchor}\n")).expect("its end");
    let mut program = SPAWN.to_owned();
    let mut said = vec![];
    for line in part.lines().filter_map(|line| line.strip_prefix("//     ")) {
        if line.starts_with("error") || !said.is_empty() {
            said.push(line);
        } else {
            program += &format!("{line}\n");
        }
    }
    let rendered = rustc(name, &program);
    assert_eq!(said.len(), 2, "{anchor}: the error and its reason");
    for sentence in said {
        assert!(rendered.contains(sentence), "rustc does not say: {sentence}\n{rendered}");
    }
    let (_, place) = rendered.split_once("--> ").expect("a place");
    let number = place.split(':').nth(1).expect("a line").parse::<usize>().expect("a number");
    program.lines().nth(number - 1).expect("a line of the program").trim().to_owned()
}
