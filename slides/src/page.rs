//! The talk as one page of HTML, which has everything in it: nothing is fetched, and a policy forbids that it be.
use crate::{
    colour,
    compose::{Code, Piece, Printed, Run, Shown, Talk},
    deck::Language,
    examples::{Line, Scene},
    layout::{self, Setting},
};
use async_concepts::timeline::page_style;
use base64::{Engine, prelude::BASE64_STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use pulldown_cmark::{Alignment, Event, Options, Parser, Tag, html::push_html};
use sha2::{Digest, Sha256};

/// Where the page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// A file: the buttons show what was recorded.
    AFile,
    /// Our server: the buttons run the examples.
    TheServer,
}

/// The scripts, in the order in which they need each other.
const SCRIPTS: [&str; 6] = [
    include_str!("player/keys.js"),
    include_str!("player/timeline.js"),
    include_str!("player/slides.js"),
    include_str!("player/run.js"),
    include_str!("player/console.js"),
    include_str!("player/deck.js"),
];

/// What H shows: keys, and what they do.
pub const KEYS: [(&[&str], &str); 13] = [
    (&["Space"], "play the timeline, instant by instant; then go on"),
    (&["Shift + Space", "Backspace"], "a step back"),
    (&["→", "↓", "Page Down"], "next slide"),
    (&["←", "↑", "Page Up"], "previous slide"),
    (&["Home", "End"], "first and last slide"),
    (&["28 Enter"], "slide 28"),
    (&["O"], "overview of all slides"),
    (&["B", "."], "black screen"),
    (&["P"], "presenter console, in a window of its own"),
    (&["R"], "run the example of this slide, or stop it"),
    (&["F"], "full screen"),
    (&["T"], "light or dark"),
    (&["H"], "show this help; Escape hides it"),
];

/// The whole page.
pub fn page(talk: &Talk, shown: For) -> String {
    let title = talk.slides.first().map_or("Slides", |shown| shown.slide.title.as_str());
    let (style, script) =
        (style(), format!("\"use strict\";\n(() => {{\n{}}})();\n", SCRIPTS.join("\n")));
    let policy = policy(&style, &script, shown);
    let count = talk.slides.len();
    let planned = talk
        .slides
        .iter()
        .scan(0, |sum, shown| Some(std::mem::replace(sum, *sum + shown.slide.half_minutes)));
    let page = html! {
        (DOCTYPE)
        html lang="en" data-live[shown == For::TheServer] {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href="data:,";
                style { (PreEscaped(&style)) }
            }
            body {
                (PreEscaped(page_style().patterns))
                main.stage #stage {
                    @for (index, (shown, planned)) in talk.slides.iter().zip(planned).enumerate() {
                        (slide(shown, index, count, planned))
                    }
                }
                (controls())
                p #announcement.only-heard role="status" aria-live="polite" {}
                p #notice role="alert" hidden {}
                (run_panel())
                (help())
                (overview(talk))
                div #black hidden {}
                div #progress aria-hidden="true" {}
                script { (PreEscaped(&script)) }
            }
        }
    };
    page.into_string() + "\n"
}

/// Nothing may be loaded from anywhere, and no other script or style than ours may be in the page.
fn policy(style: &str, script: &str, shown: For) -> String {
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let connect = match shown {
        For::AFile => "'none'",
        For::TheServer => "'self'",
    };
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; connect-src {connect}; base-uri 'none'; form-action 'none'",
        hash(script),
        hash(style)
    )
}

fn style() -> String {
    let page = page_style();
    format!(
        ":root{{{light}}}\n@media screen{{@media(prefers-color-scheme:dark){{:root{{{dark}}}}}\n:root[data-theme=light]{{{light}}}\n:root[data-theme=dark]{{{dark}}}}}\n{rules}{deck}{sizes}",
        light = page.light + LIGHT_CODE,
        dark = page.dark + DARK_CODE,
        rules = page.rules,
        sizes = layout::css(),
        deck = include_str!("player/deck.css"),
    )
}

