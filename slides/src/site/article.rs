//! The talk as an article: to scroll, on a phone as well.
use super::readme::Topic;
use crate::{
    colour,
    compose::{Code, Piece, Played, Printed, Shown, Talk},
    deck::Language,
    page::{inline, markdown, slug},
};
use maud::{Markup, PreEscaped, html};

/// All slides, one below the other.
pub(super) fn article(talk: &Talk, topics: &[Topic]) -> Markup {
    let sections = sections(talk);
    let mut topic = "";
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

/// The slides without those that only open a part; a slide that was too full for one stands
/// together with its second half.
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

fn section(halves: &[&Shown], topics: &[Topic]) -> Markup {
    let first = halves[0];
    let run = halves.iter().find_map(|half| half.run.as_ref());
    html! {
        section {
            h3 { (inline(&first.slide.title)) }
            @for piece in &first.pieces { (self::piece(piece)) }
            // Code and question have been shown.
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

fn answer(text: &str) -> Markup {
    html! { details.answer { summary { "Answer" } p { (inline(text)) } } }
}

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

/// What shows the answer is folded up, as the answer is.
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
