//! One name means one thing wherever both can be imported, and the name of a type that tells how
//! something ended says so in one of three ways.
//!
//! Names of types count: they are imported by themselves. A function is called by its module, as in
//! `live::serve`.
use super::{
    fields::without_visibility,
    metadata, sources,
    style::{files, relative},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// What two packages that can be imported together both have, and the reason.
const MEANT: &[(&str, &str)] = &[
    // Of `workshop::smtp` and of `mail::smtp`. The code lines of starters stay as they are, since
    // answers are written to fit them: those of the capstone's exercises import the workshop's,
    // and one of them, `resume`, makes one of `mail`'s as well.
    ("Server", "the code lines of the workshop's starters name both"),
];

/// Names that say how something ended, and are no `…Error`, `…Outcome` or `…End`.
const ENDINGS: &[&str] = &[
    "Broken", "Closed", "Ended", "Ending", "Failed", "Failure", "Fate", "Lost", "Refusal",
    "Report", "Result", "Stopped", "Verdict",
];

/// Such names that stay, and the reason.
const MEANT_ENDINGS: &[(&str, &str)] = &[
    ("Verdict", "why a run did not end by itself: a noun of this project"),
    ("SceneResult", "all that is known of a scene that has run, and not only its end"),
    ("StageReport", "what a mail of a build server claims, which has still to be judged"),
    ("Failure", "of a claim: the schedule that breaks it, and the run in that schedule"),
    ("Failed", "the same, as the workshop shows it"),
    ("Refusal", "a program that cannot be explored; it is no error of that program"),
];

/// A package that others can use.
struct Package {
    name: String,
    /// Those of this repository that it can import.
    imports: Vec<String>,
    /// Its public types, each with the file that declares it.
    types: BTreeMap<String, String>,
}

/// All packages of the repository that have a library.
fn packages() -> Vec<Package> {
    let mut packages = vec![];
    for package in metadata()["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name").to_owned();
        let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
        let folder = manifest.with_file_name("src");
        if !folder.join("lib.rs").exists() {
            continue;
        }
        let mut imports = vec![name.clone()];
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            imports.push(dependency["name"].as_str().expect("a name").to_owned());
        }
        packages.push(Package { name, imports, types: public_types(&folder) });
    }
    assert!(packages.len() >= 6, "{} packages have a library", packages.len());
    packages
}

/// The types that a crate gives to its users, with the files that declare them.
fn public_types(folder: &Path) -> BTreeMap<String, String> {
    let mut files = vec![];
    for file in sources(folder) {
        let text = fs::read_to_string(&file).expect("a source");
        files.push((file, text));
    }
    let mut passed_on = vec![];
    for (_, text) in &files {
        passed_on.extend(names_passed_on(text));
    }
    let mut types = BTreeMap::new();
    for (file, text) in &files {
        let is_open = is_public(folder, file);
        let place = relative(file);
        let module = module(file);
        for name in declared_types(text) {
            let is_passed_on = |names: &Vec<&str>| names.contains(&module) && names.contains(&name);
            if is_open || passed_on.iter().any(is_passed_on) {
                let other = types.insert(name.to_owned(), place.clone());
                let other = other.unwrap_or(place.clone());
                assert_eq!(other, place, "a crate has two public types with the name {name}");
            }
        }
    }
    types
}

/// The module that a file is: that of a `mod.rs` has the name of its folder.
fn module(file: &Path) -> &str {
    let named = match file.ends_with("mod.rs") {
        true => file.parent().expect("a folder"),
        false => file,
    };
    named.file_stem().expect("a name").to_str().expect("in Unicode")
}

/// The names behind each `pub use`, in braces or not: those of modules, and what they declare.
fn names_passed_on(text: &str) -> Vec<Vec<&str>> {
    let mut statements = vec![];
    for (place, begin) in text.match_indices("\npub use ") {
        let rest = &text[place + begin.len()..];
        let statement = rest.split(';').next().unwrap_or_default();
        let is_of_a_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        statements.push(statement.split(|letter: char| !is_of_a_name(letter)).collect());
    }
    statements
}

