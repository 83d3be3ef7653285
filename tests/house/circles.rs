//! No two files need each other to be understood: an arrow from a file to one whose names it uses
//! never comes back to it through others.
//!
//! An arrow is read off a path in the code, such as `super::chart::Chart`. It leads to the file
//! that has the name, and not to one that only passes the name on with `pub use`. An arrow from a
//! file to a module that it is a part of does not count: `event_loop/task.rs` is written for
//! `event_loop/mod.rs`, and `mod.rs` says in which order its parts are read.
use super::{root, sources};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// Where crates begin.
const CRATES: &[&str] = &["src", "slides/src", "mail/src", "mail2alert/src", "workshop/src"];

/// Circles that are meant, and the reason. No other circle may have these files.
const MEANT: &[(&[&str], &str)] = &[(
    &["src/event_loop/future.rs", "src/event_loop/task.rs"],
    "a task is a future, and what it adds stands inside the future: one allocation, not two",
)];

/// The names of a module and of those around it, the outermost first: none for `lib.rs`.
type Path = Vec<String>;

/// A file, as far as arrows need it.
struct File {
    /// From the root of the repository.
    name: String,
    /// Its code, without comments and without its unit tests.
    code: String,
    /// The paths that it names, as they are written, each with the name that it has in this file.
    named: Vec<(Path, String)>,
}

impl File {
    fn new(name: String, code: String) -> File {
        let named = paths(&words(&code));
        File { name, code, named }
    }
}

/// The files of one crate by the module that each is.
struct Crate(BTreeMap<Path, File>);

impl Crate {
    fn read(folder: &str) -> Crate {
        let mut files = BTreeMap::new();
        let folder = root().join(folder);
        for file in sources(&folder) {
            let below = file.strip_prefix(&folder).expect("it was found there").with_extension("");
            let mut path = vec![];
            for part in &below {
                path.push(part.to_string_lossy().into_owned());
            }
            if path.last().is_some_and(|last| ["mod", "lib"].contains(&last.as_str())) {
                path.pop();
            }
            let name = file.strip_prefix(root()).expect("it is below the root");
            let name = name.to_string_lossy().replace('\\', "/");
            let code = code(&fs::read_to_string(&file).expect("a source"));
            files.insert(path, File::new(name, code));
        }
        Crate(files)
    }

    /// The file that has the last name of a path that is written in module `from`, and that name.
    /// None for a path into another crate, or one of an item's own, such as `Mark::ALL`.
    fn resolve(&self, from: &Path, path: &[String], depth: usize) -> Option<Path> {
        let mut module = match path[0].as_str() {
            "crate" => vec![],
            "self" => from.clone(),
            "super" => parent(from),
            child if self.0.contains_key(&below(from, child)) => below(from, child),
            _ => return None,
        };
        for (nth, name) in path.iter().enumerate().skip(1) {
            if name == "super" {
                module = parent(&module);
            } else if self.0.contains_key(&below(&module, name)) {
                module = below(&module, name);
            } else if name != "self" && depth < 8 {
                // A name of this module, or one that it passes on from another.
                let passed_on = self.passed_on(&module, name, depth);
                return Some(passed_on.unwrap_or(module));
            } else {
                return (nth > 0).then_some(module);
            }
        }
        Some(module)
    }

    /// Where `module` has `name` from, if it has it from elsewhere.
    fn passed_on(&self, module: &Path, name: &str, depth: usize) -> Option<Path> {
        let file = self.0.get(module)?;
        for (path, known_as) in &file.named {
            let (last, first) = path.split_last().expect("a path has a name");
            if known_as == name
                && let Some(from) = self.resolve(module, path, depth + 1)
            {
                return Some(from);
            }
            if last == "*"
                && let Some(all_of) = self.resolve(module, first, depth + 1)
                && self.has(&all_of, name)
            {
                let mut path = all_of.clone();
                path.insert(0, "crate".into());
                path.push(name.into());
                return self.resolve(module, &path, depth + 1);
            }
        }
        None
    }

