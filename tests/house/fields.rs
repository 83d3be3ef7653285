//! A private field is a decision that only its file knows: what stands above it says why it is
//! there.
use super::{root, sources};
use std::fs;

/// Where each private field has a reason.
const FOLDERS: &[&str] = &[
    "src",
    "hooked-waker/src",
    "slides/src",
    "mail/src",
    "mail2alert/src",
    "workshop/src",
    "workshop/checks",
];

/// A line without `pub`, `pub(super)` and the like.
pub(super) fn without_visibility(line: &str) -> &str {
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
fn every_private_field_says_why_it_is_there() {
    let mut silent = vec![];
    for folder in FOLDERS {
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

#[test]
fn a_field_without_a_reason_would_be_found() {
    let explained = "/// A pair.
pub struct Pair {
    /// So that it is found again.
    first: usize,
    pub second: usize,
}
/// Weak, since the run owns it.
struct Kept(Weak<Run>);
";
    assert_eq!(fields_without_a_reason(explained), [""; 0]);
    let silent =
        "struct Pair {\n    first: usize,\n    #[serde(default)]\n    pub(crate) second: usize,\n}";
    assert_eq!(
        fields_without_a_reason(silent),
        ["2: first: usize,", "4: pub(crate) second: usize,"]
    );
    assert_eq!(fields_without_a_reason("struct Kept(Weak<Run>);"), ["1: struct Kept(Weak<Run>);"]);
}
