//! Gives the blocks of a slide their sizes: code as large as there is room for, and the picture
//! what is left.
//!
//! Read it after `layout`; next is `page`. There are few ways to set a slide: four sizes of code,
//! two pieces beside or above each other. So all are tried, and the cheapest is taken. The second
//! half of the file cuts a slide that is too full into two.
use crate::{
    colour,
    deck::{Language, Problem, Slide},
    drawing::{Drawing, Size},
    examples::Scene,
    layout::{self, Setting},
    piece::{Listing, Piece, Played, Printed},
    source::Fragment,
};
use async_concepts::timeline::{SteppedRun, SvgOptions, SvgPicture, Theme};
use std::{collections::BTreeSet, sync::Arc};

/// How wide a picture may be drawn: the wider it is, the smaller it is shown, and the last row has
/// to be able to read it.
pub const WIDEST: f64 = layout::content_width() / layout::SMALLEST_SCALE;
/// A picture that is enlarged by this factor is large enough.
const GENEROUS_SCALE: f64 = 1.5;
/// What a line that is too wide for its column costs: more than anything else.
const TOO_WIDE: f64 = 100.0;
/// By how many pixels a picture grows that is too narrow to show everything.
const WIDER: f64 = 40.0;

/// A block whose size is not known yet.
#[derive(Clone)]
pub(crate) enum Draft {
    /// Markdown.
    Prose(String),
    /// A question and its answer, which share one place.
    Asked { question: Option<String>, answer: Option<String> },
    /// One piece of code or two.
    Codes(Vec<Listing>),
    /// A run, not drawn yet: its width depends on the room.
    Timeline(Arc<Scene>),
    /// What a run printed.
    Output(Printed),
    /// A picture that is drawn already.
    Picture(Drawing),
    /// All topics, and which of them is marked.
    Agenda(Vec<(String, bool)>),
}

/// A block, and the line of `deck.md` on which it begins.
#[derive(Clone)]
pub(crate) struct Drafted {
    /// The line's number, for problems.
    pub(crate) line: usize,
    /// The block, which has no size before all blocks of its slide are known.
    pub(crate) draft: Draft,
}

/// Draws a run, so many pixels wide.
pub fn draw(scene: &Scene, width: f64) -> SvgPicture {
    scene.chart.picture(SvgOptions {
        width,
        theme: Theme::Page,
        legend: false,
        lines: false,
        caption: false,
        row: SvgOptions::LOWEST_ROW,
        column: SvgOptions::NARROWEST_COLUMN,
        titles: false,
        glossary: None,
    })
}

/// How the blocks of a slide are set: the size of its code, and whether two pieces stand above each
/// other.
#[derive(Clone, Copy)]
struct Choice {
    /// Which of the sizes of code.
    size: usize,
    /// Two pieces of code stand above each other, not side by side.
    stacked: bool,
}

/// Lays a slide out. What does not fit is a problem.
pub(crate) fn place(
    slide: &Slide,
    drafted: Vec<Drafted>,
    problems: &mut Vec<Problem>,
) -> Vec<Piece> {
    let only_text = has_only_text(&drafted);
    if !layout::title_fits(&slide.title) {
        let what = "the title does not fit into one line".into();
        problems.push(Problem { line: slide.line, what });
    }
    for Drafted { line, draft } in &drafted {
        if let Draft::Timeline(scene) = draft
            && said_lines(scene) > layout::SAID_LINES
        {
            let most = layout::SAID_LINES;
            let what = format!("what is said in one step needs more than {most} lines");
            problems.push(Problem { line: *line, what });
        }
    }
    let chosen = match choose(&drafted, only_text) {
        Ok(chosen) => chosen,
        Err(missing) => {
            let what = format!("the slide does not fit: it is {missing:.0} pixels too high");
            problems.push(Problem { line: slide.line, what });
            return vec![];
        }
    };
    let room = room(&drafted, chosen, only_text);
    let mut pieces = vec![];
    for Drafted { line, draft } in drafted {
        if let Draft::Codes(codes) = &draft {
            for what in too_wide(codes, setting(codes, chosen)) {
                problems.push(Problem { line, what });
            }
        }
        let piece = piece(draft, chosen, room);
        if let Piece::Timeline(played) = &piece
            && played.picture.shortened
        {
            let what = "a text in the picture is shortened for want of room".into();
            problems.push(Problem { line, what });
        }
        pieces.push(piece);
    }
    pieces
}

