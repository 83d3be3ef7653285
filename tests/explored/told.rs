//! Sentences: each cause, deed and state that a sentence tells of is one that was recorded.
use super::{
    Explored,
    awaited::is_named,
    coroutine::{
        ends_the_wait, is_of_the_coroutine, queues_the_coroutine, reason, stops_a_loop,
        untold_timers,
    },
    order::{LINE, without_parentheses, without_texts},
    polls::{Poll, Polls, Wake, is_poll},
    ready::runs_a_loop,
    timers::due,
};
use async_concepts::timeline::{
    Clock, Due, End, Hold, LaneId, LoopAwait, LoopCall, LoopTask, Place, Position, Registered,
    Span, State, Step, Until, Wait, human,
};
use std::{collections::BTreeSet, time::Duration};

pub fn faults(explored: &Explored) -> Vec<String> {
    let polls = Polls::of(explored);
    let mut faults = vec![];
    for of_lane in &polls.of_lane {
        for (which, poll) in of_lane.iter().enumerate() {
            for nth in poll.first..=poll.last {
                let step = &polls.steps[nth];
                if step.lane != polls.steps[poll.first].lane {
                    continue; // of a lane inside it
                }
                let of_step = OfStep { polls: &polls, nth, step, poll, which };
                if let Err(fault) = of_step.check() {
                    faults.push(format!("step {nth} “{}”: {fault}", step.sentence));
                }
            }
        }
    }
    faults.extend(errors_that_only_python_tells(explored));
    faults.extend(untold_timers(explored, &polls));
    faults
}

/// The lanes of an event loop of the program's own that raise an exception in Python and end well
/// in Rust. What tokio's tasks return is not seen.
fn errors_that_only_python_tells(explored: &Explored) -> Vec<String> {
    let [rust, python] = &explored.run.tracks[..] else { return vec![] };
    let (Some(here), Some(there)) = (rust.steps.last(), python.steps.last()) else {
        return vec![];
    };
    let mut faults = vec![];
    if explored.chart.calls.is_empty() {
        return faults;
    }
    for (lane, letters) in here.states.chars().zip(there.states.chars()).enumerate() {
        if letters == ('f', 'e') {
            let name = &explored.run.lanes[lane].name;
            faults.push(format!("{name} fails in Python, and in Rust it ends"));
        }
    }
    faults
}

/// A sentence and what it is about.
struct OfStep<'e> {
    polls: &'e Polls<'e>,
    nth: usize,
    step: &'e Step,
    poll: &'e Poll<'e>,
    /// Which of the polls of its lane it is.
    which: usize,
}

/// What is said of a lane in the middle of its poll.
const RUNS: [&str; 5] = [
    "calls what is in its queue",
    "and what else is in its queue",
    "polls lanes inside it",
    "keeps its thread",
    "moves the clock",
];

/// What is wrong, in words; nothing if all is well.
type Checked = Result<(), String>;

fn ensure(holds: bool, claim: &str) -> Checked {
    if holds { Ok(()) } else { Err(format!("it is not so: {claim}")) }
}

