//! The talk as one page of HTML, which has everything in it: nothing is fetched, and a policy
//! forbids that it be.
//!
//! Read it after `place`; next is `site`. The slides are finished here: the page only writes them
//! as HTML, and adds what the player has to know. The player itself is the JavaScript in
//! `src/player`.
use crate::{
    colour,
    compose::{Run, Shown, Talk},
    deck::{Cut, Language},
    layout::{self, Setting},
    piece::{Listing, Piece, Played, Printed, PrintedLine},
};
use async_concepts::timeline::{LaneId, Mark, Step, page_style};
use base64::{Engine, prelude::BASE64_STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use pulldown_cmark::{Alignment, Event, Options, Parser, Tag, html::push_html};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Where the page is shown.
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
    (&["Space"], "play the timeline, poll by poll; then go on"),
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
    let style = style();
    // One function around all scripts: they share names, and the page has no global ones.
    let script = format!("\"use strict\";\n(() => {{\n{}}})();\n", SCRIPTS.join("\n"));
    // It names style and script by their hashes, so both have to be ready before the page is.
    let policy = policy(&style, &script, shown);
    let page = html! {
        (DOCTYPE)
        html lang="en" data-live[shown == For::TheServer] data-site[shown == For::TheSite] {
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
                (overview(talk, shown))
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
        "{colours}\n{rules}{deck}{sizes}",
        colours = colours(),
        rules = page.rules,
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
            @for piece in &shown.pieces { (self::piece(piece, shown)) }
            footer {
                span.topic { (slide.topic) }
                @if let Some(run) = &shown.run { (button(run)) }
                span.number { (number) span.of { " / " (count) } }
            }
            aside.notes hidden { (PreEscaped(markdown(&slide.notes))) }
        }
    }
}

/// A part of a slide. The player hides what has `data-reveal` until the speaker goes on.
fn piece(piece: &Piece, shown: &Shown) -> Markup {
    match piece {
        Piece::Prose(text) => html! { div.prose { (PreEscaped(markdown(text))) } },
        Piece::Asked { question, answer } => html! {
            div.asked {
                @if let Some(text) = question { p.question { (inline(text)) } }
                @if let Some(text) = answer { p.answer data-reveal="answer" { (inline(text)) } }
            }
        },
        Piece::Codes(codes, setting) => self::codes(codes, *setting),
        Piece::Timeline(played) => timeline(played, shown),
        Piece::Output(printed) => output(printed),
        Piece::Picture(drawing) => html! {
            figure.drawn data-reveal="picture" { (PreEscaped(&drawing.svg)) }
        },
        Piece::Agenda(topics) => agenda(topics),
    }
}

/// One piece of code or two.
pub(crate) fn codes(codes: &[Listing], setting: Setting) -> Markup {
    let beside = codes.len() == 2 && !setting.stacked;
    html! {
        div.codes.{ "code-" (setting.size) }.{ "split-" (setting.split) }[beside] {
            @for Listing { language, file, fragment, texts, .. } in codes {
                figure.code.texts[*texts] data-file=(file) {
                    figcaption { (name(*language)) span.file { (file) } }
                    pre { code { (colour::code(*language, &fragment.text, &fragment.numbers)) } }
                }
            }
        }
    }
}

/// A language as a reader knows it.
fn name(language: Language) -> &'static str {
    match language {
        Language::Python => "Python",
        Language::Rust => "Rust",
    }
}

