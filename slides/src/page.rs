//! The talk as one page of HTML, which has everything in it: nothing is fetched, and a policy
//! forbids that it be.
//!
//! Read it after `place`; next is `site`. The slides are finished here: the page only writes them
//! as HTML, and adds what the player has to know. The player itself is the JavaScript in
//! `src/player`. This file has the frame: head, style, slides, dialogs. Below it `pieces` writes
//! what stands on a slide, `played` puts together what the player reads of a run, and `text` makes
//! HTML of Markdown.
mod pieces;
mod played;
mod text;

pub(crate) use text::{inline, markdown, slug};

use crate::{
    compose::{Shown, Talk},
    deck::Cut,
    layout,
};
use async_concepts::timeline::{page_style, player};
use base64::{Engine, prelude::BASE64_STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// The place for which the page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// In a file: the buttons show what was recorded.
    AFile,
    /// In a file of the site. Its reader has come by a link, so it leads back to the other pages,
    /// and says which key goes on.
    TheSite,
    /// From our server: the buttons run the examples.
    TheServer,
}

/// The scripts, in the order in which they need each other. Before them stand the parts of the
/// player that the library has.
const SCRIPTS: [&str; 7] = [
    include_str!("player/keys.js"),
    include_str!("player/timeline.js"),
    include_str!("player/slides.js"),
    include_str!("player/run.js"),
    include_str!("player/pointer.js"),
    include_str!("player/console.js"),
    include_str!("player/deck.js"),
];

/// What H shows: keys, and what they do. `28 Enter` stands for any number.
pub const KEYS: [(&[&str], &str); 16] = [
    (&["Space"], "play the timeline, poll by poll; then go on"),
    (&["Shift + Space", "Backspace"], "a step back"),
    (&["→", "↓", "Page Down"], "next slide"),
    (&["←", "↑", "Page Up"], "previous slide"),
    (&["Home", "End"], "first and last slide"),
    (&["W"], "back to the poll that woke the lane, where an arrow shows it"),
    (&["28 Enter"], "slide 28"),
    (&["O"], "overview of all slides"),
    (&["B", "."], "black screen; any key shows the slide again"),
    (&["P"], "presenter console, in a window of its own"),
    (&["R"], "run the example of this slide, or stop it"),
    (&["L"], "pointer: a red dot that follows the mouse; L again hides it"),
    (&["Z"], "twice as large, around the mouse; Z again shows all of the slide"),
    (&["F"], "full screen"),
    (&["T"], "light or dark"),
    (&["H"], "show this help; Escape hides it"),
];

/// The whole page.
pub fn page(talk: &Talk, place: For) -> String {
    let title = talk.slides.first().map_or("Slides", |shown| shown.slide.title.as_str());
    let style = style();
    // One function around all scripts: they share names, and the page has no global ones.
    let shared = player().script;
    let own = SCRIPTS.join("\n");
    let script = format!("\"use strict\";\n(() => {{\n{shared}\n{own}}})();\n");
    // It names style and script by their hashes, so both have to be ready before the page is.
    let policy = policy(&style, &script, place);
    let page = html! {
        (DOCTYPE)
        html lang="en" data-live[place == For::TheServer] data-site[place == For::TheSite] {
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
                    @for (index, shown) in talk.slides.iter().enumerate() {
                        (slide(shown, index, talk.slides.len()))
                    }
                }
                (controls())
                p #announcement.only-heard role="status" aria-live="polite" {}
                p #notice role="alert" hidden {}
                (run_panel())
                (help())
                (overview(talk, place))
                div #pointer aria-hidden="true" hidden {}
                div #black hidden {}
                div #progress aria-hidden="true" {}
                script { (PreEscaped(&script)) }
            }
        }
    };
    page.into_string() + "\n"
}

/// Nothing may be loaded from anywhere, and no other script or style than ours may be in the page.
fn policy(style: &str, script: &str, place: For) -> String {
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let connect = match place {
        For::AFile | For::TheSite => "'none'",
        For::TheServer => "'self'",
    };
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; connect-src {connect}; \
         base-uri 'none'; form-action 'none'",
        hash(script),
        hash(style)
    )
}

/// The whole style sheet: sizes come from `layout`, colours and patterns from the timelines.
fn style() -> String {
    let page = page_style();
    format!(
        "{colours}\n{rules}{player}{deck}{sizes}",
        colours = colours(),
        rules = page.rules,
        player = player().rules,
        sizes = layout::css(),
        deck = include_str!("player/deck.css"),
    )
}

