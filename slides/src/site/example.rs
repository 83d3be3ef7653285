//! The pages of examples and of their topics.
//!
//! Read it after `readme`, together with `held`; next is `article`. Each page is put together from
//! what exists elsewhere: the header of the source, its recording, both sources, and the names of
//! tests.
use super::{
    held::Held,
    readme::{Row, Topic},
    recorded,
};
use crate::{
    colour,
    deck::Language,
    examples::{Executables, Recorded, Recordings, twin},
    page::inline,
    piece::{Printed, REAL_TIME},
    place,
    source::Fragment,
};
use maud::{Markup, PreEscaped, html};
use std::{fs, path::Path};

/// How wide a picture is, in pixels: it scrolls where there is less room.
const PICTURE: f64 = 900.0;

/// The sources of an example.
pub(super) struct Sources {
    /// The path and the text in Rust.
    rust: (String, String),
    /// The same of its Python twin, if there is one.
    python: Option<(String, String)>,
}

impl Sources {
    /// Reads the source and its twin.
    pub(super) fn read(root: &Path, path: &str) -> Result<Sources, String> {
        let text = fs::read_to_string(root.join(path))
            .map_err(|error| format!("cannot read {path}: {error}"))?;
        let twin = twin(root, Path::new(path)).to_string_lossy().replace('\\', "/");
        let python = match fs::read_to_string(root.join(&twin)) {
            Ok(text) => Some((twin, text)),
            Err(_) => None, // some examples are about what Python does not have
        };
        Ok(Sources { rust: (path.to_owned(), text), python })
    }

    /// The header: each of its paragraphs, without the command.
    fn header(&self) -> Vec<String> {
        let mut paragraphs = vec![String::new()];
        for line in self.rust.1.lines() {
            let Some(line) = line.strip_prefix("//!") else { break };
            // As deep as this stands the command, which the page shows in a box of its own.
            if line.starts_with("     ") {
                continue;
            }
            let line = line.trim();
            // An empty line begins a paragraph, and so does “Look for:”, which follows the text at
            // once.
            if line.is_empty() || line.starts_with("Look for:") {
                paragraphs.push(String::new());
            }
            let paragraph = paragraphs.last_mut().expect("there is one");
            *paragraph += line;
            paragraph.push(' ');
        }
        paragraphs.retain(|paragraph| !paragraph.trim().is_empty());
        paragraphs
    }

    /// The command that runs it.
    fn command(&self) -> &str {
        for line in self.rust.1.lines() {
            if let Some(command) = line.strip_prefix("//!     ") {
                return command.trim();
            }
        }
        ""
    }
}

