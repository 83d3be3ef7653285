//! What is said is no wider than what was seen: programs in which the obvious guess is wrong.
use crate::{lane, ms, row, states};
use async_concepts::{
    LaneExt, record,
    timeline::{
        Chart, Code, End, Recorder, Recording, Registered, State, Until, Waits, What, WokenBy,
    },
};
use futures::{FutureExt, future::abortable};
use std::{
    future::{pending, poll_fn},
    pin::{Pin, pin},
    sync::{Arc, Mutex as StdMutex},
    task::{Poll, Waker},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, mpsc, oneshot},
    task::{LocalSet, spawn_local, yield_now},
    time::{sleep, timeout},
};

/// Later than the limit of a run, which is one hour.
const TWO_HOURS: Duration = Duration::from_secs(7200);

/// What is said of a run that does not end.
fn verdict<T>(run: Recording<T>) -> String {
    run.outcome.map(|_| "it ended").unwrap_err().to_string()
}

/// `file:line` of the one line of this file that ends with `// MARK`.
fn at(mark: &str) -> String {
    let mark = format!("// {mark}");
    let line = include_str!("claims.rs").lines().position(|line| line.ends_with(&mark));
    format!("{}:{}", file!(), line.unwrap_or_else(|| panic!("no line is marked {mark}")) + 1)
}

/// What ended the waits of a lane.
fn ends_of_waits(chart: &Chart, name: &str) -> Vec<Until> {
    let mut ends = vec![];
    for (state, ..) in states(chart, name) {
        if let State::Waiting(until) = state {
            ends.push(until);
        }
    }
    ends
}

/// Where a lane waited, in words, each place once.
fn places(chart: &Chart, name: &str) -> Vec<String> {
    let mut places = vec![];
    for span in &row(chart, name).spans {
        if let Some(place) = chart.place(span)
            && !places.contains(&place)
        {
            places.push(place);
        }
    }
    places
}

#[test]
fn timers_that_are_due_together_after_the_limit_are_all_said_to_be_due() {
    // The runtime drops the waker of the second while it calls that of the first.
    let run = record("two timers", || async {
        futures::join!(sleep(TWO_HOURS).lane("A"), sleep(TWO_HOURS).lane("B"))
    });
    let expected = "no lane has done anything since 0: A's next timer is due at 2 h; B's next \
                    timer is due at 2 h [next-timer]";
    assert_eq!(verdict(run), expected);
}

#[test]
fn a_lane_that_waits_beside_a_timer_is_said_to_wait_after_the_timer_is_named() {
    let run = record("a timer first", || async {
        let notify = Notify::new();
        let waits = async { notify.notified().await }; // beside a timer
        futures::join!(waits.lane("A"), sleep(TWO_HOURS).lane("B"))
    });
    let expected = format!(
        "no lane has done anything since 0: B's next timer is due at 2 h; A has been waiting since \
         0 at {} for `Notify::notified` [next-timer]",
        at("beside a timer")
    );
    assert_eq!(verdict(run), expected);
}

#[test]
fn a_wake_by_a_task_without_a_lane_after_the_limit_is_no_timer_of_the_lane() {
    let run = record("no timer of its own", || async {
        let (send, receive) = oneshot::channel();
        drop(tokio::spawn(async move {
            sleep(TWO_HOURS).await;
            let _ = send.send(());
        }));
        receive.lane("A").await
    });
    let expected =
        "no lane has done anything since 0: A would be woken from outside at 2 h [next-timer]";
    assert_eq!(verdict(run), expected);
}

#[test]
fn a_lane_that_has_ended_has_done_something() {
    let run = record("ended meanwhile", || async {
        drop(tokio::spawn(sleep(Duration::from_secs(3000)).lane("A")));
        sleep(TWO_HOURS).lane("B").await
    });
    let expected = "no lane has done anything since 50 min: B's next timer is due at 2 h";
    assert_eq!(verdict(run), format!("{expected} [next-timer]"));
}

