//! Runs that do not end by themselves: a sentence always comes, and names the lanes.
use crate::ms;
use async_concepts::{
    LaneExt, block, on_thread, record, say,
    timeline::{Clock, End, Line, Observe, Recorder, Verdict},
};
use std::{
    future::poll_fn,
    sync::{Arc, Mutex as StdMutex, mpsc},
    task::Poll,
    time::Duration,
};
use tokio::{sync::Mutex, task::spawn_blocking, time::sleep};

#[test]
fn a_deadlock_ends_after_a_virtual_hour_and_names_who_waits_since_when() {
    let run = record("two locks in two orders", || async {
        let locks = Arc::new((Mutex::new(()), Mutex::new(())));
        let same = locks.clone();
        let a = async move {
            let _first = locks.0.lock().await;
            sleep(ms(200)).await;
            let _second = locks.1.lock().await;
        };
        let b = async move {
            let _second = same.1.lock().await;
            sleep(ms(300)).await;
            let _first = same.0.lock().await;
        };
        futures::join!(a.lane("A"), b.lane("B"))
    });
    assert_eq!(run.elapsed, Duration::from_secs(3600));
    let Err(verdict @ Verdict::Deadlock(_)) = &run.outcome else { panic!("{:?}", run.outcome) };
    assert_eq!(
        verdict.to_string(),
        "nothing can happen any more: A waits since 200 ms, B waits since 300 ms"
    );
    assert!(run.chart().rows.iter().all(|row| row.end.1 == End::Unfinished));
}

#[test]
fn main_is_only_named_when_it_is_alone() {
    let run = record("alone", || async {
        sleep(ms(20)).await;
        std::future::pending::<()>().await
    });
    let verdict = run.outcome.unwrap_err().to_string();
    assert_eq!(verdict, "nothing can happen any more: main waits since 20 ms");
}

#[test]
fn of_many_lanes_some_are_named() {
    let run = record("many", || async {
        futures::future::join_all(
            (0..40).map(|n| std::future::pending::<()>().lane(format!("worker{n}"))),
        )
        .await
    });
    let verdict = run.outcome.unwrap_err().to_string();
    assert!(verdict.ends_with("worker5 waits since 0, and 34 more lanes like these"), "{verdict}");
}

#[test]
fn a_run_that_goes_on_for_ever_is_no_deadlock() {
    let run = Recorder::new("ticker").limit(Duration::from_secs(60)).record(|| async {
        let ticker = async {
            loop {
                sleep(Duration::from_secs(7)).await;
            }
        };
        futures::join!(ticker.lane("ticker"), std::future::pending::<()>().lane("listener"))
    });
    let verdict = run.outcome.unwrap_err();
    assert!(matches!(verdict, Verdict::Endless(_)));
    assert_eq!(
        verdict.to_string(),
        "after 1 min it was still going on: ticker waits since 56 s, listener waits since 0"
    );
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
            let _guard = same.lock().unwrap(); // never returns: the one who holds it needs this thread
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
        "sleeper blocks the thread: its poll at 0 did not return within 200 ms (the lane made at {}:",
        file!()
    );
    assert!(sentence.starts_with(&start), "{sentence}");
}

#[test]
fn a_run_on_the_real_clock_may_sleep_for_longer_than_the_watchdog_waits() {
    let run =
        Recorder::new("patient").clock(Clock::Real).watchdog(ms(20)).record(|| sleep(ms(100)));
    assert!(run.outcome.is_ok(), "{:?}", run.outcome);
}

/// Blocks this thread, for longer than any watchdog here waits. The thread is left behind and ends with the process.
fn block_for_real() {
    let (_keep, never) = mpsc::channel::<()>();
    let _ = never.recv();
}

#[test]
fn a_future_that_wakes_itself_for_ever_is_said_to_spin() {
    let spins = poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::<()>::Pending
    });
    let run = Recorder::new("spin").watchdog(ms(200)).record(move || async {
        sleep(ms(30)).await;
        spins.lane("spinner").await
    });
    let sentence = run.outcome.unwrap_err().to_string();
    assert!(sentence.starts_with("spinner spins: at 30 ms it was polled "), "{sentence}");
    assert!(sentence.contains(&format!("(the lane made at {}:", file!())), "{sentence}");
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
fn a_panic_of_main_is_a_verdict_and_the_timeline_is_there() {
    let run = record("panic", || async {
        let _nap = sleep(ms(500)).lane("nap");
        sleep(ms(100)).await;
        panic!("a part of the test");
    });
    let chart = run.chart();
    assert_eq!(run.outcome.as_ref().unwrap_err().to_string(), "main panicked: a part of the test");
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
            verdict, "it did not end within 1 h; who waits, only a recording could tell",
            "{observe:?}"
        );
    }
}
