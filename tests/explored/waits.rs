//! What lanes wait for: for each lane that is said to be waited for, the recording has a proof; and
//! what the recording proves is said.
//!
//! A page frames a chain that comes back to a lane that it has passed, as a deadlock does. There
//! has to be one exactly where lanes wait in a circle.
use super::{
    Explored,
    awaited::is_named,
    coroutine::{ends_the_wait, reason},
    polls::Polls,
    ready::runs_a_loop,
    stands,
};
use async_concepts::timeline::{
    LaneId, LoopAwait, Places, Position, Registered, SteppedRun, Until, Wait,
};

pub fn faults(explored: &Explored) -> Vec<String> {
    let mut faults = circles(explored);
    let polls = Polls::of(explored);
    for nth in 0..polls.steps.len() {
        let waits_for = waits_for(&explored.run, &polls.steps[nth].waits);
        // Those of Python, which has lanes of its own, come last.
        for (lane, others) in waits_for.iter().enumerate().take(polls.of_lane.len()) {
            let name = &polls.row(lane).name;
            for other in others {
                if !is_proved(&polls, nth, lane, *other) {
                    let other = &polls.row(*other).name;
                    faults.push(format!("step {nth}: that {name} waits for {other} is not proved"));
                }
            }
            for missing in missing(&polls, nth, lane, others) {
                faults.push(format!("step {nth}: of {name} is missing: {missing}"));
            }
        }
        for (lanes, words) in &polls.steps[nth].unproved {
            for lane in lanes {
                if !is_so(&polls, nth, *lane, words) {
                    let name = &polls.row(*lane).name;
                    faults.push(format!("step {nth}: {name} waits for {words}, which is not so"));
                }
            }
        }
    }
    faults
}