/// The best way to set a slide; or by how many pixels it is too high even in the lowest way.
fn choose(drafted: &[Drafted], only_text: bool) -> Result<Choice, f64> {
    let picture = picture_of(drafted);
    let needed = picture.map_or(0.0, |picture| picture.needed);
    let mut best: Option<(f64, Choice)> = None;
    let mut missing = f64::INFINITY;
    for size in 0..layout::CODE_SIZES.len() {
        for stacked in [false, true] {
            let choice = Choice { size, stacked };
            let room = room(drafted, choice, only_text);
            if room < needed {
                missing = missing.min(needed - room);
                continue;
            }
            // A smaller size of code costs one for each step. Lines that do not fit cost more than
            // any size, and a picture that gets less room than it could use costs the more the less
            // it gets.
            let mut cost = size as f64;
            for Drafted { draft, .. } in drafted {
                if let Draft::Codes(codes) = draft {
                    let setting = setting(codes, choice);
                    cost += TOO_WIDE * (setting.wraps + setting.broken) as f64;
                }
            }
            if let Some(Wanted { generous, .. }) = picture {
                cost += 8.0 * GENEROUS_SCALE * (1.0 - room / generous).max(0.0);
            }
            match best {
                Some((least, _)) if least <= cost => {}
                _ => best = Some((cost, choice)),
            }
        }
    }
    match best {
        Some((_, choice)) => Ok(choice),
        None => Err(missing),
    }
}

/// How much height a picture wants.
#[derive(Clone, Copy)]
struct Wanted {
    /// With less height than this its letters are too small.
    needed: f64,
    /// More height than this is of no use to it.
    generous: f64,
}

/// What the picture of a slide wants.
fn picture_of(drafted: &[Drafted]) -> Option<Wanted> {
    for Drafted { draft, .. } in drafted {
        match draft {
            Draft::Timeline(scene) => {
                let height = draw(scene, WIDEST).height;
                let needed = height * layout::SMALLEST_SCALE;
                return Some(Wanted { needed, generous: height * GENEROUS_SCALE });
            }
            Draft::Picture(Drawing { size: Size { width, height, letters, .. }, .. }) => {
                let needed = height * layout::SMALLEST_LETTERS / letters;
                // With this height the picture is as wide as the slide.
                let generous = height * layout::content_width() / width;
                return Some(Wanted { needed, generous: generous.max(needed) });
            }
            _ => {}
        }
    }
    None
}

/// Where a slide is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Medium {
    /// Played: the answer takes the place of the question.
    Screen,
    /// Printed, or shown without scripts: the question, smaller, stands above its answer.
    Paper,
}

/// What is left for a picture. Without one, whatever is shown has to fit on paper, too. A picture
/// shrinks there, and what stands below it on the screen is not printed.
fn room(drafted: &[Drafted], choice: Choice, only_text: bool) -> f64 {
    let text = if only_text { layout::LARGE_TEXT } else { 1.0 };
    let mut heights = vec![];
    let mut on_paper = vec![];
    let mut shrinks = false;
    for Drafted { draft, .. } in drafted {
        heights.push(height(draft, choice, text, Medium::Screen));
        on_paper.push(height(draft, choice, text, Medium::Paper));
        shrinks |= matches!(draft, Draft::Timeline(_) | Draft::Picture(_));
    }
    let room = layout::room_for_picture(&heights);
    if shrinks { room } else { room.min(layout::room_for_picture(&on_paper)) }
}

/// How high a block is if its text is so many times as large. Of a picture only what is around it
/// counts: the picture gets what is left.
fn height(draft: &Draft, choice: Choice, text_size: f64, medium: Medium) -> f64 {
    match draft {
        Draft::Prose(text) => layout::text_height(text, text_size),
        Draft::Asked { question: Some(question), answer: Some(answer) }
            if medium == Medium::Paper =>
        {
            layout::bold_text_height(question, text_size * layout::ASKED)
                + layout::bold_text_height(answer, text_size)
        }
        Draft::Asked { question, answer } => {
            // One takes the place of the other, so the higher of the two counts.
            let mut most: f64 = 0.0;
            for text in question.iter().chain(answer) {
                most = most.max(layout::bold_text_height(text, text_size));
            }
            most
        }
        Draft::Codes(codes) => layout::code_height(setting(codes, choice)),
        Draft::Timeline(scene) => layout::around_picture(said_lines(scene)),
        Draft::Output(printed) => layout::output_height(printed.rows(), printed.in_two_columns()),
        Draft::Picture(_) => 0.0,
        Draft::Agenda(topics) => layout::agenda_height(topics.len()),
    }
}

