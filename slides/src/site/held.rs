//! What the tests hold: the name of a test is a sentence, and its body says which example it runs.
//!
//! Read it with `example`, whose pages show these sentences. Nothing is written twice: a test that
//! is renamed or removed changes the page.
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folders with tests of examples, from the root of the repository.
const FOLDERS: [&str; 4] = ["tests/examples", "mail/tests", "mail/tls/tests", "mail2alert/tests"];

/// A test, as it stands in its file.
struct Test {
    /// Its name as a sentence.
    sentence: String,
    /// Its file, from the root of the repository.
    file: String,
    /// The lines of the function, in which the names of examples are looked for.
    body: String,
}

/// A sentence that a test holds, and the file of the test.
pub(super) struct Held<'t> {
    /// The name of the test, with spaces.
    pub(super) sentence: &'t str,
    /// The file, from the root of the repository.
    pub(super) file: &'t str,
}

/// All tests of examples.
pub(super) struct Tests(Vec<Test>);

impl Tests {
    /// Reads all tests. Sorted by file, so that each run writes the same pages.
    pub(super) fn read(root: &Path) -> Result<Tests, String> {
        let mut files = vec![];
        for folder in FOLDERS {
            rust_files(&root.join(folder), &mut files);
        }
        files.sort();
        let mut tests = vec![];
        for path in files {
            let text = fs::read_to_string(&path)
                .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            let file = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            tests_of(&text, &file, &mut tests);
        }
        Ok(Tests(tests))
    }

    /// The tests that run the example with this source: those of its topic or of its package that
    /// name its module.
    pub(super) fn of(&self, source: &str) -> Vec<Held<'_>> {
        let name = Path::new(source).file_stem().unwrap_or_default().to_string_lossy();
        let path = format!("{name}::");
        let place = place_of_tests(source);
        let mut held = vec![];
        for test in self.0.iter().filter(|test| test.file.starts_with(&place)) {
            // The whole path has to match: `nap` is not named by `cat_nap::`, nor `future` by
            // `std::future::`.
            let named = test.body.match_indices(&path).any(|(at, _)| {
                let before = test.body[..at].chars().next_back();
                !before.is_some_and(|letter| letter.is_alphanumeric() || "_:".contains(letter))
            });
            if named {
                held.push(Held { sentence: &test.sentence, file: &test.file });
            }
        }
        held
    }
}

/// How the files begin that have the tests of an example: of `examples/TOPIC/NAME.rs` it is one
/// file, of `PACKAGE/examples/NAME.rs` all tests of the package. Elsewhere a path such as `task::`
/// is something else.
fn place_of_tests(source: &str) -> String {
    match source.strip_prefix("examples/") {
        Some(rest) => {
            let (topic, _) = rest.split_once('/').unwrap_or((rest, ""));
            format!("tests/examples/{topic}.rs")
        }
        None => {
            let (package, _) = source.split_once('/').unwrap_or((source, ""));
            format!("{package}/")
        }
    }
}

/// Adds all files of Rust below a folder. A folder that does not exist has none.
fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

/// Adds the functions with `#[test]` or `#[tokio::test]` that begin in the first column and end
/// with a brace there, as rustfmt writes them: so no parser is needed.
fn tests_of(text: &str, file: &str, tests: &mut Vec<Test>) {
    let mut marked = false;
    let mut open: Option<Test> = None;
    for line in text.lines() {
        if let Some(test) = &mut open {
            if line == "}" {
                tests.extend(open.take());
            } else {
                test.body += line;
                test.body.push('\n');
            }
        } else if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if let (true, Some(name)) = (marked, function(line)) {
            let sentence = name.replace('_', " ");
            open = Some(Test { sentence, file: file.to_owned(), body: String::new() });
            marked = false;
        }
    }
}

/// The name of the function that begins on a line.
fn function(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("async ").unwrap_or(line);
    let (name, _) = rest.strip_prefix("fn ")?.split_once('(')?;
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_belongs_to_the_examples_that_it_names() {
        let text = "#[test]\nfn a_nap_ends() {\n    record(nap::nap);\n}\n\
                    #[tokio::test]\nasync fn other() {\n    cat_nap::nap();\n}\nfn helper() {\n}\n\
                    #[test]\nfn it_is_long() {\n    std::nap::long();\n}\n";
        let mut tests = vec![];
        tests_of(text, "tests/examples/sleep.rs", &mut tests);
        tests_of(text, "bed/tests/sleep.rs", &mut tests);
        let tests = Tests(tests);
        let of = |source: &str| -> Vec<(&str, &str)> {
            tests.of(source).iter().map(|held| (held.sentence, held.file)).collect()
        };
        let in_topic = "tests/examples/sleep.rs";
        assert_eq!(of("examples/sleep/nap.rs"), [("a nap ends", in_topic)]);
        assert_eq!(of("examples/sleep/cat_nap.rs"), [("other", in_topic)]);
        assert_eq!(of("examples/other/nap.rs"), []);
        assert_eq!(of("bed/examples/nap.rs"), [("a nap ends", "bed/tests/sleep.rs")]);
    }
}
