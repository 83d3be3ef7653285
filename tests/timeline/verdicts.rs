//! Runs that do not end by themselves: a sentence always comes, and names the lanes.
use crate::ms;
use async_concepts::{
    LaneExt, block, on_thread, record, say,
    timeline::{Clock, Code, End, Line, Observe, Recorder, Recording, State, Verdict},
};
use std::{
    future::{pending, poll_fn},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex as StdMutex,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    task::{Poll, Waker},
    time::Duration,
};
use tokio::{
    runtime::Handle,
    select,
    sync::{Mutex, Notify, oneshot},
    task::{spawn_blocking, yield_now},
    time::sleep,
};

/// `file:line` of the one line of this file that ends with `// MARK`.
fn at(mark: &str) -> String {
    let mark = format!("// {mark}");
    let line = include_str!("verdicts.rs").lines().position(|line| line.ends_with(&mark));
    format!("{}:{}", file!(), line.unwrap_or_else(|| panic!("no line is marked {mark}")) + 1)
}

/// What is said of a run.
fn verdict<T>(run: Recording<T>) -> String {
    run.outcome.map(|_| "it ended").unwrap_err().to_string()
}

#[test]
fn a_deadlock_ends_after_a_virtual_hour_and_names_what_waits_since_when_where_and_for_what() {
    let run = record("two locks in two orders", || async {
        let locks = Arc::new((Mutex::new(()), Mutex::new(())));
        let same = locks.clone();
        let a = async move {
            let _first = locks.0.lock().await;
            sleep(ms(200)).await;
            let _second = locks.1.lock().await; // deadlock A
        };
        let b = async move {
            let _second = same.1.lock().await;
            sleep(ms(300)).await;
            let _first = same.0.lock().await; // deadlock B
        };
        futures::join!(a.lane("A"), b.lane("B"))
    });
    assert_eq!(run.elapsed, Duration::from_secs(3600));
    let Err(verdict @ Verdict::Deadlock(_)) = &run.outcome else { panic!("{:?}", run.outcome) };
    assert_eq!(
        verdict.to_string(),
        format!(
            "nothing can happen any more: A has been waiting since 200 ms at {} for `Mutex::lock`; \
             B has been waiting since 300 ms at {} for `Mutex::lock` [deadlock]",
            at("deadlock A"),
            at("deadlock B")
        )
    );
    assert!(run.chart().rows.iter().all(|row| row.end.1 == End::Unfinished));
}

#[test]
fn main_is_only_named_when_it_is_alone() {
    let run = record("alone", || async {
        sleep(ms(20)).await;
        Notify::new().notified().await // alone
    });
    let expected = format!(
        "nothing can happen any more: main has been waiting since 20 ms at {} for \
         `Notify::notified` [deadlock]",
        at("alone")
    );
    assert_eq!(verdict(run), expected);
}

#[test]
fn of_many_lanes_some_are_named() {
    let run = record("many", || async {
        futures::future::join_all(
            (0..40).map(|n| std::future::pending::<()>().lane(format!("worker{n}"))),
        )
        .await
    });
    let verdict = verdict(run);
    let last = "and nothing keeps a waker of it; and 34 more lanes [no-waker]";
    assert!(verdict.contains("; worker5 has been waiting since 0 (") && verdict.ends_with(last));
}

#[test]
fn one_lane_that_is_not_named_is_one_lane() {
    let run = record("seven", || async {
        let wait = |n| std::future::pending::<()>().lane(format!("worker{n}"));
        futures::future::join_all((0..7).map(wait)).await
    });
    let verdict = verdict(run);
    assert!(verdict.contains("; and 1 more lane ["), "{verdict}");
}

#[test]
fn a_run_that_goes_on_for_ever_is_no_deadlock() {
    let run = Recorder::new("ticker").limit(Duration::from_secs(60)).record(|| async {
        let ticker = async {
            loop {
                sleep(Duration::from_secs(7)).await;
            }
        };
        let notify = Notify::new();
        let listener = notify.notified().lane("listener"); // beside a ticker
        futures::join!(ticker.lane("ticker"), listener)
    });
    let verdict = run.outcome.unwrap_err();
    assert!(matches!(verdict, Verdict::Endless(_)));
    let expected = format!(
        "after 1 min it was still going on: listener has been waiting since 0 at {} for \
         `Notify::notified`; ticker's next timer is due at 1 min 3 s [stuck]",
        at("beside a ticker")
    );
    assert_eq!(verdict.to_string(), expected);
}

