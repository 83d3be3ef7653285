//! No schedule is lost, and none is run twice: there are formulas for how many there must be.
use async_concepts::{
    LaneExt, say,
    schedules::{Coverage, every_schedule},
};
use futures::{
    StreamExt,
    future::join_all,
    stream::{self, FuturesUnordered},
};
use std::{cell::Cell, rc::Rc, time::Duration};
use tokio::{
    sync::{Barrier, Mutex, watch},
    task::{JoinSet, LocalSet, spawn_local, yield_now},
    time::sleep,
};

const NAMES: [&str; 5] = ["A", "B", "C", "D", "E"];

/// `n` lanes that are polled together. Each of them awaits what `wait` makes, `rounds` times.
fn together<W: Future<Output = ()> + 'static>(
    n: usize,
    rounds: usize,
    wait: fn() -> W,
) -> (u64, Coverage) {
    let explored = every_schedule("together", move || async move {
        let lanes = NAMES[..n].iter().map(|name| {
            let work = async move {
                for _ in 0..rounds {
                    wait().await;
                }
            };
            work.lane(name)
        });
        join_all(lanes).await;
    })
    .budget(Duration::from_secs(60))
    .explore();
    assert_eq!(explored.failing, 0, "{explored}");
    (explored.schedules, explored.coverage)
}

fn factorial(n: u64) -> u64 {
    (1..=n).product()
}

fn nap() -> impl Future<Output = ()> {
    sleep(Duration::from_millis(10))
}

#[test]
fn lanes_that_sleep_together_have_as_many_schedules_as_the_formula_says() {
    for (n, rounds) in [(1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3), (4, 1)] {
        let expected = factorial(n as u64).pow(rounds as u32 + 1);
        assert_eq!(
            together(n, rounds, nap),
            (expected, Coverage::All),
            "{n} lanes, {rounds} rounds"
        );
    }
}

#[test]
fn lanes_that_yield_take_turns_as_lanes_that_sleep_do() {
    for (n, rounds) in [(2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (4, 1)] {
        let expected = factorial(n as u64).pow(rounds as u32 + 1);
        let found = together(n, rounds, yield_now);
        assert_eq!(found, (expected, Coverage::All), "{n} lanes, {rounds} rounds");
    }
}

#[test]
fn lanes_that_are_made_one_by_one_while_others_wait_have_as_many() {
    for (n, rounds) in [(2, 1), (2, 2), (3, 1), (3, 2), (4, 1)] {
        let explored = every_schedule("one by one", move || async move {
            stream::iter(&NAMES[..n])
                .for_each_concurrent(None, |name| {
                    let work = async move {
                        for _ in 0..rounds {
                            nap().await;
                        }
                    };
                    work.lane(name)
                })
                .await;
        })
        .budget(Duration::from_secs(60))
        .explore();
        let expected = factorial(n as u64).pow(rounds as u32 + 1);
        let found = (explored.schedules, explored.coverage);
        assert_eq!(found, (expected, Coverage::All), "{n} lanes, {rounds} rounds");
    }
}

#[test]
fn a_lane_that_did_not_exist_when_it_was_chosen_has_its_name_in_the_schedule() {
    let explored = every_schedule("one by one", || async {
        let work = async || {
            nap().await;
            say!("here");
        };
        stream::iter(&NAMES[..2]).for_each_concurrent(None, |name| work().lane(name)).await;
    })
    .check(|run| run.lines[0].lane == "A")
    .explore();
    let failure = explored.failure.expect("B may be the first");
    assert_eq!(failure.schedule.describe(), "at decision 0 (0) B goes before A");
}

#[test]
fn without_a_lock_each_of_four_sums_comes_out_in_a_quarter_of_the_schedules() {
    let explored = every_schedule("unlocked", || async {
        let sum = Cell::new(0);
        let add = async || {
            let before = sum.get();
            nap().await;
            sum.set(before + 1);
        };
        stream::iter(&NAMES[..4]).for_each_concurrent(None, |name| add().lane(name)).await;
        sum.get()
    })
    .budget(Duration::from_secs(60))
    .explore();
    // Each has read 0 before the first one writes.
    assert_eq!((explored.schedules, explored.results), (576, 1));
}

#[test]
fn tasks_have_the_schedules_of_branches_and_those_in_which_main_comes_between() {
    let explored = every_schedule("two tasks", || async {
        let mut tasks = JoinSet::new();
        for name in ["A", "B"] {
            tasks.spawn(nap().lane(name));
        }
        while tasks.join_next().await.is_some() {}
    })
    .explore();
    // Two orders of the first polls, two of the second ones; then the first has ended, and `main`
    // comes before the second one or after it.
    assert_eq!((explored.schedules, explored.coverage), (8, Coverage::All));
}

#[test]
fn local_tasks_and_unordered_futures_are_tried_in_each_order_too() {
    let local = every_schedule("local", || async {
        let set = LocalSet::new();
        set.run_until(async {
            let tasks = ["A", "B", "C"].map(|name| spawn_local(nap().lane(name)));
            join_all(tasks).await;
        })
        .await;
    })
    .budget(Duration::from_secs(60))
    .explore();
    assert_eq!(local.coverage, Coverage::All, "{local}");
    assert_eq!(local.schedules % 36, 0, "{local}");

    let unordered = every_schedule("unordered", || async {
        let lanes: FuturesUnordered<_> = ["A", "B", "C"].iter().map(|it| nap().lane(it)).collect();
        lanes.count().await
    })
    .budget(Duration::from_secs(60))
    .explore();
    assert_eq!((unordered.schedules, unordered.coverage), (36, Coverage::All));
}

#[test]
fn a_lock_gives_each_order_of_those_that_want_it() {
    let explored = every_schedule("lock", || async {
        let lock = Rc::new(Mutex::new(0));
        let lanes = NAMES[..4].iter().map(|name| {
            let lock = lock.clone();
            let work = async move {
                *lock.lock().await += 1;
                yield_now().await;
            };
            work.lane(name)
        });
        join_all(lanes).await;
    })
    .budget(Duration::from_secs(60))
    .explore();
    assert_eq!((explored.schedules, explored.coverage), (576, Coverage::All));
}

#[test]
fn a_watch_and_a_barrier_wake_in_a_random_order_and_each_order_is_tried() {
    let watched = every_schedule("watch", || async {
        let (send, receive) = watch::channel(0);
        let mut tasks = JoinSet::new();
        for name in ["A", "B", "C"] {
            let mut receive = receive.clone();
            tasks.spawn(async move { receive.changed().await.is_ok() }.lane(name));
        }
        yield_now().await;
        send.send(1).expect("there are receivers");
        tasks.join_all().await;
    })
    .budget(Duration::from_secs(60))
    .explore();
    assert_eq!(watched.coverage, Coverage::All, "{watched}");
    assert!(watched.order_of_wakes_is_random);

    let barrier = every_schedule("barrier", || async {
        let barrier = Rc::new(Barrier::new(3));
        let lanes = NAMES[..3].iter().map(|name| {
            let barrier = barrier.clone();
            async move { barrier.wait().await.is_leader() }.lane(name)
        });
        join_all(lanes).await;
    })
    .budget(Duration::from_secs(60))
    .explore();
    // The three lanes can come in 6 orders. Of the two that are woken then, either can be first.
    assert_eq!((barrier.schedules, barrier.coverage), (12, Coverage::All));
}
