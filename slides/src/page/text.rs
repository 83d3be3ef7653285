//! Text as HTML: Markdown, and names for addresses.
//!
//! Read it last of the modules of `page`. The site uses it, too.
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Alignment, Event, Options, Parser, Tag, html::push_html};

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
pub(super) fn with_code(text: &str) -> Markup {
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
