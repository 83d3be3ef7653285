//! What a page leaves out of a source in a scene: the functions that the scene does not run.
//!
//! A recording has the lines at which lanes wait and print, and no others: a function that does
//! neither leaves no trace. So what runs is concluded from the source. A scene runs the function
//! that is given to its stage, and the functions in which a lane was seen; and each function that
//! one of these names. This is no call graph, since names are all that is looked at: a function
//! that only has the name of one that runs is shown, too.
use super::{
    parts::{Extent, Function, Item, Parts, words_of},
    steps::Step,
};
use std::collections::BTreeSet;

/// The lines of a source that a page shows, each with its number.
type Lines = [(usize, String)];

/// The stretches that a page leaves out of a source, each from one line to another. `lines` are the
/// lines that it would show otherwise, `steps` are those of a scene in the language of the source,
/// and `title` is what the scene is called.
pub(super) fn left_out(
    lines: &Lines,
    python: bool,
    title: &str,
    steps: &[Step],
) -> Vec<(usize, usize)> {
    let parts = Parts::of(lines.iter().map(|(_, text)| text.as_str()), python);
    let numbers = lines_of(steps);
    let mut seen = BTreeSet::new();
    for (nth, (number, _)) in lines.iter().enumerate() {
        if u32::try_from(*number).is_ok_and(|number| numbers.contains(&number)) {
            seen.insert(nth);
        }
    }
    let begun_with = parts.names_at_the_stage(title, python);
    if seen.is_empty() && begun_with.is_empty() {
        return vec![]; // nothing is known of the scene
    }
    let runs = Runs::of(&parts, &seen, begun_with);
    let mut found = vec![];
    for Extent { begin, end } in parts.stretches(&runs.hidden(&seen)) {
        found.push((lines[begin].0, lines[end].0));
    }
    found
}

/// All lines at which a lane of these steps waits or prints.
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
    /// The names that stand beside the title of the scene, in the functions that run, and in the
    /// types and constants that are named.
    names: BTreeSet<&'t str>,
}

