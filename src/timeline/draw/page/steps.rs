//! From a chart to steps: what a debugger would show after each poll.
//!
//! A step is a poll, or what remains of a poll after others inside it, or after time has passed
//! (`pieces`). It shows the state *after* it: which lanes are ready, in which order; which lanes
//! wait for a timer; and which wait for another lane. All of that is concluded from the chart.
//!
//! In a chart each wait already says what ended it. So a step knows what is going to happen, and
//! keeps that knowledge in fields of its own ([`Step::later`], [`Step::polls`], [`Step::timers`],
//! [`Step::waits`], [`Step::unproved`]): a page can hide these from a reader who wants to predict.
//!
//! Here are the types. `stepped` makes the steps of a run: `pieces` cuts it, `reader` reads what is
//! to be seen after each piece, and `sentence` says it in words.
use super::due::Due;
use crate::timeline::LaneId;
use serde::Serialize;

/// A run as steps: what a debugger would show after each poll.
/// [`Chart::steps`](crate::timeline::Chart::steps) makes it.
#[derive(Clone, Debug, Serialize)]
pub struct SteppedRun {
    /// What the run was called.
    pub title: String,
    /// Why the run has no result: it did not end by itself, or `main` panicked. None if it has one.
    pub verdict: Option<String>,
    /// When something ran: the time in nanoseconds, and as text.
    pub instants: Vec<(u64, String)>,
    /// The lanes. Those that exist only in the Python twin are at the end.
    pub lanes: Vec<SteppedLane>,
    /// How many of these lanes are in Rust: they come first.
    pub lanes_in_rust: usize,
    /// The steps in Rust, and if there is a recording of a Python twin, those in Python.
    pub tracks: Vec<Track>,
    /// The steps of all tracks in one order: a page goes from moment to moment.
    pub moments: Vec<Moment>,
    /// What was printed, in order.
    pub output: Vec<OutputLine>,
    /// What the header of the source says of Python in this scene. A page shows it where the two
    /// languages part, which is where a reader asks why.
    pub of_python: Option<String>,
    /// How the run compares with the other variants of its program; none if the page has none.
    pub variant: Option<SteppedVariant>,
}

/// A run in one language.
#[derive(Clone, Debug, Serialize)]
pub struct Track {
    /// The file to which all numbers of lines belong, from the top folder of its workspace. Empty
    /// if no lane has a place. The page has it with the source.
    #[serde(skip)]
    pub file: String,
    /// A poll each, or the rest of one; in Python what asyncio's event loop does in one call.
    pub steps: Vec<Step>,
    /// The stretches of the file that a page does not show at first, each from one line to another:
    /// such as functions that this run does not go through. Empty if the file could not be read.
    pub left_out: Vec<(usize, usize)>,
    /// Whether the timers in its steps are those that waits have proved, and no event loop has told
    /// of them: while a lane is polled, it may have a timer that is not listed.
    pub timers_as_seen: bool,
    /// For each step in Rust the step of this track that belongs to it, or the last one before;
    /// none for the steps before the first one of this track. The track of Rust has no such list.
    /// The page has moments instead.
    #[serde(skip)]
    pub aligned: Option<Vec<Option<usize>>>,
    /// The title of another scene, in which this language does just the same; none if it is the
    /// first that does so. The twin has one loop where Rust has tokio, too.
    pub same_as: Option<String>,
}

/// What a page shows at once: a step of each track, or of one of them only.
///
/// The two languages poll different things: `join!` polls a lane inside `main`, and asyncio's
/// `gather` makes a task of it, which ends before `main` goes on. So a step need not have a
/// counterpart in the other language. It still has a moment of its own: a reader misses no step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// Index into the instants of the run.
    pub instant: usize,
    /// For each track the index of its step; none if that language does nothing here.
    pub steps: Vec<Option<usize>>,
    /// How the two languages part here, in one sentence: what only one of them prints, or prints at
    /// another place. None if both print the same.
    pub parting: Option<String>,
}

/// A line of the output, which is one list for both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct OutputLine {
    /// From which moment on it is shown.
    pub moment: usize,
    /// Index of the track that prints it. A line that both print is that of Rust.
    pub track: usize,
    /// Index of the step of that track.
    pub step: usize,
    /// Index into the lines that this step prints: see [`Step::says`].
    pub line: usize,
    /// How the two languages part here; none if both print this line.
    pub unlike: Option<Unlike>,
}

/// How a line of one language differs from what the other one prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unlike {
    /// The other one does not print it.
    Only,
    /// The other one prints it at the same time, but in another order.
    InAnotherOrder,
    /// The other one prints it earlier or later.
    AtAnotherTime,
    /// In the other one another lane prints it, at this time or at another.
    ByAnotherLane,
}

/// A lane of a run that is stepped through.
#[derive(Clone, Debug, Serialize)]
pub struct SteppedLane {
    /// Its name.
    pub name: String,
    /// Lanes of one name have one colour.
    pub hue: usize,
}

