//! Switching at every operation of tokio, as several threads can: the same claims as at waits, the
//! bugs that show in no other way, and how many schedules there are.
use crate::{holds, refuted};
use async_concepts::{
    LaneExt,
    schedules::{Coverage, EverySchedule, Granularity, every_schedule},
};
use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex as StdMutex,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{
    spawn,
    sync::{Mutex, Notify, OnceCell, Semaphore, mpsc, oneshot},
    task::{JoinSet, coop},
};

/// In how many ways `lanes` lanes of `parts` parts each can be interleaved with one another and
/// with one part of `main`, if the order within a lane is fixed.
fn interleavings(lanes: u64, parts: u64) -> u64 {
    let factorial = |n: u64| (1..=n).product::<u64>();
    factorial(lanes * parts + 1) / factorial(parts).pow(lanes as u32)
}

/// How many schedules there are for lanes that take `permits` permits each. There are enough of
/// them, so no lane has to wait.
fn schedules(lanes: usize, permits: u32) -> u64 {
    let explored = every_schedule("permits", move || async move {
        // The last one wakes `main`, which is not ready before, so it takes no part.
        let left = Arc::new(AtomicU32::new(lanes as u32));
        let (end, ended) = oneshot::channel();
        let end = Arc::new(StdMutex::new(Some(end)));
        for name in ["A", "B", "C"].into_iter().take(lanes) {
            let own = Semaphore::new(10);
            let (left, end) = (left.clone(), end.clone());
            let take = async move {
                for _ in 0..permits {
                    own.acquire().await.expect("it is open").forget();
                }
                if left.fetch_sub(1, SeqCst) == 1 {
                    let end = end.lock().expect("no panic").take().expect("it is the last one");
                    let _ = end.send(());
                }
            };
            spawn(take.lane(name));
        }
        let _ = ended.await;
    })
    .at_every_operation()
    .budget(Duration::from_secs(60))
    .explore();
    assert_eq!(explored.coverage, Coverage::All, "{explored}");
    assert_eq!(explored.granularity, Granularity::Operations);
    explored.schedules
}

#[test]
fn an_operation_of_tokio_is_one_place_to_switch_and_no_schedule_is_lost() {
    // A lane with n operations has n + 1 parts. `main` has one part: it waits for the end.
    for (lanes, operations) in [(1, 0), (1, 3), (2, 0), (2, 1), (2, 2), (3, 0), (3, 1)] {
        let expected = interleavings(lanes as u64, u64::from(operations) + 1);
        assert_eq!(
            schedules(lanes, operations),
            expected,
            "{lanes} lanes, {operations} operations"
        );
    }
}