/// How pieces of code are set by this choice.
fn setting(codes: &[Listing], choice: Choice) -> Setting {
    let texts: Vec<&str> = codes.iter().map(|code| code.fragment.text.as_str()).collect();
    layout::set(&texts, choice.size, choice.stacked)
}

/// The pieces of code that have a line which is wider than their column.
fn too_wide(codes: &[Listing], setting: Setting) -> Vec<String> {
    let mut problems = vec![];
    for (code, columns) in codes.iter().zip(layout::columns_of(setting, codes.len())) {
        let text = code.fragment.text.as_str();
        if layout::wrapped(text, columns) > code.fragment.numbers.len() {
            let widest = layout::widest_line(text);
            problems.push(format!(
                "{} is too wide here: its longest line has {widest} letters, \
                 and its column {columns}",
                code.file
            ));
        }
    }
    problems
}

/// A block in its final size.
fn piece(draft: Draft, choice: Choice, room: f64) -> Piece {
    match draft {
        Draft::Prose(text) => Piece::Prose(text),
        Draft::Asked { question, answer } => Piece::Asked { question, answer },
        Draft::Codes(codes) => {
            let setting = setting(&codes, choice);
            Piece::Codes(codes, setting)
        }
        Draft::Timeline(scene) => {
            let said_lines = said_lines(&scene);
            let picture = drawn_for(&scene, room);
            Piece::Timeline(Played { scene, picture, said_lines })
        }
        Draft::Output(printed) => Piece::Output(printed),
        Draft::Picture(drawing) => Piece::Picture(drawing),
        Draft::Agenda(topics) => Piece::Agenda(topics),
    }
}

/// Draws a run as narrow as its room allows, because a narrow picture is shown larger; but wide
/// enough to show all of the run.
fn drawn_for(scene: &Scene, room: f64) -> SvgPicture {
    let height = draw(scene, WIDEST).height;
    let wanted = height * layout::content_width() / room;
    let mut width = wanted.clamp(layout::NARROWEST_PICTURE, WIDEST);
    loop {
        let picture = draw(scene, width);
        if width >= WIDEST || picture.left_out.is_empty() {
            return picture;
        }
        width = (width + WIDER).min(WIDEST);
    }
}

/// How many lines it takes to show what is said in one step.
fn said_lines(scene: &Scene) -> usize {
    let mut most = 1;
    let steps = &scene.run.tracks[0].steps;
    for (nth, step) in steps.iter().enumerate() {
        let mut texts = vec![];
        for (lane, text, _) in &step.says {
            texts.push(format!("{} {text}", scene.run.lanes[*lane].name));
        }
        if nth + 1 == steps.len() {
            // The verdict comes after the last step, in bold letters, which are about an
            // eighth wider.
            texts.extend(scene.run.verdict.as_ref().map(|verdict| {
                let wider = verdict.chars().count() / 8;
                format!("{verdict}{}", " ".repeat(wider))
            }));
        }
        most = most.max(layout::said_lines(&texts));
    }
    most
}

/// Whether there is nothing but text, which is larger then.
pub(crate) fn has_only_text(drafted: &[Drafted]) -> bool {
    for Drafted { draft, .. } in drafted {
        if !matches!(draft, Draft::Prose(_) | Draft::Asked { .. }) {
            return false;
        }
    }
    true
}

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
/// left out, `lines` are kept, besides the first. None if this way does not suit the slide.
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

/// Whether a slide asks something and has nothing that answers it: the next slide does.
pub(crate) fn leaves_its_question_open(drafted: &[Drafted]) -> bool {
    let mut asks = false;
    for Drafted { draft, .. } in drafted {
        match draft {
            Draft::Asked { question: Some(_), answer: None } => asks = true,
            Draft::Asked { .. } | Draft::Timeline(_) | Draft::Output(_) | Draft::Picture(_) => {
                return false;
            }
            Draft::Prose(_) | Draft::Codes(_) | Draft::Agenda(_) => {}
        }
    }
    asks
}

/// The same without lines that are nothing but a comment. While a slide asks, comments are hidden;
/// where it never answers, their lines would stay empty for ever.
pub(crate) fn without_comments(mut drafted: Vec<Drafted>) -> Vec<Drafted> {
    for Drafted { draft, .. } in &mut drafted {
        if let Draft::Codes(codes) = draft {
            for code in codes {
                code.fragment = bare(code);
            }
        }
    }
    drafted
}

/// Code without lines that are nothing but a comment or a docstring.
fn bare(code: &Listing) -> Fragment {
    code.fragment.without(&colour::comment_lines(code.language, &code.fragment.text))
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
fn codes(drafted: &[Drafted]) -> impl Iterator<Item = &Listing> {
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
