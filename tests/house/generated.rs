//! Files that are made from others: `UPDATE=1 cargo test --test house` writes them anew.
use super::{WITHOUT_STAGE, examples, root};
use std::fs;

/// Compares a file with what it should be; with `UPDATE` in the environment, writes it.
pub fn holds(path: &str, expected: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, expected).expect("a file that can be written");
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
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
/// page.
#[test]
fn the_docs_link_to_the_examples_of_the_manifest() {
    let mut links = String::new();
    for example in examples() {
        links += &format!("[{}]: ../../../../{}\n", example.name, example.path);
    }
    holds("src/examples.md", &links);
}
