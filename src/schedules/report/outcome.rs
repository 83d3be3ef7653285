//! What a run came to, as text: so that two runs can be compared.
use super::schedule::Schedule;
use crate::timeline::{Chart, Recording};
use std::fmt::Debug;

/// One of the different outcomes of a program.
#[derive(Debug)]
pub struct Outcome {
    /// What `main` returned, as [`Debug`] prints it, or why it returned nothing. The numbers of
    /// tasks are left out, since they differ from run to run.
    pub result: String,
    /// The lines, sorted, each with its lane and without its time.
    pub lines: Vec<String>,
    /// In how many schedules it came about.
    pub schedules: u64,
    /// The first of these schedules.
    pub schedule: Schedule,
    /// What was printed in that schedule, as `time lane text`.
    pub transcript: Vec<String>,
    /// The run of that schedule, to be drawn.
    pub chart: Chart,
}

/// What `main` returned, or why it returned nothing. The same text for runs that end alike.
pub(in crate::schedules) fn result_of<T: Debug>(recording: &Recording<T>) -> String {
    match &recording.outcome {
        Ok(output) => without_task_ids(&format!("{output:?}")),
        Err(verdict) => without_task_ids(&verdict.to_string()),
    }
}

/// Leaves out the numbers of tasks, which a `JoinError` prints: tokio numbers tasks throughout the
/// process, so each run has other numbers. Whatever else looks like the number of a task, such as
/// `UserId(7)` in a result of the program, is left out as well. Then two results that differ only
/// there count as one.
fn without_task_ids(text: &str) -> String {
    without_displayed_ids(&without_debugged_ids(text))
}

/// Leaves out the number in `Id(7)`, as `Debug` prints it.
fn without_debugged_ids(text: &str) -> String {
    let mut shown = String::new();
    let mut left = text;
    while let Some((before, after)) = left.split_once("Id(") {
        shown.push_str(before);
        let number = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        shown.push_str(if number > 0 { "Id(…" } else { "Id(" });
        left = &after[number..];
    }
    shown + left
}

/// Leaves out the number in `task 7`, as `Display` prints it.
fn without_displayed_ids(text: &str) -> String {
    let mut words = vec![];
    let mut is_after_task = false;
    for word in text.split(' ') {
        let is_number = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
        words.push(if is_after_task && is_number { "…" } else { word });
        is_after_task = word == "task";
    }
    words.join(" ")
}
