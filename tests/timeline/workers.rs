//! A runtime of several threads. Which of them does what differs from run to run, so these tests
//! make sure by barriers that there is only one way.
use crate::{lane, ms, row};
use async_concepts::{
    LaneExt, on_thread, record,
    timeline::{
        Chart, Clock, Code, Event, LaneId, Polled, Recorder, Recording, State, TerminalOptions,
        Until, Waits, Wake, What, WokenBy,
    },
};
use std::{
    sync::{Arc, Barrier, Mutex, mpsc},
    thread::{self, ThreadId},
    time::Duration,
};
use tokio::{
    sync::{Notify, oneshot},
    task::{spawn_blocking, yield_now},
};

/// On which threads a lane was polled, in order.
fn threads<T>(run: &Recording<T>, lane: LaneId) -> Vec<usize> {
    let mut threads = vec![];
    for event in run.events() {
        if event.lane == lane && matches!(event.what, What::PollStart(_)) {
            threads.push(event.thread);
        }
    }
    threads
}

#[test]
fn two_workers_poll_two_lanes_at_once_and_each_has_a_row() {
    let run = Recorder::new("two").multi_thread(2).record(|| async {
        // Only two threads at once get past it.
        let barrier = Arc::new(Barrier::new(2));
        let task = |name: &str| {
            let barrier = barrier.clone();
            tokio::spawn(
                async move {
                    barrier.wait();
                }
                .lane(name),
            )
        };
        let (a, b) = (task("A"), task("B"));
        a.await.unwrap();
        b.await.unwrap();
    });
    assert_eq!((run.clock(), run.workers()), (Clock::Real, 2));
    assert_eq!(threads(&run, 0).iter().max(), Some(&0), "main stays where it is");
    let mut workers = [threads(&run, 1)[0], threads(&run, 2)[0]];
    workers.sort_unstable();
    assert_eq!(workers, [1, 2]);
    let chart = run.chart();
    let text = chart.to_text(TerminalOptions { width: 80, colour: false });
    assert!(text.contains("[worker 1]  ") && text.contains("[worker 2]  "), "{text}");
    for name in ["A", "B"] {
        let states: Vec<State> = row(&chart, name).spans.iter().map(|span| span.state).collect();
        assert!(!states.contains(&State::OnThread), "a worker is no other thread: {states:?}");
    }
}

#[test]
fn a_lane_moves_from_one_worker_to_another() {
    let run = Recorder::new("moves").multi_thread(2).record(|| async {
        let (send, receive) = oneshot::channel();
        let first: Arc<Mutex<Option<ThreadId>>> = Arc::default();
        let begun = first.clone();
        let moves = async move {
            *begun.lock().unwrap() = Some(thread::current().id());
            receive.await.unwrap();
        };
        let moves = tokio::spawn(moves.lane("A"));
        while first.lock().unwrap().is_none() {
            yield_now().await;
        }
        // Something keeps the worker on which A began.
        let kept = *first.lock().unwrap();
        let go_on = loop {
            let (go_on, wait) = mpsc::channel::<()>();
            let (tell, told) = oneshot::channel();
            tokio::spawn(async move {
                let is_here = Some(thread::current().id()) == kept;
                tell.send(is_here).unwrap();
                if is_here {
                    wait.recv().unwrap();
                }
            });
            if told.await.unwrap() {
                break go_on;
            }
        };
        send.send(()).unwrap();
        moves.await.unwrap();
        go_on.send(()).unwrap();
    });
    let polled_on = threads(&run, 1);
    assert_eq!(polled_on.len(), 2);
    assert_ne!(polled_on[0], polled_on[1]);
    let chart = run.chart();
    let woken = |wake: &Wake| (wake.from, wake.to) == (0, 1);
    assert!(chart.wakes.iter().any(woken), "{:?}", chart.wakes);
    run.output();
}

#[test]
fn what_hangs_on_several_threads_has_a_verdict_with_its_place() {
    let run = Recorder::new("hangs").multi_thread(2).limit(ms(2_000)).record(|| async {
        tokio::spawn(async { Notify::new().notified().await }.lane("A")).await.unwrap();
    });
    let line = line!() - 2;
    let text = run.outcome.unwrap_err().to_string();
    let place = format!("at {}:{line} for `Notify::notified`", file!());
    assert!(text.contains("A has been waiting since ") && text.contains(&place), "{text}");
}

