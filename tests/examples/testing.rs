//! The examples of the topic `testing`: each with the test that its source shows.
use super::{
    all::{
        all_schedules::{self, the_newest},
        paused_clock::{self, flaky, retry},
        poll_by_poll::{self, Gate},
        scripted_io::{self, ask},
        scripted_stream::{self, calm},
    },
    assert_run, ms,
};
use async_concepts::{record, schedules::every_schedule};
use futures::StreamExt;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_test::{assert_pending, assert_ready, stream_mock::StreamMockBuilder, task};

/// The test in an example's source stands here, too, line by line.
#[track_caller]
fn shows_its_test(example: &str) {
    let (_, shown) =
        example.split_once("it stands in `tests/examples/testing.rs`").expect("a test");
    let (shown, _) = shown.split_once("// ANCHOR_END: test").expect("its end");
    let packed = |text: &str| text.split_whitespace().collect::<String>();
    let code: Vec<&str> = shown.lines().filter_map(|line| line.strip_prefix("//     ")).collect();
    let here = packed(include_str!("testing.rs"));
    let shown = packed(&code.join(" "));
    assert!(here.contains(&shown), "the example shows another test:\n{shown}");
}

#[test]
fn each_example_shows_its_test() {
    shows_its_test(include_str!("../../examples/testing/paused_clock.rs"));
    shows_its_test(include_str!("../../examples/testing/poll_by_poll.rs"));
    shows_its_test(include_str!("../../examples/testing/scripted_io.rs"));
    shows_its_test(include_str!("../../examples/testing/scripted_stream.rs"));
    shows_its_test(include_str!("../../examples/testing/all_schedules.rs"));
}

// paused_clock

#[tokio::test(start_paused = true)]
async fn a_retry_waits_twice_as_long_each_time() {
    let start = Instant::now(); // tokio's
    assert_eq!(retry(flaky).await, "connected");
    assert_eq!(start.elapsed(), Duration::from_millis(100 + 200 + 400));
}

#[test]
fn the_run_waits_as_the_test_does() {
    let run = record("paused_clock", paused_clock::paused_clock);
    assert_run(
        &run,
        [
            "0.000 main attempt 1",
            "0.100 main attempt 2",
            "0.300 main attempt 3",
            "0.700 main attempt 4",
            "0.700 main connected after 700 ms",
        ],
        ms(700),
    );
    assert_eq!(run.output(), ms(700));
}

#[tokio::test(start_paused = true)]
async fn the_instant_of_std_does_not_follow_the_paused_clock() {
    let (of_std, of_tokio) = (std::time::Instant::now(), Instant::now());
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(of_tokio.elapsed(), Duration::from_secs(3600));
    assert!(of_std.elapsed() < Duration::from_secs(3600), "an hour has not really passed");
}

/// The paused clock stands still while a thread works, so the timeout does not come first.
#[tokio::test(start_paused = true)]
async fn the_paused_clock_stands_still_while_a_thread_works() {
    let start = Instant::now();
    let work = tokio::task::spawn_blocking(|| std::thread::sleep(ms(40)));
    let outcome = tokio::time::timeout(ms(10), work).await;
    assert!(outcome.is_ok(), "on a real clock this would be a timeout");
    assert_eq!(start.elapsed(), ms(0));
}

// poll_by_poll

#[test]
fn a_gate_lets_in_two_and_wakes_the_third_when_one_leaves() {
    let gate = Gate::for_two();
    let first = assert_ready!(task::spawn(gate.enter()).poll());
    let _second = assert_ready!(task::spawn(gate.enter()).poll());
    let mut third = task::spawn(gate.enter());
    assert_pending!(third.poll());
    assert!(!third.is_woken());
    drop(first);
    assert!(third.is_woken()); // woken, and not polled yet
    let _third = assert_ready!(third.poll());
}

#[test]
fn a_future_that_is_dropped_in_the_queue_passes_its_turn_on() {
    let gate = Gate::for_two();
    let first = assert_ready!(task::spawn(gate.enter()).poll());
    let _second = assert_ready!(task::spawn(gate.enter()).poll());
    let mut third = task::spawn(gate.enter());
    let mut fourth = task::spawn(gate.enter());
    assert_pending!(third.poll());
    assert_pending!(fourth.poll());
    drop(first);
    assert!(third.is_woken() && !fourth.is_woken(), "in the order in which they came");
    drop(third);
    assert!(fourth.is_woken(), "the permit of the third goes to the fourth");
    let _fourth = assert_ready!(fourth.poll());
}

