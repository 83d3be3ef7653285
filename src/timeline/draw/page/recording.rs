//! What was recorded of a Python twin, as the file has it.
//!
//! `tests/twins/record_twin.py` writes it as JSON. The types here say what each field means. A lane
//! has a name and no number: the name is all that the two languages share.
use crate::timeline::Chart;
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};

/// A scene of a twin, as it was recorded.
#[derive(Deserialize)]
pub(super) struct TwinScene {
    /// None if the twin has only one scene.
    pub title: Option<String>,
    /// In order of time: `align` relies on it.
    pub steps: Vec<TwinStep>,
}

/// A step of a twin: what a lane does in a call of asyncio's event loop, or outside of it.
#[derive(PartialEq, Eq, Deserialize)]
pub(super) struct TwinStep {
    /// In nanoseconds since the scene began.
    pub at: u64,
    /// The lane that did something.
    pub lane: String,
    /// What ran in the name of the lane, if that has no name of its own. The lane itself does not
    /// run then.
    pub inner: Option<Inner>,
    /// The number of the task that ran, if `inner` is a task: a lane may have several inside it.
    pub task: Option<u32>,
    /// What did it, if that was no call of the loop.
    pub outside: Option<Outside>,
    /// Why the lane went on. None if that was something outside of the loop's calls and timers,
    /// such as a socket; and none for steps of the program and for calls that are no lane's.
    pub cause: Option<Cause>,
    /// The lines at which it had been waiting, the outermost first.
    pub stood: Vec<u32>,
    /// What was printed during the step.
    pub says: Vec<TwinSaid>,
    /// What was done during the step, in order. What asyncio's own calls do after it is missing,
    /// such as the wake of a lane that awaits several.
    pub deeds: Vec<Deed>,
    /// How the lane ended in the step: `finished`, `cancelled`, or the exception; none if it still
    /// lives.
    pub end: Option<String>,
    /// Until when the lane kept the thread, in nanoseconds since the scene began; none if the step
    /// took no time.
    pub until: Option<u64>,
    /// What the lane, or what is inside it, does when the step is over; none if it has ended.
    /// `lanes` may say something else of the lane: the fields below are as the next step finds
    /// them, after the calls of asyncio's own to which this step has led.
    pub after: Option<TwinLane>,
    /// Where each lane stands before the next step. A lane that has ended is not in it any more.
    pub lanes: BTreeMap<String, TwinLane>,
    /// The lanes in the queue of the event loop before the next step, in order.
    pub ready: Vec<String>,
    /// When timers are due, in nanoseconds since the scene began, and which lane each one wakes: of
    /// a lane, or of the tasks inside it, there may be several.
    pub timers: Vec<(u64, String)>,
}

/// What does something in the name of a lane.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Inner {
    /// A task that the lane has made.
    Task,
    /// A callback that the lane has made.
    Callback,
    /// A call on another thread, for which the lane waits.
    Thread,
    /// A call of the loop that is of no lane. In all recordings it is a task of asyncio's own that
    /// closes a generator.
    Call,
    /// The program, after the lane has ended: it goes on when `asyncio.run` has returned.
    Program,
}

/// What does something that is no call of the event loop.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outside {
    /// The program, before the loop runs, after it, or between two runs.
    Program,
    /// Another thread.
    Thread,
}

/// Why a lane went on.
#[derive(PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Cause {
    /// It is its first step.
    Begins,
    /// The lane inside it, of this name, has ended in the same call.
    Ended(String),
    /// It has kept the thread until now, and goes on in the same call.
    Same,
    /// What was done in the step of this number put the call into the queue.
    Step(usize),
    /// In the step of this number the lane was cancelled, and so put into the queue.
    Cancel(usize),
    /// The same, by the group of tasks for which it waits, which catches that itself.
    Group(usize),
    /// The same, by the group of tasks to which it belongs: another one has failed in that step.
    Member(usize),
    /// A timer was due, which the lane of this name had set.
    Timer(Option<String>),
}

