//! The README shows what the examples really draw. After a change that is meant, `UPDATE=1 cargo test --test readme`
//! writes it anew.
use async_concepts::{
    record,
    timeline::{SvgOptions, TerminalOptions},
};
use std::{fs, path::Path};

#[path = "../examples/gather/gather.rs"]
#[allow(dead_code, reason = "its command line is not used here")]
mod gather;

/// Compares a file with what it should be, or makes it so.
fn holds(path: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, expected).expect("a file that can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{} is out of date: see the head of this test for how to write it anew",
        path.display()
    );
}

#[test]
fn the_readme_shows_the_timeline_of_gather() {
    let run = record("gather", gather::gather);
    let options = TerminalOptions { width: 100, colour: false };
    let lines: String = run.lines.iter().map(|line| format!("{line:#}\n")).collect();
    let block = format!(
        "```text\n$ cargo run --example gather\n{lines}\n{}```",
        run.chart().to_text(options)
    );
    let readme =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("the README");
    let (start, rest) = readme.split_once("```text\n").expect("a block of text");
    let (_, end) = rest.split_once("```").expect("the end of the block");
    holds("README.md", &format!("{start}{block}{end}"));
}

#[test]
fn the_picture_in_the_readme_is_that_of_gather() {
    let svg = record("gather", gather::gather).chart().to_svg(SvgOptions::default());
    holds("docs/gather.svg", &format!("{svg}\n"));
}
