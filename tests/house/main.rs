//! What holds the house together: no example without its place in the table of contents, in the
//! README, in a test, and beside its twin.
mod arrows;
mod circles;
mod core;
mod fields;
mod generated;
mod mutations;
mod names;
mod pictures;
mod readme;
mod style;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// An example as cargo knows it.
struct Example {
    name: String,
    /// Below the root of the repository, as `examples/TOPIC/NAME.rs`.
    path: String,
    source: String,
}

impl Example {
    fn topic(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or_default()
    }
}

/// Examples without a stage, so that they draw no timeline and have no options, and the reason.
const WITHOUT_STAGE: &[(&str, &str)] = &[
    ("take_home", "shows that nothing of this library is needed"),
    ("sleepers", "has ten thousand tasks, which would be as many rows"),
];

/// Examples whose scenes are no variants of each other, and the reason.
const NO_VARIANTS: &[(&str, &str)] = &[
    ("generator", "its scenes ask two questions"),
    ("recursion", "its scenes ask three questions"),
    ("comprehension", "its scenes have other lanes and other values"),
    ("thread_pool", "its scenes ask three questions"),
    ("process_pool", "keeps real time, so that no two runs have one time axis"),
    ("threads_and_tasks", "keeps real time, so that no two runs have one time axis"),
    ("multi_thread", "keeps real time, so that no two runs have one time axis"),
    ("echo", "keeps real time, so that no two runs have one time axis"),
    ("subprocess", "keeps real time, so that no two runs have one time axis"),
    ("udp_echo", "keeps real time, so that no two runs have one time axis"),
    ("http", "keeps real time, so that no two runs have one time axis"),
];

/// Examples whose twin is not recorded for the explorer, since it keeps real time.
const NOT_RECORDED: &[&str] =
    &["process_pool", "threads_and_tasks", "echo", "subprocess", "udp_echo", "http"];

