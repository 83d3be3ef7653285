//! What a learner reads when an attempt fails, and that a verdict comes whatever was written.
use async_concepts::{LaneExt, say, timeline::Recording};
use futures::join;
use std::{
    cell::Cell,
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    process::Command,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::time::sleep;
use workshop::{
    Attempt, Everywhere, Prediction, attempt, every_cancellation, every_schedule, ms, scenario,
};

/// With a prediction, everything is shown.
const PREDICTED: Prediction = Some((100, ""));

/// Held by tests that look whether a thread sleeps, and by the one that keeps all processors: what
/// watches a thread needs one now and then.
static PROCESSORS: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    PROCESSORS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The verdict of an attempt that fails.
fn verdict<T>(attempt: Attempt<T>) -> String {
    let panic =
        catch_unwind(AssertUnwindSafe(|| attempt.verdict())).expect_err("the attempt passes");
    *panic.downcast::<String>().expect("a verdict is text")
}

fn headline<T>(attempt: Attempt<T>) -> String {
    verdict(attempt).lines().next().expect("a verdict has a headline").to_owned()
}

async fn naps() -> u32 {
    sleep(ms(100)).lane("A").await;
    say!("one");
    sleep(ms(200)).lane("B").await;
    say!("two");
    2
}

const LINES: [&str; 2] = ["0.100 main one", "0.300 main two"];

#[test]
fn what_is_as_expected_passes_even_if_it_looks_like_a_mistake() {
    attempt(naps)
        .mistake("it took too long", |run| run.took(300))
        .takes(300)
        .says(&LINES)
        .returns(2)
        .verdict();
}

#[test]
fn each_expectation_can_fail() {
    assert_eq!(
        headline(attempt(naps).predicted(PREDICTED).takes(200)),
        "everything ran one after another, and nothing overlapped: 300 ms instead of 200 ms"
    );
    assert_eq!(
        headline(attempt(naps).predicted(PREDICTED).returns(3)),
        "what it returned is off by one: it returned 2 instead of 3"
    );
    assert_eq!(headline(attempt(naps).says(&[])), "“one” should not have been said");
    let doubtful = attempt(naps).holds("nothing naps", |run| run.lanes("A") == 0);
    assert_eq!(headline(doubtful), "it does not hold that nothing naps");
}

#[test]
fn the_first_mistake_that_fits_is_named_with_the_fact_by_which_one_sees_it() {
    let attempt = attempt(naps)
        .mistake("they overlapped", |run| run.took(200))
        .mistake("they ran one after another", |run| run.took(300))
        .mistake("two naps", |run| run.count("main") == 2);
    assert_eq!(
        headline(attempt.predicted(PREDICTED).takes(200)),
        "they ran one after another: 300 ms instead of 200 ms"
    );
}

#[test]
fn questions_about_a_run_are_answered() {
    let attempt = attempt(naps)
        .holds("it took 300 ms", |run| run.took(300) && !run.took(299) && run.took_more_than(299))
        .holds("it took no more than 300 ms", |run| !run.took_more_than(300))
        .holds("it said one at 100 ms", |run| run.said("0.100 main one") && !run.said("three"))
        .holds("it said two things in order", |run| run.said_in_order(&["one", "two"]))
        .holds("it did not say them in the other order", |run| !run.said_in_order(&["two", "one"]))
        .holds("it said nothing twice", |run| !run.said_in_order(&["one", "one"]))
        .holds("it slept on no thread", |run| !run.slept_on_the_thread(500))
        .holds("it has an output", |run| run.output() == Some(&2))
        .holds("it ended well", |run| {
            !run.never_ended() && !run.blocked() && !run.panicked_with("")
        })
        .holds("it had two lanes beside main", |run| run.lanes("") == 3 && run.lanes("B") == 1);
    attempt.verdict();
}

#[test]
fn a_thread_that_slept_is_told_from_a_run_that_had_nothing_to_do() {
    let _alone = alone();
    let asleep = attempt(async || std::thread::sleep(ms(300)));
    let told = cfg!(target_os = "linux");
    asleep.holds("the thread slept", move |run| run.slept_on_the_thread(20) == told).verdict();
    attempt(async || ())
        .holds("the thread did not sleep", |run| !run.slept_on_the_thread(1))
        .verdict();
}

/// Keeps the thread for so long, and does not sleep.
fn spin(time: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < time {
        std::hint::spin_loop();
    }
}

#[test]
fn a_thread_that_computes_did_not_sleep_however_busy_the_machine_is() {
    let _alone = alone();
    let busy = AtomicBool::new(true);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while busy.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let computes = attempt(async || spin(ms(150))).predicted(PREDICTED).takes(150);
        assert_eq!(
            headline(computes),
            "no time passed at all: nothing that takes time was awaited: 0 instead of 150 ms"
        );
        let sleeps = attempt(async || std::thread::sleep(ms(300))).takes(300);
        let headline = headline(sleeps);
        busy.store(false, Ordering::Relaxed);
        let told = headline.starts_with("the thread slept");
        assert!(told || !cfg!(target_os = "linux"), "{headline}");
    });
}