#[test]
#[expect(clippy::await_holding_lock, reason = "this is the mistake that the test is about")]
fn a_std_mutex_held_across_an_await_is_ended_by_the_watchdog_with_lane_and_place() {
    let run = Recorder::new("std mutex").watchdog(ms(200)).record(|| async {
        let lock = Arc::new(StdMutex::new(()));
        let same = lock.clone();
        let first = async move {
            let _guard = lock.lock().unwrap();
            sleep(ms(100)).await;
        };
        let second = async move {
            sleep(ms(50)).await;
            say!("about to lock");
            // Never returns: the lane that holds it needs this thread.
            let _guard = same.lock().unwrap();
        };
        futures::join!(first.lane("first"), second.lane("second"));
    });
    let verdict = run.outcome.as_ref().unwrap_err();
    assert!(matches!(verdict, Verdict::Blocked(_)));
    let sentence = verdict.to_string();
    let start = "second blocks the thread: its poll at 50 ms did not return within 200 ms (";
    let place = format!("after it said “about to lock” at {}:", file!());
    assert!(sentence.starts_with(start) && sentence.contains(&place), "{sentence}");
    assert_eq!(run.transcript(), ["0.050 second about to lock"]);
}

#[test]
fn a_thread_that_sleeps_for_real_is_ended_by_the_watchdog_with_the_place_of_its_lane() {
    let sleeper = async { std::thread::sleep(Duration::from_secs(3600)) };
    let run = Recorder::new("thread::sleep").watchdog(ms(200)).record(|| sleeper.lane("sleeper"));
    let sentence = run.outcome.unwrap_err().to_string();
    let start = format!(
        "sleeper blocks the thread: its poll at 0 did not return within 200 ms \
         (the lane made at {}:",
        file!()
    );
    assert!(sentence.starts_with(&start), "{sentence}");
}

#[test]
fn a_run_on_the_real_clock_may_sleep_for_longer_than_the_watchdog_waits() {
    let recorder = Recorder::new("patient").clock(Clock::Real).watchdog(ms(400));
    let run = recorder.record(|| sleep(ms(900)));
    assert!(run.outcome.is_ok(), "{:?}", run.outcome);
}

/// Blocks this thread, for longer than any watchdog here waits. The thread is left behind and ends
/// with the process.
fn block_for_real() {
    let (_keep, never) = mpsc::channel::<()>();
    let _ = never.recv();
}

#[test]
fn a_future_that_wakes_itself_for_ever_is_said_to_spin() {
    let spins = poll_fn(|cx| {
        cx.waker().wake_by_ref(); // spins
        Poll::<()>::Pending
    });
    let run = Recorder::new("spin").watchdog(ms(200)).record(move || async {
        sleep(ms(30)).await;
        spins.lane("spinner").await
    });
    let sentence = run.outcome.unwrap_err().to_string();
    assert!(sentence.starts_with("spinner spins: at 30 ms it was polled "), "{sentence}");
    assert!(sentence.contains(&format!("(after its wait at {})", at("spins"))), "{sentence}");
}

#[test]
fn a_thread_of_the_pool_that_never_returns_is_ended_by_the_watchdog() {
    let run = Recorder::new("stuck on the pool").watchdog(ms(200)).record(|| async {
        spawn_blocking(on_thread("stuck", || {
            block(ms(50));
            block_for_real();
        }))
        .await
    });
    let sentence = run.outcome.unwrap_err().to_string();
    assert!(
        sentence.contains("stuck is still on its thread") || sentence.contains("blocks the thread"),
        "{sentence}"
    );
}

#[test]
fn a_thread_for_which_main_waits_in_block_is_named_and_not_main() {
    let run = Recorder::new("main waits").watchdog(ms(800)).record(|| async {
        let stuck = spawn_blocking(on_thread("stuck", block_for_real));
        block(ms(50)); // the other thread was there first, and has the clock
        stuck.await
    });
    let sentence = verdict(run);
    let begin = "a thread that is not the runtime's has kept all lanes waiting for 800 ms: stuck \
                 is still on its thread, ";
    assert!(sentence.starts_with(begin), "{sentence}");
}

