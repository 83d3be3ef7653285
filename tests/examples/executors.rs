//! The examples of the topic `executors`.
use super::{
    all::{blocked_loop, process_pool, spawn_blocking, thread_pool, threads_and_tasks},
    assert_run, assert_took, ms,
    transports::TIMES,
};
use async_concepts::{
    record, record_blocking,
    timeline::{Chart, Clock, End, Recorder, Recording, State, Until},
};
use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};
// For the tests that look into `/proc`.
#[cfg(target_os = "linux")]
use {
    std::{sync::Arc, thread, time::Instant},
    tokio::{runtime, spawn, time::sleep},
};

/// On the real clock nothing but this ends a run that hangs.
fn in_real_time(title: &str) -> Recorder {
    Recorder::new(title).clock(Clock::Real).limit(Duration::from_secs(60))
}

/// How long a lane did that, in all.
fn time_in(chart: &Chart, name: &str, state: State) -> Duration {
    chart
        .row(name)
        .spans
        .iter()
        .filter(|span| span.state == state)
        .map(|span| chart.between(span.from, span.to))
        .sum()
}

/// Which lane prints what, without the times.
fn texts<T>(run: &Recording<T>) -> Vec<String> {
    run.lines.iter().map(|line| format!("{} {}", line.lane, line.text)).collect()
}

// spawn_blocking

/// Four beats while the hash is computed.
const BEATING: [&str; 7] = [
    "0.000 heart beat",
    "0.000 hash begin",
    "0.100 heart beat",
    "0.200 heart beat",
    "0.300 heart beat",
    "0.350 hash end",
    "0.350 main 2158181609",
];

#[test]
fn the_heart_of_an_event_loop_beats_on_while_an_executor_works() {
    let run = record_blocking("event loop", spawn_blocking::run_in_executor);
    assert_run(&run, BEATING, ms(350));
    assert_eq!(time_in(&run.chart(), "hash", State::OnThread), ms(350));
    assert_eq!(run.output().expect("no error"), 2158181609);
}

#[test]
fn the_heart_beats_on_while_a_thread_of_the_pool_works() {
    let run = record("tokio", spawn_blocking::tokio);
    assert_run(&run, BEATING, ms(350));
    let chart = run.chart();
    assert_eq!(time_in(&chart, "hash", State::OnThread), ms(350));
    assert_eq!(time_in(&chart, "heart", State::Blocking), ms(0));
    let hash = chart.rows.iter().position(|row| row.name == "hash").expect("it has a lane");
    assert!(
        chart.row("main").spans.iter().any(|span| span.state == State::Waiting(Until::Lane(hash)))
    );
    assert_eq!(run.output(), 2158181609);
}

// blocked_loop

/// Where the request is that a report names, as it stands in the source.
fn place_in_blocked_loop(marked: &str) -> String {
    let source = include_str!("../../examples/executors/blocked_loop.rs");
    let (before, after) = source.split_once(marked).expect("the scene");
    let report = after.split_once(".report_slow_polls").expect("its report").0;
    format!("(blocked_loop.rs:{})", before.lines().count() + report.lines().count())
}

#[test]
fn a_heart_misses_its_beats_while_a_request_keeps_the_thread_and_the_request_is_named() {
    let run = record("blocked", blocked_loop::blocked);
    let slow = format!(
        "0.470 request a poll took 350 ms {}",
        place_in_blocked_loop("pub async fn blocked()")
    );
    assert_eq!(
        run.transcript(),
        [
            "0.000 heart beat",
            "0.100 heart beat",
            "0.120 request begin",
            "0.470 request end",
            &slow,
            "0.470 heart beat",
            "0.570 heart beat",
        ]
    );
    assert_took(&run, ms(620));
    let chart = run.chart();
    assert_eq!(time_in(&chart, "request", State::Blocking), ms(350));
    let drawn =
        chart.to_text(async_concepts::timeline::TerminalOptions { width: 100, colour: false });
    assert!(drawn.contains("blocks 350 ms"), "{drawn}");
}

#[test]
fn a_heart_beats_on_while_a_request_awaits_a_thread_and_no_poll_is_reported() {
    let run = record("on a thread of its own", blocked_loop::cured);
    assert_run(
        &run,
        [
            "0.000 heart beat",
            "0.100 heart beat",
            "0.120 hash begin",
            "0.200 heart beat",
            "0.300 heart beat",
            "0.400 heart beat",
            "0.470 hash end",
            "0.500 heart beat",
            "0.600 heart beat",
        ],
        ms(620),
    );
    assert_eq!(time_in(&run.chart(), "request", State::Blocking), ms(0));
}

// thread_pool

