//! What only the column of Python has: tasks without a name of their own, which the page draws in
//! the row of the lane that has made them. The page has to say each time that it is not the lane
//! itself that runs, is ready or is woken. And callbacks that the loop never calls.
use super::Explored;
use async_concepts::timeline::{LaneId, Step, SteppedRun};

pub fn faults(explored: &Explored) -> Vec<String> {
    let [_, python] = &explored.run.tracks[..] else { return vec![] };
    let mut faults = vec![];
    for nth in 0..python.steps.len() {
        let of_step = OfStep { run: &explored.run, steps: &python.steps, nth };
        for fault in of_step.faults() {
            let sentence = &python.steps[nth].sentence;
            faults.push(format!("{}: step {nth} “{sentence}” {fault}", python.file));
        }
    }
    faults
}

/// A step, and all steps of its track.
struct OfStep<'e> {
    run: &'e SteppedRun,
    steps: &'e [Step],
    nth: usize,
}

impl OfStep<'_> {
    fn faults(&self) -> Vec<String> {
        let mut faults = vec![];
        let step = &self.steps[self.nth];
        if is_of_a_task_inside(step) != (step.ran_inside == Some("a task inside")) {
            faults.push(format!("has run {:?}", step.ran_inside));
        }
        for lane in 0..self.run.lanes.len() {
            let found = [self.ready(lane), self.dropped(lane), self.in_no_list(lane)];
            for fault in found.into_iter().flatten() {
                faults.push(format!("{fault} {}", self.run.lanes[lane].name));
            }
        }
        faults.extend(self.tasks_not_listed());
        faults.extend(self.runs_and_waits());
        faults.extend(self.waits_for_no_wake());
        faults.extend(self.woken_without_a_wake());
        if self.nth > 0 {
            let before = &self.steps[self.nth - 1];
            let is_woken = before.sentence.ends_with(", and is woken at once.");
            if is_woken && before.lane == step.lane && !step.sentence.starts_with("goes on (") {
                faults.push("does not say what woke it at once".into());
            }
        }
        faults
    }

    /// What is wrong with how a lane is listed as ready: what is listed as the lane itself, or as a
    /// task inside it, is what the event loop calls next of it.
    fn ready(&self, lane: LaneId) -> Option<&'static str> {
        let step = &self.steps[self.nth];
        let mut places = vec![];
        for (place, ready) in step.ready.iter().enumerate() {
            if *ready == lane {
                places.push(place);
            }
        }
        let is_inside = |place: &usize| step.ready_unnamed.contains(place);
        let is_ready_itself = !places.iter().all(is_inside);
        if (self.letter(self.nth, lane) == 'd') != is_ready_itself {
            return Some("has a list of what is ready that differs from the state of");
        }
        if places.iter().filter(|place| !is_inside(place)).count() > 1 {
            return Some("lists more than once as ready");
        }
        let first = places.first()?;
        let is_next = |step: &&Step| step.lane == lane && !step.rest;
        let next = self.steps[self.nth + 1..].iter().find(is_next)?;
        if is_inside(first) != is_of_a_task_inside(next) {
            return Some("lists something else as ready than what runs next, of");
        }
        None
    }

    /// The lanes inside which more tasks were made and have not begun than are listed as ready.
    fn tasks_not_listed(&self) -> Vec<String> {
        let step = &self.steps[self.nth];
        let mut faults = vec![];
        for lane in 0..self.run.lanes.len() {
            let (made, begun) = made_and_begun(self.steps, lane);
            if made != begun {
                continue; // some are asyncio's own, and have no steps
            }
            let (made, begun) = made_and_begun(&self.steps[..=self.nth], lane);
            let is_listed = |place: &&usize| step.ready[**place] == lane;
            if step.ready_unnamed.iter().filter(is_listed).count() < made.saturating_sub(begun) {
                let name = &self.run.lanes[lane].name;
                faults.push(format!("does not list each task that is ready inside {name}"));
            }
        }
        faults
    }

    /// A lane that waits, and of whose wait nothing is listed. One that runs the event loop waits
    /// for no lane.
    fn in_no_list(&self, lane: LaneId) -> Option<&'static str> {
        let step = &self.steps[self.nth];
        let mut listed: Vec<LaneId> = step.ready.clone();
        listed.extend(step.timers.iter().map(|(lane, _)| *lane));
        listed.extend(step.unproved.iter().flat_map(|(lanes, _)| lanes));
        listed.extend(step.waits.iter().flat_map(|chain| &chain[..chain.len() - 1]).flatten());
        let is_its_last = |step: &&Step| step.lane == lane && step.ran_inside.is_none();
        let last = self.steps[..=self.nth].iter().rfind(is_its_last)?;
        let awaits = last.on.as_deref().is_some_and(|on| !on.starts_with("loop.run_"));
        let is_missing = self.letter(self.nth, lane) == 'w' && awaits && !listed.contains(&lane);
        if is_missing { Some("does not list the wait of") } else { None }
    }

    /// A callback that is not there any more and was never called, without a word.
    fn dropped(&self, lane: LaneId) -> Option<&'static str> {
        let step = &self.steps[self.nth];
        let was_over = self.nth > 0 && self.letter(self.nth - 1, lane) == 'c';
        let is_over = self.letter(self.nth, lane) == 'c' && !was_over;
        let name = &self.run.lanes[lane].name;
        let ends = ["cancels ", "removes ", "drops "];
        let is_told = ends.iter().any(|end| step.sentence.contains(end));
        if is_over && step.lane != lane && !(is_told && step.sentence.contains(name)) {
            return Some("does not tell of the end of");
        }
        None
    }

    /// The lanes that are listed as waiting although they run.
    fn runs_and_waits(&self) -> Vec<String> {
        let mut faults = vec![];
        for chain in &self.steps[self.nth].waits {
            for waiter in chain[..chain.len() - 1].iter().flatten() {
                if self.letter(self.nth, *waiter) == 'r' {
                    let name = &self.run.lanes[*waiter].name;
                    faults.push(format!("lists {name} as waiting, which runs"));
                }
            }
        }
        faults
    }

    /// A wait of a task without a name that is said to end with a wake, and is in no list.
    fn waits_for_no_wake(&self) -> Option<String> {
        let step = &self.steps[self.nth];
        let later = step.later.as_deref().filter(|_| is_of_a_task_inside(step))?;
        let by = later.strip_prefix("until ")?.strip_suffix(" wakes it")?;
        let name = &self.run.lanes[step.lane].name;
        let expected = format!("a wake by {by} (a task inside {name} waits)");
        for (lanes, words) in &step.unproved {
            if lanes.contains(&step.lane) && *words == expected {
                return None;
            }
        }
        Some(format!("does not list {expected:?}"))
    }

    /// A lane, or a task inside it, that goes on since another task inside that lane, or the lane,
    /// has woken or cancelled it; and the step that has done so does not tell of it.
    fn woken_without_a_wake(&self) -> Option<String> {
        let step = &self.steps[self.nth];
        for (cause, verb) in [("(woken by ", "wakes "), ("(cancelled by ", "cancels ")] {
            let Some((_, by)) = step.sentence.split_once(cause) else { continue };
            let (by, _) = by.split_once(')')?;
            if !by.ends_with(" inside it") && *by != self.run.lanes[step.lane].name {
                continue;
            }
            let told = step.woken_in.map(|by| self.steps[by].sentence.as_str());
            if !told.is_some_and(|told| told.contains(verb)) {
                return Some(format!("comes after {told:?}"));
            }
        }
        None
    }

    fn letter(&self, nth: usize, lane: LaneId) -> char {
        self.steps[nth].states.as_bytes()[lane] as char
    }
}

/// Whether a sentence says that a task without a name has run.
fn is_of_a_task_inside(step: &Step) -> bool {
    step.sentence.starts_with("(a task inside it) ")
}

/// How many tasks without a name a lane makes in these steps, and how many of them begin.
fn made_and_begun(steps: &[Step], lane: LaneId) -> (usize, usize) {
    let (mut made, mut begun) = (0, 0);
    for step in steps.iter().filter(|step| step.lane == lane) {
        let words: Vec<&str> = step.sentence.split([' ', ',', '.']).collect();
        for found in words.windows(5) {
            match found {
                ["makes", "a", "task", "inside", "it"] => made += 1,
                ["makes", many, "tasks", "inside", "it"] => made += many.parse().unwrap_or(0),
                _ => {}
            }
        }
        begun += usize::from(step.sentence.starts_with("(a task inside it) begins"));
    }
    (made, begun)
}