#[test]
fn at_the_gate_the_third_waits_until_one_leaves() {
    let run = record("poll_by_poll", poll_by_poll::poll_by_poll);
    assert_run(
        &run,
        [
            "0.000 A enters",
            "0.000 B enters",
            "0.100 A leaves",
            "0.100 B leaves",
            "0.100 C enters",
            "0.200 C leaves",
        ],
        ms(200),
    );
}

// scripted_io

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_in_two_pieces_is_one_line() {
    let start = Instant::now();
    let script = tokio_test::io::Builder::new()
        .read(b"hello\n")
        .write(b"time\n")
        .read(b"twelve ")
        .wait(Duration::from_millis(100))
        .read(b"o'clock\n")
        .build();
    assert_eq!(ask(script).await.expect("no error"), "twelve o'clock\n");
    assert_eq!(start.elapsed(), ms(100));
}

#[tokio::test]
async fn an_error_of_the_transport_reaches_the_caller() {
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let script = tokio_test::io::Builder::new().read(b"hello\n").write_error(reset).build();
    let error = ask(script).await.expect_err("the question cannot be sent");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
#[should_panic(expected = "left == right")]
async fn a_byte_that_the_script_does_not_expect_panics() {
    let script = tokio_test::io::Builder::new().read(b"hello\n").write(b"date\n").build();
    let _ = ask(script).await;
}

#[test]
fn the_run_does_what_the_script_says() {
    let run = record("scripted_io", scripted_io::scripted_io);
    assert_run(
        &run,
        ["0.000 client greeted: hello", "0.100 client answered: twelve o'clock"],
        ms(100),
    );
    assert_eq!(run.output().expect("no error"), "twelve o'clock\n");
}

// scripted_stream

#[tokio::test(start_paused = true)]
async fn only_the_last_item_before_a_pause_is_given_on() {
    let keys = StreamMockBuilder::new()
        .next("a")
        .wait(ms(50))
        .next("b")
        .wait(ms(50))
        .next("c")
        .wait(ms(250))
        .next("d")
        .build();
    assert_eq!(calm(keys).collect::<Vec<_>>().await, ["c", "d"]);
}

#[test]
fn an_item_is_given_on_100_ms_after_it_came() {
    let run = record("scripted_stream", scripted_stream::scripted_stream);
    assert_run(
        &run,
        [
            "0.000 main press a",
            "0.050 main press b",
            "0.100 main press c",
            "0.200 main search for c",
            "0.350 main press d",
            "0.350 main search for d",
        ],
        ms(350),
    );
    assert_eq!(run.output(), "cd");
}

// all_schedules

#[test]
fn an_answer_to_an_old_question_is_ignored_in_every_schedule() {
    let run = record("the newest", the_newest);
    assert_run(&run, ["0.100 B shows rust"], ms(100));
    assert_eq!(run.output(), "rust");
    every_schedule("search", the_newest).check(|run| matches!(run.outcome, Ok("rust"))).holds();
}

#[test]
fn in_tokios_order_the_last_question_is_the_last_answer_and_in_another_it_is_not() {
    let run = record("what comes", all_schedules::what_comes);
    assert_run(&run, ["0.100 A shows ru", "0.100 B shows rust"], ms(100));
    assert_eq!(run.output(), "rust");
    let explored = every_schedule("search", all_schedules::what_comes)
        .check(|run| matches!(run.outcome, Ok("rust")))
        .explore();
    assert_eq!((explored.schedules, explored.failing), (4, 2), "{explored}");
    let failure = explored.failure.as_ref().expect("two fail");
    assert_eq!(failure.schedule.describe(), "at decision 2 (100 ms) B goes before A");
    assert_eq!(failure.recording.transcript(), ["0.100 B shows rust", "0.100 A shows ru"]);
    assert!(explored.to_string().ends_with("SCHEDULE=search:0.0.1 cargo test"), "{explored}");
}