/// The runtime's thread waits then, and what else there is can run.
#[test]
fn a_thread_that_waits_for_another_as_the_runtime_does_was_not_kept() {
    let elsewhere = async || {
        let sleeps = tokio::task::spawn_blocking(|| std::thread::sleep(ms(300)));
        sleeps.await.expect("it does not panic")
    };
    let headline = headline(attempt(elsewhere).predicted(PREDICTED).takes(70));
    assert!(!headline.contains("slept"), "{headline}");
}

/// The program of the test below, which sets its environment.
#[test]
#[ignore = "another test runs it, in a process of its own"]
fn panics_in_a_run() {
    println!("{}", headline(attempt(fails)));
}

#[test]
fn a_backtrace_of_a_panic_is_only_printed_on_demand() {
    for (value, is_printed) in [("0", false), ("1", false), ("full", true)] {
        let output = Command::new(std::env::current_exe().expect("this program"))
            .args(["--ignored", "--exact", "--nocapture", "panics_in_a_run"])
            .env("RUST_BACKTRACE", value)
            .output()
            .expect("this program again");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(errors.contains("stack backtrace"), is_printed, "{value}: {errors}");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(printed.contains("main panicked at line "), "{printed}");
    }
}

/// The program of the test below, which stops it in the middle.
#[test]
#[ignore = "another test runs it, in a process of its own"]
fn computes_until_half_a_second_is_over() {
    let computes = attempt(async || {
        eprintln!("begun");
        spin(ms(500));
    });
    println!("{}", headline(computes.predicted(PREDICTED).takes(500)));
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_was_stopped_and_went_on_did_not_sleep() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "--nocapture", "computes_until_half_a_second_is_over"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this program again");
    let mut errors = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let begun = errors.any(|line| line.expect("it is text").contains("begun"));
    assert!(begun, "the run does not begin");
    let process = child.id().to_string();
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &process]).status();
        assert!(sent.expect("`kill` is there").success());
    };
    signal("-STOP");
    std::thread::sleep(ms(300));
    signal("-CONT");
    let output = child.wait_with_output().expect("it ends");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("\nno time passed at all: "), "{printed}");
}

#[test]
fn a_line_that_is_missing_or_too_many_stands_alone() {
    let text = verdict(attempt(naps).predicted(PREDICTED).says(&[
        "0.050 main zero",
        LINES[0],
        LINES[1],
        "0.400 main three",
    ]));
    let table = [
        "  expected            your run",
        "  0.050 main zero   ≠",
        "  0.100 main one      0.100 main one",
        "  0.300 main two      0.300 main two",
        "  0.400 main three  ≠",
    ];
    assert!(text.contains(&table.join("\n")), "{text}");
    let text = verdict(attempt(naps).predicted(PREDICTED).says(&LINES[1..]));
    let table = [
        "  expected          your run",
        "                  ≠ 0.100 main one",
        "  0.300 main two    0.300 main two",
    ];
    assert!(text.contains(&table.join("\n")), "{text}");
}

