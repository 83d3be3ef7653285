//! Puts every attempt at every exercise into one program: the starter, the solution, and other
//! right and wrong answers.
//!
//! So all of them are compiled and linked once, and not hundreds of times. An answer is a file with
//! the items in which it differs from the starter; they take the place of the starter's. What is
//! `#[test]` in the file of an exercise becomes a plain function here, to be called from a table of
//! all attempts.
//!
//! With `WORKSHOP_ONLY=lazy,gather` in the environment there are only these exercises: for a quick
//! look at a new one.
use std::{
    fs,
    path::{Path, PathBuf},
};
use syn::{Item, Visibility, parse_quote};

fn main() {
    let workshop = Path::new("..");
    let mut modules = String::new();
    let mut table = String::new();
    let exercises = files(&workshop.join("exercises"));
    assert!(!exercises.is_empty(), "no exercises");
    for path in exercises {
        let exercise = name(&path);
        if !is_wanted(&exercise) {
            continue;
        }
        let starter = parse(&path);
        let below = path.strip_prefix(workshop.join("exercises")).expect("it was found there");
        let mut attempts = vec![("starter".to_owned(), starter.clone())];
        let solution = workshop.join("solutions").join(below);
        if solution.exists() {
            attempts.push(("solution".to_owned(), parse(&solution)));
        }
        for folder in ["right", "wrong"] {
            for answer in files(&workshop.join(folder).join(&exercise)) {
                attempts.push((format!("{folder}_{}", name(&answer)), answered(&starter, &answer)));
            }
        }
        attempts.extend(then_try(&workshop.join("then_try"), &exercise, &solution));
        modules += &format!("pub mod {exercise} {{\n");
        for (attempt, mut file) in attempts {
            let tests = callable(&mut file);
            modules += &format!("pub mod {attempt} {{\n{}}}\n", prettyplease::unparse(&file));
            let here = format!("{exercise}::{attempt}");
            let tests: Vec<String> = tests
                .iter()
                .map(|test| format!("({test:?}, {here}::tests::{test} as fn())"))
                .collect();
            table += &format!(
                "({exercise:?}, {attempt:?}, {here}::main as fn(), &[{}]),\n",
                tests.join(", ")
            );
        }
        modules += "}\n";
    }
    let text = format!("{modules}\npub const ATTEMPTS: &[super::Attempt] = &[\n{table}];\n");
    let out = std::env::var("OUT_DIR").expect("cargo says where to write");
    fs::write(Path::new(&out).join("attempts.rs"), text).expect("cargo's folder can be written to");
    println!("cargo::rerun-if-env-changed=WORKSHOP_ONLY");
    for folder in ["exercises", "solutions", "right", "wrong", "then_try"] {
        println!("cargo::rerun-if-changed=../{folder}");
    }
}

/// Whether the environment asks for this exercise, or for no certain one.
fn is_wanted(exercise: &str) -> bool {
    match std::env::var("WORKSHOP_ONLY") {
        Ok(only) => only.split(',').any(|name| name == exercise),
        Err(_) => true,
    }
}

/// All Rust files below a folder, in the order of their paths; none if there is no such folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return vec![] };
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a folder that can be read").path()).collect();
    paths.sort();
    let in_path = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    paths
        .into_iter()
        .flat_map(in_path)
        .filter(|path| path.extension().is_some_and(|ext| ext == "rs"))
        .collect()
}

fn name(path: &Path) -> String {
    path.file_stem().and_then(|stem| stem.to_str()).expect("a name in Unicode").to_owned()
}

fn parse(path: &Path) -> syn::File {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    syn::File { attrs: vec![], ..file }
}

/// What stands under “Then try”: its tests with the solution of the exercise, which must not do,
/// and with the answer.
fn then_try(folder: &Path, exercise: &str, solution: &Path) -> Vec<(String, syn::File)> {
    let file = format!("{exercise}.rs");
    let mut unsolved = parse(solution);
    for item in &mut unsolved.items {
        if let Item::Mod(module) = item
            && module.ident == "tests"
            && let Some((_, items)) = &mut module.content
        {
            *items = parse(&folder.join(&file)).items;
        }
    }
    let solved = answered(&unsolved, &folder.join("solutions").join(&file));
    vec![("then_unsolved".to_owned(), unsolved), ("then_solved".to_owned(), solved)]
}

/// The starter, with what an answer writes instead.
fn answered(starter: &syn::File, answer: &Path) -> syn::File {
    let mut file = starter.clone();
    for item in parse(answer).items {
        let place = file
            .items
            .iter_mut()
            .find(|theirs| key(&item).is_some_and(|key| Some(key) == self::key(theirs)));
        match place {
            Some(place) => *place = item,
            None => file.items.push(item),
        }
    }
    file
}

/// What two items have in common if one takes the place of the other.
fn key(item: &Item) -> Option<String> {
    match item {
        Item::Fn(item) => Some(format!("fn {}", item.sig.ident)),
        Item::Struct(item) => Some(format!("type {}", item.ident)),
        Item::Enum(item) => Some(format!("type {}", item.ident)),
        Item::Type(item) => Some(format!("type {}", item.ident)),
        Item::Const(item) => Some(format!("const {}", item.ident)),
        Item::Impl(item) => {
            let header = syn::ItemImpl { items: vec![], attrs: vec![], ..item.clone() };
            let file = syn::File { shebang: None, attrs: vec![], items: vec![header.into()] };
            Some(prettyplease::unparse(&file))
        }
        _ => None,
    }
}

/// Makes the tests and `main` of a file callable from outside, and says what the tests are called.
fn callable(file: &mut syn::File) -> Vec<String> {
    let public: Visibility = parse_quote!(pub);
    let mut tests = vec![];
    for item in &mut file.items {
        match item {
            Item::Fn(item) if item.sig.ident == "main" => item.vis = public.clone(),
            Item::Mod(module) if module.ident == "tests" => {
                module.attrs.retain(|attribute| !attribute.path().is_ident("cfg"));
                module.vis = public.clone();
                for item in module.content.iter_mut().flat_map(|(_, items)| items) {
                    if let Item::Fn(item) = item
                        && item.attrs.iter().any(|attribute| attribute.path().is_ident("test"))
                    {
                        item.attrs.retain(|attribute| !attribute.path().is_ident("test"));
                        item.vis = public.clone();
                        tests.push(item.sig.ident.to_string());
                    }
                }
            }
            _ => {}
        }
    }
    tests
}