/// The colours of code and of what is written around it, on the paper of the timelines.
const LIGHT_CODE: &str = "--code-paper:#f3f5f8;--faint:#55606f;--accent:#a63c06;--line:#cbd3dd;--kw:#7b22b8;--tx:#2f6b12;--no:#8a5a00;--co:#5f6b7a;--fu:#1d4fb8;--ma:#a63c06;--ty:#0a6a7a;color-scheme:light";
const DARK_CODE: &str = "--code-paper:#18223a;--faint:#a3b0c2;--accent:#ff9a5c;--line:#3b4963;--kw:#d3a4ff;--tx:#a5d977;--no:#f0c067;--co:#94a3b8;--fu:#8fb8ff;--ma:#ff9a5c;--ty:#6fd3e3;color-scheme:dark";

fn slide(shown: &Shown, index: usize, count: usize, planned: u32) -> Markup {
    let slide = &shown.slide;
    let (number, heading) = (index + 1, format!("title-{}", index + 1));
    html! {
        section.slide.opens[slide.opens].only-text[shown.only_text] #{ "slide-" (number) } data-name=(slug(&slide.title))
            data-planned=(planned * 30) data-seconds=(slide.half_minutes * 30)
            aria-roledescription="slide" aria-labelledby=(heading)
        {
            @if slide.opens {
                h1 #(heading) { (inline(&slide.title)) }
            } @else {
                h2 #(heading) { (inline(&slide.title)) }
            }
            @for piece in &shown.pieces { (self::piece(piece)) }
            footer {
                span.topic { (slide.topic) }
                @if let Some(run) = &shown.run { (button(run)) }
                span.number { (number) span.of { " / " (count) } }
            }
            aside.notes hidden { (PreEscaped(markdown(&slide.notes))) }
        }
    }
}

fn piece(piece: &Piece) -> Markup {
    match piece {
        Piece::Prose(text) => html! { div.prose { (PreEscaped(markdown(text))) } },
        Piece::Asked { question, answer } => html! {
            div.asked {
                @if let Some(text) = question { p.question { (inline(text)) } }
                @if let Some(text) = answer { p.answer data-reveal="answer" { (inline(text)) } }
            }
        },
        Piece::Codes(codes, setting) => self::codes(codes, *setting),
        Piece::Timeline(scene, said_lines) => timeline(scene, *said_lines),
        Piece::Output(printed) => output(printed),
    }
}

fn codes(codes: &[Code], Setting { size, split, .. }: Setting) -> Markup {
    let pair = codes.len() == 2;
    html! {
        div.codes.{ "code-" (size) }.{ "split-" (split) }[pair] {
            @for Code { language, file, text } in codes {
                @let name = match language { Language::Python => "Python", Language::Rust => "Rust" };
                figure.code {
                    figcaption { (name) span.file { (file) } }
                    pre { code { (colour::code(*language, text)) } }
                }
            }
        }
    }
}

fn timeline(scene: &Scene, said_lines: usize) -> Markup {
    html! {
        figure.run-of data-reveal="timeline" data-title=(scene.title) {
            div.picture { (PreEscaped(&scene.timeline)) }
            input.scrub type="range" min="0" max="0" value="0" step="1" aria-label="Instant of the timeline";
            ol.said.{ "said-" (said_lines) } {
                @for (nth, line) in scene.lines.iter().enumerate() {
                    li data-instant=(line.instant) data-time=(line.time) { span.nth { (nth + 1) } " " (said(line)) }
                }
                @if let Some(verdict) = &scene.verdict { li.verdict { (verdict) } }
            }
        }
    }
}

/// Who said it, and what.
fn said(line: &Line) -> Markup {
    html! { span.who.{ "t" (line.colour.as_deref().unwrap_or("l0")) } { (line.lane) } " " (line.text) }
}

fn output(printed: &Printed) -> Markup {
    html! {
        ol.output.in-two-columns[printed.in_two_columns()] data-reveal="output" {
            @for line in &printed.lines {
                li { @if printed.exact { span.time { (line.time) } " " } (said(line)) }
            }
            @if let Some(verdict) = &printed.verdict { li.verdict { "ended: " (verdict) } }
        }
    }
}

