//! Programs in which the place that comes to mind first is wrong.
//!
//! Marks at the end of a line (`// like this`) name the places that are expected.
use crate::ms;
use async_concepts::{
    LaneExt, record,
    timeline::{
        Chart, Polled, Recorder, Recording, Registered, SvgOptions, Waits, What, to_perfetto,
    },
};
use futures::{
    StreamExt,
    future::{BoxFuture, join_all},
    stream::FuturesUnordered,
};
use std::{
    future::{Future, pending, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};
use tokio::{
    sync::{Barrier, Mutex, Notify, RwLock, Semaphore, broadcast, mpsc, oneshot, watch},
    task::{JoinSet, coop::consume_budget, yield_now},
    time::{interval, sleep, timeout},
};

/// Runs `work` in a task that is called A, until it ends or nothing can happen any more.
fn alone<F>(work: impl FnOnce() -> F + Send + 'static) -> Recording<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    Recorder::new("alone").limit(ms(10_000)).record(|| async {
        tokio::spawn(work().lane("A")).await.unwrap();
    })
}

/// What A waits for after its last poll that was not ready.
fn last_waits(run: &Recording<()>) -> Waits {
    for event in run.events().iter().rev() {
        if event.lane == 1
            && let What::PollEnd { polled: Polled::Pending(waits), .. } = &event.what
        {
            return waits.clone();
        }
    }
    panic!("A has never waited");
}

/// Each place at which A waits at last: the mark of the line, and the name of what it waits for.
fn last_places(run: &Recording<()>) -> Vec<String> {
    let places = last_waits(run);
    let mut said = vec![];
    for wait in places.resolve() {
        assert_eq!(wait.place.file, file!(), "{wait:?}");
        let line = include_str!("traps.rs").lines().nth(wait.place.line as usize - 1).unwrap();
        let mark = line.rsplit_once("// ").map_or(line.trim(), |(_, mark)| mark);
        said.push(format!("{mark}: {}", wait.on.as_deref().unwrap_or("?")));
    }
    said
}

/// `file:line` of the one line that ends with `// MARK`.
fn at(mark: &str) -> String {
    let mark = format!("// {mark}");
    let line = include_str!("traps.rs").lines().position(|line| line.ends_with(&mark));
    format!("{}:{}", file!(), line.unwrap_or_else(|| panic!("no line is marked {mark}")) + 1)
}

fn verdict(run: &Recording<()>) -> String {
    run.outcome.as_ref().expect_err("it hangs").to_string()
}

/// A timer registers its waker also in the poll in which it is over.
#[test]
fn a_sleep_is_over_also_in_a_poll_in_which_the_lane_wakes_itself() {
    let run = alone(|| async {
        let lock = Arc::new(Mutex::new(()));
        let _held = lock.clone().lock_owned().await;
        let (sender, receiver) = oneshot::channel();
        let sends = async {
            sleep(ms(50)).await;
            sender.send(()).unwrap(); // wakes A, in A's own poll
            drop(lock.lock().await);
        };
        let receives = async {
            receiver.await.unwrap();
            pending::<()>().await;
        };
        tokio::join!(sends, receives);
    });
    let mut after_the_sleep = 0;
    for event in run.events() {
        if event.lane == 1
            && event.at == ms(50)
            && let What::PollEnd { polled: Polled::Pending(waits), .. } = &event.what
        {
            after_the_sleep += 1;
            for wait in waits.resolve() {
                assert_ne!(wait.on.as_deref(), Some("sleep"), "{waits:?}");
            }
        }
    }
    assert!(after_the_sleep > 0, "{:?}", run.transcript());
}

#[test]
fn a_branch_of_a_join_that_is_over_is_not_waited_for() {
    let run = alone(|| async {
        let notify = Notify::new();
        tokio::join!(
            async { sleep(ms(50)).await },
            async { notify.notified().await }, // the other branch
        );
    });
    assert_eq!(last_places(&run), ["the other branch: Notify::notified"]);
    assert_eq!(last_waits(&run).registered(), Registered::Now);
    assert!(!verdict(&run).contains("sleep"), "{}", verdict(&run));
}

#[test]
fn a_branch_that_is_over_at_last_and_has_waited_twice_is_not_waited_for() {
    let run = alone(|| async {
        let notify = Notify::new();
        let naps = async {
            sleep(ms(10)).await;
            sleep(ms(100)).await;
        };
        let waits = async {
            sleep(ms(20)).await;
            notify.notified().await; // it waits
        };
        tokio::join!(naps, waits);
    });
    assert_eq!(last_places(&run), ["it waits: Notify::notified"]);
}

