//! Order: what a lane does is told in the order in which it was recorded, each deed in the step in
//! which it was done, and none is left out.
//!
//! A recording numbers all that happens (`nth`), so the order is known also where several things
//! share a position. Here the sentences are read from the first step to the last, and each deed has
//! to have a higher number than the one that was told before it.
use super::{
    Explored,
    polls::{Polls, is_poll},
};
use async_concepts::timeline::{
    Chart, End, LaneId, LoopCall, LoopEnd, LoopTask, Position, Step, Turn, Until,
};
use std::collections::BTreeSet;

pub fn faults(explored: &Explored) -> Vec<String> {
    let polls = Polls::of(explored);
    let wakes = wakes(&explored.chart);
    let told = BTreeSet::new();
    let mut checker = Checker { polls: &polls, wakes, last: 0, told, faults: vec![] };
    for (nth, step) in polls.steps.iter().enumerate() {
        // Two threads do things at once. There the order is that of each step alone.
        if explored.chart.threads.len() > 1 {
            checker.last = 0;
        }
        checker.check(nth, step);
    }
    checker.check_completeness();
    checker.faults
}

/// What a sentence tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Makes,
    Wakes,
    /// It is a callback that was made before, and is put into the queue of its loop.
    Queues,
    /// It is woken to be given an error, or it is a callback that will not be called.
    Cancels,
    /// It is a callback that is removed from its future.
    Removes,
    Drops,
    /// A done callback of the loop's own library is put into the queue.
    QueuesCallback,
    /// The loop calls one.
    CallsCallback,
    /// The run of a loop is about to end, since `stop` is called.
    Stops,
    /// The run of a loop is about to end, since nothing is left that could wake it.
    FindsIdle,
    /// The runtime drops an aborted task.
    Aborted,
    /// The end of an aborted task wakes a lane.
    WokenByItsEnd,
}

/// The words with which a list of lanes begins.
const VERBS: [(&str, Verb); 10] = [
    ("Then the runtime drops ", Verb::Aborted),
    ("; this wakes ", Verb::WokenByItsEnd),
    ("makes the next ", Verb::Makes),
    ("makes ", Verb::Makes),
    ("wakes the loop of ", Verb::Wakes),
    ("wakes ", Verb::Wakes),
    ("queues ", Verb::Queues),
    ("cancels ", Verb::Cancels),
    ("removes ", Verb::Removes),
    ("drops ", Verb::Drops),
];

/// What is said of the end of a loop's run.
const ENDS_OF_LOOPS: [(&str, Verb); 3] = [
    ("stops its loop", Verb::Stops),
    ("stops the loop", Verb::Stops),
    ("finds that nothing is left to wait for", Verb::FindsIdle),
];

/// The words with which a list of done callbacks begins that the library of a loop has added.
const OF_CALLBACKS: [(&str, Verb); 2] =
    [("queues ", Verb::QueuesCallback), ("calls ", Verb::CallsCallback)];

/// A deed that a sentence tells.
#[derive(Clone, Copy, Debug)]
enum Told<'n> {
    /// Of the lines that the step prints the one of this index.
    Line(usize),
    /// Of a lane of this name, or, without a name, of one of several lanes that are only counted.
    Lane(Verb, Option<&'n str>),
}

struct Checker<'e> {
    polls: &'e Polls<'e>,
    wakes: Vec<Woke>,
    /// The number of the deed that was told last.
    last: usize,
    /// The numbers of all deeds that were told.
    told: BTreeSet<usize>,
    faults: Vec<String>,
}

