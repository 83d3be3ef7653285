//! Code for the slides: what stands between two anchors of a file.
//!
//! Read it after `deck`, which names the anchors; next is `colour`. A slide shows lines of the file
//! itself, so it cannot differ from what is in the repository.
use std::collections::BTreeSet;

/// A part of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// Its text, without the indentation that all of its lines share.
    pub text: String,
    /// For each line its number in the file, counted from 1.
    pub numbers: Vec<usize>,
    /// The numbers of the lines at which another piece of the file begins.
    pub begins: Vec<usize>,
}

impl Fragment {
    /// The first line, and those whose numbers are `wanted`. Where several lines are left out, a
    /// line with an ellipsis takes their place; its number is 0.
    pub fn only(&self, wanted: &BTreeSet<usize>) -> Fragment {
        let mut kept = Fragment::default();
        let mut left_out: Vec<(&str, usize)> = vec![];
        for (nth, (line, number)) in self.text.lines().zip(&self.numbers).enumerate() {
            if nth > 0 && !wanted.contains(number) {
                left_out.push((line, *number));
                continue;
            }
            kept.leave_out(std::mem::take(&mut left_out));
            kept.push(line, *number);
        }
        kept.leave_out(left_out);
        kept
    }

    /// The fragment without some of its lines, and without the empty lines that would then follow
    /// each other. `left_out` says of each line whether it goes.
    pub fn without(&self, left_out: &[bool]) -> Fragment {
        let mut kept = Fragment::default();
        let mut empty = true; // none at the top, either
        for ((line, number), left_out) in self.text.lines().zip(&self.numbers).zip(left_out) {
            if *left_out || (line.is_empty() && empty) {
                continue;
            }
            empty = line.is_empty();
            kept.push(line, *number);
        }
        kept
    }

    /// This one and another one below it.
    pub fn followed_by(&self, other: &Fragment) -> Fragment {
        let mut both = self.clone();
        both.begins.extend(other.numbers.first());
        both.text += &other.text;
        both.numbers.extend(&other.numbers);
        both
    }

    /// The lines before one of them, and the others. No empty line stands where it is cut.
    pub fn cut(&self, at: usize) -> (Fragment, Fragment) {
        let mut parts = (Fragment::default(), Fragment::default());
        for (nth, (line, number)) in self.text.lines().zip(&self.numbers).enumerate() {
            let part = if nth < at { &mut parts.0 } else { &mut parts.1 };
            if line.is_empty() && (nth + 1 == at || nth == at) {
                continue;
            }
            if self.begins.contains(number) && !part.text.is_empty() {
                part.begins.push(*number);
            }
            part.push(line, *number);
        }
        parts
    }

    /// Puts an ellipsis in the place of these lines. A single line is kept, since the ellipsis
    /// would be as high.
    fn leave_out(&mut self, lines: Vec<(&str, usize)>) {
        match lines[..] {
            [] => {}
            [(line, number)] => self.push(line, number),
            [(line, _), ..] => {
                let indent = " ".repeat(indent_of(line));
                self.push(&format!("{indent}…"), 0);
            }
        }
    }

    /// Adds a line, with its number in the file.
    pub fn push(&mut self, line: &str, number: usize) {
        self.text += line;
        self.text.push('\n');
        self.numbers.push(number);
    }
}

/// The lines of `text` between `ANCHOR: name` and `ANCHOR_END: name` in comments, without the lines
/// of anchors inside. `None` if there is no such anchor, or if it has no end.
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
    // Empty lines at the edges would only take room.
    while let Some((_, "")) = code.first() {
        code.remove(0);
    }
    while let Some((_, "")) = code.last() {
        code.pop();
    }
    // Code that is shown because it does not compile stands in comments in its file. The slide
    // shows it as code.
    if code.iter().all(|(_, line)| line.starts_with("//")) {
        for (_, line) in &mut code {
            *line = line.trim_start_matches("//");
        }
    }
    // The indentation that all lines share says only where the code stood in its file.
    let mut indent = usize::MAX;
    for (_, line) in &code {
        if !line.is_empty() {
            indent = indent.min(indent_of(line));
        }
    }
    let mut fragment = Fragment::default();
    for (number, line) in code {
        fragment.push(line.get(indent..).unwrap_or_default(), number);
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

    #[test]
    fn lines_that_are_left_out_go_with_the_empty_lines_around_them() {
        let text = "// why\n\na(); // stays\n\n// what\n\nb();\n".to_owned();
        let whole = Fragment { text, numbers: (1..=7).collect(), begins: vec![] };
        let kept = whole.without(&[true, false, false, false, true, false, false]);
        assert_eq!((&*kept.text, &*kept.numbers), ("a(); // stays\n\nb();\n", &[3, 4, 7][..]));
    }

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
    fn lines_that_are_left_out_leave_a_mark() {
        let fragment = between_anchors(TEXT, "outer").expect("it is there");
        let short = fragment.only(&BTreeSet::from([8]));
        assert_eq!(short.text, "fn one() {\n    …\n    x\n}\n");
        assert_eq!(short.numbers, [4, 0, 8, 10]);
    }

    #[test]
    fn two_pieces_can_stand_below_each_other_and_be_cut_between_them() {
        let piece = |text: &str, numbers: &[usize]| Fragment {
            text: text.into(),
            numbers: numbers.into(),
            begins: vec![],
        };
        let (one, other) = (piece("a\n\nb\n", &[1, 2, 3]), piece("c\n", &[9]));
        let both = one.followed_by(&other);
        assert_eq!((&*both.text, &*both.numbers), ("a\n\nb\nc\n", &[1, 2, 3, 9][..]));
        assert_eq!(both.cut(3), (one, other));
        let (left, right) = both.cut(1);
        assert_eq!((&*left.text, &*right.text), ("a\n", "b\nc\n"), "no empty line at an edge");
        assert_eq!(right.begins, [9]);
    }

    #[test]
    fn code_that_must_not_compile_stands_in_comments() {
        let text = "// ANCHOR: a\n//     let x;\n//         y\n// ANCHOR_END: a\n";
        assert_eq!(between(text, "a").as_deref(), Some("let x;\n    y\n"));
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
        assert_eq!(between("# ANCHOR: a\npass\n# ANCHOR_END: a\n", "a").as_deref(), Some("pass\n"));
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
