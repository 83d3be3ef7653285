//! Most examples have a twin in Python, and both print the same; where they do not, it is written
//! here. An example without a twin says why in its header.
use super::{
    all::{EXAMPLES, Example},
    examples,
    explored::printed::without_places,
    transports::TIMES,
};
use async_concepts::{stage::printed, timeline::Observe};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the languages differ: what only Rust (`-`) and what only Python (`+`) prints, in their
/// order. Without times where an example keeps real time.
pub const DIFFERENCES: &[(&str, &[&str])] = &[
    // Tokio's `sleep` takes its deadline when it is called, asyncio's when it is awaited.
    (
        "laziness",
        &["- 1.000 main     it is over after 1.0 s", "+ 1.500 main     it is over after 1.5 s"],
    ),
    // A loop that nothing can wake returns an error; asyncio sleeps until the twin's guard stops
    // it.
    (
        "cancel_handle",
        &[
            "- 0.000 main     nothing is left that could stop the loop",
            "+ 1.000 guard    it would sleep for ever",
        ],
    ),
    // Errors and panics are two things, and exceptions are one. Python reports an exception that is
    // never retrieved, when its task is collected.
    (
        "exception_handler",
        &[
            "- 2.000 main     the handler is told: panicked: no coffee",
            "+ 2.000 main     the handler is told: no coffee",
            "- 2.000 main     B panicked: no coffee",
            "+ 2.000 main     B failed: no coffee",
            "+ 3.500 main     Task exception was never retrieved: no sugar",
        ],
    ),
    // Tokio drops the task; asyncio asks it.
    (
        "cancel_task",
        &[
            "- 1.000 A        dropped",
            "- 1.000 main     it was cancelled",
            "+ 1.000 A        asked to end",
            "+ 1.500 A        cleaned up",
            "+ 1.500 main     it was cancelled",
        ],
    ),
    (
        "gather_errors",
        &[
            // Fail fast: `gather` lets the siblings finish.
            "+ 0.400 A        half of 4 is 2",
            "+ 0.800 C        half of 8 is 4",
            // Nested: a task whose coroutine fails has failed.
            "+ 0.100 main     error: cannot halve 1",
            "- 0.800 main     result: (Ok(2), Err(\"cannot halve 1\"), Ok(4))",
        ],
    ),
    // A generator without references is closed by the event loop, later.
    ("ticker", &["- 2.500 ticks    closed", "+ 2.500 ticks    closed"]),
    // Python's tasks go on while the loop body works.
    (
        "pipeline",
        &[
            "+ 0.100 B        fetched",
            "+ 0.100 C        fetch",
            "- 0.200 B        fetched",
            "+ 0.100 D        fetch",
            "+ 0.200 C        fetched",
            "- 0.300 C        fetch",
            "- 0.300 D        fetch",
            "- 0.400 C        fetched",
            "- 0.400 main     store C",
            "- 0.500 D        fetched",
            "- 0.500 main     store D",
            "+ 0.200 D        fetched",
            "+ 0.300 main     store C",
            "+ 0.400 main     store D",
            // "spawned": the same times; within an instant the order is another one.
            "- 0.100 D        fetch",
            "- 0.200 main     store B",
            "+ 0.100 D        fetch",
            "+ 0.200 main     store B",
        ],
    ),
    (
        "slow_callback",
        &[
            "- 0.750 main     executing work took 0.350 seconds",
            "+ 0.750 work     a poll took 350 ms (slow_callback)",
            // asyncio wakes a task a turn after its timer was due, and by then another piece has
            // been computed.
            "- 0.140 heart    beat",
        ],
    ),
    // Python's collector finds what is unclosed, sooner or later; Rust closes what goes out of
    // scope, and nothing else.
    (
        "resource_warning",
        &[
            "+ 0.000 main     warning: unclosed event loop",
            "+ 0.000 main     file released",
            "- 0.000 reader   “”, and the end",
            "+ 1.000 reader   “hello”, and no end",
            "+ 1.000 main     warning: unclosed transport",
            "- 0.100 A        lock released",
            "+ 0.310 A        cleaned up",
            "+ 0.310 A        lock released",
        ],
    ),
    // B's span was made while A's was entered, so A's is its parent, and on all of its lines.
    (
        "logging",
        &[
            "- 0.130 B        INFO request{name=\"A\"}:request{name=\"B\"}: paid",
            "+ 0.130 B        INFO request{name=\"B\"}: paid",
        ],
    ),
    // A deadlock has a verdict in Rust; the twin has a guard.
    ("deadlock", &["+ 3.000 main     not done in time; what waits for what?"]),
    // A crash breaks the pool for good, and a job that has begun is not cancelled, in Python.
    (
        "process_pool",
        &[
            "- main     C: 5133",
            "+ main     C: the pool is broken",
            "+ main     A: it computes on",
            "+ main     A: 49098",
        ],
    ),
    // What is cancelled cleans up by itself in Python, before its canceller goes on; in Rust a task
    // does, after that.
    (
        "context_manager",
        &[
            "- 0.200 main     timed out",
            "- 0.200 cleanup  exiting: cancelled",
            "- 0.300 cleanup  outside",
            "+ 0.200 A        exiting: cancelled",
            "+ 0.300 A        outside",
            "+ 0.300 main     timed out",
        ],
    ),
    (
        "transaction",
        &[
            "- 0.250 main     timed out",
            "- 0.350 cleanup  roll back",
            "+ 0.350 A        roll back",
            "+ 0.350 main     timed out",
        ],
    ),
    // Python's transports call back; in Rust a write waits.
    (
        "flow_control",
        &[
            "+ 0.000 writer   pause_writing",
            "+ 0.300 reader   resume_writing",
            "+ 0.000 writer   pause_writing",
            "+ 0.100 reader   resume_writing",
            "+ 0.100 writer   pause_writing",
            "+ 0.200 reader   resume_writing",
            "+ 0.200 writer   pause_writing",
            "+ 0.300 reader   resume_writing",
            "+ 0.000 A        pause_writing",
            "+ 0.000 B        pause_writing",
            "+ 0.000 A        pause_writing",
            "+ 0.000 B        resume_writing",
            "+ 0.000 B        pause_writing",
            "+ 0.000 A        resume_writing",
        ],
    ),
    // asyncio has no budget: A has all messages before B has the thread.
    ("fairness", &["- 0.000 B        has the thread", "+ 0.000 B        has the thread"]),
    // A `StreamReader` keeps what a cancelled `readline` has read.
    ("select_loop", &["- 0.150 reader   read \"lo\\n\"", "+ 0.150 reader   read \"hello\\n\""]),
    // Before Python 3.13 asyncio's transports send no empty datagrams.
    ("udp_echo", &["- client   send \"\"", "- client   received \"\""]),
];

