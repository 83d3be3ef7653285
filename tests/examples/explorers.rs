//! The explorers of all examples: what each of them claims, and how it compares the two languages.
use super::{
    all::Example,
    examples,
    explored::{Explored, printed::without_places},
    twins::DIFFERENCES,
};
use async_concepts::timeline::{
    Chart, Clock, Due, Event, LaneId, Observe, OutputLine, Polled, SteppedRun, Unlike, Waits, What,
    WokenBy,
};
use std::{sync::OnceLock, time::Duration};

/// All scenes as the explorer steps through them. They are run once for all tests: some of them
/// take seconds.
pub fn explored() -> &'static [Explored] {
    static EXPLORED: OnceLock<Vec<Explored>> = OnceLock::new();
    EXPLORED.get_or_init(|| {
        let mut explored = vec![];
        for Example { name, stage, .. } in examples() {
            for scene in stage().run_for_test(Observe::Everything) {
                if let Some(chart) = scene.chart {
                    explored.push(Explored::new(name, chart));
                }
            }
        }
        explored
    })
}

/// The same, without the recordings: each run with the name of its example.
fn stepped() -> impl Iterator<Item = (&'static str, &'static SteppedRun)> {
    explored().iter().map(|explored| (explored.example.as_str(), &explored.run))
}

/// A check of lines is worth something if a line that is wrong by one is noticed.
#[test]
fn a_lit_line_that_is_shifted_by_one_is_refused() {
    let mut lines = 0;
    let mut refused = 0;
    let mut before = "";
    for explored in explored() {
        // One scene of each example: the others light the same source.
        if explored.example != before {
            for by in [-1, 1] {
                let (of_scene, refused_of_scene) = explored.shifted(by);
                lines += of_scene;
                refused += refused_of_scene;
            }
        }
        before = &explored.example;
    }
    // What passes is the line beside another one of its kind, such as two `await`s in a row.
    assert!(refused * 100 > lines * 85, "{refused} of {lines}");
}

