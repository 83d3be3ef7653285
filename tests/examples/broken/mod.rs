//! How good the checks of `explored` are: each file of them refuses pages that are broken for it.
//!
//! A check that cannot fail would say nothing. So each sentence of a fault that stands in one line
//! with `ensure(`, `Err("` or `faults.push(` is found in what is said of a page that is broken
//! here. Others, and parts of up to six letters, are not counted.
//!
//! `pages` has what is broken in lists, lines and states, and `sentences` what is broken in words.
mod pages;
mod sentences;

use super::{explored::Explored, explorers::explored};
use async_concepts::timeline::{Due, Places, Step};
use pages::PAGES;
use sentences::SENTENCES;
use std::{fs, path::Path, time::Duration};

/// The name of an example; what a fault of it says after it is broken; and what breaks one of its
/// scenes, and returns whether there was anything to break.
type Broken = (&'static str, &'static str, fn(&mut Explored) -> bool);

/// Breaks the steps in Rust.
fn steps(explored: &mut Explored, mut change: impl FnMut(usize, &mut Step) -> bool) -> bool {
    let mut has_changed = false;
    for (nth, step) in explored.run.tracks[0].steps.iter_mut().enumerate() {
        has_changed |= change(nth, step);
    }
    has_changed
}

/// Breaks the steps in Python.
fn in_python(explored: &mut Explored, mut change: impl FnMut(&mut Step) -> bool) -> bool {
    let mut has_changed = false;
    for step in &mut explored.run.tracks[1].steps {
        has_changed |= change(step);
    }
    has_changed
}

/// Puts other words into the sentences of the steps in Rust.
fn words(explored: &mut Explored, old: &str, new: &str) -> bool {
    steps(explored, |_, step| {
        let told = step.sentence.replace(old, new);
        std::mem::replace(&mut step.sentence, told.clone()) != told
    })
}

/// Lets the sentences of those steps begin in another way that go on for a reason.
fn reason(explored: &mut Explored, begins: &str) -> bool {
    steps(explored, |_, step| {
        let Some(told) = step.sentence.strip_prefix("goes on (") else { return false };
        let Some((_, rest)) = told.split_once(')') else { return false };
        step.sentence = format!("{begins}{rest}");
        true
    })
}

/// Says of each wait that something else will end it.
fn until(explored: &mut Explored, what: &str) -> bool {
    steps(explored, |_, step| {
        let Some(later) = &mut step.later else { return false };
        what.clone_into(later);
        true
    })
}

/// Lists each lane as ready in each step.
fn all_are_ready(explored: &mut Explored) -> bool {
    let lanes = explored.run.lanes_in_rust;
    steps(explored, |_, step| {
        step.ready = (0..lanes).collect();
        true
    })
}

/// Lists no lane as ready.
fn none_is_ready(explored: &mut Explored) -> bool {
    steps(explored, |_, step| {
        let has_some = !step.ready.is_empty();
        step.ready.clear();
        has_some
    })
}

/// Lists the lanes that are ready in the opposite order.
fn ready_backwards(explored: &mut Explored) -> bool {
    steps(explored, |_, step| {
        step.ready.reverse();
        step.ready.len() > 1
    })
}

/// Says of no lane for what it waits.
fn no_waits(explored: &mut Explored) -> bool {
    steps(explored, |_, step| {
        let has_some = !step.waits.is_empty() || !step.unproved.is_empty();
        step.waits.clear();
        step.unproved.clear();
        has_some
    })
}

/// Shows lanes in another state than that of this letter.
fn letters(explored: &mut Explored, old: char, new: &str) -> bool {
    steps(explored, |_, step| {
        let states = step.states.replace(old, new);
        std::mem::replace(&mut step.states, states.clone()) != states
    })
}

/// The lines of the source of a track.
fn source(explored: &Explored, track: usize) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&explored.run.tracks[track].file);
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Leaves out those lines of the source in Rust, each as a stretch of its own.
fn leave_out(explored: &mut Explored, is_left_out: fn(&str) -> bool) -> bool {
    let mut stretches = vec![];
    for (nth, line) in source(explored, 0).iter().enumerate() {
        if is_left_out(line) {
            stretches.push((nth + 1, nth + 1));
        }
    }
    explored.run.tracks[0].left_out = stretches;
    !explored.run.tracks[0].left_out.is_empty()
}

/// Says of each wait that it will end in another way.
fn instead(explored: &mut Explored, old: &str, new: &str) -> bool {
    steps(explored, |_, step| {
        let Some(later) = &mut step.later else { return false };
        let told = later.replace(old, new);
        std::mem::replace(later, told.clone()) != told
    })
}

/// Says that each timer is due a millisecond later.
fn later_timers(explored: &mut Explored) -> bool {
    steps(explored, |_, step| {
        let mut has_changed = false;
        for (_, due) in &mut step.timers {
            if let Due::At(time) = due {
                *time += Duration::from_millis(1);
                has_changed = true;
            }
        }
        has_changed
    })
}

/// Lists no timer.
fn no_timers(explored: &mut Explored) -> bool {
    steps(explored, |_, step| {
        let has_some = !step.timers.is_empty();
        step.timers.clear();
        has_some
    })
}

/// Lets all that waits at these places wait at the first line of its file; false if nothing waits.
fn at_line_1(places: &mut Places) -> bool {
    let mut written = serde_json::to_value(&*places).expect("places");
    let Some(waits) = written["waits"].as_array_mut() else { return false };
    for wait in waits {
        wait["place"]["line"] = 1.into();
    }
    *places = serde_json::from_value(written).expect("places");
    true
}

/// The longest part of each sentence of a fault that is the same in all its faults; of those that
/// stand in one line of a source with what reports them.
fn parts_of_sentences() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explored");
    let mut parts = vec![];
    for file in fs::read_dir(folder).expect("the checks").flatten() {
        let text = fs::read_to_string(file.path()).expect("a source");
        for line in text.lines() {
            let reports = ["ensure(", "Err(\"", "faults.push("];
            let is_code = !line.trim_start().starts_with("//");
            if !is_code || !reports.iter().any(|it| line.contains(it)) {
                continue;
            }
            let literal = line.split('"').skip(1).step_by(2).last().unwrap_or_default();
            let literal = literal.replace("\\n", "\n");
            let outside = literal.split(['{', '}']).step_by(2);
            let longest = outside.max_by_key(|part| part.len()).unwrap_or_default();
            if longest.contains(char::is_alphabetic) && longest.len() > 6 {
                parts.push(longest.to_owned());
            }
        }
    }
    parts
}

#[test]
fn each_check_refuses_a_page_that_is_broken_for_it() {
    let mut not_refused = vec![];
    let mut not_seen = parts_of_sentences();
    assert!(not_seen.len() > 100, "{} sentences", not_seen.len());
    for (example, says, breaks) in PAGES.iter().chain(SENTENCES) {
        let mut is_refused = |whole: &Explored| {
            let mut broken = whole.clone();
            if !breaks(&mut broken) {
                return false;
            }
            let faults = broken.faults();
            not_seen.retain(|part| !faults.iter().any(|fault| fault.contains(part)));
            faults.iter().any(|fault| fault.contains(says))
        };
        let mut scenes = explored().iter().filter(|explored| explored.example == *example);
        if !scenes.any(&mut is_refused) {
            not_refused.push(format!("{example}: {says}"));
        }
    }
    assert!(not_refused.is_empty(), "these are not refused:\n{}", not_refused.join("\n"));
    assert!(not_seen.is_empty(), "no page is broken for these: {not_seen:?}");
}