#[test]
fn a_flood_of_lines_is_cut() {
    let flood = async || (0..100).for_each(|line| say!("{line}"));
    let text = verdict(attempt(flood).predicted(PREDICTED).says(&[]));
    assert!(text.contains("≠ 0.000 main 11\n  … and 88 more lines\n"), "{text}");
}

#[test]
fn the_timeline_is_drawn_below() {
    let text = verdict(attempt(naps).predicted(PREDICTED).takes(200));
    assert!(
        text.contains("\nyour run\n") && text.contains("█ running") && text.contains("A   █─"),
        "{text}"
    );
}

#[test]
fn a_deadlock_gets_a_verdict_that_names_the_lanes() {
    let deadlock = attempt(async || {
        let nap = async {
            sleep(ms(10)).await;
            pending::<()>().await
        };
        join!(nap.lane("A"), pending::<()>().lane("B"))
    });
    let headline = headline(deadlock.hangs("no task wakes them", |run| run.never_ended()).takes(0));
    // What is expected besides is not asked of a run that has not ended.
    assert!(headline.starts_with("no task wakes them: it never ends: "), "{headline}");
    assert!(headline.contains('A') && headline.contains('B'), "{headline}");
}

#[test]
fn what_goes_on_for_ever_gets_a_verdict() {
    let endless = attempt(async || {
        let ticks = async {
            loop {
                sleep(ms(60_000)).await;
            }
        };
        ticks.lane("ticks").await
    });
    let headline = headline(endless.holds("it ends", |_: &workshop::Run<()>| false));
    assert!(headline.starts_with("it goes on for ever: "), "{headline}");
}

#[test]
fn a_panic_gets_a_verdict_with_its_message() {
    let panics = async || -> u32 { panic!("no such page") };
    let headline = headline(attempt(panics).panics("it panicked", "such").returns(1));
    assert!(headline.starts_with("it panicked: main panicked at line "), "{headline}");
    assert!(headline.ends_with(": no such page"), "{headline}");
}

#[test]
fn on_the_real_clock_time_passes_by_itself() {
    let listening = async || {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (client, server) = join!(tokio::net::TcpStream::connect(address), listener.accept());
        client.and(server.map(|_| ()))
    };
    scenario("a socket")
        .attempt_for_real(listening)
        .holds("they have met", |run| matches!(run.output(), Some(Ok(()))))
        .verdict();
}

#[test]
fn without_a_prediction_times_lines_and_the_timeline_are_withheld() {
    let text = verdict(attempt(naps).takes(200).says(&[]));
    assert!(text.contains("Predict first"), "{text}");
    assert!(
        !text.contains("200 ms") && !text.contains("main one") && !text.contains('█'),
        "{text}"
    );
}

/// The recorder's sentence on a run that did not end tells since when each lane waits.
#[test]
fn without_a_prediction_a_run_that_does_not_end_is_told_without_times() {
    let stuck = async || {
        sleep(ms(10)).await;
        pending::<()>().lane("A").await;
    };
    let withheld = headline(attempt(stuck));
    assert!(withheld.contains("A has been waiting (the lane made at "), "{withheld}");
    assert!(!withheld.contains(" ms"), "{withheld}");
    let shown = headline(attempt(stuck).predicted(PREDICTED));
    assert!(shown.contains("A has been waiting since 10 ms (the lane made at "), "{shown}");
    // A panic may speak of any time: it is the learner's own text.
    let panics = async || panic!("too late at 10 ms");
    assert!(headline(attempt(panics)).ends_with(": too late at 10 ms"));
}

