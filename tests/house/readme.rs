//! The README shows what the examples really draw.
use super::generated::holds;
use async_concepts::{record, timeline::TerminalOptions};
use std::fs;

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
