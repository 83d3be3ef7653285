//! The lanes that are ready, and in which order.
//!
//! In Rust the page says “in the order of their wakes”, and this is what is held against the wakes
//! of the recording. It is the order in which they run as well, as far as tokio has one queue: for
//! tasks of one thread. What differs, and why:
//!
//! - `main` is no task. The runtime polls it when it comes to it, which may be after tasks that
//!   were woken later.
//! - Lanes inside another one are polled by that one, in its own order.
//! - On the real clock another thread may wake a task, and tokio has a second queue for these.
//!
//! An event loop of the program's own has told of its queue: there the page has to list the lanes
//! whose calls are in it, in its order, and no others. A call that runs no lane stands for that of
//! the loop, unless it is a done callback that the loop's own library has added: such a callback is
//! no part of any lane, and the page has to name the function that has added it.
//!
//! A closure that has a thread of its own begins when that thread does: it is in no queue of a
//! runtime or of a loop, so the page must not list it.
//!
//! In Python all of them are in the one queue of the event loop, and run in its order.
use super::{
    Explored,
    order::{without_parentheses, without_texts},
    polls::{Poll, Polls},
};
use async_concepts::timeline::{Clock, LaneId, LoopCall, State, Step, Until};

pub fn faults(explored: &Explored) -> Vec<String> {
    let polls = Polls::of(explored);
    let mut faults = vec![];
    for (nth, step) in polls.steps.iter().enumerate() {
        for lane in 0..polls.of_lane.len() {
            let letter = polls.letter(nth, lane);
            // The lane of a loop may have a call in the queue while it runs.
            if runs_a_loop(&polls, lane) && "rb".contains(letter) {
                continue;
            }
            let is_ready = letter == 'd';
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
    faults.extend(closures_on_threads(&polls));
    faults.extend(of_the_loop(&polls));
    faults.extend(callbacks(&polls));
    faults.extend(woken_loops(&polls));
    faults.extend(not_made_yet(&polls));
    faults.extend(made_in_their_first_polls(&polls));
    faults.extend(tasks_before_their_first_poll(&polls));
    faults.extend(woken_within_a_poll(&polls));
    faults.extend(passed_over_too_early(&polls));
    if let Some(python) = explored.run.tracks.get(1) {
        for (nth, step) in python.steps.iter().enumerate() {
            let places = 0..step.ready.len();
            for (one, other) in
                places.flat_map(|one| (one + 1..step.ready.len()).map(move |other| (one, other)))
            {
                let [first, second] =
                    [one, other].map(|place| begins_next(&python.steps, nth, place));
                let [one, other] = [one, other].map(|place| step.ready[place]);
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

/// Whether a lane is that in which an event loop of the program's own runs.
pub fn runs_a_loop(polls: &Polls<'_>, lane: LaneId) -> bool {
    let by = |call: &LoopCall| call.queued.and(call.over).map(|over| over.by);
    polls.chart.calls.iter().any(|call| by(call) == Some(lane))
}

/// The steps after which the page does not list what is in the queue of an event loop, or lists
/// what is not.
fn of_the_loop(polls: &Polls<'_>) -> Vec<String> {
    let mut faults = vec![];
    for lane in 0..polls.of_lane.len() {
        let name = &polls.row(lane).name;
        let mut queued = vec![];
        for call in polls.chart.calls.iter().filter(|call| call.lane == Some(lane)) {
            queued.extend(polls.queued(call));
        }
        let is_called = runs_a_loop(polls, lane)
            || polls.chart.calls.iter().any(|call| {
                let over = call.queued.and(call.over);
                let at = over.map(|over| over.at);
                call.lane == Some(lane)
                    && polls.of_lane[lane].iter().any(|poll| at == Some(poll.span.from))
            });
        if !is_called {
            continue; // only a timer of it is known
        }
        for (nth, step) in polls.steps.iter().enumerate() {
            if ".fcpu".contains(polls.letter(nth, lane)) {
                continue;
            }
            let is_listed = step.ready.contains(&lane);
            let is_queued = queued.iter().any(|[certain, _]| certain.contains(&nth));
            let may_be = queued.iter().any(|[_, possible]| possible.contains(&nth));
            if is_queued && !is_listed {
                faults.push(format!("step {nth}: {name} is in the loop’s queue, and not listed"));
            }
            if is_listed && !may_be {
                faults.push(format!("step {nth}: {name} is not in the loop’s queue, and listed"));
            }
        }
    }
    // In the order of the queue.
    for (nth, step) in polls.steps.iter().enumerate() {
        for (one, other) in pairs(step) {
            let [first, second] = [one, other].map(|lane| place_in_queue(polls, lane, nth));
            if let (Some(first), Some(second)) = (first, second)
                && first > second
            {
                let names = format!("{} and {}", polls.row(one).name, polls.row(other).name);
                faults.push(format!("step {nth}: {names} are in the queue the other way round"));
            }
        }
    }
    faults
}

/// The steps that say of a lane in which a loop runs that it is woken, and it is not ready after
/// that: what is woken is only the loop. And those that say this, and the lane is ready.
fn woken_loops(polls: &Polls<'_>) -> Vec<String> {
    let mut faults = vec![];
    for lane in (0..polls.of_lane.len()).filter(|lane| runs_a_loop(polls, *lane)) {
        let name = &polls.row(lane).name;
        for (nth, step) in polls.steps.iter().enumerate() {
            let told = without_parentheses(&without_texts(step));
            let is_ready = step.ready.contains(&lane);
            let words = told.split([',', '.']).flat_map(|part| part.split(" and "));
            for words in words.map(str::trim) {
                let is_woken = words == format!("wakes {name}") && !is_ready;
                if is_woken || words == format!("wakes the loop of {name}") && is_ready {
                    faults.push(format!("step {nth} {words}, which is ready: {is_ready}"));
                }
            }
        }
    }
    faults
}

/// The done callbacks of the loop's own library that stand for a lane, and the steps after which
/// the page does not list one that is in the queue, lists one that is not, or has it at another
/// place among the lanes.
fn callbacks(polls: &Polls<'_>) -> Vec<String> {
    let mut faults = vec![];
    let mut calls = vec![];
    for call in &polls.chart.calls {
        let (Some(function), Some(queued), Some(over)) = (&call.added_by, call.queued, call.over)
        else {
            continue;
        };
        if call.lane.is_some() {
            faults.push(format!("a callback of {function} stands for a lane"));
        }
        let (first, last) = polls.happened(queued);
        let (from, to) = polls.happened(over);
        calls.push((queued.nth, format!("a callback of {function}()"), [first, last, from, to]));
    }
    calls.sort_by_key(|(nth, ..)| *nth);
    for (nth, step) in polls.steps.iter().enumerate() {
        let mut listed = step.ready_callbacks.iter().peekable();
        for (queued, words, [first, last, from, to]) in &calls {
            let is_listed = listed.peek().is_some_and(|(_, listed)| listed == words);
            let is_certain = *last <= nth && nth < *from;
            let is_possible = *first <= nth && nth <= *to;
            if is_certain && !is_listed {
                faults.push(format!("step {nth}: {words} is in the loop’s queue, and not listed"));
            }
            if !is_possible || !is_listed {
                continue;
            }
            let Some((before, _)) = listed.next() else { continue };
            for (place, lane) in step.ready.iter().enumerate() {
                let of_lane = place_in_queue(polls, *lane, nth);
                if of_lane.is_some_and(|of_lane| (of_lane < *queued) != (place < *before)) {
                    faults.push(format!("step {nth}: {words} is at another place in the queue"));
                }
            }
        }
        for (_, words) in listed {
            faults.push(format!("step {nth}: {words} is not in the loop’s queue, and listed"));
        }
    }
    faults
}

/// The number of the first call of a lane that is in the queue of its loop for certain.
fn place_in_queue(polls: &Polls<'_>, lane: LaneId, step: usize) -> Option<usize> {
    let calls = polls.chart.calls.iter().filter(|call| call.lane == Some(lane));
    let is_queued = |call: &&LoopCall| match polls.queued(call) {
        Some([certain, _]) => certain.contains(&step),
        None => false,
    };
    let turn = |call: &LoopCall| call.asked.or(call.queued);
    calls.filter(is_queued).filter_map(turn).map(|turn| turn.nth).min()
}

/// The steps after which a closure that has a thread of its own is listed.
fn closures_on_threads(polls: &Polls<'_>) -> Vec<String> {
    let mut faults = vec![];
    for (nth, step) in polls.steps.iter().enumerate() {
        for lane in &step.ready {
            let row = polls.row(*lane);
            let name = &row.name;
            if row.own_thread {
                faults.push(format!("step {nth}: {name} has a thread of its own, and is listed"));
            }
        }
    }
    faults
}

/// The lanes that a task makes for itself in its first poll, and that are there before it: no lane
/// has made them, and they have never been without a poll.
fn made_in_their_first_polls(polls: &Polls<'_>) -> Vec<String> {
    let mut faults = vec![];
    for (lane, of_lane) in polls.of_lane.iter().enumerate().skip(1) {
        let row = polls.row(lane);
        let Some(first) = of_lane.first() else { continue };
        let begins_with_it = row.begin() == first.span.from && row.parent.is_none();
        for nth in 0..first.first {
            if begins_with_it && polls.letter(nth, lane) != '.' {
                faults.push(format!("step {nth}: {} is there before it is made", row.name));
            }
        }
    }
    faults
}

/// The steps after which a task is listed that was polled later than a task which was made after
/// it, and so was spawned later than it was made: for what was polled in between it was not there.
fn not_made_yet(polls: &Polls<'_>) -> Vec<String> {
    let mut faults = vec![];
    let first = |lane: LaneId| {
        let poll = polls.of_lane[lane].first()?;
        if polls.row(lane).is_a_task_at(poll.span.from) { Some(poll) } else { None }
    };
    for lane in 0..polls.of_lane.len() {
        let Some(mine) = first(lane) else { continue };
        for later in lane + 1..polls.of_lane.len() {
            let Some(theirs) = first(later) else { continue };
            // A closure that has a thread of its own begins when that does.
            let on_thread = [lane, later].iter().any(|lane| polls.row(*lane).own_thread);
            let of_one_maker = polls.row(later).parent == polls.row(lane).parent;
            if !of_one_maker || on_thread || theirs.first >= mine.first {
                continue;
            }
            for (nth, step) in polls.steps[..theirs.first].iter().enumerate() {
                if step.ready.contains(&lane) {
                    let names = [lane, later].map(|lane| &polls.row(lane).name);
                    faults.push(format!("step {nth}: {names:?} were spawned the other way round"));
                }
            }
        }
    }
    faults
}

/// The steps in which a task of a `LocalSet` is not listed, although it waits for its first poll.
fn tasks_before_their_first_poll(polls: &Polls<'_>) -> Vec<String> {
    let mut faults = vec![];
    for lane in 0..polls.of_lane.len() {
        let row = polls.row(lane);
        let (Some(first), Some(maker)) = (polls.of_lane[lane].first(), row.parent) else {
            continue;
        };
        if !row.own_task || row.own_thread {
            continue;
        }
        // It may have been made in an earlier poll of its maker, and spawned in a later one.
        let mut begun = polls.of_lane[maker].iter().rev();
        let last = begun.find(|poll| poll.span.from < first.span.from);
        let from = last.map_or(first.first, |poll| poll.first);
        if is_overtaken(polls, lane) {
            continue;
        }
        for nth in from..first.first {
            if polls.letter(nth, lane) != '.' && !polls.steps[nth].ready.contains(&lane) {
                faults.push(format!("step {nth}: {} was spawned, and is not listed", row.name));
            }
        }
    }
    faults
}

/// Whether a lane that was made later begins before this one, so that this one may have been handed
/// over later than it was made.
fn is_overtaken(polls: &Polls<'_>, lane: LaneId) -> bool {
    let first = polls.of_lane[lane].first().map(|poll| poll.first);
    (lane + 1..polls.of_lane.len()).any(|later| {
        polls.row(later).parent == polls.row(lane).parent
            && polls.of_lane[later].first().is_some_and(|poll| Some(poll.first) < first)
    })
}

/// The steps in which a lane is ready already, although it has given way inside the poll of another
/// lane that is not over, or although its timer could not fire, since the one thread of the runtime
/// was in a poll.
fn woken_within_a_poll(polls: &Polls<'_>) -> Vec<String> {
    let mut faults = vec![];
    if polls.has_a_loop() || polls.chart.threads.len() > 1 {
        return faults;
    }
    for lane in 0..polls.of_lane.len() {
        for (nth, step) in polls.steps.iter().enumerate() {
            let Some(begun) = polls.begun(lane, nth) else { continue };
            let Some(wake) = polls.wake_after(lane, begun) else { continue };
            if !matches!(wake.woken.by, Until::Yield | Until::Clock) {
                continue;
            }
            let is_polled = |other: &Vec<Poll<'_>>| {
                other.iter().any(|poll| {
                    poll.first <= nth && nth < poll.last && wake.woken.at >= poll.span.to
                })
            };
            if step.ready.contains(&lane) && polls.of_lane.iter().any(is_polled) {
                let name = &polls.row(lane).name;
                faults.push(format!("step {nth}: {name} is ready before the poll around is over"));
            }
        }
    }
    faults
}

/// The steps in which a lane is “woken, not polled” already, although the lane around it is still
/// in a poll that may poll it.
fn passed_over_too_early(polls: &Polls<'_>) -> Vec<String> {
    let mut faults = vec![];
    for lane in 0..polls.of_lane.len() {
        for nth in 0..polls.steps.len() {
            if polls.letter(nth, lane) != 'x' {
                continue;
            }
            let Some(begun) = polls.begun(lane, nth) else { continue };
            let from = polls.of_lane[lane][begun].span.from;
            let Some(outer) = polls.row(lane).owner_at(from) else { continue };
            if polls.of_lane[outer].iter().any(|poll| poll.first <= nth && nth < poll.last) {
                let names = [lane, outer].map(|lane| &polls.row(lane).name);
                faults.push(format!("step {nth}: {names:?}: the second is still in its poll"));
            }
        }
    }
    faults
}

/// The number of the event by which a lane is ready: its wake, or that it was made, if its maker
/// has spawned it in that poll.
fn woken(polls: &Polls<'_>, lane: LaneId, step: usize) -> Option<usize> {
    if polls.has_a_loop() {
        return None; // its wake comes before its call is in the queue
    }
    let Some(begun) = polls.begun(lane, step) else {
        let first = polls.of_lane[lane].first()?;
        let mut polls_of_maker = polls.of_lane[polls.row(lane).parent?].iter().rev();
        let spawned = polls_of_maker.find(|poll| poll.span.from < first.span.from)?;
        let is_made_there = spawned.span.from < polls.row(lane).begin();
        let is_certain = is_made_there && !is_overtaken(polls, lane);
        return if is_certain { Some(polls.row(lane).made_nth) } else { None };
    };
    let wake = polls.wake_after(lane, begun)?;
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

/// The step with which the next call of the event loop begins of what is at a place in its queue: a
/// lane, or a task inside it that has no name.
fn begins_next(steps: &[Step], after: usize, place: usize) -> Option<usize> {
    let queue = &steps[after];
    let is_inside = queue.ready_unnamed.contains(&place);
    let is_it = |step: &Step| {
        step.lane == queue.ready[place] && !step.rest && step.ran_inside.is_some() == is_inside
    };
    let is_alike = |other: &usize| {
        queue.ready[*other] == queue.ready[place]
            && queue.ready_unnamed.contains(other) == is_inside
    };
    if (0..place).any(|other| is_alike(&other)) {
        return None; // steps do not tell the tasks inside a lane apart
    }
    (after + 1..steps.len()).find(|nth| is_it(&steps[*nth]))
}