#[test]
fn without_a_prediction_the_schedule_or_the_cancellation_is_told_without_times() {
    let lost = || async {
        let news = tokio::sync::Notify::new();
        let waiter = async {
            sleep(ms(10)).await;
            news.notified().await;
        };
        let teller = async {
            sleep(ms(10)).await;
            news.notify_waiters();
        };
        join!(waiter.lane("waiter"), teller.lane("teller"));
    };
    let withheld = explored_without_a_prediction(every_schedule(lost));
    assert!(withheld.contains(" schedules hold)"), "{withheld}");
    assert!(!withheld.contains("10 ms"), "{withheld}");
    let shown = explored(every_schedule(lost));
    assert!(shown.contains(" schedules hold; here, at decision "), "{shown}");
    let sleeps = || async { sleep(ms(10)).await };
    let whole = |run: &Recording<Option<()>>| matches!(run.outcome, Ok(Some(())));
    let cut = every_cancellation(sleeps).holds("it is not dropped", whole);
    let withheld = explored_without_a_prediction(cut);
    assert!(!withheld.contains("10 ms"), "{withheld}");
}

/// What stands in for code that rustc refuses has times, too. They are those of nothing.
#[test]
fn what_stands_in_for_code_that_rustc_has_not_seen_is_not_compared() {
    let program = async || {
        workshop::does_not_compile! { { sleep(ms(70)).await; 1 } =>
            let number: u32 = "one";
            number
        }
    };
    let text = verdict(attempt(program).predicted(PREDICTED).takes(20).returns(2));
    assert!(text.contains("only stands in for"), "{text}");
    assert!(!text.contains("you said") && !text.contains('█'), "{text}");
    let text = verdict(attempt(naps).predicted(PREDICTED).takes(20));
    assert!(text.contains("you said 100 ms") && !text.contains("stands in"), "{text}");
}

#[test]
fn an_order_of_many_lanes_is_cut() {
    let many =
        async || futures::future::join_all((0..100).map(|_| sleep(ms(10)).lane("nap"))).await;
    let text = verdict(attempt(many).predicted(Some((10, "nap yawn"))).takes(20));
    let text = text.replace('\n', " ");
    assert!(text.contains("you said the order nap yawn, and it was nap nap"), "{text}");
    assert!(text.contains("nap, and 88 more"), "{text}");
}

#[test]
fn a_prediction_is_compared_with_the_run() {
    let text = verdict(attempt(naps).predicted(Some((200, "B A"))).takes(200));
    assert!(text.contains("you said 200 ms; it took 300 ms; you said the order B A"), "{text}");
    let text = verdict(attempt(naps).predicted(Some((300, "A B"))).takes(200));
    assert!(text.contains("you said 300 ms, and so it was; the order was as you said"), "{text}");
}

#[test]
fn the_headline_is_the_first_line_and_the_last() {
    let text = verdict(attempt(naps).predicted(PREDICTED).takes(200));
    let headline = text.lines().next().expect("a verdict has a headline");
    let (_, end) = text.rsplit_once("\n\n").expect("it stands alone at the end");
    assert_eq!(end.split_whitespace().collect::<Vec<_>>().join(" "), headline);
    // In lines that fit on a small screen, and broken between words.
    assert!(end.lines().count() == 2 && end.lines().all(|line| line.len() <= 78), "{end}");
}

#[test]
fn lanes_may_speak_in_any_order_within_an_instant_but_each_for_itself_in_its_own() {
    let both = async || {
        let speak = async |name| {
            say!("{name} one");
            say!("{name} two");
        };
        join!(speak("a").lane("A"), speak("b").lane("B"))
    };
    let b_first = ["0.000 B b one", "0.000 B b two", "0.000 A a one", "0.000 A a two"];
    attempt(both).says(&b_first).verdict();
    let headline = headline(attempt(both).says(&[b_first[1], b_first[0], b_first[2], b_first[3]]));
    assert!(headline.starts_with("not yet"), "{headline}");
}

#[test]
fn another_scenario_gives_other_times_and_values() {
    let sum = async || {
        let mut sum = workshop::given(1_u32);
        for _ in 0..3 {
            sleep(ms(10)).await;
            sum += 1;
        }
        workshop::delay("the end").await;
        sum
    };
    attempt(sum).takes(30).returns(4).verdict();
    scenario("other numbers")
        .times(10, &[5, 20])
        .value(1_u32, 7)
        .delay("the end", 100)
        .attempt(sum)
        .takes(130)
        .returns(10)
        .verdict();
    attempt(sum).takes(30).returns(4).verdict();
}