/// What Python complains of, on stderr, where rustc warns at compile time, or not at all. All other
/// twins are silent there.
const COMPLAINTS: &[(&str, &str)] =
    &[("laziness", "was never awaited"), ("task_group", "Task exception was never retrieved")];

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The twin of an example, if it has one; for the second name see `tests/house`.
fn twin(topic: &str, name: &str) -> Option<PathBuf> {
    let topic = folder().join("examples").join(topic);
    let twins = [topic.join(format!("{name}.py")), topic.join(format!("{name}_twin.py"))];
    twins.into_iter().find(|twin| twin.exists())
}

/// What a twin prints: in virtual time, unless the example keeps real time.
fn python(topic: &str, name: &str, real_clock: bool) -> String {
    let harness = folder().join("tests/twins/virtual_time.py");
    let twin = twin(topic, name).expect("a twin");
    let mut command = Command::new("python3");
    command.args((!real_clock).then_some(harness)).arg(&twin).env("PYTHONDONTWRITEBYTECODE", "1");
    let run = command.output().expect("python3 is installed");
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{} fails:\n{errors}", twin.display());
    match COMPLAINTS.iter().find(|(example, _)| *example == name) {
        Some((_, complaint)) => {
            assert!(errors.contains(complaint), "{name} should make Python say: {complaint}")
        }
        None => assert_eq!(errors, "", "{name} makes Python complain"),
    }
    String::from_utf8(run.stdout).expect("a twin prints UTF-8")
}