/// The steps at which there is a frame without a circle, or a circle without a frame, or at which
/// one chain is the end of another one.
fn circles(explored: &Explored) -> Vec<String> {
    let mut faults = vec![];
    for (track, of_track) in explored.run.tracks.iter().enumerate() {
        for (nth, step) in of_track.steps.iter().enumerate() {
            let framed = step.waits.iter().any(|chain| is_framed(chain));
            let is_an_end = |chain: &Vec<Vec<LaneId>>| {
                let mut others = step.waits.iter();
                others.any(|other| other.len() > chain.len() && other.ends_with(chain))
            };
            if step.waits.iter().any(is_an_end) {
                let waits = &step.waits;
                faults.push(format!("track {track}, step {nth}: told twice: {waits:?}"));
            }
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

/// Where a lane waits after a step; none if it does not.
fn places<'e>(polls: &Polls<'e>, step: usize, lane: LaneId) -> Option<&'e Places> {
    let begun = polls.begun(lane, step)?;
    if !"wdx".contains(polls.letter(step, lane)) {
        return None;
    }
    Some(polls.stopped(lane, &polls.of_lane[lane][begun]))
}

/// Whether the recording proves that a lane waits for another one after a step.
fn is_proved(polls: &Polls<'_>, step: usize, lane: LaneId, other: LaneId) -> bool {
    let Some(places) = places(polls, step, lane) else { return false };
    if has_ended(polls, step, other) {
        return false;
    }
    if of_its_loop(polls, step, lane).is_some_and(|awaits| awaits.lanes.contains(&other)) {
        return true;
    }
    let may_have_gone_on = places.registered() == Some(Registered::OrAfter);
    places.waits().iter().any(|wait| match wait.on.as_deref() {
        // A sentence says then that it is not seen for what the lane waits.
        Some(_) if may_have_gone_on || wait.or_after => false,
        // It polls it there.
        None => wait.lane == Some(other) && !wait.of_a_loop,
        Some(on) if on.starts_with("Futures") => {
            let row = polls.row(other);
            row.spans.iter().any(|span| row.owner_at(span.from) == Some(lane))
        }
        // Its end wakes the lane, which waits there until then.
        Some("JoinHandle" | "JoinSet::join_next") => {
            let end = polls.row(other).ends_at();
            wakes(polls, lane, other).iter().any(|at| *at >= end)
                && stays(polls, step, lane, end, wait)
        }
        Some("Mutex::lock") => gives_it_the_lock(polls, step, lane) == Some(other),
        Some(_) => false,
    })
}

/// What the recording proves of a lane's wait and a step does not say. `said` are the lanes for
/// which it is said to wait.
fn missing(polls: &Polls<'_>, step: usize, lane: LaneId, said: &[LaneId]) -> Vec<String> {
    let Some(places) = places(polls, step, lane) else { return vec![] };
    if polls.letter(step, lane) != 'w' {
        return vec![];
    }
    let mut missing = vec![];
    for wait in places.waits() {
        if let Some(other) = wait.lane
            && !wait.of_a_loop
            && !has_ended(polls, step, other)
            && !said.contains(&other)
        {
            missing.push(format!("{}, which it polls", polls.row(other).name));
        }
    }
    if let Some(awaits) = of_its_loop(polls, step, lane) {
        for other in &awaits.lanes {
            if !has_ended(polls, step, *other) && !said.contains(other) {
                missing.push(format!("{}, which it awaits", polls.row(*other).name));
            }
        }
        return missing;
    }
    let words = words(polls, step, lane);
    if let Some(by) = wakes_its_coroutine(polls, step, lane) {
        let name = &polls.row(by).name;
        if !words.contains(name) {
            missing.push(format!("a wake by {name}"));
        }
        return missing;
    }
    // Each handle that was registered in the last poll belongs to a task that has not ended.
    let others = not_for_lanes(places);
    let is_a_set = others.iter().any(|wait| wait.on.as_deref() == Some("JoinSet::join_next"));
    for (other, row) in polls.chart.rows.iter().enumerate() {
        let is_a_task = other != 0 && other != lane && row.polled_by.is_none();
        let is_alive = !has_ended(polls, step, other) && !said.contains(&other);
        if is_a_set && is_a_task && is_alive && row.was_polled() && !words.contains("of its set") {
            missing.push(format!("that {} may be in its set", row.name));
        }
    }
    let handles: Vec<&&Wait> = others.iter().filter(|wait| is_handle(wait)).collect();
    if handles.len() == others.len() && places.registered() == Some(Registered::Now) {
        let awaited: usize = handles.iter().map(|wait| wait.handles).sum();
        let unseen: usize = words.split(' ').next().unwrap_or_default().parse().unwrap_or_default();
        let joined = said.iter().filter(|other| is_joined(polls, lane, **other)).count();
        if joined + unseen + over(polls, step, lane).len() != awaited {
            missing.push(format!("{awaited} handles, and not {joined} and {unseen}"));
        }
    }
    // A lane that has given way is in no queue: else it would be in no list at all.
    if let Some(begun) = polls.begun(lane, step)
        && let Some(wake) = polls.wake_after(lane, begun)
        && wake.woken.by == Until::Yield
        && !stands::is_of_a_loop(places)
        && !words.starts_with("its next turn")
    {
        missing.push("its next turn".to_owned());
    }
    // What else it awaits is named: else it would be in no list, or only in that of the timers.
    let is_awaited = |wait: &&&Wait| wait.on.is_some() && !is_handle(wait);
    if let Some(wait) = others.iter().find(is_awaited)
        && said.is_empty()
        && words.is_empty()
        && !may_have_gone_on(places)
    {
        missing.push(format!("what it awaits: {:?}", wait.on));
    }
    // What wakes a lane is named, whatever it waits for.
    if let [_] = others[..]
        && let Some(begun) = polls.begun(lane, step)
        && let Some(wake) = polls.wake_after(lane, begun)
        && let Until::Lane(by) = wake.woken.by
        && by != lane
        && !over(polls, step, lane).contains(&by)
        && polls.letter(step, by) != '.'
        && !said.contains(&by)
        && !words.contains(&polls.row(by).name)
        && !words.starts_with("a lock (")
        && !is_a_loop_that_goes_on(polls, step, lane)
    {
        missing.push(format!("a wake by {}", polls.row(by).name));
    }
    missing
}

/// The lanes that have ended by a step, and whose ends wake a lane only after it: on the real clock
/// other threads run between the two.
fn over(polls: &Polls<'_>, step: usize, lane: LaneId) -> Vec<LaneId> {
    let Some(begun) = polls.begun(lane, step) else { return vec![] };
    let since = polls.of_lane[lane][begun].span.from;
    let mut over = vec![];
    for other in 0..polls.of_lane.len() {
        let is_over = "fcpu".contains(polls.letter(step, other));
        if is_over && wakes(polls, lane, other).iter().any(|at| *at > since) {
            over.push(other);
        }
    }
    over
}

/// Whether an event loop of the program's own has been woken by a step. Its lane is not ready for
/// that, unless a call of it is in the queue.
fn is_a_loop_that_goes_on(polls: &Polls<'_>, step: usize, lane: LaneId) -> bool {
    let Some(begun) = polls.begun(lane, step) else { return false };
    let Some(wake) = polls.wake_after(lane, begun) else { return false };
    let woken = polls.chart.time(wake.woken.at).as_nanos() as u64;
    runs_a_loop(polls, lane) && woken <= polls.time(&polls.steps[step])
}

/// What an event loop has told of the tasks for which the lane waits that runs it, or another one.
fn of_its_loop<'e>(polls: &Polls<'e>, step: usize, lane: LaneId) -> Option<&'e LoopAwait> {
    let poll = &polls.of_lane[lane][polls.begun(lane, step)?];
    let told = |awaits: &&LoopAwait| awaits.from.by == lane && awaits.from.at <= poll.span.to;
    let last = polls.chart.awaits.iter().rfind(told)?;
    if !runs_a_loop(polls, lane) && last.from.at <= poll.span.from {
        return None; // it has awaited them in an earlier poll
    }
    if last.lanes.is_empty() && last.unseen == 0 { None } else { Some(last) }
}