/// The types that a file declares as `pub`, outside of its tests.
fn declared_types(text: &str) -> Vec<&str> {
    let mut names = vec![];
    let code = text.split("\n#[cfg(test)]").next().unwrap_or_default();
    for line in code.lines() {
        // Within a macro it is indented.
        let Some(declared) = line.trim_start().strip_prefix("pub ") else { continue };
        for kind in ["struct ", "enum ", "trait ", "type "] {
            if let Some(rest) = declared.strip_prefix(kind) {
                let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
                names.push(&rest[..end.expect("a declaration goes on after its name")]);
            }
        }
    }
    names
}

/// Whether each module that a file is in is declared as `pub mod`.
fn is_public(folder: &Path, file: &Path) -> bool {
    let below = file.strip_prefix(folder).expect("it is below its crate").with_extension("");
    let mut module = folder.join("lib.rs");
    let mut inside = folder.to_owned();
    for part in &below {
        let part = part.to_str().expect("a name in Unicode");
        if part == "lib" || part == "mod" {
            return true;
        }
        let text = fs::read_to_string(&module).unwrap_or_default();
        if !text.contains(&format!("\npub mod {part};")) {
            return false;
        }
        inside.push(part);
        module = inside.with_extension("rs");
        if !module.exists() {
            module = inside.join("mod.rs");
        }
    }
    true
}

#[test]
fn no_two_public_types_that_can_be_imported_together_have_one_name() {
    let packages = packages();
    let mut twice = BTreeSet::new();
    for importing in &packages {
        let seen = packages.iter().filter(|package| importing.imports.contains(&package.name));
        let mut known: BTreeMap<&str, &str> = BTreeMap::new();
        for package in seen {
            for (name, place) in &package.types {
                if let Some(other) = known.insert(name, place)
                    && !MEANT.iter().any(|(meant, _)| meant == name)
                {
                    twice.insert(format!("{name}: {other} and {place}"));
                }
            }
        }
    }
    assert!(twice.is_empty(), "two things have one name:\n{}", Vec::from_iter(twice).join("\n"));
}

#[test]
fn a_public_type_is_found_where_it_is_declared_or_passed_on() {
    let text = "//! A file.\npub use mail::{Draft, smtp::Server as _};\n\npub struct Wait<'a> {\n\
        pub enum End {\n    pub type Inner = u8;\nstruct Own;\npub(crate) struct Kept;\n\
        #[cfg(test)]\nmod tests {\n    pub struct Tested;\n";
    assert_eq!(declared_types(text), ["Wait", "End", "Inner"]);
    assert!(names_passed_on(text)[0].contains(&"Draft"));
    let mail = packages().into_iter().find(|package| package.name == "async-concepts-mail");
    let types = mail.expect("the package of mail").types;
    for public in ["Address", "Campaign", "JournalFile", "Draft"] {
        assert!(types.contains_key(public), "{public} is public: {types:?}");
    }
    assert!(!types.contains_key("Queue"), "it is in a private module, and not passed on");
    let root = packages().into_iter().find(|package| package.name == "async-concepts");
    let types = root.expect("the package itself").types;
    for public in ["Verdict", "Recorder", "SvgOptions", "Driver"] {
        assert!(types.contains_key(public), "{public} is declared in a mod.rs: {types:?}");
    }
}

#[test]
fn how_something_ended_is_an_error_an_outcome_or_an_end() {
    let mut found = vec![];
    for file in files("", &["rs"]) {
        let place = relative(&file);
        let is_ours = ["src/", "/src/", "/checks/"].iter().any(|part| place.contains(part));
        if !is_ours || place.contains("target/") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a source");
        for line in text.lines() {
            let Some(name) = named_type(line) else { continue };
            let is_ending = ENDINGS.iter().any(|ending| name.ends_with(ending));
            if is_ending && !MEANT_ENDINGS.iter().any(|(meant, _)| *meant == name) {
                found.push(format!("{place}: {name}"));
            }
        }
    }
    assert!(found.is_empty(), "no …Error, …Outcome or …End:\n{}", found.join("\n"));
}

/// The name of the struct or enum that a line declares, public or not.
fn named_type(line: &str) -> Option<&str> {
    let line = without_visibility(line.trim_start());
    let rest = line.strip_prefix("struct ").or_else(|| line.strip_prefix("enum "))?;
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    Some(&rest[..end.unwrap_or(rest.len())])
}
