//! Channels: read, change and write back; close too early; count what others count, too.
use crate::{holds, refuted};
use async_concepts::{LaneExt, schedules::every_schedule};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{
    spawn,
    sync::{Semaphore, mpsc, oneshot},
    task::{JoinSet, yield_now},
    time::sleep,
};

async fn ms(n: u64) {
    sleep(Duration::from_millis(n)).await;
}

enum Ask {
    Get(oneshot::Sender<i64>),
    Set(i64),
    Add(i64, oneshot::Sender<i64>),
}

/// A task that owns a number, and two clients that each add one to it.
async fn actor(by_get_and_set: bool) -> i64 {
    let (send, mut asked) = mpsc::channel(4);
    let own = async move {
        let mut value = 0;
        while let Some(ask) = asked.recv().await {
            match ask {
                Ask::Get(answer) => {
                    let _ = answer.send(value);
                }
                Ask::Set(new) => value = new,
                Ask::Add(more, answer) => {
                    value += more;
                    let _ = answer.send(value);
                }
            }
        }
        value
    };
    let owner = spawn(own.lane("actor"));
    let mut clients = JoinSet::new();
    for name in ["A", "B"] {
        let send = send.clone();
        let client = async move {
            let (answer, answered) = oneshot::channel();
            if by_get_and_set {
                let _ = send.send(Ask::Get(answer)).await;
                let value = answered.await.expect("the actor answers");
                let _ = send.send(Ask::Set(value + 1)).await;
            } else {
                let _ = send.send(Ask::Add(1, answer)).await;
                answered.await.expect("the actor answers");
            }
        };
        clients.spawn(client.lane(name));
    }
    drop(send);
    clients.join_all().await;
    owner.await.expect("it does not panic")
}

#[test]
fn an_actor_whose_clients_read_change_and_write_back() {
    let two = |run: &async_concepts::timeline::Recording<i64>| matches!(run.outcome, Ok(2));
    refuted(0, || every_schedule("get and set", || actor(true)).check(two));
    holds(every_schedule("add", || actor(false)).check(two));
}

/// Two producers share a count of what is still to come; the last one closes.
async fn close_when_done(count_first: bool) -> usize {
    let (send, mut receive) = mpsc::unbounded_channel::<Option<&'static str>>();
    let left = Arc::new(AtomicI64::new(0));
    let mut producers = JoinSet::new();
    for name in ["A", "B"] {
        if count_first {
            left.fetch_add(1, SeqCst);
        }
        let (send, left) = (send.clone(), left.clone());
        let produce = async move {
            if !count_first {
                left.fetch_add(1, SeqCst);
            }
            yield_now().await;
            let _ = send.send(Some(name));
            if left.fetch_sub(1, SeqCst) == 1 {
                let _ = send.send(None);
            }
        };
        producers.spawn(produce.lane(name));
    }
    let mut received = 0;
    while let Some(Some(_)) = receive.recv().await {
        received += 1;
    }
    producers.shutdown().await;
    received
}

#[test]
fn a_producer_that_takes_itself_for_the_last_one() {
    let both = |run: &async_concepts::timeline::Recording<usize>| matches!(run.outcome, Ok(2));
    let early = || every_schedule("close early", || close_when_done(false)).check(both);
    // A yield lets the other one count itself first, so one thread gets it right.
    holds(early());
    holds(every_schedule("counted before", || close_when_done(true)).check(both));
}

#[test]
fn a_producer_that_is_counted_when_it_begins() {
    let run = |count_first: bool| {
        every_schedule("last one closes", move || async move {
            let (send, mut receive) = mpsc::unbounded_channel();
            let left = Arc::new(AtomicI64::new(0));
            let mut producers = JoinSet::new();
            for name in ["A", "B"] {
                if count_first {
                    left.fetch_add(1, SeqCst);
                }
                let (send, left) = (send.clone(), left.clone());
                let produce = async move {
                    if !count_first {
                        left.fetch_add(1, SeqCst);
                    }
                    let _ = send.send(Some(name));
                    if left.fetch_sub(1, SeqCst) == 1 {
                        let _ = send.send(None);
                    }
                };
                producers.spawn(produce.lane(name));
            }
            let mut received = vec![];
            while let Some(Some(name)) = receive.recv().await {
                received.push(name);
            }
            producers.join_all().await;
            received.len()
        })
        .check(|run| matches!(run.outcome, Ok(2)))
    };
    refuted(0, || run(false));
    holds(run(true));
}

