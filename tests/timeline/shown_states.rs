//! What the explorer says that lanes do, and what they wait for, where a chart has little room: a
//! wait that ends where it begins, a lane that is dropped where it is made, two waits at once.
use crate::{
    ms,
    page::{at, not_known, sentences, steps},
};
use async_concepts::{
    LaneExt, block, record, say,
    timeline::{Recorder, Recording, StreamLaneExt},
};
use futures::{StreamExt, join, poll, stream};
use serde_json::{Value, json};
use std::{cell::Cell, pin::pin};
use tokio::{
    sync::Notify,
    task::{LocalSet, spawn_local, yield_now},
    time::{sleep, timeout},
};

/// The step that has this sentence.
fn step(steps: &[Value], sentence: &str) -> Value {
    for step in steps {
        if step["sentence"] == sentence {
            return step.clone();
        }
    }
    let told: Vec<&Value> = steps.iter().map(|step| &step["sentence"]).collect();
    panic!("no step says “{sentence}”: {told:#?}")
}

#[test]
fn a_timer_is_due_from_when_it_was_set_also_if_its_lane_is_polled_again_at_once() {
    let run = record("twice", async || {
        let mut nap = pin!(sleep(ms(100)).lane("nap"));
        assert!(poll!(nap.as_mut()).is_pending());
        nap.await;
    });
    let timers: Vec<Value> = steps(&run).iter().map(|step| step["timers"].clone()).collect();
    // `main` has a step between the two polls of the nap, which are at two places.
    let nap = json!([[1, at("100 ms")]]);
    let none = json!([]);
    let naps = [none.clone(), nap.clone(), nap.clone(), nap, none.clone(), none.clone(), none];
    assert_eq!(timers, naps);
}

#[test]
fn a_task_that_is_aborted_before_its_first_poll_is_ready_until_the_runtime_drops_it() {
    let run = record("aborted", async || {
        let first = tokio::spawn(async {}.lane("A"));
        let aborted = tokio::spawn(async {}.lane("B"));
        aborted.abort();
        first.await.expect("it does not panic");
        aborted.await.expect_err("it was aborted");
    });
    let steps = steps(&run);
    assert_eq!(steps[0]["sentence"], "begins, makes A and B and waits (JoinHandle).");
    assert_eq!(steps[0]["ready"], json!([1, 2]), "both are in the queue");
    let dropped = "begins, wakes main and ends. Then the runtime drops B, which was aborted.";
    assert_eq!(steps[1]["sentence"], dropped);
    assert_eq!(steps[1]["ready"], json!([0]), "main was woken by A");
}

#[test]
fn a_timer_that_was_not_set_yet_is_not_due() {
    let run = record("later", async || {
        let go_on = Cell::new(false);
        let first = Notify::new();
        let waiter = async {
            // Polled without a wake, it goes on to a timer. Before that it waits for no timer.
            while !go_on.get() {
                let mut notified = pin!(first.notified());
                std::future::poll_fn(|context| {
                    let _ = notified.as_mut().poll(context);
                    if go_on.get() { ().into() } else { std::task::Poll::Pending }
                })
                .await;
            }
            sleep(ms(100)).await;
        };
        let mut waiter = pin!(waiter.lane("waiter"));
        assert!(poll!(waiter.as_mut()).is_pending());
        go_on.set(true);
        waiter.await;
    });
    let timers: Vec<Value> = steps(&run).iter().map(|step| step["timers"].clone()).collect();
    assert_eq!(timers[1], json!([]), "it was not set in its first poll");
    assert_eq!(timers[2], json!([]), "nor while `main` goes on to the second one");
    assert_eq!(timers[3], json!([[1, at("100 ms")]]));
}

/// After each step the timers of `main`, the first lane.
fn timers_of_main(run: &Recording<()>) -> Vec<Vec<Value>> {
    let mut timers = vec![];
    for step in steps(run) {
        let mut of_main = step["timers"].as_array().expect("a list").clone();
        of_main.retain(|timer| timer[0] == 0);
        timers.push(of_main);
    }
    timers
}