/// What a lane does in a step.
#[derive(PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Deed {
    /// The line of this index among those that are printed in the step.
    Prints(usize),
    /// It makes a lane; none is a task inside itself, which has no name of its own.
    Makes(Option<String>),
    /// It puts a callback into the queue that another lane has added to a future.
    Queues(String),
    /// On another thread, it hands a call to the loop, which that wakes: the callback of this name;
    /// or, if none, a call of asyncio's own, which says that the thread has ended.
    Hands(Option<String>),
    /// It puts another lane into the queue, or cancels it: the cause of that lane's next step says
    /// which.
    Wakes(String),
    /// It cancels a callback, or a call on another thread, before that begins.
    Cancels(String),
    /// It cancels the future of a call on another thread, which goes on.
    Abandons(String),
    /// It takes back a callback that it had added to a future.
    Removes(String),
    /// A callback is dropped that was never called: its loop is closed, or collected.
    Drops(String),
}

/// A line that a twin printed.
#[derive(PartialEq, Eq, Deserialize)]
pub(super) struct TwinSaid {
    /// By its name: the twin and Rust have no numbers of lanes in common.
    pub lane: String,
    /// Shown with the step, and compared with what Rust prints there.
    pub text: String,
    /// The line of the twin that printed it, or that handed `say` and the text to the event loop;
    /// none if asyncio's debug mode reports something.
    pub line: Option<u32>,
    /// In nanoseconds since the scene began; none if it is the time of the step.
    pub at: Option<u64>,
}

/// What a lane of a twin does after a step.
#[derive(PartialEq, Eq, Deserialize)]
pub(super) struct TwinLane {
    /// Whether it waits, or what else it does.
    pub state: TwinState,
    /// The lines on which it stands, the outermost first.
    pub lines: Vec<u32>,
    /// What it waits for, as asyncio calls it.
    pub on: Option<String>,
    /// The lanes that it waits for.
    pub r#for: Vec<String>,
}

/// What a lane of a twin can do.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TwinState {
    /// A task that has not begun, a callback whose timer is not due, or a call on another thread
    /// that has not begun.
    New,
    /// It waits.
    Wait,
    /// It is in the queue: a task that has begun, or a callback.
    Ready,
    /// It runs, or awaits a lane inside it that runs.
    Run,
    /// It is at work on another thread.
    Thread,
}

/// The scene of a twin that belongs to a scene in Rust: of the same title, or the only one that the
/// twin has. A variant that only the explorer shows is in no twin.
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

/// The title of the first scene that has the steps of this one; none if this is the first. A twin
/// runs one function for several scenes where only Rust has several ways.
pub(super) fn same_as<'s>(scenes: &'s [TwinScene], of: &TwinScene) -> Option<&'s str> {
    let first = scenes.iter().find(|scene| scene.steps == of.steps)?;
    if first.title == of.title { None } else { first.title.as_deref() }
}

/// The titles of all scenes that have one.
pub(super) fn titles(scenes: &[TwinScene]) -> Vec<&str> {
    scenes.iter().filter_map(|scene| scene.title.as_deref()).collect()
}

impl TwinScene {
    /// When something ran.
    pub(super) fn times(&self) -> Vec<Duration> {
        self.steps.iter().map(|step| Duration::from_nanos(step.at)).collect()
    }
}

/// All recordings, each with its name.
#[cfg(test)]
pub(super) fn all_recorded() -> Vec<(String, Vec<TwinScene>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/twins/recorded");
    let mut all = vec![];
    for file in std::fs::read_dir(folder).expect("the recordings").flatten() {
        let name = file.path().file_stem().expect("a name").to_string_lossy().into_owned();
        all.push((name.clone(), recorded(&name)));
    }
    assert!(all.len() > 50, "{} recordings", all.len());
    all
}

