//! The Python twin of an example, beside the example.
//!
//! `tests/twins/record_twin.py` records a twin on a virtual clock, and the recordings are kept with
//! the sources: so a page can be made without Python. This file turns a `recording` into a second
//! track, with the same kind of steps as the track of Rust; `align` then says which steps of the
//! two tracks a page shows at once.
use super::{
    align::{aligned, moments},
    chains::chains,
    output::Both,
    reader::join,
    recording::{Cause, TwinLane, TwinScene, TwinStep},
    steps::{Step, SteppedLane, SteppedRun, Track},
};
use crate::timeline::{LaneId, human};
use std::time::Duration;

/// Adds the twin to a run, as its second track. The run has to have an instant for each time of the
/// twin.
pub(super) fn add(run: &mut SteppedRun, twin: &TwinScene, file: &str) {
    let mut reader = TwinReader { twin, instants: &run.instants, lanes: &mut run.lanes };
    let mut steps = vec![];
    for nth in 0..twin.steps.len() {
        steps.push(reader.step(nth));
    }
    let both = Both::new([&run.tracks[0].steps, &steps], &run.lanes);
    let mut moments = moments(run, &steps, &both);
    both.tell_partings(&mut moments);
    run.moments = moments;
    run.output = both.output(run);
    let aligned = Some(aligned(&run.moments));
    run.tracks.push(Track { file: file.to_owned(), steps, aligned });
}

/// Makes steps of what was recorded in Python.
struct TwinReader<'t> {
    /// The scene that is read.
    twin: &'t TwinScene,
    /// When something ran, in either language: a step has an index into this list.
    instants: &'t [(u64, String)],
    /// The lanes of the scene in Rust. A lane that only Python has is appended, so that the numbers
    /// of the others stay.
    lanes: &'t mut Vec<SteppedLane>,
}