#[test]
#[ignore = "needs python3 (3.11 or later)"]
fn twins_print_the_same_line_by_line() {
    for Example { topic, name, stage } in examples() {
        if twin(topic, name).is_none() {
            continue; // `tests/house` asks for the reason
        }
        let expected = DIFFERENCES
            .iter()
            .find(|(example, _)| example == name)
            .map_or(&[][..], |(_, lines)| lines);
        for nth in 1.. {
            let scenes = stage().run_for_test(Observe::Everything);
            let real_clock = scenes.iter().any(|scene| scene.real_clock);
            let (rust, python) = (printed(&scenes), python(topic, name, real_clock));
            let (rust, python) = if real_clock {
                (without_times(&rust), without_times(&python))
            } else {
                (rust, python)
            };
            let (rust, python) = (without_places(&rust), without_places(&python));
            let found = difference(&rust, &python);
            if found == expected {
                break;
            }
            // On the real clock a machine that stands still can put one line before another.
            assert!(
                real_clock && nth < TIMES,
                "{name}: {found:?}\nin Rust\n{rust}\nin Python\n{python}"
            );
        }
    }
}

#[test]
#[ignore = "needs python3 (3.11 or later)"]
fn a_twin_prints_the_same_each_time() {
    for _ in 0..5 {
        assert_eq!(
            python("coroutines", "four_ways", false),
            python("coroutines", "four_ways", false)
        );
    }
}

#[test]
fn every_file_among_the_examples_is_one_that_is_tested_or_its_twin() {
    let mut found = BTreeSet::new();
    let topics = fs::read_dir(folder().join("examples")).expect("there are examples");
    for topic in
        topics.map(|topic| topic.expect("a readable folder")).filter(|topic| topic.path().is_dir())
    {
        for file in fs::read_dir(topic.path()).expect("a readable folder") {
            let path = file.expect("a readable folder").path();
            let extension = path.extension().unwrap_or_default();
            if extension == "rs" || extension == "py" {
                let name = path.file_stem().expect("a name").to_string_lossy();
                let name = name.strip_suffix("_twin").unwrap_or(&name).to_owned();
                if ["take_home", "sleepers"].contains(&name.as_str()) {
                    continue; // they have no stage
                }
                found.insert((topic.file_name().to_string_lossy().into_owned(), name));
            }
        }
    }
    let listed = EXAMPLES
        .iter()
        .map(|example| (example.topic.to_owned(), example.name.to_owned()))
        .collect();
    assert_eq!(found, listed, "what is there, and what is tested");
}

#[test]
fn differences_are_of_examples_that_exist() {
    for (different, _) in DIFFERENCES {
        assert!(
            EXAMPLES.iter().any(|example| example.name == *different),
            "{different} is no example"
        );
    }
}

/// What was printed, without the times: on the real clock they are never the same.
fn without_times(printed: &str) -> String {
    let without_time = |line: &str| match line.trim_start().split_once(' ') {
        Some((time, rest)) if time.parse::<f64>().is_ok() => format!(" {rest}\n"),
        _ => format!("{line}\n"),
    };
    printed.lines().map(without_time).collect()
}

/// The lines that only one of two texts has, as `- ` and `+ ` and the line; all others are in both,
/// in the same order.
fn difference(old: &str, new: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    // How many lines the rests of both, from here on, have in common.
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for (i, line) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            common[i][j] = if line == other {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut difference) = (0, 0, vec![]);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            difference.push(format!("-{}", old[i]));
            i += 1;
        } else {
            difference.push(format!("+{}", new[j]));
            j += 1;
        }
    }
    difference
}

#[test]
fn a_difference_is_what_only_one_of_both_has() {
    assert_eq!(difference("a\nb\nc\n", "a\nb\nc\n"), [""; 0]);
    assert_eq!(difference("a\nb\nc\n", "a\nx\nc\nd\n"), ["-b", "+x", "+d"]);
    assert_eq!(difference("a\nb\n", "b\na\n"), ["-a", "+a"]);
}

#[test]
fn only_the_times_are_left_out() {
    let printed = "── scene ──\n 0.001 client   12.5 is the answer\n12.345 client   \n\n";
    assert_eq!(without_times(printed), "── scene ──\n client   12.5 is the answer\n client   \n\n");
}