/// The lane that ends, after a step, the wait of the coroutine that runs in the lane of a loop, or
/// the run of the loop.
fn wakes_its_coroutine(polls: &Polls<'_>, step: usize, lane: LaneId) -> Option<LaneId> {
    let call = ends_the_wait(polls, lane, step)?;
    if polls.happened(call.queued?).0 <= step {
        return None; // it is queued already
    }
    reason(polls, call)?.by
}

/// Whether what is said in words of a lane's wait is so.
fn is_so(polls: &Polls<'_>, step: usize, lane: LaneId, words: &str) -> bool {
    let Some(places) = places(polls, step, lane) else { return false };
    let wake = polls.begun(lane, step).and_then(|begun| polls.wake_after(lane, begun));
    let by = match wake.map(|wake| wake.woken.by) {
        Some(Until::Lane(by)) if by != lane => Some(by),
        _ => None,
    };
    if words == "its next turn (the runtime wakes it)" {
        let begun = polls.begun(lane, step);
        let wake = begun.and_then(|begun| polls.wake_after(lane, begun));
        return wake.is_some_and(|wake| wake.woken.by == Until::Yield)
            && polls.letter(step, lane) == 'w';
    }
    if let Some(by) = words.strip_prefix("a callback that ") {
        let call = ends_the_wait(polls, lane, step).filter(|call| call.added_by.is_some());
        return call
            .and_then(|call| call.queued)
            .is_some_and(|queued| by == format!("{} queues", polls.row(queued.by).name));
    }
    let of_it = words.strip_prefix("a wake of ").or(words.strip_prefix("a wake by "));
    if let Some(of_it) = of_it {
        if let Some(by) = wakes_its_coroutine(polls, step, lane) {
            return of_it == polls.row(by).name;
        }
        return by.is_some_and(|by| of_it.starts_with(&polls.row(by).name));
    }
    let on = |name: &str| places.waits().iter().any(|wait| wait.on.as_deref() == Some(name));
    if words.contains("of its set") {
        return on("JoinSet::join_next");
    }
    if words.contains("task") {
        let of_its_loop = of_its_loop(polls, step, lane);
        return on("JoinHandle") || of_its_loop.is_some_and(|awaits| awaits.unseen > 0);
    }
    match words {
        "a lock (holder not seen)" => on("Mutex::lock") || on("RwLock"),
        "a permit (holders not seen)" => on("Semaphore::acquire"),
        // By the names that a sentence has for it. Of a lane that has gone on nothing is known.
        _ => {
            let others = not_for_lanes(places);
            let is_told = |wait: &&Wait| is_named(words, wait, places, polls.file);
            !others.is_empty() && others.iter().all(is_told) && !may_have_gone_on(places)
        }
    }
}

