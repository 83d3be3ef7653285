//! The lanes that are ready, and in which order.
//!
//! In Rust the page says “in the order of their wakes”, and this is what is held against the wakes
//! of the recording. It is the order in which they run as well, as far as tokio has one queue: for
//! tasks of one thread. What differs, and why:
//!
//! - `main` is no task. The runtime polls it when it comes to it, which may be after tasks that
//!   were woken later.
//! - A closure that has a thread of its own begins when that thread does.
//! - Lanes inside another one are polled by that one, in its own order.
//! - On the real clock another thread may wake a task, and tokio has a second queue for these.
//!
//! In Python all of them are in the one queue of the event loop, and run in its order.
use super::{Explored, polls::Polls};
use async_concepts::timeline::{Clock, LaneId, State, Step};

pub fn faults(explored: &Explored) -> Vec<String> {
    let polls = Polls::of(explored);
    let mut faults = vec![];
    for (nth, step) in polls.steps.iter().enumerate() {
        for lane in 0..polls.of_lane.len() {
            let is_ready = polls.letter(nth, lane) == 'd';
            if is_ready != step.ready.contains(&lane) {
                let name = &polls.row(lane).name;
                faults.push(format!("step {nth}: {name} is ready: {is_ready}, and not listed so"));
            }
        }
        for (one, other) in pairs(step) {
            let names = format!("{} and {}", polls.row(one).name, polls.row(other).name);
            if let (Some(first), Some(second)) =
                (woken(&polls, one, nth), woken(&polls, other, nth))
                && first > second
            {
                faults.push(format!("step {nth}: {names} were woken the other way round"));
            }
            let [first, second] = [one, other].map(|lane| polled_by_the_runtime(&polls, lane, nth));
            if let (Some(first), Some(second)) = (first, second)
                && first > second
                && explored.chart.clock == Clock::Paused
            {
                faults.push(format!("step {nth}: {names} are polled in {first} and {second}"));
            }
        }
    }
    if let Some(python) = explored.run.tracks.get(1) {
        for (nth, step) in python.steps.iter().enumerate() {
            for (one, other) in pairs(step) {
                let [first, second] =
                    [one, other].map(|lane| begins_next(&python.steps, lane, nth));
                if let (Some(first), Some(second)) = (first, second)
                    && first > second
                {
                    let name = |lane: LaneId| &explored.run.lanes[lane].name;
                    let names = format!("{} and {}", name(one), name(other));
                    faults.push(format!("Python’s step {nth}: {names}, in {first} and {second}"));
                }
            }
        }
    }
    faults
}

/// Each two of the lanes that are ready, in the order in which they are listed.
fn pairs(step: &Step) -> Vec<(LaneId, LaneId)> {
    let mut pairs = vec![];
    for (nth, one) in step.ready.iter().enumerate() {
        for other in &step.ready[nth + 1..] {
            pairs.push((*one, *other));
        }
    }
    pairs
}

/// The number of the wake for which a lane is ready; none if it was just spawned.
fn woken(polls: &Polls<'_>, lane: LaneId, step: usize) -> Option<usize> {
    let wake = polls.wake_after(lane, polls.begun(lane, step)?)?;
    Some(wake.woken.nth)
}

/// The step in which the runtime polls a task next; none for `main`, for what another lane polls,
/// and for a closure on a thread.
fn polled_by_the_runtime(polls: &Polls<'_>, lane: LaneId, step: usize) -> Option<usize> {
    let next = polls.next(lane, step)?;
    let by_another = polls.row(lane).owner_at(next.span.from).is_some();
    if lane == 0 || by_another || next.span.state == State::OnThread {
        return None;
    }
    Some(next.first)
}

/// The step with which a lane begins its next call of the event loop.
fn begins_next(steps: &[Step], lane: LaneId, after: usize) -> Option<usize> {
    let later = steps.iter().enumerate().skip(after + 1);
    let mut of_lane = later.filter(|(_, step)| step.lane == lane && !step.rest);
    of_lane.next().map(|(nth, _)| nth)
}
