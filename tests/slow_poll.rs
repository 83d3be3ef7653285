//! Polls that take too long are reported: which, how long, and where.
use async_concepts::{
    LaneExt, block, record, say,
    slow_poll::{SlowPoll, SlowPollExt},
};
use futures::FutureExt;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    task::{spawn, yield_now},
    time::sleep,
};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn report(slow: SlowPoll) {
    say!("{} ms", slow.took.as_millis());
}

#[test]
fn each_poll_that_takes_the_limit_or_longer_is_reported() {
    let run = record("polls", || {
        let work = async {
            block(ms(99));
            yield_now().await;
            block(ms(100));
            yield_now().await;
            block(ms(101));
        };
        work.report_slow_polls(ms(100), report)
    });
    assert_eq!(run.transcript(), ["0.199 main 100 ms", "0.300 main 101 ms"]);
}

#[test]
fn to_wait_for_long_is_not_slow() {
    let run = record("waits", || sleep(ms(5000)).report_slow_polls(ms(1), report));
    assert_eq!((run.elapsed, run.transcript()), (ms(5000), vec![]));
}

#[test]
fn a_report_knows_the_place_and_says_it_in_short() {
    let reports = Arc::new(Mutex::new(vec![]));
    let theirs = reports.clone();
    record("place", || {
        let work = async { block(ms(350)) };
        work.report_slow_polls(ms(100), move |slow| theirs.lock().unwrap().push(slow))
    })
    .output();
    let line = line!() - 3;
    let reports = reports.lock().unwrap();
    let [slow] = reports[..] else { panic!("one report, not {reports:?}") };
    assert_eq!((slow.took, slow.place.file(), slow.place.line()), (ms(350), file!(), line));
    assert_eq!(slow.to_string(), format!("a poll took 350 ms (slow_poll.rs:{line})"));
}

#[test]
fn a_report_from_within_a_lane_is_said_by_that_lane() {
    let run = record("lanes", || async {
        let task = |name, time| {
            spawn(async move { block(time) }.report_slow_polls(ms(100), report).lane(name))
        };
        let (a, b) = (task("A", ms(300)), task("B", ms(50)));
        a.await.unwrap();
        b.await.unwrap();
    });
    assert_eq!(run.transcript(), ["0.300 A 300 ms"]);
}

#[test]
fn of_futures_in_each_other_the_inner_one_is_reported_first() {
    let run = record("nested", || {
        let inner = async { block(ms(200)) }.report_slow_polls(ms(100), |_| say!("inner"));
        let outer = async {
            block(ms(100));
            inner.await;
        };
        outer.report_slow_polls(ms(100), |slow| say!("outer, {} ms", slow.took.as_millis()))
    });
    assert_eq!(run.transcript(), ["0.300 main inner", "0.300 main outer, 300 ms"]);
}

#[test]
fn what_is_timed_returns_what_it_would_and_ends_when_it_would() {
    let run = record("same", || async {
        let work = async {
            sleep(ms(100)).await;
            "result"
        };
        work.report_slow_polls(ms(100), report).await
    });
    assert_eq!(run.elapsed, ms(100));
    assert_eq!(run.output(), "result");
    let ready = std::future::ready(7).report_slow_polls(ms(1), |slow| panic!("{slow}"));
    assert_eq!(ready.now_or_never(), Some(7), "outside of any runtime, too");
}