#[test]
fn what_is_aborted_in_the_last_moment_counts_as_ended() {
    let aborted = async || {
        let task = tokio::spawn(sleep(ms(50)).lane("task"));
        sleep(ms(10)).await;
        task.abort();
    };
    attempt(aborted).holds("it is not left running", |run| !run.left_running("task")).verdict();
    let detached = async || {
        drop(tokio::spawn(sleep(ms(50)).lane("task")));
        sleep(ms(10)).await;
    };
    attempt(detached).holds("it is left running", |run| run.left_running("task")).verdict();
}

#[test]
fn the_mistakes_of_every_exercise_are_told_apart() {
    let _alone = alone();
    let one = headline(attempt(async || drop(tokio::spawn(sleep(ms(50)).lane("task")))).takes(50));
    assert!(one.starts_with("`task` was still under way"), "{one}");
    let two = headline(attempt(async || sleep(Duration::from_secs(50)).await).takes(50));
    assert!(two.contains("wrong unit"), "{two}");
    let three = headline(attempt(async || std::thread::sleep(ms(300))).takes(300));
    assert!(three.starts_with("the thread slept"), "{three}");
    let four = headline(attempt(async || Err::<(), _>("refused")).returns(Ok::<_, &str>(())));
    assert!(four.starts_with("it returned an error"), "{four}");
    let five = headline(
        attempt(async || join!(sleep(ms(5)).lane("job 1"), sleep(ms(5)).lane("job 2")))
            .at_most(1, "job"),
    );
    assert!(five.starts_with("too many at a time: 2 lanes “job”"), "{five}");
}

/// The verdict of an exploration that fails, in one line.
fn explored<T: std::fmt::Debug + Send + 'static>(everywhere: Everywhere<T>) -> String {
    explored_without_a_prediction(everywhere.predicted(PREDICTED))
}

fn explored_without_a_prediction<T>(everywhere: Everywhere<T>) -> String
where
    T: std::fmt::Debug + Send + 'static,
{
    let verdict = AssertUnwindSafe(|| everywhere.verdict());
    let panic = catch_unwind(verdict).expect_err("all runs pass");
    panic.downcast::<String>().expect("a verdict is text").replace('\n', " ")
}

#[test]
fn what_holds_in_tokios_own_order_only_fails_with_the_schedule_drawn() {
    let program = || async {
        let news = tokio::sync::Notify::new();
        let waiter = async { news.notified().await };
        let teller = async { news.notify_waiters() };
        join!(waiter.lane("waiter"), teller.lane("teller"));
    };
    let text = explored(every_schedule(program));
    assert!(text.starts_with("it never ends: "), "{text}");
    assert!(text.contains(" holds; here, at decision 0 (0) teller goes before waiter)"), "{text}");
    assert!(text.contains(" your run ") && text.contains("teller "), "{text}");
}

/// “It holds in tokio's own order” would be false, and the cause is seen as in any attempt.
#[test]
fn what_fails_in_tokios_own_order_already_is_not_blamed_on_the_order() {
    let _alone = alone();
    let both = async |sleeps: bool| {
        join!(
            async {
                if sleeps {
                    // When another test has kept its thread, a run of an exploration is given up
                    // after 250 ms.
                    std::thread::sleep(ms(150));
                }
            }
            .lane("A"),
            async {}.lane("B")
        );
        1
    };
    let text = explored(every_schedule(move || both(false)).returns(2));
    let fact = "what it returned is off by one: it returned 1 instead of 2 ";
    assert!(text.starts_with(fact), "{text}");
    assert!(text.contains("of the file: this is tokio's own schedule)"), "{text}");
    let text = explored(every_schedule(move || both(true)).returns(2));
    let told = text.starts_with("the thread slept");
    assert!(told || !cfg!(target_os = "linux"), "{text}");
    let panics = || async {
        join!(async { panic!("no such page") }.lane("A"), async {}.lane("B"));
    };
    let text = explored(every_schedule(panics));
    assert!(text.starts_with("A panicked at line "), "{text}");
}