#[test]
fn a_lane_that_has_given_way_a_few_times_does_not_spin_beside_two_that_wake_each_other() {
    let run = Recorder::new("ping-pong").watchdog(ms(300)).record(|| async {
        let (to_pong, mut from_ping) = mpsc::channel::<()>(1);
        let (to_ping, mut from_pong) = mpsc::channel::<()>(1);
        let ping = async move {
            loop {
                to_pong.send(()).await.unwrap();
                from_pong.recv().await;
            }
        };
        let pong = async move {
            loop {
                from_ping.recv().await;
                to_ping.send(()).await.unwrap();
            }
        };
        let polite = async {
            for _ in 0..3 {
                yield_now().await;
            }
            pending::<()>().await
        };
        futures::join!(
            tokio::spawn(polite.lane("polite")),
            tokio::spawn(ping.lane("ping")),
            tokio::spawn(pong.lane("pong")),
        )
    });
    let outcome = run.outcome.unwrap_err();
    assert_eq!(outcome.code(), Code::Busy, "{outcome}");
    let text = outcome.to_string();
    assert!(text.starts_with("ping gets no rest") || text.starts_with("pong gets no rest"));
}

#[test]
fn the_innermost_lane_blocks_also_if_it_was_made_before_the_one_around_it() {
    let run = Recorder::new("made first").watchdog(ms(200)).record(|| async {
        let (_keep, never) = std::sync::mpsc::channel::<()>();
        let inner = async move { never.recv().unwrap_err() }.lane("inner");
        let outer = async {
            let _never = inner.await;
        };
        outer.lane("outer").await
    });
    let sentence = verdict(run);
    assert!(sentence.starts_with("inner blocks the thread: its poll at 0"), "{sentence}");
}

#[test]
fn a_lane_that_joins_a_task_without_a_lane_is_woken_from_outside_and_not_by_a_timer() {
    let run = record("no lane", || async {
        let joins = async { tokio::spawn(sleep(ms(10))).await.unwrap() };
        joins.lane("A").await
    });
    assert_eq!(ends_of_waits(&run.chart(), "A"), [Until::Outside]);
}

#[test]
fn a_lane_that_joins_an_aborted_lane_is_woken_by_that() {
    let run = record("aborted", || async {
        let slow = tokio::spawn(sleep(ms(500)).lane("slow"));
        let abort = slow.abort_handle();
        let aborts = async move {
            sleep(ms(10)).await;
            abort.abort();
            sleep(ms(90)).await;
        };
        drop(tokio::spawn(aborts.lane("aborts")));
        async { slow.await.unwrap_err() }.lane("joins").await
    });
    let chart = run.chart();
    assert_eq!(row(&chart, "slow").end.1, End::Cancelled { by: None, aborted: true });
    assert_eq!(ends_of_waits(&chart, "joins"), [Until::Lane(lane(&chart, "slow"))]);
}

/// Its future returns although a lane inside it has not ended; so that one is dropped after the end
/// of the outer one, and before this wakes what joins it.
#[test]
fn a_lane_that_ends_before_one_inside_it_wakes_what_joins_it() {
    let run = record("abortable", || async {
        let (work, abort) = abortable(sleep(ms(500)).lane("inner"));
        let outer = tokio::spawn(work.lane("outer"));
        sleep(ms(10)).await;
        abort.abort();
        async { outer.await.unwrap().unwrap_err() }.lane("joins").await
    });
    let chart = run.chart();
    assert_eq!(ends_of_waits(&chart, "joins"), [Until::Lane(lane(&chart, "outer"))]);
}

#[test]
fn a_lane_that_a_task_without_a_lane_drops_was_dropped_and_not_aborted() {
    let run = record("timeout", || async {
        let slow = sleep(ms(500)).lane("slow");
        let limits = async move {
            timeout(ms(10), slow).await.unwrap_err();
            sleep(ms(10)).await;
        };
        tokio::spawn(limits).await.unwrap();
    });
    let chart = run.chart();
    assert_eq!(row(&chart, "slow").end.1, End::Cancelled { by: None, aborted: false });
}