impl<'e> Checker<'e> {
    fn chart(&self) -> &'e Chart {
        self.polls.chart
    }

    fn check(&mut self, nth: usize, step: &Step) {
        let lines = self.lines(step);
        let mut aborted = None;
        for told in self.told_in(step) {
            let numbers = match told {
                Told::Line(index) => vec![lines[index]],
                Told::Lane(verb, name) => self.numbers(step, verb, name),
            };
            // Of several tasks that are aborted, each wakes lanes by its end, and all of that is
            // told together.
            let after = match told {
                Told::Lane(Verb::WokenByItsEnd, _) => aborted.unwrap_or(self.last),
                _ => self.last,
            };
            // Of several deeds of this kind, the first that is possible: so no later one is
            // refused for it.
            let mut possible = numbers.iter();
            let number = possible.find(|nth| **nth > after && !self.told.contains(nth));
            if let Some(number) = number {
                self.last = self.last.max(*number);
                if let Told::Lane(Verb::Aborted, _) = told {
                    aborted.get_or_insert(*number);
                }
                self.told.insert(*number);
                self.check_letter(nth, step, told, *number);
            } else {
                let fault = format!("{told:?} is not in this place: it was event {numbers:?}");
                self.faults.push(format!("step {nth} “{}”: {fault}", step.sentence));
            }
        }
    }

    /// The letters of the lane that was made or dropped change in this very step.
    fn check_letter(&mut self, nth: usize, step: &Step, told: Told<'_>, number: usize) {
        for (lane, row) in self.chart().rows.iter().enumerate() {
            let before = nth.checked_sub(1).map_or('.', |nth| self.polls.letter(nth, lane));
            let after = self.polls.letter(nth, lane);
            let is_so = match told {
                Told::Lane(Verb::Makes, _) if row.made_nth == number => {
                    before == '.' && after != '.'
                }
                Told::Lane(Verb::Drops | Verb::Cancels | Verb::Removes | Verb::Aborted, _)
                    if row.ended_nth == number =>
                {
                    before != 'c' && after == 'c'
                }
                _ => continue,
            };
            if !is_so {
                let fault = format!("{} was {before} and is {after}", row.name);
                self.faults.push(format!("step {nth} “{}”: {fault}", step.sentence));
            }
        }
    }

    /// The numbers of the lines that a step prints, in its order.
    fn lines(&self, step: &Step) -> Vec<usize> {
        let mut numbers = vec![];
        for ((lane, text, _), at) in step.says.iter().zip(&step.said_at) {
            let said = self.chart().said.iter().find(|said| {
                let is_in_time = self.chart().time(said.at).as_nanos() as u64 == *at;
                let is_new = !self.told.contains(&said.nth) && !numbers.contains(&said.nth);
                said.lane == *lane && said.text == *text && is_in_time && is_new
            });
            numbers.push(said.expect("a line of the recording").nth);
        }
        numbers
    }

    /// The deeds that a sentence tells, in its order.
    fn told_in(&self, step: &Step) -> Vec<Told<'e>> {
        let mut told = vec![];
        let text = without_parentheses(&without_texts(step));
        let callbacks_at = |text| self.callbacks_at(text);
        let mut rest = &text[..];
        while !rest.is_empty() {
            // A line that is printed by another lane, which is neither dropped nor polled: its
            // place in the sentence says nothing of the order.
            if rest.starts_with("In this step ") || rest.starts_with("panics") {
                break;
            }
            if let Some((index, after)) = line_at(rest) {
                told.push(Told::Line(index));
                rest = after;
                continue;
            }
            let mut ends = ENDS_OF_LOOPS.iter();
            if let Some((words, verb)) = ends.find(|(words, _)| rest.starts_with(words)) {
                told.push(Told::Lane(*verb, None));
                rest = &rest[words.len()..];
                continue;
            }
            if let Some((callbacks, after)) = callbacks_at(rest) {
                told.extend(callbacks);
                rest = after;
                continue;
            }
            let verb = VERBS
                .iter()
                .find_map(|(words, verb)| rest.strip_prefix(words).map(|after| (*verb, after)));
            if let Some((verb, after)) = verb {
                rest = self.lanes_of(step, verb, after, &mut told);
                continue;
            }
            let next = rest.chars().next().expect("it is not empty");
            rest = &rest[next.len_utf8()..];
        }
        told
    }

    /// Reads a list of lanes, `A, B and C` or `5 lanes`, and returns what follows it.
    fn lanes_of<'t>(
        &self,
        step: &Step,
        verb: Verb,
        list: &'t str,
        told: &mut Vec<Told<'e>>,
    ) -> &'t str {
        let mut rest = list;
        if let Some((count, after)) = rest.split_once(" lanes")
            && let Ok(count) = count.parse()
        {
            told.extend(vec![Told::Lane(verb, None); count]);
            return after;
        }
        if let Some(after) = rest.strip_prefix("it: ") {
            told.push(Told::Lane(verb, Some(&self.polls.row(step.lane).name)));
            return after;
        }
        while let Some((name, after)) = self.lane_at(rest) {
            rest = after;
            // What it does when it is dropped comes before its end.
            for words in [" (which ", ", which was aborted (it "] {
                if let Some((does, after)) =
                    rest.strip_prefix(words).and_then(|does| does.split_once(')'))
                {
                    told.extend(lines_in(does));
                    if let Some((_, made)) = does.split_once("makes ") {
                        self.lanes_of(step, Verb::Makes, made, told);
                    }
                    rest = after;
                }
            }
            told.push(Told::Lane(verb, Some(name)));
            let next = rest.strip_prefix(", ").or_else(|| rest.strip_prefix(" and "));
            match next {
                Some(next) if self.lane_at(next).is_some() => rest = next,
                _ => break,
            }
        }
        rest
    }

    /// The done callbacks of a list with which a text begins, `calls a callback of gather()`, and
    /// what follows it; none if it begins with no such list.
    fn callbacks_at<'t>(&self, text: &'t str) -> Option<(Vec<Told<'e>>, &'t str)> {
        let mut told = vec![];
        let is_begun = OF_CALLBACKS.iter().find(|(words, _)| text.starts_with(words))?;
        let (words, verb) = is_begun;
        let mut rest = &text[words.len()..];
        while let Some((count, after)) = rest.split_once(" of ")
            && let Some((function, after)) = after.split_once("()")
        {
            let count = match count {
                "a callback" => 1,
                _ => count.strip_suffix(" callbacks").and_then(|count| count.parse().ok())?,
            };
            let mut known = self.chart().calls.iter().filter_map(|call| call.added_by.as_deref());
            let function = known.find(|known| *known == function)?;
            told.extend(vec![Told::Lane(*verb, Some(function)); count]);
            rest = after;
            let Some(next) = after.strip_prefix(", ").or(after.strip_prefix(" and ")) else {
                break;
            };
            if !next.starts_with("a callback of ") && !next.starts_with(char::is_numeric) {
                break;
            }
            rest = next;
        }
        if told.is_empty() { None } else { Some((told, rest)) }
    }

    /// The lane whose name a text begins with, and what follows the name.
    fn lane_at<'t>(&self, text: &'t str) -> Option<(&'e str, &'t str)> {
        let mut found: Option<&'e str> = None;
        for row in &self.chart().rows {
            let Some(after) = text.strip_prefix(&row.name) else { continue };
            let is_whole = !after.starts_with(char::is_alphanumeric);
            if is_whole && found.is_none_or(|found| found.len() < row.name.len()) {
                found = Some(&row.name);
            }
        }
        let name = found?;
        Some((name, &text[name.len()..]))
    }

    /// The numbers of the deeds that may be meant.
    fn numbers(&self, step: &Step, verb: Verb, name: Option<&str>) -> Vec<usize> {
        let mut numbers = vec![];
        let rows = || self.chart().rows.iter().enumerate();
        let is_named = |lane: LaneId| name.is_none_or(|name| self.polls.row(lane).name == name);
        match verb {
            Verb::Makes => {
                for (lane, row) in rows().filter(|(lane, _)| is_named(*lane)) {
                    if row.parent.is_some_and(|maker| self.is_by(maker, step.lane)) {
                        numbers.push(self.polls.row(lane).made_nth);
                    }
                }
            }
            Verb::Wakes | Verb::Cancels | Verb::WokenByItsEnd => {
                for Woke { by, lane, nth, cancels, .. } in &self.wakes {
                    let is_by_it = match verb {
                        Verb::WokenByItsEnd => is_aborted(self.chart(), *by),
                        _ => self.is_by(*by, step.lane) && *cancels == (verb == Verb::Cancels),
                    };
                    if is_by_it && is_named(*lane) {
                        numbers.push(*nth);
                    }
                }
                if verb == Verb::Wakes {
                    numbers.extend(self.queued(step, name, true));
                }
                if verb == Verb::Cancels {
                    numbers.extend(self.dropped(step, verb, name));
                }
            }
            Verb::Queues => numbers.extend(self.queued(step, name, false)),
            Verb::Stops | Verb::FindsIdle => {
                let end = if verb == Verb::Stops { LoopEnd::Stopped } else { LoopEnd::Idle };
                for (turn, by) in &self.chart().loop_ends {
                    if *by == end && self.is_by(turn.by, step.lane) {
                        numbers.push(turn.nth);
                    }
                }
            }
            Verb::QueuesCallback | Verb::CallsCallback => {
                for call in self.chart().calls.iter().filter(|call| call.added_by.is_some()) {
                    let turn = if verb == Verb::CallsCallback { call.over } else { call.queued };
                    if let Some(turn) = turn
                        && self.is_by(turn.by, step.lane)
                        && call.added_by.as_deref() == name
                    {
                        numbers.push(turn.nth);
                    }
                }
            }
            Verb::Removes | Verb::Drops => numbers.extend(self.dropped(step, verb, name)),
            Verb::Aborted => {
                for (lane, row) in rows().filter(|(lane, _)| is_named(*lane)) {
                    if is_aborted(self.chart(), lane) {
                        numbers.push(row.ended_nth);
                    }
                }
            }
        }
        numbers.sort_unstable();
        numbers
    }

    /// Where the lane of a step puts calls into the queue of a loop: steps of the coroutine that
    /// runs in the lane of the loop, or callbacks.
    fn queued(&self, step: &Step, name: Option<&str>, of_main: bool) -> Vec<usize> {
        let mut numbers = vec![];
        for call in &self.chart().calls {
            if let Some((lane, queued)) = queued_by_a_lane(call, of_main)
                && self.is_by(queued.by, step.lane)
                && name.is_none_or(|name| self.polls.row(lane).name == name)
            {
                numbers.push(queued.nth);
            }
        }
        numbers
    }

    /// The ends of lanes that the lane of a step drops: of callbacks that it calls off in this way,
    /// or of others.
    fn dropped(&self, step: &Step, verb: Verb, name: Option<&str>) -> Vec<usize> {
        let mut numbers = vec![];
        for row in &self.chart().rows {
            let of_row = match row.called_off {
                true if row.removed => Verb::Removes,
                true => Verb::Cancels,
                false => Verb::Drops,
            };
            if let End::Cancelled { by: Some(by), .. } = row.end.1
                && self.is_by(by, step.lane)
                && of_row == verb
                && name.is_none_or(|name| row.name == name)
            {
                numbers.push(row.ended_nth);
            }
        }
        numbers
    }

    /// Whether a deed of the lane `by` is one of `lane`: a lane that is being dropped does what it
    /// does in the poll of the one that drops it.
    fn is_by(&self, by: LaneId, lane: LaneId) -> bool {
        by == lane
            || match self.polls.row(by).end.1 {
                End::Cancelled { by: Some(next), .. } => self.is_by(next, lane),
                _ => false,
            }
    }

    /// Each line, each wake by a lane, each task that was made and each lane that was dropped is
    /// told in one of the steps, and so is each done callback of the loop's own library.
    fn check_completeness(&mut self) {
        let chart = self.chart();
        for (turn, by) in &chart.loop_ends {
            if is_polled(chart, turn.by, turn.at) && !self.told.contains(&turn.nth) {
                self.faults.push(format!("that a loop ends is not told: {by:?}"));
            }
        }
        for call in &chart.calls {
            let Some(function) = &call.added_by else { continue };
            for turn in [call.queued, call.over].into_iter().flatten() {
                if is_polled(chart, turn.by, turn.at) && !self.told.contains(&turn.nth) {
                    let fault = format!("a callback of {function} is not told of: {turn:?}");
                    self.faults.push(fault);
                }
            }
        }
        for (lane, row) in chart.rows.iter().enumerate() {
            if (is_a_task(self.polls, lane) || row.called_off)
                && row.parent.is_some_and(|maker| is_polled(chart, maker, row.begin()))
                && !self.told.contains(&row.made_nth)
            {
                self.faults.push(format!("it is not told that {} was made", row.name));
            }
        }
        for row in &chart.rows {
            let by_a_lane = match row.end.1 {
                End::Cancelled { by: Some(by), aborted: false } => is_polled(chart, by, row.end.0),
                End::Cancelled { aborted, .. } => aborted,
                _ => false,
            };
            if by_a_lane && !self.told.contains(&row.ended_nth) {
                self.faults.push(format!("it is not told that {} was dropped", row.name));
            }
        }
        for call in &chart.calls {
            for of_main in [true, false] {
                // A callback that is called soon is made and queued in one step.
                if let Some((lane, queued)) = queued_by_a_lane(call, of_main)
                    && is_polled(chart, queued.by, queued.at)
                    && !self.told.contains(&queued.nth)
                    && (of_main || chart.rows[lane].begin() < queued.at)
                {
                    let [by, lane] = [queued.by, lane].map(|lane| &chart.rows[lane].name);
                    self.faults
                        .push(format!("it is not told that {by} puts {lane} into the queue"));
                }
            }
        }
        for Woke { by, lane, nth, at, .. } in std::mem::take(&mut self.wakes) {
            // A lane that is aborted with it is dropped, and not polled for that wake. Of several
            // tasks that are aborted, the first wakes the lane that awaits them, and only that is
            // told.
            let mut spans = chart.rows[lane].spans.iter().filter_map(|span| span.woken);
            let is_first = spans.any(|woken| woken.nth == nth);
            // On the real clock another instant may begin between its end and the wake, and no step
            // may be there.
            let is_at_its_end = chart.rows[by].end.0.instant == at.instant;
            let is_by_aborted =
                is_aborted(chart, by) && !is_aborted(chart, lane) && is_first && is_at_its_end;
            if (is_polled(chart, by, at) || is_by_aborted) && !self.told.contains(&nth) {
                let [by, lane] = [by, lane].map(|lane| &chart.rows[lane].name);
                self.faults.push(format!("it is not told that {by} wakes {lane}, as event {nth}"));
            }
        }
    }
}