impl OfStep<'_> {
    fn check(&self) -> Checked {
        self.check_cause(&self.step.sentence)?;
        self.check_goes_on()?;
        let mut sentence = self.own_sentence()?;
        let thread = match sentence.rsplit_once(". ") {
            Some((_, last)) => last.strip_suffix(" polls it.").map(str::to_owned),
            None => None,
        };
        if let Some(thread) = &thread {
            sentence.truncate(sentence.len() - thread.len() - " polls it. ".len());
        }
        self.check_thread(thread)?;
        let panics = sentence.find("panics: ").or_else(|| sentence.find("panics in line "));
        let (told, panics) = match panics {
            Some(at) => (sentence[..at].to_owned(), true),
            None => (sentence.clone(), false),
        };
        self.check_error()?;
        self.check_panic()?;
        self.check_state(&told, panics)?;
        self.check_blocks(&told)?;
        self.check_polls(&told)?;
        self.check_woken_around()?;
        self.check_waits_for()?;
        self.check_later()
    }

    /// The sentence without what is printed, and without sentences on other lanes at its end. All
    /// that the step prints has to be in it: what its own lane prints in the sentence, and what
    /// another one prints beside the name of that one.
    fn own_sentence(&self) -> Result<String, String> {
        let text = without_texts(self.step);
        let others = ["Then the runtime drops ", "By now ", "In this step "];
        let own = match others.iter().filter_map(|words| text.find(words)).min() {
            Some(end) => text[..end].trim_end(),
            None => &text[..],
        };
        let tells_of_others = own != text || own.ends_with(" polls it.");
        ensure(self.step.tells_of_others == tells_of_others, "what it says of other lanes")?;
        let own = without_parentheses(own);
        for (index, (by, line, _)) in self.step.says.iter().enumerate() {
            let sign = format!("{LINE}{index}”");
            let is_told = if *by == self.step.lane {
                own.contains(&sign)
            } else {
                let before = text.split_once(&sign).map(|(before, _)| before.trim_end());
                let name = self.name(*by);
                let with_name = ["(which prints", ", which was aborted (it prints", " prints"];
                let end = |words| format!("{name} {words}").replace(" ,", ",").replace("  ", " ");
                before.is_some_and(|before| {
                    // Several lines are in one list.
                    let list = before.split(LINE).next().unwrap_or_default().trim_end();
                    with_name
                        .iter()
                        .any(|words| before.ends_with(&end(words)) || list.ends_with(&end(words)))
                })
            };
            ensure(is_told, &format!("that {} prints “{line}”", self.name(*by)))?;
        }
        Ok(own)
    }

    /// On which thread it ran, if that is said: it has to be where several threads poll tasks.
    fn check_thread(&self, told: Option<String>) -> Checked {
        let all = self.polls.of_lane.iter().enumerate();
        let mut threads: Vec<usize> = vec![];
        for (lane, of_lane) in all {
            threads.extend(of_lane.iter().filter_map(|poll| self.thread(lane, poll)));
        }
        threads.sort();
        threads.dedup();
        let is_told = threads.len() > 1 && !self.step.rest;
        let number = self.thread(self.step.lane, self.poll).filter(|_| is_told);
        let workers = self.polls.chart.workers;
        let name = number.map(|number| match number <= workers {
            true => format!("Worker {number}"),
            false => format!("Thread {}", number - workers + 1),
        });
        ensure(told == name, &format!("it is polled by {told:?}, not by {name:?}"))
    }

    /// The number of the thread, but the first, that polls a task in a poll.
    fn thread(&self, lane: LaneId, poll: &Poll<'_>) -> Option<usize> {
        let row = self.polls.row(lane);
        let at = poll.span.from;
        if row.own_thread || row.owner_at(at).is_some() {
            return None;
        }
        let has_it = |holds: &Vec<Hold>| {
            holds.iter().any(|hold| hold.lane == lane && hold.from <= at && at < hold.to)
        };
        self.polls.chart.threads.iter().position(has_it).filter(|number| *number > 0)
    }

    fn name(&self, lane: LaneId) -> &str {
        &self.polls.row(lane).name
    }

    /// Why it ran, as the beginning of the sentence says.
    fn check_cause(&self, sentence: &str) -> Checked {
        let Step { lane, rest, .. } = *self.step;
        let row = self.polls.row(lane);
        let before = self.poll.nth.checked_sub(1).map(|before| &row.spans[before]);
        let was_polled = before.is_some_and(|before| before.state != State::Lazy);
        if sentence.starts_with("begins") {
            return ensure(!rest && !was_polled, "it begins");
        }
        if sentence.starts_with("is asked for its next item") {
            // It may have been asked at once. Then it was not woken, and has not waited.
            let poll = self.poll.span;
            let at_once = poll.woken.is_none() && poll.state != State::RunningUnwoken;
            let between = before.is_some_and(|before| {
                before.state == State::BetweenItems || is_poll(before) && at_once
            });
            return ensure(!rest && between, "it was between two items");
        }
        let unwoken = self.poll.span.woken.is_none();
        if let Some(told) = sentence.strip_prefix("is polled once more (") {
            let Some((why, _)) = told.split_once(')') else { return Err("why?".into()) };
            return self.check_once_more(why);
        }
        if sentence.starts_with("is polled without a wake") {
            return ensure(!rest && unwoken, "it was not woken");
        }
        let Some(told) = sentence.strip_prefix("goes on") else {
            let on_thread = self.poll.span.state == State::OnThread;
            return ensure(rest && on_thread, "it has a thread of its own");
        };
        if told.starts_with(" as a task") || told.starts_with(" inside ") {
            let moved = row.polled_before.iter().any(|owner| owner.until == self.poll.span.from);
            let owner = row.owner_at(self.poll.span.from);
            let named = match owner {
                None => told.starts_with(" as a task"),
                Some(owner) => told.starts_with(&format!(" inside {}", self.name(owner))),
            };
            return ensure(!rest && unwoken && moved && named, "it was handed over");
        }
        if let Some(passed) = told.strip_prefix(" after ") {
            let mut called = if rest { self.ended_inside(true) } else { vec![] };
            let mut tasks = if rest { self.ended_inside(false) } else { vec![] };
            tasks.retain(|lane| self.is_called_here(*lane));
            called.extend(tasks);
            let is_called = called.iter().any(|lane| passed.starts_with(self.name(*lane)));
            return if is_called { Ok(()) } else { self.check_time_passed(passed) };
        }
        let Some((why, _)) = told.strip_prefix(" (").and_then(|told| told.split_once(')')) else {
            return ensure(rest, "a poll that is not the first has a cause");
        };
        if rest { self.check_cause_of_rest(why) } else { self.check_wake(why) }
    }

    /// That nothing has changed for it: it was woken for a lane that has run since, or it waits as
    /// it did before.
    fn check_once_more(&self, why: &str) -> Checked {
        let Some(woken) = self.poll.span.woken else { return Err("it was not woken".into()) };
        if let Some(name) = why.strip_suffix(" was woken, and has run since") {
            let Until::Lane(by) = woken.by else { return Err("no lane has woken it".into()) };
            let mut polls = self.polls.of_lane[by].iter();
            let has_run = polls.any(|poll| {
                woken.at <= poll.span.from && poll.first < self.nth && self.name(by) == name
            });
            return ensure(has_run, "it has run since");
        }
        self.check_wake(why)?;
        ensure(matches!(woken.by, Until::Lane(_)), "a lane has woken it")?;
        let own = without_parentheses(&without_texts(self.step));
        ensure(own.starts_with("is polled once more and waits"), "it does nothing but wait")?;
        ensure(self.changes_nothing(self.which), "it waits as before")?;
        ensure(self.is_proved_to_wait_on(), "it is proved that its wait is the same")
    }

    /// Whether the recording proves that a lane which waits at the same places after this poll has
    /// waited there all the time. Otherwise it may have gone on, and come there again.
    fn is_proved_to_wait_on(&self) -> bool {
        let Some(woken) = self.poll.span.woken else { return false };
        let Until::Lane(by) = woken.by else { return false };
        let places = self.polls.stopped(self.step.lane, self.poll);
        if places.waits().iter().any(|wait| wait.of_a_loop) {
            return false;
        }
        let is_kept = matches!(places.registered(), Some(Registered::Kept | Registered::Earlier));
        let has_only_timers = places.waits().iter().all(|wait| wait.timer);
        is_kept
            || by != self.step.lane
                && (has_only_timers || self.is_passed_on(by, woken.at, woken.nth))
    }

    /// Whether a lane was woken and has passed that on to the one that polls it, at a position. One
    /// that runs wakes the other by itself, also where it is inside that one: then no wake of its
    /// own is left for which it was not polled yet.
    fn is_passed_on(&self, by: LaneId, at: Position, nth: usize) -> bool {
        let inner = self.polls.row(by);
        let is_before = |span: &&Span| span.woken.is_some_and(|woken| woken.nth < nth);
        let Some(last) = inner.spans.iter().rfind(is_before) else { return false };
        let is_polled_for_it = is_poll(last) && last.from < at;
        inner.owner_at(at).is_some() && !is_polled_for_it
    }

    /// A poll of which it is proved that it changes nothing is no going on.
    fn check_goes_on(&self) -> Checked {
        let own = without_parentheses(&without_texts(self.step));
        let is_silent = own == "goes on and waits." && !self.step.rest;
        let is_once_more =
            is_silent && self.changes_nothing(self.which) && self.is_proved_to_wait_on();
        ensure(!is_once_more, "it goes on: nothing has changed for it")
    }

    /// Whether the lane waits after its poll of this number as it did before, and has done nothing
    /// in it.
    fn changes_nothing(&self, which: usize) -> bool {
        let Some(before) = which.checked_sub(1) else { return false };
        let of_lane = &self.polls.of_lane[self.step.lane];
        let places = |poll| -> Vec<_> {
            let mut there = vec![];
            for wait in self.polls.stopped(self.step.lane, poll).waits() {
                // In a set it is woken to poll the tasks, and does not wait for them.
                if wait.on.as_deref() != Some("RunUntil") {
                    there.push((&wait.place, &wait.on, wait.lane));
                }
            }
            there
        };
        let poll = &of_lane[which];
        // The end of a task for which it waits is no such poll: the lane takes its result.
        let waits = self.polls.stopped(self.step.lane, poll).waits();
        let joins =
            |wait: &Wait| matches!(wait.on.as_deref(), Some("JoinHandle" | "JoinSet::join_next"));
        if let Some(woken) = poll.span.woken
            && let Until::Lane(by) = woken.by
            && self.polls.row(by).end.0 <= woken.at
            && self.polls.row(by).polled_by != Some(self.step.lane)
            && waits.iter().any(joins)
        {
            return false;
        }
        let is_silent = self.polls.steps[poll.first].says.is_empty();
        is_silent && poll.first == poll.last && places(poll) == places(&of_lane[before])
    }

    /// What ends its wait: the first wake, unless the poll that answers it is told to change
    /// nothing. Before it come the lanes that were woken for such polls.
    fn wake_that_ends_the_wait(&self) -> (Vec<LaneId>, Option<Wake>) {
        let mut which = self.which;
        let mut before = vec![];
        loop {
            let Some(mut wake) = self.polls.wake_after(self.step.lane, which) else {
                return (before, None);
            };
            // A wake of a lane that is dropped in the same breath has no effect, unless it is the
            // request to cancel the lane.
            let row = self.polls.row(self.step.lane);
            if let (end, End::Cancelled { .. }) = row.end
                && let Until::Lane(_) = wake.woken.by
                && wake.polled.is_none()
                && end == wake.woken.at
            {
                let mut arrows = self.polls.chart.wakes.iter();
                let cancels = arrows
                    .any(|arrow| arrow.to == self.step.lane && arrow.at == end && arrow.cancels);
                if !cancels {
                    return (before, None);
                }
                wake.woken.cancels = true;
            }
            match (wake.woken.by, wake.polled) {
                (Until::Lane(by), Some(next))
                    if by != self.step.lane && self.is_once_more(next) =>
                {
                    which = next;
                    if !self.is_passed_on(by, wake.woken.at, wake.woken.nth) {
                        before.push(by);
                    }
                }
                _ => return (before, Some(wake)),
            }
        }
    }

    /// Whether the poll of this number is told to be one after which the lane waits as before.
    fn is_once_more(&self, which: usize) -> bool {
        let poll = &self.polls.of_lane[self.step.lane][which];
        let told = &self.polls.steps[poll.first].sentence;
        told.starts_with("is polled once more (")
            && self.changes_nothing(which)
            && !told.contains("and has run since)")
            && told.contains(" waits")
    }

    /// How long ago the lane did something last in this poll.
    fn check_time_passed(&self, told: &str) -> Checked {
        let at = |step: &Step| self.polls.time(step);
        let steps = &self.polls.steps[..self.nth];
        let before = steps.iter().rfind(|step| step.lane == self.step.lane);
        let Some(before) = before else { return Err("it has not run before".into()) };
        let polls_others = before.sentence.ends_with(" polls lanes inside it.");
        ensure(!polls_others, "another lane has had the thread since")?;
        let passed = human(Duration::from_nanos(at(self.step) - at(before)));
        ensure(told.starts_with(&passed), &format!("{passed} have passed"))
    }

    fn check_wake(&self, why: &str) -> Checked {
        let lane = self.step.lane;
        let Some(woken) = self.poll.span.woken else { return Err("it was not woken".into()) };
        let expected = match woken.by {
            Until::Clock => match self.first_timers(woken.at, false) {
                Some(lanes) if !lanes.contains(&lane) => {
                    return ensure(self.is_the_time_of(why, &lanes), "another timer is the first");
                }
                _ if queues_the_coroutine(self.polls, lane, self.poll.span) => {
                    "its coroutine's time has come".to_owned()
                }
                _ => "its time has come".to_owned(),
            },
            Until::Outside if let Some(task) = why.strip_suffix(" has ended") => {
                return ensure(self.ends_at(task, woken.at), "a task has ended right there");
            }
            Until::Outside => {
                ensure(!self.is_a_tracker_done(woken.at), "a task of its tracker has ended")?;
                "woken from outside".to_owned()
            }
            Until::Yield if self.runs_a_loop() => self.cause_of_the_coroutine(why),
            Until::Yield => "it had given way".to_owned(),
            Until::Lane(by) if by == lane && self.is_called(lane) => "it had given way".to_owned(),
            Until::Lane(by) if by == lane => "it has woken itself".to_owned(),
            Until::Lane(by) => {
                let name = self.name(by);
                let was_woken = self.is_passed_on(by, woken.at, woken.nth);
                let mut polls = self.polls.of_lane[by].iter();
                let has_run = |poll: &Poll<'_>| {
                    woken.at <= poll.span.from && poll.span.from < self.poll.span.from
                };
                let is_late = was_woken && polls.any(has_run);
                ensure(!is_late, &format!("{name} has not run since"))?;
                match was_woken {
                    true => format!("{name} was woken"),
                    false if woken.cancels => format!("cancelled by {name}"),
                    false => format!("woken by {name}"),
                }
            }
            Until::Unwoken | Until::Dropped | Until::RunOver => return Err("no wake".into()),
        };
        ensure(why == expected, &expected)
    }

    /// Whether its lane has waited in an event loop that it runs.
    fn runs_a_loop(&self) -> bool {
        let Some(before) = self.which.checked_sub(1) else { return false };
        let poll = &self.polls.of_lane[self.step.lane][before];
        let places = self.polls.stopped(self.step.lane, poll).waits();
        self.polls.has_a_loop()
            && places.iter().any(|wait| wait.of_a_loop || wait.lane.is_none() && wait.on.is_none())
    }

    /// Why an iteration of its loop begins: the first thing that the loop calls may be the
    /// coroutine that runs in its lane. In a poll that calls lanes first, `why` may be either.
    fn cause_of_the_coroutine(&self, why: &str) -> String {
        let iteration = "its loop begins an iteration".to_owned();
        let is_here = |call: &&LoopCall| {
            let Some(over) = call.over else { return false };
            let (first, last) = self.polls.happened(over);
            over.by == self.step.lane && first <= self.nth && self.nth <= last
        };
        let mut calls: Vec<&LoopCall> = self.polls.chart.calls.iter().filter(is_here).collect();
        calls.retain(|call| is_of_the_coroutine(call) || call.added_by.is_some());
        calls.sort_by_key(|call| call.over.map(|over| over.nth));
        let is_later = self.poll.first < self.poll.last && why == iteration;
        match calls.first() {
            Some(first) if is_of_the_coroutine(first) && !is_later => {
                reason(self.polls, first).map_or(iteration, |reason| reason.cause)
            }
            _ => iteration,
        }
    }

    /// Whether it has waited for the tasks of a tracker, and a lane ends at a position.
    fn is_a_tracker_done(&self, at: Position) -> bool {
        let Some(before) = self.which.checked_sub(1) else { return false };
        let before = &self.polls.of_lane[self.step.lane][before];
        let waits = self.polls.stopped(self.step.lane, before).waits();
        let is_on =
            waits.last().is_some_and(|wait| wait.on.as_deref() == Some("TaskTracker::wait"));
        is_on && self.polls.chart.rows.iter().any(|row| row.was_polled() && row.ends_at() == at)
    }

    /// Whether a lane of this name ends at a position.
    fn ends_at(&self, name: &str, at: Position) -> bool {
        self.polls.chart.rows.iter().any(|row| row.name == name && row.ends_at() == at)
    }

    /// The lanes of which the timers are the first to be due, of those that an event loop has in
    /// its list while this lane runs the loop and waits there until a position: after this poll, or
    /// before it. None if it runs no loop there, or one that tells of nothing.
    fn first_timers(&self, until: Position, after: bool) -> Option<Vec<LaneId>> {
        let which = if after { self.which } else { self.which.checked_sub(1)? };
        let poll = &self.polls.of_lane[self.step.lane][which];
        let places = self.polls.stopped(self.step.lane, poll).waits();
        // The place of a driver says nothing of what is awaited there, or is marked.
        if !places.iter().any(|wait| wait.of_a_loop || wait.on.is_none()) {
            return None;
        }
        let mut first: Option<Duration> = None;
        let mut lanes = vec![];
        for call in &self.polls.chart.calls {
            let (Some(lane), Some(timer)) = (call.lane, call.timer) else { continue };
            let over = [call.queued, call.over];
            let is_over = over.iter().flatten().any(|turn| turn.at < until);
            if timer.set.at > until || is_over {
                continue;
            }
            if first.is_none_or(|first| timer.due < first) {
                first = Some(timer.due);
                lanes.clear();
            }
            if first == Some(timer.due) {
                lanes.push(lane);
            }
        }
        if lanes.is_empty() { None } else { Some(lanes) }
    }

    /// Whether words say that the time of these lanes has come.
    fn is_the_time_of(&self, words: &str, lanes: &[LaneId]) -> bool {
        let Some(told) = words.strip_prefix("the time of ") else { return false };
        let Some(told) = told.strip_suffix(" has come") else { return false };
        let mut told: Vec<&str> = told.split(", ").flat_map(|part| part.split(" and ")).collect();
        let mut names: Vec<&str> = lanes.iter().map(|lane| self.name(*lane)).collect();
        told.sort_unstable();
        names.sort_unstable();
        names.dedup();
        told == names
    }

    /// The lanes that have ended since its last step: those that are callbacks of an event loop, or
    /// the others. A loop goes on when a callback has ended, but not for that reason.
    fn ended_inside(&self, callbacks: bool) -> Vec<LaneId> {
        let mut earlier = self.polls.steps[..self.nth].iter();
        let before = earlier.rposition(|step| step.lane == self.step.lane).expect("its poll");
        let mut ended = vec![];
        for lane in 0..self.polls.of_lane.len() {
            let row = self.polls.row(lane);
            let [was, is] = [before, self.nth - 1].map(|step| self.polls.letter(step, lane));
            let has_ended = was != is && Some(is) == row.end.1.mark().letter();
            // Only a callback has a place before its first poll.
            let is_callback = row.spans.first().is_some_and(|first| {
                first.state == State::Lazy && !first.places.waits().is_empty()
            });
            if has_ended && "fcep".contains(is) && is_callback == callbacks {
                ended.push(lane);
            }
        }
        ended
    }

    /// Whether the event loop that runs in the lane of this step has called another one.
    fn is_called_here(&self, lane: LaneId) -> bool {
        self.polls.chart.calls.iter().any(|call| {
            call.lane == Some(lane) && call.over.is_some_and(|over| over.by == self.step.lane)
        })
    }

    /// Whether an event loop that runs in another lane calls this one.
    fn is_called(&self, lane: LaneId) -> bool {
        self.polls.chart.calls.iter().any(|call| {
            let by = call.queued.and(call.over).map(|over| over.by);
            call.lane == Some(lane) && by.is_some_and(|by| by != lane)
        })
    }

    /// What ended inside it, or returned an item, since its last step.
    fn check_cause_of_rest(&self, why: &str) -> Checked {
        // A loop goes on when a task of it has ended, but not for that reason.
        let mut ended = self.ended_inside(false);
        ended.retain(|lane| !self.is_called_here(*lane));
        if let Some(by) = why.strip_prefix("woken by ") {
            let has_queued = self.polls.chart.calls.iter().any(|call| {
                let is_here = call.over.is_some_and(|over| {
                    let (first, last) = self.polls.happened(over);
                    over.by == self.step.lane && first <= self.nth && self.nth <= last
                });
                let is_by = call.queued.is_some_and(|queued| self.name(queued.by) == by);
                let is_of_it = call.step_of == Some(LoopTask::Main);
                let is_it = call.lane == Some(self.step.lane) && call.timer.is_none();
                is_it && is_of_it && is_here && is_by
            });
            return ensure(has_queued, &format!("{by} has woken its coroutine"));
        }
        if let Some(stream) = why.strip_suffix(" has returned an item") {
            let mut lanes = 0..self.polls.of_lane.len();
            let is_one = lanes.any(|lane| {
                self.polls.letter(self.nth - 1, lane) == 'i' && self.name(lane) == stream
            });
            return ensure(is_one, "it returned an item");
        }
        let names = why.strip_suffix(" has ended").or(why.strip_suffix(" have ended"));
        let Some(names) = names else { return Err(format!("what is “{why}”?")) };
        if let Some(count) = names.strip_suffix(" lanes") {
            return ensure(count == ended.len().to_string(), "that is how many have ended");
        }
        for name in names.split([',']).flat_map(|names| names.split(" and ")) {
            let has = ended.iter().any(|lane| self.name(*lane) == name.trim());
            ensure(has, &format!("{name} has ended"))?;
        }
        Ok(())
    }

    /// The error that it returns stands at the end of the sentence.
    fn check_error(&self) -> Checked {
        let row = self.polls.row(self.step.lane);
        let error = match &row.end.1 {
            End::Failed(error) if self.polls.letter(self.nth, self.step.lane) == 'e' => error,
            _ => return Ok(()),
        };
        let is_told = self.step.sentence.contains(&format!("fails ({error})."));
        ensure(is_told, &format!("it returns the error “{error}”"))
    }

    /// If it has panicked in code that the page shows, the sentence says in which line, and that
    /// line is lit.
    fn check_panic(&self) -> Checked {
        let row = self.polls.row(self.step.lane);
        let End::Panicked(message) = &row.end.1 else { return Ok(()) };
        if self.polls.letter(self.nth, self.step.lane) != 'p' {
            return Ok(());
        }
        let place = row.panicked_at.as_ref().filter(|place| place.file == self.polls.file);
        let line = place.map(|place| place.line);
        let told = match line {
            Some(line) => format!("panics in line {line}: {message}"),
            None => format!("panics: {message}"),
        };
        ensure(self.step.sentence.contains(&told), &told)?;
        ensure(self.step.stop == line, "the line in which it panics is lit")
    }

    /// What it does now, as the end of the sentence says: its letter says the same.
    fn check_state(&self, told: &str, panics: bool) -> Checked {
        let lane = self.step.lane;
        let letter = self.polls.letter(self.nth, lane);
        let next = self.polls.of_lane[lane].get(self.which + 1);
        let woken = self.polls.wake_after(lane, self.which);
        let by = woken.map(|wake| wake.woken.by);
        let says = |end: &str| told.contains(end);
        let expected = if panics {
            "p"
        } else if says("is left unfinished") {
            "u"
        } else if says("is cancelled") {
            "c"
        } else if says("fails") {
            "e"
        } else if says("blocks the thread") {
            "b"
        } else if says("stays on its thread") {
            "t"
        } else if RUNS.iter().any(|words| says(words)) {
            "r"
        } else if says("returns an item") {
            ensure(next.is_none_or(|next| !next.span.state.eq(&State::RunningUnwoken)), "an item")?;
            "i"
        } else if says("ends its coroutine") {
            let is_over = |awaits: &LoopAwait| {
                let (first, last) = self.polls.happened(awaits.from);
                awaits.over && awaits.from.by == lane && first <= self.nth && self.nth <= last
            };
            ensure(self.polls.chart.awaits.iter().any(is_over), "its coroutine is over")?;
            "dw"
        } else if says("gives way") && self.is_called(lane) && by == Some(Until::Lane(lane)) {
            "d" // it is in the queue of its loop
        } else if says("starts its loop") {
            ensure(self.starts_its_loop(), "the loop begins here, and was not run before")?;
            "dw"
        } else if says("gives way") || says("ends its loop's iteration") {
            ensure(by == Some(Until::Yield), "the runtime wakes it")?;
            let goes_on = says("gives way") || !self.starts_its_loop();
            ensure(goes_on, "the loop was run before")?;
            "dw"
        } else if says("wakes itself") {
            let by_itself = by == Some(Until::Lane(lane)) && !self.is_called(lane);
            ensure(by_itself, "it has woken itself, and is in the queue of no loop")?;
            "d"
        } else if says("and is woken at once") {
            ensure(by.is_some(), "it was woken")?;
            let is_exact = self.polls.chart.clock == Clock::Paused;
            ensure(is_exact, "on the real clock no wake comes at the very end of a poll")?;
            ensure(!self.is_woken_in_its_poll(), "its poll was over")?;
            "d"
        } else if says("and was woken in this poll") {
            ensure(self.is_woken_in_its_poll(), "its poll was not over")?;
            "d"
        } else if self.step.sentence.contains("Then the runtime drops it:") {
            ensure(says("waits"), "its poll has ended as any other")?;
            "c"
        } else if says("waits") {
            let is_silent = told.ends_with(" waits.") && runs_a_loop(self.polls, lane);
            ensure(!is_silent || !self.starts_its_loop(), "it has come to its loop before")?;
            // The end of a task that is aborted after this poll may wake it.
            let by_aborted = match by {
                Some(Until::Lane(by)) => {
                    matches!(self.polls.row(by).end.1, End::Cancelled { aborted: true, .. })
                }
                _ => false,
            };
            if by_aborted { "wd" } else { "w" }
        } else if says("ends") {
            "f"
        } else {
            return Err(format!("what it does now is not told: {letter}"));
        };
        let next = self.polls.steps.get(self.nth + 1);
        let calls = next.is_some_and(|next| next.lane != lane && self.is_called_here(next.lane));
        let is_told = says("calls what is in its queue") || says("and what else is in its queue");
        let polls_others = says("polls lanes inside it") || is_told;
        ensure(!polls_others || is_told == calls, "an event loop calls, and polls nothing else")?;
        ensure(expected.contains(letter), &format!("it is {letter}"))
    }

    /// Whether it was woken before its poll was over.
    fn is_woken_in_its_poll(&self) -> bool {
        let poll = &self.polls.of_lane[self.step.lane][self.which];
        let wake = self.polls.wake_after(self.step.lane, self.which);
        wake.is_some_and(|wake| wake.woken.nth < poll.span.ended_nth)
    }

    /// Whether it has come in this poll to the loop that it runs: it was not there before, or
    /// begins to run it once more.
    fn starts_its_loop(&self) -> bool {
        let mut in_a_run = false;
        for awaits in &self.polls.chart.awaits {
            if awaits.from.by != self.step.lane {
                continue;
            }
            let (first, last) = self.polls.happened(awaits.from);
            if awaits.in_a_run && !in_a_run && first <= self.nth && self.nth <= last {
                return true;
            }
            in_a_run = awaits.in_a_run;
        }
        let before = self.which.checked_sub(1);
        before.is_none_or(|before| self.place_after(before) != self.place_after(self.which))
    }

    /// The last place at which it waits after its poll of this number.
    fn place_after(&self, which: usize) -> Option<&Place> {
        let lane = self.step.lane;
        let waits = self.polls.stopped(lane, &self.polls.of_lane[lane][which]).waits();
        waits.last().map(|wait| &wait.place)
    }

    /// What will end its wait. That is told of each lane that waits and has not given way.
    fn check_later(&self) -> Checked {
        let lane = self.step.lane;
        if let Some(call) = ends_the_wait(self.polls, lane, self.nth)
            && let Some(reason) = reason(self.polls, call)
            && let Some(queued) = call.queued
            && !stops_a_loop(call) // until then the lane runs the loop
            && let Some(until) = reason.until
        {
            let is_to_come = self.nth < self.polls.happened(queued).0;
            if is_to_come && self.polls.letter(self.nth, lane) == 'w' {
                let made = call.over.map_or(self.nth, |over| self.polls.happened(over).0);
                let before = &self.polls.steps[self.nth + 1..made.max(self.nth + 1)];
                let goes_on = before.iter().any(|step| step.lane == lane);
                let is_told = self.step.later_of_coroutine;
                ensure(is_told == goes_on, "it is its coroutine that waits")?;
                let told = self.step.later.as_deref().and_then(|told| told.strip_prefix("until "));
                return ensure(told == Some(&until), &format!("it goes on when {until}"));
            }
        }
        let Some(later) = &self.step.later else {
            let next = self.polls.wake_after(lane, self.which);
            let gives_way = next.is_some_and(|wake| wake.woken.by == Until::Yield);
            let waits = self.polls.letter(self.nth, lane) == 'w' && !gives_way;
            return ensure(!waits, "nothing is known of the end of its wait");
        };
        let row = self.polls.row(lane);
        let (before, wake) = self.wake_that_ends_the_wait();
        let by = wake.as_ref().map(|wake| wake.woken.by);
        let lane_by = match by {
            Some(Until::Lane(by)) if by != lane => self.name(by),
            _ => "",
        };
        match later.strip_prefix("until ") {
            Some(until) if let Some(after) = until.strip_prefix(&format!("{lane_by} wakes it")) => {
                ensure(self.are_named(after, before), "it goes on only for this wake")?;
                ensure(wake.is_some_and(|wake| !wake.woken.cancels), "it does not cancel it")
            }
            Some(until) if until == format!("{lane_by} cancels it") => {
                ensure(wake.is_some_and(|wake| wake.woken.cancels), "it cancels it")
            }
            Some(until) if until == format!("{lane_by} is woken") => Ok(()),
            Some("it wakes itself") => ensure(by == Some(Until::Lane(lane)), "it wakes itself"),
            Some(until) if let Some(task) = until.strip_suffix(" has ended") => {
                let Some(wake) = wake else { return Err("no wake ends its wait".into()) };
                let is_outside = wake.woken.by == Until::Outside;
                ensure(is_outside && self.ends_at(task, wake.woken.at), "a task ends right there")
            }
            Some("it is woken from outside") => {
                let is_answered = wake.is_some_and(|wake| wake.polled.is_some());
                let is_dropped = matches!(row.end.1, End::Cancelled { .. });
                let is_the_end = is_answered || !is_dropped;
                ensure(by == Some(Until::Outside) && is_the_end, "it is woken from outside")
            }
            Some("it is polled without a wake") => {
                let next = self.polls.of_lane[lane].get(self.which + 1);
                let unwoken = next.is_some_and(|next| next.span.woken.is_none());
                ensure(unwoken, "its next poll comes without a wake")
            }
            Some("it is dropped") => {
                let end = matches!(row.end.1, End::Cancelled { .. });
                // A wake from outside for which it is not polled changes nothing.
                let is_woken = wake
                    .is_some_and(|wake| wake.polled.is_some() || wake.woken.by != Until::Outside);
                ensure(!is_woken && end, "it is dropped")
            }
            Some("the run is over") => {
                ensure(wake.is_none() && row.end.1 == End::Unfinished, "it is over")
            }
            Some(time) => {
                let Some(wake) = wake else { return Err("no wake ends its wait".into()) };
                if let Some(lanes) = self.first_timers(wake.woken.at, true)
                    && wake.is_by_the_clock()
                    && !lanes.contains(&lane)
                {
                    return ensure(self.is_the_time_of(time, &lanes), "another timer is the first");
                }
                let due = match due(self.polls, lane, wake.woken) {
                    Some(Due::At(time)) => human(time),
                    Some(Due::By(time)) => {
                        format!("{}, when the thread is free again", human(time))
                    }
                    Some(Due::AtLatest(time)) => format!("its time has come, by {}", human(time)),
                    Some(Due::NotKnown) | None => "its time has come".into(),
                };
                ensure(wake.is_by_the_clock() && due == time, &format!("it is due at {due}"))
            }
            None => Err(format!("what is “{later}”?")),
        }
    }

    /// Whether it is said that it goes on only after other lanes have woken it, and after which.
    fn are_named(&self, told: &str, mut lanes: Vec<LaneId>) -> bool {
        let Some(told) = told.strip_prefix(", after ") else {
            return told.is_empty() && lanes.is_empty();
        };
        lanes.sort_unstable();
        lanes.dedup();
        let names: Vec<&str> = lanes.iter().map(|lane| self.name(*lane)).collect();
        match told.strip_suffix(" lanes") {
            Some(count) => count == names.len().to_string(),
            None => {
                told.replace(" and ", ", ").split(", ").collect::<BTreeSet<_>>()
                    == names.into_iter().collect()
            }
        }
    }

    /// A lane around it that has woken itself in the poll that this step ends: that is said here,
    /// since it has no step of its own.
    fn check_woken_around(&self) -> Checked {
        for lane in 0..self.polls.of_lane.len() {
            let was = self.nth.checked_sub(1).map(|before| self.polls.letter(before, lane));
            let turns_ready = was == Some('r') && self.polls.letter(self.nth, lane) == 'd';
            let next = self.polls.next(lane, self.nth).and_then(|poll| poll.span.woken);
            let by_itself = next.is_some_and(|woken| woken.by == Until::Lane(lane));
            let words = format!("By now {} has woken itself,", self.name(lane));
            let is_told = self.step.sentence.contains(&words);
            let expected = lane != self.step.lane && turns_ready && by_itself;
            ensure(is_told == expected, &words)?;
        }
        Ok(())
    }

    /// For how long it blocks its thread: that is the time until its next step, as far as time
    /// passes.
    fn check_blocks(&self, told: &str) -> Checked {
        let later = &self.polls.steps[self.nth + 1..];
        let next = later.iter().find(|step| step.lane == self.step.lane && step.rest);
        let passed = match next {
            Some(next) if told.contains("blocks the thread") => {
                self.polls.time(next) - self.polls.time(self.step)
            }
            _ => 0,
        };
        let expected = if passed == 0 { None } else { Some(human(Duration::from_nanos(passed))) };
        ensure(self.step.blocks == expected, &format!("it blocks for {expected:?}"))
    }

    /// Which lanes it polls inside it: those that have a step before its own next one, and none
    /// else around them.
    fn check_polls(&self, told: &str) -> Checked {
        let mut polled: Vec<LaneId> = vec![];
        for step in &self.polls.steps[self.nth + 1..] {
            if step.lane == self.step.lane {
                break; // it goes on by itself, or is polled once more
            }
            if step.around.last() == Some(&self.step.lane) && !polled.contains(&step.lane) {
                polled.push(step.lane);
            }
        }
        let names: Vec<&str> = polled.iter().map(|lane| self.name(*lane)).collect();
        let is_counted =
            names.len() > 4 || names.iter().collect::<BTreeSet<_>>().len() < names.len();
        let expected = match told.contains("polls lanes inside it") {
            true if is_counted => Some(format!("{} lanes", names.len())),
            true => Some(names.join(", then ")),
            false => None,
        };
        ensure(self.step.polls == expected, &format!("it polls {expected:?}"))
    }

    /// For what it waits: all that is known of it is named, and what is not seen to be so still is
    /// called that.
    fn check_waits_for(&self) -> Checked {
        let lane = self.step.lane;
        let Some((_, named)) = self.step.sentence.split_once(" waits (") else { return Ok(()) };
        let places = self.polls.stopped(lane, self.poll);
        let is_a_set = |on: &str| on.starts_with("Futures") || on == "RunUntil";
        let mut has_a_set = false;
        let mut names_a_lane = false;
        for wait in places.waits() {
            match (&wait.on, wait.lane) {
                (_, Some(_)) if wait.of_a_loop => {}
                (_, Some(other)) => {
                    names_a_lane = true;
                    let is_alive = "wdrx".contains(self.polls.letter(self.nth, other));
                    let is_named = named.contains(self.name(other)) || named.contains(" lanes");
                    ensure(!is_alive || is_named, &format!("{} is not named", self.name(other)))?;
                }
                (Some(on), None) if is_a_set(on) => has_a_set |= on.starts_with("Futures"),
                (Some(on), None) => {
                    let is_named = is_named(named, wait, places, self.polls.file);
                    ensure(is_named, &format!("{on} is named as the source does"))?;
                }
                (None, None) => {}
            }
        }
        let may_have_gone_on = places.registered() == Some(Registered::OrAfter)
            || places.waits().iter().any(|wait| wait.or_after);
        let is_seen = !named.starts_with("not seen for what; last seen: ");
        let is_unsure = may_have_gone_on && (has_a_set || !names_a_lane);
        ensure(is_seen != is_unsure, "it is said whether it is seen still to wait there")
    }
}