#[test]
fn a_lane_that_has_given_way_is_not_woken_by_a_lane_that_ended_in_a_task_without_one() {
    let run = record("given way", || async {
        let gives_way = async {
            yield_now().await;
            sleep(ms(5)).await;
        };
        let gives_way = tokio::spawn(gives_way.lane("gives way"));
        let nameless = tokio::spawn(async {
            async {}.lane("ends").await;
            sleep(ms(10)).await;
        });
        let _ = futures::join!(gives_way, nameless);
    });
    let chart = run.chart();
    assert_eq!(ends_of_waits(&chart, "gives way"), [Until::Yield, Until::Clock]);
}

#[test]
fn a_socket_wakes_from_outside_on_the_paused_clock_too() {
    let run = record("socket", || async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let client = async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.read_u8().await.unwrap()
        };
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_u8(7).await.unwrap();
        };
        futures::join!(tokio::spawn(client.lane("client")), server).0.unwrap()
    });
    let client = lane(&run.chart(), "client");
    let mut wakes = vec![];
    for event in run.events() {
        if let What::Woken { by, .. } = event.what
            && event.lane == client
        {
            wakes.push(by);
        }
    }
    assert!(!wakes.is_empty() && wakes.iter().all(|by| *by == WokenBy::Outside), "{wakes:?}");
}

/// Waits at one of two lines.
async fn waits_here_or_there(here: bool, notify: Arc<Notify>) {
    if here {
        notify.notified().await; // here
    } else {
        sleep(ms(10)).await; // there
    }
}

#[test]
fn branches_of_a_join_are_two_places_also_in_one_async_fn() {
    let run = record("one fn", || async {
        let notify = Arc::new(Notify::new());
        let both = async {
            let first = waits_here_or_there(true, notify.clone());
            tokio::join!(first, waits_here_or_there(false, notify.clone()))
        };
        timeout(ms(5), both.lane("A")).await.unwrap_err();
    });
    let here = format!("at {} for Notify::notified", at("here"));
    let there = format!("at {} for sleep", at("there"));
    assert_eq!(places(&run.chart(), "A")[0], format!("{here} and {there}"));
}

#[test]
fn a_future_that_is_only_asked_whether_it_is_ready_is_no_place_where_a_lane_waits() {
    let run = record("asked", || async {
        let asks = async {
            let notify = Notify::new();
            let mut notified = pin!(notify.notified());
            assert!(futures::poll!(notified.as_mut()).is_pending());
            sleep(ms(10)).await; // asks only
            pending::<()>().await
        };
        timeout(ms(20), asks.lane("A")).await.unwrap_err();
    });
    let chart = run.chart();
    assert_eq!(places(&chart, "A")[0], format!("at {} for sleep", at("asks only")));
    let run = record("asked only", || async {
        let asks = async {
            let notify = Notify::new();
            let mut notified = pin!(notify.notified());
            assert!(futures::poll!(notified.as_mut()).is_pending());
            pending::<()>().await
        };
        timeout(ms(20), asks.lane("A")).await.unwrap_err(); // asks, and then waits
    });
    let lane = format!("at {} (where its lane was made)", at("asks, and then waits"));
    assert_eq!(places(&run.chart(), "A"), [lane]);
}

#[test]
fn what_a_lane_of_a_local_set_is_polled_by_does_not_wait_for_it() {
    let run = record("local set", || async {
        let set = LocalSet::new();
        let main = async {
            drop(spawn_local(sleep(ms(30)).lane("A")));
            sleep(ms(10)).await; // in the set
        };
        set.run_until(main).await;
    });
    let waits: Vec<&Waits> = run.waits().collect();
    let all = waits.iter().flat_map(|waits| waits.resolve());
    assert_eq!(all.filter(|wait| wait.lane.is_some()).count(), 0);
    let chart = run.chart();
    let places = places(&chart, "main");
    assert!(places[0].ends_with(&format!("at {} for sleep", at("in the set"))), "{places:?}");
}

