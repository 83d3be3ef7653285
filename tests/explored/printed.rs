//! The output: what the steps print is what the program printed, each line once and in order, and
//! each is shown with the step that prints it.
use super::Explored;
use async_concepts::timeline::{Clock, Moment, OutputLine};
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
