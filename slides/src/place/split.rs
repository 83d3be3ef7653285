//! Cuts a slide that is too full into two: the first has the code and the question, the second has
//! less code, and the run is played there.
//!
//! Read it with `place`. What is cut are blocks without sizes ([`Drafted`]); `compose` tries the
//! ways to cut ([`Parts`]), and places the two halves as it places any slide.
use super::{Draft, Drafted, bare};
use crate::{
    deck::{Halves, Language},
    layout,
    piece::Listing,
    source::Fragment,
};
use async_concepts::timeline::SteppedRun;
use std::collections::BTreeSet;

/// How a slide with code becomes two slides: which code each of them shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// The code of the first, on which it is read.
    pub(crate) first: First,
    /// The code of the second, beside which the run is played.
    pub(crate) second: Second,
    /// Whether the second shows only the first line of each piece and some others.
    pub(crate) only_some_lines: bool,
    /// Whether the code of the second, joined, stands in two columns.
    pub(crate) in_columns: bool,
}

/// Which code the first half shows, of that which is not kept for the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum First {
    All,
    /// The first piece.
    One,
}

/// Which code the second half shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Second {
    /// All of that in Rust, which is what was recorded.
    Rust,
    /// The last piece, and what is kept for this half.
    Last,
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
                let (before, after) = split_codes(codes, parts, lines)?;
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
    let all_of_one = pieces == 1 && !parts.only_some_lines && !parts.in_columns;
    let useful = match parts.second {
        _ if parts.only_some_lines || parts.in_columns => pieces > 0 && run.is_some(),
        Second::Last if parts.first == First::One => pieces > 1,
        _ => !all_of_one && played,
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

/// The code of the first slide and that of the second; `None` if one of them would have none, or
/// more than two pieces.
fn split_codes(
    codes: &[Listing],
    parts: Parts,
    lines: &BTreeSet<usize>,
) -> Option<(Vec<Listing>, Vec<Listing>)> {
    let mut before = codes.to_vec();
    before.retain(|code| code.on != Halves::Played);
    if parts.first == First::One {
        before.truncate(1);
    }
    // The first slide never shows comments, since it never answers.
    for code in &mut before {
        code.fragment = bare(code);
    }
    let mut after = codes.to_vec();
    after.retain(|code| code.on != Halves::Asked);
    match parts.second {
        Second::Rust => after.retain(|code| code.language == Language::Rust),
        Second::Last => {
            let kept = after.iter().filter(|code| code.on == Halves::Played).count();
            after.drain(..(after.len() - kept).saturating_sub(1));
        }
    }
    if parts.only_some_lines {
        for code in &mut after {
            // Comments are not worth the room, nor an ellipsis.
            code.fragment = bare(code).only(lines);
        }
    }
    if parts.in_columns {
        after = in_columns(&after)?;
    }
    let fits = |codes: &[Listing]| matches!(codes.len(), 1..=2);
    if fits(&before) && fits(&after) { Some((before, after)) } else { None }
}

/// Pieces of one file, one below the other, in two columns: so they need half of the height. If
/// they are too wide for that, they stay one column, which needs less room than two pieces do.
/// Comments are not worth the room. `None` if that cannot be done.
fn in_columns(codes: &[Listing]) -> Option<Vec<Listing>> {
    let [first, rest @ ..] = codes else { return None };
    let mut joined = bare(first);
    let mut ends = vec![];
    for code in rest {
        if code.file != first.file {
            return None;
        }
        ends.push(joined.numbers.len());
        joined = joined.followed_by(&bare(code));
    }
    let mut best: Option<(usize, usize, (Fragment, Fragment))> = None;
    for (at, line) in joined.text.lines().enumerate().skip(1) {
        let (left, right) = joined.cut(at);
        let lines = left.numbers.len().max(right.numbers.len());
        // Another line is worth that a piece is not cut in two, or at an empty line.
        let cuts_through = !ends.contains(&at) && !line.is_empty();
        let cost = 2 * lines + if cuts_through { 3 } else { 0 };
        let is_better = best.as_ref().is_none_or(|(least, ..)| cost < *least);
        if is_better && layout::fit_side_by_side(&left.text, &right.text) {
            best = Some((cost, at, (left, right)));
        }
    }
    let texts = codes.iter().all(|code| code.texts);
    let column = |fragment, goes_on| Listing { fragment, goes_on, texts, ..first.clone() };
    match best {
        Some((_, at, (left, right))) => {
            Some(vec![column(left, false), column(right, !ends.contains(&at))])
        }
        None => Some(vec![column(joined, false)]),
    }
}

/// The same slide, with its code in two columns. `None` if that cannot be done.
pub(crate) fn with_columns(drafted: &[Drafted]) -> Option<Vec<Drafted>> {
    let mut drafted = drafted.to_vec();
    for Drafted { draft, .. } in &mut drafted {
        if let Draft::Codes(codes) = draft {
            *codes = in_columns(codes)?;
        }
    }
    Some(drafted)
}

/// Whether a slide shows its code, its run and its answer at once, and no code that another half
/// would have to show alone.
pub(crate) fn can_be_one(drafted: &[Drafted]) -> bool {
    let mut on = vec![];
    for code in codes(drafted) {
        on.push((code.on, code.language));
    }
    let is_python = |(_, language): &(Halves, Language)| *language == Language::Python;
    let has_halves = on.iter().any(|(on, _)| *on == Halves::Played) && on.iter().any(is_python);
    !has_halves && on.iter().all(|(on, _)| *on != Halves::Asked)
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