#[test]
fn a_timeout_keeps_its_timer_while_the_lane_that_it_owns_is_polled() {
    let run = record("owned", async || {
        let two_naps = async {
            sleep(ms(10)).await;
            sleep(ms(10)).await;
        };
        let _ = timeout(ms(15), two_naps.lane("A")).await;
    });
    // `main` begins, A begins, `main` goes on, A goes on, and then the timer fires.
    let due = vec![json!([0, at("15 ms")])];
    let none = vec![];
    let timers = [none.clone(), due.clone(), due.clone(), due, none.clone(), none.clone(), none];
    assert_eq!(timers_of_main(&run), timers);
}

#[test]
fn a_timeout_that_polls_a_lane_by_reference_may_be_another_one_each_time() {
    let run = record("by reference", async || {
        let two_naps = async {
            sleep(ms(10)).await;
            sleep(ms(10)).await;
        };
        let mut two_naps = pin!(two_naps.lane("A"));
        let _ = timeout(ms(15), &mut two_naps).await;
    });
    let [not_known, due] = [not_known(), at("15 ms")].map(|due| vec![json!([0, due])]);
    assert_eq!(timers_of_main(&run)[..4], [vec![], not_known, vec![], due]);
}

#[test]
fn a_lane_with_a_timeout_waits_for_its_timer_and_for_the_lane_inside() {
    let run = record("timeout", async || {
        let _ = timeout(ms(10), sleep(ms(20)).lane("A")).await;
        let _ = timeout(ms(20), sleep(ms(10)).lane("B")).await;
    });
    let steps = steps(&run);
    assert_eq!(steps[1]["timers"], json!([[0, at("10 ms")], [1, not_known()]]));
    assert_eq!(steps[1]["waits"], json!([[[0], [1]]]));
    // `main` is about to drop A. Until then A waits for its timer.
    let unwoken = step(&steps, "is polled without a wake and waits (sleep).");
    assert_eq!((&unwoken["lane"], &unwoken["timers"]), (&json!(1), &json!([[1, not_known()]])));
    // The second time the lane comes first, and no wake tells when the timeout was due.
    let b = steps.iter().rfind(|step| step["sentence"] == "begins and waits (sleep).");
    let b = b.expect("B begins");
    assert_eq!(b["timers"], json!([[2, at("20 ms")], [0, not_known()]]));
    assert_eq!(b["waits"], json!([[[0], [2]]]));
}

#[test]
fn a_lane_that_is_dropped_where_it_was_made_has_ended_there() {
    let run = record("dropped", async || {
        drop(async {}.lane("A"));
        sleep(ms(10)).await;
    });
    let steps = steps(&run);
    assert_eq!(steps[0]["sentence"], "begins, drops A and waits (sleep).");
    assert_eq!(steps[0]["states"], "wc");
}

#[test]
fn a_lane_that_awaits_a_set_waits_for_all_that_is_left_in_it() {
    let run = record("set", async || {
        let nap = |time| sleep(ms(time));
        let naps = [nap(10).lane("A"), nap(20).lane("B"), nap(30).lane("C")];
        stream::iter(naps).for_each_concurrent(None, |nap| nap).await;
    });
    let mut waits = vec![];
    for step in steps(&run) {
        if step["lane"] == 0 && !step["on"].is_null() {
            waits.push(step["on"].as_str().expect("words").to_owned());
        }
    }
    assert!(!waits.is_empty());
    for on in &waits {
        assert!(!on.contains("Futures") && on.contains('C'), "{waits:?}");
    }
    // At 10 ms A has ended, and `main` waits for both that are left, though it polled A only.
    let ends = "goes on (its time has come) and ends.";
    assert_eq!(step(&steps(&run), ends)["waits"], json!([[[0], [2, 3]]]));
}

