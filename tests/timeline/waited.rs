//! For which lanes a lane is said to wait: only for those of which the recording proves it.
use super::page::steps;
use async_concepts::{LaneExt, record, timeline::Recording};
use futures::future::{join, join_all, try_join_all};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{
    spawn,
    sync::{Mutex, mpsc},
    task::{JoinHandle, JoinSet, LocalSet, spawn_local},
    time::{sleep, timeout},
    try_join,
};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A task that ends after a while.
fn nap(name: &str, time: Duration) -> JoinHandle<()> {
    spawn(async move { sleep(time).await }.lane(name))
}

fn naps() -> [JoinHandle<()>; 3] {
    [nap("A", ms(10)), nap("B", ms(30)), nap("C", ms(20))]
}

/// What a step says of the waits of `main`: the chains that begin with it, and the words.
type Waits = (Vec<Value>, Vec<Value>);

/// What the steps say of the waits of `main`, each once as long as it does not change.
fn waits_of_main<T>(run: &Recording<T>) -> Vec<Waits> {
    let mut all: Vec<Waits> = vec![];
    for step in steps(run) {
        let mut chains = step["waits"].as_array().expect("chains").clone();
        chains.retain(|chain| chain[0] == json!([0]));
        let mut words = vec![];
        for unproved in step["unproved"].as_array().expect("a list") {
            if unproved[0].as_array().expect("lanes").contains(&json!(0)) {
                words.push(unproved[1].clone());
            }
        }
        all.push((chains, words));
    }
    all.retain(|(chains, words)| !chains.is_empty() || !words.is_empty());
    all.dedup();
    all
}

/// Only chains, and of these only the link after `main`.
fn for_lanes(expected: &[Value]) -> Vec<Waits> {
    let mut waits = vec![];
    for link in expected {
        waits.push((vec![json!([[0], link])], vec![]));
    }
    waits
}

#[test]
fn handles_that_are_joined_together_are_waited_for_together() {
    let expected = for_lanes(&[json!([1, 2, 3]), json!([2, 3]), json!([2])]);
    let macros = record("try_join!", async || {
        let [a, b, c] = naps();
        try_join!(a, b, c).expect("no task panics");
    });
    assert_eq!(waits_of_main(&macros), expected);
    // One call polls all of them, so their stacks are the same.
    let functions = record("join_all", async || {
        join_all(naps()).await;
    });
    assert_eq!(waits_of_main(&functions), expected);
    let set = record("a set", async || {
        let mut set = JoinSet::new();
        for (name, time) in [("A", 10), ("B", 30), ("C", 20)] {
            set.spawn(async move { sleep(ms(time)).await }.lane(name));
        }
        while set.join_next().await.is_some() {}
    });
    assert_eq!(waits_of_main(&set), expected);
    // On two lines, and in functions of their own.
    let lines = record("two lines", async || {
        let [a, b, c] = naps();
        let first = async { a.await.expect("it does not panic") };
        let others = async {
            b.await.expect("it does not panic");
            c.await.expect("it does not panic");
        };
        join(first, others).await;
    });
    assert_eq!(waits_of_main(&lines), for_lanes(&[json!([1, 2]), json!([2])]));
}

#[test]
fn handles_that_are_awaited_one_after_the_other_are_waited_for_one_by_one() {
    let run = record("a loop", async || {
        for task in naps() {
            task.await.expect("it does not panic");
        }
    });
    // C has ended when B does.
    assert_eq!(waits_of_main(&run), for_lanes(&[json!([1]), json!([2])]));
    // Two at a time: the second two are not waited for with the first two.
    let run = record("two rounds", async || {
        let naps = [5, 10, 15, 20].map(|time| nap("nap", ms(time)));
        let mut rounds = naps.into_iter();
        for _ in 0..2 {
            join_all(rounds.by_ref().take(2)).await;
        }
    });
    let expected = for_lanes(&[json!([1, 2]), json!([2]), json!([3, 4]), json!([4])]);
    assert_eq!(waits_of_main(&run), expected);
}

#[test]
fn of_tasks_whose_ends_wake_nothing_the_number_is_told() {
    let run = record("the first error", async || {
        let naps = naps().map(|nap| async move {
            nap.await.expect("it does not panic");
            Err::<(), ()>(())
        });
        try_join_all(naps).await.expect_err("each is an error");
        sleep(ms(50)).await;
    });
    let more = json!("2 more tasks (not seen which)");
    assert_eq!(waits_of_main(&run), [(vec![json!([[0], [1]])], vec![more])]);
    let run = record("a timeout", async || {
        let task = nap("A", ms(10));
        timeout(ms(5), task).await.expect_err("it takes longer");
        sleep(ms(20)).await;
    });
    let one = json!("1 task (not seen which)");
    assert_eq!(waits_of_main(&run), [(vec![], vec![one])]);
}

/// Another lane might have sent the message.
#[test]
fn the_lane_that_sends_a_message_is_what_wakes_and_not_what_is_waited_for() {
    let run = record("a channel", async || {
        let (sender, mut receiver) = mpsc::channel(1);
        let send = async move {
            sleep(ms(10)).await;
            sender.send(()).await.expect("it is received");
        };
        spawn(send.lane("A"));
        receiver.recv().await;
    });
    assert_eq!(waits_of_main(&run), [(vec![], vec![json!("a wake by A")])]);
}

#[test]
fn the_lane_that_gives_a_mutex_back_is_waited_for() {
    let run = record("a lock", async || {
        let lock = Arc::new(Mutex::new(()));
        let held = lock.clone().lock_owned().await;
        let hold = async move {
            sleep(ms(10)).await;
            drop(held);
        };
        spawn(hold.lane("A"));
        _ = lock.lock().await;
    });
    assert_eq!(waits_of_main(&run), for_lanes(&[json!([1])]));
    // A task of a `LocalSet` that ends wakes the lane that runs the set, and gives nothing back.
    let run = record("a set", async || {
        let set = LocalSet::new();
        let lock = Arc::new(Mutex::new(()));
        let held = lock.clone().lock_owned().await;
        set.run_until(async move {
            spawn_local(async { sleep(ms(10)).await }.lane("A"));
            let hold = async move {
                sleep(ms(20)).await;
                drop(held);
            };
            spawn_local(hold.lane("B"));
            _ = lock.lock().await;
        })
        .await;
    });
    for (chains, _) in waits_of_main(&run) {
        assert!(!chains.contains(&json!([[0], [1]])), "{chains:?}");
    }
}
