//! The talk as an article, for reading alone: one page to scroll, on a phone as well.
//!
//! Read it after `held`; next is `documents`. It is made of the same pieces as the deck, so the two
//! cannot differ. What a speaker would reveal is folded up here.
use super::readme::Topic;
use crate::{
    colour,
    compose::{Shown, Talk},
    deck::Language,
    drawing::{Drawing, Size},
    page::{inline, markdown, slug},
    piece::{Listing, Piece, Played, Printed, REAL_TIME},
};
use maud::{Markup, PreEscaped, html};

/// All slides, one below the other.
pub(super) fn article(talk: &Talk, topics: &[Topic]) -> Markup {
    let title = &talk.slides[0].slide.title;
    let sections = sections(talk);
    let mut topic = "";
    // For each section the heading of its topic, if the section is the first of it.
    let mut headings = vec![];
    for section in &sections {
        let slide = &section[0].slide;
        let mut heading = None;
        // A title slide has been left out, so the first slide after it opens the topic here.
        if slide.topic != topic {
            // The first topic is called like the talk, whose title stands above.
            heading = Some(if slide.topic == *title { &slide.title } else { &slide.topic });
        }
        headings.push(heading);
        topic = &slide.topic;
    }
    html! {
        h1 { (title) }
        @for piece in &talk.slides[0].pieces { (self::piece(piece, title)) }
        nav aria-label="Topics" {
            ul.ways {
                @for heading in headings.iter().flatten() {
                    li { a href={ "#" (slug(heading)) } { (heading) } }
                }
            }
        }
        @for (section, heading) in sections.iter().zip(&headings) {
            @if let Some(heading) = heading { h2 #(slug(heading)) { (heading) } }
            (self::section(section, *heading, topics))
        }
    }
}

/// The slides, without title slides. A slide that became two because it was too full stands
/// together with its second half: both begin on the same line of `deck.md`.
fn sections(talk: &Talk) -> Vec<Vec<&Shown>> {
    let mut sections: Vec<Vec<&Shown>> = vec![];
    for shown in talk.slides.iter().filter(|shown| !shown.slide.opens) {
        match sections.last_mut() {
            Some(section) if section[0].slide.line == shown.slide.line => section.push(shown),
            _ => sections.push(vec![shown]),
        }
    }
    sections
}

/// One slide, from one half or two: first what is asked about, then what answers it. `heading`
/// stands above it.
fn section(halves: &[&Shown], heading: Option<&String>, topics: &[Topic]) -> Markup {
    let title = &halves[0].slide.title;
    // Of two halves either may have the button, the question or the answer: what was together on
    // the slide as it was written is put together again.
    let run = halves.iter().find_map(|half| half.run.as_ref());
    // Whole: unlike a slide, an article has room for all lines.
    let mut codes: Vec<&Listing> = halves[0].codes.iter().collect();
    let mut question = None;
    let mut answer = None;
    for piece in halves.iter().flat_map(|half| &half.pieces) {
        if let Piece::Asked { question: asked, answer: answered } = piece {
            question = question.or(asked.as_deref());
            answer = answer.or(answered.as_deref());
        }
    }
    html! {
        section {
            // A topic of one slide may be called like it.
            @if heading != Some(title) { h3 { (inline(title)) } }
            @for piece in halves.iter().flat_map(|half| &half.pieces) {
                @match piece {
                    // All of them stand where the first piece of code stood on the slide.
                    Piece::Codes(..) => { @for code in codes.drain(..) { (self::code(code)) } },
                    Piece::Asked { .. } => {
                        @if let Some(question) = question.take() {
                            p.question { (inline(question)) }
                        }
                    },
                    piece => (self::piece(piece, title)),
                }
            }
            // Last, since the picture lets the reader find it.
            @if let Some(answer) = answer { (self::answer(answer)) }
            @if let Some(run) = run {
                @let row = topics.iter().flat_map(|topic| &topic.rows)
                    .find(|row| row.example == run.name);
                @if let Some(row) = row {
                    p { a href=(row.file()) { "Step through " code { (run.name) } } }
                }
            }
        }
    }
}

/// Folded up, so that the reader can predict first.
fn answer(text: &str) -> Markup {
    html! { details.answer { summary { "Answer" } p { (inline(text)) } } }
}

/// A part of a slide with this title, but for code, question and answer. An agenda has no place
/// here: the topics stand at the top.
fn piece(piece: &Piece, title: &str) -> Markup {
    match piece {
        Piece::Prose(text) => html! { div.wide { (PreEscaped(markdown(text))) } },
        Piece::Asked { .. } | Piece::Codes(..) => html! {}, // a section puts them in its order
        Piece::Timeline(played) => timeline(played, title),
        Piece::Output(printed) => output(printed),
        Piece::Picture(drawing) => picture(drawing, title),
        Piece::Agenda(_) => html! {},
    }
}

/// How high the letters of a picture are at least, in pixels: smaller ones cannot be read on a
/// phone.
const PHONE_LETTERS: f64 = 12.0;

/// A picture that was drawn, folded up like a timeline. It is as wide as there is room, and where
/// its letters would be too small then, it scrolls.
fn picture(drawing: &Drawing, title: &str) -> Markup {
    let Size { width, letters, .. } = drawing.size;
    let least = (width * PHONE_LETTERS / letters).ceil();
    html! {
        details {
            summary { "Picture" }
            div.picture tabindex="0" role="region" aria-label={ "Picture: " (title) } {
                div style={ "min-width:" (least) "px" } { (PreEscaped(&drawing.svg)) }
            }
        }
    }
}

/// Code, each piece below the other: a phone has no room for two columns.
fn code(code: &Listing) -> Markup {
    let name = match code.language {
        Language::Python => "Python",
        Language::Rust => "Rust",
    };
    html! {
        figure.source.texts[code.texts] {
            figcaption { (name) ", " (code.file) }
            pre tabindex="0" {
                code { (colour::code(code.language, &code.fragment)) }
            }
        }
    }
}

/// The picture of a run, folded up like the answer, which it shows.
fn timeline(played: &Played, title: &str) -> Markup {
    html! {
        details {
            summary { "Timeline" }
            div.picture tabindex="0" role="region" aria-label={ "Timeline: " (title) } {
                (PreEscaped(&played.picture.svg))
            }
        }
    }
}

/// Printed lines, folded up for the same reason.
fn output(printed: &Printed) -> Markup {
    html! {
        details {
            summary { "Output" }
            @if !printed.exact { p.faint { (REAL_TIME) } }
            pre.output tabindex="0" {
                @for line in &printed.lines {
                    (line.time) " " (format!("{:<8}", line.lane)) " " (line.text) "\n"
                }
                @if let Some(verdict) = &printed.verdict { "ended: " (verdict) "\n" }
            }
        }
    }
}