/// What the player reads of a run.
#[derive(Serialize)]
struct PlayedRun<'r> {
    /// The name of each lane, and the number of its colour.
    lanes: Vec<(&'r str, usize)>,
    /// One for each poll.
    steps: Vec<PlayedStep<'r>>,
    /// What the legends call a lane that is ready, and one that is woken and not polled: the player
    /// has no words of its own for states.
    words: [&'static str; 2],
}

/// What the player shows after a poll.
#[derive(Serialize)]
struct PlayedStep<'r> {
    /// How far the picture is to be seen, in pixels of its natural width.
    at: f64,
    /// When, as the picture writes it.
    time: &'r str,
    /// Which lane was polled.
    lane: LaneId,
    /// What happened, as a sentence.
    sentence: &'r str,
    /// The lanes that are ready, in the order of their wakes.
    ready: &'r [LaneId],
    /// Woken, and not polled.
    unpolled: Vec<LaneId>,
    /// The lanes that a timer will wake, and when.
    timers: &'r [(LaneId, String)],
    /// Which lane waits for which: chains of lanes, as the library has them.
    waits: &'r [Vec<Vec<LaneId>>],
    /// The lines of the slide's code that are lit: the file, the line, whether it is the place at
    /// which the lane waits now, and the number of the lane's colour.
    lit: Vec<(&'r str, u32, bool, usize)>,
}

/// Puts together what the player reads of a run. `pieces` are those of the slide, which decide what
/// code can be lit.
fn played_run<'r>(played: &'r Played, pieces: &'r [Piece]) -> PlayedRun<'r> {
    let run = &played.scene.run;
    let mut lanes = vec![];
    for lane in &run.lanes {
        lanes.push((lane.name.as_str(), colour_of(lane.hue)));
    }
    let mut steps = vec![];
    for (nth, step) in run.tracks[0].steps.iter().enumerate() {
        // In the states of a step `x` is the letter for a lane that was woken and is not polled.
        let mut unpolled = vec![];
        for (lane, state) in step.states.chars().enumerate() {
            if state == 'x' {
                unpolled.push(lane);
            }
        }
        let mut lit = vec![];
        for track in &run.tracks {
            let steps = match &track.aligned {
                Some(aligned) => steps_of_twin(aligned, nth),
                None => nth..nth + 1,
            };
            for step in &track.steps[steps] {
                for (line, waits, lane) in lines_of(step, &track.file, pieces) {
                    lit.push((&*track.file, line, waits, colour_of(run.lanes[lane].hue)));
                }
            }
        }
        steps.push(PlayedStep {
            // A tenth of a pixel is exact enough, and keeps the page small.
            at: (played.picture.stops[nth] * 10.0).round() / 10.0,
            time: &run.instants[step.instant].1,
            lane: step.lane,
            sentence: &step.sentence,
            ready: &step.ready,
            unpolled,
            timers: &step.timers,
            waits: &step.waits,
            lit,
        });
    }
    let words = [Mark::Ready.short_label(), Mark::WokenNotPolled.short_label()];
    PlayedRun { lanes, steps, words }
}

/// The steps that a twin takes in a step in Rust. `aligned` has its last step so far, for each step
/// in Rust: where that is the same as before, the twin takes none.
fn steps_of_twin(aligned: &[Option<usize>], nth: usize) -> Range<usize> {
    let taken = |last: Option<usize>| match last {
        Some(last) => last + 1,
        None => 0,
    };
    let before = if nth == 0 { 0 } else { taken(aligned[nth - 1]) };
    before..taken(aligned[nth]).max(before)
}

/// The lines of the slide's code that a step lights, whether the lane waits there, and which lane
/// it is: in the poll of one lane another one may print, since it was already running.
fn lines_of(step: &Step, file: &str, pieces: &[Piece]) -> Vec<(u32, bool, LaneId)> {
    let mut lines = vec![];
    for (lane, _, line) in &step.says {
        lines.extend(line.map(|line| (line, false, *lane)));
    }
    lines.extend(step.resumed.map(|line| (line, false, step.lane)));
    // The player would fail to find a line that is on no slide.
    lines.retain(|(line, ..)| is_shown(pieces, file, *line));
    // A lane that waits in a function of another file waits at the `.await` of that function, too.
    for line in step.stop.iter().chain(&step.chain) {
        if is_shown(pieces, file, *line) {
            lines.push((*line, true, step.lane));
            break;
        }
    }
    lines
}

/// Whether a line of a file stands on the slide: parts of it may have been left out.
fn is_shown(pieces: &[Piece], file: &str, line: u32) -> bool {
    for piece in pieces {
        let Piece::Codes(codes, _) = piece else { continue };
        for code in codes {
            if code.file == file && code.fragment.numbers.contains(&(line as usize)) {
                return true;
            }
        }
    }
    false
}

/// How many polls are shown from the beginning. Names of lanes alone say nothing, so a slide begins
/// with the first poll, unless it has code, which is read first. On the second half of a slide it
/// has been read, but a poll that prints something could give the answer.
fn first(played: &Played, shown: &Shown) -> usize {
    let mut has_code = false;
    for piece in &shown.pieces {
        has_code |= matches!(piece, Piece::Codes(..));
    }
    let prints = !played.scene.run.tracks[0].steps[0].says.is_empty();
    if !has_code || (shown.continues && !prints) { 1 } else { 0 }
}

/// The number of a lane's colour, as in the picture: `main` has the first to itself, and the other
/// five are taken in turn.
fn colour_of(hue: usize) -> usize {
    if hue == 0 { 0 } else { 1 + (hue - 1) % 5 }
}

/// The lanes that are not in the picture, by name.
fn without(played: &Played) -> Option<String> {
    let names = &played.scene.without;
    if names.is_empty() { None } else { Some(names.join(", ")) }
}

/// The picture of a run, the lines that were said, and the data for the player.
fn timeline(played: &Played, shown: &Shown) -> Markup {
    let run = &played.scene.run;
    let data = played_run(played, &shown.pieces);
    let data =
        serde_json::to_string(&data).expect("strings, lists and finite numbers can be written");
    // Inside a script HTML looks for `</script` and `<!--` only. Without `<` the data has neither.
    let data = data.replace('<', "\\u003c");
    let mut number = 0;
    let mut lines = vec![];
    for (nth, step) in run.tracks[0].steps.iter().enumerate() {
        for (lane, text, _) in &step.says {
            number += 1;
            lines.push((nth, number, &run.lanes[*lane], text));
        }
    }
    html! {
        figure.run-of data-reveal="timeline" data-without=[without(played)]
            data-first=(first(played, shown))
        {
            div.picture { (PreEscaped(&played.picture.svg)) }
            input.scrub.only-heard type="range" min="0" max="0" value="0" step="1"
                aria-label="Step of the timeline";
            div.strip {}
            ol.said.{ "said-" (played.said_lines) } {
                @for (nth, number, lane, text) in lines {
                    li data-step=(nth) {
                        span.nth { (number) } " "
                        span.who.{ "tl" (colour_of(lane.hue)) } { (lane.name) } " " (text)
                    }
                }
                @if let Some(verdict) = &run.verdict { li.verdict { (with_code(verdict)) } }
            }
            script type="application/json" { (PreEscaped(data)) }
        }
    }
}

/// The lane that printed a line, and the line.
fn said(line: &PrintedLine) -> Markup {
    html! {
        span.who.{ "t" (line.colour.as_deref().unwrap_or("l0")) } { (line.lane) } " " (line.text)
    }
}

/// Printed lines. Times that differ from run to run are left out.
fn output(printed: &Printed) -> Markup {
    html! {
        ol.output.in-two-columns[printed.in_two_columns()] data-reveal="output" {
            @for line in &printed.lines {
                li { @if printed.exact { span.time { (line.time) } " " } (said(line)) }
            }
            @if let Some(verdict) = &printed.verdict {
                li.verdict { "ended: " (with_code(verdict)) }
            }
        }
    }
}

/// All topics, with the current one marked.
fn agenda(topics: &[(String, bool)]) -> Markup {
    html! {
        ol.agenda {
            @for (topic, current) in topics {
                li.current[*current] aria-current=[current.then_some("step")] { (topic) }
            }
        }
    }
}

/// The button that runs an example, and what it printed when it was recorded: a page without a
/// server shows that.
fn button(run: &Run) -> Markup {
    html! {
        button.run type="button" data-run=(run.name) data-command=(run.command) {
            "▶ " code { (run.command) }
        }
        pre.recorded hidden {
            @for (title, printed) in &run.printed {
                @if let Some(title) = title { "── " (title) " ──\n" }
                @for line in &printed.lines {
                    @if printed.exact { (format!("{:>6} ", line.time)) }
                    (format!("{:<8} {}\n", line.lane, line.text))
                }
                @if let Some(verdict) = &printed.verdict { "ended: " (verdict) "\n" }
                @if let Some(timeline) = &printed.timeline { "\n" (timeline) "\n" }
            }
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
                "A swipe goes to the next slide or back; a tap plays. A timeline can be dragged. "
                "Add " code { "#12" } " to the address for slide 12, " code { "#12.3" }
                " for its third step. With " code { "?remote" } " in the address, or the switch in "
                "the console, Page Down plays and Page Up goes a step back: a presenter's remote "
                "has no other keys. With " code { "?short" } " it is the talk of "
                (Cut::Short.minutes()) " minutes instead of " (Cut::Long.minutes()) ", with "
                code { "?all" } " it has the slides that are in neither, too."
            }
            form method="dialog" { button { "Close" } }
        }
    }
}

