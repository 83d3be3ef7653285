//! Timers: the page lists each one that a lane waits for, and says when it is due exactly where a
//! wake by the clock has proved that, or an event loop of the program's own has told it.
use super::{Explored, polls::Polls};
use async_concepts::timeline::{Clock, Due, LaneId, Place, Places, State, Until, Wait, Woken};
use std::time::Duration;

pub fn faults(explored: &Explored) -> Vec<String> {
    let polls = Polls::of(explored);
    let mut faults = vec![];
    // Without a loop that tells of its timers only a wait proves one: the list says so.
    let as_seen = explored.run.tracks[0].timers_as_seen;
    if as_seen == polls.has_a_loop() {
        faults.push(format!("that the timers are listed as far as seen: {as_seen}"));
    }
    for woken in polls.chart.rows.iter().flat_map(|row| &row.spans).filter_map(|span| span.woken) {
        // The time of an instant is rounded down, and no timer fires before its time.
        if woken.fired.is_some_and(|fired| fired < polls.chart.time(woken.at)) {
            faults.push(format!("a timer fired before {:?}", woken.at));
        }
    }
    for (nth, step) in polls.steps.iter().enumerate() {
        for (lane, due) in &step.timers {
            let letter = polls.letter(nth, *lane);
            if as_seen && !"wldxrb".contains(letter) {
                let name = &polls.row(*lane).name;
                faults.push(format!("step {nth} lists a timer of {name}, due at {due}: {letter}"));
            }
        }
        for (lane, due) in &step.timers {
            let proved = proved(&polls, *lane, nth);
            if *due == Due::NotKnown {
                let is_the_only_one =
                    step.timers.iter().filter(|(one, _)| one == lane).count() == 1;
                if is_the_only_one && proved.is_some() {
                    let name = &polls.row(*lane).name;
                    faults.push(format!("step {nth} does not say when {name} is due: {proved:?}"));
                }
                continue;
            }
            if proved != Some(*due) && !told(&polls, *lane, nth).contains(due) {
                let name = &polls.row(*lane).name;
                faults.push(format!("step {nth} says that {name} is due at {due}: {proved:?}"));
            }
        }
    }
    for lane in 0..polls.of_lane.len() {
        faults.extend(missing(&polls, lane));
        for (nth, step) in polls.steps.iter().enumerate() {
            let listed = step.timers.iter().filter(|(other, _)| *other == lane).count();
            let waited_for = waited_for(&polls, lane, nth);
            let told = certain(&polls, lane, nth);
            if as_seen && polls.begun(lane, nth).is_some() && listed > waited_for.max(1) {
                let name = &polls.row(lane).name;
                faults.push(format!("step {nth}: {listed} timers of {name}, not {waited_for}"));
            }
            if listed < waited_for || listed < told {
                let name = &polls.row(lane).name;
                faults.push(format!(
                    "step {nth}: {listed} timers of {name}, which waits for {waited_for} of \
                     tokio’s and has {told} of its loop"
                ));
            }
        }
    }
    faults
}

/// How many timers of tokio's a lane has after a step for certain.
fn waited_for(polls: &Polls<'_>, lane: LaneId, step: usize) -> usize {
    let Some(begun) = polls.begun(lane, step) else { return 0 };
    let stopped = polls.stopped(lane, &polls.of_lane[lane][begun]);
    match polls.letter(step, lane) {
        'w' => timers_at(polls, stopped),
        // A timer that has woken it has fired.
        'd' | 'x' => {
            let wake = polls.wake_after(lane, begun);
            let has_fired = wake.is_some_and(|wake| wake.is_by_the_clock());
            timers_at(polls, stopped).saturating_sub(usize::from(has_fired))
        }
        'r' | 'b' => {
            let Some(before) = begun.checked_sub(1) else { return 0 };
            let before = polls.stopped(lane, &polls.of_lane[lane][before]);
            let is_unwoken = polls.of_lane[lane][begun].span.state == State::RunningUnwoken;
            if is_unwoken && places_of(before) == places_of(stopped) {
                return timers_at(polls, stopped);
            }
            let lane = in_a_timeout(before);
            usize::from(lane.is_some() && lane == in_a_timeout(stopped))
        }
        _ => 0,
    }
}

