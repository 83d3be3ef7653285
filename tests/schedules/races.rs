//! Something is looked at, then comes an await, then it is acted upon.
use crate::{holds, refuted};
use async_concepts::{LaneExt, say, schedules::every_schedule};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex as StdMutex,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{
    spawn,
    sync::{Mutex, OnceCell},
    task::{JoinSet, yield_now},
    time::sleep,
};

async fn ms(n: u64) {
    sleep(Duration::from_millis(n)).await;
}

fn number(n: i64) -> Arc<AtomicI64> {
    Arc::new(AtomicI64::new(n))
}

/// Runs two tasks.
async fn both(
    first: impl Future<Output = ()> + Send + 'static,
    second: impl Future<Output = ()> + Send + 'static,
) {
    let mut tasks = JoinSet::new();
    tasks.spawn(first.lane("A"));
    tasks.spawn(second.lane("B"));
    tasks.join_all().await;
}

#[test]
fn a_balance_that_is_checked_before_an_await_and_used_after_it() {
    let withdraw = |balance: Arc<AtomicI64>| async move {
        if balance.load(SeqCst) >= 80 {
            yield_now().await;
            balance.fetch_sub(80, SeqCst);
        }
    };
    refuted(0, || {
        every_schedule("check, then act", move || async move {
            let balance = number(100);
            both(withdraw(balance.clone()), withdraw(balance.clone())).await;
            balance.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(0..)))
    });
    let withdraw = |balance: Arc<Mutex<i64>>| async move {
        let mut balance = balance.lock().await;
        if *balance >= 80 {
            yield_now().await;
            *balance -= 80;
        }
    };
    holds(
        every_schedule("check and act under a lock", move || async move {
            let balance = Arc::new(Mutex::new(100));
            both(withdraw(balance.clone()), withdraw(balance.clone())).await;
            *balance.lock().await
        })
        .check(|run| matches!(run.outcome, Ok(20))),
    );
}

#[test]
fn an_increment_with_a_pause_in_it_that_only_two_timers_at_once_break() {
    refuted(0, || {
        every_schedule("two timers meet", || async {
            let sum = number(0);
            let add = |sum: Arc<AtomicI64>, begin, pause| async move {
                ms(begin).await;
                let seen = sum.load(SeqCst);
                ms(pause).await;
                sum.store(seen + 1, SeqCst);
            };
            both(add(sum.clone(), 10, 10), add(sum.clone(), 20, 10)).await;
            sum.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(2)))
    });
    holds(
        every_schedule("no pause", || async {
            let sum = number(0);
            let add = |sum: Arc<AtomicI64>, begin, pause| async move {
                ms(begin).await;
                ms(pause).await;
                sum.store(sum.load(SeqCst) + 1, SeqCst);
            };
            both(add(sum.clone(), 10, 10), add(sum.clone(), 20, 10)).await;
            sum.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(2))),
    );
}

#[test]
fn two_transfers_that_each_write_back_what_they_have_read() {
    refuted(1, || {
        every_schedule("transfers", || async {
            let (left, right) = (number(100), number(100));
            let transfer = |begin, from: Arc<AtomicI64>, to: Arc<AtomicI64>, amount| async move {
                ms(begin).await;
                let (had, has) = (from.load(SeqCst), to.load(SeqCst));
                ms(10).await;
                from.store(had - amount, SeqCst);
                to.store(has + amount, SeqCst);
            };
            let first = transfer(0, left.clone(), right.clone(), 10);
            let second = transfer(10, right.clone(), left.clone(), 20);
            both(first, second).await;
            (left.load(SeqCst), right.load(SeqCst))
        })
        .check(|run| matches!(run.outcome, Ok((110, 90))))
    });
    holds(
        every_schedule("transfers at once", || async {
            let (left, right) = (number(100), number(100));
            let transfer = |begin, from: Arc<AtomicI64>, to: Arc<AtomicI64>, amount| async move {
                ms(begin).await;
                ms(10).await;
                from.fetch_sub(amount, SeqCst);
                to.fetch_add(amount, SeqCst);
            };
            let first = transfer(0, left.clone(), right.clone(), 10);
            let second = transfer(10, right.clone(), left.clone(), 20);
            both(first, second).await;
            (left.load(SeqCst), right.load(SeqCst))
        })
        .check(|run| matches!(run.outcome, Ok((110, 90)))),
    );
}

