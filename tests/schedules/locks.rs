//! Locks that are taken in the wrong order, too late, or twice.
use crate::{holds, refuted};
use async_concepts::{LaneExt, schedules::every_schedule};
use std::sync::Arc;
use tokio::{
    sync::{Mutex, RwLock, Semaphore},
    task::{JoinSet, yield_now},
};

type Fork = Arc<Mutex<()>>;

async fn eat(first: Fork, second: Fork) {
    let _first = first.lock().await;
    let _second = second.lock().await;
}

async fn dinner(in_order: bool) {
    let forks: Vec<Fork> = (0..3).map(|_| Fork::default()).collect();
    let mut seats = JoinSet::new();
    for (seat, name) in ["A", "B", "C"].into_iter().enumerate() {
        let (left, right) = (seat, (seat + 1) % 3);
        let [first, second] = match in_order {
            true => [left.min(right), left.max(right)],
            false => [left, right],
        };
        seats.spawn(eat(forks[first].clone(), forks[second].clone()).lane(name));
    }
    seats.join_all().await;
}

#[test]
fn philosophers_starve_only_if_a_switch_is_possible_between_two_forks() {
    holds(every_schedule("dinner, one thread", || dinner(false)));
    refuted(1, || every_schedule("dinner", || dinner(false)).at_every_operation());
    holds(every_schedule("dinner in order", || dinner(true)).at_every_operation());
}

#[test]
fn two_locks_in_two_orders() {
    let take = |first: Fork, second: Fork| async move {
        let _first = first.lock().await;
        yield_now().await;
        let _second = second.lock().await;
    };
    let run = move |crossed: bool| {
        every_schedule("two locks", move || async move {
            let (left, right) = (Fork::default(), Fork::default());
            let mut tasks = JoinSet::new();
            tasks.spawn(take(left.clone(), right.clone()).lane("A"));
            let (first, second) = if crossed { (right, left) } else { (left, right) };
            tasks.spawn(take(first, second).lane("B"));
            tasks.join_all().await;
        })
    };
    refuted(0, || run(true));
    holds(run(false));
    holds(run(false).at_every_operation());
}

#[test]
fn a_read_lock_that_is_kept_while_the_write_lock_is_awaited() {
    let run = |keep: bool| {
        every_schedule("upgrade", move || async move {
            let value = Arc::new(RwLock::new(0));
            let mut tasks = JoinSet::new();
            for name in ["A", "B"] {
                let value = value.clone();
                let work = async move {
                    let mut read = Some(value.read().await);
                    yield_now().await;
                    if !keep {
                        read = None;
                    }
                    *value.write().await += 1;
                    drop(read);
                };
                tasks.spawn(work.lane(name));
            }
            // The compiler cannot see that a guard is gone, but tokio can.
            tasks.join_all().await;
            *value.read().await
        })
    };
    refuted(0, || run(true));
    holds(run(false));
    holds(run(false).at_every_operation());
}

#[test]
fn one_lock_for_the_question_and_one_for_the_answer() {
    let run = |one_guard: bool| {
        every_schedule("two guards", move || async move {
            let queue = Arc::new(Mutex::new(vec![]));
            let mut tasks = JoinSet::new();
            for name in ["A", "B"] {
                let queue = queue.clone();
                let work = async move {
                    if one_guard {
                        let mut queue = queue.lock().await;
                        if queue.is_empty() {
                            queue.push(name);
                        }
                    } else if queue.lock().await.is_empty() {
                        // That guard is gone, and this is another one.
                        queue.lock().await.push(name);
                    }
                };
                tasks.spawn(work.lane(name));
            }
            tasks.join_all().await;
            queue.lock().await.len()
        })
        .check(|run| matches!(run.outcome, Ok(1)))
    };
    holds(run(false)); // on one thread there is no switch
    refuted(1, || run(false).at_every_operation());
    holds(run(true).at_every_operation());
}

#[test]
fn permits_that_are_taken_one_by_one() {
    let run = |at_once: bool| {
        every_schedule("permits", move || async move {
            let permits = Arc::new(Semaphore::new(2));
            let mut tasks = JoinSet::new();
            for name in ["A", "B"] {
                let permits = permits.clone();
                let work = async move {
                    if at_once {
                        let _both = permits.acquire_many(2).await;
                    } else {
                        let _first = permits.acquire().await;
                        yield_now().await;
                        let _second = permits.acquire().await;
                    }
                };
                tasks.spawn(work.lane(name));
            }
            tasks.join_all().await;
        })
    };
    refuted(0, || run(false));
    holds(run(true));
    holds(run(true).at_every_operation());
}