/// At which places a lane waits, and for what.
fn places_of(places: &Places) -> Vec<(&Place, Option<&str>, Option<LaneId>)> {
    let waits = places.waits().iter();
    waits.map(|wait| (&wait.place, wait.on.as_deref(), wait.lane)).collect()
}

/// The lane that the only `timeout` at these places has inside: as long as it is the same lane, it
/// is the same `timeout`, whose time cannot be changed.
fn in_a_timeout(places: &Places) -> Option<LaneId> {
    let timeouts = places.waits().iter().filter(|wait| wait.on.as_deref() == Some("timeout"));
    let inside: Vec<&Wait> = places.waits().iter().filter(|wait| wait.in_timeout).collect();
    match inside[..] {
        [only] if timeouts.count() == 1 => only.lane,
        _ => None,
    }
}

/// How many timers of tokio's are waited for at these places.
fn timers_at(polls: &Polls<'_>, stopped: &Places) -> usize {
    let timers = stopped.waits().iter().filter(|wait| wait.timer).count();
    let names = ["sleep", "timeout", "Interval::tick"];
    let is_named = |on: &Option<String>| names.iter().any(|name| on.as_deref() == Some(name));
    let named = stopped.waits().iter().filter(|wait| is_named(&wait.on)).count();
    if polls.has_a_loop() { timers } else { timers.max(named) }
}

/// When the timers are due that an event loop of the program's own has told of, and that a lane may
/// have after a step.
fn told(polls: &Polls<'_>, lane: LaneId, step: usize) -> Vec<Due> {
    let mut told = vec![];
    for call in polls.chart.calls.iter().filter(|call| call.lane == Some(lane)) {
        let Some(timer) = call.timer else { continue };
        let set = polls.happened(timer.set).0;
        let over = call.queued.or(call.over).map(|over| polls.happened(over).1);
        if set <= step && over.is_none_or(|over| step <= over) {
            told.push(Due::At(timer.due));
        }
    }
    told
}

/// How many timers a lane has after a step for certain, of those of which its loop has told.
fn certain(polls: &Polls<'_>, lane: LaneId, step: usize) -> usize {
    let mut certain = 0;
    for call in polls.chart.calls.iter().filter(|call| call.lane == Some(lane)) {
        let Some(timer) = call.timer else { continue };
        let set = polls.happened(timer.set).1;
        let over = call.queued.or(call.over).map(|over| polls.happened(over).0);
        if set <= step && over.is_none_or(|over| step < over) {
            certain += 1;
        }
    }
    if ".fcpu".contains(polls.letter(step, lane)) { 0 } else { certain }
}

/// When the timer is due for which a lane waits after a step, as its wake has proved it; none if it
/// is woken by something else.
fn proved(polls: &Polls<'_>, lane: LaneId, step: usize) -> Option<Due> {
    match polls.begun(lane, step) {
        Some(begun) => proved_after(polls, lane, begun),
        None => proved_by_its_call(polls, lane),
    }
}

/// The same for the wait after a poll of this number.
fn proved_after(polls: &Polls<'_>, lane: LaneId, begun: usize) -> Option<Due> {
    let wake = polls.wake_after(lane, begun)?;
    let until = wake.polled.unwrap_or(polls.of_lane[lane].len());
    // Polled without a wake in between, it has to wait on at the same place: elsewhere it waits for
    // another timer, which was not set by then.
    let waits =
        polls.of_lane[lane][begun..until].iter().map(|poll| places_of(polls.stopped(lane, poll)));
    let is_one_wait = waits.clone().zip(waits.skip(1)).all(|(one, next)| one == next);
    if wake.is_by_the_clock() && is_one_wait {
        return due(polls, lane, wake.woken);
    }
    let polled = wake.polled?;
    let is_by_another = matches!(wake.woken.by, Until::Lane(by) if by != lane);
    if is_by_another && waits_for_the_same_timer(polls, lane, [begun, polled]) {
        return proved_after(polls, lane, polled);
    }
    let [here, there] =
        [begun, polled].map(|nth| in_a_timeout(polls.stopped(lane, &polls.of_lane[lane][nth])));
    if here? == there? { proved_after(polls, lane, polled) } else { None }
}