/// Whether a lane may wait elsewhere by now. Then a sentence does not say for what it waits.
fn may_have_gone_on(places: &Places) -> bool {
    places.registered() == Some(Registered::OrAfter)
        || places.waits().iter().any(|wait| wait.or_after)
}

/// What is said in words of a lane's wait.
fn words(polls: &Polls<'_>, step: usize, lane: LaneId) -> String {
    for (lanes, words) in &polls.steps[step].unproved {
        if lanes.contains(&lane) {
            return words.clone();
        }
    }
    String::new()
}

/// What a lane waits for that is neither a timer nor a lane.
fn not_for_lanes(places: &Places) -> Vec<&Wait> {
    let is_aside = |on: &str| {
        ["sleep", "timeout", "Interval::tick", "RunUntil"].contains(&on)
            || on.starts_with("Futures")
    };
    let waits = places.waits().iter();
    let others =
        waits.filter(|wait| wait.lane.is_none() && !wait.on.as_deref().is_some_and(is_aside));
    others.collect()
}

fn is_handle(wait: &Wait) -> bool {
    wait.on.as_deref() == Some("JoinHandle")
}

/// Whether a lane is polled by no other one, or by one that runs a `LocalSet`: a task, which a
/// `JoinHandle` can belong to.
fn is_joined(polls: &Polls<'_>, lane: LaneId, other: LaneId) -> bool {
    let named = |places: &Places| places.waits().iter().any(|wait| wait.lane == Some(other));
    !polls.of_lane[lane].iter().any(|poll| named(polls.stopped(lane, poll)))
}

fn has_ended(polls: &Polls<'_>, step: usize, lane: LaneId) -> bool {
    ".fcpu".contains(polls.letter(step, lane))
}

/// Where a lane is woken by another one.
fn wakes(polls: &Polls<'_>, lane: LaneId, by: LaneId) -> Vec<Position> {
    let mut wakes = vec![];
    for wake in &polls.chart.wakes {
        if wake.to == lane && wake.from == by {
            wakes.push(wake.at);
        }
    }
    // Within a poll there is no arrow.
    for span in &polls.row(lane).spans {
        if let Some(woken) = span.woken
            && woken.by == Until::Lane(by)
        {
            wakes.push(woken.at);
        }
    }
    wakes
}

/// Whether a lane waits at a place from a step on until another position.
fn stays(polls: &Polls<'_>, step: usize, lane: LaneId, until: Position, wait: &Wait) -> bool {
    let Some(begun) = polls.begun(lane, step) else { return false };
    polls.of_lane[lane][begun..].iter().take_while(|poll| poll.span.from < until).all(|poll| {
        let there = polls.stopped(lane, poll).waits().iter();
        there.into_iter().any(|other| other.on == wait.on && other.place == wait.place)
    })
}

/// The lane that gives back the lock for which a lane waits after a step, if it waits for nothing
/// else.
fn gives_it_the_lock(polls: &Polls<'_>, step: usize, lane: LaneId) -> Option<LaneId> {
    let begun = polls.begun(lane, step)?;
    let places = polls.stopped(lane, &polls.of_lane[lane][begun]);
    if not_for_lanes(places).len() > 1 {
        return None;
    }
    match polls.wake_after(lane, begun)?.woken.by {
        Until::Lane(by) if by != lane => Some(by),
        _ => None,
    }
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
