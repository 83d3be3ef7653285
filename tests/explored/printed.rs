//! The output: what the steps print is what the program printed, each line once and in order.
use super::Explored;
use async_concepts::timeline::Clock;
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
    if shown == printed {
        return vec![];
    }
    vec![format!("it shows\n{}\nand printed\n{}", text(&shown), text(&printed))]
}