/// The colours, for light and for dark paper: as the reader has set it, or as the page was told.
pub(crate) fn colours() -> String {
    let page = page_style();
    format!(
        ":root{{{light}}}\n\
         @media screen{{@media(prefers-color-scheme:dark){{:root{{{dark}}}}}\n\
         :root[data-theme=light]{{{light}}}\n:root[data-theme=dark]{{{dark}}}}}",
        light = page.light + LIGHT_CODE,
        dark = page.dark + DARK_CODE,
    )
}

/// The colours of code and of what is written around it, on the paper of the timelines.
const LIGHT_CODE: &str = "--code-paper:#f3f5f8;--faint:#55606f;--accent:#a63c06;--line:#cbd3dd;\
    --kw:#7b22b8;--tx:#2f6b12;--no:#8a5a00;--co:#5f6b7a;--fu:#1d4fb8;--ma:#a63c06;--ty:#0a6a7a;\
    color-scheme:light";
/// The same on dark paper.
const DARK_CODE: &str = "--code-paper:#18223a;--faint:#a3b0c2;--accent:#ff9a5c;--line:#3b4963;\
    --kw:#d3a4ff;--tx:#a5d977;--no:#f0c067;--co:#94a3b8;--fu:#8fb8ff;--ma:#ff9a5c;--ty:#6fd3e3;\
    color-scheme:dark";

/// The word for the cuts that have a slide, which the player reads.
fn cut(shown: &Shown) -> &'static str {
    match shown.slide.shortest {
        Some(Cut::Short) => "short",
        Some(Cut::Long) => "long",
        None => "spare",
    }
}

/// One slide, with its notes, which only the presenter's console shows.
fn slide(shown: &Shown, index: usize, count: usize) -> Markup {
    let slide = &shown.slide;
    let number = index + 1;
    let heading = format!("title-{number}");
    html! {
        section.slide.opens[slide.opens].only-text[shown.only_text] #{ "slide-" (number) }
            data-continues[shown.continues]
            data-name=(slug(&slide.title)) data-seconds=(shown.seconds.sum()) data-cut=(cut(shown))
            aria-roledescription="slide" aria-labelledby=(heading)
        {
            @if slide.opens {
                h1 #(heading) { (inline(&slide.title)) }
            } @else {
                h2 #(heading) { (inline(&slide.title)) }
            }
            @for piece in &shown.pieces { (pieces::piece(piece, shown)) }
            footer {
                span.topic { (slide.topic) }
                @if let Some(run) = &shown.run { (pieces::button(run)) }
                span.number { (number) span.of { " / " (count) } }
            }
            aside.notes hidden { (PreEscaped(markdown(&slide.notes))) }
        }
    }
}

/// Buttons for a reader who has no keyboard at hand: for a finger, or a pointer.
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

/// The panel in which an example prints while it runs.
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

/// The list of keys, and what an address can say.
fn help() -> Markup {
    html! {
        dialog #help aria-labelledby="help-title" {
            h2 #help-title { "Keys" }
            table {
                @for (keys, does) in KEYS {
                    tr {
                        td {
                            @for (nth, key) in keys.iter().enumerate() {
                                @if nth > 0 { " " }
                                kbd { (key) }
                            }
                        }
                        td { (does) }
                    }
                }
            }
            p {
                "These are the keys of the talk also while the slider of a timeline has the focus: "
                "Space and Shift + Space are its steps. On the page of an example, which has no "
                "slides, → and ← are steps, too. In the console's notes ↑ and ↓ scroll, once the "
                "notes have the focus. "
                "A swipe goes to the next slide or back; a tap plays. A timeline can be dragged. "
                "Add " code { "#12" } " to the address for slide 12, " code { "#12.3" }
                " for its third step. With " code { "?remote" } " in the address, or the switch in "
                "the console, Page Down plays and Page Up goes a step back: a presenter's remote "
                "has no other keys. With " code { "?short" } " it is the talk of "
                (Cut::Short.minutes()) " minutes instead of " (Cut::Long.minutes()) ", with "
                code { "?all" } " it also has the slides that are in neither of the two."
            }
            form method="dialog" { button { "Close" } }
        }
    }
}

/// All slides by topic, to jump to one of them; and on the site, the way to its other pages.
fn overview(talk: &Talk, place: For) -> Markup {
    let mut topics: Vec<(&str, Vec<(usize, &str)>)> = vec![];
    for (index, shown) in talk.slides.iter().enumerate() {
        if shown.slide.opens && index > 0 {
            continue; // its title is that of the topic
        }
        if shown.continues {
            continue; // it has the title of the slide before
        }
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
                                li data-slide=(number) {
                                    a href={ "#" (number) } {
                                        span.nth { (number) } " " (inline(title))
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if place == For::TheSite {
                p {
                    "Elsewhere: " a href="index.html" { "all examples" } ", "
                    a href="article.html" { "the talk to read" }
                }
            }
            form method="dialog" { button { "Close" } }
        }
    }
}
