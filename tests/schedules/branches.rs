//! Futures of one task: `join!`, `try_join!`, `select!`, `FuturesUnordered`, `LocalSet`.
use crate::{holds, refuted};
use async_concepts::{LaneExt, schedules::every_schedule};
use futures::{StreamExt, join, stream::FuturesUnordered};
use std::{
    cell::Cell,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{
    spawn,
    sync::Mutex,
    task::{LocalSet, spawn_local, yield_now},
    time::{sleep, timeout},
};

async fn ms(n: u64) {
    sleep(Duration::from_millis(n)).await;
}

#[test]
fn branches_of_a_join_that_share_a_cell() {
    let run = |read_late: bool| {
        every_schedule("join!", move || async move {
            let sum = Cell::new(0);
            let add = async || {
                let before = sum.get();
                yield_now().await;
                sum.set(if read_late { sum.get() } else { before } + 1);
            };
            join!(add().lane("A"), add().lane("B"));
            sum.get()
        })
        .check(|run| matches!(run.outcome, Ok(2)))
    };
    refuted(0, || run(false));
    holds(run(true));
}

#[test]
fn a_branch_of_a_try_join_that_another_one_cuts_off() {
    let run = |cut_off: bool| {
        every_schedule("try_join!", move || async move {
            let saved = Cell::new(false);
            let save = async {
                ms(10).await;
                saved.set(true);
                Ok::<_, &str>(())
            };
            let fail = async {
                ms(10).await;
                Err::<(), _>("no")
            };
            if cut_off {
                let _ = futures::try_join!(save.lane("save"), fail.lane("fail"));
            } else {
                let _ = join!(save.lane("save"), fail.lane("fail"));
            }
            saved.get()
        })
        .check(|run| matches!(run.outcome, Ok(true)))
    };
    refuted(1, || run(true));
    holds(run(false));
}

#[test]
fn the_first_of_several_futures_that_are_done_at_once() {
    let run = |all: bool| {
        every_schedule("unordered", move || async move {
            let mut lanes: FuturesUnordered<_> = (1..=3)
                .map(|n| {
                    let work = async move {
                        ms(10).await;
                        n
                    };
                    work.lane(format!("L{n}"))
                })
                .collect();
            match all {
                false => lanes.next().await,
                true => Some(lanes.fold(0, async |sum, n| sum.max(n)).await),
            }
        })
        .check(|run| matches!(run.outcome, Ok(Some(3))))
    };
    refuted(0, || run(false));
    holds(run(true));
}

#[test]
fn the_winner_of_a_race_between_equals() {
    let run = |second: u64| {
        every_schedule("select!", move || async move {
            let first = async {
                ms(10).await;
                1
            };
            let second = async {
                ms(second).await;
                2
            };
            tokio::select! {
                biased;
                winner = first.lane("A") => winner,
                winner = second.lane("B") => winner,
            }
        })
        .check(|run| matches!(run.outcome, Ok(1)))
    };
    refuted(1, || run(10));
    holds(run(20));
}

#[test]
fn local_tasks_that_share_a_cell() {
    let run = |read_late: bool| {
        every_schedule("LocalSet", move || async move {
            let set = LocalSet::new();
            set.run_until(async {
                let sum = Rc::new(Cell::new(0));
                let add = |sum: Rc<Cell<i32>>| async move {
                    let before = sum.get();
                    yield_now().await;
                    sum.set(if read_late { sum.get() } else { before } + 1);
                };
                let first = spawn_local(add(sum.clone()).lane("A"));
                let second = spawn_local(add(sum.clone()).lane("B"));
                let _ = join!(first, second);
                sum.get()
            })
            .await
        })
        .check(|run| matches!(run.outcome, Ok(2)))
    };
    refuted(0, || run(false));
    holds(run(true));
}

#[test]
fn a_future_that_stands_in_line_for_a_lock_and_is_not_polled_any_more() {
    let run = |drop_first: bool| {
        every_schedule("futurelock", move || async move {
            let lock = Arc::new(Mutex::new(()));
            let theirs = lock.clone();
            let hold = async move {
                let _guard = theirs.lock().await;
                ms(20).await;
            };
            let holder = spawn(hold.lane("holder"));
            yield_now().await;
            let wait = async || drop(lock.lock().await);
            let mut first = Box::pin(wait().lane("first"));
            tokio::select! {
                biased;
                () = first.as_mut() => {}
                () = ms(10) => {
                    if drop_first {
                        drop(first);
                    }
                    wait().lane("second").await;
                }
            }
            holder.await.expect("it does not panic");
        })
    };
    refuted(0, || run(false));
    holds(run(true));
}

#[test]
fn a_lane_under_a_deadline_that_has_passed_is_still_polled_once() {
    holds(
        every_schedule("timeout of nothing", || async {
            let done = Arc::new(AtomicBool::new(false));
            let other = spawn(async { yield_now().await }.lane("other"));
            let theirs = done.clone();
            let set = async move { theirs.store(true, SeqCst) };
            let in_time = timeout(Duration::ZERO, set.lane("set")).await.is_ok();
            other.await.expect("it does not panic");
            in_time && done.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(true))),
    );
}
