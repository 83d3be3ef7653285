//! Where a lane goes on that waited at several places: at the line at which it stood, if something
//! shows that it went on there.
use super::{
    Explored,
    lit::{file, line_in, lines},
    polls::{Poll, Polls},
};
use async_concepts::timeline::{Places, Step, Until, Wait};

/// The steps that do not light the line at which their lane stood before, although the lane has
/// gone on there.
pub fn faults(explored: &Explored) -> Vec<String> {
    let polls = Polls::of(explored);
    let source = &explored.run.tracks[0].file;
    let mut faults = vec![];
    let mut stands = vec![None; polls.of_lane.len()];
    for (nth, step) in polls.steps.iter().enumerate() {
        if let Some(stood) = stands[step.lane]
            && step.resumed != Some(stood)
            && let Some(why) = why_there(&polls, nth, stood, source)
        {
            let lit = step.resumed;
            faults.push(format!("step {nth} lights {lit:?}, and it went on at {stood}: {why}"));
        }
        if let Some(lit) = step.resumed
            && is_only_guessed(&polls, nth, lit, source)
        {
            faults.push(format!("step {nth} lights {lit}, and another timer may have fired"));
        }
        for (lane, line) in &step.stands {
            stands[*lane] = *line;
        }
    }
    faults
}

/// Whether a line is that of one timer of several, by one of which the lane of a step was woken,
/// while nothing is printed in the function of that line, and the lane does not pass it.
fn is_only_guessed(polls: &Polls<'_>, nth: usize, lit: u32, source: &str) -> bool {
    let step = &polls.steps[nth];
    if !may_be_another_timer(polls, nth, lit, source) {
        return false;
    }
    let lines = file(source);
    let function = |line: u32| lines[..line as usize].iter().rposition(|line| line.contains("fn "));
    let mut says = step.says.iter().filter(|(lane, _, _)| *lane == step.lane);
    !says.any(|(_, _, line)| line.is_some_and(|line| function(line) == function(lit)))
        && why_there(polls, nth, lit, source).is_none()
}

/// Whether the clock has woken the lane of a step, which waited for several timers then, and one of
/// these is not at this line of a file, nor inside an `.await` of that line.
pub fn may_be_another_timer(polls: &Polls<'_>, nth: usize, line: u32, source: &str) -> bool {
    let step = &polls.steps[nth];
    let Some(begun) = polls.begun(step.lane, nth).filter(|begun| *begun > 0) else { return false };
    let poll = &polls.of_lane[step.lane][begun];
    if step.rest || !poll.span.woken.is_some_and(|woken| woken.by == Until::Clock) {
        return false;
    }
    let before = polls.stopped(step.lane, &polls.of_lane[step.lane][begun - 1]);
    let mut timers = before.waits().iter().filter(|wait| wait.timer);
    let is_at = |wait: &Wait| {
        let mut places = wait.chain.iter().chain([&wait.place]);
        places.any(|place| place.file == source && place.line == line)
    };
    timers.any(|wait| !is_at(wait))
}

/// What shows that the lane of a step, which waited, went on at a line where it stood.
pub fn why_there(polls: &Polls<'_>, nth: usize, stood: u32, source: &str) -> Option<String> {
    let step = &polls.steps[nth];
    let begun = polls.begun(step.lane, nth)?;
    let poll = &polls.of_lane[step.lane][begun];
    if poll.first != nth || begun == 0 {
        return None;
    }
    let before = polls.stopped(step.lane, &polls.of_lane[step.lane][begun - 1]);
    let is_there = |wait: &&Wait| line_in(wait, source) == Some(stood);
    let there = before.waits().iter().find(is_there)?;
    let is_around = |wait: &&Wait| wait.place != there.place && there.chain.contains(&wait.place);
    // A `LocalSet` that was given a future polls it in each of its own polls.
    if before.waits().iter().filter(is_around).any(|wait| wait.on.as_deref() == Some("RunUntil")) {
        return Some("the future of a `LocalSet`".to_owned());
    }
    let old = lines_around(before, source);
    for line in reached(polls, poll, step, source) {
        if !old.contains(&line) && is_passed(&file(source), stood, line) {
            return Some(format!("it came to {line}"));
        }
    }
    for (lane, _, line) in &step.says {
        if let Some(line) = line
            && *lane == step.lane
            && comes_round(&file(source), stood, *line, &old)
        {
            return Some(format!("it came round to {line}"));
        }
    }
    None
}

/// Whether code that waited at a line comes round to another line of the loop around it: no other
/// line at which it waited is in that loop, nor one around these.
fn comes_round(lines: &[String], stood: u32, line: u32, waited: &[u32]) -> bool {
    let indent = |text: &String| text.len() - text.trim_start().len();
    let is_code = |text: &&String| !text.trim().is_empty();
    let Some(text) = lines.get(line as usize - 1) else { return false };
    let above = lines[..line as usize - 1].iter();
    let Some(head) =
        above.clone().rposition(|other| is_code(&other) && indent(other) < indent(text))
    else {
        return false;
    };
    let is_a_loop =
        ["for ", "while ", "loop "].iter().any(|word| lines[head].trim_start().starts_with(word));
    let body = lines[head + 1..].iter();
    let length =
        body.take_while(|text| !is_code(text) || indent(text) > indent(&lines[head])).count();
    let is_inside = |line: u32| (head + 2..head + 2 + length).contains(&(line as usize));
    is_a_loop && is_inside(stood) && waited.iter().all(|line| *line == stood || !is_inside(*line))
}

/// The lines to which a lane comes in a step: it prints there, or waits.
fn reached(polls: &Polls<'_>, poll: &Poll<'_>, step: &Step, source: &str) -> Vec<u32> {
    let mut reached = vec![];
    for (lane, _, line) in &step.says {
        if *lane == step.lane {
            reached.extend(*line);
        }
    }
    if "wdx".contains(polls.letter(poll.first, step.lane)) {
        reached.extend(lines_around(polls.stopped(step.lane, poll), source));
    }
    reached
}

/// The lines of a file at which a lane waits, and those around them.
fn lines_around(places: &Places, source: &str) -> Vec<u32> {
    let mut all = lines(places, source);
    for place in places.waits().iter().flat_map(|wait| &wait.chain) {
        if place.file == source {
            all.push(place.line);
        }
    }
    all
}

/// Whether code that comes to a line has passed another one: no bracket that is open there is
/// closed in between, and none is left open.
fn is_passed(lines: &[String], passed: u32, line: u32) -> bool {
    if line <= passed {
        return false;
    }
    let between = &lines[passed as usize - 1..line as usize - 1];
    let is_an_arm = between[0].contains("=>");
    // Otherwise it may be an argument, or the last expression of a block.
    let passed = between[0].split(" // ").next().unwrap_or_default().trim_end();
    let is_whole = passed.ends_with([';', '{']);
    let mut depth = if passed.ends_with('{') { 1 } else { 0 };
    for letter in between[1..].concat().chars() {
        match letter {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    is_whole && !is_an_arm && depth == 0
}
