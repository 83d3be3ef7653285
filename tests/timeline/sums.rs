//! The closing sentence claims only what the spans show.
use crate::ms;
use async_concepts::{LaneExt, block, record};
use tokio::{
    join,
    time::{interval, sleep, timeout},
};

#[test]
fn nothing_overlapped_is_only_said_where_nothing_did() {
    let both_wait = record("both wait", || async {
        sleep(ms(100)).await;
        join!(sleep(ms(150)).lane("A"), sleep(ms(150)).lane("B"));
        sleep(ms(50)).await;
    });
    assert_eq!(both_wait.chart().summary(), "The run took 300 ms.");
    let apart = record("apart", || async {
        sleep(ms(100)).lane("A").await;
        sleep(ms(200)).lane("B").await;
    });
    assert!(apart.chart().summary().ends_with(": nothing overlapped."));
    // The same sum, and B waits twice: once while A does.
    let same_sum = record("same sum", || async {
        let b = async {
            sleep(ms(50)).await;
            tokio::sync::Notify::new().notified().await
        };
        join!(sleep(ms(100)).lane("A"), timeout(ms(100), b.lane("B"))).1.unwrap_err();
    });
    assert_eq!(same_sum.chart().summary(), "The run took 100 ms.");
}

#[test]
fn a_sum_is_left_out_where_it_would_mean_nothing() {
    let heartbeat = record("heartbeat", || async {
        let beats = async {
            let mut interval = interval(ms(10));
            loop {
                interval.tick().await;
            }
        };
        tokio::spawn(beats.lane("heart"));
        sleep(ms(100)).lane("work").await;
    });
    assert_eq!(heartbeat.chart().summary(), "The run took 100 ms.");
    let deadline = record("deadline", || async {
        timeout(ms(500), sleep(ms(100)).lane("work")).lane("deadline").await.unwrap();
        sleep(ms(100)).lane("rest").await;
    });
    assert_eq!(
        deadline.chart().summary(),
        "The run took 200 ms, as long as all of it one after another (work 100 ms + rest 100 ms): \
         nothing overlapped."
    );
    let watches = record("watches", || async {
        let watch = sleep(ms(300));
        join!(watch, sleep(ms(100)).lane("A"), sleep(ms(200)).lane("B"));
    });
    assert_eq!(watches.chart().summary(), "The run took 300 ms.");
    let blocked = record("blocked", || async {
        let hog = async {
            sleep(ms(10)).await;
            block(ms(90));
        };
        join!(hog.lane("hog"), sleep(ms(50)).lane("late"));
    });
    assert_eq!(blocked.chart().summary(), "The run took 100 ms.");
}
