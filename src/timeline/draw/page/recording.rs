//! What was recorded of a Python twin, as the file has it.
//!
//! `tests/twins/record_twin.py` writes it, and says what each part means; these are the types of
//! that JSON. A lane has a name here and no number: the name is all that the two languages share.
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

/// A step of a twin: what a lane does in a call of asyncio's event loop.
#[derive(Deserialize)]
pub(super) struct TwinStep {
    /// In nanoseconds since the scene began.
    pub at: u64,
    /// The lane that did something.
    pub lane: String,
    /// Whether it was a task without a name, which the lane has made. The lane itself stands still.
    pub inner: bool,
    /// Why the lane went on. None if it is not known: a socket or a thread was the cause.
    pub cause: Option<Cause>,
    /// The lines at which it had been waiting, the outermost first.
    pub stood: Vec<u32>,
    /// What was printed during the step.
    pub says: Vec<TwinSaid>,
    /// How the lane ended in the step: `finished`, `cancelled`, or the exception; none if it still
    /// lives.
    pub end: Option<String>,
    /// Until when the lane kept the thread, in nanoseconds since the scene began; none if the step
    /// took no time.
    pub until: Option<u64>,
    /// Whether the loop did not call this: the program printed it before or after the loop ran, or
    /// on a thread of its own.
    #[serde(default)]
    pub outside: bool,
    /// What the lane, or the task inside it, does after the step; none if it is over.
    pub after: Option<TwinLane>,
    /// Where each lane stands after the step. A lane that has ended is not in it any more.
    pub lanes: BTreeMap<String, TwinLane>,
    /// The lanes in the queue of the event loop after the step, in order.
    pub ready: Vec<String>,
    /// When timers are due, in nanoseconds since the scene began, and which lane each one wakes.
    pub timers: Vec<(u64, String)>,
}

/// Why a lane went on.
#[derive(Deserialize)]
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
    /// A timer was due, which the lane of this name had set.
    Timer(Option<String>),
}

/// A line that a twin printed.
#[derive(Deserialize)]
pub(super) struct TwinSaid {
    /// By its name: the twin and Rust have no numbers of lanes in common.
    pub lane: String,
    /// Shown with the step, and compared with what Rust prints there.
    pub text: String,
    /// The line of the twin that printed it; none if no line of the twin did, as when the event
    /// loop calls `say` itself.
    pub line: Option<u32>,
    /// In nanoseconds since the scene began; none if it is the time of the step.
    pub at: Option<u64>,
}

/// What a lane of a twin does after a step.
#[derive(Deserialize)]
pub(super) struct TwinLane {
    /// `new`, `wait`, `ready`, or `run` if it awaits a lane inside it, and this one runs.
    pub state: String,
    /// The lines on which it stands, the outermost first.
    pub lines: Vec<u32>,
    /// What it waits for, as asyncio calls it.
    pub on: Option<String>,
    /// The lanes that it waits for.
    pub r#for: Vec<String>,
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