#[test]
fn a_stream_that_is_asked_again_at_once_has_returned_an_item() {
    let run = record("asked at once", async || {
        let ticks = stream::iter([2, 1]).lane("ticks");
        let odd = ticks.filter(|tick| futures::future::ready(tick % 2 == 1));
        assert_eq!(pin!(odd).next().await, Some(1));
    });
    let told = sentences(&run);
    assert_eq!(told[1], "ticks begins and returns an item.");
    assert_eq!(told[2], "ticks is asked for its next item and returns an item.");
    assert_eq!(steps(&run)[1]["states"], "ri");
}

#[test]
fn a_task_of_a_local_set_wakes_what_joins_it_and_does_not_only_pass_a_wake_on() {
    let run = record("local", async || {
        let local = LocalSet::new();
        let main = async {
            let task = spawn_local(sleep(ms(10)).lane("A"));
            task.await.unwrap();
        };
        local.run_until(main).await;
    });
    let told = sentences(&run);
    let tail = &told[told.len() - 2..];
    let expected =
        ["A goes on (its time has come) and ends.", "main goes on (woken by A) and ends."];
    let with_the_wake = "A goes on (its time has come), wakes main and ends.";
    assert!(tail[0] == expected[0] || tail[0] == with_the_wake, "{told:#?}");
    assert_eq!(tail[1], expected[1], "{told:#?}");
}

#[test]
fn a_wake_of_a_lane_that_has_ended_is_not_told() {
    let run = record("late", async || {
        let notify = Notify::new();
        let mut notified = pin!(notify.notified());
        {
            // It keeps the waker of the lane.
            let first = async { assert!(poll!(notified.as_mut()).is_pending()) };
            first.lane("A").await;
        }
        notify.notify_one();
        sleep(ms(10)).await;
    });
    let told = sentences(&run).join(" ");
    assert!(!told.contains("wakes A"), "{told}");
}

#[test]
fn a_lane_that_gives_way_is_said_to_whenever_it_is_polled_next() {
    let run = record("gives way", async || {
        let other = async || {};
        let a = async || yield_now().await;
        join!(a().lane("A"), other().lane("B"));
        let task = tokio::spawn(async { yield_now().await }.lane("C"));
        tokio::spawn(async {}.lane("D")).await.unwrap();
        task.await.unwrap();
    });
    let told = sentences(&run);
    for name in ["A", "C"] {
        let begins = told.iter().find(|told| told.starts_with(&format!("{name} begins")));
        assert_eq!(begins, Some(&format!("{name} begins and gives way.")), "{told:#?}");
    }
}

#[test]
fn that_a_lane_keeps_the_thread_is_told_also_if_it_polls_another_one_after_that() {
    let run = record("blocks first", async || {
        say!("begin");
        block(ms(100));
        async {}.lane("A").await;
        block(ms(50));
        async {}.lane("B").await;
    });
    assert_eq!(
        sentences(&run),
        [
            "main begins, prints “begin” and blocks the thread.",
            "main goes on after 100 ms and polls lanes inside it.",
            "A begins and ends.",
            "main goes on (A has ended) and blocks the thread.",
            "main goes on after 50 ms and polls lanes inside it.",
            "B begins and ends.",
            "main goes on (B has ended) and ends.",
        ]
    );
}

#[test]
fn what_a_lane_does_after_another_thread_has_polled_is_a_step_of_its_own() {
    let run = Recorder::new("two threads").multi_thread(2).record(|| async {
        let (send, receive) = std::sync::mpsc::channel();
        let sends = async move { send.send(()).unwrap() };
        let task = tokio::spawn(sends.lane("A"));
        receive.recv().unwrap(); // keeps the thread of `main` until A has run on another one
        say!("A has run");
        task.await.unwrap();
    });
    let steps = steps(&run);
    let place = |what: &dyn Fn(&Value) -> bool| steps.iter().position(what).expect("its step");
    let begins = place(&|step| step["lane"] == 1);
    let prints = place(&|step| step["says"] != json!([]));
    assert!(begins < prints, "{:#?}", sentences(&run));
}