/// The lane of a call, and where it was put into the queue by what runs on the thread of the loop:
/// a step of the coroutine that runs in the lane of the loop, by another lane; or a callback.
fn queued_by_a_lane(call: &LoopCall, of_main: bool) -> Option<(LaneId, Turn)> {
    let (lane, queued, over) = (call.lane?, call.queued?, call.over?);
    let is_in_the_loop = lane == over.by;
    let is_so = match call.step_of {
        Some(LoopTask::Main) => of_main && is_in_the_loop && queued.by != lane,
        Some(LoopTask::Other) => false,
        None => !of_main && !is_in_the_loop,
    };
    if is_so && call.timer.is_none() && call.asked.is_none() { Some((lane, queued)) } else { None }
}

/// Whether a lane is a task, of the runtime, of a `LocalSet` or of an event loop. In each call of a
/// loop that polls the lane, the loop polls it and nothing before it.
fn is_a_task(polls: &Polls<'_>, lane: LaneId) -> bool {
    let row = polls.row(lane);
    let Some(first) = polls.of_lane[lane].first() else { return false };
    let Some(owner) = row.owner_at(first.span.from) else {
        // It may have been a part of the lane that made it, before it was moved.
        return row.owner_at(row.begin()).is_none();
    };
    let begins = |call: &&LoopCall| call.over.is_some_and(|over| over.at == first.span.from);
    let mut calls = polls.chart.calls.iter().filter(|call| call.lane == Some(lane));
    let by_the_loop = calls.find(begins).is_some_and(|call| {
        let known = call.timer.map(|timer| timer.set).or(call.asked).or(call.queued);
        let is_later = known.is_some_and(|known| known.nth > row.made_nth);
        is_later && call.over.is_some_and(|over| over.by == owner)
    });
    row.own_task || by_the_loop
}

