//! What a page leaves out of a source in a scene: each function that the scene does not run, and
//! each item in which no function runs and which nothing that runs names, such as a type of another
//! scene.
//!
//! A recording has the lines at which lanes were seen, and no others: a function without such a
//! line leaves no trace. So what runs is concluded from the source. A scene runs the function that
//! is given to its stage, and the functions in which a lane was seen; and each function that one of
//! these names. This is no call graph, since only names are compared: a function that has the name
//! of one that runs is shown, too. But a function that is defined inside another one is known only
//! there, and hides one of its name that is defined outside.
#[cfg(test)]
mod tests;

use super::{
    parts::{Extent, Function, Item, Parts},
    steps::Step,
};
use std::collections::BTreeSet;

/// The lines of a source that a page shows, each with its number.
type Lines = [(usize, String)];

/// The stretches that a page leaves out of a source, each from one line to another. `lines` are the
/// lines that it would show otherwise, `steps` are those of a scene in the language of the source,
/// and `title` is what the scene is called. Nothing of `excerpts` is left out, which are stretches,
/// too.
pub(super) fn left_out(
    lines: &Lines,
    python: bool,
    title: &str,
    steps: &[Step],
    excerpts: &[(usize, usize)],
) -> Vec<(usize, usize)> {
    let parts = Parts::of(lines.iter().map(|(_, text)| text.as_str()), python);
    let numbers = lines_of(steps);
    let mut seen = BTreeSet::new();
    for (nth, (number, _)) in lines.iter().enumerate() {
        if u32::try_from(*number).is_ok_and(|number| numbers.contains(&number)) {
            seen.insert(nth);
        }
    }
    let at_the_stage = parts.names_at_the_stage(title, python);
    if seen.is_empty() && at_the_stage.is_empty() {
        return vec![]; // nothing is known of the scene
    }
    let runs = Runs::of(&parts, &seen, at_the_stage);
    let mut hidden = runs.hidden(&seen);
    for (nth, (number, _)) in lines.iter().enumerate() {
        if excerpts.iter().any(|(from, to)| (from..=to).contains(&number)) {
            hidden[nth] = false;
        }
    }
    let mut found = vec![];
    for Extent { begin, end } in parts.stretches(&hidden) {
        found.push((lines[begin].0, lines[end].0));
    }
    found
}

/// All lines at which a lane of these steps was seen: where it waits, prints, or polls another one.
fn lines_of(steps: &[Step]) -> BTreeSet<u32> {
    let mut lines = BTreeSet::new();
    for step in steps {
        lines.extend(step.resumed);
        lines.extend(step.stop);
        lines.extend(&step.chain);
        lines.extend(step.says.iter().filter_map(|(_, _, line)| *line));
        lines.extend(step.stands.iter().filter_map(|(_, line)| *line));
    }
    lines
}

/// Which functions a scene runs.
struct Runs<'p, 't> {
    /// The parts of the source.
    parts: &'p Parts<'t>,
    /// The functions that run, as indices into those of the parts.
    functions: BTreeSet<usize>,
    /// The names that stand beside the title of the scene, in the functions that run and the heads
    /// of their `impl`s and classes, and in the types and constants that are named.
    names: BTreeSet<&'t str>,
}

impl<'p, 't> Runs<'p, 't> {
    /// `seen` are the lines at which a lane was seen, and `names` are those at the stage.
    fn of(parts: &'p Parts<'t>, seen: &BTreeSet<usize>, names: BTreeSet<&'t str>) -> Self {
        let mut runs = Runs { parts, functions: BTreeSet::new(), names };
        for (nth, function) in parts.functions.iter().enumerate() {
            if has_any(function.extent, seen) {
                runs.add(nth);
            }
        }
        // Each function that is added may name further ones. So this goes on until nothing is new.
        loop {
            let known = (runs.functions.len(), runs.names.len());
            for nth in 0..parts.functions.len() {
                if !runs.functions.contains(&nth) && runs.is_called(&parts.functions[nth]) {
                    runs.add(nth);
                }
            }
            for item in &parts.items {
                runs.add_names_of(item);
            }
            if known == (runs.functions.len(), runs.names.len()) {
                return runs;
            }
        }
    }

    /// Adds a function that runs, and what it names.
    fn add(&mut self, function: usize) {
        let extent = self.parts.functions[function].extent;
        self.functions.insert(function);
        let mut names = self.parts.names(extent);
        // Such a name is that of the function inside.
        names.retain(|name| !self.parts.hides(extent, name));
        self.names.extend(names);
        // The head of an `impl` or a class is outside its methods, but they need what it names.
        if let Some(item) = self.parts.item_of(extent) {
            self.names.extend(item.methods_of);
            self.names.extend(item.of_trait);
        }
    }

    /// A type or a constant that is named names others, such as the types of its fields.
    fn add_names_of(&mut self, item: &Item<'t>) {
        let has_functions = item.methods_of.is_some() || self.parts.is_function(item.extent);
        if !has_functions && item.name.is_some_and(|name| self.names.contains(name)) {
            self.names.extend(self.parts.names(item.extent));
        }
    }

    /// Whether a function is called as far as the names tell: by one of the functions that run, by
    /// a library, or by Python itself.
    fn is_called(&self, function: &Function) -> bool {
        if let Some(outer) = self.parts.function_around(function.extent) {
            let is_named = self.parts.names(outer.extent).contains(function.name);
            return is_named && self.runs_in(outer.extent);
        }
        let is_named = self.names.contains(function.name);
        let Some(item) = self.parts.item_of(function.extent) else { return is_named };
        let Some(of_type) = item.methods_of else { return is_named };
        if !self.names.contains(of_type) {
            return false;
        }
        // If a trait is not in this file, its methods are called from outside the file, as `drop`
        // and `poll` are; so are those of a class that extends a library's.
        let is_of_a_library = match item.of_trait {
            Some(name) => !self.parts.items.iter().any(|item| item.name == Some(name)),
            None => false,
        };
        // Such as `__aenter__`.
        let is_called_by_python = function.name.starts_with("__");
        is_named || is_of_a_library || is_called_by_python
    }

