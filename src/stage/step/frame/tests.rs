//! What the screen shows, line by line.
use super::*;
use crate::{
    stage::step::walk::Move,
    timeline::{Due, SteppedLane, SteppedRun, Track},
};
use console::measure_text_width;

const SOURCE: &str = "//! Nap: one sleeps, and the other waits for it.
use tokio::time::sleep;
use std::{
    time::Duration,
};

// ANCHOR: nap
async fn nap() {
    sleep(Duration::from_millis(100)).await;
    say!(\"slept\");
}
// ANCHOR_END: nap

async fn both() {
    nap().lane(\"A\").await;
}";

/// `main` polls A, which sleeps; then its time has come.
fn walk() -> Walk {
    let poll = |instant, lane, sentence: &str, states: &str| Step {
        around: vec![],
        instant,
        lane,
        ran_inside: None,
        sentence: sentence.into(),
        tells_of_others: false,
        later: Some("a secret".into()),
        later_of_coroutine: false,
        polls: Some("a secret".into()),
        blocks: Some("a secret".into()),
        on_thread: false,
        rest: false,
        says: vec![],
        said_at: vec![],
        resumed: None,
        stop: None,
        chain: vec![],
        on: None,
        stands: vec![],
        states: states.into(),
        ready: vec![],
        ready_inside: vec![],
        ready_unnamed: vec![],
        ready_callbacks: vec![],
        timers: vec![],
        waits: vec![],
        unproved: vec![],
        woken_in: None,
        woken_by: None,
    };
    let begins = poll(0, 0, "begins and polls lanes inside it.", "rl");
    let sleeps = Step {
        stop: Some(9),
        stands: vec![(0, Some(15)), (1, Some(9))],
        timers: vec![(1, Due::At(std::time::Duration::from_millis(100)))],
        waits: vec![vec![vec![0], vec![1]]],
        ..poll(0, 1, "begins and waits (sleep).", "ww")
    };
    let ends = Step {
        resumed: Some(9),
        says: vec![(1, "slept".into(), Some(10))],
        stands: vec![(1, None)],
        ready: vec![0],
        ready_inside: vec![None],
        ready_callbacks: vec![],
        ..poll(1, 1, "goes on (its time has come), prints “slept” and ends.", "df")
    };
    let lane = |name: &str, hue| SteppedLane { name: name.into(), hue };
    let run = |title: &str, steps: Vec<Step>, verdict: Option<&str>| SteppedRun {
        title: title.into(),
        verdict: verdict.map(str::to_owned),
        instants: vec![(0, "0".into()), (100_000_000, "100 ms".into())],
        lanes: vec![lane("main", 0), lane("A", 1)],
        lanes_in_rust: 2,
        tracks: vec![Track {
            file: "nap.rs".into(),
            steps,
            left_out: vec![],
            timers_as_seen: true,
            aligned: None,
            same_as: None,
        }],
        moments: vec![], // a terminal shows the steps of Rust only
        output: vec![],
        of_python: None,
        variant: None,
    };
    let whole = vec![begins.clone(), sleeps, ends];
    let runs = vec![run("nap", whole, None), run("again", vec![begins], Some("it hangs"))];
    Walk::through(runs, SOURCE)
}

/// The frame after this many steps, at this size.
fn frame_at(steps: usize, width: usize, height: usize) -> String {
    let mut walk = walk();
    for _ in 0..steps {
        walk.go(Move::On);
    }
    let lines = frame(&walk, TerminalOptions { width, colour: false }, height);
    assert_eq!(lines.len(), height);
    for line in &lines {
        assert!(measure_text_width(line) <= width, "{line}");
    }
    lines.join("\n")
}

#[test]
fn at_80_by_24_a_frame_shows_source_poll_queue_lanes_and_keys() {
    let expected = "\
nap (scene 1 of 2) · step 2 of 3 · at 0

             8  async fn nap() {
       A ▶   9      sleep(Duration::from_millis(100)).await;
            10      say!(\"slept\");
            11  }
            13
            14  async fn both() {
    main    15      nap().lane(\"A\").await;
            16  }

A begins and waits (sleep).
timers, as far as seen: A at 100 ms
waits: main for A

   A  waiting               9  sleep(Duration::from_millis(100)).await;
main  waiting              15  nap().lane(\"A\").await;






Space on · Backspace back · Home · End · Tab next scene · Q quit";
    assert_eq!(frame_at(1, 80, 24), expected);
}

#[test]
fn at_120_by_40_there_is_what_was_printed_and_where_the_lane_had_been_waiting() {
    let frame = frame_at(2, 120, 40);
    assert!(frame.contains("\n         ·   9      sleep(Duration"), "{frame}");
    assert!(frame.contains("\nready, in the order of their wakes: main\n"), "{frame}");
    assert!(frame.contains("\n   A  done\nmain  ready                15  nap()"), "{frame}");
    assert!(frame.contains("\n\n  100 ms A slept\n"), "{frame}");
    assert!(frame.ends_with("Q quit"), "{frame}");
}

#[test]
fn what_comes_later_is_never_shown() {
    for steps in 0..4 {
        assert!(!frame_at(steps, 80, 24).contains("secret"));
    }
    assert!(!frame_at(1, 80, 24).contains("slept\n"), "not printed yet");
}

#[test]
fn the_first_step_shows_the_code_from_its_beginning() {
    let frame = frame_at(0, 80, 24);
    assert!(frame.contains("at 0\n\n             8  async fn nap() {\n"), "{frame}");
}

#[test]
fn a_verdict_stands_below_the_last_step_of_a_run_that_did_not_end() {
    let frame = frame_at(3, 80, 24);
    assert!(frame.starts_with("again (scene 2 of 2) · step 1 of 1"), "{frame}");
    assert!(frame.contains("\nended: it hangs\n"), "{frame}");
}

#[test]
fn a_small_screen_shows_the_step_and_the_keys() {
    for height in [4, 8, 12] {
        let frame = frame_at(1, 40, height);
        assert!(frame.starts_with("nap (scene 1 of 2) · step 2 of 3 · at 0"), "{frame}");
        assert!(frame.lines().last().is_some_and(|keys| keys.starts_with("Space on")));
    }
}

#[test]
fn more_lanes_than_there_is_room_for_are_counted() {
    let mut walk = walk();
    walk.go(Move::On);
    let painter = Painter {
        walk: &walk,
        step: walk.step(),
        options: TerminalOptions { width: 80, colour: false },
    };
    assert_eq!(painter.lanes(1), ["… and 2 more lanes"]);
    assert_eq!(painter.lanes(2).len(), 2);
}

#[test]
fn steps_go_on_into_the_next_scene_and_back_into_the_one_before() {
    let mut walk = walk();
    let mut seen = vec![];
    for to in [Move::Back, Move::On, Move::Last, Move::On, Move::On, Move::Back, Move::First] {
        walk.go(to);
        seen.push((walk.scene().0, walk.number().0));
    }
    assert_eq!(seen, [(1, 1), (1, 2), (1, 3), (2, 1), (2, 1), (1, 3), (1, 1)]);
    walk.go(Move::NextScene);
    assert_eq!((walk.scene().0, walk.number().0), (2, 1));
    walk.go(Move::NextScene);
    assert_eq!(walk.scene().0, 2, "there is no third");
    walk.go(Move::SceneBefore);
    assert_eq!(walk.scene().0, 1);
}

#[test]
fn of_a_lane_that_waits_for_a_lock_it_is_said_that_its_holder_was_not_seen() {
    let walk = walk();
    let words = "a lock (holder not seen)".to_owned();
    let step = Step { unproved: vec![(vec![0, 1], words)], ..walk.step().clone() };
    let options = TerminalOptions { width: 80, colour: false };
    let said = Painter { walk: &walk, step: &step, options }.queue();
    assert_eq!(said, ["waits: main, A for a lock (holder not seen)"]);
}

#[test]
fn a_line_is_cut_between_two_signs_and_keeps_its_colours() {
    let walk = walk();
    let options = TerminalOptions { width: 80, colour: true };
    let painter = Painter { walk: &walk, step: walk.step(), options };
    let coder = "\u{1F469}\u{200D}\u{1F4BB}"; // one emoji, two columns wide
    let line = format!("a{coder}{}e\u{301}f", painter.bold("bcd"));
    assert_eq!(painter.cut(&line, 8), line);
    assert_eq!(painter.cut(&line, 7), format!("a{coder}{}…", painter.bold("bcd")));
    assert_eq!(painter.cut(&line, 6), format!("a{coder}{}", painter.bold("bc…")));
    assert_eq!(strip_ansi_codes(&painter.cut(&line, 3)), "a…");
}