impl<'p, 't> Runs<'p, 't> {
    /// `seen` are the lines at which a lane was seen, and `names` is what the stage names.
    fn of(parts: &'p Parts<'t>, seen: &BTreeSet<usize>, names: BTreeSet<&'t str>) -> Self {
        let mut runs = Runs { parts, functions: BTreeSet::new(), names };
        for (nth, function) in parts.functions.iter().enumerate() {
            if has_any(function.extent, seen) {
                runs.add(nth);
            }
        }
        // A function that is found names further ones, until none is new.
        loop {
            let known = (runs.functions.len(), runs.names.len());
            for nth in 0..parts.functions.len() {
                if !runs.functions.contains(&nth) && runs.reach(&parts.functions[nth]) {
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

    fn add(&mut self, function: usize) {
        let extent = self.parts.functions[function].extent;
        self.functions.insert(function);
        self.names.extend(self.parts.names(extent));
        // A method names the type to which it belongs by its place.
        if let Some(item) = self.parts.item_of(extent) {
            self.names.extend(item.methods_of);
        }
    }

    /// A type or a constant that is named names others, such as the types of its fields.
    fn add_names_of(&mut self, item: &Item<'t>) {
        let is_code = item.methods_of.is_some() || self.parts.is_function(item.extent);
        if !is_code && item.name.is_some_and(|name| self.names.contains(name)) {
            self.names.extend(self.parts.names(item.extent));
        }
    }

    /// Whether the functions that are known lead to this one.
    fn reach(&self, function: &Function) -> bool {
        let is_named = self.names.contains(function.name);
        let Some(item) = self.parts.item_of(function.extent) else { return is_named };
        let Some(of_type) = item.methods_of else { return is_named };
        if !self.names.contains(of_type) {
            return false;
        }
        // What calls the methods of a trait that is not in this file is not in it either: the
        // compiler calls `drop` and `poll`, and a library calls what is given to it. In Python
        // these are the methods with underscores, and those of a class that extends a library's.
        let is_called_from_elsewhere = match item.of_trait {
            Some(name) => !self.parts.items.iter().any(|item| item.name == Some(name)),
            None => function.name.starts_with("__"),
        };
        is_named || is_called_from_elsewhere
    }

    /// For each line whether the page leaves it out: the functions that do not run, the items in
    /// which nothing runs, and the comments that belong to them or to nothing.
    fn hidden(&self, seen: &BTreeSet<usize>) -> Vec<bool> {
        let parts = self.parts;
        let mut hidden = vec![false; parts.code.len()];
        let mut candidates: Vec<Extent> = parts.items.iter().map(|item| item.extent).collect();
        candidates.extend(parts.functions.iter().map(|function| function.extent));
        for extent in candidates {
            let runs = |function: &usize| extent.contains(parts.functions[*function].extent);
            let is_one_line = extent.begin == extent.end;
            if is_one_line || has_any(extent, seen) || self.functions.iter().any(runs) {
                continue;
            }
            hidden[extent.begin..=extent.end].fill(true);
            for line in (0..extent.begin).rev() {
                if !parts.quiet[line] || parts.code[line].is_empty() {
                    break;
                }
                hidden[line] = true;
            }
        }
        let mut is_in_an_item = vec![false; hidden.len()];
        for Item { extent, .. } in &parts.items {
            is_in_an_item[extent.begin..=extent.end].fill(true);
        }
        // From the end: whether a comment belongs to something is decided by the line below it.
        let mut stands_alone = true;
        for line in (0..hidden.len()).rev() {
            stands_alone &= parts.quiet[line];
            stands_alone |= parts.code[line].is_empty();
            let is_comment = parts.quiet[line] && !parts.code[line].is_empty();
            hidden[line] |= stands_alone && is_comment && !is_in_an_item[line];
        }
        hidden
    }
}

impl<'t> Parts<'t> {
    /// The names beside the title of a scene, where the stage of a program is made: in Rust
    /// `.scene("title", function)`, and in Python `run(function, "title")`.
    fn names_at_the_stage(&self, title: &str, python: bool) -> BTreeSet<&'t str> {
        let quoted = format!("\"{title}\"");
        let mut names = BTreeSet::new();
        for (nth, line) in self.code.iter().enumerate() {
            if python {
                let is_run = line.starts_with("run(") || line.starts_with("run_loop(");
                // A program with one scene need not give it a title.
                if is_run && (line.contains(&format!("{quoted})")) || !line.contains('"')) {
                    names.extend(self.names(Extent { begin: nth, end: nth }));
                }
            } else if let Some((before, after)) = line.split_once(&quoted) {
                // `.scene(` may stand alone in the line above the title.
                let above = if nth > 0 && before.is_empty() { self.code[nth - 1] } else { before };
                if above.trim_end().ends_with("scene(") {
                    // Several scenes may stand in one line, and a long scene goes on in the lines
                    // below.
                    let (own, begins_another) = match after.split_once("scene(") {
                        Some((own, _)) => (own, true),
                        None => (after, false),
                    };
                    names.extend(words_of(own));
                    let below = self.code[nth + 1..].iter();
                    let goes_on = |line: &&&str| !line.starts_with(['.', '}']);
                    if !begins_another {
                        let more = below.take_while(goes_on).count();
                        names.extend(self.names(Extent { begin: nth + 1, end: nth + more }));
                    }
                }
            }
        }
        names
    }

    /// The item in which a function is; none if the function is the item.
    fn item_of(&self, function: Extent) -> Option<&Item<'t>> {
        self.items.iter().find(|item| item.extent != function && item.extent.contains(function))
    }

    fn is_function(&self, extent: Extent) -> bool {
        self.functions.iter().any(|function| function.extent == extent)
    }

    /// Stretches of lines that are left out, with what is empty around them. A stretch that is not
    /// longer than two lines stays: the sign for it would take as much room.
    fn stretches(&self, hidden: &[bool]) -> Vec<Extent> {
        let mut stretches = vec![];
        let mut begin = 0;
        while begin < hidden.len() {
            if !hidden[begin] {
                begin += 1;
                continue;
            }
            let mut end = begin;
            for (next, is_hidden) in hidden.iter().enumerate().skip(begin) {
                if *is_hidden {
                    end = next;
                } else if !self.quiet[next] {
                    break;
                }
            }
            let next = end + 1;
            if end - begin > 1 {
                while begin > 0 && self.code[begin - 1].is_empty() {
                    begin -= 1;
                }
                while end + 1 < hidden.len() && self.code[end + 1].is_empty() {
                    end += 1;
                }
                stretches.push(Extent { begin, end });
            }
            begin = next;
        }
        stretches
    }
}

fn has_any(extent: Extent, lines: &BTreeSet<usize>) -> bool {
    lines.range(extent.begin..=extent.end).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The functions that are left out of a program in a scene in which no lane was seen.
    fn names_left_out(text: &str, python: bool, title: &str) -> Vec<String> {
        let lines: Vec<(usize, String)> =
            text.lines().enumerate().map(|(nth, line)| (nth + 1, line.to_owned())).collect();
        let left_out = left_out(&lines, python, title, &[]);
        let parts = Parts::of(text.lines(), python);
        let mut names = vec![];
        for function in &parts.functions {
            let line = function.extent.begin + 1;
            if left_out.iter().any(|(from, to)| (*from..=*to).contains(&line)) {
                names.push(function.name.to_owned());
            }
        }
        names
    }

    const RUST: &str = "\
/// A nap.
pub async fn nap(delay: u64) {
    sleep(delay).await;
    // not a `walk`
    say!(\"walk\");
}

async fn walk() {
    Step::Left.await;
    delay();
}

enum Step {
    Left,
    Right,
}

impl Future for Step {
    fn poll(&self) {
        self.measure()
    }
}

impl Step {
    fn measure(&self) {
        todo!()
    }

    fn unused(&self) {
        todo!()
    }
}

fn delay() {
    todo!()
}

pub fn stage() -> Stage {
    Stage::of(\"\").scene(\"nap\", nap).scene(
        \"a walk\",
        walk,
    )
}
";

    #[test]
    fn a_scene_runs_what_its_function_names_and_what_the_language_calls() {
        let all = ["nap", "walk", "poll", "measure", "unused", "delay", "stage"];
        assert_eq!(names_left_out(RUST, false, "nap"), all[1..]);
        assert_eq!(names_left_out(RUST, false, "a walk"), ["nap", "unused", "stage"]);
        assert_eq!(names_left_out(RUST, false, "unknown"), [""; 0], "nothing is known of it");
    }

    const PYTHON: &str = "\
# A nap.
async def nap(walk):
    \"\"\"No walk,
    and no step.\"\"\"
    await asyncio.sleep(1)


async def walk():
    async with Steps() as steps:
        steps.count(2)


class Steps:
    async def __aenter__(self):
        return self

    def count(self, number):
        say(number)
        say(number)

    def unused(self):
        say(0)
        say(1)


if __name__ == \"__main__\":
    run(nap, \"nap\")  # first
    run(lambda: walk(), \"a walk\")
";

    #[test]
    fn the_same_is_found_in_python() {
        assert_eq!(names_left_out(PYTHON, true, "nap"), ["walk", "__aenter__", "count", "unused"]);
        assert_eq!(names_left_out(PYTHON, true, "a walk"), ["nap", "unused"]);
    }

    #[test]
    fn a_function_in_which_a_lane_is_seen_runs_and_a_comment_that_stands_alone_is_left_out() {
        let text = "\
fn a() {
    b();
}

// One.
// Two.
// Three.

/// Of b.
fn b() {
    say!(\"b\");
}

fn c() {
    b();
}
";
        let lines: Vec<(usize, String)> =
            text.lines().enumerate().map(|(nth, line)| (nth + 1, line.to_owned())).collect();
        let parts = Parts::of(text.lines(), false);
        let seen = BTreeSet::from([10]);
        let runs = Runs::of(&parts, &seen, BTreeSet::new());
        let stretches = parts.stretches(&runs.hidden(&seen));
        let numbers: Vec<_> =
            stretches.iter().map(|part| (lines[part.begin].0, lines[part.end].0)).collect();
        assert_eq!(numbers, [(1, 8), (13, 16)]);
    }
}
