//! The README shows what the examples really draw, and the documents count what is really there.
use super::{generated::holds, read};
use async_concepts::{record, timeline::TerminalOptions};
use std::{collections::BTreeSet, fs, process::Command};

#[path = "../../examples/gather/gather.rs"]
#[allow(dead_code, reason = "its command line is not used here")]
pub mod gather;

#[test]
fn the_readme_shows_the_timeline_of_gather() {
    let run = record("gather", gather::gather);
    let options = TerminalOptions { width: 100, colour: false };
    let lines: String = run.lines.iter().map(|line| format!("{line:#}\n")).collect();
    let block = format!(
        "```text\n$ cargo run --example gather -- --quiet\n{lines}\n{}```",
        run.chart().to_text(options)
    );
    let readme =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("the README");
    let (start, rest) = readme.split_once("```text\n").expect("a block of text");
    let (_, end) = rest.split_once("```").expect("the end of the block");
    holds("README.md", &format!("{start}{block}{end}"));
}

/// How many crates a project builds that asks for these features of this package, itself included.
fn crates_with(features: &str) -> usize {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"]);
    cargo.arg("--locked");
    cargo.args(["--no-default-features", "--features", features]);
    let tree = cargo.current_dir(super::root()).output().expect("cargo");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).expect("UTF-8");
    let mut crates = BTreeSet::new();
    for line in tree.lines() {
        let words: Vec<&str> = line.split(' ').take(2).collect(); // the name, and the version
        crates.insert(words);
    }
    crates.len()
}

#[test]
fn a_project_that_only_records_builds_as_many_crates_as_the_docs_say() {
    if cfg!(not(target_os = "linux")) {
        return; // other systems need other crates
    }
    let recording = crates_with("");
    let drawing = crates_with("draw");
    let says = format!("{recording} crates are built instead of {drawing}");
    assert!(read("docs/in_your_own_tests.md").contains(&says), "{says}");
}
