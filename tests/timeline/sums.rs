//! The closing sentence claims only what the spans show.
use crate::{ms, summary};
use async_concepts::{
    LaneExt, block, record,
    timeline::{Chart, Clock, Event, LaneId, Polled, State, Until, Waits, What, WokenBy},
};
use std::time::Duration;
use tokio::{
    join,
    time::{advance, interval, sleep, timeout},
};

#[test]
fn nothing_overlapped_is_only_said_where_nothing_did() {
    let both_wait = record("both wait", || async {
        sleep(ms(100)).await;
        join!(sleep(ms(150)).lane("A"), sleep(ms(150)).lane("B"));
        sleep(ms(50)).await;
    });
    assert_eq!(summary(&both_wait), "The run took 300 ms.");
    let apart = record("apart", || async {
        sleep(ms(100)).lane("A").await;
        sleep(ms(200)).lane("B").await;
    });
    assert!(summary(&apart).ends_with(": nothing overlapped."));
    // The same sum, and B waits twice: once while A does.
    let same_sum = record("same sum", || async {
        let b = async {
            sleep(ms(50)).await;
            tokio::sync::Notify::new().notified().await
        };
        join!(sleep(ms(100)).lane("A"), timeout(ms(100), b.lane("B"))).1.unwrap_err();
    });
    assert_eq!(summary(&same_sum), "The run took 100 ms.");
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
    assert_eq!(summary(&heartbeat), "The run took 100 ms.");
    let deadline = record("deadline", || async {
        timeout(ms(500), sleep(ms(100)).lane("work")).lane("deadline").await.unwrap();
        sleep(ms(100)).lane("rest").await;
    });
    assert_eq!(
        summary(&deadline),
        "The run took 200 ms, as long as all of it one after another (work 100 ms + rest 100 ms): \
         nothing overlapped."
    );
    let watches = record("watches", || async {
        let watch = sleep(ms(300));
        join!(watch, sleep(ms(100)).lane("A"), sleep(ms(200)).lane("B"));
    });
    assert_eq!(summary(&watches), "The run took 300 ms.");
    let blocked = record("blocked", || async {
        let hog = async {
            sleep(ms(10)).await;
            block(ms(90));
        };
        join!(hog.lane("hog"), sleep(ms(50)).lane("late"));
    });
    assert_eq!(summary(&blocked), "The run took 100 ms.");
    // What `main` blocks by itself would come on top of the sum of A and B.
    let main_blocks = record("main blocks", || async {
        block(ms(50));
        join!(sleep(ms(100)).lane("A"), sleep(ms(100)).lane("B"));
    });
    assert_eq!(summary(&main_blocks), "The run took 150 ms.");
    let clock_is_moved = record("clock is moved", || async {
        advance(ms(50)).await;
        join!(sleep(ms(100)).lane("A"), sleep(ms(100)).lane("B"));
    });
    assert_eq!(summary(&clock_is_moved), "The run took 150 ms.");
}

/// Events of the real clock, written by hand: what a busy machine does only now and then.
#[derive(Default)]
struct ByHand {
    events: Vec<Event>,
    /// In microseconds.
    now: u64,
}

impl ByHand {
    fn push(&mut self, lane: LaneId, what: What) {
        self.now += 1; // each event takes a moment
        self.events.push(Event { at: Duration::from_micros(self.now), thread: 0, lane, what });
    }

    fn created(&mut self, lane: LaneId, name: &str) {
        let parent = if lane == 0 { None } else { Some(0) };
        self.push(lane, What::Created { name: name.into(), parent });
    }

    fn woken(&mut self, lane: LaneId, by: WokenBy) {
        self.push(lane, What::Woken { by, cancels: false });
    }

    fn starts(&mut self, lane: LaneId) {
        self.push(lane, What::PollStart(None));
    }

    fn ends(&mut self, lane: LaneId, polled: Polled) {
        self.push(lane, What::PollEnd { polled, took: Duration::ZERO });
    }

    fn waits(&mut self, lane: LaneId) {
        self.starts(lane);
        self.ends(lane, Polled::Pending(Waits::nowhere()));
    }

    fn finishes(&mut self, lane: LaneId) {
        self.starts(lane);
        self.ends(lane, Polled::Ready);
    }

    fn chart(&self) -> Chart {
        Chart::new("by hand", Clock::Real, &self.events, Duration::from_micros(self.now), 0)
    }
}

/// `join!(sleep(1 s).lane("A"), sleep(1 s).lane("B"))`, where the timer of B is due a millisecond
/// after that of A, or where it is `woken` by something else then.
fn b_is_polled_just_before_it_is(woken: WokenBy) -> Chart {
    let mut run = ByHand::default();
    for (lane, name) in ["main", "A", "B"].into_iter().enumerate() {
        run.created(lane, name);
    }
    run.starts(0);
    run.waits(1);
    run.waits(2);
    run.ends(0, Polled::Pending(Waits::nowhere()));
    run.now = 1_001_000;
    run.woken(1, WokenBy::Clock);
    run.woken(0, WokenBy::Lane(1));
    run.starts(0);
    run.finishes(1);
    run.waits(2);
    run.ends(0, Polled::Pending(Waits::nowhere()));
    run.now = 1_002_000;
    run.woken(2, woken);
    run.woken(0, WokenBy::Lane(2));
    run.starts(0);
    run.finishes(2);
    run.ends(0, Polled::Ready);
    run.chart()
}

#[test]
fn a_wait_counts_whose_lane_is_polled_just_before_its_timer_fires() {
    let chart = b_is_polled_just_before_it_is(WokenBy::Clock);
    let b = chart.row("B");
    let states: Vec<State> = b.spans.iter().map(|span| span.state).collect();
    let drawn = [
        State::Lazy,
        State::Running,
        State::Waiting(Until::Clock),
        State::RunningUnwoken,
        State::Ready,
        State::Running,
    ];
    assert_eq!(states, drawn);
    assert_eq!(chart.reason(b, 2).as_deref(), Some("1 s"));
    assert_eq!(
        chart.summary(),
        "The run took 1 s; one after another it would have been 2 s (A 1 s + B 1 s)."
    );
}

#[test]
fn a_sum_is_left_out_where_a_wait_is_for_what_is_no_lane() {
    let chart = b_is_polled_just_before_it_is(WokenBy::Outside);
    assert_eq!(chart.reason(chart.row("B"), 2).as_deref(), Some("woken from outside"));
    assert_eq!(chart.summary(), "The run took 1 s.");
}

#[test]
fn a_sum_is_left_out_where_it_is_not_known_what_a_wait_was_for() {
    let mut run = ByHand::default();
    for (lane, name) in ["main", "A", "B", "C"].into_iter().enumerate() {
        run.created(lane, name);
    }
    run.starts(0);
    for lane in [1, 2, 3] {
        run.waits(lane);
    }
    run.ends(0, Polled::Pending(Waits::nowhere()));
    run.now = 1_001_000;
    run.woken(1, WokenBy::Clock);
    run.woken(2, WokenBy::Clock);
    run.woken(0, WokenBy::Lane(1));
    run.starts(0);
    // C was not woken, and is ready when it is polled together with the others.
    for lane in [1, 2, 3] {
        run.finishes(lane);
    }
    run.ends(0, Polled::Ready);
    assert_eq!(run.chart().summary(), "The run took 1 s.");
}
