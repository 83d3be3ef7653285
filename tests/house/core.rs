//! The core of the event loop is to be read alone, so it stays short and says why.
use std::fs;

use super::{read, root, sources};

/// In reading order. What these files use of others is told by its name and the line above it:
/// `discard`, `catch_panic`, the list of timers, the registry, remote calls, drivers, instruments,
/// how a cancel travels.
const CORE: [&str; 6] = ["handle", "mod", "timer", "future", "current", "task"];

#[test]
fn the_core_of_the_event_loop_is_short_and_a_third_of_it_says_why() {
    let mut code = 0;
    let mut comments = 0;
    for name in CORE {
        for line in read(&format!("src/event_loop/{name}.rs")).lines() {
            let line = line.trim();
            if line.starts_with("//") {
                comments += 1;
            } else if !line.is_empty() {
                code += 1;
            }
        }
    }
    assert!(code <= 950, "{code} lines of code, 950 allowed");
    assert!(comments * 3 >= code + comments, "{comments} lines of comments on {code} of code");
}

/// A line without `pub`, `pub(super)` and the like.
fn without_visibility(line: &str) -> &str {
    if let Some(rest) = line.strip_prefix("pub(")
        && let Some((_, declared)) = rest.split_once(") ")
    {
        return declared;
    }
    line.strip_prefix("pub ").unwrap_or(line)
}

/// The private fields that have no comment above them or on their line, each as `LINE: text`. The
/// only field of a tuple struct may be explained by what stands above the struct.
fn fields_without_a_reason(text: &str) -> Vec<String> {
    let mut silent = vec![];
    // How far the struct is indented in which this line is.
    let mut in_struct = None;
    // The last line that is no attribute is a comment.
    let mut explained = false;
    for (number, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        let declared = without_visibility(line);
        let is_comment = line.starts_with("//");
        let is_field = !is_comment
            && in_struct.is_some_and(|outer: usize| indent == outer + 4)
            && !line.starts_with("pub ")
            && declared.contains(": ");
        let is_tuple = declared.starts_with("struct ") && declared.contains('(');
        if (is_field || is_tuple) && !explained && !line.contains(" // ") {
            silent.push(format!("{}: {line}", number + 1));
        }
        if declared.starts_with("struct ") && line.ends_with('{') {
            in_struct = Some(indent);
        } else if in_struct == Some(indent) && line.starts_with('}') {
            in_struct = None;
        }
        explained = is_comment || explained && line.starts_with("#[");
    }
    silent
}

#[test]
fn every_private_field_of_the_loop_and_of_the_recorder_says_why_it_is_there() {
    let mut silent = vec![];
    for folder in ["src/event_loop", "src/timeline/record"] {
        for path in sources(&root().join(folder)) {
            let text = fs::read_to_string(&path).expect("it can be read");
            let path = path.strip_prefix(root()).expect("it is below the root").display();
            for field in fields_without_a_reason(&text) {
                silent.push(format!("{path}:{field}"));
            }
        }
    }
    assert!(silent.is_empty(), "without a comment above it:\n{}", silent.join("\n"));
}