    /// Whether a module has an item of that name, or passes one on.
    fn has(&self, module: &Path, name: &str) -> bool {
        let Some(file) = self.0.get(module) else { return false };
        let passes_on = file.named.iter().any(|(_, known_as)| known_as == name);
        passes_on || is_defined(&file.code, name)
    }

    /// For each file those that it uses, with the names.
    fn arrows(&self) -> BTreeMap<&Path, BTreeMap<Path, BTreeSet<String>>> {
        let mut arrows = BTreeMap::new();
        for (from, file) in &self.0 {
            let mut uses: BTreeMap<Path, BTreeSet<String>> = BTreeMap::new();
            for (path, _) in &file.named {
                if let Some(to) = self.resolve(from, path, 0)
                    && !from.starts_with(&to)
                {
                    uses.entry(to).or_default().insert(path[path.len() - 1].clone());
                }
            }
            arrows.insert(from, uses);
        }
        arrows
    }

    /// The circles, each with its arrows.
    fn circles(&self) -> Vec<(BTreeSet<&str>, String)> {
        let arrows = self.arrows();
        // From each file all that can be reached.
        let mut reached: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
        for start in self.0.keys() {
            let mut seen = BTreeSet::new();
            let mut open = vec![start];
            while let Some(file) = open.pop() {
                for next in arrows[file].keys() {
                    if seen.insert(next) {
                        open.push(next);
                    }
                }
            }
            reached.insert(start, seen);
        }
        let mut circles: Vec<(BTreeSet<&str>, String)> = vec![];
        for (start, all) in &reached {
            let files: BTreeSet<&Path> =
                all.iter().copied().filter(|file| reached[*file].contains(*start)).collect();
            let names: BTreeSet<&str> =
                files.iter().map(|file| self.0[*file].name.as_str()).collect();
            if names.is_empty() || circles.iter().any(|(known, _)| *known == names) {
                continue;
            }
            let mut tied = String::new();
            for from in &files {
                for (to, taken) in &arrows[*from] {
                    if files.contains(to) {
                        let taken: Vec<&str> = taken.iter().map(String::as_str).collect();
                        let from = &self.0[*from].name;
                        let to = &self.0[to].name;
                        tied += &format!("    {from} -> {to}: {}\n", taken.join(", "));
                    }
                }
            }
            circles.push((names, tied));
        }
        circles
    }
}

fn parent(module: &Path) -> Path {
    let mut module = module.clone();
    module.pop();
    module
}

fn below(module: &Path, name: &str) -> Path {
    let mut module = module.clone();
    module.push(name.into());
    module
}

/// Whether the code defines an item of that name.
fn is_defined(code: &str, name: &str) -> bool {
    for kind in ["struct", "enum", "fn", "trait", "type", "const", "static"] {
        for (place, before) in code.match_indices(&format!("{kind} {name}")) {
            let next = code[place + before.len()..].chars().next().unwrap_or(' ');
            if !next.is_alphanumeric() && next != '_' {
                return true;
            }
        }
    }
    false
}

/// Without comments, and without the unit tests, which stand last.
fn code(text: &str) -> String {
    let tests = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    let mut code = String::new();
    for line in text[..tests].lines() {
        if !line.trim_start().starts_with("//") {
            code += line;
            code.push('\n');
        }
    }
    code
}

/// Names, and the signs that paths have: `::`, `{`, `}`, `*` and `,`. Anything else is a sign that
/// ends a path.
fn words(code: &str) -> Vec<&str> {
    let mut words = vec![];
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        if first.is_alphabetic() || first == '_' {
            let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
            length = end.unwrap_or(rest.len());
        } else if rest.starts_with("::") {
            length = 2;
        }
        if !first.is_whitespace() {
            words.push(&rest[..length]);
        }
        rest = &rest[length..];
    }
    words
}

