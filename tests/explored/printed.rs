//! The output: what the steps print is what the program printed, each line once and in order, in
//! each language, and each is shown with the step that prints it.
use super::Explored;
use async_concepts::timeline::{Clock, Moment, OutputLine, Step, SteppedRun};
use std::time::Duration;

pub fn faults(explored: &Explored) -> Vec<String> {
    let Explored { chart, run, .. } = explored;
    let mut shown = vec![];
    for step in &run.tracks[0].steps {
        for ((lane, text, _), at) in step.says.iter().zip(&step.said_at) {
            shown.push((*at, run.lanes[*lane].name.clone(), text.clone()));
        }
    }
    // A poll that blocks prints later than another thread does in a step after it.
    shown.sort_by_key(|(at, ..)| *at);
    let mut printed = vec![];
    for line in &chart.lines {
        printed.push((line.at.as_nanos() as u64, line.lane.clone(), line.text.clone()));
    }
    // On the real clock a page shows the time of an instant, and not that of each line; and within
    // an instant two threads can print at once. So there it is the lines of each lane in order.
    if chart.clock == Clock::Real {
        for lines in [&mut shown, &mut printed] {
            lines.sort_by(|(_, lane, _), (_, other, _)| lane.cmp(other));
            lines.iter_mut().for_each(|(at, ..)| *at = 0);
        }
    }
    let text = |lines: &[(u64, String, String)]| {
        let mut text = vec![];
        for (at, lane, line) in lines {
            text.push(format!("{:?} {lane} {line}", Duration::from_nanos(*at)));
        }
        text.join("\n")
    };
    let mut faults = late(explored);
    faults.extend(not_in_the_order_of_a_language(&explored.run));
    faults.extend(beside_another_step(&explored.run));
    if shown != printed {
        faults.push(format!("it shows\n{}\nand printed\n{}", text(&shown), text(&printed)));
    }
    faults
}

/// The lines that the output shows later than their steps: each line is shown with its step, unless
/// it has to wait for a line above it. A line has to stand below those that its own language prints
/// before it; and what both languages print has a place in the order of both.
fn late(explored: &Explored) -> Vec<String> {
    let run = &explored.run;
    let step_of = |line: &OutputLine| &run.tracks[line.track].steps[line.step];
    let printed_in = |line: &OutputLine| {
        let is_its = |moment: &Moment| moment.steps[line.track] == Some(line.step);
        let moment = run.moments.iter().position(is_its).expect("each step is in a moment");
        // A poll that blocks prints later than it began.
        let at = step_of(line).said_at[line.line];
        let later = run.moments.iter().skip(moment);
        moment + later.take_while(|moment| run.instants[moment.instant].0 < at).count()
    };
    let mut faults = vec![];
    for (nth, line) in run.output.iter().enumerate() {
        let is_bound_to = |above: &&OutputLine| {
            above.track == line.track || above.unlike.is_none() || line.unlike.is_none()
        };
        let above = run.output[..nth].iter().filter(is_bound_to);
        let bound = above.map(|above| above.moment).max().unwrap_or_default();
        if line.moment > bound.max(printed_in(line)) {
            let (_, text, _) = &step_of(line).says[line.line];
            let moment = line.moment;
            faults.push(format!("“{text}” is shown at moment {moment}, later than it was printed"));
        }
    }
    faults
}

/// The lines that one lane prints in both languages at one time and in one order, and that a page
/// shows in two moments. A step stands beside one step of the other language only, and that one may
/// print in one step what the other prints in several. Then the two that stand beside each other
/// have a line of their own lane in common.
fn beside_another_step(run: &SteppedRun) -> Vec<String> {
    let common = in_common(run);
    let mut faults = vec![];
    let beside = |track: usize, step: usize| {
        let moment = run.moments.iter().find(|moment| moment.steps[track] == Some(step))?;
        moment.steps[1 - track]
    };
    let name = |track: usize, step: usize| &run.lanes[run.tracks[track].steps[step].lane].name;
    // Whether two steps have a line in common that is one of the lane of both.
    let belong = |rust: usize, python: usize| {
        common.iter().any(|line| {
            let is_of_both = line.steps == [rust, python];
            is_of_both && *name(0, rust) == line.lane && *name(1, python) == line.lane
        })
    };
    for line in &common {
        let [rust, python] = line.steps;
        let of_rust = beside(0, rust);
        let of_python = beside(1, python);
        let has_reason = of_rust.is_some_and(|other| belong(rust, other))
            || of_python.is_some_and(|other| belong(other, python));
        if of_rust != Some(python) && !has_reason {
            let Common { lane, text, .. } = line;
            faults.push(format!("“{text}” of {lane} stands in two moments, one for each language"));
        }
    }
    faults
}

