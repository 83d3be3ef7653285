//! The Python twin of an example, beside the example.
//!
//! `tests/twins/record_twin.py` records a twin on a virtual clock, and the recordings are kept with
//! the sources: so a page can be made without Python. This file turns a recording into a second
//! track, with the same kind of steps as the track of Rust; `align` then says which steps of the
//! two tracks a page shows at once.
use super::{
    align::{aligned, moments},
    steps::{Step, SteppedLane, SteppedRun, Track, chains, join},
};
use crate::timeline::{Chart, LaneId, human};
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};

/// A scene of a twin, as it was recorded.
#[derive(Deserialize)]
pub(super) struct TwinScene {
    /// None if the twin has only one scene.
    title: Option<String>,
    /// In order of time: `moments` relies on it.
    steps: Vec<TwinStep>,
}

/// A step of a twin: asyncio's event loop lets a task go on.
#[derive(Deserialize)]
struct TwinStep {
    /// In nanoseconds since the scene began.
    at: u64,
    /// The lane that went on. None if it is a task without a name.
    lane: Option<String>,
    /// The lines at which it had been waiting, the outermost first.
    stood: Vec<u32>,
    /// What was printed during the step.
    says: Vec<TwinSaid>,
    /// Whether the lane ended in the step.
    ended: bool,
    /// Whether the loop did not call this: the program printed it before or after the loop ran, or
    /// on a thread of its own.
    #[serde(default)]
    outside: bool,
    /// Where each lane stands after the step. A lane that has ended is not in it any more.
    lanes: BTreeMap<String, TwinLane>,
    /// The lanes in the queue of the event loop after the step, in order.
    ready: Vec<String>,
    /// When timers are due, in nanoseconds since the scene began, and which lane each one wakes.
    timers: Vec<(u64, String)>,
}

/// A line that a twin printed.
#[derive(Deserialize)]
struct TwinSaid {
    /// By its name: a twin has no numbers of lanes that Rust has, too.
    lane: String,
    /// Shown with the step, and compared with what Rust prints there.
    text: String,
    /// The line of the twin that printed it; none if no line of the twin did, as when the event loop
    /// calls `say` itself.
    line: Option<u32>,
    /// In nanoseconds since the scene began; none if it is the time of the step.
    at: Option<u64>,
}

/// What a lane of a twin does after a step.
#[derive(Deserialize)]
struct TwinLane {
    /// `new`, `wait` or `ready`.
    state: String,
    /// The lines on which it stands, the outermost first.
    lines: Vec<u32>,
    /// What it waits for, as asyncio calls it.
    on: Option<String>,
    /// The lanes that it waits for.
    r#for: Vec<String>,
}

/// The scene of a twin that belongs to a scene in Rust: of the same title, or the only one. A
/// variant that only the explorer has is never the only one.
pub(super) fn find<'s>(scenes: &'s [TwinScene], chart: &Chart) -> Option<&'s TwinScene> {
    let only_explored = match &chart.variant {
        Some(variant) => variant.only_explored,
        None => false,
    };
    match scenes {
        [only] if !only_explored => Some(only),
        _ => scenes.iter().find(|scene| scene.title.as_ref() == Some(&chart.title)),
    }
}

impl TwinScene {
    /// When something ran.
    pub(super) fn times(&self) -> Vec<Duration> {
        self.steps.iter().map(|step| Duration::from_nanos(step.at)).collect()
    }
}

/// Puts a twin beside the scene. The run has to have an instant for each time of the twin.
pub(super) fn add(run: &mut SteppedRun, twin: &TwinScene, file: &str) {
    let mut reader = Reader { twin, instants: &run.instants, lanes: &mut run.lanes };
    let mut steps = vec![];
    for nth in 0..twin.steps.len() {
        steps.push(reader.step(nth));
    }
    run.moments = moments(run, &steps);
    let aligned = Some(aligned(&run.moments));
    run.tracks.push(Track { file: file.to_owned(), steps, aligned });
}