fn is_name(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

/// All paths of more than one name. Those in braces are paths of their own.
fn paths(words: &[&str]) -> Vec<(Path, String)> {
    let mut paths = vec![];
    let mut nth = 0;
    while nth < words.len() {
        let begins = is_name(words[nth]) && words.get(nth + 1) == Some(&"::");
        // Behind a `::` it goes on with a path whose beginning is no name, as in `<T as A>::B`.
        if begins && (nth == 0 || words[nth - 1] != "::") {
            nth = path(words, nth, &[], &mut paths);
        } else {
            nth += 1;
        }
    }
    paths
}

/// Reads one path, or a tree of paths, behind `before`. Returns where it ends.
fn path(
    words: &[&str],
    mut nth: usize,
    before: &[String],
    paths: &mut Vec<(Path, String)>,
) -> usize {
    let mut path = before.to_vec();
    while let Some(word) = words.get(nth) {
        if *word == "{" {
            nth += 1;
            while words[nth] != "}" {
                nth =
                    if words[nth] == "," { nth + 1 } else { self::path(words, nth, &path, paths) };
            }
            return nth + 1;
        }
        if !is_name(word) && *word != "*" {
            break;
        }
        path.push((*word).to_owned());
        nth += 1;
        if words.get(nth) != Some(&"::") {
            break;
        }
        nth += 1;
    }
    let mut known_as = path[path.len() - 1].clone();
    if words.get(nth) == Some(&"as") {
        known_as = words[nth + 1].to_owned();
        nth += 2;
    }
    if path.len() > 1 {
        paths.push((path, known_as));
    }
    nth
}

#[test]
fn no_files_are_in_a_circle() {
    let mut wrong = String::new();
    let mut found = BTreeSet::new();
    for folder in CRATES {
        for (files, tied) in Crate::read(folder).circles() {
            let mut meant = false;
            for (listed, _) in MEANT {
                meant |= files == listed.iter().copied().collect();
            }
            if meant {
                found.extend(files.iter().map(|file| (*file).to_owned()));
            } else {
                wrong += &format!("{} files are in a circle:\n{tied}", files.len());
            }
        }
    }
    for (listed, _) in MEANT {
        if !found.contains(listed[0]) {
            wrong += &format!("the circle of {listed:?} is gone: take it off the list\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// A crate of three files, as it could be written.
fn three_files(first: &str, second: &str, third: &str) -> Crate {
    let root = "mod first;\nmod second;\nmod third;\npub use second::{Second, SIZE as LENGTH};\n";
    let mut files = BTreeMap::new();
    files.insert(vec![], File::new("lib".into(), root.into()));
    for (name, code) in [("first", first), ("second", second), ("third", third)] {
        files.insert(vec![name.into()], File::new(name.into(), code.into()));
    }
    Crate(files)
}

#[test]
fn a_circle_would_be_found() {
    let second = "use std::fmt;\npub struct Second;\npub const SIZE: usize = 3;\n";
    let third = "use super::first::{self, First};\n";
    // Through names that another file passes on, by their own name or by a new one.
    for passed_on in ["use crate::Second;", "fn f() -> usize { super::LENGTH }"] {
        let circle = three_files(passed_on, &format!("{second}use crate::third;\n"), third);
        let circles = circle.circles();
        assert_eq!(circles.len(), 1, "{passed_on}");
        assert_eq!(circles[0].0, BTreeSet::from(["first", "second", "third"]), "{passed_on}");
        let line = three_files(passed_on, second, third);
        assert!(line.circles().is_empty(), "{passed_on}");
    }
    // What a comment or a unit test names is no arrow.
    let comment =
        code("// super::third\n/// [`super::third`]\n#[cfg(test)]\nmod tests {\nsuper::third\n}");
    assert!(three_files(&comment, second, third).circles().is_empty());
}
