//! The coroutine that runs in the lane of an event loop: why it goes on, and what ends its waits.
//! And the timers of the loop: that their time has come is told.
//!
//! The recording has no wake of it, since the loop wakes it by a number. But it has where each call
//! of the loop was queued: by which lane, or in which call of the loop.
use super::{Explored, order::without_texts, polls::Polls};
use async_concepts::timeline::{
    Clock, End, LaneId, LoopAwait, LoopCall, LoopTask, Span, Step, human,
};

/// The timers that a loop finds to be due in steps of which none tells that, and the steps that
/// tell it of a timer that is not found to be due in them. On the real clock several may be due at
/// once, and the first of them alone is told.
pub fn untold_timers(explored: &Explored, polls: &Polls<'_>) -> Vec<String> {
    let mut faults = vec![];
    let mut found = vec![];
    for call in &polls.chart.calls {
        let Some(lane) = call.lane.filter(|_| call.timer.is_some()) else { continue };
        let Some(queued) = call.queued else { continue };
        let (first, last) = polls.happened(queued);
        let name = &polls.row(lane).name;
        let is_told = |step: &Step| {
            let own = ["(its time has come)", "(its coroutine's time has come)"];
            let own = lane == step.lane && own.iter().any(|words| step.sentence.contains(words));
            own || step.lane == queued.by && times_in(step).iter().any(|told| names(told, name))
        };
        let last = last.min(polls.steps.len() - 1);
        if !polls.steps[first..=last].iter().any(is_told) && explored.chart.clock == Clock::Paused {
            faults.push(format!("step {first}: it is not told that the time of {name} has come"));
        }
        found.push((name, first..=last));
    }
    for (nth, step) in polls.steps.iter().enumerate() {
        for told in times_in(step) {
            let is_found = found.iter().any(|(name, steps)| {
                names(&told, name) && (steps.contains(&nth) || steps.contains(&(nth + 1)))
            });
            if !is_found {
                faults.push(format!("step {nth}: the time of {told} has not come"));
            }
        }
    }
    faults
}

/// The lanes of which a step says that their time has come.
fn times_in(step: &Step) -> Vec<String> {
    let mut told = vec![];
    for part in without_texts(step).split("the time of ").skip(1) {
        if let Some((lanes, _)) = part.split_once(" has come") {
            told.push(lanes.to_owned());
        }
    }
    told
}

/// Whether a list has a name in it, or is only a number of lanes.
fn names(list: &str, name: &str) -> bool {
    let mut parts = list.split(", ").flat_map(|part| part.split(" and "));
    parts.any(|part| part == name || part.ends_with(" lanes"))
}

/// The words for the reason why something goes on: in its next step, and while it waits.
pub struct Reason {
    pub cause: String,
    pub until: Option<String>,
    /// The lane that is the reason.
    pub by: Option<LaneId>,
}

/// What a lane that runs a loop waits for after a step, if it waits for something: the call of the
/// loop that ends that wait, if it is still to be queued.
pub fn ends_the_wait<'e>(polls: &Polls<'e>, lane: LaneId, step: usize) -> Option<&'e LoopCall> {
    let is_told = |awaits: &&LoopAwait| {
        awaits.from.by == lane
            && polls.happened(awaits.from).0 <= step
            && is_past(polls, awaits, step)
    };
    let awaits = polls.chart.awaits.iter().rfind(is_told)?;
    if awaits.over || !awaits.in_a_run {
        return None;
    }
    let of_coroutine = !awaits.places.waits().is_empty();
    let mut calls: Vec<&LoopCall> = polls.chart.calls.iter().collect();
    calls.retain(|call| {
        let is_one = if of_coroutine { is_of_the_coroutine(call) } else { stops_a_loop(call) };
        let is_later = call.queued.is_some_and(|queued| awaits.from.nth < queued.nth);
        is_one && is_later && call.over.is_some_and(|over| over.by == lane)
    });
    calls.into_iter().min_by_key(|call| call.queued.map(|queued| queued.nth))
}

/// Whether what a loop tells of its waits has come by the end of a step: before the next step, or
/// before what this step does later.
fn is_past(polls: &Polls<'_>, awaits: &LoopAwait, step: usize) -> bool {
    let (first, last) = polls.happened(awaits.from);
    let is_of_it = |nth: &usize| polls.steps[*nth].lane == awaits.from.by;
    let mut own = (first..=last.min(polls.steps.len() - 1)).filter(is_of_it);
    last <= step || own.next_back().is_none_or(|own| own <= step)
}