#[test]
fn a_pool_of_two_does_four_jobs_in_two_rounds_and_keeps_their_order() {
    let run = record("two rounds", thread_pool::two_rounds);
    assert_run(
        &run,
        [
            "0.000 A begin",
            "0.000 B begin",
            "0.100 B end",
            "0.100 C begin",
            "0.150 A end",
            "0.150 D begin",
            "0.230 D end",
            "0.250 C end",
            "0.250 main a b c d",
        ],
        ms(250),
    );
    assert_eq!(run.chart().threads.len(), 3, "the runtime's own, and two");
    assert_eq!(run.output(), ["a", "b", "c", "d"]);
}

#[test]
fn an_abort_stops_a_job_that_waits_and_not_one_that_runs() {
    let run = record("abort", thread_pool::abort);
    assert_run(
        &run,
        [
            "0.000 A begin",
            "0.000 B begin",
            "0.050 main A is cancelled",
            "0.100 B end",
            "0.100 D begin",
            "0.150 A end",
            "0.180 D end",
            "0.180 main b and d",
        ],
        ms(180),
    );
    let chart = run.chart();
    for job in ["job A", "job C"] {
        assert_eq!(chart.row(job).end.1, End::Cancelled { by: None, aborted: true }, "{job}");
    }
    assert_eq!(chart.row("A").end.1, End::Finished, "A runs on");
    assert_eq!(chart.time(chart.row("A").end.0), ms(150));
    assert!(chart.rows.iter().all(|row| row.name != "C"), "C never begins");
}

#[test]
fn a_thread_is_free_when_its_job_has_ended_and_not_when_it_was_aborted() {
    let chart = record("abort", thread_pool::abort).chart();
    let begun =
        chart.row("D").spans.iter().find(|span| span.state == State::OnThread).expect("D runs");
    assert_eq!(
        chart.time(begun.from),
        ms(100),
        "D begins when B has ended, not when A was aborted"
    );
}

#[test]
fn a_job_that_looks_at_a_flag_stops_at_its_next_step() {
    let run = record("flag", thread_pool::flag);
    assert_eq!(
        run.transcript(),
        ["0.050 A step 1", "0.070 main aborted", "0.100 A step 2", "0.100 A stopped"]
    );
    assert_eq!(time_in(&run.chart(), "A", State::OnThread), ms(100));
}

// process_pool

/// The example itself, as a program: what its pool starts as workers. It is built first, if it is
/// not up to date.
fn program_of_process_pool() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "build",
        "--quiet",
        "--offline",
        "--example",
        "process_pool",
        "--message-format",
        "json",
    ]);
    let built = cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo");
    assert!(
        built.status.success(),
        "the example process_pool cannot be built, so there are no workers to test with"
    );
    let messages = String::from_utf8(built.stdout).expect("cargo's messages");
    let messages = messages.lines().map(|line| serde_json::from_str(line).expect("a message"));
    let mut programs = messages
        .filter_map(|message: serde_json::Value| message["executable"].as_str().map(PathBuf::from));
    programs.next_back().expect("cargo says where the program is")
}

/// Workers are the same program, started again; but here that is the tests.
pub fn use_workers() {
    process_pool::PROGRAM.get_or_init(program_of_process_pool);
}

/// A scene of the pool; its lines without the times.
fn said_by<F: Future<Output = ()> + 'static>(title: &str, scene: fn() -> F) -> Recording<()> {
    use_workers();
    in_real_time(title).record(scene)
}

#[test]
fn two_processes_do_four_jobs_and_their_results_keep_their_order() {
    let run = said_by("results in order", process_pool::in_order);
    assert_eq!(texts(&run), ["main A: 17984", "main B: 5133", "main C: 13848", "main D: 9592"]);
}

#[test]
fn a_job_that_crashes_gets_an_error_and_the_next_one_runs() {
    let run = said_by("crash", process_pool::crash);
    assert_eq!(texts(&run), ["main A: 5133", "main B: the worker has crashed", "main C: 5133"]);
}

#[test]
fn a_job_that_is_dropped_makes_room_for_the_next_one() {
    let run = said_by("cancel", process_pool::cancel);
    assert_eq!(texts(&run), ["main A: cancelled", "main B: 5133"]);
    assert!(run.elapsed >= ms(100), "it is cancelled after 100 ms, not after {:?}", run.elapsed);
}

/// Jobs of four processes that are all at work until they are killed: never more than two at once.
#[test]
#[cfg(target_os = "linux")]
fn no_more_than_two_processes_are_at_work_at_once() {
    use_workers();
    let jobs = ["15000001", "15000002", "15000003", "15000004"]; // no other test has such jobs
    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let pool = Arc::new(process_pool::Pool::new(2));
        let run = |job: &'static str| {
            let pool = pool.clone();
            spawn(async move { pool.run(job).await })
        };
        let running = jobs.map(run);
        let deadline = Instant::now() + Duration::from_secs(60);
        while workers_at(&jobs).len() < 2 {
            assert!(Instant::now() < deadline, "two processes should begin");
            sleep(ms(1)).await;
        }
        sleep(ms(50)).await; // a third one would have begun by now
        assert_eq!(workers_at(&jobs).len(), 2, "there is room for two");
        for job in running {
            job.abort();
        }
    });
}

