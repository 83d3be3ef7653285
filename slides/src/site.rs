//! The site: the examples, the talk and the documents as pages that can be put anywhere and linked
//! to.
//!
//! A page for each topic of the README and for each example, with both sources, the explorer and
//! what the tests hold; the talk, as a deck and as an article; the exercises; the verdicts and the
//! other documents. Links are relative, and [`broken_links`] follows all of them.
//!
//! Read it after `page`. Below it, in this order: `readme`, which examples there are; `example` and
//! `held`, their pages; `article` and `documents`, the other pages; `folder`, where all of them are
//! written; `links`, which checks the result. Next is `live`.
mod article;
mod documents;
mod example;
mod folder;
mod held;
mod links;
mod readme;

pub use links::broken_links;

use crate::{
    compose::compose_with,
    examples::{Examples, Executables, Recorded, Recordings},
    layout::hanging_lines,
    page::{For, colours, page},
};
use async_concepts::timeline::{page_style, to_page};
use folder::{Content, Files};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use readme::Topic;
use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

/// What was written.
#[derive(Debug)]
pub struct Site {
    /// How many pages.
    pub pages: usize,
    /// How many bytes they have, without the documentation of the library.
    pub bytes: u64,
    /// Whether that documentation is beside them.
    pub documentation: bool,
}

/// Writes the site of the repository at `root` into a folder, which is made if there is none.
/// What an earlier site wrote there is replaced.
///
/// The documentation of the library is copied from `target/doc` if `cargo doc` has made it.
///
/// # Errors
/// What is wrong with the deck or the README, or what cannot be written; and each link that leads
/// nowhere. A folder with files that no earlier site wrote is refused, and stays as it is.
pub fn write(root: &Path, folder: &Path, recordings: &Recordings) -> Result<Site, String> {
    // Asked before the examples are built, which takes long, and once more before it is written to.
    folder::is_our_own(folder)?;
    let readme = read(root, "README.md")?;
    let topics = readme::topics(&readme);
    let talk = compose_with(root, recordings).map_err(|error| error.to_string())?;
    let examples = Examples::find(root)?;
    // The README decides which examples have a page, and in which order.
    let mut names = BTreeSet::new();
    for row in topics.iter().flat_map(|topic| &topic.rows) {
        if examples.get(&row.example).is_none() {
            return Err(format!("README.md: there is no example `{}`", row.example));
        }
        if examples.get(&row.example).is_some_and(|example| example.features.is_empty()) {
            names.insert(row.example.as_str());
        }
    }
    let executables = examples.build(&names)?;
    recordings.make(&executables, &names)?;
    let mut pages = Pages { root, files: Files::new(), has_documentation: false };
    pages.add_documentation()?;
    pages.examples(&topics, &executables, recordings)?;
    for (nth, topic) in topics.iter().enumerate() {
        let page = example::topic_page(topic, &topics, nth, &executables, recordings)?;
        pages.page(&topic.file(), &topic.title, &page);
    }
    pages.file("deck.html", page(&talk, For::TheSite));
    pages.page("article.html", "The talk, to read", &article::article(&talk, &topics));
    for document in documents::documents(root, &topics)? {
        pages.page(document.file, &document.title, &document.body);
    }
    pages.page("index.html", "async-concepts", &front(&readme, &topics, pages.has_documentation));
    folder::write(folder, &pages.files)?;
    // Last, when all pages are there that a link may lead to.
    let broken = broken_links(folder)?;
    if !broken.is_empty() {
        return Err(format!("links that lead nowhere:\n{}", broken.join("\n")));
    }
    let mut site = Site { pages: 0, bytes: 0, documentation: pages.has_documentation };
    for content in pages.files.values() {
        if let Content::Page(text) = content {
            site.pages += 1;
            site.bytes += text.len() as u64;
        }
    }
    Ok(site)
}

/// The page of an explorer, with a heading that leads to the page of the example: its address may
/// be sent to a reader who has not seen the site. In a frame the link leaves the frame.
fn with_way_back(explorer: &str, example: &str) -> String {
    let link = html! {
        h1 { a href={ (example) ".html" } target="_top" style="color:inherit" { (example) } }
    };
    explorer.replacen(&format!("<h1>{example}</h1>"), &link.into_string(), 1)
}

/// What an example recorded. An example that needs features is not built here, and has nothing.
fn recorded(
    example: &str,
    executables: &Executables,
    recordings: &Recordings,
) -> Result<Arc<Recorded>, String> {
    if executables.has(example) { recordings.get(executables, example) } else { Ok(Arc::default()) }
}

/// Reads a file of the repository.
fn read(root: &Path, file: &str) -> Result<String, String> {
    fs::read_to_string(root.join(file)).map_err(|error| format!("cannot read {file}: {error}"))
}

