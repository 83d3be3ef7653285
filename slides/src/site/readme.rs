//! The table of contents: the examples in the order of the README.
//!
//! Read it after `site`; next is `example`. The site has no list of its own: a new row of the
//! README is a new page.
use crate::page::slug;

/// A topic of the README.
#[derive(Debug)]
pub(super) struct Topic {
    /// Its heading, in Markdown.
    pub(super) title: String,
    /// Its examples.
    pub(super) rows: Vec<Row>,
}

/// An example, as a row of the README has it.
#[derive(Debug)]
pub(super) struct Row {
    /// What it is in the talk, in Markdown.
    pub(super) talk: String,
    /// What it is in Rust, in Markdown.
    pub(super) rust: String,
    /// The example's name.
    pub(super) example: String,
    /// The path of its source from the root of the repository.
    pub(super) path: String,
}

impl Topic {
    /// Its page.
    pub(super) fn file(&self) -> String {
        let (name, _) = self.title.split_once(':').unwrap_or((&self.title, ""));
        format!("topics/{}.html", slug(name))
    }
}

impl Row {
    /// Its page.
    pub(super) fn file(&self) -> String {
        format!("examples/{}.html", self.example)
    }

    /// The page that steps through its run.
    pub(super) fn explorer(&self) -> String {
        format!("examples/{}.explorer.html", self.example)
    }
}

/// All topics that have a table of examples. A topic without one would be an empty page.
pub(super) fn topics(readme: &str) -> Vec<Topic> {
    let mut topics: Vec<Topic> = vec![];
    for line in readme.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            topics.push(Topic { title: title.to_owned(), rows: vec![] });
        } else if let (Some(topic), Some(row)) = (topics.last_mut(), row(line)) {
            topic.rows.push(row);
        }
    }
    topics.retain(|topic| !topic.rows.is_empty());
    topics
}

/// `| talk | rust | [name](path.rs) |`, if the line is such a row.
fn row(line: &str) -> Option<Row> {
    let line = line.strip_prefix("| ")?.strip_suffix(" |")?;
    let mut cells = line.split(" | ");
    let talk = cells.next()?;
    let rust = cells.next()?;
    let link = cells.next()?;
    // Other tables of the README link to files of the library: these rows are no examples.
    let (example, rest) = link.strip_prefix('[')?.split_once("](")?;
    let (path, _) = rest.split_once(')')?;
    if !path.contains("examples/") {
        return None;
    }
    Some(Row {
        talk: talk.into(),
        rust: rust.into(),
        example: example.trim_matches('`').into(),
        path: path.into(),
    })
}

/// What the README says before its first picture.
pub(super) fn introduction(readme: &str) -> String {
    let mut text = String::new();
    for line in readme.lines().skip(1) {
        if line.starts_with("![") || line.starts_with('#') {
            break;
        }
        text += line;
        text.push('\n');
    }
    // Links of the introduction lead to places in the README, which is no page of the site.
    text.replace("[slides](#the-slides)", "[slides](deck.html)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_come_in_the_order_of_the_readme() {
        let readme = "# Title\nIntroduction.\n\n![a](b.svg)\n### One: first\n| a | b | c |\n\
                      | --- | --- | --- |\n| x | `y` | [nap](examples/one/nap.rs) |\n\
                      ### Two\nText.\n";
        let topics = topics(readme);
        assert_eq!(topics.len(), 1, "a topic without examples has no page");
        assert_eq!(topics[0].file(), "topics/one.html");
        assert_eq!(topics[0].rows[0].file(), "examples/nap.html");
        assert_eq!(introduction(readme).trim(), "Introduction.");
    }
}