impl TwinReader<'_> {
    /// The lane of that name, which is made if there is none. The name is all that the two
    /// languages share: a twin gives its tasks the names that the lanes have in Rust.
    fn lane(&mut self, name: &str) -> LaneId {
        if let Some(lane) = self.lanes.iter().position(|lane| lane.name == name) {
            return lane;
        }
        // A colour that no other lane has. The colours of a variant are those of all the runs with
        // which it is compared, so there may be more colours than lanes.
        let hue = self.lanes.iter().map(|lane| lane.hue + 1).max().unwrap_or_default();
        self.lanes.push(SteppedLane { name: name.to_owned(), hue });
        self.lanes.len() - 1
    }

    /// One step of the event loop, in the form that a poll in Rust has.
    fn step(&mut self, nth: usize) -> Step {
        // A copy of the reference, so that `self` can be changed below: names become lanes.
        let twin = self.twin;
        let step = &twin.steps[nth];
        let name = step.lane.as_str();
        let lane = self.lane(name);
        let chain: &[u32] = match &step.after {
            Some(after) => &after.lines,
            None => &[],
        };
        let mut says = vec![];
        let mut said_at = vec![];
        for said in &step.says {
            says.push((self.lane(&said.lane), said.text.clone(), said.line));
            said_at.push(said.at.unwrap_or(step.at));
        }
        let mut timers = vec![];
        let mut later = None;
        for (at, waiting) in &step.timers {
            let due = human(Duration::from_nanos(*at));
            // Only if this timer ends the wait: the lane may go on before it is due.
            if waiting == name && self.goes_on_by_its_timer(nth, name) == Some(*at) {
                later = Some(format!("until {due}"));
            }
            timers.push((self.lane(waiting), due));
        }
        let mut ready = vec![];
        for queued in &step.ready {
            ready.push(self.lane(queued));
        }
        let instant = self.instants.iter().position(|(at, _)| *at == step.at);
        Step {
            around: vec![],
            rest: matches!(step.cause, Some(Cause::Ended(_) | Cause::Same)),
            instant: instant.expect("the run has an instant for each time of its twin"),
            lane,
            // What `main` prints outside of the loop comes before the loop or after it. What
            // another lane prints outside of it is printed on a thread.
            on_thread: step.outside && name != "main",
            sentence: self.sentence(nth, name),
            tells_of_others: says.iter().any(|(by, ..)| *by != lane),
            later,
            says,
            said_at,
            resumed: step.stood.last().copied(),
            // The recording has the outermost line first. In a step the innermost is `stop`, and
            // `chain` has the others, the outermost last.
            stop: chain.last().copied(),
            chain: chain.iter().rev().skip(1).copied().collect(),
            on: step.after.as_ref().and_then(|after| after.on.clone()),
            stands: self.moved(nth),
            states: self.states(nth),
            ready_inside: vec![None; ready.len()], // each lane is a task of its own
            ready,
            timers,
            waits: self.waits(nth),
            for_a_lock: vec![],
            woken_in: self.woken_in(nth),
        }
    }

    /// The lanes that stand somewhere else than after the step before.
    fn moved(&mut self, nth: usize) -> Vec<(LaneId, Option<u32>)> {
        let twin = self.twin;
        // A lane stands on the innermost of its lines.
        let line = |step: &TwinStep, name: &str| step.lanes.get(name)?.lines.last().copied();
        let mut moved = vec![];
        let before = nth.checked_sub(1).map(|before| &twin.steps[before]);
        let now = &twin.steps[nth];
        // A lane that has just ended is only in the step before.
        for name in now.lanes.keys().chain(before.iter().flat_map(|before| before.lanes.keys())) {
            let stood = before.and_then(|before| line(before, name));
            let stands = line(now, name);
            let entry = (self.lane(name), stands);
            if stood != stands && !moved.contains(&entry) {
                moved.push(entry);
            }
        }
        moved
    }

    /// The state of each lane after a step, as letters: see [`Step::states`].
    fn states(&mut self, nth: usize) -> String {
        let twin = self.twin;
        let step = &twin.steps[nth];
        let mut states = String::new();
        for lane in 0..self.lanes.len() {
            let name = self.lanes[lane].name.as_str();
            // Where Rust has several lanes of one name, the twin's is the first: see `lane`.
            if self.lanes[..lane].iter().any(|other| other.name == name) {
                states.push('.');
                continue;
            }
            let blocks = step.until.is_some() && step.lane == name;
            states.push(match step.lanes.get(name) {
                _ if blocks => 'b',
                Some(lane) => match lane.state.as_str() {
                    "new" => 'l',
                    "ready" => 'd',
                    "run" => 'r',
                    _ => 'w',
                },
                None => self.ended(nth, name),
            });
        }
        states
    }

    /// The state of a lane that is not there after a step: it has ended, or has not begun.
    fn ended(&self, nth: usize, name: &str) -> char {
        let steps = &self.twin.steps[..=nth];
        for step in steps.iter().rev() {
            if step.lane == name && !step.inner && !step.outside {
                return match step.end.as_deref() {
                    Some("finished") => 'f',
                    Some("cancelled") => 'c',
                    Some(_) => 'p',
                    None => 'u', // it has not ended: its loop was closed while it waited
                };
            }
        }
        // A callback that waited for its timer, or in the queue, and was never called.
        let was_there = steps.iter().any(|step| step.lanes.contains_key(name));
        if was_there { 'c' } else { '.' }
    }

    /// The tasks that are made in a step: they are in the queue after it, and have not begun.
    fn made(&self, nth: usize) -> Vec<&str> {
        let step = &self.twin.steps[nth];
        let mut made = vec![];
        for (name, lane) in &step.lanes {
            // A callback that waits for its timer is new as well, and is not in the queue.
            let is_a_new_task = lane.state == "new" && step.ready.contains(name);
            if is_a_new_task && !self.is_there_before(nth, name) && *name != step.lane {
                made.push(name.as_str());
            }
        }
        made
    }

    /// The other lanes that a step puts into the queue: they have this step as their cause.
    fn woke(&self, nth: usize) -> Vec<&str> {
        let lane = &self.twin.steps[nth].lane;
        let mut woke: Vec<&str> = vec![];
        for later in &self.twin.steps[nth + 1..] {
            let is_by_it = matches!(later.cause, Some(Cause::Step(by)) if by == nth);
            if is_by_it && later.lane != *lane && !woke.contains(&later.lane.as_str()) {
                woke.push(&later.lane);
            }
        }
        woke
    }

    /// The callbacks that a step cancels: they were to be called, and are not there any more.
    fn cancelled(&self, nth: usize) -> Vec<&str> {
        let step = &self.twin.steps[nth];
        let mut cancelled = vec![];
        if let Some(before) = nth.checked_sub(1) {
            for (name, lane) in &self.twin.steps[before].lanes {
                let is_gone = !step.lanes.contains_key(name) && *name != step.lane;
                if is_gone && lane.state == "new" && !step.outside {
                    cancelled.push(name.as_str());
                }
            }
        }
        cancelled
    }

    /// Whether a lane was there after the step before.
    fn is_there_before(&self, nth: usize, name: &str) -> bool {
        match nth.checked_sub(1) {
            Some(before) => self.twin.steps[before].lanes.contains_key(name),
            None => false,
        }
    }

    /// Which lane waits for which, as chains.
    fn waits(&mut self, nth: usize) -> Vec<Vec<Vec<LaneId>>> {
        let twin = self.twin;
        let mut waits_for: Vec<Vec<LaneId>> = vec![vec![]; self.lanes.len()];
        for (name, lane) in &twin.steps[nth].lanes {
            let from = self.lane(name);
            for other in &lane.r#for {
                let to = self.lane(other);
                // A name that Rust does not have may just have become a lane.
                if waits_for.len() < self.lanes.len() {
                    waits_for.resize(self.lanes.len(), vec![]);
                }
                waits_for[from].push(to);
            }
        }
        chains(&waits_for)
    }

    /// Why the lane went on, what it printed, and what it does then: in this order, and in the
    /// words of the steps in Rust, so that a reader can compare the two.
    fn sentence(&self, nth: usize, name: &str) -> String {
        let step = &self.twin.steps[nth];
        let mut parts = vec![];
        let has_run = !step.says.is_empty() || !step.stood.is_empty();
        let begins = matches!(step.cause, Some(Cause::Begins));
        if begins && !has_run && step.end.as_deref() == Some("cancelled") {
            return "is cancelled before it begins.".into();
        }
        parts.extend(self.cause(nth));
        let mut others = String::new();
        let mut lines = vec![];
        for said in &step.says {
            if said.lane == name {
                lines.push(format!("“{}”", said.text));
            } else {
                // Such as a handler of exceptions, which asyncio calls where one was raised.
                others += &format!(" In this step {} prints “{}”.", said.lane, said.text);
            }
        }
        if !lines.is_empty() {
            parts.push(format!("prints {}", join(&lines)));
        }
        let deeds = [
            ("makes", self.made(nth)),
            ("wakes", self.woke(nth)),
            ("cancels", self.cancelled(nth)),
        ];
        for (verb, names) in deeds {
            match names.len() {
                0 => {}
                1..=4 => {
                    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
                    parts.push(format!("{verb} {}", join(&names)));
                }
                many => parts.push(format!("{verb} {many} lanes")),
            }
        }
        match (step.end.as_deref(), &step.after) {
            _ if step.until.is_some() => parts.push("keeps the thread".into()),
            (Some("finished"), _) => parts.push("ends".into()),
            (Some("cancelled"), _) => parts.push("is cancelled".into()),
            (Some(error), _) => parts.push(format!("fails ({error})")),
            (None, Some(after)) if after.state == "ready" => parts.push("gives way".into()),
            (None, Some(after)) if !after.r#for.is_empty() => {
                parts.push(format!("waits for {}", join(&after.r#for)));
            }
            (None, Some(TwinLane { on: Some(on), .. })) => parts.push(format!("waits ({on})")),
            (None, Some(after)) if after.state == "wait" => parts.push("waits".into()),
            _ => {}
        }
        let inner = if step.inner { "(a task inside it) " } else { "" };
        format!("{inner}{}.{others}", join(&parts))
    }

    /// Why the lane went on; none if that needs no words.
    fn cause(&self, nth: usize) -> Option<String> {
        let step = &self.twin.steps[nth];
        Some(match &step.cause {
            _ if step.outside => return None,
            Some(Cause::Same) => return None,
            Some(Cause::Begins) => "begins".into(),
            Some(Cause::Ended(inside)) => format!("goes on ({inside} has ended)"),
            Some(Cause::Timer(Some(by))) if *by == step.lane => {
                "goes on (its time has come)".into()
            }
            Some(Cause::Timer(Some(by))) => format!("goes on (the time of {by} has come)"),
            Some(Cause::Step(by)) => {
                let by = &self.twin.steps[*by];
                if by.lane != step.lane {
                    format!("goes on (woken by {})", by.lane)
                } else if by.inner || step.inner {
                    "goes on".into() // one of the tasks inside the lane has put it into the queue
                } else {
                    "goes on (it had given way)".into()
                }
            }
            Some(Cause::Timer(None)) | None => "goes on".into(),
        })
    }

    /// The step of another lane that put this one into the queue.
    fn woken_in(&self, nth: usize) -> Option<usize> {
        let step = &self.twin.steps[nth];
        match step.cause {
            Some(Cause::Step(by)) if self.twin.steps[by].lane != step.lane => Some(by),
            _ => None,
        }
    }

    /// When the lane has its next step, if it goes on because a timer of its own is due.
    fn goes_on_by_its_timer(&self, nth: usize, name: &str) -> Option<u64> {
        let inner = self.twin.steps[nth].inner;
        let later = &self.twin.steps[nth + 1..];
        let next = later.iter().find(|step| step.lane == name && step.inner == inner)?;
        match &next.cause {
            Some(Cause::Timer(Some(by))) if by == name => Some(next.at),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(name: &str) -> Vec<TwinScene> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/twins/recorded");
        let text = std::fs::read_to_string(format!("{folder}/{name}.json")).expect("the recording");
        serde_json::from_str(&text).expect("scenes")
    }

    #[test]
    fn each_line_that_prints_is_a_line_of_the_twin_and_calls_what_prints() {
        let topics = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
        for (topic, name) in [("event_loop", "timers"), ("iteration", "ticker")] {
            let twin = std::fs::read_to_string(format!("{topics}/{topic}/{name}.py"));
            let twin = twin.expect("the twin");
            let lines: Vec<&str> = twin.lines().collect();
            for said in recorded(name).iter().flat_map(|scene| &scene.steps).flat_map(|s| &s.says) {
                let Some(line) = said.line else { continue };
                let code = lines[line as usize - 1];
                assert!(code.contains("say"), "{name}.py:{line} prints {:?}: {code}", said.text);
            }
        }
        // The event loop calls `say` for C, so no line of the twin prints it.
        let timers = recorded("timers");
        let mut said = timers[0].steps.iter().flat_map(|step| &step.says);
        assert_eq!(said.find(|said| said.lane == "C").expect("a line of C").line, None);
    }

    /// All recordings, each with its name.
    fn all_recorded() -> Vec<(String, Vec<TwinScene>)> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/twins/recorded");
        let mut all = vec![];
        for file in std::fs::read_dir(folder).expect("the recordings").flatten() {
            let name = file.path().file_stem().expect("a name").to_string_lossy().into_owned();
            all.push((name.clone(), recorded(&name)));
        }
        assert!(all.len() > 50, "{} recordings", all.len());
        all
    }

    /// The sentence of each step of a scene, with the name of its lane.
    fn sentences(scene: &TwinScene) -> Vec<String> {
        let reader = TwinReader { twin: scene, instants: &[], lanes: &mut vec![] };
        let mut told = vec![];
        for (nth, step) in scene.steps.iter().enumerate() {
            told.push(format!("{} {}", step.lane, reader.sentence(nth, &step.lane)));
        }
        told
    }

    #[test]
    fn a_lane_begins_once_and_goes_on_until_it_ends() {
        for (name, scenes) in all_recorded() {
            for scene in scenes {
                let mut alive = vec![];
                for (nth, step) in scene.steps.iter().enumerate() {
                    if step.inner || step.outside {
                        continue;
                    }
                    let begins = matches!(step.cause, Some(Cause::Begins));
                    let lives = alive.contains(&&step.lane);
                    assert_ne!(begins, lives, "{name}, step {nth}: {} lives", step.lane);
                    if begins {
                        alive.push(&step.lane);
                    }
                    if step.end.is_some() {
                        alive.retain(|lane| **lane != step.lane);
                    }
                    if let Some(Cause::Step(by)) = step.cause {
                        assert!(by < nth, "{name}: step {nth} has step {by} as its cause");
                    }
                }
            }
        }
    }

    #[test]
    fn no_name_is_internal_to_asyncio() {
        for (name, scenes) in all_recorded() {
            for step in scenes.iter().flat_map(|scene| &scene.steps) {
                for on in step.lanes.values().chain(&step.after).flat_map(|lane| &lane.on) {
                    assert!(!on.starts_with('_') && !on.contains("._"), "{name}: {on}");
                }
            }
        }
    }

    #[test]
    fn a_lane_inside_another_has_its_own_steps_and_so_has_the_outer_one() {
        let told = sentences(&recorded("await_for")[0]);
        assert_eq!(
            told[..6],
            [
                "main begins and waits for download.",
                "download begins and waits (sleep).",
                "download goes on (its time has come), prints “1 arrives” and ends.",
                "main goes on (download has ended) and waits for use.",
                "use begins, prints “use 1” and waits (sleep).",
                "use goes on (its time has come) and ends.",
            ]
        );
    }

    #[test]
    fn what_wakes_a_task_is_known_and_how_it_ends() {
        let told = sentences(&recorded("event")[0]);
        let c = "C goes on (woken by porter), prints “goes in” and ends.";
        assert!(told.iter().any(|sentence| sentence == c), "{told:#?}");
        let told = sentences(&recorded("deadlock")[0]);
        let b = "B goes on (the time of main has come) and is cancelled.";
        assert!(told.iter().any(|sentence| sentence == b), "{told:#?}");
        let told = sentences(&recorded("exception_handler")[1]);
        let fails = "fails (LookupError: no milk).";
        assert!(told.iter().any(|sentence| sentence.ends_with(fails)), "{told:#?}");
        let told = sentences(&recorded("function")[0]);
        assert_eq!(told[1], "A begins, prints “compute factorial(2)” and keeps the thread.");
        assert_eq!(told[2], "A prints “factorial(2) = 2” and ends.");
        let told = sentences(&recorded("hello_world")[0]);
        assert_eq!(told[0], "main prints “two callbacks, and none is called”.");
    }

    #[test]
    fn what_a_lane_makes_wakes_and_cancels_is_told() {
        let told = sentences(&recorded("gather")[0]);
        assert_eq!(told[0], "main begins, makes A, B and C and waits for A, B and C.");
        let told = sentences(&recorded("event")[0]);
        let porter = "porter goes on (its time has come), prints “opens”, wakes A and C and ends.";
        assert!(told.iter().any(|sentence| sentence == porter), "{told:#?}");
        let scenes = recorded("cancel_handle");
        let told = sentences(&scenes[0]);
        let cancels = told.iter().position(|sentence| sentence.ends_with("cancels B and ends."));
        let nth = cancels.unwrap_or_else(|| panic!("{told:#?}"));
        let reader = TwinReader { twin: &scenes[0], instants: &[], lanes: &mut vec![] };
        assert_eq!(reader.ended(nth, "B"), 'c');
    }

    #[test]
    fn callbacks_are_in_the_queue_in_their_order() {
        let scenes = recorded("hello_world");
        let before = &scenes[0].steps[0];
        assert_eq!(before.ready, ["hello", "world"]);
    }

    #[test]
    fn a_lane_that_gives_way_was_woken_by_no_other_lane() {
        let scenes = recorded("task");
        let twin = &scenes[0];
        let step = |text: &str| {
            let says = |step: &TwinStep| step.says.iter().any(|said| said.text == text);
            twin.steps.iter().position(says).expect("its step")
        };
        let reader = TwinReader { twin, instants: &[], lanes: &mut vec![] };
        let woke = reader.woken_in(step("step 3: woken by B"));
        assert_eq!(woke, Some(step("woke A, and go on")));
        assert_eq!(reader.woken_in(step("step 4: gave way")), None);
    }
}