#[test]
fn a_worker_prints_the_result_of_its_job_and_fails_if_it_is_none() {
    let answer = |job: &str| {
        let mut worker = Command::new(program_of_process_pool());
        let output = worker.args([process_pool::WORKER, job]).output().expect("a worker");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(answer("10"), (true, "4\n".into()));
    assert_eq!(answer("ten"), (false, String::new()));
}

/// The processes that are workers at one of these jobs, as Linux tells it.
#[cfg(target_os = "linux")]
fn workers_at(jobs: &[&str]) -> Vec<u32> {
    let mut found = vec![];
    for process in std::fs::read_dir("/proc").expect("/proc").flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue; // not every entry is a process
        };
        let command = std::fs::read_to_string(process.path().join("cmdline")).unwrap_or_default();
        let words: Vec<&str> = command.split('\0').collect();
        let at_it = words.iter().any(|word| jobs.contains(word));
        if words.contains(&process_pool::WORKER) && at_it && is_alive(pid) {
            found.push(pid);
        }
    }
    found
}

/// A zombie has ended: it only waits for its parent to look at how.
#[cfg(target_os = "linux")]
fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The state comes after the name, which is in brackets.
    let state = stat.rsplit_once(") ").and_then(|(_, fields)| fields.chars().next());
    !matches!(state, None | Some('Z'))
}

/// A process that would compute for minutes, and whose job is dropped or whose runtime is.
#[test]
#[cfg(target_os = "linux")]
fn a_process_at_work_is_killed_when_its_job_is_dropped_and_when_its_runtime_is() {
    use_workers();
    for (job, only_the_job) in [("16000001", true), ("16000002", false)] {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        runtime.block_on(async {
            let task = spawn(async move { process_pool::Pool::new(1).run(job).await });
            let deadline = Instant::now() + Duration::from_secs(60);
            while workers_at(&[job]).is_empty() {
                assert!(Instant::now() < deadline, "the worker should begin");
                sleep(ms(1)).await;
            }
            if only_the_job {
                task.abort();
                let _ = task.await; // "cancelled"
            }
        });
        if !only_the_job {
            drop(runtime);
        }
        let deadline = Instant::now() + Duration::from_secs(60);
        while !workers_at(&[job]).is_empty() {
            assert!(Instant::now() < deadline, "the worker at {job} computes on");
            thread::yield_now();
        }
    }
}

// threads_and_tasks

/// A run in which coffee begins before tea has ended. On a machine that stands still for 150 ms
/// between the two questions it does not; so there it is tried again.
fn both_under_way() -> (Recording<Vec<String>>, Chart) {
    for _ in 0..TIMES {
        let run = in_real_time("a thread asks").record_blocking(threads_and_tasks::from_a_thread);
        let chart = run.chart();
        if chart.row("coffee").spans[0].from < chart.row("tea").end.0 {
            return (run, chart);
        }
    }
    panic!("coffee never begins before tea has ended");
}

#[test]
fn a_thread_asks_twice_and_both_answers_are_under_way_together() {
    let (run, chart) = both_under_way();
    assert_eq!(
        texts(&run),
        ["tea begin", "coffee begin", "main tea! coffee!", "serve no more questions"],
        "both begin before either has an answer"
    );
    assert!(run.elapsed >= ms(150), "the longer answer takes 150 ms, not {:?}", run.elapsed);
    assert!(
        chart.row("main").spans.iter().all(|span| !matches!(span.state, State::Waiting(_))),
        "it blocks"
    );
    for lane in ["loop", "serve", "tea", "coffee"] {
        assert!(time_in(&chart, lane, State::Running).is_zero(), "{lane} is on another thread");
        assert_eq!(chart.row(lane).end.1, End::Finished, "{lane}");
    }
    assert_eq!(run.output(), ["tea!", "coffee!"]);
}

#[test]
fn tasks_await_what_a_thread_reads() {
    let run = in_real_time("a task asks").record(threads_and_tasks::from_a_task);
    for number in 1..=3 {
        let at = |text: String| texts(&run).iter().position(|line| *line == text);
        let (read, got) = (at(format!("reader read {number}")), at(format!("main got {number}")));
        assert!(
            read.is_some() && read < got,
            "{number} is read, and then received: {:?}",
            texts(&run)
        );
    }
    assert!(run.elapsed >= ms(150), "three times 50 ms, not {:?}", run.elapsed);
    assert_eq!(run.output(), 6);
}
