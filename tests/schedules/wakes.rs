//! Wakes that are lost.
use crate::{holds, refuted};
use async_concepts::{LaneExt, say, schedules::every_schedule};
use futures::join;
use std::{
    cell::Cell,
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex as StdMutex,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};
use tokio::{
    spawn,
    sync::{Notify, mpsc, oneshot, watch},
    time::sleep,
};

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[test]
fn notify_waiters_before_anything_waits() {
    refuted(1, || {
        every_schedule("lost notify", || async {
            let ready = Arc::new(Notify::new());
            let tell = ready.clone();
            let waiter = spawn(async move { ready.notified().await }.lane("waiter"));
            let teller = spawn(async move { tell.notify_waiters() }.lane("teller"));
            let _ = join!(waiter, teller);
        })
    });
    holds(every_schedule("kept notify", || async {
        let ready = Arc::new(Notify::new());
        let tell = ready.clone();
        let waiter = spawn(async move { ready.notified().await }.lane("waiter"));
        let teller = spawn(async move { tell.notify_one() }.lane("teller"));
        let _ = join!(waiter, teller);
    }));
}

#[test]
fn the_same_between_branches_of_one_task() {
    refuted(1, || {
        every_schedule("lost notify, join!", || async {
            let ready = Notify::new();
            let waiter = async { ready.notified().await }.lane("waiter");
            let teller = async { ready.notify_waiters() }.lane("teller");
            join!(waiter, teller);
        })
    });
    holds(every_schedule("kept notify, join!", || async {
        let ready = Notify::new();
        let waiter = async { ready.notified().await }.lane("waiter");
        let teller = async { ready.notify_one() }.lane("teller");
        join!(waiter, teller);
    }));
}

#[test]
fn a_barrier_made_of_a_counter_that_is_used_twice() {
    refuted(0, || {
        every_schedule("barrier by hand", || async {
            let (arrived, all) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
            let worker = |arrived: Arc<AtomicU32>, all: Arc<Notify>| async move {
                for round in 0..2 {
                    if arrived.fetch_add(1, SeqCst) + 1 == 2 {
                        arrived.store(0, SeqCst);
                        all.notify_waiters();
                    } else {
                        // The other one may have begun the next round before this one looks again.
                        while arrived.load(SeqCst) != 0 {
                            all.notified().await;
                        }
                    }
                    say!("round {round}");
                }
            };
            let first = spawn(worker(arrived.clone(), all.clone()).lane("A"));
            let second = spawn(worker(arrived, all).lane("B"));
            let _ = join!(first, second);
        })
    });
    holds(every_schedule("barrier with generations", || async {
        let (state, all) = (Arc::new(StdMutex::new((0, 0))), Arc::new(Notify::new()));
        let worker = |state: Arc<StdMutex<(u32, u32)>>, all: Arc<Notify>| async move {
            for round in 0..2 {
                let mine = state.lock().expect("no panic").1;
                let last = {
                    let mut state = state.lock().expect("no panic");
                    state.0 += 1;
                    state.0 == 2
                };
                if last {
                    *state.lock().expect("no panic") = (0, mine + 1);
                    all.notify_waiters();
                } else {
                    while state.lock().expect("no panic").1 == mine {
                        all.notified().await;
                    }
                }
                say!("round {round}");
            }
        };
        let first = spawn(worker(state.clone(), all.clone()).lane("A"));
        let second = spawn(worker(state, all).lane("B"));
        let _ = join!(first, second);
    }));
}

#[test]
fn a_shutdown_that_is_an_edge_and_not_a_level() {
    refuted(0, || {
        every_schedule("shutdown by notify", || async {
            let stop = Arc::new(Notify::new());
            let (send, mut jobs) = mpsc::channel::<u32>(2);
            let stopped = stop.clone();
            let work = async move {
                loop {
                    tokio::select! {
                        biased;
                        () = stopped.notified() => break,
                        Some(job) = jobs.recv() => {
                            sleep(ms(10)).await; // nothing listens to `stopped` meanwhile
                            say!("job {job}");
                        }
                    }
                }
            };
            let worker = spawn(work.lane("worker"));
            let client = spawn(
                async move {
                    let _ = send.send(1).await;
                    sleep(ms(10)).await;
                    send
                }
                .lane("client"),
            );
            let stopper = spawn(
                async move {
                    sleep(ms(10)).await;
                    stop.notify_waiters();
                }
                .lane("stopper"),
            );
            worker.await.expect("it ends");
            let _ = join!(client, stopper);
        })
    });
    holds(every_schedule("shutdown by watch", || async {
        let (stop, mut stopped) = watch::channel(false);
        let (send, mut jobs) = mpsc::channel::<u32>(2);
        let work = async move {
            loop {
                tokio::select! {
                    biased;
                    () = async { drop(stopped.wait_for(|stop| *stop).await) } => break,
                    Some(job) = jobs.recv() => {
                        sleep(ms(10)).await;
                        say!("job {job}");
                    }
                }
            }
        };
        let worker = spawn(work.lane("worker"));
        let client = spawn(
            async move {
                let _ = send.send(1).await;
                sleep(ms(10)).await;
                send
            }
            .lane("client"),
        );
        let stopper = spawn(
            async move {
                sleep(ms(10)).await;
                let _ = stop.send(true);
                stop
            }
            .lane("stopper"),
        );
        worker.await.expect("it ends");
        let _ = join!(client, stopper);
    }));
}