/// That a lane wakes another one, for which that one is polled next.
struct Woke {
    by: LaneId,
    lane: LaneId,
    nth: usize,
    at: Position,
    /// The other lane is woken to be given an error.
    cancels: bool,
}

/// The wakes by lanes that run. A wake that an inner lane only passes on is none of its own.
fn wakes(chart: &Chart) -> Vec<Woke> {
    let mut wakes: Vec<Woke> = vec![];
    for (lane, row) in chart.rows.iter().enumerate() {
        for woken in row.spans.iter().filter_map(|span| span.woken) {
            if let Until::Lane(by) = woken.by
                && by != lane
                && !woken.passed_on
                && !wakes.iter().any(|wake| wake.nth == woken.nth)
            {
                wakes.push(Woke { by, lane, nth: woken.nth, at: woken.at, cancels: woken.cancels });
            }
        }
    }
    wakes.extend(wakes_by_tracked(chart));
    // Such as a second wake of a lane, which changes nothing.
    for wake in &chart.wakes {
        if !wake.passed_on && !wakes.iter().any(|other| other.nth == wake.nth) {
            wakes.push(Woke {
                by: wake.from,
                lane: wake.to,
                nth: wake.nth,
                at: wake.at,
                cancels: wake.cancels,
            });
        }
    }
    // A wake of a lane that has ended has no effect, and is not told.
    wakes.retain(|wake| wake.nth < chart.rows[wake.lane].ended_nth);
    wakes
}