/// A poll or the rest of one, and the state after it.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Index into the instants of the run.
    pub instant: usize,
    /// The lane that ran.
    pub lane: LaneId,
    /// What ran in its name, if the lane itself did not: `a task inside`, a task that the lane has
    /// made and that has no name. The lines of the step are those of that task, and the lane stands
    /// elsewhere. Only a twin has such tasks.
    pub ran_inside: Option<&'static str>,
    /// Whether the poll began in an earlier step and goes on here. In Python the same is said of a
    /// call of the event loop. A page has it in the sentence.
    #[serde(skip)]
    pub rest: bool,
    /// The lanes that poll this one meanwhile, the outermost first: they are not through with
    /// their own polls.
    pub around: Vec<LaneId>,
    /// Whether this ran on a thread of its own, and not on one of the runtime's.
    pub on_thread: bool,
    /// What happened, in one sentence.
    pub sentence: String,
    /// Whether sentences about other lanes, or about a thread, follow the one about this lane. Then
    /// a page that adds a sentence has to name this lane: “it” would mean one of the others.
    pub tells_of_others: bool,
    /// What will end the wait that begins here. A page hides this with the rest of the future.
    pub later: Option<String>,
    /// Whether that wait is one of the coroutine that runs in the lane of an event loop, and the
    /// lane goes on before it is over: its loop runs meanwhile.
    pub later_of_coroutine: bool,
    /// Which lanes it polls inside it from here on, until it goes on by itself or its poll is over,
    /// in order: `A, then B`. None if it polls none. A page hides this with the future as well.
    pub polls: Option<String>,
    /// How long the lane blocks its thread from here on, until it goes on in the same poll. A page
    /// hides this with the rest of the future, too.
    pub blocks: Option<String>,
    /// What was printed, and the line of the source that printed it, if it is in the track's file.
    pub says: Vec<(LaneId, String, Option<u32>)>,
    /// When each of these lines was printed, in nanoseconds: a poll that blocks prints at other
    /// times than that at which it began.
    pub said_at: Vec<u64>,
    /// The line at which the lane goes on now: where it had been waiting, or where it polls the
    /// lane that has ended.
    pub resumed: Option<u32>,
    /// The line at which it is now: where it waits, polls another lane, or blocks its thread, or
    /// where it has panicked.
    pub stop: Option<u32>,
    /// The lines of the `.await`s around the one in `stop`, the outermost last.
    pub chain: Vec<u32>,
    /// What the lane waits for: lanes, or a library's future such as `sleep` or `Mutex::lock`.
    pub on: Option<String>,
    /// The lanes that stand on another line than before the step, each with its new line: none if
    /// the lane has ended, or if its place is not known.
    pub stands: Vec<(LaneId, Option<u32>)>,
    /// The state of each lane, a letter each: `.` not there yet, `l` not polled yet, `r` running or
    /// polling another one, `b` blocking, `t` on a thread, `w` waiting, `d` ready, `x` woken and
    /// not polled, `i` a stream between items; and at its end `f` finished, `c` cancelled, `p`
    /// panicked, `e` failed: with an error or an exception, `u` not ended.
    pub states: String,
    /// The lanes that are ready, in the order of their wakes; those of an event loop of the
    /// program's own in the order of its queue.
    pub ready: Vec<LaneId>,
    /// For each lane of `ready` the one that polls it at that time; none if the runtime does. It
    /// may be another one later: a future can be moved from one lane into another.
    pub ready_inside: Vec<Option<LaneId>>,
    /// The places in `ready` at which not the lane itself is ready, but a task inside it that has
    /// no name. The lane is in `ready` once more if it is ready itself.
    pub ready_unnamed: Vec<usize>,
    /// What else is in the queue of an event loop of the program's own, in words: done callbacks
    /// that its library has added for its own work. Each has the number of lanes of `ready` that
    /// stand before it in the queue.
    pub ready_callbacks: Vec<(usize, String)>,
    /// The lanes that wait for a timer, and when it is due.
    pub timers: Vec<(LaneId, Due)>,
    /// Which lane waits for which: each chain is a list of links, and a link is one lane or
    /// several. Only what the recording proves is here.
    pub waits: Vec<Vec<Vec<LaneId>>>,
    /// Lanes that wait, where it is not proved for which other lanes; and what is known, in words:
    /// `a wake by B`, `a lock (holder not seen)`, `TcpListener::accept`. In a deadlock no lane
    /// gives a lock back, so a deadlock of locks is no cycle in `waits`.
    pub unproved: Vec<(Vec<LaneId>, String)>,
    /// The step in which another lane woke this one; none if no lane did.
    pub woken_in: Option<usize>,
    /// The lane that did: the one that ran in that step, or an aborted one that the runtime dropped
    /// after it.
    pub woken_by: Option<LaneId>,
}

/// How a run compares with the other variants of its program.
#[derive(Clone, Debug, Serialize)]
pub struct SteppedVariant {
    /// All runs of the group, as indices into the scenes of the page. The others are compared with
    /// the first.
    pub among: Vec<usize>,
    /// For each instant how many moments a page leaves room for: the most that any of the runs has
    /// there.
    pub columns: Vec<usize>,
    /// For each run of `among` the index of the instant at which it was over.
    pub ends: Vec<usize>,
    /// For each run of `among` whether it was stopped there, since it did not end by itself.
    pub stopped: Vec<bool>,
    /// The rows of all the runs, those of the first at the top.
    pub rows: Vec<SharedRow>,
    /// For each line that this run printed in Rust, in order: whether the first prints it, too.
    pub lines: Vec<SaidBefore>,
    /// What differs from the first, in one sentence. In the first, how long each run takes.
    pub sentence: String,
}

/// A row that variants have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SharedRow {
    /// The name of the lane.
    pub name: String,
    /// Lanes of one name have one colour.
    pub hue: usize,
    /// The lane of this run; none if only other variants have it.
    pub lane: Option<LaneId>,
    /// Where the lane does something else than in the first: stretches from one edge to another. An
    /// edge is the index of an instant, and `false` for its beginning or `true` for its end.
    pub differs: Vec<[(usize, bool); 2]>,
}

/// Whether the first run of a group prints a line of another run of the group, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SaidBefore {
    /// The same line by the same lane, at the same time.
    Same,
    /// The same line by the same lane, earlier or later.
    AtAnotherTime,
    /// The same line by another lane, at whatever time.
    ByAnotherLane,
    /// The first does not print it.
    OnlyHere,
}