#[test]
fn a_look_at_the_flag_before_the_wait_for_its_change() {
    // The flag is set between the look and the wait, and the waiter misses that it is told. On one
    // thread this happens only if the task is switched there.
    refuted(1, || {
        every_schedule("look, then wait", || async {
            let (set, told) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
            let (theirs, tell) = (set.clone(), told.clone());
            let waiter = async move {
                while set.load(SeqCst) == 0 {
                    sleep(ms(5)).await; // writes to a log
                    told.notified().await;
                }
            };
            let setter = async move {
                sleep(ms(5)).await;
                theirs.store(1, SeqCst);
                tell.notify_waiters();
            };
            let _ = join!(spawn(waiter.lane("waiter")), spawn(setter.lane("setter")));
        })
    });
    holds(every_schedule("enable, look, then wait", || async {
        let (set, told) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let (theirs, tell) = (set.clone(), told.clone());
        let waiter = async move {
            loop {
                let mut change = std::pin::pin!(told.notified());
                change.as_mut().enable();
                if set.load(SeqCst) == 1 {
                    break;
                }
                sleep(ms(5)).await;
                change.await;
            }
        };
        let setter = async move {
            sleep(ms(5)).await;
            theirs.store(1, SeqCst);
            tell.notify_waiters();
        };
        let _ = join!(spawn(waiter.lane("waiter")), spawn(setter.lane("setter")));
    }));
}

#[test]
fn an_answer_to_a_request_that_is_registered_after_it_was_sent() {
    refuted(0, || {
        every_schedule("register late", || async {
            let waiting = Arc::new(StdMutex::new(None::<oneshot::Sender<u32>>));
            let (send, mut requests) = mpsc::channel(1);
            let theirs = waiting.clone();
            let server = async move {
                let request: u32 = requests.recv().await.expect("a request");
                if let Some(caller) = theirs.lock().expect("no panic").take() {
                    let _ = caller.send(request + 1);
                }
            };
            let client = async move {
                send.send(1).await.expect("the server is there");
                tokio::task::yield_now().await;
                let (answer, answered) = oneshot::channel();
                *waiting.lock().expect("no panic") = Some(answer);
                drop(send);
                answered.await.expect("an answer");
            };
            let (server, client) = (spawn(server.lane("server")), spawn(client.lane("client")));
            let _ = server.await;
            sleep(ms(1)).await;
            client.await.expect("the client gets its answer");
        })
        .limit(ms(1000))
    });
    holds(every_schedule("register first", || async {
        let waiting = Arc::new(StdMutex::new(None::<oneshot::Sender<u32>>));
        let (send, mut requests) = mpsc::channel(1);
        let theirs = waiting.clone();
        let server = async move {
            let request: u32 = requests.recv().await.expect("a request");
            if let Some(caller) = theirs.lock().expect("no panic").take() {
                let _ = caller.send(request + 1);
            }
        };
        let client = async move {
            let (answer, answered) = oneshot::channel();
            *waiting.lock().expect("no panic") = Some(answer);
            send.send(1).await.expect("the server is there");
            tokio::task::yield_now().await;
            answered.await.expect("an answer");
        };
        let (server, client) = (spawn(server.lane("server")), spawn(client.lane("client")));
        let _ = server.await;
        client.await.expect("the client gets its answer");
    }));
}

#[test]
fn branches_that_wait_for_one_another_over_a_cell() {
    // Without a wake a branch only goes on because its sibling is polled beside it.
    holds(every_schedule("spin politely", || async {
        let set = Cell::new(false);
        let waiter = async {
            while !set.get() {
                tokio::task::yield_now().await;
            }
        };
        let setter = async {
            tokio::task::yield_now().await;
            set.set(true);
        };
        join!(waiter.lane("waiter"), setter.lane("setter"));
    }));
}

/// A waker that also wakes its task when it is dropped.
struct WakesWhenDropped(Waker);

impl Wake for WakesWhenDropped {
    fn wake(self: Arc<Self>) {} // the destructor wakes
}

impl Drop for WakesWhenDropped {
    fn drop(&mut self) {
        self.0.wake_by_ref();
    }
}

/// A lane that has to wait can arrive again, with another waker. The first waker is then dropped,
/// and its destructor may wake a lane.
#[test]
fn a_waker_that_wakes_when_it_is_dropped_can_be_replaced_while_its_lane_waits() {
    holds(every_schedule("polled twice", || async {
        let mut a = pin!(async {}.lane("A"));
        let mut b = pin!(async {}.lane("B"));
        let (mut a_is_done, mut b_is_done) = (false, false);
        poll_fn(move |cx| {
            // A is polled twice, each time with another waker, before B is polled.
            for _ in 0..2 {
                let waker = Waker::from(Arc::new(WakesWhenDropped(cx.waker().clone())));
                let mut nested = Context::from_waker(&waker);
                a_is_done = a_is_done || a.as_mut().poll(&mut nested).is_ready();
            }
            b_is_done = b_is_done || b.as_mut().poll(cx).is_ready();
            if a_is_done && b_is_done { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }));
}
