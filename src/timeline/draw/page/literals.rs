//! Which lines of a source are inside a literal: a text of several lines, such as a script that a
//! program runs. What stands there is no code of the program, and ends none of its parts.

/// For each line whether it only goes on with a literal: it neither begins nor ends one. Python's
/// docstrings are literals, too. `comment` is how a comment begins.
pub(super) fn inside_literals(lines: &[&str], python: bool, comment: &str) -> Vec<bool> {
    let mut inside = vec![];
    // What ends the literal that the line above has left open.
    let mut open: Option<String> = None;
    for line in lines {
        let was_open = open.is_some();
        let mut rest = *line;
        loop {
            rest = match &open {
                Some(end) => match behind(rest, end) {
                    Some(behind) => behind,
                    None => break,
                },
                None => match begin(rest, python, comment) {
                    Some((behind, end)) => {
                        open = Some(end);
                        rest = behind;
                        continue;
                    }
                    None => break,
                },
            };
            open = None;
        }
        // Such a literal of Python has one line: the mark was in a text of another kind.
        if python && open.as_ref().is_some_and(|end| end.len() == 1) {
            open = None;
        }
        // The literal may have ended and another one begun: then the line has code between them.
        let is_whole = rest.len() == line.len();
        inside.push(was_open && is_whole);
    }
    inside
}

/// The text behind the end of a literal; none if it does not end in this text. In one that ends
/// with one mark alone, a backslash may stand before that mark.
fn behind<'t>(text: &'t str, end: &str) -> Option<&'t str> {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices() {
        if !is_escaped && text[at..].starts_with(end) {
            return Some(&text[at + end.len()..]);
        }
        is_escaped = end.len() == 1 && letter == '\\' && !is_escaped;
    }
    None
}

/// The text behind the beginning of the first literal in a text, and what ends that literal. None
/// if no literal begins there, or only in a comment.
fn begin<'t>(text: &'t str, python: bool, comment: &str) -> Option<(&'t str, String)> {
    if python {
        return begin_in_python(text, comment);
    }
    let at = text.find('"')?;
    let code = &text[..at];
    if code.contains(comment) {
        return None;
    }
    // `'"'` is a letter.
    if code.ends_with('\'') && text[at + 1..].starts_with('\'') {
        return begin(&text[at + 2..], python, comment);
    }
    // `"…"`, or `r#"…"#`. One with an `r` and no `#` is read as if it had no `r`.
    let marks = code.len() - code.trim_end_matches('#').len();
    let end = format!("\"{}", "#".repeat(marks));
    Some((&text[at + 1..], end))
}

/// The same in Python, where a literal has one mark or three, and each kind may have the other one
/// inside.
fn begin_in_python<'t>(text: &'t str, comment: &str) -> Option<(&'t str, String)> {
    let at = text.find(['"', '\''])?;
    if text[..at].contains(comment) {
        return None;
    }
    let mark = &text[at..=at];
    let three = mark.repeat(3);
    let end = if text[at..].starts_with(&three) { three } else { mark.to_owned() };
    Some((&text[at + end.len()..], end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the lines inside literals.
    fn inside(text: &str, python: bool) -> Vec<usize> {
        let lines: Vec<&str> = text.lines().collect();
        let comment = if python { "#" } else { "//" };
        let mut numbers = vec![];
        for (nth, is_inside) in inside_literals(&lines, python, comment).into_iter().enumerate() {
            if is_inside {
                numbers.push(nth + 1);
            }
        }
        numbers
    }

    #[test]
    fn a_literal_of_several_lines_ends_with_its_own_mark() {
        let text = "\
const A: &str = r#\"
for \"a\" in
\"#; // \"
let b = '\"'; // no \"
let c = \"\\\"
more\"; let d = \"
more
\";
let e = 1;
";
        assert_eq!(inside(text, false), [2, 7]);
    }

    #[test]
    fn in_python_the_mark_has_three_quotation_marks_of_one_kind() {
        let text = "\
A = \"\"\"
for \"a\" in
\"\"\"
b = \"\\\"\" # no \"\"\"
def c():
    \"\"\"One.
    Two.
    Three.\"\"\"
    say(\"\"\"a\"\"\")
";
        assert_eq!(inside(text, true), [2, 7]);
        assert_eq!(inside("a = '\"'\nb()\nc = '\"'\n", true), [0; 0]);
        assert_eq!(inside("a = '\"\"\"'\nb()\nc = '\\'\"\"\"'\nd()\n", true), [0; 0]);
        assert_eq!(inside("a = \'\'\'\nfor \"\"\" in\n\'\'\'\nb()\n", true), [2]);
    }
}