/// Makes steps of what was recorded in Python.
struct Reader<'t> {
    /// The scene that is read.
    twin: &'t TwinScene,
    /// When something ran, in either language: a step has an index into this list.
    instants: &'t [(u64, String)],
    /// The lanes of the scene in Rust. A lane that only Python has is appended, so that the numbers
    /// of the others stay.
    lanes: &'t mut Vec<SteppedLane>,
}

impl Reader<'_> {
    /// The lane of that name, which is made if there is none. The name is all that the two
    /// languages share: a twin gives its tasks the names that the lanes have in Rust.
    fn lane(&mut self, name: &str) -> LaneId {
        if let Some(lane) = self.lanes.iter().position(|lane| lane.name == name) {
            return lane;
        }
        // A colour that no lane in Rust has: there are at most as many colours as lanes.
        let hue = self.lanes.len();
        self.lanes.push(SteppedLane { name: name.to_owned(), hue, inside: None });
        self.lanes.len() - 1
    }

    /// One step of the event loop, in the form that a poll in Rust has.
    fn step(&mut self, nth: usize) -> Step {
        // A copy of the reference, so that `self` can be changed below: names become lanes.
        let twin = self.twin;
        let step = &twin.steps[nth];
        // A task that the program has not named still takes its step, and the reader sees it.
        let name = step.lane.as_deref().unwrap_or("a task");
        let lane = self.lane(name);
        let stands = step.lanes.get(name);
        let chain: &[u32] = match stands {
            Some(lane) => &lane.lines,
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
            // Only if it does: a lane may go on before its timer is due, and the timer is dropped.
            if waiting == name && self.goes_on_at(nth, name) == Some(*at) {
                later = Some(format!("until {due}"));
            }
            timers.push((self.lane(waiting), due));
        }
        let mut ready = vec![];
        for name in &step.ready {
            ready.push(self.lane(name));
        }
        let instant = self.instants.iter().position(|(at, _)| *at == step.at);
        Step {
            instant: instant.expect("the run has an instant for each time of its twin"),
            lane,
            on_thread: step.outside && name != "main",
            sentence: self.sentence(nth, name),
            later,
            says,
            said_at,
            resumed: step.stood.last().copied(),
            // The recording has the outermost line first. In a step the innermost is `stop`, and
            // `chain` has the others, the outermost last.
            stop: chain.last().copied(),
            chain: chain.iter().rev().skip(1).copied().collect(),
            on: stands.and_then(|lane| lane.on.clone()),
            stands: self.moved(nth),
            states: self.states(nth),
            ready,
            timers,
            waits: self.waits(nth),
            woken_in: self.woken_in(nth, name),
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

    /// The state of each lane after a step, as letters: see [`Step::states`]. asyncio tells less
    /// than a recording in Rust: a task is new, ready or waits, and a task that is gone counts as
    /// finished, also if it was cancelled or has raised an exception.
    fn states(&mut self, nth: usize) -> String {
        let twin = self.twin;
        let mut states = String::new();
        for lane in 0..self.lanes.len() {
            let name = self.lanes[lane].name.as_str();
            // Where Rust has several lanes of one name, the twin's is the first: see `lane`.
            if self.lanes[..lane].iter().any(|other| other.name == name) {
                states.push('.');
                continue;
            }
            let state = twin.steps[nth].lanes.get(name).map(|lane| lane.state.as_str());
            let been = twin.steps[..=nth].iter().any(|step| step.lanes.contains_key(name));
            states.push(match state {
                Some("new") => 'l',
                Some("ready") => 'd',
                Some(_) => 'w',
                None if been => 'f',
                None => '.',
            });
        }
        states
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
        if !step.outside {
            parts.push(self.cause(nth, name));
        }
        for said in &step.says {
            if said.lane == name {
                parts.push(format!("prints “{}”", said.text));
            }
        }
        match step.lanes.get(name) {
            _ if step.ended => parts.push("ends".into()),
            Some(lane) if !lane.r#for.is_empty() => {
                parts.push(format!("waits for {}", join(&lane.r#for)));
            }
            Some(TwinLane { on: Some(on), .. }) => parts.push(format!("waits ({on})")),
            Some(lane) if lane.state == "wait" => parts.push("waits".into()),
            _ => {}
        }
        format!("{}.", join(&parts))
    }

    /// Why the lane went on. asyncio does not record what put a callback into its queue, so the
    /// cause is concluded from the queue and the timers after each step. Where these do not tell,
    /// the sentence says no more than “goes on”.
    fn cause(&self, nth: usize, name: &str) -> String {
        if self.is_first(nth, name) {
            return "begins".into();
        }
        if self.timer_was_due(nth, name) {
            return "goes on (its time has come)".into();
        }
        match self.woken_in(nth, name) {
            Some(waker) => {
                let waker = self.twin.steps[waker].lane.as_deref().unwrap_or("a task");
                format!("goes on (woken by {waker})")
            }
            None => "goes on".into(),
        }
    }

    /// The step of another lane that put this one into the queue, if the queues tell it.
    fn woken_in(&self, nth: usize, name: &str) -> Option<usize> {
        // A lane's first step has no cause in the queue: the task was queued when it was made. And
        // a timer that is due is the cause itself.
        if self.is_first(nth, name) || self.timer_was_due(nth, name) {
            return None;
        }
        // Back to the last step after which the lane was not in the queue. The step that follows
        // put the lane there: the lane of that step has woken this one.
        let steps = &self.twin.steps[..nth];
        let queued = |step: &TwinStep| step.ready.iter().any(|ready| ready == name);
        // After its own last step it was in the queue already: it had given way, and no other lane
        // has woken it.
        let last = steps.iter().rfind(|step| step.lane.as_deref() == Some(name))?;
        if queued(last) {
            return None;
        }
        let waker = steps.iter().rposition(|step| !queued(step))? + 1;
        let by = steps.get(waker)?.lane.as_deref()?;
        if by == name { None } else { Some(waker) }
    }

    /// When the lane has its next step; none if it has none.
    fn goes_on_at(&self, nth: usize, name: &str) -> Option<u64> {
        let later = &self.twin.steps[nth + 1..];
        later.iter().find(|step| step.lane.as_deref() == Some(name)).map(|step| step.at)
    }

    /// Whether the lane has had no step before.
    fn is_first(&self, nth: usize, name: &str) -> bool {
        self.twin.steps[..nth].iter().all(|before| before.lane.as_deref() != Some(name))
    }

    /// Whether the lane has had a timer, since its last step, that is due exactly now.
    fn timer_was_due(&self, nth: usize, name: &str) -> bool {
        let due = (self.twin.steps[nth].at, name.to_owned());
        for earlier in self.twin.steps[..nth].iter().rev() {
            if earlier.timers.contains(&due) {
                return true;
            }
            if earlier.lane.as_deref() == Some(name) {
                return false; // an earlier timer was the reason for that step, and not for this one
            }
        }
        false
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

    #[test]
    fn a_lane_that_gives_way_was_woken_by_no_other_lane() {
        let scenes = recorded("task");
        let twin = &scenes[0];
        let step = |text: &str| {
            let says = |step: &TwinStep| step.says.iter().any(|said| said.text == text);
            twin.steps.iter().position(says).expect("its step")
        };
        let reader = Reader { twin, instants: &[], lanes: &mut vec![] };
        let woke = reader.woken_in(step("step 3: woken by B"), "A");
        assert_eq!(woke, Some(step("woke A, and go on")));
        assert_eq!(reader.woken_in(step("step 4: gave way"), "A"), None);
    }
}
