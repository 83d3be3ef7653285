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
