//! What some lines of code name.
//!
//! Only words are read. If a function has the name of a word that is read, it is taken to be called
//! there.
use super::parts::{Extent, Language, Parts, words_of};
use std::collections::BTreeSet;

/// The names in some lines of code.
#[derive(Default)]
struct Names<'t> {
    /// All but those of functions that are defined there.
    all: BTreeSet<&'t str>,
    /// Those that a variable has.
    variables: BTreeSet<&'t str>,
    /// Those with a `(` behind them.
    called: BTreeSet<&'t str>,
}

impl<'t> Parts<'t> {
    /// The names in these lines. A function that is defined in them is left out, and so is a
    /// variable that is not called: its name may be that of a function elsewhere in the file. Names
    /// of macros do not count, nor do words in comments, docstrings and literals in double
    /// quotation marks.
    pub(super) fn names(&self, extent: Extent) -> BTreeSet<&'t str> {
        let mut names = Names::default();
        for nth in extent.begin..=extent.end {
            // A docstring of one line is a literal, and its last line ends one.
            if self.has_code[nth] && !self.lines[nth].contains("\"\"\"") {
                self.language.add_names(self.lines[nth], &mut names);
            }
        }
        names.all.retain(|name| names.called.contains(name) || !names.variables.contains(name));
        names.all
    }
}

impl Language {
    /// Adds the names in a line of code.
    fn add_names<'t>(self, line: &'t str, names: &mut Names<'t>) {
        let is_head = self.function(line).is_some();
        let mut before = "";
        // In the pattern of a `let`: each name is one of a variable.
        let mut in_a_pattern = false;
        for (word, after) in words_of_code(line, self.comment()) {
            let is_defined_here = ["fn", "def"].contains(&before);
            // `panic!(…)` calls no function of that name.
            let is_a_macro = after.starts_with('!') && !after.starts_with("!=");
            if !is_defined_here && !is_a_macro {
                names.all.insert(word);
                let is_variable = if self.python {
                    is_head || ["for", "as"].contains(&before) || after.starts_with(" = ")
                } else {
                    let is_named = ["mut", "for"].contains(&before) || after.starts_with(": ");
                    in_a_pattern || is_named
                };
                if is_variable {
                    names.variables.insert(word);
                }
                if after.starts_with('(') {
                    names.called.insert(word);
                }
            }
            let begins = !self.python && word == "let";
            let ends = [" = ", ": ", ") = ", "] = ", " }"].iter().any(|end| after.starts_with(end));
            in_a_pattern = (in_a_pattern || begins) && !ends;
            before = word;
        }
    }
}

/// The words of a line of code, each with the code that follows it up to a literal or a comment.
/// Words in a literal in double quotation marks, or in a comment behind the code, do not count. A
/// literal with an escaped quotation mark is read wrongly: then the page may leave out a function
/// too many or too few. A click shows what the page leaves out.
fn words_of_code<'t>(line: &'t str, comment: &str) -> Vec<(&'t str, &'t str)> {
    let mut words = vec![];
    for (nth, part) in line.split('"').enumerate() {
        let is_a_literal = nth % 2 == 1;
        if is_a_literal {
            continue;
        }
        let code = part.split(comment).next().unwrap_or_default();
        let mut rest = code;
        for word in words_of(code) {
            let at = rest.find(word).expect("it is a part of the code");
            rest = &rest[at + word.len()..];
            words.push((word, rest));
        }
        if code.len() < part.len() {
            break;
        }
    }
    words
}