/// Whether a lane waits for one timer and nothing else after both polls, and at the same place, and
/// prints nothing in the second: it cannot have made another timer there without a wake by the
/// clock.
fn waits_for_the_same_timer(polls: &Polls<'_>, lane: LaneId, [one, other]: [usize; 2]) -> bool {
    // A `LocalSet` that it has left in a poll is among the places of that poll.
    let waits = |nth: usize| -> Vec<&Wait> {
        let there = polls.stopped(lane, &polls.of_lane[lane][nth]).waits().iter();
        there.filter(|wait| wait.on.as_deref() != Some("RunUntil")).collect()
    };
    let prints = &polls.steps[polls.of_lane[lane][other].first].says;
    let is_a_timer = waits(one).len() == 1 && waits(one)[0].timer;
    is_a_timer && prints.is_empty() && waits(one) == waits(other)
}

/// When an event loop calls a callback that waits for its timer. It does so in the poll in which
/// that timer has ended its own wait.
fn proved_by_its_call(polls: &Polls<'_>, lane: LaneId) -> Option<Due> {
    let first = polls.of_lane[lane].first()?;
    let waited = polls.row(lane).spans.first()?;
    let on = waited.places.waits().last()?.on.as_deref()?;
    let by = Until::Clock;
    let at = first.span.from;
    let woken = Woken { by, at, nth: 0, passed_on: false, cancels: false, fired: None };
    if on == "its timer" { due(polls, lane, woken) } else { None }
}

/// When a timer is due that has fired in a wake. If the thread was busy until then, the timer may
/// have been due before. It may have been busy, too, if it is one on which a closure runs a
/// runtime; and on the real clock each timer is late.
pub fn due(polls: &Polls<'_>, lane: LaneId, Woken { at, fired, .. }: Woken) -> Option<Due> {
    if polls.chart.clock == Clock::Real {
        let nanoseconds = fired?.as_nanos() as u64;
        let late = Duration::from_nanos(nanoseconds.next_multiple_of(1_000_000));
        return Some(Due::AtLatest(late));
    }
    let time = polls.chart.time(at);
    let mut around = polls.row(lane).owner_at(at);
    let mut on_thread = false;
    while let Some(outer) = around {
        on_thread |= polls.of_lane[outer].iter().any(|poll| poll.span.state == State::OnThread);
        around = polls.row(outer).owner_at(at);
    }
    if on_thread {
        return Some(Due::AtLatest(time));
    }
    Some(if polls.is_busy_until(at) { Due::By(time) } else { Due::At(time) })
}

/// The steps at which a lane waits for a timer that will wake it, and is not among the timers.
fn missing(polls: &Polls<'_>, lane: LaneId) -> Vec<String> {
    let name = &polls.row(lane).name;
    let mut faults = vec![];
    if polls.has_a_loop() {
        return faults; // the loop has told of its timers: see `certain`
    }
    for (nth, poll) in polls.of_lane[lane].iter().enumerate() {
        let Some(wake) = polls.wake_after(lane, nth) else { continue };
        if !wake.is_by_the_clock() {
            continue;
        }
        let until = match wake.polled {
            Some(polled) => polls.of_lane[lane][polled].first,
            None => polls.steps.len(),
        };
        let Some(due) = due(polls, lane, wake.woken) else { continue };
        for step in poll.last..until {
            // In a poll without a wake it runs, and after it it may wait elsewhere.
            if polls.begun(lane, step) != Some(nth) || proved(polls, lane, step).is_none() {
                break;
            }
            let timers = &polls.steps[step].timers;
            let is_shown = timers.contains(&(lane, due));
            if polls.letter(step, lane) == 'w' && !is_shown {
                faults.push(format!("step {step} does not say that {name} is due at {due}"));
            }
        }
    }
    faults
}
