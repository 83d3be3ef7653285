//! Code in colours: cut into tokens by a lexer, and set line by line.
//!
//! Read it after `source`; its two lexers follow, then `examples`. Lexers are enough, and a parser
//! would fail: a slide shows fragments, which need not be whole programs.
mod python;
mod rust;

use crate::{
    deck::Language,
    source::{Fragment, indent_of},
};
use maud::{Markup, html};

/// What a piece of code is, as far as its colour is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// No colour: names, operators, space.
    Plain,
    /// A word of the language.
    Keyword,
    /// Text in quotes.
    Text,
    /// A number.
    Number,
    /// A comment, or a docstring.
    Comment,
    /// The name of a function where it is defined or called.
    Function,
    /// A macro of Rust, a decorator of Python.
    Macro,
    /// A name with a capital.
    Type,
}

impl Class {
    /// The class in the style sheet. Two letters, because a page has very many of them.
    fn css(self) -> Option<&'static str> {
        match self {
            Class::Plain => None,
            Class::Keyword => Some("kw"),
            Class::Text => Some("tx"),
            Class::Number => Some("no"),
            Class::Comment => Some("co"),
            Class::Function => Some("fu"),
            Class::Macro => Some("ma"),
            Class::Type => Some("ty"),
        }
    }
}

/// The tokens of a piece of code; together they are all of it.
pub fn tokens(language: Language, code: &str) -> Vec<(Class, &str)> {
    match language {
        Language::Python => python::tokens(code),
        Language::Rust => rust::tokens(code),
    }
}

/// A long line goes on below, farther right by this number of columns. `layout` uses it, too.
pub const HANG: usize = 4;

/// Code as HTML: an element for each line, with the line's number in its file. Its class says how
/// far it is indented, so that a line that is too long for its place goes on below, indented.
pub fn code(language: Language, fragment: &Fragment) -> Markup {
    let Fragment { text, numbers, begins } = fragment;
    let lines = lines(language, text);
    html! {
        @for (line, number) in lines.iter().zip(numbers) {
            @let indent = indent_of(&line.iter().map(|(_, text)| *text).collect::<String>());
            span.line.{ "i" (indent) }.begins[begins.contains(number)] data-line=(number) {
                @for (nth, &(class, text)) in line.iter().enumerate() {
                    @match class.css() {
                        Some("tx") if is_printed(text, &line[..nth]) => span.tx.sentence { (text) },
                        Some(class) => span class=(class) { (text) },
                        None => (text),
                    }
                }
                "\n"
            }
        }
    }
}

/// The tokens of each line. A token may have several lines, such as a docstring; an element of the
/// page must have one, so such a token is cut.
fn lines(language: Language, code: &str) -> Vec<Vec<(Class, &str)>> {
    let mut lines: Vec<Vec<(Class, &str)>> = vec![vec![]];
    for (class, text) in tokens(language, code) {
        for (nth, part) in text.split('\n').enumerate() {
            if nth > 0 {
                lines.push(vec![]);
            }
            if !part.is_empty() {
                lines.last_mut().expect("there is one").push((class, part));
            }
        }
    }
    // The line feed at the end of the code begins no line.
    lines.pop_if(|line| line.is_empty());
    lines
}

/// Whether the program prints a string that stands after these tokens; the player hides it until
/// the question is answered. That is the text of a `say` or of another macro, however short: if it
/// were shown, the blanks of the others would tell something. A string in `expect(…)` says why
/// something does not fail, and is not printed. Any other one of several words is taken for what
/// is.
fn is_printed(text: &str, before: &[(Class, &str)]) -> bool {
    match before {
        [.., (_, "expect"), (_, "(")] => false,
        [.., (Class::Macro, _), (_, "!"), (_, "(")] | [.., (_, "say"), (_, "(")] => true,
        _ => text.contains(' '),
    }
}

/// For each line of a piece of code whether it is nothing but a comment.
pub fn comment_lines(language: Language, code: &str) -> Vec<bool> {
    let mut comments = vec![];
    for line in lines(language, code) {
        let mut words = line.iter().filter(|(_, text)| !text.trim().is_empty()).peekable();
        comments.push(words.peek().is_some() && words.all(|(class, _)| *class == Class::Comment));
    }
    comments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_can_be_hidden_and_a_reason_cannot() {
        for (language, say) in [(Language::Rust, "say!"), (Language::Python, "say")] {
            let text = format!("{say}(\"late\"); x.expect(\"it is early\"); f(\"A\", \"it is\")\n");
            let fragment = Fragment { text, numbers: vec![1], begins: vec![] };
            let html = code(language, &fragment).into_string();
            assert_eq!(html.matches("sentence").count(), 2, "{html}");
            for printed in ["late", "it is"] {
                assert!(html.contains(&format!("sentence\">&quot;{printed}&quot;")), "{html}");
            }
        }
    }

    #[test]
    fn a_line_of_nothing_but_a_comment_is_found() {
        let rust = "// why\nf(); // why\n\n    /// what\ng();\n";
        assert_eq!(comment_lines(Language::Rust, rust), [true, false, false, true, false]);
        let python = "def f():\n    \"\"\"One.\n    Two.\"\"\"\n    g()  # why\n# why\n";
        assert_eq!(comment_lines(Language::Python, python), [false, true, true, false, true]);
    }
}