/// All slides by topic, to jump to one of them; and on the site, the way to its other pages.
fn overview(talk: &Talk, shown: For) -> Markup {
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
            @if shown == For::TheSite {
                p {
                    "Elsewhere: " a href="index.html" { "all examples" } ", "
                    a href="article.html" { "the talk to read" }
                }
            }
            form method="dialog" { button { "Close" } }
        }
    }
}

/// Markdown as HTML.
pub(crate) fn markdown(text: &str) -> String {
    let mut out = String::new();
    let events = Parser::new_ext(text, Options::ENABLE_SMART_PUNCTUATION | Options::ENABLE_TABLES);
    let events = events.map(|event| match event {
        // The alignment of a column would become an attribute `style`, which the policy of the page
        // forbids.
        Event::Start(Tag::Table(columns)) => {
            Event::Start(Tag::Table(vec![Alignment::None; columns.len()]))
        }
        event => event,
    });
    push_html(&mut out, events);
    // A column without a name has no heading: an empty `th` would be read out as one.
    out.replace("<th></th>", "<td></td>")
}

/// Markdown of one paragraph, without the paragraph.
pub(crate) fn inline(text: &str) -> Markup {
    let html = markdown(text);
    let html = html.trim();
    let paragraph = html.strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>"));
    PreEscaped(paragraph.unwrap_or(html).to_owned())
}

/// A text in which code stands in backticks, and nothing else has a meaning: the verdict of a run
/// may have types in it, which Markdown would take for HTML.
fn with_code(text: &str) -> Markup {
    html! {
        @for (nth, part) in text.split('`').enumerate() {
            @if nth % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A title as part of an address.
pub(crate) fn slug(title: &str) -> String {
    let mut slug = String::new();
    for letter in title.chars() {
        if letter.is_alphanumeric() {
            slug.extend(letter.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_concepts::timeline::lane_class;

    #[test]
    fn a_lane_has_the_same_colour_in_the_list_as_in_the_picture() {
        for hue in 0..20 {
            assert_eq!(format!("l{}", colour_of(hue)), lane_class(hue));
        }
    }

    #[test]
    fn a_twin_lights_its_lines_when_it_takes_a_step_and_not_again() {
        let aligned = [None, Some(0), Some(0), Some(2)];
        let steps: Vec<_> = (0..4).map(|nth| steps_of_twin(&aligned, nth)).collect();
        assert_eq!(steps, [0..0, 0..1, 1..1, 1..3]);
    }
}