#[test]
fn a_limiter_that_looks_at_the_number_of_tokens_before_it_takes_one() {
    let run = |atomic: bool| {
        every_schedule("tokens", move || async move {
            let tokens = Arc::new(AtomicI64::new(1));
            let least = Arc::new(AtomicI64::new(1));
            let mut tasks = JoinSet::new();
            for name in ["A", "B"] {
                let (tokens, least) = (tokens.clone(), least.clone());
                let call = async move {
                    ms(5).await;
                    if atomic {
                        let taken = |n: i64| if n > 0 { Some(n - 1) } else { None };
                        while tokens.try_update(SeqCst, SeqCst, taken).is_err() {
                            ms(10).await;
                        }
                    } else {
                        while tokens.load(SeqCst) <= 0 {
                            ms(10).await;
                        }
                        yield_now().await;
                        tokens.fetch_sub(1, SeqCst);
                    }
                    least.fetch_min(tokens.load(SeqCst), SeqCst);
                };
                tasks.spawn(call.lane(name));
            }
            let refill = tokens.clone();
            let refill = async move {
                ms(12).await;
                refill.fetch_add(1, SeqCst);
            };
            tasks.spawn(refill.lane("refill"));
            tasks.join_all().await;
            least.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(0)))
    };
    refuted(0, || run(false));
    holds(run(true));
}

#[test]
fn a_bounded_queue_that_is_filled_by_the_task_that_should_empty_it() {
    let run = |capacity: usize| {
        every_schedule("feeds itself", move || async move {
            let (send, mut receive) = mpsc::channel(capacity);
            let more = send.clone();
            let first = async move {
                for job in [2, 0] {
                    send.send(job).await.expect("it is received");
                }
            };
            let first = spawn(first.lane("first"));
            let work = async move {
                let mut done = 0;
                while done < 4 {
                    let job: u32 = receive.recv().await.expect("a job");
                    done += 1;
                    for _ in 0..job {
                        more.send(0).await.expect("it is received");
                    }
                }
            };
            spawn(work.lane("worker")).await.expect("it does not panic");
            first.await.expect("it does not panic");
        })
    };
    refuted(0, || run(1));
    holds(run(3));
}

#[test]
fn two_tasks_that_answer_each_other_over_full_queues() {
    let run = |capacity: usize| {
        every_schedule("ping and pong", move || async move {
            let (left, mut from_left) = mpsc::channel(capacity);
            let (right, mut from_right) = mpsc::channel(capacity);
            let first = async move {
                for n in 0..3 {
                    left.send(n).await.expect("it is received");
                }
                drop(left);
                while from_right.recv().await.is_some() {}
            };
            let second = async move {
                for n in 0..3 {
                    right.send(n).await.expect("it is received");
                }
                drop(right);
                while from_left.recv().await.is_some() {}
            };
            let (first, second) = (spawn(first.lane("A")), spawn(second.lane("B")));
            first.await.expect("it does not panic");
            second.await.expect("it does not panic");
        })
    };
    refuted(0, || run(2));
    holds(run(3));
}

#[test]
fn a_permit_that_is_given_back_before_the_work_is_done() {
    let run = |kept: bool| {
        every_schedule("at most one", move || async move {
            let permits = Arc::new(Semaphore::new(1));
            let (inside, most) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
            let mut tasks = JoinSet::new();
            for name in ["A", "B"] {
                let (permits, inside, most) = (permits.clone(), inside.clone(), most.clone());
                let work = async move {
                    let permit = permits.acquire().await.expect("it is open");
                    let mut permit = Some(permit);
                    if !kept {
                        permit = None;
                    }
                    let now = inside.fetch_add(1, SeqCst) + 1;
                    most.fetch_max(now, SeqCst);
                    yield_now().await;
                    inside.fetch_sub(1, SeqCst);
                    drop(permit);
                };
                tasks.spawn(work.lane(name));
            }
            tasks.join_all().await;
            most.load(SeqCst)
        })
        .check(|run| matches!(run.outcome, Ok(1)))
    };
    refuted(0, || run(false));
    holds(run(true));
}