/// The same schedule holds in one run and fails in the next: nothing is known of the others.
#[test]
fn what_chooses_at_random_is_not_blamed_on_the_order() {
    let program = async || {
        let tie = async {
            tokio::select! { () = async {} => 1, () = async {} => 2 }
        };
        join!(tie.lane("tie"), async {}.lane("other")).0
    };
    let text = explored(every_schedule(program).returns(7));
    assert!(text.contains(": the program chooses at random; here, tokio's own"), "{text}");
    assert!(!text.contains("hold"), "{text}");
}

/// What keeps the value from a learner must not be undone by the cause.
#[test]
fn what_is_off_by_one_is_said_with_a_prediction_only() {
    assert_eq!(
        headline(attempt(naps).returns(3)),
        "not yet: it returned another value than it should"
    );
}

#[test]
fn a_lane_is_said_to_be_dropped_if_that_is_why_its_line_is_missing() {
    let dropped = async || {
        let job = async {
            sleep(ms(50)).await;
            say!("half");
            sleep(ms(100)).await;
            say!("whole");
        };
        tokio::time::timeout(ms(100), job.lane("job")).await.is_err()
    };
    let half = "0.050 job half";
    assert_eq!(
        headline(attempt(dropped).says(&[half, "0.150 job whole"])),
        "`job` was dropped before it was done"
    );
    assert_eq!(
        headline(attempt(dropped).predicted(PREDICTED).says(&["0.020 job begun", half])),
        "“begun” was not said"
    );
}

/// A task panics, and `main`, which does not get what it waits for, with another message.
#[test]
fn a_panic_is_said_of_the_lane_and_of_the_line_that_panicked_with_this_message() {
    let line = line!() + 1;
    let program = async || tokio::spawn(fails().lane("task")).await.expect("it ends well");
    let headline = headline(attempt(program));
    assert!(
        headline.starts_with(&format!("main panicked at line {line}: it ends well: ")),
        "{headline}"
    );
    let inner = headline_of_a_panic_within_lanes();
    assert!(inner.starts_with("inner panicked at line "), "{inner}");
}

async fn fails() {
    panic!("no such page");
}

fn headline_of_a_panic_within_lanes() -> String {
    headline(attempt(async || async { fails().lane("inner").await }.lane("outer").await))
}

#[test]
fn what_must_not_be_dropped_fails_with_the_wait_at_which_it_was() {
    let program = || async {
        let money = Cell::new(100);
        let transfer = async {
            money.set(70);
            sleep(ms(10)).await;
            money.set(100);
        };
        transfer.lane("transfer").cancellable().await;
        money.get()
    };
    let kept = |run: &Recording<Option<u32>>| matches!(run.outcome, Ok(Some(100)));
    let text = explored(every_cancellation(program).holds("the money is there", kept));
    assert!(text.starts_with("it holds if the future is not dropped"), "{text}");
    assert!(text.contains("`transfer` is dropped in its wait number 1 of 1"), "{text}");
    assert!(text.contains("it does not hold that the money is there"), "{text}");
}

/// The program of the tests below: what cannot be explored, since its task has no lane.
#[test]
#[ignore = "another test runs it, in a process of its own"]
fn has_a_task_without_a_lane() {
    let program = || async { tokio::spawn(sleep(ms(10))).await.expect("it does not panic") };
    every_schedule(program).verdict();
    every_cancellation(program).verdict();
}

#[test]
fn what_cannot_be_explored_is_no_failure_and_the_learner_is_told() {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "has_a_task_without_a_lane"])
        .output()
        .expect("this program again");
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8_lossy(&output.stderr).replace('\n', " ");
    for what in ["no other order of its lanes", "no cancellation"] {
        let sentence = format!("Not tried: {what}, since ");
        assert!(told.contains(&sentence), "{told}");
    }
    assert!(told.contains("a task without a lane, which runs before all lanes"), "{told}");
}

