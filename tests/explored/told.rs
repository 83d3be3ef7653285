//! Sentences: each cause, deed and state that a sentence tells of is one that was recorded.
use super::{
    Explored,
    polls::{Poll, Polls, is_poll},
};
use async_concepts::timeline::{End, LaneId, State, Step, Until, human};
use std::time::Duration;

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

/// What is wrong, in words; nothing if all is well.
type Checked = Result<(), String>;

fn ensure(holds: bool, claim: &str) -> Checked {
    if holds { Ok(()) } else { Err(format!("it is not so: {claim}")) }
}

impl OfStep<'_> {
    fn check(&self) -> Checked {
        let sentence = self.without_prints()?;
        self.check_cause(&sentence)?;
        let (told, panics) = match sentence.split_once("panics: ") {
            Some((before, _)) => (before.to_owned(), true),
            None => (sentence.clone(), false),
        };
        let told = without_parentheses(&told);
        self.check_deeds(&told)?;
        self.check_state(&told, panics)?;
        self.check_later()
    }

    /// The sentence without what is printed, which may be any text. What it says there is what the
    /// step prints as its own lane.
    fn without_prints(&self) -> Result<String, String> {
        let mut lines = vec![];
        let mut others = String::new();
        for (by, text, _) in &self.step.says {
            if *by == self.step.lane {
                lines.push(format!("“{text}”"));
            } else {
                others += &format!(" In this step {} prints “{text}”.", self.name(*by));
            }
        }
        let Some(sentence) = self.step.sentence.strip_suffix(&others) else {
            return Err(format!("it does not end with{others}"));
        };
        let Some((last, others)) = lines.split_last() else {
            ensure(!sentence.contains("prints “"), "it prints a line")?;
            return Ok(sentence.to_owned());
        };
        let mut prints = String::from("prints ");
        if !others.is_empty() {
            prints += &format!("{} and ", others.join(", "));
        }
        prints += last;
        match sentence.split_once(&prints) {
            Some((before, after)) => Ok(format!("{before}{after}")),
            None => Err(format!("it is not said that it {prints}")),
        }
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
        let unwoken = self.poll.span.state == State::RunningUnwoken;
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
            return self.check_time_passed(passed);
        }
        let Some((why, _)) = told.strip_prefix(" (").and_then(|told| told.split_once(')')) else {
            return ensure(rest || self.poll.span.woken.is_none(), "no cause is known");
        };
        if rest { self.check_cause_of_rest(why) } else { self.check_wake(why) }
    }

    /// How long ago the lane did something last in this poll.
    fn check_time_passed(&self, told: &str) -> Checked {
        let at = |step: &Step| self.polls.time(step);
        let steps = &self.polls.steps[..self.nth];
        let before = steps.iter().rfind(|step| step.lane == self.step.lane);
        let Some(before) = before else { return Err("it has not run before".into()) };
        let passed = human(Duration::from_nanos(at(self.step) - at(before)));
        ensure(told.starts_with(&passed), &format!("{passed} have passed"))
    }

    fn check_wake(&self, why: &str) -> Checked {
        let lane = self.step.lane;
        let Some(woken) = self.poll.span.woken else { return Err("it was not woken".into()) };
        let expected = match woken.by {
            Until::Clock => "its time has come".to_owned(),
            Until::Outside => "woken from outside".to_owned(),
            Until::Yield if why == "its loop's next iteration" => why.to_owned(),
            Until::Yield => "it had given way".to_owned(),
            Until::Lane(by) if by == lane => "it has woken itself".to_owned(),
            Until::Lane(by) => {
                let name = self.name(by);
                // A lane that was woken passes that on to the one that polls it. One that runs
                // wakes the other by itself, also where it is inside that one.
                let inner = self.polls.row(by);
                let is_inside = inner.owner_at(woken.at).is_some();
                let mut wakes = inner.spans.iter().filter_map(|span| span.woken);
                let was_woken = is_inside && wakes.any(|wake| wake.at == woken.at);
                if was_woken { format!("{name} was woken") } else { format!("woken by {name}") }
            }
            Until::Unwoken | Until::Dropped | Until::RunOver => return Err("no wake".into()),
        };
        ensure(why == expected, &expected)
    }

    /// What ended inside it, or returned an item, since its last step.
    fn check_cause_of_rest(&self, why: &str) -> Checked {
        let mut earlier = self.polls.steps[..self.nth].iter();
        let before = earlier.rposition(|step| step.lane == self.step.lane).expect("its poll");
        let mut ended = vec![];
        let mut items = vec![];
        for lane in 0..self.polls.of_lane.len() {
            let [was, is] = [before, self.nth - 1].map(|step| self.polls.letter(step, lane));
            let end = self.polls.row(lane).end.1.mark().letter();
            if was != is && Some(is) == end && "fcp".contains(is) {
                ended.push(lane);
            }
            if is == 'i' {
                items.push(lane);
            }
        }
        if let Some(stream) = why.strip_suffix(" has returned an item") {
            let is_one = items.iter().any(|lane| self.name(*lane) == stream);
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

    /// What it did: each lane that is named was made, woken, dropped or aborted in this step.
    fn check_deeds(&self, told: &str) -> Checked {
        let chart = self.polls.chart;
        let at = self.polls.time(self.step);
        let rows = || chart.rows.iter().enumerate();
        for name in named(told, "makes ") {
            let made = rows().any(|(lane, row)| {
                let is_there = self.polls.letter(self.nth, lane) != '.';
                row.name == name && self.before(lane) == '.' && is_there
            });
            ensure(made, &format!("{name} was made"))?;
        }
        for name in named(told, "wakes ") {
            let woken = chart.wakes.iter().any(|wake| {
                let time = chart.time(wake.at).as_nanos() as u64;
                let to = &chart.rows[wake.to].name;
                wake.from == self.step.lane && to == name && time >= at
            });
            ensure(woken || name == "itself", &format!("{name} was woken"))?;
        }
        for name in named(told, "drops ") {
            let dropped = rows().any(|(lane, row)| {
                let by = match row.end.1 {
                    End::Cancelled { by, .. } => by,
                    _ => None,
                };
                let is_by_it = by == Some(self.step.lane);
                row.name == name && is_by_it && self.polls.letter(self.nth, lane) == 'c'
            });
            ensure(dropped, &format!("{name} was dropped"))?;
        }
        Ok(())
    }

    /// The letter of a lane before this step.
    fn before(&self, lane: LaneId) -> char {
        match self.nth.checked_sub(1) {
            Some(before) => self.polls.letter(before, lane),
            None => '.',
        }
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
        } else if says("keeps the thread") {
            "b"
        } else if says("keeps its thread") {
            "t"
        } else if says("polls the lanes inside it") || says("runs on") || says("moves the clock") {
            "r"
        } else if says("returns an item") {
            ensure(next.is_none_or(|next| !next.span.state.eq(&State::RunningUnwoken)), "an item")?;
            "i"
        } else if says("gives way") || says("ends the iteration") || says("starts its loop") {
            ensure(by == Some(Until::Yield), "the runtime wakes it")?;
            "dw"
        } else if says("wakes itself") {
            ensure(by == Some(Until::Lane(lane)), "it has woken itself")?;
            "d"
        } else if says("but was woken meanwhile") {
            ensure(by.is_some(), "it was woken")?;
            "d"
        } else if says("waits") {
            "w"
        } else if says("ends") {
            "f"
        } else {
            return Err(format!("what it does now is not told: {letter}"));
        };
        ensure(expected.contains(letter), &format!("it is {letter}"))
    }

    /// What will end its wait.
    fn check_later(&self) -> Checked {
        let Some(later) = &self.step.later else { return Ok(()) };
        let lane = self.step.lane;
        let row = self.polls.row(lane);
        let wake = self.polls.wake_after(lane, self.which);
        let by = wake.as_ref().map(|wake| wake.woken.by);
        let lane_by = match by {
            Some(Until::Lane(by)) => self.name(by),
            _ => "",
        };
        match later.strip_prefix("until ") {
            Some(until) if until == format!("{lane_by} wakes it") => Ok(()),
            Some(until) if until == format!("{lane_by} is woken") => Ok(()),
            Some("it is dropped") => {
                let end = matches!(row.end.1, End::Cancelled { .. });
                ensure(wake.is_none() && end, "it is dropped")
            }
            Some("the run is over") => {
                ensure(wake.is_none() && row.end.1 == End::Unfinished, "it is over")
            }
            Some(time) => {
                let Some(wake) = wake else { return Err("no wake ends its wait".into()) };
                let mut due = human(self.polls.chart.time(wake.woken.at));
                if self.polls.is_busy_until(wake.woken.at) {
                    due += ", when the thread is free again";
                }
                ensure(wake.is_by_the_clock() && due == time, &format!("it is due at {due}"))
            }
            None => Err(format!("what is “{later}”?")),
        }
    }
}

/// The lanes that a sentence names after a verb.
fn named<'t>(told: &'t str, verb: &str) -> Vec<&'t str> {
    let mut names = vec![];
    let Some((_, after)) = told.split_once(verb) else { return names };
    for part in after.trim_end_matches('.').split(", ").flat_map(|part| part.split(" and ")) {
        let is_a_verb = [
            "waits", "ends", "gives", "starts ", "wakes ", "drops ", "polls ", "is ", "runs ",
            "keeps", "returns", "but ",
        ];
        if is_a_verb.iter().any(|verb| part.starts_with(verb)) {
            break;
        }
        let count = part
            .split_once(' ')
            .is_some_and(|(count, lanes)| lanes == "lanes" && count.parse::<usize>().is_ok());
        if !count && !part.is_empty() {
            names.push(part.trim());
        }
    }
    names
}

fn without_parentheses(told: &str) -> String {
    let mut depth = 0;
    let mut plain = String::new();
    for letter in told.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    plain
}