/// The recording of one twin.
#[cfg(test)]
pub(super) fn recorded(name: &str) -> Vec<TwinScene> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/twins/recorded");
    let text = std::fs::read_to_string(format!("{folder}/{name}.json")).expect("the recording");
    serde_json::from_str(&text).expect("scenes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_that_prints_is_a_line_of_the_twin_and_calls_what_prints() {
        let topics = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
        for (topic, name) in [("event_loop", "timers"), ("iteration", "ticker")] {
            let twin = std::fs::read_to_string(format!("{topics}/{topic}/{name}.py"));
            let twin = twin.expect("the twin");
            let lines: Vec<&str> = twin.lines().collect();
            let scenes = recorded(name);
            let steps = scenes.iter().flat_map(|scene| &scene.steps);
            for said in steps.flat_map(|step| &step.says) {
                let Some(line) = said.line else { continue };
                let code = lines[line as usize - 1];
                assert!(code.contains("say"), "{name}.py:{line} prints {:?}: {code}", said.text);
            }
        }
        // The event loop calls `say` for C. The line is the one that has handed it to the loop.
        let timers = recorded("timers");
        let mut said = timers[0].steps.iter().flat_map(|step| &step.says);
        assert_eq!(said.find(|said| said.lane == "C").expect("a line of C").line, Some(29));
    }

    #[test]
    fn a_lane_begins_once_and_goes_on_until_it_ends() {
        for (name, scenes) in all_recorded() {
            for scene in scenes {
                let mut alive = vec![];
                for (nth, step) in scene.steps.iter().enumerate() {
                    if step.inner.is_some() {
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
    fn a_scene_that_only_rust_has_in_two_ways_names_the_first() {
        let scenes = recorded("cancel_task");
        let mut same = vec![];
        for scene in &scenes {
            same.push((scene.title.as_deref().expect("a title"), same_as(&scenes, scene)));
        }
        let request = Some("request");
        let expected =
            [("request", None), ("refused", None), ("drop", request), ("token", request)];
        assert_eq!(same, expected);
    }

    /// Python 3.11 and 3.12 have a function there, 3.13 and 3.14 a class, and both a queue inside.
    #[test]
    fn what_as_completed_awaits_is_called_so() {
        let scenes = recorded("as_completed");
        let main = &scenes[1].steps[0].lanes["main"];
        assert_eq!(main.on.as_deref(), Some("as_completed"));
        assert_eq!(main.r#for, ["A", "B", "C"]);
    }

    #[test]
    fn a_line_is_in_the_step_in_which_it_was_printed() {
        for (name, scenes) in all_recorded() {
            for scene in &scenes {
                for (nth, step) in scene.steps.iter().enumerate() {
                    let until = step.until.unwrap_or(step.at);
                    for said in &step.says {
                        let at = said.at.unwrap_or(step.at);
                        let in_time = step.at <= at && at <= until;
                        assert!(in_time, "{name}, P{}: {:?} at {at}", nth + 1, said.text);
                    }
                    // What asyncio prints as it lets go of a task is printed by what lets it go.
                    let by_itself = step.says.is_empty() || step.inner != Some(Inner::Call);
                    let is_closed = name == "ticker"; // by a call of asyncio's own
                    assert!(by_itself || is_closed, "{name}, P{} has no lane", nth + 1);
                }
            }
        }
        let told = &recorded("exception_handler")[1];
        let said = |text: &str| {
            let says = |step: &TwinStep| step.says.iter().any(|said| said.text.starts_with(text));
            told.steps.iter().position(says).expect("its step")
        };
        let lost = &told.steps[said("Task exception was never retrieved")];
        // It is told before `main` sleeps again.
        assert!(matches!(&lost.cause, Some(Cause::Timer(Some(by))) if by == "main"));
        assert!(lost.after.is_some(), "main sleeps then");
    }
}