/// The page of an example. `all` are the examples in the order of the README.
pub(super) fn page(
    topic: &Topic,
    row: &Row,
    all: &[&Row],
    sources: &Sources,
    recorded: &Recorded,
    held: &[Held<'_>],
) -> Markup {
    let explorer = format!("{}.explorer.html", row.example);
    // A reader goes on in the order of the README, from one topic into the next.
    let nth = all.iter().position(|other| other.example == row.example);
    let nth = nth.expect("it is one of all examples");
    let before = nth.checked_sub(1).and_then(|nth| all.get(nth));
    let after = all.get(nth + 1);
    html! {
        p.way { a href={ "../" (topic.file()) } { (inline(&topic.title)) } }
        h1 { (row.example) }
        @for paragraph in sources.header() { p { (inline(&linked(&paragraph, all))) } }
        pre.command { code { (sources.command()) } }
        @if recorded.scenes.is_empty() {
            p { "It has no recording: it is a program as you would write it for yourself." }
        } @else {
            h2 #explorer { "Step through it" }
            p {
                @if sources.python.is_some() {
                    "Poll by poll, in both languages where the twin was recorded. "
                } @else {
                    "Poll by poll. "
                }
                a href=(explorer) { "On a page of its own" } "."
            }
            // Loaded only when a reader comes to it: with the source of the run it is the largest
            // part of the page.
            iframe src=(explorer) title={ "The explorer of " (row.example) } loading="lazy" {}
            h2 #output { "What it prints" }
        }
        @for scene in &recorded.scenes {
            @let printed = Printed::of(scene);
            @if recorded.scenes.len() > 1 { h3 { (scene.chart.title) } }
            @if !printed.exact { p.faint { (REAL_TIME) } }
            pre.output tabindex="0" {
                @for line in &printed.lines {
                    (line.time) " " (format!("{:<8}", line.lane)) " " (line.text) "\n"
                }
                @if let Some(verdict) = &printed.verdict { "ended: " (verdict) "\n" }
            }
        }
        h2 #source { "Source" }
        div.sources {
            (source(Language::Rust, &sources.rust))
            @if let Some(python) = &sources.python { (source(Language::Python, python)) }
        }
        @if sources.python.is_none() { p.faint { "It has no twin in Python." } }
        @if !held.is_empty() {
            h2 #tests { "What the tests hold" }
            ul.held {
                @for Held { sentence, file } in held {
                    li { (sentence) " " span.faint { (file) } }
                }
            }
        }
        p.way {
            @if let Some(before) = before {
                a href={ (before.example) ".html" } { "← " (before.example) } " "
            }
            @if let Some(after) = after {
                a href={ (after.example) ".html" } { (after.example) " →" }
            }
        }
    }
}

/// A paragraph of a header whose references can be followed: to another example, and to the twin,
/// which stands on the same page. Only what follows “see” is one: `gather` may be the function.
fn linked(paragraph: &str, all: &[&Row]) -> String {
    let mut text = String::new();
    let mut rest = paragraph;
    while let Some((before, after)) = rest.split_once("see `") {
        // Without an end it is no reference, and the rest stays as it is.
        let Some((name, after)) = after.split_once('`') else { break };
        text += before;
        let known = all.iter().any(|row| row.example == name);
        match name.strip_suffix(".py") {
            Some(_) => text += &format!("see [`{name}`](#source)"),
            None if known => text += &format!("see [`{name}`]({name}.html)"),
            None => text += &format!("see `{name}`"),
        }
        rest = after;
    }
    text + rest
}

/// A whole source, without the comments that mark anchors. Its lines keep their numbers.
fn source(language: Language, (path, text): &(String, String)) -> Markup {
    let mut code = Fragment::default();
    for (index, line) in text.lines().enumerate() {
        // Anchors are for the deck. A reader who types the code need not know of them.
        let mark = line.trim_start();
        if mark.starts_with("// ANCHOR") || mark.starts_with("# ANCHOR") {
            continue;
        }
        code.push(line, index + 1);
    }
    html! {
        figure.source {
            figcaption { (path) }
            pre tabindex="0" { code { (colour::code(language, &code)) } }
        }
    }
}

/// The examples of a topic, as the README has them. `up` leads to the folder of the site.
pub(super) fn table(topic: &Topic, up: &str) -> Markup {
    html! {
        div.wide {
            table.examples {
                tr { th { "in the talk" } th { "in Rust" } th { "example" } }
                @for row in &topic.rows {
                    tr {
                        td { (inline(&row.talk)) }
                        td { (inline(&row.rust)) }
                        td { a href={ (up) (row.file()) } { code { (row.example) } } }
                    }
                }
            }
        }
    }
}

/// The page of a topic: its examples, each with the picture of its first scene.
pub(super) fn topic_page(
    topic: &Topic,
    topics: &[Topic],
    nth: usize,
    executables: &Executables,
    recordings: &Recordings,
) -> Result<Markup, String> {
    let mut pictures = vec![];
    for row in &topic.rows {
        let recorded = recorded(&row.example, executables, recordings)?;
        // Without a recording there is no picture, and the table above leads to the example.
        if let Some(scene) = recorded.scenes.first() {
            pictures.push((row, scene.chart.title.clone(), place::draw(scene, PICTURE).svg));
        }
    }
    let before = nth.checked_sub(1).and_then(|nth| topics.get(nth));
    let after = topics.get(nth + 1);
    Ok(html! {
        h1 { (inline(&topic.title)) }
        (table(topic, "../"))
        @for (row, scene, svg) in pictures {
            h2 #(row.example) { a href={ "../" (row.file()) } { (row.example) } }
            @if scene != row.example { p.faint { (scene) } }
            div.picture tabindex="0" role="region" aria-label=(row.example) { (PreEscaped(svg)) }
        }
        p.way {
            @if let Some(before) = before {
                a href={ "../" (before.file()) } { "← " (inline(&before.title)) } " "
            }
            @if let Some(after) = after {
                a href={ "../" (after.file()) } { (inline(&after.title)) " →" }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_leads_to_the_examples_that_it_refers_to() {
        let row = |example: &str| Row {
            talk: String::new(),
            rust: String::new(),
            example: example.into(),
            path: String::new(),
        };
        let gather = row("gather");
        let lock = row("lock");
        let all = [&gather, &lock];
        assert_eq!(linked("`lock`: see `gather`.", &all), "`lock`: see [`gather`](gather.html).");
        assert_eq!(linked("see `lock.py` here", &all), "see [`lock.py`](#source) here");
        assert_eq!(linked("see `--help`, and see `x", &all), "see `--help`, and see `x");
    }
}