/// The wakes of lanes that wait for the tasks of a tracker, each where a lane ends.
fn wakes_by_tracked(chart: &Chart) -> Vec<Woke> {
    let mut wakes: Vec<Woke> = vec![];
    for (lane, row) in chart.rows.iter().enumerate() {
        let mut waits_so = false;
        for span in &row.spans {
            if let Some(woken) = span.woken
                && woken.by == Until::Outside
                && waits_so
                && !wakes.iter().any(|wake| wake.nth == woken.nth)
                && let Some(by) = chart.rows.iter().position(|row| row.end.0 == woken.at)
            {
                wakes.push(Woke { by, lane, nth: woken.nth, at: woken.at, cancels: false });
            }
            let mut places = span.places.waits().iter().chain(span.stopped.waits());
            waits_so = places.any(|wait| wait.on.as_deref() == Some("TaskTracker::wait"));
        }
    }
    wakes
}

fn is_aborted(chart: &Chart, lane: LaneId) -> bool {
    matches!(chart.rows[lane].end.1, End::Cancelled { aborted: true, .. })
}

/// Whether a lane is polled, and not only dropped, up to a position.
fn is_polled(chart: &Chart, lane: LaneId, at: Position) -> bool {
    let mut polls = chart.rows[lane].spans.iter().filter(|span| is_poll(span));
    polls.any(|poll| poll.from < at && at <= poll.to)
}