/// It waits longer than the scheduler of threads does before it looks again whether a closure has
/// ended.
#[test]
fn a_watchdog_that_is_patient_ends_a_thread_that_never_returns_too() {
    let run = Recorder::new("stuck for long").watchdog(ms(4_000)).record(|| async {
        spawn_blocking(on_thread("stuck", || {
            block(ms(50));
            block_for_real();
        }))
        .await
    });
    let verdict = run.outcome.expect_err("the thread never returns");
    assert!(matches!(verdict.code(), Code::OnAThread | Code::Blocks), "{verdict}");
}

/// The runtime wakes up for the timer again and again, and it does not come while the thread is
/// there.
#[test]
fn a_thread_that_waits_for_a_timer_by_itself_is_ended_by_the_watchdog() {
    let (ended, end) = mpsc::channel();
    std::thread::spawn(move || {
        let run = Recorder::new("by itself").watchdog(ms(200)).record(|| async {
            let waits = || Handle::current().block_on(sleep(ms(10)));
            spawn_blocking(waits).await.unwrap();
        });
        ended.send(run.outcome.expect_err("it does not end")).unwrap();
    });
    let verdict = end.recv_timeout(ms(60_000)).expect("a verdict always comes");
    assert_eq!(verdict.code(), Code::OnAThread, "{verdict}");
    let sentence = verdict.to_string();
    // The second, if the machine has kept the runtime from its timer for as long.
    let begins = ["no lane has done anything for 1.2 s", "a thread without a lane has kept all"];
    assert!(begins.iter().any(|begin| sentence.starts_with(begin)), "{sentence}");
}

#[test]
fn a_panic_of_main_is_a_verdict_and_the_timeline_is_there() {
    let run = record("panic", || async {
        let _nap = sleep(ms(500)).lane("nap");
        sleep(ms(100)).await;
        panic!("a part of the test");
    });
    let chart = run.chart();
    assert_eq!(
        run.outcome.as_ref().unwrap_err().to_string(),
        "main panicked: a part of the test [panicked]"
    );
    assert_eq!(chart.rows[0].end.1, End::Panicked("a part of the test".into()));
    assert_eq!(run.elapsed, ms(100));
    let panic =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.output())).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"a part of the test"));
}

#[test]
fn nothing_is_said_in_a_run_that_has_been_given_up() {
    static PRINTED: StdMutex<Vec<String>> = StdMutex::new(vec![]);
    let (let_go, held) = mpsc::channel::<()>();
    let (ended, has_ended) = mpsc::channel();
    let print = |line: &Line| PRINTED.lock().unwrap().push(line.text.clone());
    let run = Recorder::new("given up").watchdog(ms(100)).print(print).record(move || async move {
        say!("before");
        let _ = held.recv(); // blocks the thread until the test lets it go
        say!("after");
        let _ = ended.send(());
    });
    drop(let_go);
    has_ended.recv().unwrap();
    assert_eq!(run.transcript(), ["0.000 main before"]);
    assert_eq!(*PRINTED.lock().unwrap(), ["before"]);
}

#[test]
fn a_verdict_claims_nothing_about_lanes_that_were_not_recorded() {
    for observe in [Observe::Lines, Observe::Nothing] {
        let run = Recorder::new("unrecorded")
            .observe(observe)
            .record(|| std::future::pending::<()>().lane("A"));
        let verdict = run.outcome.unwrap_err().to_string();
        assert_eq!(
            verdict,
            "it did not end within 1 h; only a recording could tell what waits [not-recorded]",
            "{observe:?}"
        );
    }
}

/// Oxide's RFD 609: a lock is handed to a future that its owner does not poll any more.
#[test]
fn a_lane_that_was_woken_and_is_not_polled_is_the_cause_and_named_first() {
    let run = record("futurelock", || async {
        let lock = Arc::new(Mutex::new(()));
        let same = lock.clone();
        let holder = async move {
            let _guard = same.lock().await;
            sleep(ms(50)).await;
        };
        drop(tokio::spawn(holder.lane("holder")));
        sleep(ms(1)).await;
        let mut first = pin!(async { drop(lock.lock().await) }.lane("f1"));
        select! {
            biased;
            () = first.as_mut() => {}
            () = sleep(ms(10)) => {
                let second = async { drop(lock.lock().await) }; // f2 waits
                second.lane("f2").await; // main waits
            }
        }
    });
    let expected = format!(
        "nothing can happen any more: f1 was woken by holder at 50 ms, but main, the only one to \
         poll it, waits at {} for f2; f2 has been waiting since 11 ms at {} for `Mutex::lock` \
         [woken-not-polled]",
        at("main waits"),
        at("f2 waits")
    );
    assert_eq!(verdict(run), expected);
}