    /// Whether a function that runs is in these lines.
    fn runs_in(&self, extent: Extent) -> bool {
        let is_inside = |function: &usize| extent.contains(self.parts.functions[*function].extent);
        self.functions.iter().any(is_inside)
    }

    /// Whether a reader of what runs needs an item in which nothing runs. What runs names it, such
    /// as a constant, or a type whose fields are used. Or it is the type of methods that run. Or it
    /// is one line of which it is not known what it defines, such as a call.
    fn is_needed(&self, extent: Extent) -> bool {
        let parts = self.parts;
        let Some(item) = parts.items.iter().find(|item| item.extent == extent) else {
            return false;
        };
        if parts.is_function(extent) {
            return false; // a `const fn` is no constant
        }
        let Some(name) = item.name else { return extent.begin == extent.end };
        if self.names.contains(name) {
            return true;
        }
        let is_of_the_type = |other: &&Item| other.methods_of == Some(name);
        parts.items.iter().filter(is_of_the_type).any(|methods| self.runs_in(methods.extent))
    }

    /// For each line whether the page leaves it out: the functions that do not run, the items in
    /// which nothing runs, and the comments that belong to them or to nothing.
    fn hidden(&self, seen: &BTreeSet<usize>) -> Vec<bool> {
        let parts = self.parts;
        let mut hidden = vec![false; parts.lines.len()];
        let mut candidates: Vec<Extent> = parts.items.iter().map(|item| item.extent).collect();
        candidates.extend(parts.functions.iter().map(|function| function.extent));
        for extent in candidates {
            if has_any(extent, seen) || self.runs_in(extent) || self.is_needed(extent) {
                continue;
            }
            hidden[extent.begin..=extent.end].fill(true);
            // Its comments and attributes.
            for line in (0..extent.begin).rev() {
                if parts.has_code[line] || parts.lines[line].is_empty() {
                    break;
                }
                hidden[line] = true;
            }
        }
        let mut is_in_an_item = vec![false; hidden.len()];
        for Item { extent, .. } in &parts.items {
            is_in_an_item[extent.begin..=extent.end].fill(true);
        }
        // A comment right above code belongs to that code. So this goes from the last line to the
        // first one.
        let mut is_above_code = false;
        for line in (0..hidden.len()).rev() {
            if parts.has_code[line] {
                is_above_code = true;
            } else if parts.lines[line].is_empty() {
                is_above_code = false;
            } else if !is_above_code && !is_in_an_item[line] {
                hidden[line] = true;
            }
        }
        hidden
    }
}

impl<'t> Parts<'t> {
    /// The item in which a function is; none if the function is the item.
    fn item_of(&self, function: Extent) -> Option<&Item<'t>> {
        self.items.iter().find(|item| item.extent != function && item.extent.contains(function))
    }

    /// The innermost function in which another one is defined.
    fn function_around(&self, inner: Extent) -> Option<&Function<'t>> {
        let is_around = |outer: &&Function| outer.extent != inner && outer.extent.contains(inner);
        self.functions.iter().rfind(is_around)
    }

    /// Whether a name in the function at `extent` is that of a function which is defined in it, or
    /// in one around it.
    fn hides(&self, extent: Extent, name: &str) -> bool {
        for function in &self.functions {
            if function.name != name {
                continue;
            }
            if let Some(outer) = self.function_around(function.extent)
                && (outer.extent.contains(extent) || extent.contains(outer.extent))
            {
                return true;
            }
        }
        false
    }

    fn is_function(&self, extent: Extent) -> bool {
        self.functions.iter().any(|function| function.extent == extent)
    }

    /// Stretches of lines that are left out, with the empty lines around them. If that is less than
    /// three lines, they stay: the button that stands for them would take as much room.
    fn stretches(&self, hidden: &[bool]) -> Vec<Extent> {
        let mut stretches = vec![];
        let mut nth = 0;
        while nth < hidden.len() {
            if !hidden[nth] {
                nth += 1;
                continue;
            }
            let hidden = self.stretch(nth, hidden);
            let whole = self.with_empty_lines(hidden);
            if whole.end - whole.begin >= 2 {
                stretches.push(whole);
            }
            nth = hidden.end + 1;
        }
        stretches
    }

    /// From a hidden line to the last one before a line that stays. Empty lines do not count.
    fn stretch(&self, begin: usize, hidden: &[bool]) -> Extent {
        let mut end = begin;
        for (nth, is_hidden) in hidden.iter().enumerate().skip(begin) {
            if *is_hidden {
                end = nth;
            } else if !self.lines[nth].is_empty() {
                break;
            }
        }
        Extent { begin, end }
    }

    /// A stretch, with the empty lines before and after it.
    fn with_empty_lines(&self, Extent { mut begin, mut end }: Extent) -> Extent {
        while begin > 0 && self.lines[begin - 1].is_empty() {
            begin -= 1;
        }
        while end + 1 < self.lines.len() && self.lines[end + 1].is_empty() {
            end += 1;
        }
        Extent { begin, end }
    }
}

fn has_any(extent: Extent, lines: &BTreeSet<usize>) -> bool {
    lines.range(extent.begin..=extent.end).next().is_some()
}
