//! Documents of the repository as pages. Their links, which lead to files of the repository or to
//! items of rustdoc, are changed to lead to pages of the site.
//!
//! Read it after `article`; next is `links`.
use super::{read, readme::Topic};
use crate::{
    examples::twin,
    page::{inline, slug},
};
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html::push_html};
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
        // A file that begins with its title has it only once on its page.
        if let Some(rest) = text.strip_prefix(&format!("# {title}\n")) {
            text = rest.to_owned();
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
/// becomes its text alone; the name of an example where one is mentioned becomes a link.
fn render(text: &str, path: &str, known: &BTreeMap<String, String>) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_SMART_PUNCTUATION;
    // A link that only rustdoc can follow, such as [`spawn`]: marked, so that `target` finds
    // examples among these names.
    let mut unknown = |link: pulldown_cmark::BrokenLink<'_>| {
        Some((CowStr::from(format!("{RUSTDOC}{}", link.reference)), CowStr::from("")))
    };
    let shift = usize::from(has_top_headings(text));
    let parser = Parser::new_with_broken_link_callback(text, options, Some(&mut unknown));
    let mut events = vec![];
    // For each link that is open, whether it has a target. If its start was left out, its end has
    // to be left out, too.
    let mut kept = vec![];
    // The start of a heading comes before its text, from which the `id` is made: so the place of
    // the start is remembered.
    let mut heading: Option<usize> = None;
    let mut title = String::new();
    let mut mentions = Mentions::default();
    for event in parser {
        let can_be_an_example = mentions.next(&event);
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
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some(events.len());
                title.clear();
                let level = lower(level, shift);
                events.push(Event::Start(Tag::Heading {
                    level,
                    id: None, // until its text is known
                    classes: vec![],
                    attrs: vec![],
                }));
            }
            Event::End(TagEnd::Heading(level)) => {
                let start = heading.take().expect("a heading that ends has begun");
                if let Event::Start(Tag::Heading { id, .. }) = &mut events[start] {
                    *id = Some(CowStr::from(slug(&title)));
                }
                events.push(Event::End(TagEnd::Heading(lower(level, shift))));
            }
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {} // only its text
            Event::Start(Tag::Table(columns)) => {
                // Without the alignments, which would be attributes that the policy forbids.
                let columns = vec![pulldown_cmark::Alignment::None; columns.len()];
                // What scrolls can be reached by the keyboard only if it takes the focus.
                let wide =
                    "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table\">";
                events.push(Event::Html(wide.into()));
                events.push(Event::Start(Tag::Table(columns)));
            }
            Event::End(TagEnd::Table) => {
                events.push(event);
                events.push(Event::Html("</div>".into()));
            }
            Event::Code(ref name)
                if can_be_an_example && known.contains_key(&format!("{RUSTDOC}{name}")) =>
            {
                let page = &known[&format!("{RUSTDOC}{name}")];
                events.push(Event::InlineHtml(format!("<a href=\"{page}\">").into()));
                events.push(event);
                events.push(Event::InlineHtml("</a>".into()));
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

/// Marks the target of a link that is a name, which rustdoc looks up, and not a path.
const RUSTDOC: &str = "rustdoc:";

/// Whether a text has headings of the first level. On a page its title is the only one.
fn has_top_headings(text: &str) -> bool {
    let top = |event| matches!(event, Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }));
    Parser::new(text).any(top)
}

/// A heading, `by` levels lower.
fn lower(level: HeadingLevel, by: usize) -> HeadingLevel {
    HeadingLevel::try_from(level as usize + by).unwrap_or(HeadingLevel::H6)
}

/// Finds where a document mentions an example by its name. Most examples have the name of what they
/// are about, so not every `lock` is an example. What follows “Example:” is one, and so is the
/// first cell of a row of a table.
#[derive(Default)]
struct Mentions {
    /// Whether the event before this one says that an example comes.
    announced: bool,
    /// Whether a link is open, in which there can be no other one.
    in_a_link: bool,
}

impl Mentions {
    /// Takes the next event of the document, and says whether it can be the name of an example.
    fn next(&mut self, event: &Event<'_>) -> bool {
        let announced = self.announced;
        self.announced = match event {
            Event::Start(Tag::TableRow) => true,
            Event::Start(Tag::TableCell) => announced, // the first of its row
            Event::Text(text) => text.ends_with("Example: "),
            _ => false,
        };
        match event {
            Event::Start(Tag::Link { .. }) => self.in_a_link = true,
            Event::End(TagEnd::Link) => self.in_a_link = false,
            _ => {}
        }
        announced && !self.in_a_link
    }
}

/// For each file of the repository that has a page, the page; and for each example by its name.
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
        known.insert(format!("{RUSTDOC}{}", row.example), row.file());
    }
    known
}

/// Where a link of a document leads on the site. `None` if it leads nowhere there.
fn target(link: &str, path: &str, known: &BTreeMap<String, String>) -> Option<String> {
    let (file, place) = link.split_once('#').unwrap_or((link, ""));
    if file.is_empty() {
        return Some(format!("#{place}"));
    }
    if file.starts_with(RUSTDOC) {
        return known.get(file).cloned();
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

/// The exercises, each with what is to be predicted: the first paragraph of its file.
fn exercises(root: &Path) -> Result<Document, String> {
    let info = read(root, "workshop/info.toml")?;
    let info: Info =
        toml::from_str(&info).map_err(|error| format!("workshop/info.toml: {error}"))?;
    let mut topics: Vec<(String, Vec<(String, String)>)> = vec![];
    for Exercise { name, dir } in info.exercises {
        let text = read(root, &format!("workshop/exercises/{dir}/{name}.rs"))?;
        let asked = first_paragraph(&text);
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

/// The first paragraph of the documentation of a file, in one line.
fn first_paragraph(source: &str) -> String {
    let mut lines = vec![];
    for line in documentation(source).lines() {
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_not_cut_at_the_end_of_a_line() {
        let file =
            "//! Predict: a nap of 1 s. How\n//! long does it take?\n//!\n//! More.\nfn f() {}\n";
        assert_eq!(first_paragraph(file), "Predict: a nap of 1 s. How long does it take?");
    }

    #[test]
    fn an_example_that_is_mentioned_is_linked_to_and_a_function_of_that_name_is_not() {
        let known = BTreeMap::from([("rustdoc:lock".to_owned(), "examples/lock.html".to_owned())]);
        let link = "<a href=\"examples/lock.html\">";
        for (text, links) in [
            ("Call `lock`, or [`spawn`].", 0),
            ("Call it. Example: `lock`.", 1),
            ("Example: `unlock`.", 0),
            ("| a | b |\n|---|---|\n| `lock` | `lock` |\n", 1),
            ("[lock], and [`lock`]", 1),
        ] {
            let html = render(text, "src/some.md", &known);
            assert_eq!(html.matches(link).count(), links, "{html}");
            assert_eq!(html.matches("<a ").count(), links, "{html}");
        }
    }

    #[test]
    fn the_title_of_a_page_is_its_only_heading_of_the_first_level() {
        let known = BTreeMap::new();
        let html = render("Text.\n\n# One\n\n## Two\n", "docs/some.md", &known);
        assert!(html.contains("<h2 id=\"one\">") && html.contains("<h3 id=\"two\">"), "{html}");
        let html = render("Text.\n\n## Two\n", "docs/some.md", &known);
        assert!(html.contains("<h2 id=\"two\">"), "{html}");
    }
}