#[test]
fn a_run_that_sleeps_for_longer_than_its_limit_is_no_deadlock() {
    let two_hours = Duration::from_secs(7200);
    let run = record("nap", move || async move { sleep(two_hours).lane("nap").await });
    assert_eq!(run.elapsed, Duration::from_secs(3600));
    let Err(verdict @ Verdict::Endless(_)) = &run.outcome else { panic!("{:?}", run.outcome) };
    let expected = "no lane has done anything since 0: nap's next timer is due at 2 h [next-timer]";
    assert_eq!(verdict.to_string(), expected);
    let run = record("main", || sleep(Duration::from_secs(6000)));
    let expected =
        "no lane has done anything since 0: main's next timer is due at 1 h 40 min [next-timer]";
    assert_eq!(self::verdict(run), expected);
}

#[test]
fn what_goes_on_for_ever_without_a_lane_is_not_taken_for_a_deadlock() {
    let run = record("unnamed heart", || async {
        drop(tokio::spawn(async {
            loop {
                sleep(Duration::from_secs(1)).await;
            }
        }));
        Notify::new().notified().lane("A").await;
    });
    assert!(matches!(run.outcome, Err(Verdict::Endless(_))), "{:?}", run.outcome);
}

#[test]
fn no_lane_is_polled_and_nothing_is_said_after_the_limit() {
    let polled = Arc::new(AtomicU32::new(0));
    let same = polled.clone();
    let run = Recorder::new("late").limit(ms(100)).record(move || async move {
        let late = async move {
            loop {
                sleep(ms(70)).await;
                same.fetch_add(1, Ordering::Relaxed);
                say!("late");
            }
        };
        drop(tokio::spawn(late.lane("late")));
        pending::<()>().await
    });
    assert_eq!(polled.load(Ordering::Relaxed), 1);
    assert_eq!(run.transcript(), ["0.070 late late"]);
}

#[test]
fn a_lane_is_said_to_be_lost_if_nothing_keeps_its_waker() {
    let run = record("lost", || async {
        let lost = poll_fn(|_| Poll::<()>::Pending); // Pending, and no waker is kept
        let kept = Notify::new();
        futures::join!(lost.lane("lost"), kept.notified().lane("kept"))
    });
    let sentence = verdict(run);
    let start = "nothing can happen any more: lost has been waiting since 0 (the lane made at ";
    assert!(sentence.starts_with(start), "{sentence}");
    assert!(sentence.contains("), and nothing keeps a waker of it; kept has been"), "{sentence}");
    assert!(sentence.ends_with("[no-waker]"), "{sentence}");
}

#[test]
fn a_lane_that_has_gone_over_to_another_task_is_not_reached_by_its_old_waker() {
    let run = record("old waker", || async {
        let kept: Arc<StdMutex<Option<Waker>>> = Arc::default();
        let same = kept.clone();
        // Keeps the first waker that it sees, and no other: the mistake that this is about.
        let mut moves = Box::pin(
            poll_fn(move |cx| {
                same.lock().unwrap().get_or_insert_with(|| cx.waker().clone());
                Poll::<()>::Pending
            })
            .lane("moves"),
        );
        assert!(futures::poll!(moves.as_mut()).is_pending());
        drop(tokio::spawn(moves));
        sleep(ms(20)).await;
        kept.lock().unwrap().take().unwrap().wake();
        Notify::new().notified().await
    });
    let sentence = verdict(run);
    let start =
        "nothing can happen any more: moves was woken by main at 20 ms through an old waker";
    assert!(sentence.starts_with(start), "{sentence}");
    assert!(sentence.ends_with("[old-waker]"), "{sentence}");
}

#[test]
fn a_lane_that_was_never_polled_is_named_before_those_that_wait() {
    let run = record("never", || async {
        let (send, receive) = oneshot::channel();
        let _never = async move { send.send(()).unwrap() }.lane("sender"); // never polled
        drop(receive.lane("receiver").await);
    });
    let sentence = verdict(run);
    let start = format!(
        "nothing can happen any more: sender, made at {}, was never polled; receiver has been \
         waiting since 0 at ",
        at("never polled")
    );
    assert!(sentence.starts_with(&start), "{sentence}");
    assert!(sentence.ends_with("for `oneshot::Receiver` [never-polled]"), "{sentence}");
}

