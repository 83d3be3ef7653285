//! Files that are made from others: `UPDATE=1 cargo test --test house` writes them anew.
use super::{WITHOUT_STAGE, examples, has_word, read, root, sources};
use std::fs;

/// Compares a file with what it should be; with `UPDATE` in the environment, writes it.
pub fn holds(path: &str, expected: &str) {
    let file = root().join(path);
    let found = fs::read_to_string(&file).unwrap_or_default();
    if found != expected && std::env::var_os("UPDATE").is_some() {
        // By a rename: another test may read the file meanwhile, and must not see half of it.
        let new = file.with_added_extension("new");
        fs::write(&new, expected).expect("a file that can be written");
        fs::rename(&new, &file).expect("a file that can be replaced");
        return;
    }
    assert!(
        found == expected,
        "{path} is out of date: `UPDATE=1 cargo test --test house` writes it anew"
    );
}

/// The examples as modules of their tests.
#[test]
fn the_tests_have_the_examples_of_the_manifest() {
    let mut modules = vec![];
    let mut rows = String::new();
    for example in examples() {
        let topic = example.topic();
        let name = &example.name;
        if WITHOUT_STAGE.iter().any(|(without, _)| without == name) {
            continue;
        }
        modules.push((name.clone(), example.path.clone()));
        rows += &format!("    example(\"{topic}\", \"{name}\", {name}::stage),\n");
    }
    modules.sort(); // as rustfmt does
    let mut declarations = String::new();
    for (name, path) in modules {
        declarations += &format!("#[path = \"../../{path}\"]\npub mod {name};\n");
    }
    let text = format!(
        "//! All examples, in reading order. Written by `UPDATE=1 cargo test --test house`.
#![allow(dead_code, reason = \"tests run the scenes, and no command line\")]
#![allow(clippy::duplicate_mod, reason = \"`echo` uses the protocol of the example before it\")]
use async_concepts::stage::Stage;

{declarations}
/// An example: its topic, its name, and its scenes.
pub struct Example {{
    pub topic: &'static str,
    pub name: &'static str,
    pub stage: fn() -> Stage,
}}

const fn example(topic: &'static str, name: &'static str, stage: fn() -> Stage) -> Example {{
    Example {{ topic, name, stage }}
}}

#[rustfmt::skip] // a row a line
pub const EXAMPLES: &[Example] = &[
{rows}];
"
    );
    holds("tests/examples/all.rs", &text);
}

/// Where the names of examples lead in the docs, from the folder into which `cargo doc` puts a
/// page; and all of them in reading order, so that a page has also those that no row of it names.
#[test]
fn the_docs_link_to_the_examples_of_the_manifest() {
    let mut text = "# All examples, in reading order\n\n".to_owned();
    for (topic, names) in by_topic(|_| true) {
        let names: Vec<String> = names.iter().map(|name| format!("[{name}]")).collect();
        text += &wrapped(&format!("{topic}: {}.", names.join(", ")), "- ", "  ");
    }
    text.push('\n');
    for example in examples() {
        text += &format!("[{}]: ../../../../{}\n", example.name, example.path);
    }
    holds("src/examples.md", &text);
}

/// A speaker can point at an example for each question: those that no slide names stand in the
/// notes of the last one.
#[test]
fn the_deck_lists_the_examples_that_no_slide_names() {
    const BEGIN: &str = "- Questions that no slide answers have an example.";
    let deck = read("slides/deck.md");
    let (above, below) = around(&deck, BEGIN);
    let named = format!("{above}{below}");
    let mut bullet = BEGIN.to_owned();
    for (topic, names) in by_topic(|name| !has_word(&named, name)) {
        bullet += &format!(" {topic}: {}.", in_code(&names));
    }
    holds("slides/deck.md", &format!("{above}{bullet}\n{below}"));
}

/// And a learner has something to read between two exercises.
#[test]
fn the_workshop_lists_the_examples_that_no_exercise_names() {
    const BEGIN: &str = "Some examples have no exercise, and are worth reading between two.";
    let readme = read("workshop/README.md");
    let (above, below) = around(&readme, BEGIN);
    let mut named = format!("{above}{below}");
    for file in sources(&root().join("workshop/exercises")) {
        named += &fs::read_to_string(&file).expect("an exercise");
    }
    let mut paragraph = BEGIN.to_owned();
    for (topic, names) in by_topic(|name| !has_word(&named, name)) {
        paragraph += &format!(" {topic}: {}.", in_code(&names));
    }
    paragraph += " `cargo run --example NAME`, in the folder above, runs one.";
    holds("workshop/README.md", &format!("{above}{}{below}", wrapped(&paragraph, "", "")));
}

/// The names of the examples that are `wanted`, by the headings that the README has for topics.
fn by_topic(wanted: impl Fn(&str) -> bool) -> Vec<(String, Vec<String>)> {
    let readme = read("README.md");
    let mut topics: Vec<(String, Vec<String>)> = vec![];
    for example in examples() {
        if !wanted(&example.name) {
            continue;
        }
        let title = title_of(&readme, example.topic());
        match topics.last_mut() {
            Some((last, names)) if *last == title => names.push(example.name),
            _ => topics.push((title, vec![example.name])),
        }
    }
    topics
}

/// The heading above the rows of a topic, up to its colon.
fn title_of(readme: &str, topic: &str) -> String {
    let mut heading = "";
    for line in readme.lines() {
        if let Some(text) = line.strip_prefix("### ") {
            heading = text;
        } else if line.starts_with("| ") && line.contains(&format!("](examples/{topic}/")) {
            let title = heading.split(':').next().unwrap_or_default();
            return title.to_owned();
        }
    }
    panic!("README.md has no row of the topic {topic}")
}

/// What stands before and after the paragraph that begins so.
fn around<'t>(text: &'t str, begin: &str) -> (&'t str, &'t str) {
    let start = text.find(begin).unwrap_or_else(|| panic!("no line begins with: {begin}"));
    let end = text[start..].find("\n\n").map_or(text.len(), |length| start + length + 1);
    (&text[..start], &text[end..])
}

fn in_code(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// In lines of at most 100 columns; the first begins with `first`, and others with `next`.
fn wrapped(text: &str, first: &str, next: &str) -> String {
    let mut lines = String::new();
    let mut line = first.to_owned();
    for word in text.split(' ') {
        if line.chars().count() + word.chars().count() > 99 {
            lines += line.trim_end();
            lines.push('\n');
            line = next.to_owned();
        }
        line += word;
        line.push(' ');
    }
    lines + line.trim_end() + "\n"
}