/// Such a program is run all the same, once: what does not even hold then is a failure.
#[test]
fn what_cannot_be_explored_and_is_wrong_anyway_fails() {
    let program = || async { tokio::spawn(async { 1 }).await.expect("it does not panic") };
    let text = explored(every_schedule(program).returns(2));
    assert!(text.starts_with("what it returned is off by one: "), "{text}");
    assert!(text.contains("nothing is dropped, and the lanes run in tokio's own order"), "{text}");
    let wrong = |run: &Recording<Option<i32>>| matches!(run.outcome, Ok(Some(2)));
    let text = explored(every_cancellation(program).holds("it is two", wrong));
    assert!(text.contains("it does not hold that it is two"), "{text}");
}

#[test]
fn a_scenario_can_hold_the_locks_of_an_exercise() {
    let program = async || {
        let lock = workshop::shared::sync::Mutex::new(7);
        sleep(ms(20)).await;
        let taken = lock.try_lock().is_err();
        let value = *lock.lock().await;
        (taken, value)
    };
    attempt(program).takes(20).returns((false, 7)).verdict();
    let held = scenario("another task holds the lock").held(10, 50);
    held.attempt(program).takes(50).returns((true, 7)).verdict();
}

/// A lock of the harness, and a `main` that is made in `async_concepts`: a learner can do nothing
/// about a line there.
#[test]
fn a_verdict_names_lines_of_the_learner_only() {
    let locked_twice = || async {
        let lock = workshop::shared::sync::Mutex::new(7);
        let _first = lock.lock().await;
        let _second = lock.lock().await;
    };
    let text = headline(attempt(locked_twice));
    assert!(text.contains("verdicts.rs:") && !text.contains("lock.rs"), "{text}");
    let text = explored(every_schedule(|| async { pending::<()>().await }));
    let headline = text.split(" [").next().expect("it has a beginning");
    assert!(headline.contains("verdicts.rs:") && !headline.contains("src/"), "{text}");
    let never = || async { pending::<()>().lane("A").cancellable().await };
    let text = explored(every_cancellation(never));
    let headline = text.split(" [").next().expect("it has a beginning");
    assert!(headline.contains("verdicts.rs:") && !headline.contains("src/"), "{text}");
}

/// A program that is no exercise, so that the README answers none.
async fn breakfast() -> &'static str {
    sleep(ms(100)).lane("toast").await;
    say!("the toast is done");
    sleep(ms(200)).lane("egg").await;
    say!("the egg is done");
    "served"
}

/// Each of the two waits for the other.
async fn never() {
    let (toast, egg) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
    let make = async |wait: &tokio::sync::Notify, tell: &tokio::sync::Notify| {
        sleep(ms(10)).await;
        wait.notified().await;
        tell.notify_one();
    };
    join!(make(&egg, &toast).lane("toast"), make(&toast, &egg).lane("egg"));
}

#[test]
fn the_verdicts_in_the_readme_are_those_that_one_gets() {
    let readme = include_str!("../../README.md");
    let late = verdict(
        attempt(breakfast)
            .predicted(Some((200, "toast egg")))
            .mistake("the egg was begun when the toast was done", |run| run.took(300))
            .takes(200)
            .says(&["0.100 main the toast is done", "0.200 main the egg is done"])
            .returns("served"),
    );
    let shown = format!("```text\n{}\n```\n", late.trim_end());
    assert!(readme.contains(&shown), "the README lacks this:\n{shown}");
    let endless = headline(
        attempt(never)
            .predicted(PREDICTED)
            .hangs("each waits for the other", |run| run.deadlocked()),
    );
    // The sentence of the recorder goes on with places, and is tested with the recorder.
    let cause = endless.split(" at ").next().unwrap_or_default();
    assert!(readme.contains(&format!("```text\n{cause}")), "the README lacks this:\n{endless}");
}