#[test]
fn the_lane_that_wakes_itself_spins_and_not_the_one_that_is_polled_beside_it() {
    let run = Recorder::new("spins").watchdog(ms(200)).record(|| async {
        let consumer = async { Notify::new().notified().await };
        let producer = async {
            loop {
                yield_now().await; // producer spins
            }
        };
        futures::join!(consumer.lane("consumer"), producer.lane("producer"))
    });
    let sentence = verdict(run);
    assert!(sentence.starts_with("producer spins: at 0 it was polled "), "{sentence}");
    assert!(sentence.contains(&at("producer spins")), "{sentence}");
}

#[test]
fn main_spins_also_when_there_are_other_lanes() {
    let run = Recorder::new("spins").watchdog(ms(200)).record(|| async {
        drop(tokio::spawn(pending::<()>().lane("other")));
        loop {
            yield_now().await; // main spins
        }
    });
    let sentence: String = verdict::<()>(run);
    assert!(sentence.starts_with("main spins: at 0 it was polled "), "{sentence}");
    assert!(sentence.contains(&format!("after its wait at {}", at("main spins"))), "{sentence}");
}

#[test]
fn the_place_of_main_is_where_record_was_called() {
    let run = record("here", pending::<()>);
    let here = format!("(the lane made at {}:{}), ", file!(), line!() - 1);
    let sentence = verdict(run);
    assert!(sentence.contains(&here), "{sentence}");
}

#[test]
fn the_watchdog_counts_from_the_last_break_of_the_runtime() {
    let begin = std::time::Instant::now();
    let run = Recorder::new("late block").watchdog(ms(1_000)).record(|| async {
        // Each time far shorter than the watchdog waits, and all together longer.
        for _ in 0..12 {
            std::thread::sleep(ms(100));
            sleep(ms(1)).await;
        }
        say!("the last break");
        block_for_real();
    });
    let took = begin.elapsed();
    assert_eq!(run.transcript(), ["0.012 main the last break"]);
    assert_eq!(run.outcome.unwrap_err().code(), Code::Blocks);
    assert!(took >= ms(2_200), "never before its time: {took:?}");
}

/// What is remarked on a run in which the poll of A takes 1.5 s of real time.
fn remarks_on_a_poll_of_real_time() -> Vec<String> {
    let run = record("hash", || async {
        let slow = async {
            sleep(ms(10)).await;
            // Far more than the machine usually keeps a thread from its processor since the run
            // began: that time is taken off.
            std::thread::sleep(ms(1500));
        };
        futures::join!(slow.lane("A"), sleep(ms(20)).lane("B"));
    });
    run.remarks.iter().map(ToString::to_string).collect()
}

#[test]
fn a_poll_that_takes_real_time_is_remarked_on() {
    // A machine on which ten programs want each processor may keep the thread from it for longer
    // than the poll takes. Nothing is remarked on then: so the run is made again.
    let mut remarks = vec![];
    for _ in 0..5 {
        remarks = remarks_on_a_poll_of_real_time();
        if !remarks.is_empty() {
            break;
        }
    }
    // On a machine that stood still in between there may be one of another lane, too.
    let of_a = remarks.iter().find(|remark| remark.starts_with("A kept the thread for "));
    let of_a = of_a.unwrap_or_else(|| panic!("{remarks:?}"));
    assert!(of_a.ends_with(" that this clock does not show [kept-the-thread]"), "{of_a}");
}

#[test]
fn a_destructor_that_panics_loses_neither_verdict_nor_recording() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("from a destructor");
        }
    }
    let run = Recorder::new("bomb").limit(ms(100)).record(|| async {
        let _bomb = Bomb;
        say!("armed");
        Notify::new().notified().await
    });
    assert_eq!(run.transcript(), ["0.000 main armed"]);
    assert_eq!(run.remarks[0].code, Code::DestructorPanicked);
    assert!(run.remarks[0].sentence.ends_with(": from a destructor"));
    assert!(matches!(run.outcome, Err(Verdict::Deadlock(_))));
}

#[test]
fn a_task_that_was_aborted_in_the_last_moment_ends_as_aborted() {
    let run = record("last moment", || async {
        let task = tokio::spawn(sleep(ms(500)).lane("aborted"));
        drop(tokio::spawn(sleep(ms(500)).lane("left")));
        sleep(ms(100)).await;
        task.abort();
    });
    let chart = run.chart();
    assert_eq!(crate::row(&chart, "aborted").end.1, End::Cancelled { by: None, aborted: true });
    assert_eq!(crate::row(&chart, "left").end.1, End::Unfinished);
    assert_eq!(run.elapsed, ms(100));
}

