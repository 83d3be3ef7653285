//! Documents of the repository as pages. Their links, which lead to files of the repository or to
//! items of rustdoc, are changed to lead to pages of the site.
//!
//! Read it after `article`; next is `links`.
use super::{read, readme::Topic};
use crate::{
    compose::twin,
    page::{inline, slug},
};
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html::push_html};
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};

/// A document as a page.
pub(super) struct Document {
    /// The name of the page.
    pub(super) file: &'static str,
    /// Its heading.
    pub(super) title: String,
    /// What stands on it.
    pub(super) body: Markup,
}

/// The documents of the repository that are pages: the path in the repository, the name of the
/// page, and its title.
const PAGES: [(&str, &str, &str); 5] = [
    ("docs/glossary.md", "glossary.html", "Words"),
    ("docs/schedules.md", "schedules.html", "What holds in every schedule"),
    ("docs/design.md", "design.html", "Why it is as it is"),
    ("src/from_asyncio_to_tokio.md", "asyncio-to-tokio.html", "From asyncio to tokio"),
    ("src/timeline/verdicts.rs", "verdicts.html", "Verdicts"),
];

/// All of them, and the list of the exercises.
pub(super) fn documents(root: &Path, topics: &[Topic]) -> Result<Vec<Document>, String> {
    let known = known_pages(root, topics);
    let mut documents = vec![];
    for (path, file, title) in PAGES {
        let mut text = read(root, path)?;
        if path.ends_with(".rs") {
            text = documentation(&text);
        }
        let html = render(&text, path, &known);
        let body = html! { h1 { (title) } (PreEscaped(html)) };
        documents.push(Document { file, title: title.to_owned(), body });
    }
    documents.push(exercises(root)?);
    Ok(documents)
}

/// The documentation at the top of a module, without those lines of its programs that rustdoc
/// hides. (Only the kinds that occur are known here: `#` also begins a heading.)
fn documentation(source: &str) -> String {
    let mut text = String::new();
    for line in source.lines() {
        let Some(line) = line.strip_prefix("//!") else { break };
        let line = line.strip_prefix(' ').unwrap_or(line);
        if line == "#"
            || line.starts_with("# record")
            || line.starts_with("# use")
            || line.starts_with("# let")
            || line.starts_with("# }")
        {
            continue;
        }
        text += line;
        text.push('\n');
    }
    text
}

/// Markdown as HTML. Headings get an `id` to link to. A link to something that has no page here
/// becomes its text alone.
fn render(text: &str, path: &str, known: &BTreeMap<String, String>) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_SMART_PUNCTUATION;
    // A link that only rustdoc can follow, such as [`spawn`]: marked, so that `target` finds
    // examples among these names.
    let mut unknown = |link: pulldown_cmark::BrokenLink<'_>| {
        Some((CowStr::from("rustdoc:"), CowStr::from(link.reference.to_string())))
    };
    let parser = Parser::new_with_broken_link_callback(text, options, Some(&mut unknown));
    let mut events = vec![];
    // For each link that is open, whether it has a target: its end has to go if its start did.
    let mut kept = vec![];
    // The start of a heading comes before its text, from which the `id` is made: so the place of
    // the start is remembered.
    let mut heading: Option<usize> = None;
    let mut title = String::new();
    for event in parser {
        match event {
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let target = target(&dest_url, path, known);
                kept.push(target.is_some());
                if let Some(target) = target {
                    let dest_url = CowStr::from(target);
                    events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                }
            }
            Event::End(TagEnd::Link) => {
                if kept.pop() == Some(true) {
                    events.push(Event::End(TagEnd::Link));
                }
            }
            Event::Start(Tag::Heading { .. }) => {
                heading = Some(events.len());
                title.clear();
                events.push(event);
            }
            Event::End(TagEnd::Heading(_)) => {
                let start = heading.take().expect("a heading that ends has begun");
                if let Event::Start(Tag::Heading { id, .. }) = &mut events[start] {
                    *id = Some(CowStr::from(slug(&title)));
                }
                events.push(event);
            }
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {} // only its text
            Event::Start(Tag::Table(columns)) => {
                // Without the alignments, which would be attributes that the policy forbids.
                let columns = vec![pulldown_cmark::Alignment::None; columns.len()];
                events.push(Event::Html("<div class=\"wide\">".into()));
                events.push(Event::Start(Tag::Table(columns)));
            }
            Event::End(TagEnd::Table) => {
                events.push(event);
                events.push(Event::Html("</div>".into()));
            }
            Event::Text(ref text) | Event::Code(ref text) => {
                if heading.is_some() {
                    title += text;
                }
                events.push(event);
            }
            event => events.push(event),
        }
    }
    let mut html = String::new();
    push_html(&mut html, events.into_iter());
    html
}