#[test]
fn something_that_is_to_be_made_once_is_made_twice() {
    refuted(1, || {
        every_schedule("initialise", || async {
            let (cell, made) = (Arc::new(StdMutex::new(None)), number(0));
            let get = |begin, cell: Arc<StdMutex<Option<i64>>>, made: Arc<AtomicI64>| async move {
                ms(begin).await;
                let there = cell.lock().expect("no panic").is_some();
                if !there {
                    ms(10).await;
                    made.fetch_add(1, SeqCst);
                    *cell.lock().expect("no panic") = Some(7);
                }
            };
            both(get(0, cell.clone(), made.clone()), get(10, cell, made.clone())).await;
            made.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(1)))
    });
    holds(
        every_schedule("OnceCell", || async {
            let (cell, made) = (Arc::new(OnceCell::new()), number(0));
            let get = |begin, cell: Arc<OnceCell<i64>>, made: Arc<AtomicI64>| async move {
                ms(begin).await;
                let make = || async {
                    ms(10).await;
                    made.fetch_add(1, SeqCst);
                    7
                };
                cell.get_or_init(make).await;
            };
            both(get(0, cell.clone(), made.clone()), get(10, cell, made.clone())).await;
            made.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(1))),
    );
}

#[test]
fn a_cache_that_is_asked_again_while_it_is_being_filled() {
    let ask = |begin, cached: Arc<StdMutex<bool>>, questions: Arc<AtomicI64>| async move {
        ms(begin).await;
        let hit = *cached.lock().expect("no panic");
        if !hit {
            questions.fetch_add(1, SeqCst);
            ms(10).await;
            *cached.lock().expect("no panic") = true;
        }
    };
    refuted(1, || {
        every_schedule("stampede", move || async move {
            let (cached, questions) = (Arc::new(StdMutex::new(false)), number(0));
            let mut tasks = JoinSet::new();
            for (name, begin) in [("A", 0), ("B", 10), ("C", 20)] {
                tasks.spawn(ask(begin, cached.clone(), questions.clone()).lane(name));
            }
            tasks.join_all().await;
            questions.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(1)))
    });
    let ask = |begin, cached: Arc<Mutex<bool>>, questions: Arc<AtomicI64>| async move {
        ms(begin).await;
        let mut cached = cached.lock().await;
        if !*cached {
            questions.fetch_add(1, SeqCst);
            ms(10).await;
            *cached = true;
        }
    };
    holds(
        every_schedule("one at a time", move || async move {
            let (cached, questions) = (Arc::new(Mutex::new(false)), number(0));
            let mut tasks = JoinSet::new();
            for (name, begin) in [("A", 0), ("B", 10), ("C", 20)] {
                tasks.spawn(ask(begin, cached.clone(), questions.clone()).lane(name));
            }
            tasks.join_all().await;
            questions.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(1))),
    );
}

#[test]
fn the_slower_answer_to_the_older_question_is_shown_last() {
    let ask = |shown: Arc<AtomicI64>, typed, latency, answer| async move {
        ms(typed).await;
        ms(latency).await;
        shown.store(answer, SeqCst);
    };
    refuted(1, || {
        every_schedule("last writer wins", move || async move {
            let shown = number(0);
            both(ask(shown.clone(), 0, 20, 1), ask(shown.clone(), 10, 10, 2)).await;
            shown.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(2)))
    });
    let ask = |shown: Arc<AtomicI64>, typed, latency, answer| async move {
        ms(typed).await;
        ms(latency).await;
        shown.fetch_max(answer, SeqCst);
    };
    holds(
        every_schedule("newest wins", move || async move {
            let shown = number(0);
            both(ask(shown.clone(), 0, 20, 1), ask(shown.clone(), 10, 10, 2)).await;
            shown.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(2))),
    );
}