#[test]
fn of_bare_futures_at_one_line_the_one_that_is_over_is_not_waited_for() {
    let run = alone(|| async {
        let notify = Notify::new();
        tokio::join!(sleep(ms(50)), notify.notified()); // both here
    });
    assert_eq!(last_places(&run), ["both here: Notify::notified"]);
}

async fn waits_for(which: u32, lock: Arc<Mutex<()>>, notify: Arc<Notify>) {
    match which {
        0 => sleep(ms(50)).await,
        1 => drop(lock.lock().await), // the lock
        _ => notify.notified().await, // the notification
    }
}

#[test]
fn of_futures_of_one_function_the_one_that_is_over_is_not_waited_for() {
    for order in [[0, 1, 2], [1, 0, 2], [1, 2, 0]] {
        let run = alone(move || async move {
            let lock = Arc::new(Mutex::new(()));
            let notify = Arc::new(Notify::new());
            let _held = lock.clone().lock_owned().await;
            join_all(order.map(|which| waits_for(which, lock.clone(), notify.clone()))).await;
        });
        let both = ["the lock: Mutex::lock", "the notification: Notify::notified"];
        assert_eq!(last_places(&run), both, "{order:?}");
    }
}

/// Waits at one of two lines, for a future that it has by reference and for another.
async fn selects(which: u32, lock: Arc<Mutex<()>>) {
    let mut locks = pin!(lock.lock());
    match which {
        0 => tokio::select! { _ = &mut locks => {}, () = pending() => {} }, // one
        _ => tokio::select! { _ = &mut locks => {}, () = pending() => {} }, // two
    }
}