/// What holds of every page, of whatever package: see `explored`. The other tests here are on some
/// examples of this one.
#[test]
fn nothing_that_an_explorer_shows_claims_more_than_was_recorded() {
    let mut faults = vec![];
    for explored in explored() {
        faults.extend(explored.faults());
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// On the real clock an instant is a stretch of time, and its time is rounded down. A step shows
/// what was so when its poll was over, and a timer is due at the latest when it has fired.
#[test]
fn on_the_real_clock_a_step_shows_what_was_when_its_poll_was_over() {
    const MAIN: LaneId = 0;
    const A: LaneId = 1;
    const B: LaneId = 2;
    let created = |name: &str| What::Created { name: name.into(), parent: None };
    let pending = || {
        let polled = Polled::Pending(Waits::nowhere());
        What::PollEnd { polled, took: Duration::ZERO }
    };
    let ends = || What::PollEnd { polled: Polled::Ready, took: Duration::ZERO };
    let woken = |by| What::Woken { by, cancels: false };
    let mut events = vec![];
    for (at, lane, what) in [
        (0, MAIN, created("main")),
        (0, A, created("A")),
        (0, MAIN, What::PollStart(None)),
        (0, MAIN, woken(WokenBy::Outside)),
        (0, MAIN, pending()),
        (1, MAIN, What::PollStart(None)),
        (1, MAIN, pending()),
        (2, B, created("B")),
        (3, B, What::PollStart(None)),
        (3, B, ends()),
        (4, A, What::PollStart(None)),
        (4, A, pending()),
        (9_000, A, woken(WokenBy::Outside)),
        (30_000, A, What::PollStart(None)),
        (30_000, A, ends()),
        (267_300, MAIN, woken(WokenBy::Clock)),
        (267_400, MAIN, What::PollStart(None)),
        (267_400, MAIN, ends()),
    ] {
        events.push(Event { at: Duration::from_micros(at), thread: 0, lane, what });
    }
    let took = Duration::from_micros(267_400);
    let explored = Explored::new("real", Chart::new("real", Clock::Real, &events, took, 0));
    let mut faults = explored.faults();
    faults.retain(|fault| !fault.ends_with(" stands nowhere")); // these lanes have no places
    assert_eq!(faults, [""; 0]);
    let steps = &explored.run.tracks[0].steps;
    let told: Vec<&str> = steps.iter().map(|step| step.sentence.as_str()).collect();
    assert_eq!(told[0], "begins and waits, and was woken in this poll.");
    assert_eq!(steps[1].states, "wl.", "B is made after the second poll of main");
    assert_eq!(steps[1].later.as_deref(), Some("until its time has come, by 268 ms"));
    assert_eq!(steps[1].timers, [(MAIN, Due::AtLatest(Duration::from_millis(268)))]);
    assert_eq!(told[3], "begins and waits.", "A is woken 9 ms later");
    assert_eq!(steps[3].states, "wwf");
    assert_eq!(explored.run.instants.last().map(|instant| &*instant.1), Some("260 ms"));
}

/// On the real clock another thread wakes a lane while its owner polls it, and passes that wake on
/// only when the owner's poll is over: a busy machine may let it wait between the two.
#[test]
fn a_lane_whose_wake_is_still_being_passed_on_is_ready() {
    const MAIN: LaneId = 0;
    const A: LaneId = 1;
    const RUNTIME: usize = 0;
    const ANOTHER: usize = 1;
    let created = |name: &str| What::Created { name: name.into(), parent: None };
    let pending = || {
        let polled = Polled::Pending(Waits::nowhere());
        What::PollEnd { polled, took: Duration::ZERO }
    };
    let ends = || What::PollEnd { polled: Polled::Ready, took: Duration::ZERO };
    let woken = |by| What::Woken { by, cancels: false };
    // The owner is woken in the instant in which its poll was over, or at a later one; and so is A.
    for [a_woken, main_woken] in [[0, 0], [0, 40], [40, 40], [40, 80]] {
        let mut events = vec![];
        for (at, thread, lane, what) in [
            (0, RUNTIME, MAIN, created("main")),
            (0, RUNTIME, A, created("A")),
            (0, RUNTIME, MAIN, What::PollStart(None)),
            (0, RUNTIME, A, What::PollStart(None)),
            (a_woken, ANOTHER, A, woken(WokenBy::Outside)),
            (a_woken, RUNTIME, A, pending()),
            (a_woken, RUNTIME, MAIN, pending()),
            (main_woken, ANOTHER, MAIN, woken(WokenBy::Lane(A))),
            (100, RUNTIME, MAIN, What::PollStart(None)),
            (100, RUNTIME, A, What::PollStart(None)),
            (100, RUNTIME, A, ends()),
            (100, RUNTIME, MAIN, ends()),
        ] {
            events.push(Event { at: Duration::from_millis(at), thread, lane, what });
        }
        let took = Duration::from_millis(100);
        let chart = Chart::new("passed on", Clock::Real, &events, took, 0);
        let explored = Explored::new(&format!("{a_woken} and {main_woken} ms"), chart);
        let mut faults = explored.faults();
        faults.retain(|fault| !fault.ends_with(" stands nowhere")); // these lanes have no places
        assert_eq!(faults, [""; 0]);
        let steps = &explored.run.tracks[0].steps;
        let told: Vec<&str> = steps.iter().map(|step| step.sentence.as_str()).collect();
        assert!(told.contains(&"goes on (A was woken) and polls lanes inside it."), "{told:?}");
        assert!(steps.iter().all(|step| !step.states.contains('x')), "{told:?}");
    }
}

/// The ends of aborted tasks wake `main`, each in turn. On the real clock a new instant may begin
/// between two of them: the second wake changes nothing, and is not told.
#[test]
fn of_the_ends_of_aborted_tasks_the_first_is_told_to_wake_main() {
    const MAIN: LaneId = 0;
    const A: LaneId = 1;
    const B: LaneId = 2;
    let created = |name: &str| What::Created { name: name.into(), parent: None };
    let pending = || {
        let polled = Polled::Pending(Waits::nowhere());
        What::PollEnd { polled, took: Duration::ZERO }
    };
    let ends = || What::PollEnd { polled: Polled::Ready, took: Duration::ZERO };
    let woken = |by| What::Woken { by: WokenBy::Lane(by), cancels: false };
    let aborted = || What::Dropped { by: None, aborted: true, called_off: None };
    let mut events = vec![];
    for (at, lane, what) in [
        (0, MAIN, created("main")),
        (0, A, created("A")),
        (0, B, created("B")),
        (0, MAIN, What::PollStart(None)),
        (0, MAIN, pending()),
        (0, A, aborted()),
        (0, MAIN, woken(A)),
        (40, B, aborted()),
        (40, MAIN, woken(B)),
        (40, MAIN, What::PollStart(None)),
        (40, MAIN, ends()),
    ] {
        events.push(Event { at: Duration::from_millis(at), thread: 0, lane, what });
    }
    let chart = Chart::new("aborted", Clock::Real, &events, Duration::from_millis(40), 0);
    let explored = Explored::new("by hand", chart);
    assert_eq!(explored.faults(), [""; 0]);
    let step = &explored.run.tracks[0].steps[0];
    let told = &step.sentence;
    assert!(told.ends_with("which were aborted; this wakes main."), "{told}");
    assert_eq!((step.states.as_str(), &step.later), ("dcc", &None), "it waits no more");
}

/// On the real clock either of two lanes may have taken the time that passes while one polls the
/// other.
#[test]
fn no_time_is_told_of_a_poll_that_has_polled_another_lane_on_the_real_clock() {
    const MAIN: LaneId = 0;
    const A: LaneId = 1;
    let created = |name: &str| What::Created { name: name.into(), parent: None };
    let pending = || {
        let polled = Polled::Pending(Waits::nowhere());
        What::PollEnd { polled, took: Duration::ZERO }
    };
    let mut events = vec![];
    for (at, lane, what) in [
        (0, MAIN, created("main")),
        (0, A, created("A")),
        (0, MAIN, What::PollStart(None)),
        (0, A, What::PollStart(None)),
        (0, A, pending()),
        (30, MAIN, pending()),
    ] {
        events.push(Event { at: Duration::from_millis(at), thread: 0, lane, what });
    }
    let chart = Chart::new("polls", Clock::Real, &events, Duration::from_millis(30), 0);
    let explored = Explored::new("by hand", chart);
    let steps = &explored.run.tracks[0].steps;
    let told: Vec<&str> = steps.iter().map(|step| step.sentence.as_str()).collect();
    assert_eq!(told[3], "goes on and is left unfinished.", "and not: after 30 ms");
}

/// A lane inside `main` wakes it, and is woken itself in the same instant, when its poll is over:
/// from outside, and passes that on.
#[test]
fn a_lane_that_wakes_the_one_around_it_and_is_woken_then_is_told_to_have_woken_it() {
    const MAIN: LaneId = 0;
    const A: LaneId = 1;
    let created = |name: &str| What::Created { name: name.into(), parent: None };
    let pending = || {
        let polled = Polled::Pending(Waits::nowhere());
        What::PollEnd { polled, took: Duration::ZERO }
    };
    let ends = || What::PollEnd { polled: Polled::Ready, took: Duration::ZERO };
    let woken = |by| What::Woken { by, cancels: false };
    let mut events = vec![];
    for (lane, what) in [
        (MAIN, created("main")),
        (A, created("A")),
        (MAIN, What::PollStart(None)),
        (A, What::PollStart(None)),
        (MAIN, woken(WokenBy::Lane(A))),
        (A, pending()),
        (MAIN, pending()),
        (A, woken(WokenBy::Outside)),
        (MAIN, woken(WokenBy::Lane(A))),
        (MAIN, What::PollStart(None)),
        (A, What::PollStart(None)),
        (A, ends()),
        (MAIN, ends()),
    ] {
        events.push(Event { at: Duration::ZERO, thread: 0, lane, what });
    }
    let chart = Chart::new("wakes and is woken", Clock::Real, &events, Duration::ZERO, 0);
    let explored = Explored::new("by hand", chart);
    let mut faults = explored.faults();
    faults.retain(|fault| !fault.ends_with(" stands nowhere")); // these lanes have no places
    assert_eq!(faults, [""; 0]);
    let of_a = &explored.run.tracks[0].steps[1].sentence;
    assert!(of_a.starts_with("begins, wakes main and waits"), "{of_a}");
}

/// The explorer marks where the two languages part. It knows the twins from their recordings, so
/// this needs no Python.
#[test]
fn an_explorer_marks_exactly_what_the_twins_print_differently() {
    for Example { name, .. } in examples() {
        let mut parts: Vec<String> = vec![];
        let mut compared = false;
        for (_, run) in stepped().filter(|(example, _)| example == name) {
            compared |= run.tracks.len() > 1;
            parts.extend(marked(run));
        }
        if !compared {
            continue; // there is no twin, or it was not recorded
        }
        let mut expected = vec![];
        for (example, lines) in DIFFERENCES {
            if example == name {
                expected.extend(lines.iter().map(|line| (*line).to_owned()));
            }
        }
        parts.sort();
        expected.sort();
        assert_eq!(parts, expected, "{name}");
    }
}

/// Where the two part, a reader asks why. The header answers, for each scene: a reason that is that
/// of another scene would be worse than none.
#[test]
fn the_header_says_why_the_two_part_in_each_scene_in_which_they_do() {
    let mut told = vec![];
    for (name, run) in stepped() {
        let reason = run.of_python.as_deref().unwrap_or_default();
        if run.moments.iter().any(|moment| moment.parting.is_some()) {
            told.push(format!("{name}, {}: {reason}", run.title));
        }
    }
    let said = |scene: &str| {
        let start = format!("{scene}: ");
        let found: Vec<&str> = told.iter().filter_map(|told| told.strip_prefix(&start)).collect();
        assert_eq!(found.len(), 1, "{scene}: {told:#?}");
        found[0]
    };
    // Two scenes of one example, and two reasons.
    assert!(said("gather_errors, fail fast").contains("lets them finish"));
    assert!(said("gather_errors, nested").starts_with("\"nested\" hears of the failure"));
    assert!(said("slow_callback, in pieces").contains("beats once less"));
    assert!(said("resource_warning, unflushed transport").contains("`BufWriter`"));
    assert!(said("resource_warning, dropped tasks").contains("nothing cancels"));
}

/// A line that both print is never said to be missing, if only its place or its lane is another.
#[test]
fn a_line_in_another_order_or_of_another_lane_is_not_said_to_be_missing() {
    let mut moved = vec![];
    let mut by_others = vec![];
    for (name, run) in stepped() {
        let said = |line: &OutputLine| {
            let (lane, text, _) = &run.tracks[line.track].steps[line.step].says[line.line];
            (run.lanes[*lane].name.as_str(), text.as_str())
        };
        for line in &run.output {
            match line.unlike {
                Some(Unlike::InAnotherOrder) => moved.push(format!("{name}: {}", said(line).1)),
                Some(Unlike::ByAnotherLane) => {
                    by_others.push(format!("{name}, {}: {}", said(line).0, said(line).1));
                }
                // That such a line is not in the other language is a check of `explored`.
                Some(Unlike::Only | Unlike::AtAnotherTime) | None => {}
            }
        }
    }
    moved.sort();
    moved.dedup();
    let expected = ["fairness: has the thread", "pipeline: fetch", "pipeline: store B"];
    assert_eq!(moved, [&expected[..], &["ticker: closed"]].concat());
    by_others.sort();
    by_others.dedup();
    // In Rust a task cleans up for what was dropped, and in Python the lane itself.
    let cleaned_up = [
        "context_manager, A: exiting: cancelled",
        "context_manager, A: outside",
        "context_manager, cleanup: exiting: cancelled",
        "context_manager, cleanup: outside",
        "transaction, A: roll back",
        "transaction, cleanup: roll back",
    ];
    assert_eq!(by_others, cleaned_up);
}

/// One example for each reason for which a poll is known to change nothing, and what it is said to
/// wait for after that.
#[test]
fn a_poll_that_changes_nothing_is_told_as_one_and_ends_no_wait() {
    let mut told = vec![];
    for (name, run) in stepped() {
        if !["lock", "futurelock", "first_completed"].contains(&name) {
            continue;
        }
        for step in &run.tracks[0].steps {
            let is_of_another = step.sentence.contains(", and has run since)");
            if step.sentence.starts_with("is polled once more (") && !is_of_another {
                let until = step.later.as_deref().unwrap_or_default();
                told.push(format!("{name}: {} {until}", step.sentence));
            }
        }
    }
    told.sort();
    told.dedup();
    let expected = [
        "first_completed: is polled once more (woken by B) and waits (sleep). until 3 s",
        "first_completed: is polled once more (woken by C) and waits (sleep). until 3 s",
        "futurelock: is polled once more (A was woken) and waits (Mutex::lock). \
         until the run is over",
        "lock: is polled once more (it has woken itself) and waits (A, B, C and D). \
         until A is woken",
    ];
    assert_eq!(told, expected);
}

/// A scene of other work, or of the same work with another fault, is compared with none.
#[test]
fn what_is_no_variant_of_a_program_is_not_compared_with_it() {
    let mut compared = vec![];
    for Explored { example, chart, .. } in explored() {
        if let ("waker" | "slow_callback", Some(variant)) = (example.as_str(), &chart.variant) {
            compared.push(format!("{example}: “{}” with “{}”", chart.title, variant.of));
        }
    }
    let expected = [
        "waker: “first only” with “the waker of each poll”",
        "slow_callback: “tokio” with “event loop”",
    ];
    assert_eq!(compared, expected);
}

/// The lines that are not the same in both languages, in the form of [`DIFFERENCES`].
fn marked(run: &SteppedRun) -> Vec<String> {
    let mut parts = vec![];
    for line in &run.output {
        if line.unlike.is_some() {
            let step = &run.tracks[line.track].steps[line.step];
            let (lane, text, _) = &step.says[line.line];
            let seconds = Duration::from_nanos(step.said_at[line.line]).as_secs_f64();
            let sign = if line.track == 0 { "-" } else { "+" };
            let line = format!("{sign} {seconds:.3} {:<8} {text}", run.lanes[*lane].name);
            parts.push(without_places(&line).trim_end().to_owned());
        }
    }
    parts
}
