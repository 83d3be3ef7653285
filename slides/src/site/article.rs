//! The talk as an article, for reading alone: one page to scroll, on a phone as well.
//!
//! Read it after `held`; next is `documents`. It is made of the same pieces as the deck, so the two
//! cannot differ. What a speaker would reveal is folded up here.
use super::readme::Topic;
use crate::{
    colour,
    compose::{Shown, Talk},
    deck::Language,
    page::{inline, markdown, slug},
    piece::{Code, Piece, Played, Printed},
};
use maud::{Markup, PreEscaped, html};

/// All slides, one below the other.
pub(super) fn article(talk: &Talk, topics: &[Topic]) -> Markup {
    let sections = sections(talk);
    let mut topic = "";
    // For each section the topic, if the section is the first of it.
    let mut opened = vec![];
    for section in &sections {
        let slide = &section[0].slide;
        opened.push((slide.topic != topic).then_some(slide.topic.as_str()));
        topic = &slide.topic;
    }
    html! {
        h1 { (talk.slides[0].slide.title) }
        @for piece in &talk.slides[0].pieces { (self::piece(piece)) }
        nav aria-label="Topics" {
            ul.ways {
                @for topic in opened.iter().flatten() {
                    li { a href={ "#" (slug(topic)) } { (topic) } }
                }
            }
        }
        @for (section, opens) in sections.iter().zip(&opened) {
            @if let Some(topic) = opens { h2 #(slug(topic)) { (topic) } }
            (self::section(section, topics))
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

/// One slide, from one half or two.
fn section(halves: &[&Shown], topics: &[Topic]) -> Markup {
    let first = halves[0];
    let run = halves.iter().find_map(|half| half.run.as_ref());
    html! {
        section {
            h3 { (inline(&first.slide.title)) }
            @for piece in &first.pieces { (self::piece(piece)) }
            // The first half has shown the code and the question.
            @for piece in halves.iter().skip(1).flat_map(|half| &half.pieces) {
                @match piece {
                    Piece::Codes(..) => {},
                    Piece::Asked { answer: Some(answer), .. } => (self::answer(answer)),
                    Piece::Asked { .. } => {},
                    piece => (self::piece(piece)),
                }
            }
            @if let Some(run) = run {
                @let page = topics.iter().flat_map(|topic| &topic.rows);
                @if let Some(row) = page.clone().find(|row| row.example == run.name) {
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

/// A part of a slide. An agenda has no place here: the topics stand at the top.
fn piece(piece: &Piece) -> Markup {
    match piece {
        Piece::Prose(text) => html! { div.wide { (PreEscaped(markdown(text))) } },
        Piece::Asked { question, answer } => html! {
            @if let Some(question) = question { p.question { (inline(question)) } }
            @if let Some(answer) = answer { (self::answer(answer)) }
        },
        Piece::Codes(codes, _) => html! { @for code in codes { (self::code(code)) } },
        Piece::Timeline(played) => timeline(played),
        Piece::Output(printed) => output(printed),
        Piece::Picture(drawing) => html! {
            details { summary { "Picture" } div.picture { (PreEscaped(&drawing.svg)) } }
        },
        Piece::Agenda(_) => html! {},
    }
}

/// Code, each piece below the other: a phone has no room for two columns.
fn code(code: &Code) -> Markup {
    let name = match code.language {
        Language::Python => "Python",
        Language::Rust => "Rust",
    };
    html! {
        figure.source {
            figcaption { (name) ", " (code.file) }
            pre tabindex="0" {
                code { (colour::code(code.language, &code.fragment.text, &code.fragment.numbers)) }
            }
        }
    }
}

/// The picture of a run, folded up like the answer, which it shows.
fn timeline(played: &Played) -> Markup {
    html! {
        details {
            summary { "Timeline" }
            div.picture tabindex="0" role="region" aria-label=(played.scene.chart.title) {
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
            pre.output tabindex="0" {
                @for line in &printed.lines {
                    @if printed.exact { (line.time) " " }
                    (format!("{:<8}", line.lane)) " " (line.text) "\n"
                }
                @if let Some(verdict) = &printed.verdict { "ended: " (verdict) "\n" }
            }
        }
    }
}
