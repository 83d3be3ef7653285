//! Where lanes stand: where they wait; where they poll the lane that runs; and where they block.
use super::{
    Explored,
    lit::lines,
    polls::{Poll, Polls},
};
use async_concepts::timeline::{LaneId, Places};

pub fn faults(explored: &Explored) -> Vec<String> {
    let polls = Polls::of(explored);
    let file = &explored.run.tracks[0].file;
    let mut faults = vec![];
    let mut stands = vec![None; polls.of_lane.len()];
    let mut refused = vec![None; polls.of_lane.len()];
    for (nth, step) in polls.steps.iter().enumerate() {
        for (lane, line) in &step.stands {
            stands[*lane] = *line;
        }
        for (lane, line) in stands.iter().enumerate() {
            let (mut places, has_to_stand) = places(&polls, nth, lane);
            if let [places] = &mut places[..]
                && is_of_a_loop(places)
                && let [only] = polls.of_the_coroutine(lane, nth)[..]
            {
                *places = only;
            } else if places.iter().any(|places| is_of_a_loop(places)) {
                places.extend(polls.of_the_coroutine(lane, nth));
            }
            let mut allowed = vec![];
            let mut is_elsewhere = false;
            for places in places {
                let here = lines(places, file);
                // Of several places one is shown, and that may be in another file.
                is_elsewhere |= here.len() < places.waits().len();
                allowed.extend(here);
            }
            let is_right = match line {
                Some(line) => allowed.contains(line),
                None => !has_to_stand || is_elsewhere || allowed.is_empty(),
            };
            // Said once of several steps at which it stands there.
            if !is_right && refused[lane] != Some(*line) {
                let name = &polls.row(lane).name;
                faults.push(format!("step {nth}: {name} stands at {line:?}, not at {allowed:?}"));
            }
            refused[lane] = if is_right { None } else { Some(*line) };
        }
        if "rbt".contains(polls.letter(nth, step.lane)) && step.stop != stands[step.lane] {
            let (lit, line) = (step.stop, stands[step.lane]);
            faults.push(format!("step {nth} lights {lit:?}, and its lane stands at {line:?}"));
        }
        for lane in step.around.iter().filter(|lane| stands[**lane].is_none()) {
            let name = &polls.row(*lane).name;
            faults.push(format!("step {nth}: {name} polls others, and stands nowhere"));
        }
        faults.extend(goes_on(&polls, nth, file));
    }
    faults.extend(moved_without_a_step(&polls));
    faults
}

/// The lanes that are polled at two places in one poll of the lane around, which has no step in
/// between: then that one would be at the second place without having gone on.
fn moved_without_a_step(polls: &Polls<'_>) -> Vec<String> {
    let mut faults = vec![];
    for (lane, of_lane) in polls.of_lane.iter().enumerate() {
        for pair in of_lane.windows(2) {
            let [one, next] = [&pair[0], &pair[1]];
            let owners = [one, next].map(|poll| polls.row(lane).owner_at(poll.span.from));
            let [Some(outer), Some(of_next)] = owners else { continue };
            let is_in_one_poll = polls.begun(outer, one.first) == polls.begun(outer, next.first);
            if outer != of_next || !is_in_one_poll || one.span.polled_at == next.span.polled_at {
                continue;
            }
            if !polls.steps[one.last..next.first].iter().any(|step| step.lane == outer) {
                let names = [lane, outer].map(|lane| &polls.row(lane).name);
                faults.push(format!("step {}: {names:?}: polled at another place", next.first));
            }
        }
    }
    faults
}

/// Whether a lane runs an event loop at these places: a task of the loop is polled there, or
/// nothing is told of what is awaited there.
pub fn is_of_a_loop(places: &Places) -> bool {
    places.waits().iter().any(|wait| {
        wait.of_a_loop || wait.on.is_none() && wait.lane.is_none() && !wait.is_only_of_the_lane()
    })
}

/// The places at one of which a lane is after a step, and whether it has to be at one of them.
pub fn places<'e>(polls: &Polls<'e>, nth: usize, lane: LaneId) -> (Vec<&'e Places>, bool) {
    let letter = polls.letter(nth, lane);
    let Some(begun) = polls.begun(lane, nth) else {
        // A callback waits before its first poll, where it was put into a queue.
        return match polls.row(lane).spans.first() {
            Some(span) if "ld".contains(letter) => (vec![&span.places], letter == 'l'),
            _ => (vec![], false),
        };
    };
    let poll = &polls.of_lane[lane][begun];
    if "wdx".contains(letter) {
        return (vec![polls.stopped(lane, poll)], true);
    }
    if !"rbt".contains(letter) {
        return (vec![], false);
    }
    let mut inner = polled_in(polls, nth, lane);
    // A step ends where the next one begins. If time passes before that, the lane does something
    // else meanwhile.
    let at = polls.steps[nth].instant;
    let next = polls.steps.get(nth + 1);
    if polls.steps[nth].lane == lane && next.is_some_and(|next| next.instant == at) {
        inner = polled_in(polls, nth + 1, lane);
    }
    if let Some(inner) = inner {
        return (vec![&inner.span.polled_at], true);
    }
    let blocks = poll.span.blocks.iter().map(|block| &block.places).collect();
    (blocks, letter == 'b')
}

/// The poll directly inside that of a lane to which a step belongs.
fn polled_in<'p, 'e>(polls: &'p Polls<'e>, step: usize, lane: LaneId) -> Option<&'p Poll<'e>> {
    let mut inner = polls.steps[step].lane;
    for _ in 0..polls.of_lane.len() {
        let poll = &polls.of_lane[inner][polls.begun(inner, step)?];
        match polls.row(inner).owner_at(poll.span.from)? {
            outer if outer == lane => return Some(poll),
            outer => inner = outer,
        }
    }
    None
}

/// What is wrong with the line at which a lane goes on in the middle of its poll: it has polled
/// another lane there, or has blocked there.
fn goes_on(polls: &Polls<'_>, nth: usize, file: &str) -> Option<String> {
    let step = &polls.steps[nth];
    if !step.rest {
        return None;
    }
    let poll = &polls.of_lane[step.lane][polls.begun(step.lane, nth)?];
    let mut allowed = vec![];
    for block in &poll.span.blocks {
        allowed.extend(lines(&block.places, file));
    }
    for row in &polls.chart.rows {
        for span in &row.spans {
            if poll.span.from < span.from
                && span.to <= poll.span.to
                && row.owner_at(span.from) == Some(step.lane)
            {
                allowed.extend(lines(&span.polled_at, file));
            }
        }
    }
    for places in polls.of_the_coroutine(step.lane, nth - 1) {
        allowed.extend(lines(places, file));
    }
    // The poll of another lane has come to its end there, also if that lane waits again.
    let before = &polls.steps[nth - 1];
    let is_over = !"rbt".contains(polls.letter(nth - 1, before.lane));
    let has_to = match polled_in(polls, nth - 1, step.lane) {
        Some(inner) => is_over && !lines(&inner.span.polled_at, file).is_empty(),
        None => false,
    };
    let is_right = match step.resumed {
        Some(line) => allowed.contains(&line),
        None => !has_to,
    };
    if is_right {
        return None;
    }
    Some(format!("step {nth} goes on at {:?}, not at {allowed:?}", step.resumed))
}