/// A line that both languages print.
struct Common {
    /// The lane that prints it, by its name.
    lane: String,
    /// What is printed.
    text: String,
    /// The step in Rust and the one in Python.
    steps: [usize; 2],
}

/// The lines that both languages print at the same time and in the same order.
fn in_common(run: &SteppedRun) -> Vec<Common> {
    let [rust, python] = &run.tracks[..] else { return vec![] };
    let key = |step: &Step, nth: usize| {
        let (lane, text, _) = &step.says[nth];
        let text = without_places(text).trim_end().to_owned();
        (step.said_at[nth], run.lanes[*lane].name.clone(), text)
    };
    // A line that stands for both is listed with its step in Rust. What is left in Python is in the
    // same order.
    let mut only_python = vec![];
    for line in run.output.iter().filter(|line| line.track == 1) {
        only_python.push((line.step, line.line));
    }
    let mut left = vec![];
    for (number, step) in python.steps.iter().enumerate() {
        for nth in (0..step.says.len()).filter(|nth| !only_python.contains(&(number, *nth))) {
            left.push((key(step, nth), number));
        }
    }
    let mut common = vec![];
    for line in run.output.iter().filter(|line| line.unlike.is_none()) {
        let (at, lane, text) = key(&rust.steps[line.step], line.line);
        let is_it = |(other, _): &(_, usize)| *other == (at, lane.clone(), text.clone());
        if let Some(place) = left.iter().position(is_it) {
            let (_, step) = left.remove(place);
            common.push(Common { lane, text, steps: [line.step, step] });
        }
    }
    common
}

/// The output has each line of each language once, and in the order of that language.
fn not_in_the_order_of_a_language(run: &SteppedRun) -> Vec<String> {
    let of = |step: &Step, nth: usize| {
        let (lane, text, _) = &step.says[nth];
        let text = without_places(text).trim_end().to_owned();
        (step.said_at[nth], run.lanes[*lane].name.clone(), text)
    };
    let mut faults = vec![];
    let moments: Vec<usize> = run.output.iter().map(|line| line.moment).collect();
    if !moments.is_sorted() {
        faults.push("a page shows the first lines, and some of these are printed later".to_owned());
    }
    for (track, of_track) in run.tracks.iter().enumerate() {
        let mut expected = vec![];
        for step in &of_track.steps {
            expected.extend((0..step.says.len()).map(|nth| of(step, nth)));
        }
        // A poll that blocks prints later than another thread in a step after it.
        expected.sort_by_key(|(at, ..)| *at);
        let mut listed = vec![];
        for line in &run.output {
            if line.track == track || line.unlike.is_none() {
                listed.push(of(&run.tracks[line.track].steps[line.step], line.line));
            }
        }
        if listed != expected {
            let file = &of_track.file;
            faults.push(format!("the output of {file} is {listed:?}, not {expected:?}"));
        }
    }
    faults
}

/// What was printed, with `(example)` for `(example.rs:42)`: each twin shows where its own source
/// is, and that moves with every line that is put before it. That it is the right place is tested
/// with the example.
pub fn without_places(printed: &str) -> String {
    let without_place =
        |line: &str| match line.strip_suffix(')').and_then(|line| line.rsplit_once('.')) {
            Some((example, place)) if place.starts_with("rs:") || place.starts_with("py:") => {
                format!("{example})\n")
            }
            _ => format!("{line}\n"),
        };
    printed.lines().map(without_place).collect()
}