/// Whether a call is a step of the coroutine that runs in the lane of the loop.
pub fn is_of_the_coroutine(call: &LoopCall) -> bool {
    call.step_of == Some(LoopTask::Main) && call.lane == call.over.map(|over| over.by)
}

/// Whether the timer of the coroutine in a lane that runs a loop puts it into the queue in a poll,
/// and it is called in a later one.
pub fn queues_the_coroutine(polls: &Polls<'_>, lane: LaneId, poll: &Span) -> bool {
    polls.chart.calls.iter().any(|call| {
        let (Some(queued), Some(over)) = (call.queued, call.over) else { return false };
        let is_here = over.by == lane && poll.from < queued.at && queued.at <= poll.to;
        is_here
            && is_of_the_coroutine(call)
            && reason(polls, call).is_some_and(|reason| reason.cause.starts_with("its loop calls"))
    })
}

pub fn stops_a_loop(call: &LoopCall) -> bool {
    call.added_by.as_deref() == Some("run_until_complete")
}

/// Why a call was queued by which such a coroutine goes on, or by which the run of its loop ends.
/// None if that is not seen.
pub fn reason(polls: &Polls<'_>, call: &LoopCall) -> Option<Reason> {
    let (queued, over) = (call.queued?, call.over?);
    let name = |lane: LaneId| &polls.row(lane).name;
    let of_lane = |by: LaneId, has_ended: bool| {
        let end = polls.row(by).how_it_ended();
        let is_cancelled = matches!(end, End::Cancelled { .. } | End::ReturnedCancelled);
        let (cause, until) = match (has_ended, is_cancelled) {
            (true, true) => (format!("{} was cancelled", name(by)), "is cancelled"),
            (true, false) => (format!("{} has ended", name(by)), "has ended"),
            (false, _) => (format!("woken by {}", name(by)), "wakes it"),
        };
        Reason { cause, until: Some(format!("{} {until}", name(by))), by: Some(by) }
    };
    let plain = |cause: &str| Reason { cause: cause.to_owned(), until: None, by: None };
    let ended = |awaits: &&LoopAwait| awaits.over && awaits.from.by == over.by;
    let ends = polls.chart.awaits.iter().filter(ended).map(|awaits| awaits.from.nth);
    let since = ends.filter(|nth| *nth < over.nth).max().unwrap_or_default();
    let made = |other: &&LoopCall| {
        other.queued.is_some() && other.over.is_some_and(|made| made.by == over.by)
    };
    let nth = |other: &LoopCall| other.over.map_or(0, |made| made.nth);
    let mut others = polls.chart.calls.iter().filter(made);
    let has_begun = others
        .any(|other| is_of_the_coroutine(other) && (since + 1..over.nth).contains(&nth(other)));
    if is_of_the_coroutine(call) && !has_begun {
        return Some(plain("its coroutine begins"));
    }
    let by = call.asked.map_or(queued.by, |asked| asked.by);
    if by != over.by {
        let row = polls.row(by);
        let has_ended = row.ended_nth < queued.nth && row.end.1 != End::Unfinished;
        let mut own = polls.of_lane[by].iter();
        let is_polled = own.any(|poll| poll.span.from < queued.at && queued.at <= poll.span.to);
        let is_end = has_ended && (stops_a_loop(call) || !is_polled);
        return if is_end || is_polled || call.asked.is_some() {
            Some(of_lane(by, is_end))
        } else {
            None
        };
    }
    let poll = |at| {
        let mut own = polls.of_lane[over.by].iter();
        own.position(|poll| poll.span.from < at && at <= poll.span.to)
    };
    let before = polls.chart.calls.iter().filter(made).filter(|other| nth(other) < queued.nth);
    let last = before.max_by_key(|other| nth(other))?;
    if let Some(timer) = last.timer {
        let time = polls.chart.time(queued.at);
        let late = if timer.due < time { ", when the thread is free again" } else { "" };
        let until = Some(human(time) + late);
        let is_own = timer.set.by == over.by;
        let cause = match poll(queued.at) == poll(over.at) {
            true => "its time has come",
            false => "its loop calls its coroutine",
        };
        return is_own.then(|| Reason { until, ..plain(cause) });
    }
    let is_its_own = is_of_the_coroutine(last) && poll(last.over?.at) == poll(queued.at);
    is_its_own.then(|| plain("it had given way"))
}