#[test]
fn a_free_list_whose_head_is_the_same_again() {
    let run = |versions: bool| {
        every_schedule("ABA", move || async move {
            let list = Arc::new(StdMutex::new((0, vec![1, 2, 3])));
            let theirs = list.clone();
            let pop = async move {
                let (version, head, rest) = {
                    let list = theirs.lock().expect("no panic");
                    let rest = list.1[..list.1.len() - 1].to_vec();
                    (list.0, list.1.last().copied(), rest)
                };
                yield_now().await;
                let mut list = theirs.lock().expect("no panic");
                if list.1.last().copied() == head && (!versions || list.0 == version) {
                    *list = (list.0 + 1, rest);
                }
            };
            let theirs = list.clone();
            let pop_two_and_give_one_back = async move {
                let (first, second) = {
                    let mut list = theirs.lock().expect("no panic");
                    list.0 += 1;
                    (list.1.pop(), list.1.pop())
                };
                yield_now().await;
                let mut list = theirs.lock().expect("no panic");
                list.0 += 1;
                list.1.extend(first);
                second
            };
            let (a, b) = (spawn(pop.lane("A")), spawn(pop_two_and_give_one_back.lane("B")));
            a.await.expect("no panic");
            let taken = b.await.expect("no panic");
            let list = list.lock().expect("no panic");
            taken.is_some_and(|taken| list.1.contains(&taken))
        })
        .check(|run| match run.outcome {
            Ok(true) => Err("what was taken is in the list, too"),
            _ => Ok(()),
        })
    };
    refuted(0, || run(false));
    holds(run(true));
}

#[test]
fn a_worker_that_is_started_twice() {
    let start = async |running: Arc<StdMutex<bool>>, workers: Arc<AtomicI64>, claim_first: bool| {
        let was = {
            let mut running = running.lock().expect("no panic");
            let was = *running;
            *running |= claim_first;
            was
        };
        if !was {
            yield_now().await;
            *running.lock().expect("no panic") = true;
            let work = async move {
                workers.fetch_add(1, SeqCst);
            };
            let _ = spawn(work.lane("worker")).await;
        }
    };
    let run = |claim_first| {
        every_schedule("double spawn", move || async move {
            let (running, workers) = (Arc::new(StdMutex::new(false)), number(0));
            let first = start(running.clone(), workers.clone(), claim_first);
            both(first, start(running, workers.clone(), claim_first)).await;
            workers.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(1)))
    };
    refuted(0, || run(false));
    holds(run(true));
}

/// What is being fetched, by its key, and how many times it was asked for meanwhile.
type Flights = Arc<StdMutex<HashMap<&'static str, i64>>>;

#[test]
fn a_seat_that_is_sold_twice_and_a_request_that_is_in_flight_twice() {
    // Looked up, then fetched, then entered.
    let fetch = async |flights: Flights, count: Arc<AtomicI64>| {
        ms(10).await;
        let there = flights.lock().expect("no panic").contains_key("key");
        if !there {
            count.fetch_add(1, SeqCst);
            yield_now().await;
            flights.lock().expect("no panic").insert("key", 1);
        }
    };
    refuted(0, || {
        every_schedule("in flight", move || async move {
            let (flights, count) = (Arc::default(), number(0));
            both(fetch(Arc::clone(&flights), count.clone()), fetch(flights, count.clone())).await;
            count.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(1)))
    });
    let fetch = async |flights: Flights, count: Arc<AtomicI64>| {
        ms(10).await;
        let before = flights.lock().expect("no panic").insert("key", 0);
        if before.is_none() {
            count.fetch_add(1, SeqCst);
            yield_now().await;
        }
    };
    holds(
        every_schedule("entered first", move || async move {
            let (flights, count) = (Arc::default(), number(0));
            both(fetch(Arc::clone(&flights), count.clone()), fetch(flights, count.clone())).await;
            count.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(1))),
    );
}

#[test]
fn a_lane_that_is_simply_awaited_is_no_place_to_switch() {
    holds(
        every_schedule("called", || async {
            let sum = number(0);
            let add = |sum: Arc<AtomicI64>| async move {
                for _ in 0..2 {
                    let seen = sum.load(SeqCst);
                    async { sum.store(seen + 1, SeqCst) }.lane("add").await;
                    yield_now().await;
                }
                say!("done");
            };
            both(add(sum.clone()), add(sum.clone())).await;
            sum.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(4))),
    );
}