fn button(run: &Run) -> Markup {
    html! {
        button.run type="button" data-run=(run.name) data-command=(run.command) { "▶ " code { (run.command) } }
        pre.recorded hidden {
            @for (title, printed) in &run.printed {
                @if let Some(title) = title { "── " (title) " ──\n" }
                @for line in &printed.lines {
                    @if printed.exact { (format!("{:>6} ", line.time)) } (format!("{:<8} {}\n", line.lane, line.text))
                }
                @if let Some(verdict) = &printed.verdict { "ended: " (verdict) "\n" }
            }
        }
    }
}

/// For those who have no keys: a finger, or a pointer.
fn controls() -> Markup {
    html! {
        nav #controls aria-label="Slides" {
            button type="button" data-act="previous" aria-label="Previous slide" { "‹" }
            button type="button" data-act="back" aria-label="A step back" { "⟲" }
            button type="button" data-act="play" aria-label="Play, then go on" { "▸" }
            button type="button" data-act="next" aria-label="Next slide" { "›" }
            button type="button" data-act="overview" aria-label="Overview" { "☰" }
            button type="button" data-act="help" aria-label="Help" { "?" }
        }
    }
}

/// What an example prints while it runs.
fn run_panel() -> Markup {
    html! {
        section #run-panel aria-label="Run" hidden {
            header {
                code #run-command {}
                span #run-status role="status" {}
                button #run-stop type="button" { "Stop" }
                button #run-close type="button" { "Close" }
            }
            pre #run-output tabindex="0" aria-label="Output" {}
        }
    }
}

fn help() -> Markup {
    html! {
        dialog #help aria-labelledby="help-title" {
            h2 #help-title { "Keys" }
            table {
                @for (keys, does) in KEYS {
                    tr {
                        td { @for (nth, key) in keys.iter().enumerate() { @if nth > 0 { " " } kbd { (key) } } }
                        td { (does) }
                    }
                }
            }
            p { "A swipe goes to the next slide or back; a tap plays. A timeline can be dragged. Add " code { "#12" } " to the address for slide 12, " code { "#12.3" } " for its third step. With " code { "?remote" } " in the address, or the switch in the console, Page Down plays and Page Up goes a step back: a presenter's remote has no other keys." }
            form method="dialog" { button { "Close" } }
        }
    }
}

/// All slides by topic, to jump to one of them.
fn overview(talk: &Talk) -> Markup {
    let mut topics: Vec<(&str, Vec<(usize, &str)>)> = vec![];
    for (index, shown) in talk.slides.iter().enumerate() {
        let entry = (index + 1, shown.slide.title.as_str());
        match topics.last_mut() {
            Some((topic, slides)) if *topic == shown.slide.topic => slides.push(entry),
            _ => topics.push((&shown.slide.topic, vec![entry])),
        }
    }
    html! {
        dialog #overview aria-labelledby="overview-title" {
            h2 #overview-title { "Slides" }
            div.topics {
                @for (topic, slides) in topics {
                    section {
                        h3 { (topic) }
                        ul {
                            @for (number, title) in slides {
                                li { a href={ "#" (number) } { span.nth { (number) } " " (inline(title)) } }
                            }
                        }
                    }
                }
            }
            form method="dialog" { button { "Close" } }
        }
    }
}

fn markdown(text: &str) -> String {
    let mut out = String::new();
    let events = Parser::new_ext(text, Options::ENABLE_SMART_PUNCTUATION | Options::ENABLE_TABLES);
    let events = events.map(|event| match event {
        // Cells that say how they are aligned do so in an attribute `style`, which the policy of the page forbids.
        Event::Start(Tag::Table(columns)) => {
            Event::Start(Tag::Table(vec![Alignment::None; columns.len()]))
        }
        event => event,
    });
    push_html(&mut out, events);
    // A heading of a column that has no name is no heading.
    out.replace("<th></th>", "<td></td>")
}

/// Markdown of one paragraph, without the paragraph.
fn inline(text: &str) -> Markup {
    let html = markdown(text);
    let html = html.trim();
    PreEscaped(
        html.strip_prefix("<p>")
            .and_then(|html| html.strip_suffix("</p>"))
            .unwrap_or(html)
            .to_owned(),
    )
}

/// A title as part of an address.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}
