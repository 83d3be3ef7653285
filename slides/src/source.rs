//! Code for the slides: what stands between two anchors of a file.

/// A part of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// Its text, without the indentation that all of its lines share.
    pub text: String,
    /// For each line its number in the file, counted from 1.
    pub numbers: Vec<usize>,
}

/// The lines of `text` between `ANCHOR: name` and `ANCHOR_END: name` in comments, without the lines
/// of anchors inside; `None` if there is no such anchor, or if it has no end.
pub fn between_anchors(text: &str, name: &str) -> Option<Fragment> {
    let mut lines = text.lines().enumerate();
    lines.find(|(_, line)| mark(line) == Some(("ANCHOR", name)))?;
    let mut code: Vec<(usize, &str)> = vec![];
    loop {
        let (index, line) = lines.next()?;
        match mark(line) {
            Some(("ANCHOR_END", end)) if end == name => break,
            Some(_) => {}
            None => code.push((index + 1, line.trim_end())),
        }
    }
    while let Some((_, "")) = code.first() {
        code.remove(0);
    }
    while let Some((_, "")) = code.last() {
        code.pop();
    }
    let mut indent = usize::MAX;
    for (_, line) in &code {
        if !line.is_empty() {
            indent = indent.min(indent_of(line));
        }
    }
    let mut fragment = Fragment::default();
    for (number, line) in code {
        fragment.text += line.get(indent..).unwrap_or_default();
        fragment.text.push('\n');
        fragment.numbers.push(number);
    }
    Some(fragment)
}

/// How many spaces a line begins with.
pub fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// `ANCHOR` or `ANCHOR_END`, and its name, if the line is such a comment.
fn mark(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let comment = match line.strip_prefix("<!--") {
        Some(comment) => comment.strip_suffix("-->")?,
        None => line.strip_prefix("//").or_else(|| line.strip_prefix('#'))?,
    };
    let (word, name) = comment.trim().split_once(": ")?;
    match word {
        "ANCHOR" | "ANCHOR_END" => Some((word, name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
// ANCHOR: outer

    fn one() {
        // ANCHOR: inner
        let x = 1;

        x
        // ANCHOR_END: inner
    }

// ANCHOR_END: outer
// ANCHOR: open
";

    fn between(text: &str, name: &str) -> Option<String> {
        Some(between_anchors(text, name)?.text)
    }

    #[test]
    fn each_line_knows_its_number() {
        let fragment = between_anchors(TEXT, "outer").expect("it is there");
        assert_eq!(fragment.numbers, [4, 6, 7, 8, 10]);
    }

    #[test]
    fn an_anchor_inside_another_is_not_shown() {
        assert_eq!(
            between(TEXT, "outer").as_deref(),
            Some("fn one() {\n    let x = 1;\n\n    x\n}\n")
        );
    }

    #[test]
    fn code_begins_at_the_left_edge() {
        assert_eq!(between(TEXT, "inner").as_deref(), Some("let x = 1;\n\nx\n"));
    }

    #[test]
    fn python_has_other_comments() {
        assert_eq!(
            between("# ANCHOR: a\npass\n# ANCHOR_END: a\n", "a").as_deref(),
            Some("pass\n")
        );
    }

    #[test]
    fn markdown_has_comments_of_html() {
        assert_eq!(
            between("<!-- ANCHOR: a -->\n| a |\n<!-- ANCHOR_END: a -->\n", "a").as_deref(),
            Some("| a |\n")
        );
    }

    #[test]
    fn an_anchor_that_is_missing_or_does_not_end_is_none() {
        assert_eq!(between_anchors(TEXT, "in"), None);
        assert_eq!(between_anchors(TEXT, "open"), None);
    }
}
