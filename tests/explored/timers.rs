//! Due times: the page shows one exactly where a wake by the clock has proved it.
use super::{
    Explored,
    polls::{Poll, Polls},
};
use async_concepts::timeline::{LaneId, Position, human};

pub fn faults(explored: &Explored) -> Vec<String> {
    let polls = Polls::of(explored);
    let mut faults = vec![];
    for (nth, step) in polls.steps.iter().enumerate() {
        for (lane, due) in &step.timers {
            if due == "?" {
                continue;
            }
            let proved = proved(&polls, *lane, nth);
            if proved.as_ref() != Some(due) {
                let name = &polls.row(*lane).name;
                faults.push(format!("step {nth} says that {name} is due at {due}: {proved:?}"));
            }
        }
    }
    for lane in 0..polls.of_lane.len() {
        faults.extend(missing(&polls, lane));
    }
    faults
}

/// When the timer is due for which a lane waits after a step, as its wake has proved it; none if it
/// is woken by something else.
fn proved(polls: &Polls<'_>, lane: LaneId, step: usize) -> Option<String> {
    let Some(begun) = polls.begun(lane, step) else {
        return proved_by_its_call(polls, lane);
    };
    let wake = polls.wake_after(lane, begun)?;
    let until = wake.polled.unwrap_or(polls.of_lane[lane].len());
    // Polled without a wake in between, it has to wait on at the same place: elsewhere it waits for
    // another timer, which was not set by then.
    let place = |poll: &Poll<'_>| {
        let waits = polls.stopped(lane, poll).waits().iter();
        waits.map(|wait| (wait.place.clone(), wait.on.clone(), wait.lane)).collect::<Vec<_>>()
    };
    let waits = polls.of_lane[lane][begun..until].iter().map(place);
    let is_one_wait = waits.clone().zip(waits.skip(1)).all(|(one, next)| one == next);
    if wake.is_by_the_clock() && is_one_wait { Some(due(polls, wake.woken.at)) } else { None }
}

/// When an event loop calls a callback that waits for its timer. It does so in the poll in which
/// that timer has ended its own wait.
fn proved_by_its_call(polls: &Polls<'_>, lane: LaneId) -> Option<String> {
    let first = polls.of_lane[lane].first()?;
    let waited = polls.row(lane).spans.first()?;
    let on = waited.places.waits().last()?.on.as_deref()?;
    if on == "its timer" { Some(due(polls, first.span.from)) } else { None }
}

/// A due time as the page writes it: if the thread was busy until then, the timer may have been due
/// before.
fn due(polls: &Polls<'_>, at: Position) -> String {
    let due = human(polls.chart.time(at));
    let mut holds = polls.chart.threads[0].iter();
    let is_busy = holds.any(|hold| hold.from.instant < at.instant && hold.to.instant == at.instant);
    if is_busy { format!("≤ {due}") } else { due }
}

/// The steps at which a lane waits for a timer that will wake it, and is not among the timers.
fn missing(polls: &Polls<'_>, lane: LaneId) -> Vec<String> {
    let name = &polls.row(lane).name;
    let mut faults = vec![];
    for (nth, poll) in polls.of_lane[lane].iter().enumerate() {
        let Some(wake) = polls.wake_after(lane, nth) else { continue };
        if !wake.is_by_the_clock() {
            continue;
        }
        let until = match wake.polled {
            Some(polled) => polls.of_lane[lane][polled].first,
            None => polls.steps.len(),
        };
        let due = due(polls, wake.woken.at);
        for step in poll.last..until {
            // In a poll without a wake it runs, and after it it may wait elsewhere.
            if polls.begun(lane, step) != Some(nth) || proved(polls, lane, step).is_none() {
                break;
            }
            let timers = &polls.steps[step].timers;
            let is_shown = timers.contains(&(lane, due.clone()));
            if polls.letter(step, lane) == 'w' && !is_shown {
                faults.push(format!("step {step} does not say that {name} is due at {due}"));
            }
        }
    }
    faults
}
