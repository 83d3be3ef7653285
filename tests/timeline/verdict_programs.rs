//! The programs on the page of verdicts: each of them prints the sentence that stands above it.
//!
//! The programs stand here a second time, to be run, and the test holds that they are those of the
//! page. On the page a run is given up after the ten seconds of the watchdog; here it is given up
//! sooner.
use crate::ms;
use async_concepts::{
    LaneExt, StreamLaneExt, on_thread, record,
    timeline::{Code, Observe, Recorder, Recording},
};
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../src/timeline/verdicts.rs");
const THIS_FILE: &str = include_str!("verdict_programs.rs");

/// A program of the page.
struct Program {
    /// In which entry it stands.
    code: Code,
    /// As it stands here, without its comments.
    text: &'static str,
    /// Runs it. Returns what is said of the run: its verdict, and what is remarked.
    run: fn() -> Vec<String>,
}

fn said_of<T>(run: &Recording<T>) -> Vec<String> {
    let mut said = vec![];
    if let Err(verdict) = &run.outcome {
        said.push(verdict.to_string());
    }
    for remark in &run.remarks {
        said.push(remark.to_string());
    }
    said
}

mod given_up_soon {
    use super::*;

    /// In place of `async_concepts::record`: the same, with a watchdog that waits for less long.
    #[track_caller]
    pub fn record<T, F>(title: &str, main: impl FnOnce() -> F + Send + 'static) -> Recording<T>
    where
        T: Send + 'static,
        F: Future<Output = T>,
    {
        Recorder::new(title).watchdog(ms(200)).record(main)
    }
}

/// For each program its code, what it uses, and the program itself, which ends with its recording.
macro_rules! programs {
    ($($code:ident [$($uses:tt)*] { $($program:tt)* })*) => {
        vec![$(Program {
            code: Code::$code,
            text: stringify!($($program)*),
            run: || {
                $($uses)*
                let run = { $($program)* };
                said_of(&run)
            },
        }),*]
    };
}

#[expect(clippy::never_loop, reason = "one of them is about a loop that never asks again")]
fn programs() -> Vec<Program> {
    let programs = programs! {
    NotPolled [use tokio::{sync::Mutex, time::sleep};] {
        record("futurelock", move || async move {
            let lock = Mutex::new(());
            let guard = lock.lock().await;
            let mut a = Box::pin(async { drop(lock.lock().await) }.lane("A"));
            tokio::select! {
                () = &mut a => {}
                () = sleep(ms(10)) => {
                    drop(guard);              // A is woken, and next to get the lock,
                    drop(lock.lock().await);  // but here A is not polled
                }
            }
        })
    }
    OldWaker [
        use std::{future::poll_fn, sync::{Arc, Mutex}, task::{Poll, Waker}, time::Duration};
        use tokio::time::sleep;
    ] {
        record("old waker", || async {
            let kept: Arc<Mutex<Option<Waker>>> = Arc::default();
            let same = kept.clone();
            let keeps_the_first = poll_fn(move |cx| {
                same.lock().unwrap().get_or_insert_with(|| cx.waker().clone()); // and no later one
                Poll::<()>::Pending
            });
            let mut a = Box::pin(keeps_the_first.lane("A"));
            assert!(futures::poll!(&mut a).is_pending()); // polled by this task,
            let task = tokio::spawn(a);                   // and then by another
            sleep(Duration::from_millis(20)).await;
            kept.lock().unwrap().take().unwrap().wake();
            task.await
        })
    }
    NoWaker [use std::{future::poll_fn, task::Poll};] {
        record("lost", || poll_fn(|_| Poll::<()>::Pending))
    }
    NeverPolled [use tokio::sync::oneshot;] {
        record("never polled", || async {
            let (send, receive) = oneshot::channel();
            let _a = async { send.send(()) }.lane("A");
            receive.await
        })
    }
    Deadlock [use tokio::sync::Mutex;] {
        record("locked twice", || async {
            let lock = Mutex::new(());
            let _guard = lock.lock().await;
            let _same = lock.lock().await;
        })
    }
    Stuck [
        use futures::join;
        use std::time::Duration;
        use tokio::{sync::oneshot, time::interval};
    ] {
        Recorder::new("stuck").limit(Duration::from_secs(60)).record(|| async {
            let (_send, receive) = oneshot::channel::<()>();
            let heart = async {
                let mut beats = interval(Duration::from_secs(7));
                loop {
                    beats.tick().await;
                }
            };
            let _: (_, ()) = join!(receive.lane("A"), heart.lane("heart"));
        })
    }
    NotAsked [
        use futures::StreamExt;
        use std::{pin::pin, time::Duration};
        use tokio::time::sleep;
    ] {
        Recorder::new("not asked").limit(Duration::from_secs(60)).record(|| async {
            let mut ticks = pin!(futures::stream::iter(0..10).lane("ticks"));
            while let Some(_tick) = ticks.next().await {
                loop {
                    sleep(Duration::from_secs(7)).await;
                }
            }
        })
    }
    NextTimer [use std::time::Duration; use tokio::time::sleep;] {
        record("seconds for minutes", || sleep(Duration::from_secs(100 * 60)))
    }
    StillGoing [use std::time::Duration; use tokio::time::sleep;] {
        Recorder::new("no end").limit(Duration::from_secs(60)).record(|| async {
            loop {
                sleep(Duration::from_secs(10)).await;
            }
        })
    }
    Spins [use given_up_soon::record;] {
        record("spins", || async {
            loop {
                tokio::task::yield_now().await;
            }
        })
    }
    Busy [use given_up_soon::record; use futures::join; use tokio::sync::mpsc;] {
        record("busy", || async {
            let (to_b, mut from_a) = mpsc::unbounded_channel();
            let (to_a, mut from_b) = mpsc::unbounded_channel();
            to_a.send(()).unwrap();
            let a = async move {
                while from_b.recv().await.is_some() {
                    to_b.send(()).unwrap();
                }
            };
            let b = async move {
                while from_a.recv().await.is_some() {
                    to_a.send(()).unwrap();
                }
            };
            join!(tokio::spawn(a.lane("A")), tokio::spawn(b.lane("B")))
        })
    }
    Blocks [use given_up_soon::record;] {
        record("blocks", || async { std::thread::sleep(std::time::Duration::MAX) })
    }
    BlocksWithoutALane [use given_up_soon::record;] {
        record("no lane", || tokio::spawn(async { std::thread::sleep(std::time::Duration::MAX) }))
    }
    OnAThread [
        use given_up_soon::record;
        use std::{thread, time::Duration};
        use tokio::task::spawn_blocking;
    ] {
        record("on a thread", || spawn_blocking(on_thread("A", || thread::sleep(Duration::MAX))))
    }
    KeptTheThread [] {
        record("hash", || async { std::thread::sleep(std::time::Duration::from_millis(700)) })
    }
    DestructorPanicked [use std::future::pending;] {
        struct Guard;
        impl Drop for Guard {
            fn drop(&mut self) {
                panic!("not like this");
            }
        }
        record("destructor", || async {
            let _guard = Guard;
            pending::<()>().await
        })
    }
    NotRecorded [use std::future::pending;] {
        Recorder::new("not recorded").observe(Observe::Lines).record(pending::<()>)
    }
    Panicked [] {
        record("panicked", || async { panic!("no") })
    }
    };
    programs
}

/// What the page has of one code.
struct Entry {
    /// The first sentence in it.
    sentence: String,
    /// The lines of its program that a reader sees.
    program: Vec<&'static str>,
}

/// The entry of a code; none for what has no program to be run in a test of its own.
fn entry(code: Code) -> Entry {
    let heading = format!("//! # `{code}`\n");
    let (_, after) = PAGE.split_once(&heading).expect("each code has an entry");
    let entry = after.split("//! # `").next().unwrap_or_default();
    let mut sentence = String::new();
    for line in entry.lines().skip_while(|line| !line.starts_with("//! > ")) {
        let Some(part) = line.strip_prefix("//! > ") else { break };
        sentence.push_str(part);
        sentence.push(' ');
    }
    let mut program = vec![];
    let inside = entry.split("//! ```no_run\n").nth(1).unwrap_or_default();
    for line in inside.lines().take_while(|line| *line != "//! ```") {
        let line = line.trim_start_matches("//!").trim_start();
        if !line.starts_with("# ") {
            program.push(line);
        }
    }
    Entry { sentence: sentence.trim_end().to_owned(), program }
}

/// Code without its comments, without spaces, and without the semicolon at its end.
fn bare(code: &str) -> String {
    let mut bare = String::new();
    for line in code.lines() {
        let line = line.split("//").next().unwrap_or_default();
        bare.extend(line.split_whitespace());
    }
    bare.trim_end_matches(';').to_owned()
}

/// A sentence with its places as the code that stands there, and with `N` for what may be another
/// number in each run. Of two lanes that do the same, either may be named.
fn without_chance(sentence: &str, code: Code, lines: &[&str]) -> String {
    let mut text = String::new();
    for word in sentence.split(' ') {
        let place = word.trim_start_matches('(').trim_end_matches([',', ';', ')']);
        match place.rsplit_once(".rs:") {
            Some((_, line)) => {
                let line: usize = line.parse().unwrap_or_else(|_| panic!("a line: {sentence}"));
                let code = lines.get(line - 1).copied().unwrap_or_default();
                text.push_str(&format!("“{}”", bare(code)));
            }
            None => text.push_str(word),
        }
        text.push(' ');
    }
    let text = text.replace("200 ms", "10 s");
    match code {
        Code::Spins | Code::Busy | Code::KeptTheThread => {
            let text = text.replace("B gets", "A gets").replace("from_a", "from_b");
            let mut without = String::new();
            for part in text.split(|c: char| c.is_ascii_digit()) {
                without.push_str(part);
            }
            without
        }
        _ => text,
    }
}

#[test]
fn each_program_on_the_page_of_verdicts_prints_the_sentence_above_it() {
    let here: Vec<&str> = THIS_FILE.lines().collect();
    let mut wrong = vec![];
    for Program { code, text, run } in programs() {
        let entry = entry(code);
        let on_the_page = bare(&entry.program.join("\n"));
        if bare(text) != on_the_page {
            wrong.push(format!("{code}: the program is another one than on the page"));
            continue;
        }
        let said = run();
        let ending = format!("[{code}]");
        let Some(said) = said.iter().find(|said| said.ends_with(&ending)) else {
            wrong.push(format!("{code}: the program has another verdict: {said:?}"));
            continue;
        };
        let expected = without_chance(&entry.sentence, code, &entry.program);
        if without_chance(said, code, &here) != expected {
            wrong.push(format!("{code}: the program prints\n{said}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Run by the test below, in a binary without line tables.
#[test]
#[ignore = "is for the test below"]
fn the_program_without_line_tables() {
    let run = record("stripped", tokio::task::yield_now);
    let program = r#"record("stripped", tokio::task::yield_now);"#;
    assert_eq!(entry(Code::NoLineTables).program, [program]);
    println!("{}", said_of(&run).join("\n"));
}

/// What `strip = true` does to a binary, it does to a copy of this one.
#[test]
#[cfg(target_os = "linux")]
fn without_line_tables_the_program_prints_the_sentence_on_its_page() {
    use std::{path::Path, process::Command};
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stripped");
    let mut strip = Command::new("strip");
    strip.arg("-o").arg(&copy).arg(std::env::current_exe().unwrap());
    assert!(strip.status().expect("it comes with the linker").success());
    let test = concat!(module_path!(), "::the_program_without_line_tables");
    let (_, test) = test.split_once("::").unwrap();
    let output =
        Command::new(&copy).args([test, "--exact", "--ignored", "--nocapture"]).output().unwrap();
    std::fs::remove_file(&copy).unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let sentence = entry(Code::NoLineTables).sentence;
    assert!(output.status.success() && printed.contains(&sentence), "{printed}");
}

#[test]
fn each_verdict_has_a_program_on_its_page() {
    let mut codes: BTreeSet<Code> = programs().iter().map(|program| program.code).collect();
    codes.insert(Code::NoLineTables); // in a test of its own
    assert_eq!(codes, BTreeSet::from_iter(Code::ALL.iter().copied()));
}
