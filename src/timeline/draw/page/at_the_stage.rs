//! Which functions a program gives to its stage for a scene: what stands beside the title of the
//! scene.
use super::parts::{Extent, Parts, words_of};
use std::collections::BTreeSet;

impl<'t> Parts<'t> {
    /// The names beside the title of a scene, where the stage of a program is made.
    pub(super) fn names_at_the_stage(&self, title: &str, python: bool) -> BTreeSet<&'t str> {
        let quoted = format!("\"{title}\"");
        let mut names = BTreeSet::new();
        for (nth, line) in self.lines.iter().enumerate() {
            if !python {
                names.extend(self.names_of_scene(nth, &quoted));
            } else if runs_scene(line, &quoted) {
                names.extend(self.names(Extent { begin: nth, end: nth }));
            }
        }
        names
    }

    /// The names in `.scene("title", …)` in Rust; none if that title is not in the line `nth`.
    fn names_of_scene(&self, nth: usize, quoted: &str) -> BTreeSet<&'t str> {
        let mut names = BTreeSet::new();
        let Some((before, after)) = self.lines[nth].split_once(quoted) else { return names };
        // `.scene(` may stand alone in the line above the title. Lines have no indent here, so then
        // nothing is before the title.
        let is_alone = nth > 0 && before.is_empty();
        let head = if is_alone { self.lines[nth - 1] } else { before };
        if !head.trim_end().ends_with("scene(") {
            return names;
        }
        if let Some((own, _)) = after.split_once("scene(") {
            // The next scene begins in the same line.
            names.extend(words_of(own));
            return names;
        }
        names.extend(words_of(after));
        if after.ends_with(';') {
            return names; // the next line is another statement
        }
        let indent = self.indents[if is_alone { nth - 1 } else { nth }];
        let mut end = nth;
        for (below, line) in self.lines.iter().enumerate().skip(nth + 1) {
            // The next call on the stage, or the end of the function. A line with a greater indent
            // is inside this scene, such as `.await` in a closure.
            let is_inside = self.indents[below] > indent && !line.starts_with(".scene(");
            if line.starts_with(['.', '}']) && !is_inside {
                break;
            }
            end = below;
        }
        if end > nth {
            names.extend(self.names(Extent { begin: nth + 1, end }));
        }
        names
    }
}

/// Whether a line of Python, without its indent, runs the scene of that title: `run(function,
/// "title")`. A program with one scene need not give it a title.
fn runs_scene(line: &str, quoted: &str) -> bool {
    let is_run = line.starts_with("run(") || line.starts_with("run_loop(");
    let has_title = line.contains(&format!("{quoted})"));
    let has_no_title = !line.contains('"');
    is_run && (has_title || has_no_title)
}