#[test]
fn an_owner_that_may_have_gone_on_is_said_to_wait_there_or_after_that() {
    let run = record("gone on", || async {
        let notify = Notify::new();
        let mut kept = pin!(async { notify.notified().await }.lane("kept"));
        assert!(futures::poll!(kept.as_mut()).is_pending());
        sleep(ms(1)).await; // last known
        notify.notify_waiters();
        pending::<()>().await // keeps no waker, so it is not seen
    });
    let expected = format!(
        "nothing can happen any more: kept was woken by main at 1 ms, but main, the only one to \
         poll it, waits at {} for `sleep`, or after that [woken-not-polled]",
        at("last known")
    );
    assert_eq!(verdict(run), expected);
}

#[test]
fn a_lane_that_waits_on_at_the_same_place_is_said_to_wait_there() {
    // A neighbour is woken, and the lane is polled with it: it has registered before, and nothing
    // shows that it has gone on.
    let run = record("neighbour", || async {
        let notify = Notify::new();
        let waits = async { notify.notified().await }; // polled with a neighbour
        futures::join!(waits.lane("A"), sleep(ms(5)).lane("B"))
    });
    let registered: Vec<Registered> = run.waits().map(Waits::registered).collect();
    assert!(registered.contains(&Registered::Earlier), "{registered:?}");
    let expected = format!(
        "nothing can happen any more: A has been waiting since 0 at {} for `Notify::notified` \
         [deadlock]",
        at("polled with a neighbour")
    );
    assert_eq!(verdict(run), expected);
}

#[test]
fn of_a_shared_lane_the_last_that_polled_it_is_not_said_to_be_the_only_one() {
    let run = record("shared", || async {
        let notify = Arc::new(Notify::new());
        let same = notify.clone();
        let shared = async move { same.notified().await }.lane("shared").shared();
        let other = shared.clone();
        let keeps_it = async move {
            let mut other = pin!(other);
            assert!(futures::poll!(other.as_mut()).is_pending());
            pending::<()>().await
        };
        drop(tokio::spawn(keeps_it.lane("other")));
        sleep(ms(1)).await;
        let mut mine = pin!(shared);
        assert!(futures::poll!(mine.as_mut()).is_pending());
        notify.notify_waiters();
        pending::<()>().await
    });
    let sentence = verdict(run);
    assert!(sentence.contains("but main, which polled it last, waits"), "{sentence}");
}

#[test]
fn a_lane_inside_one_that_was_handed_on_was_polled_last_by_its_outermost_owner() {
    let run = record("handed on with a lane inside", || async {
        let notify = Arc::new(Notify::new());
        let same = notify.clone();
        let inner = async move { same.notified().await }.lane("inner");
        let mut outer = Box::pin(inner.lane("outer"));
        assert!(futures::poll!(outer.as_mut()).is_pending());
        let keeps_it = async move {
            assert!(futures::poll!(outer.as_mut()).is_pending());
            pending::<()>().await;
            outer.await
        };
        drop(tokio::spawn(keeps_it.lane("owner")));
        sleep(ms(1)).await;
        notify.notify_waiters();
        pending::<()>().await
    });
    let sentence = verdict(run);
    let said = "inner was woken by main at 1 ms, but owner, which polled it last, waits";
    assert!(sentence.contains(said), "{sentence}");
}

#[test]
fn a_wake_that_reaches_a_lane_counts_before_one_through_an_old_waker() {
    let run = record("old and new", || async {
        let kept: Arc<StdMutex<Vec<Waker>>> = Arc::default();
        let same = kept.clone();
        let keeps_all = poll_fn(move |cx| {
            same.lock().unwrap().push(cx.waker().clone());
            Poll::<()>::Pending
        });
        let mut moves: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(keeps_all.lane("moves"));
        assert!(futures::poll!(moves.as_mut()).is_pending());
        let owner = async move {
            assert!(futures::poll!(moves.as_mut()).is_pending());
            pending::<()>().await;
            moves.await
        };
        drop(tokio::spawn(owner.lane("owner")));
        sleep(ms(1)).await;
        for waker in std::mem::take(&mut *kept.lock().unwrap()) {
            waker.wake();
        }
        pending::<()>().await
    });
    let outcome = run.outcome.unwrap_err();
    assert_eq!(outcome.code(), Code::NotPolled, "{outcome}");
    assert!(outcome.to_string().contains("but owner, which polled it last,"), "{outcome}");
}