/// The pages that are made so far. They are written when all are there.
struct Pages<'a> {
    /// The root of the repository.
    root: &'a Path,
    /// What the site will have.
    files: Files,
    /// Whether the documentation of the library is among it, and can be linked to.
    has_documentation: bool,
}

impl Pages<'_> {
    /// Adds a page that is complete: the deck and the explorers have a style of their own.
    fn file(&mut self, name: &str, text: String) {
        self.files.insert(name.to_owned(), Content::Page(text));
    }

    /// Adds a page of the site, with the frame that all pages share.
    fn page(&mut self, name: &str, title: &str, body: &Markup) {
        self.file(name, shell(name, title, body));
    }

    /// Adds a page for each example, and beside it the explorer of its recording. The explorer is
    /// a file of its own, because it has scripts, which the policy of the site forbids.
    fn examples(
        &mut self,
        topics: &[Topic],
        executables: &Executables,
        recordings: &Recordings,
    ) -> Result<(), String> {
        let held = held::Tests::read(self.root)?;
        let all: Vec<_> = topics.iter().flat_map(|topic| &topic.rows).collect();
        for topic in topics {
            for row in &topic.rows {
                let recorded = recorded(&row.example, executables, recordings)?;
                let mut charts: Vec<_> =
                    recorded.scenes.iter().map(|scene| scene.chart.clone()).collect();
                charts.extend(recorded.variants.iter().cloned());
                if !charts.is_empty() {
                    let explorer = to_page(&row.example, &charts);
                    self.file(&row.explorer(), with_way_back(&explorer, &row.example));
                }
                let sources = example::Sources::read(self.root, &row.path)?;
                let held = held.of(&row.path);
                let page = example::page(topic, row, &all, &sources, &recorded, &held);
                self.page(&row.file(), &row.example, &page);
            }
        }
        Ok(())
    }

    /// Adds what `cargo doc` has made, so that links to it work wherever the site is put.
    fn add_documentation(&mut self) -> Result<(), String> {
        let from = self.root.join("target/doc");
        if !from.join("async_concepts/index.html").is_file() {
            return Ok(());
        }
        for name in folder::files_below(&from)? {
            let copy = Content::CopyOf(from.join(&name));
            self.files.insert(format!("doc/{name}"), copy);
        }
        self.has_documentation = true;
        Ok(())
    }
}

/// The way from a page back to the folder of the site.
fn up(name: &str) -> String {
    "../".repeat(name.matches('/').count())
}

/// The frame of each page: head, policy, and the links at the top.
fn shell(name: &str, title: &str, body: &Markup) -> String {
    let up = up(name);
    let title =
        if name == "index.html" { title.to_owned() } else { format!("{title} · async-concepts") };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (title) }
                link rel="icon" href="data:,";
                style { (PreEscaped(style())) }
            }
            body {
                (PreEscaped(page_style().patterns))
                header.top {
                    nav aria-label="Site" {
                        a href={ (up) "index.html" } { "Examples" }
                        a href={ (up) "article.html" } { "The talk" }
                        a href={ (up) "deck.html" } { "Slides" }
                        a href={ (up) "exercises.html" } { "Exercises" }
                        a href={ (up) "verdicts.html" } { "Verdicts" }
                        a href={ (up) "glossary.html" } { "Words" }
                    }
                }
                main { (body) }
            }
        }
    };
    page.into_string() + "\n"
}

/// What a page may load: its own style, which stands in it, and explorers of the same site in a
/// frame. No scripts.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                      frame-src 'self'; base-uri 'none'; form-action 'none'";

/// The style sheet that each page has in it.
fn style() -> String {
    let site = include_str!("site/site.css");
    format!("{}\n{}{}{site}", colours(), page_style().rules, hanging_lines())
}

/// The first page: what the project is, and all examples.
fn front(readme: &str, topics: &[Topic], has_documentation: bool) -> Markup {
    html! {
        h1 { "async-concepts" }
        (PreEscaped(crate::page::markdown(&readme::introduction(readme))))
        ul.ways {
            li { a href="article.html" { "Read the talk" } ", with its pictures" }
            li { a href="deck.html" { "Give the talk" } ": slides that play each run poll by poll" }
            li { a href="exercises.html" { "Do the exercises" } }
            li { a href="asyncio-to-tokio.html" { "From asyncio to tokio" } ", name by name" }
            li {
                a href="schedules.html" { "What holds in every schedule" }
                ", and what is an accident"
            }
            li { a href="design.html" { "Why it is as it is" } }
            @if has_documentation {
                li { a href="doc/async_concepts/index.html" { "The library's documentation" } }
            }
        }
        @for topic in topics {
            section {
                h2 { a href=(topic.file()) { (crate::page::inline(&topic.title)) } }
                (example::table(topic, ""))
            }
        }
    }
}