#[test]
fn no_task_runs_for_longer_than_main() {
    let run = record("no longer", || async {
        let late = async {
            yield_now().await;
            say!("too late");
        };
        drop(tokio::spawn(late.lane("late")));
        yield_now().await;
    });
    assert!(run.lines.is_empty(), "{:?}", run.lines);
}

#[test]
fn a_lane_that_outlives_its_run_can_be_polled_on() {
    let run = record("outlived", || async {
        let outlives = async {
            yield_now().await;
            say!("this is printed, and in no recording");
            block(ms(1));
            7
        };
        [Box::pin(outlives).lane("A")]
    });
    let [lane] = run.output();
    assert_eq!(tokio_test::block_on(lane), 7);
}

#[test]
fn a_chain_of_lanes_may_be_as_deep_as_main_could_be() {
    fn level(depth: u32) -> Pin<Box<dyn Future<Output = u32>>> {
        Box::pin(async move {
            if depth == 0 {
                yield_now().await;
                return 0;
            }
            level(depth - 1).lane("level").await + 1
        })
    }
    assert_eq!(record("deep", || level(1_500)).output(), 1_500);
}

#[test]
fn moving_the_clock_is_no_blocking() {
    let run = record("advance", || async {
        tokio::time::advance(ms(100)).await;
        block(ms(50));
    });
    let states = crate::states(&run.chart(), "main");
    assert!(states.contains(&(State::MovedClock, 0, 100)), "{states:?}");
    assert!(states.iter().any(|(state, ..)| *state == State::Blocking), "{states:?}");
}

#[test]
fn the_page_of_verdicts_has_each_code_and_no_other() {
    let page = include_str!("../../src/timeline/verdicts.rs");
    let mut on_the_page = vec![];
    for line in page.lines() {
        if let Some(code) = line.strip_prefix("//! # `") {
            on_the_page.push(code.trim_end_matches('`'));
        }
    }
    let mut codes: Vec<&str> = Code::ALL.iter().map(|code| code.text()).collect();
    codes.sort_unstable();
    on_the_page.sort_unstable();
    assert_eq!(on_the_page, codes);
}

/// The text of a page of documentation, in one line.
fn text_of(page: &str) -> String {
    let mut text = String::new();
    for line in page.lines() {
        let line = line.trim_start_matches("//!").trim_start();
        text.push_str(line.strip_prefix("> ").unwrap_or(line));
        text.push(' ');
    }
    text
}

/// The texts in quotes of a file, without its comments and its tests.
fn texts_in_quotes(source: &str) -> Vec<String> {
    let mut code = String::new();
    for line in source.split("#[cfg(test)]").next().unwrap_or_default().lines() {
        let line = line.trim();
        if !line.starts_with("//") {
            // Where a text goes on in the next line, that is indented for the eye only.
            match line.strip_suffix('\\') {
                Some(begun) => code.push_str(begun),
                None => code.push_str(&format!("{line}\n")),
            }
        }
    }
    // Every second piece is in quotes.
    code.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_page_of_verdicts_has_each_sentence() {
    let page = text_of(include_str!("../../src/timeline/verdicts.rs"));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/timeline/record/verdict");
    let mut texts = vec![];
    for file in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        texts.extend(texts_in_quotes(&source));
    }
    let mut missing = vec![];
    let mut found = 0;
    for text in &texts {
        // What stands between two names, places or times; a single word is no sentence.
        for part in text.split(['{', '}']).step_by(2).map(str::trim) {
            if part.contains(' ') {
                found += 1;
                if !page.contains(part) {
                    missing.push(part);
                }
            }
        }
    }
    assert!(found > 30, "{texts:?}");
    assert!(missing.is_empty(), "not on the page: {missing:#?}");
}

#[test]
fn a_lane_that_is_woken_at_the_limit_is_not_said_to_be_left_unpolled() {
    let run = Recorder::new("ticks").limit(ms(100)).record(|| async {
        let ticks = async {
            loop {
                sleep(ms(10)).await;
            }
        };
        ticks.lane("ticks").await
    });
    let verdict = run.outcome.expect_err("it never ends");
    assert!(matches!(verdict, Verdict::Endless(_)), "{verdict}");
    assert_eq!(
        verdict.to_string(),
        "after 100 ms it was still going on: ticks was woken by its timer at 100 ms, the limit \
         [still-going]"
    );
}