#[test]
fn the_watchdog_sees_a_poll_that_keeps_one_of_several_threads() {
    let run = Recorder::new("kept").multi_thread(2).watchdog(ms(400)).record(|| async {
        let kept = tokio::spawn(async { thread::sleep(Duration::from_secs(3600)) }.lane("A"));
        let other = async {
            loop {
                tokio::time::sleep(ms(5)).await;
            }
        };
        tokio::spawn(other.lane("B"));
        kept.await.unwrap();
    });
    let verdict = run.outcome.unwrap_err();
    assert_eq!(verdict.code(), Code::Blocks);
    assert!(verdict.to_string().starts_with("A blocks the thread: its poll at "), "{verdict}");
}

/// While A is polled on one worker, for 20 µs, B begins an instant on the other.
#[test]
fn a_short_poll_does_not_seem_to_block_when_another_thread_begins_an_instant_in_it() {
    let created =
        |lane, name: &str| (0, 0, lane, What::Created { name: name.into(), parent: None });
    let ends = || What::PollEnd { polled: Polled::Ready, took: Duration::ZERO };
    let pending =
        || What::PollEnd { polled: Polled::Pending(Waits::nowhere()), took: Duration::ZERO };
    let mut events = vec![];
    for (micros, thread, lane, what) in [
        created(0, "main"),
        created(1, "A"),
        created(2, "B"),
        (1, 2, 2, What::PollStart(None)),
        (2, 2, 2, pending()),
        (9_995, 1, 1, What::PollStart(None)),
        (10_010, 2, 2, What::Woken { by: WokenBy::Clock, cancels: false }),
        (10_011, 2, 2, What::PollStart(None)),
        (10_012, 2, 2, ends()),
        (10_015, 1, 1, ends()),
    ] {
        events.push(Event { at: Duration::from_micros(micros), thread, lane, what });
    }
    let elapsed = Duration::from_micros(10_020);
    let chart = Chart::of_workers(2, "straddles", Clock::Real, &events, elapsed, 0);
    let states: Vec<State> = row(&chart, "A").spans.iter().map(|span| span.state).collect();
    assert_eq!(states, [State::Lazy, State::Running]);
    assert_eq!(row(&chart, "A").end.0.instant, 0);
    assert_eq!(chart.instants.len(), 2);
}

#[test]
fn what_ends_last_is_not_said_to_wake_what_joins_a_task_without_a_lane() {
    // A ends; then, in the same turn, a task without a lane that B waits for.
    let run = record("joins", || async {
        let (go_a, wait_a) = oneshot::channel::<()>();
        let (go_t, wait_t) = oneshot::channel::<()>();
        tokio::spawn(async { wait_a.await.unwrap() }.lane("A"));
        let unnamed = tokio::spawn(async { wait_t.await.unwrap() });
        let b = tokio::spawn(async { unnamed.await.unwrap() }.lane("B"));
        tokio::time::sleep(ms(10)).await;
        go_a.send(()).unwrap();
        go_t.send(()).unwrap();
        b.await.unwrap();
    });
    let chart = run.chart();
    let by: Vec<State> = row(&chart, "B").spans.iter().map(|span| span.state).collect();
    assert!(!by.contains(&State::Waiting(Until::Lane(1))), "{by:?}");
    run.output();
}

/// The thread of the pool may be the same: it tells nothing when it begins another closure.
#[test]
fn a_closure_without_a_lane_is_not_taken_for_one_that_had_a_lane_and_has_ended() {
    let run = Recorder::new("pool").multi_thread(1).record(|| async {
        let nap = || thread::sleep(ms(2));
        async { spawn_blocking(on_thread("T", nap)).await.unwrap() }.lane("joins T").await;
        async { spawn_blocking(nap).await.unwrap() }.lane("joins another").await;
    });
    let chart = run.chart();
    let thread = lane(&chart, "T");
    let joins = lane(&chart, "joins another");
    for event in run.events() {
        if event.lane == joins
            && let What::Woken { by, .. } = event.what
        {
            assert_ne!(by, WokenBy::Lane(thread));
        }
    }
}
