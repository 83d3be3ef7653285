//! What lanes wait for: a page frames a chain that comes back to a lane that it has passed, as a
//! deadlock does. There has to be one exactly where lanes wait in a circle.
use super::Explored;
use async_concepts::timeline::{LaneId, SteppedRun};

pub fn faults(explored: &Explored) -> Vec<String> {
    let mut faults = vec![];
    for (track, of_track) in explored.run.tracks.iter().enumerate() {
        for (nth, step) in of_track.steps.iter().enumerate() {
            let framed = step.waits.iter().any(|chain| is_framed(chain));
            let waits_for = waits_for(&explored.run, &step.waits);
            let lanes: Vec<LaneId> = (0..waits_for.len()).collect();
            let in_a_circle = lanes.iter().any(|lane| is_reached(*lane, *lane, &waits_for));
            if framed != in_a_circle {
                let waits = &step.waits;
                faults.push(format!("track {track}, step {nth}: framed is {framed}: {waits:?}"));
            }
        }
    }
    faults
}

/// Whether the page draws a frame around a chain.
fn is_framed(chain: &[Vec<LaneId>]) -> bool {
    match chain.split_last() {
        Some((last, before)) => last.len() == 1 && before.contains(last),
        None => false,
    }
}

/// For each lane those for which it waits, by all chains.
fn waits_for(run: &SteppedRun, chains: &[Vec<Vec<LaneId>>]) -> Vec<Vec<LaneId>> {
    let mut waits_for = vec![vec![]; run.lanes.len()];
    for chain in chains {
        for link in chain.windows(2) {
            for lane in &link[0] {
                waits_for[*lane].extend(&link[1]);
            }
        }
    }
    waits_for
}

/// Whether there is a way from a lane to another, of one wait at least.
fn is_reached(from: LaneId, to: LaneId, waits_for: &[Vec<LaneId>]) -> bool {
    let mut reached = vec![false; waits_for.len()];
    let mut next = waits_for[from].clone();
    while let Some(lane) = next.pop() {
        if !reached[lane] {
            reached[lane] = true;
            next.extend(&waits_for[lane]);
        }
    }
    reached[to]
}