#[test]
fn of_futures_of_one_function_that_select_by_reference_both_are_seen_and_one_is_not_certain() {
    let run = alone(|| async {
        let lock = Arc::new(Mutex::new(()));
        let _held = lock.clone().lock_owned().await;
        join_all([0, 1].map(|which| selects(which, lock.clone()))).await;
    });
    assert_eq!(last_places(&run), ["one: Mutex::lock", "two: Mutex::lock"]);
    let certain: Vec<bool> = last_waits(&run).resolve().iter().map(|wait| !wait.or_after).collect();
    assert_eq!(certain, [false, true]);
    says_or_after_that(&run, &format!("{} for Mutex::lock", at("one")), r#""or_after":true"#);
}

#[test]
fn what_may_have_been_left_is_not_waited_for_when_the_function_around_it_has_gone_on() {
    let run = alone(|| async {
        let lock = Arc::new(Mutex::new(()));
        let _held = lock.clone().lock_owned().await;
        let mut all = Box::pin(join_all([0, 1].map(|which| selects(which, lock.clone()))));
        tokio::select! { biased; _ = &mut all => {}, () = std::future::ready(()) => {} }
        sleep(ms(50_000)).await; // left both
    });
    assert_eq!(last_places(&run), ["left both: sleep"]);
}

#[test]
fn what_was_left_by_reference_is_not_waited_for_in_a_chain_of_awaits() {
    async fn goes_on(lock: Arc<Mutex<()>>) {
        let mut locks = pin!(lock.lock());
        tokio::select! { biased; _ = &mut locks => {}, () = std::future::ready(()) => {} }
        sleep(ms(50_000)).await; // gone on
    }
    let run = alone(|| async {
        let lock = Arc::new(Mutex::new(()));
        let _held = lock.clone().lock_owned().await;
        Box::pin(timeout(ms(90_000), goes_on(lock))).await.unwrap();
    });
    assert_eq!(last_places(&run)[0], "gone on: sleep");
}

/// In JSON, that a lane may have gone on from all of its places.
const OF_THE_POLL: &str = r#""registered":"or_after""#;

/// Every rendering says of a place that it is not certain.
fn says_or_after_that(run: &Recording<()>, place: &str, in_json: &str) {
    let sentence = format!("at {place}, or after that");
    let chart = run.chart();
    let renderings = [
        ("the verdict", verdict(run)),
        ("the description", chart.describe()),
        ("the list of places", chart.places()),
        ("the picture", chart.to_svg(SvgOptions::default())),
        ("the trace", to_perfetto(std::slice::from_ref(&chart))),
    ];
    for (which, text) in renderings {
        // In a picture code is escaped, and in a sentence it stands in backticks.
        let text = text.replace('`', "");
        assert!(text.contains(&sentence), "{which} has no “{sentence}”: {text}");
    }
    let json = Chart::clone(&chart);
    let json = async_concepts::timeline::to_json(&[json]);
    assert!(json.contains(in_json), "{json}");
    let read = async_concepts::timeline::from_json(&json).unwrap();
    assert_eq!(read[0].places(), chart.places());
}

#[test]
fn after_a_timer_that_is_over_everything_says_that_the_lane_may_have_gone_on() {
    let run = alone(|| async {
        sleep(ms(20)).await; // the timer
        pending::<()>().await;
    });
    says_or_after_that(&run, &format!("{} for sleep", at("the timer")), OF_THE_POLL);
    assert!(verdict(&run).ends_with("[no-waker]"), "{}", verdict(&run));
}

#[test]
fn after_a_notification_everything_says_that_the_lane_may_have_gone_on() {
    let run = alone(|| async {
        let notify = Arc::new(Notify::new());
        let notifies = notify.clone();
        tokio::spawn(async move {
            sleep(ms(5)).await;
            notifies.notify_one();
        });
        notify.notified().await; // the notification came
        pending::<()>().await;
    });
    let place = at("the notification came");
    says_or_after_that(&run, &format!("{place} for Notify::notified"), OF_THE_POLL);
}

#[test]
fn a_waker_in_a_future_that_was_left_is_no_proof_of_where_the_lane_waits() {
    let run = alone(|| async {
        let lock = Arc::new(Mutex::new(()));
        let _held = lock.clone().lock_owned().await;
        let mut left = pin!(lock.lock());
        tokio::select! { biased; _ = &mut left => {}, () = sleep(ms(10)) => {} }
        sleep(ms(10)).await; // it went on from here
        pending::<()>().await;
    });
    says_or_after_that(&run, &format!("{} for sleep", at("it went on from here")), OF_THE_POLL);
}

#[test]
fn what_registers_and_keeps_no_waker_may_be_over() {
    let run = alone(|| async {
        poll_fn(|cx| {
            drop(cx.waker().clone()); // ready after all
            Poll::Ready(())
        })
        .await;
        pending::<()>().await;
    });
    says_or_after_that(&run, &at("ready after all"), OF_THE_POLL);
}

#[test]
fn a_future_that_is_polled_for_nothing_beside_one_that_is_over_is_still_waited_for() {
    let run = record("kept", || async {
        // In the second poll only the branch that ends registers: the other has its waker already.
        let work = async {
            let notify = Notify::new();
            let two_polls = async {
                async { sleep(ms(10)).await }.lane("B").await;
                poll_fn(|cx| {
                    drop(cx.waker().clone());
                    Poll::Ready(())
                })
                .await;
            };
            tokio::join!(async { notify.notified().await }, two_polls); // kept from before
        };
        tokio::spawn(work.lane("A")).await.unwrap();
    });
    let text = verdict(&run);
    let place = format!("A has been waiting since 10 ms at {}", at("kept from before"));
    assert!(text.contains(&place) && text.contains("for `Notify::notified`"), "{text}");
}

#[test]
fn a_notification_that_was_asked_for_is_waited_for_only_where_it_is_awaited() {
    let run = alone(|| async {
        let notify = Notify::new();
        let mut asked = pin!(notify.notified());
        asked.as_mut().enable();
        sleep(ms(5)).await;
        asked.await; // awaited
    });
    assert_eq!(last_places(&run), ["awaited: Notify::notified"]);
}

#[test]
fn what_a_timeout_has_dropped_is_not_waited_for() {
    let run = alone(|| async {
        let permits = Semaphore::new(0);
        drop(timeout(ms(10), permits.acquire()).await);
        drop(timeout(ms(10), permits.acquire_many(3)).await);
        drop(permits.acquire().await); // the permit
    });
    assert_eq!(last_places(&run), ["the permit: Semaphore::acquire"]);
    let run = alone(|| async {
        let (_send, receive) = oneshot::channel::<()>();
        let mut receive = pin!(receive);
        drop(timeout(ms(10), &mut receive).await);
        drop(receive.await); // the answer
    });
    assert_eq!(last_places(&run), ["the answer: oneshot::Receiver"]);
    let run = alone(|| async {
        let lock = RwLock::new(());
        let written = lock.write().await;
        drop(timeout(ms(10), lock.read()).await);
        drop(written);
        let _read = lock.read().await;
        drop(lock.write().await); // the writer
    });
    assert_eq!(last_places(&run), ["the writer: RwLock"]);
    let run = alone(|| async {
        let (send, mut receive) = mpsc::channel::<()>(1);
        send.send(()).await.unwrap();
        drop(timeout(ms(10), send.reserve()).await);
        receive.recv().await;
        receive.recv().await; // the second message
    });
    assert_eq!(last_places(&run), ["the second message: mpsc::Receiver::recv"]);
}

#[test]
fn a_lane_that_was_dropped_in_a_poll_is_not_waited_for_after_it() {
    let run = alone(|| async {
        let late = async { sleep(ms(900)).await }.lane("late");
        let all = async {
            drop(timeout(ms(100), late).await);
            pending::<()>().await;
        };
        tokio::join!(all, async { Notify::new().notified().await }); // the notification only
    });
    assert_eq!(last_places(&run), ["the notification only: Notify::notified"]);
    assert!(!verdict(&run).contains("late"), "{}", verdict(&run));
}

#[test]
fn both_ends_of_a_watch_channel_are_told_apart() {
    let run = alone(|| async {
        let (_send, mut receive) = watch::channel(0);
        drop(receive.changed().await); // changed
    });
    assert_eq!(last_places(&run), ["changed: watch::Receiver::changed"]);
    let run = alone(|| async {
        let (_send, mut receive) = watch::channel(0);
        drop(receive.wait_for(|value| *value > 0).await); // one value
    });
    assert_eq!(last_places(&run), ["one value: watch::Receiver::wait_for"]);
    let run = alone(|| async {
        let (send, _receive) = watch::channel(0);
        send.closed().await; // closed
    });
    assert_eq!(last_places(&run), ["closed: watch::Sender::closed"]);
}

#[test]
fn what_has_come_is_not_waited_for_but_what_comes_next() {
    let run = alone(|| async {
        let mut ticks = interval(ms(10));
        for _ in 0..3 {
            ticks.tick().await;
        }
        let (send, mut receive) = broadcast::channel(4);
        send.send(1).unwrap();
        assert_eq!(receive.recv().await, Ok(1));
        drop(receive.recv().await); // the second
    });
    assert_eq!(last_places(&run), ["the second: broadcast::Receiver::recv"]);
    let run = alone(|| async {
        let mut set = JoinSet::new();
        set.spawn(sleep(ms(10)));
        set.spawn(pending());
        set.join_next().await;
        set.join_next().await; // the other task
    });
    assert_eq!(last_places(&run), ["the other task: JoinSet::join_next"]);
    let run = alone(|| async {
        let barrier = Barrier::new(2);
        tokio::join!(barrier.wait(), barrier.wait());
        barrier.wait().await; // alone
    });
    assert_eq!(last_places(&run), ["alone: Barrier::wait"]);
    let run = alone(|| async {
        let notify = Notify::new();
        let mut all: FuturesUnordered<BoxFuture<'_, ()>> = FuturesUnordered::new();
        all.push(Box::pin(sleep(ms(10))));
        all.push(Box::pin(notify.notified()));
        all.next().await;
        all.next().await; // the other future
    });
    assert_eq!(last_places(&run), ["the other future: FuturesUnordered"]);
}

#[test]
fn a_lane_that_gives_way_is_where_it_does_that() {
    for (work, place) in [
        (Box::pin(async { yield_now().await }) as BoxFuture<'static, ()>, "yield_now"), // gives way
        (
            Box::pin(async {
                for _ in 0..200 {
                    consume_budget().await; // its budget is used up
                }
            }),
            "consume_budget",
        ),
    ] {
        let run = alone(|| work);
        let places = last_places(&run);
        assert!(places.len() == 1 && places[0].ends_with(place), "{places:?}");
    }
    // Nothing is missing in the channel; tokio asks the task to give way.
    let run = alone(|| async {
        let (send, mut receive) = mpsc::unbounded_channel();
        for _ in 0..200 {
            send.send(()).unwrap();
        }
        for _ in 0..200 {
            receive.recv().await; // asked to give way
        }
    });
    assert_eq!(last_places(&run), ["asked to give way: mpsc::UnboundedReceiver::recv"]);
}