/// The twin of an example, from the root of the repository: `NAME.py` beside it, or `NAME_twin.py`
/// where `NAME.py` would hide a module of Python's that the other twins of the topic need.
fn twin(example: &Path) -> Option<PathBuf> {
    let name = example.file_stem()?.to_str()?;
    let beside = |twin: String| Some(example.with_file_name(twin));
    let twins = [beside(format!("{name}.py"))?, beside(format!("{name}_twin.py"))?];
    twins.into_iter().find(|twin| root().join(twin).exists())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What cargo says of the packages of this repository.
fn metadata() -> serde_json::Value {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo");
    serde_json::from_slice(&metadata.stdout).expect("cargo's metadata")
}

/// The examples of the root package, in the order of its manifest.
fn examples() -> Vec<Example> {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages
        .iter()
        .find(|package| package["name"] == env!("CARGO_PKG_NAME"))
        .expect("this package");
    let targets = package["targets"].as_array().expect("targets").iter();
    let example = |target: &serde_json::Value| {
        let path = Path::new(target["src_path"].as_str().expect("a path"))
            .strip_prefix(root())
            .expect("a path below the root");
        let path = path.to_str().expect("a path in Unicode").replace('\\', "/");
        Example { name: target["name"].as_str().expect("a name").into(), source: read(&path), path }
    };
    let examples: Vec<Example> =
        targets.filter(|target| target["kind"][0] == "example").map(example).collect();
    assert!(!examples.is_empty());
    // Cargo sorts its targets; the manifest has them in reading order.
    let manifest = read("Cargo.toml");
    let mut examples = examples;
    examples.sort_by_key(|example| {
        manifest.find(&format!("name = \"{}\"", example.name)).expect("it is in the manifest")
    });
    examples
}

/// All files below a folder that end in `.rs`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

#[test]
fn every_file_under_examples_is_listed_in_the_manifest() {
    let listed: Vec<PathBuf> =
        examples().iter().map(|example| root().join(&example.path)).collect();
    let unlisted: Vec<PathBuf> = sources(&root().join("examples"))
        .into_iter()
        .filter(|path| !listed.contains(path))
        .collect();
    assert!(unlisted.is_empty(), "without an [[example]] in Cargo.toml: {unlisted:?}");
}

#[test]
fn the_manifest_lists_examples_by_topic() {
    let topics: Vec<String> = examples().iter().map(|example| example.topic().to_owned()).collect();
    let mut once = topics.clone();
    once.dedup();
    let groups = once.len();
    once.sort();
    once.dedup();
    assert_eq!(groups, once.len(), "a topic stands in two places of Cargo.toml: {topics:?}");
    for example in examples() {
        assert_eq!(example.path, format!("examples/{}/{}.rs", example.topic(), example.name));
    }
}

#[test]
fn every_example_has_one_row_in_the_readme_in_the_order_of_the_manifest() {
    let readme = read("README.md");
    let mut rows = vec![];
    for line in readme.lines() {
        if let (true, Some((_, link))) = (line.starts_with("| "), line.split_once("](examples/")) {
            let (path, _) = link.split_once(')').expect("a link ends");
            rows.push(format!("examples/{path}"));
        }
    }
    let listed: Vec<String> = examples().into_iter().map(|example| example.path).collect();
    assert_eq!(rows, listed, "the rows of README.md, and the examples of Cargo.toml");
}

/// As GitHub makes the anchor of a heading.
fn anchor(heading: &str) -> String {
    let mut anchor = String::new();
    for letter in heading.trim().to_lowercase().chars() {
        match letter {
            ' ' => anchor.push('-'),
            letter if letter.is_alphanumeric() || matches!(letter, '-' | '_') => {
                anchor.push(letter);
            }
            _ => {}
        }
    }
    anchor
}

/// Whether a document has a heading with this anchor.
fn has_heading(text: &str, fragment: &str) -> bool {
    let mut headings = text.lines().filter(|line| line.starts_with('#'));
    headings.any(|line| anchor(line.trim_start_matches('#')) == fragment)
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    for document in [
        "README.md",
        "CONTRIBUTING.md",
        "benches/README.md",
        "docs/design.md",
        "docs/in_your_own_tests.md",
        "hooked-waker/README.md",
        "mail/README.md",
        "mail/benches/README.md",
        "mail2alert/README.md",
        "mail2alert/RUNNING.md",
        "tests/asyncio_parity/README.md",
        "workshop/README.md",
        "workshop/TEACHING.md",
    ] {
        let folder = Path::new(document).parent().expect("it is in the repository");
        for link in read(document).split("](").skip(1) {
            let link = link.split(')').next().unwrap_or_default();
            let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
            if path.starts_with("https://") {
                continue;
            }
            let target = if path.is_empty() { PathBuf::from(document) } else { folder.join(path) };
            let there = root().join(&target);
            assert!(there.exists(), "{document} links to {link}, which is not there");
            if !fragment.is_empty() && path.ends_with(".md") {
                let text = fs::read_to_string(there).expect("a document");
                assert!(has_heading(&text, fragment), "{document}: no heading is meant by {link}");
            }
        }
    }
}

#[test]
fn every_example_is_tested() {
    for example in examples() {
        let test = read(&format!("tests/examples/{}.rs", example.topic()));
        let without_stage = WITHOUT_STAGE.iter().any(|(name, _)| *name == example.name);
        let used = if without_stage { example.name.clone() } else { format!("{}::", example.name) };
        assert!(
            test.contains(&used),
            "the tests of {} do not use {}",
            example.topic(),
            example.name
        );
    }
}

#[test]
fn every_header_says_what_to_type_and_where_the_twin_is() {
    for Example { name, path, source } in examples() {
        let header: Vec<&str> = source.lines().take_while(|line| line.starts_with("//!")).collect();
        let commands: Vec<&str> =
            header.iter().copied().filter(|line| line.contains("cargo run")).collect();
        assert_eq!(commands, [format!("//!     cargo run --example {name}")], "{path}");
        let header = header.join("\n");
        assert!(header.contains("//! In Python: "), "{path} does not say how Python does it");
        assert!(header.contains("//! Look for: "), "{path} does not say what to look for");
        if let Some(twin) = twin(Path::new(&path)) {
            let called = twin.file_name().expect("a name").to_string_lossy();
            assert!(header.contains(&format!("`{called}`")), "{path} does not name its twin");
            let twin = twin.to_string_lossy().replace('\\', "/");
            let source = read(&twin);
            assert!(
                source.contains(&format!("\n    python3 {twin}\n")),
                "the twin of {path} does not say how to run it"
            );
            assert!(source.contains(&format!("`{name}.rs`")), "{twin} does not name {path}");
        } else {
            assert!(header.contains("//! No twin: "), "{path} has neither a twin nor a reason");
        }
    }
}

#[test]
fn every_twin_that_runs_in_virtual_time_is_recorded() {
    for Example { name, path, .. } in examples() {
        let recording = format!("tests/twins/recorded/{name}.json");
        let has_twin = twin(Path::new(&path)).is_some();
        assert_eq!(
            root().join(&recording).exists(),
            has_twin && !NOT_RECORDED.contains(&name.as_str()),
            "tests/twins/record_twin.py makes {recording}: see CONTRIBUTING.md"
        );
    }
}

#[test]
fn every_run_says_what_its_header_says() {
    for Example { name, path, source } in examples() {
        let says = source.contains(&format!("Stage::of(include_str!(\"{name}.rs\"))"));
        let without_stage = WITHOUT_STAGE.iter().any(|(without, _)| *without == name);
        assert!(says || without_stage, "{path} does not hand its source to its stage");
    }
}

/// Whether a name stands in a text as a word of its own.
fn has_word(text: &str, name: &str) -> bool {
    let is_of_a_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.split(|letter: char| !is_of_a_name(letter)).any(|word| word == name)
}

/// The explorer shows them on one time axis.
#[test]
fn scenes_of_one_question_are_variants() {
    for example in examples() {
        let scenes = example.source.matches("scene(\"").count();
        let variants = example.source.matches(".variant_of(\"").count();
        let listed = NO_VARIANTS.iter().any(|(name, _)| *name == example.name);
        assert_eq!(
            listed,
            scenes > 1 && variants == 0,
            "{}: {scenes} scenes, and {variants} of them are variants",
            example.name
        );
    }
}

#[test]
fn every_anchor_is_closed() {
    for Example { path, source, .. } in examples() {
        let twin = match twin(Path::new(&path)) {
            Some(twin) => read(&twin.to_string_lossy()),
            None => String::new(),
        };
        for (text, comment) in [(&source, "//"), (&twin, "#")] {
            let named = |word: &str| -> Vec<String> {
                let start = format!("{comment} {word}: ");
                text.lines()
                    .filter_map(|line| line.trim().strip_prefix(&start).map(str::to_owned))
                    .collect()
            };
            let (mut open, mut closed) = (named("ANCHOR"), named("ANCHOR_END"));
            open.sort();
            closed.sort();
            assert_eq!(open, closed, "{path}");
        }
        assert!(source.contains("// ANCHOR: "), "{path} marks no part for the slides");
    }
}
