//! Code for the slides: what stands between two anchors of a file.

/// The lines of `text` between `ANCHOR: name` and `ANCHOR_END: name` in comments, without the lines of anchors inside, and
/// without the indentation that all of them share; `None` if there is no such anchor, or if it has no end.
pub fn between_anchors(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines();
    lines.find(|line| mark(line) == Some(("ANCHOR", name)))?;
    let mut code: Vec<&str> = vec![];
    loop {
        let line = lines.next()?;
        match mark(line) {
            Some(("ANCHOR_END", end)) if end == name => break,
            Some(_) => {}
            None => code.push(line.trim_end()),
        }
    }
    let first = code.iter().position(|line| !line.is_empty()).unwrap_or_default();
    let last = code.iter().rposition(|line| !line.is_empty()).map_or(first, |last| last + 1);
    let code = &code[first..last];
    let indent = code
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| indent_of(line))
        .min()
        .unwrap_or_default();
    Some(code.iter().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect())
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
    ["ANCHOR", "ANCHOR_END"].contains(&word).then_some((word, name))
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

    #[test]
    fn an_anchor_inside_another_is_not_shown() {
        assert_eq!(
            between_anchors(TEXT, "outer").as_deref(),
            Some("fn one() {\n    let x = 1;\n\n    x\n}\n")
        );
    }

    #[test]
    fn code_begins_at_the_left_edge() {
        assert_eq!(between_anchors(TEXT, "inner").as_deref(), Some("let x = 1;\n\nx\n"));
    }

    #[test]
    fn python_has_other_comments() {
        assert_eq!(
            between_anchors("# ANCHOR: a\npass\n# ANCHOR_END: a\n", "a").as_deref(),
            Some("pass\n")
        );
    }

    #[test]
    fn markdown_has_comments_of_html() {
        assert_eq!(
            between_anchors("<!-- ANCHOR: a -->\n| a |\n<!-- ANCHOR_END: a -->\n", "a").as_deref(),
            Some("| a |\n")
        );
    }

    #[test]
    fn an_anchor_that_is_missing_or_does_not_end_is_none() {
        assert_eq!(between_anchors(TEXT, "in"), None);
        assert_eq!(between_anchors(TEXT, "open"), None);
    }
}