/// Two tasks, of which each tells the other one that it has begun and then waits for its word.
fn handshake(early: bool) -> EverySchedule<impl Future<Output = ()> + Send> {
    every_schedule("handshake", move || async move {
        let (ready, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (their_ready, their_go) = (ready.clone(), go.clone());
        let server = async move {
            // `early`: if the client says "go" from here on, that is kept for the server. Otherwise
            // it is kept only once the server has said that it is ready.
            let word = if early { Some(their_go.notified()) } else { None };
            their_ready.notify_one();
            coop::consume_budget().await;
            match word {
                Some(word) => word.await,
                None => their_go.notified().await,
            }
        };
        let client = async move {
            ready.notified().await;
            go.notify_waiters();
        };
        let (server, client) = (spawn(server.lane("server")), spawn(client.lane("client")));
        server.await.expect("it does not panic");
        client.await.expect("it does not panic");
    })
}

#[test]
fn a_wake_between_the_word_and_the_wait_is_lost_only_if_a_switch_is_possible_there() {
    holds(handshake(false));
    refuted(1, || handshake(false).at_every_operation());
    holds(handshake(true).at_every_operation());
}

/// Two tasks fetch one key. Each looks up whether a fetch is under way, and enters its own if none
/// is: under one guard, or under two.
fn fetches(one_guard: bool) -> EverySchedule<impl Future<Output = u32> + Send> {
    every_schedule("one request", move || async move {
        let flights = Arc::new(Mutex::new(HashSet::new()));
        let fetched = Arc::new(AtomicU32::new(0));
        let mut tasks = JoinSet::new();
        for name in ["A", "B"] {
            let (flights, fetched) = (flights.clone(), fetched.clone());
            let fetch = async move {
                let is_first = if one_guard {
                    flights.lock().await.insert("key")
                } else if flights.lock().await.contains("key") {
                    false
                } else {
                    flights.lock().await.insert("key");
                    true
                };
                if is_first {
                    fetched.fetch_add(1, SeqCst);
                }
            };
            tasks.spawn(fetch.lane(name));
        }
        tasks.join_all().await;
        fetched.load(SeqCst)
    })
    .check(|run| matches!(run.outcome, Ok(1)))
}

#[test]
fn a_request_that_is_to_be_sent_once_is_sent_twice_only_if_a_switch_is_possible() {
    holds(fetches(false));
    refuted(1, || fetches(false).at_every_operation());
    holds(fetches(true).at_every_operation());
}

/// A price and a currency, each sent by a channel of its own, or both by one.
fn torn_read(one_channel: bool) -> EverySchedule<impl Future<Output = bool> + Send> {
    every_schedule("pair", move || async move {
        let (prices, mut price) = mpsc::channel(4);
        let (currencies, mut currency) = mpsc::channel(4);
        let write = async move {
            for number in [1, 2] {
                let of_both = if one_channel { number } else { 0 };
                prices.send((number, of_both)).await.expect("it is read");
                currencies.send(number).await.expect("it is read");
            }
        };
        let read = async move {
            // The newest of each that there is.
            coop::consume_budget().await;
            let (mut newest, mut their_currency) = (0, 0);
            while let Ok((number, of_both)) = price.try_recv() {
                newest = number;
                their_currency = of_both;
            }
            while let Ok(number) = currency.try_recv() {
                if !one_channel {
                    their_currency = number;
                }
            }
            coop::consume_budget().await;
            (newest == their_currency, price, currency)
        };
        let (write, read) = (spawn(write.lane("writes")), spawn(read.lane("reads")));
        write.await.expect("it does not panic");
        read.await.expect("it does not panic").0
    })
    .check(|run| matches!(run.outcome, Ok(true)))
}

#[test]
fn a_pair_in_two_channels_is_seen_half_sent_only_if_a_switch_is_possible() {
    holds(torn_read(false));
    refuted(1, || torn_read(false).at_every_operation());
    holds(torn_read(true).at_every_operation());
}

/// A job is taken from one channel and put into another; a third task counts what is in either.
fn moved(announced: bool) -> EverySchedule<impl Future<Output = usize> + Send> {
    every_schedule("moved", move || async move {
        let (first, mut jobs) = mpsc::channel(2);
        let (second, done) = mpsc::channel::<u32>(2);
        first.send(1).await.expect("there is room");
        let work = async move {
            let permit = match announced {
                true => Some(second.reserve().await.expect("it is there")),
                false => None,
            };
            let job = jobs.recv().await.expect("there is one");
            match permit {
                Some(permit) => permit.send(job),
                None => second.send(job).await.expect("it is there"),
            }
            jobs
        };
        let count = async move {
            // What a monitor would report: what waits, and what has been done.
            coop::consume_budget().await;
            let waits = first.max_capacity() - first.capacity();
            (waits + done.len(), done)
        };
        let (work, count) = (spawn(work.lane("works")), spawn(count.lane("counts")));
        // Both ends stay there until both tasks are done.
        let _jobs = work.await.expect("it does not panic");
        count.await.expect("it does not panic").0
    })
    .check(|run| matches!(run.outcome, Ok(1)))
}

#[test]
fn a_job_that_is_in_neither_queue_is_seen_missing_only_if_a_switch_is_possible() {
    holds(moved(false));
    refuted(1, || moved(false).at_every_operation());
    // With the room reserved before, nothing is waited for between the two queues.
    holds(moved(true).at_every_operation());
}

#[test]
fn what_is_made_once_is_made_once_at_every_operation_too() {
    holds(
        every_schedule("once", || async {
            let (made, count) = (Arc::new(OnceCell::new()), Arc::new(AtomicU32::new(0)));
            let mut tasks = JoinSet::new();
            for name in ["A", "B"] {
                let (made, count) = (made.clone(), count.clone());
                let use_it = async move {
                    let make = || async {
                        coop::consume_budget().await;
                        count.fetch_add(1, SeqCst)
                    };
                    *made.get_or_init(make).await
                };
                tasks.spawn(use_it.lane(name));
            }
            tasks.join_all().await;
            count.load(SeqCst)
        })
        .at_every_operation()
        .check(|run| matches!(run.outcome, Ok(1))),
    );
}

#[test]
fn the_first_schedule_at_every_operation_is_the_one_at_waits_too() {
    let explored = fetches(false).at_every_operation().at_most(1).explore();
    let at_waits = fetches(false).at_most(1).explore();
    assert_eq!(explored.outcomes[0].transcript, at_waits.outcomes[0].transcript);
    assert_eq!(explored.outcomes[0].chart.elapsed, at_waits.outcomes[0].chart.elapsed);
    assert!(explored.outcomes[0].schedule.departures.is_empty());
}

#[test]
fn a_failure_at_every_operation_says_that_it_is_what_several_threads_can_do() {
    let text = fetches(false).at_every_operation().explore().to_string();
    assert!(
        text.contains("switching at every operation of tokio, as several threads can"),
        "{text}"
    );
    assert!(text.contains("SCHEDULE='one request:"), "{text}");
}