/// The sentence of a step with an index instead of each line that is printed in it: a line could
/// contain any words.
pub fn without_texts(step: &Step) -> String {
    let mut text = step.sentence.clone();
    for (index, (_, line, _)) in step.says.iter().enumerate() {
        let nests = line.contains(['“', '”']);
        let quoted = if nests { format!("‘{line}’") } else { format!("“{line}”") };
        text = text.replacen(&quoted, &format!("{LINE}{index}”"), 1);
    }
    text
}

/// With what such an index begins: no line has a control character.
pub const LINE: &str = "“\u{1}";

/// The index of a line with which a text begins, and what follows it.
fn line_at(text: &str) -> Option<(usize, &str)> {
    let (index, after) = text.strip_prefix(LINE)?.split_once('”')?;
    Some((index.parse().expect("an index"), after))
}

/// The lines that a part of a sentence has.
fn lines_in(text: &str) -> Vec<Told<'static>> {
    let places = text.match_indices(LINE).map(|(place, _)| &text[place..]);
    places.filter_map(line_at).map(|(index, _)| Told::Line(index)).collect()
}

/// Without what is in parentheses, unless it is what a lane does when it is dropped.
pub fn without_parentheses(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(open) = rest.find(" (") {
        plain += &rest[..open];
        rest = &rest[open..];
        let mut depth = 0;
        let mut close = rest.len();
        for (place, letter) in rest.char_indices() {
            match letter {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                close = place + 1;
                break;
            }
        }
        if [" (which prints ", " (which makes ", " (it prints "]
            .iter()
            .any(|does| rest.starts_with(does))
        {
            plain += &rest[..close];
        }
        rest = &rest[close..];
    }
    plain + rest
}