/// Which page a file of the repository has.
fn known_pages(root: &Path, topics: &[Topic]) -> BTreeMap<String, String> {
    let mut known = BTreeMap::new();
    for (path, file, _) in PAGES {
        known.insert(path.to_owned(), file.to_owned());
    }
    for row in topics.iter().flat_map(|topic| &topic.rows) {
        known.insert(row.path.clone(), row.file());
        let twin = twin(root, Path::new(&row.path)).to_string_lossy().replace('\\', "/");
        known.insert(twin, row.file());
        // From the documentation, links to examples are written by their name.
        known.insert(format!("rustdoc/{}", row.example), row.file());
    }
    known
}

/// Where a link of a document leads on the site; none if nowhere.
fn target(link: &str, path: &str, known: &BTreeMap<String, String>) -> Option<String> {
    let (file, place) = link.split_once('#').unwrap_or((link, ""));
    if file.is_empty() {
        return Some(format!("#{place}"));
    }
    // From the document's folder, as a browser would on a page of the repository.
    let mut resolved: Vec<&str> = path.split('/').collect();
    resolved.pop();
    for part in file.split('/') {
        match part {
            ".." => {
                resolved.pop();
            }
            "." | "" => {}
            part => resolved.push(part),
        }
    }
    let page = known.get(&resolved.join("/"))?;
    Some(if place.is_empty() { page.clone() } else { format!("{page}#{place}") })
}

/// What is needed of `workshop/info.toml`.
#[derive(Deserialize)]
struct Info {
    /// All exercises, in order.
    exercises: Vec<Exercise>,
}

/// An exercise in that file.
#[derive(Deserialize)]
struct Exercise {
    /// Its name: that of its file and its program.
    name: String,
    /// Its folder, which is also its topic.
    dir: String,
}

/// The exercises, each with what is to be predicted: the first line of its file.
fn exercises(root: &Path) -> Result<Document, String> {
    let info = read(root, "workshop/info.toml")?;
    let info: Info =
        toml::from_str(&info).map_err(|error| format!("workshop/info.toml: {error}"))?;
    let mut topics: Vec<(String, Vec<(String, String)>)> = vec![];
    for Exercise { name, dir } in info.exercises {
        let text = read(root, &format!("workshop/exercises/{dir}/{name}.rs"))?;
        let first = text.lines().next().unwrap_or_default();
        let asked = first.trim_start_matches("//!").trim().to_owned();
        match topics.last_mut() {
            Some((topic, exercises)) if *topic == dir => exercises.push((name, asked)),
            _ => topics.push((dir, vec![(name, asked)])),
        }
    }
    let body = html! {
        h1 { "Exercises" }
        p {
            "Each is one file with one mistake. Say what will happen before you run it; then mend "
            "it. They are in the folder " code { "workshop" } " of the repository: "
            code { "cd workshop" } ", then " code { "cargo test --bin lazy" } "."
        }
        @for (topic, exercises) in &topics {
            h2 #(topic) { (topic) }
            ul {
                @for (name, asked) in exercises { li { code { (name) } " " (inline(asked)) } }
            }
        }
    };
    Ok(Document { file: "exercises.html", title: "Exercises".into(), body })
}
