//! Which part may know which: an arrow that is not listed in the design must not creep in.
use super::{root, sources};
use std::fs;

/// The lines of code below `src/FOLDER` that name `crate::MODULE`, with their place.
fn names(folder: &str, module: &str) -> Vec<String> {
    let mut found = vec![];
    for file in sources(&root().join("src").join(folder)) {
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let comment = line.trim_start().starts_with("//");
            if !comment && is_named(line, module) {
                found.push(format!("{}:{}: {line}", file.display(), number + 1));
            }
        }
    }
    found
}

/// `crate::module`, or `module::` as one of several in braces.
fn is_named(line: &str, module: &str) -> bool {
    let path = format!("{module}::");
    for (place, _) in line.match_indices(&path) {
        let before = line[..place].chars().next_back();
        // Behind a quotation mark it is a name that a person reads.
        if !before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '_' | '"')) {
            return true;
        }
    }
    false
}

#[test]
fn event_loop_and_timeline_do_not_know_each_other() {
    assert_eq!(names("event_loop", "timeline"), [""; 0]);
    assert_eq!(names("timeline", "event_loop"), [""; 0]);
}

#[test]
fn what_is_below_both_knows_neither() {
    let waker = fs::read_to_string(root().join("src/waker.rs")).unwrap();
    for line in waker.lines().filter(|line| !line.trim_start().starts_with("//")) {
        assert!(!is_named(line, "timeline") && !is_named(line, "event_loop"), "{line}");
    }
}

#[test]
fn an_arrow_would_be_found() {
    assert!(is_named("use crate::timeline::Run;", "timeline"));
    assert!(is_named("use crate::{timeline::{Run, turn}, waker};", "timeline"));
    assert!(is_named("    event_loop::sleep(ms(1)).await?;", "event_loop"));
    assert!(!is_named("use crate::my_timeline::Run;", "timeline"));
    // The stage joins the two, so it has both arrows.
    assert!(!names("stage", "timeline").is_empty() && !names("stage", "event_loop").is_empty());
}
