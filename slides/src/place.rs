//! Gives the blocks of a slide their sizes: code as large as there is room for, and the picture
//! what is left.
//!
//! Read it after `layout`; next is `page`. There are few ways to set a slide: four sizes of code,
//! two pieces beside or above each other. So all are tried, and the cheapest is taken. `split`
//! below it cuts a slide that is too full into two.
mod split;

pub(crate) use split::{
    First, Parts, Second, can_be_one, codes, left_out, lines_that_ran, lines_that_stay, split,
    with_columns,
};

use crate::{
    colour,
    deck::{DeckError, Slide},
    drawing::{Drawing, Size},
    examples::Scene,
    layout::{self, Setting},
    piece::{Listing, Piece, Played, Printed},
    source::Fragment,
};
use async_concepts::timeline::{SvgOptions, SvgPicture, Theme};
use std::sync::Arc;

/// How wide a picture may be drawn: the wider it is, the smaller it is shown, and the last row has
/// to be able to read it.
pub const WIDEST: f64 = layout::content_width() / layout::SMALLEST_SCALE;
/// A picture that is enlarged by this factor is large enough.
const GENEROUS_SCALE: f64 = 1.5;
/// What a picture costs that gets no room at all. A step to a smaller size of code costs 1: so the
/// code becomes one step smaller if the picture then gets a twelfth more of the room it wants.
const NO_ROOM: f64 = 12.0;
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
    /// Pieces of code: one or two, or more if some are kept for the half that plays the run.
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
    /// The line's number, for errors.
    pub(crate) line: usize,
    /// The block, which has no size before all blocks of its slide are known.
    pub(crate) draft: Draft,
}

/// Draws a run, `width` pixels wide.
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

/// Lays a slide out. What does not fit is an error.
pub(crate) fn place(
    slide: &Slide,
    drafted: Vec<Drafted>,
    errors: &mut Vec<DeckError>,
) -> Vec<Piece> {
    let only_text = has_only_text(&drafted);
    if !layout::title_fits(&slide.title) {
        let what = "the title does not fit into one line".into();
        errors.push(DeckError { line: slide.line, what });
    }
    for Drafted { line, draft } in &drafted {
        if let Draft::Timeline(scene) = draft
            && said_lines(scene) > layout::SAID_LINES
        {
            let most = layout::SAID_LINES;
            let what = format!("what is said in one step needs more than {most} lines");
            errors.push(DeckError { line: *line, what });
        }
    }
    let chosen = match choose(&drafted, only_text) {
        Ok(chosen) => chosen,
        Err(missing) => {
            let most = layout::HEIGHT;
            let what = format!(
                "the slide does not fit: it needs {missing:.0} pixels more than its {most}"
            );
            errors.push(DeckError { line: slide.line, what });
            return vec![];
        }
    };
    let room = room(&drafted, chosen, only_text);
    let mut pieces = vec![];
    for Drafted { line, draft } in drafted {
        if let Draft::Codes(codes) = &draft {
            for what in too_wide(codes, setting(codes, chosen)) {
                errors.push(DeckError { line, what });
            }
        }
        let piece = piece(draft, chosen, room);
        if let Piece::Timeline(played) = &piece
            && played.picture.shortened
        {
            let what = "a text in the picture is shortened for want of room".into();
            errors.push(DeckError { line, what });
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
                cost += NO_ROOM * (1.0 - room / generous).max(0.0);
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

/// The height that is left for a picture. A slide without a picture has to fit on paper, too, where
/// the question stands above its answer. A picture may shrink there, and what stands below it on
/// the screen is not printed.
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

/// How high a block is. `text_size` says how many times as large as usual its text is. Of a picture
/// only what is around it counts: the picture gets what is left.
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
    let mut errors = vec![];
    for (code, columns) in codes.iter().zip(layout::columns_of(setting, codes.len())) {
        let text = code.fragment.text.as_str();
        if layout::wrapped(text, columns) > code.fragment.numbers.len() {
            let widest = layout::widest_line(text);
            errors.push(format!(
                "{} is too wide here: its longest line has {widest} letters, \
                 and its column {columns}",
                code.file
            ));
        }
    }
    errors
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
            // The verdict comes after the last step, in bold letters, which are about an eighth
            // wider.
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

/// The blocks without those lines of code that are nothing but a comment. While a slide asks,
/// comments are hidden; on a slide that never answers, their lines would stay empty for ever.
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
