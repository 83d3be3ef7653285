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
    piece::{Listing, Piece, Played, Printed},
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
        // A title slide has been left out, so the first slide after it opens the topic here.
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

/// One slide, from one half or two: first what is asked about, then what answers it.
fn section(halves: &[&Shown], topics: &[Topic]) -> Markup {
    // Of two halves either may have the button, the question or the answer: what was together on
    // the slide as it was written is put together again.
    let run = halves.iter().find_map(|half| half.run.as_ref());
    let mut codes = codes(halves);
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
            h3 { (inline(&halves[0].slide.title)) }
            @for piece in halves.iter().flat_map(|half| &half.pieces) {
                @match piece {
                    // All of them stand where the first piece of code stood on the slide.
                    Piece::Codes(..) => { @for code in codes.drain(..) { (self::code(code)) } },
                    Piece::Asked { .. } => {
                        @if let Some(question) = question.take() {
                            p.question { (inline(question)) }
                        }
                    },
                    piece => (self::piece(piece)),
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

/// The code of a slide. A half may have only a part of a piece, so of each piece the listing with
/// the most lines is taken.
fn codes<'s>(halves: &[&'s Shown]) -> Vec<&'s Listing> {
    let mut codes: Vec<&Listing> = vec![];
    for piece in halves.iter().flat_map(|half| &half.pieces) {
        let Piece::Codes(shown, _) = piece else { continue };
        for code in shown {
            match codes.iter_mut().find(|other| are_of_one_piece(other, code)) {
                Some(other) if lines(other) < lines(code) => *other = code,
                Some(_) => {}
                None => codes.push(code),
            }
        }
    }
    codes
}

/// Whether two listings show parts of the same piece of code. A half leaves lines out in the middle
/// or at one end, so it has the first line or the last one in common with the whole piece. Two
/// pieces of one file have neither in common.
fn are_of_one_piece(one: &Listing, other: &Listing) -> bool {
    let [one_lines, other_lines] = [&one.fragment.numbers, &other.fragment.numbers];
    one.file == other.file
        && (one_lines.first() == other_lines.first()
            || one_lines.iter().max() == other_lines.iter().max())
}

/// How many lines a piece of code has; an ellipsis, whose number is 0, is none.
fn lines(code: &Listing) -> usize {
    code.fragment.numbers.iter().filter(|number| **number > 0).count()
}

/// Folded up, so that the reader can predict first.
fn answer(text: &str) -> Markup {
    html! { details.answer { summary { "Answer" } p { (inline(text)) } } }
}

/// A part of a slide, but for code, question and answer. An agenda has no place here: the topics
/// stand at the top.
fn piece(piece: &Piece) -> Markup {
    match piece {
        Piece::Prose(text) => html! { div.wide { (PreEscaped(markdown(text))) } },
        Piece::Asked { .. } | Piece::Codes(..) => html! {}, // a section puts them in its order
        Piece::Timeline(played) => timeline(played),
        Piece::Output(printed) => output(printed),
        Piece::Picture(drawing) => html! {
            details { summary { "Picture" } div.picture { (PreEscaped(&drawing.svg)) } }
        },
        Piece::Agenda(_) => html! {},
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
