//! A failed attempt as text: the headline, what was expected beside what happened, the timeline,
//! and the headline once more, since the end of a text is what a small screen shows.
use crate::{
    attempt::{Attempt, Difference},
    compiler::RUSTC_HAS_NOT_SEEN_IT,
    diagnosis::headline,
    prediction::{PREDICT_FIRST, compare},
};
use async_concepts::timeline::TerminalOptions;
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::{
    fs,
    io::{IsTerminal, Write},
    panic::{Location, resume_unwind},
    path::PathBuf,
};

/// More lines than these are more than half a screen.
const LINES: usize = 12;

/// More lanes than these are more than half a screen, and not drawn.
const LANES: usize = 24;

/// The width of a picture if nothing tells the width of the terminal: rustlings and cargo give the
/// program a pipe.
const WIDTH: usize = 78;

impl<T> Attempt<T> {
    /// Passes if all is as expected.
    ///
    /// # Panics
    /// Otherwise, after it has printed the mistake, what was expected beside what happened, and the
    /// timeline of the run. The payload is that text; no backtrace is printed with it.
    #[track_caller]
    pub fn verdict(self) {
        if self.run.outcome.is_ok() && self.differences.is_empty() {
            forget_the_last_one();
            return;
        }
        fail(&self, Location::caller())
    }
}

/// Ends the test with the report as the payload of its panic, and prints it.
pub(crate) fn fail<T>(attempt: &Attempt<T>, place: &Location<'_>) -> ! {
    let headline = headline(attempt, place.file());
    let details = details(attempt);
    // At the end it is folded: a small screen would break it in the middle of a word.
    let end = folded(&headline);
    remember(&format!("{details}\n{end}"));
    let text = if under_rustlings() {
        // It shows the program's output below that of the test: the rest is printed there, once.
        format!("{headline}\n")
    } else {
        format!("{headline}\n{details}\n{end}")
    };
    eprintln!("{text}");
    // Not `panic!`, whose hook would print the text again, with a backtrace if one is asked for.
    resume_unwind(Box::new(text))
}

/// Ends the test of an exploration that is not made: an earlier run has its verdict, and is what
/// the learner has to look at.
pub(crate) fn fail_without_a_run() -> ! {
    let text = "not tried: an earlier run of this file keeps its thread, and would slow this one";
    eprintln!("{text}");
    resume_unwind(Box::new(text.to_owned()))
}

/// Everything but the headline.
fn details<T>(attempt: &Attempt<T>) -> String {
    let run = &attempt.run;
    let mut text = String::new();
    if let Some(scenario) = &attempt.scenario {
        let mut sentence = format!("(in another scenario than that of the file: {scenario}");
        if let Some(moment) = &attempt.moment
            && attempt.prediction.is_some()
        {
            sentence += moment;
        }
        text += &folded(&(sentence + ")"));
    }
    let Some(prediction) = attempt.prediction else {
        return text + "\n" + PREDICT_FIRST + "\n";
    };
    if run.stood_in {
        return text + "\n" + RUSTC_HAS_NOT_SEEN_IT + "\n";
    }
    if attempt.scenario.is_none()
        && let Some(sentence) = compare(prediction, run)
    {
        text += &folded(&sentence);
    }
    text += "\n";
    if let Some(expected) = &attempt.lines
        && *expected != run.lines
    {
        side_by_side(&mut text, expected, &run.lines);
    }
    for difference in &attempt.differences {
        match difference {
            Difference::Output { returned, expected } => {
                text += &format!("returned: {returned}\nexpected: {expected}\n\n");
            }
            Difference::Claim(claim) => text += &format!("it does not hold that {claim}\n\n"),
            Difference::TooMany { name, seen, most } => {
                text += &format!("“{name}”: {seen} at a time instead of {most}\n\n");
            }
            Difference::Time { .. } | Difference::Lines => {}
        }
    }
    if run.chart.rows.len() > LANES {
        text += &format!("(no timeline: it would have {} lanes)\n", run.chart.rows.len());
    } else {
        text += &run.chart.to_text(picture());
    }
    text
}

/// In lines of at most [`WIDTH`] columns.
pub(crate) fn folded(sentence: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in sentence.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            text.push('\n');
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text += word;
        column += width;
    }
    text + "\n"
}

/// What was expected and what happened, line by line. What is in both stands in one row, so that a
/// line that is missing or too many is seen as that.
fn side_by_side(text: &mut String, expected: &[String], happened: &[String]) {
    let mut width = "expected".len();
    for line in expected {
        width = width.max(line.chars().count());
    }
    let mut rows = vec![];
    for part in capture_diff_slices(Algorithm::Myers, expected, happened) {
        let sign = if part.tag() == DiffTag::Equal { ' ' } else { '≠' };
        let expected = &expected[part.old_range()];
        let happened = &happened[part.new_range()];
        for row in 0..expected.len().max(happened.len()) {
            let left = expected.get(row).map_or("", String::as_str);
            let right = happened.get(row).map_or("", String::as_str);
            rows.push(format!("  {left:width$}  {sign} {right}"));
        }
    }
    let more = rows.len().saturating_sub(LINES);
    rows.truncate(LINES);
    match more {
        0 => {}
        1 => rows.push("  … and 1 more line".to_owned()),
        _ => rows.push(format!("  … and {more} more lines")),
    }
    *text += &format!("  {:width$}    your run\n", "expected");
    for row in rows {
        *text += row.trim_end();
        text.push('\n');
    }
    text.push('\n');
}

/// As wide as the terminal; under cargo and rustlings the output is a pipe, and 78 columns fit.
pub(crate) fn picture() -> TerminalOptions {
    let mut options = TerminalOptions::of_stdout();
    if !std::io::stdout().is_terminal() {
        options.width = WIDTH;
    }
    if let Ok(columns) = std::env::var("COLUMNS")
        && let Ok(width) = columns.parse()
    {
        options.width = width;
    }
    options
}

/// Rustlings asks the tests for another format than cargo does by itself. It says nowhere else that
/// it is there.
fn under_rustlings() -> bool {
    std::env::args().any(|argument| argument == "pretty")
}

/// The file in which the last verdict on an exercise is kept, beside its program: `show` prints it
/// under rustlings. Nothing if this is no test of an exercise.
fn kept() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?;
    if folder.file_name()? != "deps" {
        return None;
    }
    let (exercise, _hash) = program.file_stem()?.to_str()?.rsplit_once('-')?;
    Some(folder.parent()?.join(format!("{exercise}.verdict")))
}

fn remember(text: &str) {
    if let Some(file) = kept() {
        // Without it the verdict is still in the output of the test.
        let _ = fs::write(file, text);
    }
}

/// Says what was tried where all of it holds: seen with `cargo test -- --show-output`.
pub(crate) fn tried(covered: &str) {
    println!("tried: {covered}");
}

/// Says what could not be tried. Not with `println!`, of which a learner sees nothing if the test
/// passes.
pub(crate) fn not_tried(why: &str) {
    let sentence = folded(&format!("Not tried: {why}."));
    // Without the sentence the answer is judged as well.
    let _ = write!(std::io::stderr(), "\n{sentence}");
}

/// The exercise is right, as far as this attempt goes.
pub(crate) fn forget_the_last_one() {
    if let Some(file) = kept() {
        let _ = fs::remove_file(file);
    }
}
