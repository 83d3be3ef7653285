//! Arrows: the sentence of a step names the lane that woke it. The arrow to the step begins before
//! it, in a step of that lane, or in the one after which the runtime dropped that lane.
use super::Explored;
use async_concepts::timeline::{Clock, Step, SteppedRun, Track};

pub fn faults(explored: &Explored) -> Vec<String> {
    let mut faults = vec![];
    for track in &explored.run.tracks {
        for nth in 0..track.steps.len() {
            let is_real = explored.chart.clock == Clock::Real;
            let has_a_loop = !explored.chart.calls.is_empty();
            if let Err(fault) = check(&explored.run, track, nth, is_real, has_a_loop) {
                let sentence = &track.steps[nth].sentence;
                faults.push(format!("{}: step {nth} “{sentence}” {fault}", track.file));
            }
        }
    }
    faults
}

/// What is wrong with the arrow to a step, in words. On the real clock there may be none: a poll
/// may end at one instant and its wake come at the next, where no step begins.
fn check(
    run: &SteppedRun,
    track: &Track,
    nth: usize,
    is_real: bool,
    has_a_loop: bool,
) -> Result<(), String> {
    let step = &track.steps[nth];
    let mut told = step.sentence.split_once("(woken by ").map(|(_, by)| by.to_owned());
    // A poll that begins since a task has ended. What goes on in its poll was not woken, and a
    // coroutine in the lane of a loop is woken by a call of the loop.
    if let Some((by, _)) = step.sentence.split_once(" has ended)")
        && let Some(by) = by.strip_prefix("goes on (")
        && !step.rest
        && !has_a_loop
        && track.file.ends_with(".rs")
    {
        told = Some(format!("{by})"));
    }
    let told = told.as_deref();
    let (Some(by), Some(lane)) = (step.woken_in, step.woken_by) else {
        // A task inside a lane is not a lane.
        let names = |name: &str| told.is_some_and(|told| told.starts_with(&format!("{name})")));
        return match run.lanes.iter().find(|lane| names(&lane.name)) {
            Some(lane) if !is_real => Err(format!("has no arrow from {}", lane.name)),
            _ => Ok(()),
        };
    };
    if by >= nth {
        return Err(format!("was woken in step {by}, which is not before it"));
    }
    // From one task inside a lane to another one, or between such a task and the lane.
    let is_inside = |step: &Step| step.ran_inside.is_some() || step.on_thread;
    if lane == step.lane && (is_inside(step) || is_inside(&track.steps[by])) {
        return Ok(());
    }
    let waker = &run.lanes[lane].name;
    let is_dropped = track.steps[by].sentence.contains("Then the runtime drops ");
    if track.steps[by].lane != lane && !is_dropped {
        return Err(format!("has an arrow from step {by}, which is none of {waker}"));
    }
    match told {
        Some(told) if !told.starts_with(&format!("{waker})")) => {
            Err(format!("has an arrow from {waker}"))
        }
        _ => Ok(()),
    }
}
