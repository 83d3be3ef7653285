//! Cuts a slide that is too full into two: the first has the code and the question, the second has
//! less code, and the run is played there.
//!
//! Read it with `place`. What is cut are blocks without sizes ([`Drafted`]); `compose` tries the
//! ways to cut ([`Parts`]), and places the two halves as it places any slide.
use super::{Draft, Drafted, bare};
use crate::{deck::Language, piece::Listing};
use async_concepts::timeline::SteppedRun;
use std::collections::BTreeSet;

/// How a slide with two pieces of code becomes two slides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parts {
    /// Both pieces, then only Rust, which is what was recorded.
    PairThenRust,
    /// Both pieces, then the last one.
    PairThenLast,
    /// The first piece, then the last one.
    OneEach,
    /// All code, then of that in Rust its first line and some others.
    SomeLines,
    /// Both pieces, then of the last one its first line and some others.
    PairThenSomeLinesOfLast,
    /// The first piece, then of the last one its first line and some others.
    OneThenSomeLines,
}

/// Makes two slides of one that has code and is too full. The first has the code and the question.
/// The second has less code, the question, what is played, and the answer. Where lines of code are
/// left out, `lines` are kept, and so is the first line. `None` if this way does not suit the
/// slide.
pub(crate) fn split(
    drafted: &[Drafted],
    parts: Parts,
    lines: &BTreeSet<usize>,
) -> Option<(Vec<Drafted>, Vec<Drafted>)> {
    let mut first = vec![];
    let mut second = vec![];
    let mut pieces = 0;
    let mut played = false;
    let run = run_of(drafted);
    for Drafted { line, draft } in drafted {
        let line = *line;
        match draft {
            Draft::Codes(codes) => {
                pieces = pieces.max(codes.len());
                let (before, after) = split_codes(codes, parts, lines);
                first.push(Drafted { line, draft: Draft::Codes(before) });
                second.push(Drafted { line, draft: Draft::Codes(after) });
            }
            Draft::Asked { question, .. } => {
                let asked = Draft::Asked { question: question.clone(), answer: None };
                if question.is_some() {
                    first.push(Drafted { line, draft: asked });
                }
                second.push(Drafted { line, draft: draft.clone() });
            }
            Draft::Timeline(_) | Draft::Output(_) | Draft::Picture(_) => {
                played = true;
                second.push(Drafted { line, draft: draft.clone() });
            }
            Draft::Prose(_) | Draft::Agenda(_) => {
                first.push(Drafted { line, draft: draft.clone() });
            }
        }
    }
    // A way that leaves the second slide as full as the first would solve nothing.
    let useful = match parts {
        Parts::PairThenRust | Parts::PairThenLast => pieces == 2 && played,
        Parts::OneEach => pieces == 2,
        Parts::PairThenSomeLinesOfLast => pieces == 2 && run.is_some(),
        Parts::SomeLines | Parts::OneThenSomeLines => pieces > 0 && run.is_some(),
    };
    if useful { Some((first, second)) } else { None }
}

/// The run that a slide plays.
fn run_of(drafted: &[Drafted]) -> Option<&SteppedRun> {
    for Drafted { draft, .. } in drafted {
        if let Draft::Timeline(scene) = draft {
            return Some(&scene.run);
        }
    }
    None
}

/// The code of the first slide and that of the second.
fn split_codes(
    codes: &[Listing],
    parts: Parts,
    lines: &BTreeSet<usize>,
) -> (Vec<Listing>, Vec<Listing>) {
    let mut before = codes.to_vec();
    let mut after = codes.to_vec();
    match parts {
        Parts::PairThenRust => after.retain(|code| code.language == Language::Rust),
        Parts::PairThenLast | Parts::PairThenSomeLinesOfLast => {
            after = after.split_off(codes.len() - 1);
        }
        Parts::OneEach | Parts::OneThenSomeLines => {
            after = after.split_off(codes.len() - 1);
            before.truncate(1);
        }
        Parts::SomeLines => {
            after.retain(|code| code.language == Language::Rust);
        }
    }
    // The first slide never shows comments, since it never answers.
    for code in &mut before {
        code.fragment = bare(code);
    }
    if matches!(parts, Parts::SomeLines | Parts::PairThenSomeLinesOfLast | Parts::OneThenSomeLines)
    {
        for code in &mut after {
            // Comments are not worth the room, nor an ellipsis.
            code.fragment = bare(code).only(lines);
        }
    }
    (before, after)
}

/// The lines of the slide's code at which the lanes of its run wait or print.
pub(crate) fn lines_that_ran(drafted: &[Drafted]) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    if let Some(run) = run_of(drafted) {
        for code in codes(drafted) {
            if code.language == Language::Rust {
                lines.extend(lines_of(run, &code.file));
            }
        }
    }
    lines
}

/// The lines of the slide's code that the deck names as its point.
pub(crate) fn lines_that_stay(drafted: &[Drafted]) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    for code in codes(drafted) {
        if code.language == Language::Rust {
            lines.extend(&code.stay);
        }
    }
    lines
}

/// The lines that the code of `shown` leaves out, although `all` has them: first those that `ran`,
/// then other code, then lines of nothing but brackets. Comments are not worth the room.
pub(crate) fn left_out(all: &[Drafted], shown: &[Drafted], ran: &BTreeSet<usize>) -> Vec<usize> {
    let mut kept: BTreeSet<usize> = BTreeSet::new();
    let mut files: BTreeSet<&str> = BTreeSet::new();
    for code in codes(shown) {
        kept.extend(&code.fragment.numbers);
        files.insert(&code.file);
    }
    let mut left_out = vec![];
    if !kept.contains(&0) {
        return vec![]; // there is no ellipsis, so each piece is whole
    }
    for code in codes(all) {
        for (line, number) in code.fragment.text.lines().zip(&code.fragment.numbers) {
            let comment = line.trim_start().starts_with("//");
            if files.contains(code.file.as_str()) && !kept.contains(number) && !comment {
                let brackets = !line.contains(char::is_alphanumeric);
                left_out.push((!ran.contains(number), brackets, *number));
            }
        }
    }
    left_out.sort_unstable();
    left_out.into_iter().map(|(_, _, number)| number).collect()
}

/// All pieces of code of a slide.
pub(crate) fn codes(drafted: &[Drafted]) -> impl Iterator<Item = &Listing> {
    drafted.iter().flat_map(|drafted| match &drafted.draft {
        Draft::Codes(codes) => codes.as_slice(),
        _ => &[],
    })
}

/// The lines of a file at which the lanes of a run wait or print.
fn lines_of(run: &SteppedRun, file: &str) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    for track in &run.tracks {
        if track.file != file {
            continue;
        }
        for step in &track.steps {
            let said = step.says.iter().filter_map(|(_, _, line)| *line);
            for line in said.chain(step.resumed).chain(step.stop) {
                lines.insert(line as usize);
            }
        }
    }
    lines
}
