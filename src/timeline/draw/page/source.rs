//! The source of a run, as a page shows it.
//!
//! A recording has places, each a file and a line, and not the text of the file. So the file is
//! read when a page is made, and it may be missing then: a page without a source is still a
//! timeline, and says why it shows no source. Some lines are left out. The others keep the numbers
//! that they have in the file, since a step names the lines to light by these numbers.
use super::{parts::Parts, reached::left_out, recording::TwinScene, steps::Step};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// A file with source.
pub(super) struct SourceFile {
    /// The path from the top folder of its workspace, as places have it.
    pub(super) file: String,
    /// The top folder of its workspace. Kept for the twin: its file and its recording are below
    /// that folder, too.
    root: PathBuf,
    /// The whole text: what a page leaves out is decided in [`SourceFile::lines`] and,
    /// for each scene, in [`SourceFile::left_out`].
    text: String,
}

/// The Python twin of an example, and what was recorded of it.
pub(super) struct Twin {
    /// Shown beside the source in Rust.
    pub(super) source: SourceFile,
    /// All scenes that were recorded. `recording::find` picks the one of a run.
    pub(super) scenes: Vec<TwinScene>,
}

/// A file as the script reads it.
#[derive(Serialize)]
pub(super) struct Lines {
    /// The name of the language, as the heading shows it.
    name: &'static str,
    /// The same for the script: it has the keywords and comments of each language under this name.
    language: &'static str,
    /// The path, which the heading shows beside the name.
    file: String,
    /// Each line with its number, counted from 1.
    lines: Vec<(usize, String)>,
    /// The functions, and the bodies of `async` blocks and closures, each from one line to another.
    /// What is inside another one comes after it.
    functions: Vec<(usize, usize)>,
}

/// The paragraphs of a header that may follow each other without an empty line.
const STARTS: [&str; 3] = ["In Python: ", "No twin: ", "Look for: "];

/// Whether a program in Python runs on asyncio, as far as its imports tell.
fn imports_asyncio(text: &str) -> bool {
    text.lines().any(|line| line == "import asyncio" || line.starts_with("from asyncio"))
}

/// The sentences of a paragraph. A full stop inside a word, as in `a.b`, ends none.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = vec![];
    let mut rest = text;
    while let Some(end) = [". ", "? "].iter().filter_map(|end| rest.find(end)).min() {
        found.push(&rest[..=end]);
        rest = &rest[end + 2..];
    }
    if !rest.is_empty() {
        found.push(rest);
    }
    found
}

/// The file that is named most often. A run has nearly all its lanes in one file, and the page has
/// no room for a second one beside the twin. If two files are named equally often, the result is
/// still the same each time, since the map is in the order of names. None if no file is named.
pub(super) fn most_named<'n>(named: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for file in named {
        *times.entry(file).or_default() += 1;
    }
    let (file, _) = times.into_iter().max_by_key(|(_, times)| *times)?;
    Some(file.to_owned())
}

impl SourceFile {
    /// Reads a file whose path begins at the top folder of its workspace. That folder is not known:
    /// it is looked for from the working folder upwards, and then from the folder of the package.
    /// Last comes the folder that this library's own package had when it was compiled: so this
    /// project's own examples find their source from any working folder.
    pub(super) fn read(file: &str) -> Option<SourceFile> {
        // The working folder comes first, since its copy of the file is the one that is edited.
        let mut folders: Vec<PathBuf> = vec![];
        if let Ok(folder) = std::env::current_dir() {
            folders.push(folder);
        }
        if let Some(folder) = std::env::var_os("CARGO_MANIFEST_DIR") {
            folders.push(folder.into());
        }
        folders.push(env!("CARGO_MANIFEST_DIR").into());
        folders.iter().find_map(|folder| SourceFile::read_from(folder, file))
    }

    /// Reads a file from a folder or the first one above it that has the file: a test runs in the
    /// folder of its package, and the path begins further up.
    fn read_from(folder: &Path, file: &str) -> Option<SourceFile> {
        for root in folder.ancestors() {
            if let Ok(text) = fs::read_to_string(root.join(file)) {
                return Some(SourceFile { file: file.to_owned(), root: root.to_owned(), text });
            }
        }
        None
    }

    /// The twin of an example, if there is one and it has been recorded. If a part of it is missing
    /// or cannot be read, there is no twin, and the page shows Rust alone.
    pub(super) fn twin(&self) -> Option<Twin> {
        let path = Path::new(&self.file);
        let recorded =
            Path::new("tests/twins/recorded").join(path.with_extension("json").file_name()?);
        let scenes = fs::read_to_string(self.root.join(recorded)).ok()?;
        let file = self.file_of_twin()?;
        let text = fs::read_to_string(self.root.join(&file)).ok()?;
        let scenes = serde_json::from_str(&scenes).ok()?;
        Some(Twin { source: SourceFile { file, root: self.root.clone(), text }, scenes })
    }

    /// The path of the twin; none if there is no such file.
    fn file_of_twin(&self) -> Option<String> {
        let name = self.file.strip_suffix(".rs")?;
        // The second name is for an example whose `NAME.py` would hide a module of Python.
        let files = [format!("{name}.py"), format!("{name}_twin.py")];
        files.into_iter().find(|file| self.root.join(file).exists())
    }

    /// Why the page has no Python beside this file; none if there is nothing to say: a reader does
    /// not expect a twin of a program that is no example.
    pub(super) fn without_twin(&self) -> Option<String> {
        if let Some(why) = self.paragraph("No twin: ") {
            return Some(format!("There is no Python beside it: {why}"));
        }
        let file = self.file_of_twin()?;
        let twin = fs::read_to_string(self.root.join(&file)).ok()?;
        // A test sees to it that each twin that runs on asyncio is recorded, unless it keeps real
        // time.
        Some(if imports_asyncio(&twin) {
            format!(
                "Rust alone: its Python twin, `{file}`, keeps real time. Of Python only what \
                 runs in virtual time is recorded."
            )
        } else {
            format!(
                "Rust alone: its Python twin, `{file}`, does not run on asyncio. Of Python only \
                 what does is recorded."
            )
        })
    }

    /// What the header says of Python in the scene of that title; none if it says nothing. `titles`
    /// are those of all scenes of the twin.
    ///
    /// These are all sentences under “In Python” but the first, and those sentences under “Look
    /// for” that speak of Python, of asyncio or of the twin. A sentence that has titles of scenes
    /// in quotation marks is about these scenes. If there is one about this scene, the sentences
    /// about all scenes are not shown:
    ///
    /// ```text
    /// //! In Python: `gather`, see `gather.py`. In "drop" its tasks go on.
    /// ```
    pub(super) fn of_python(&self, title: &str, titles: &[&str]) -> Option<String> {
        let in_python = self.paragraph("In Python: ").unwrap_or_default();
        let look_for = self.paragraph("Look for: ").unwrap_or_default();
        // The first sentence under “In Python” only says what the thing is called there.
        let mut of_python: Vec<&str> = sentences(&in_python).into_iter().skip(1).collect();
        for sentence in sentences(&look_for) {
            if ["Python", "asyncio", "the twin"].iter().any(|word| sentence.contains(word)) {
                of_python.push(sentence);
            }
        }
        let mut here: Vec<&str> = vec![];
        let mut everywhere: Vec<&str> = vec![];
        for sentence in of_python {
            let names = |title: &&str| sentence.contains(&format!("\"{title}\""));
            if names(&title) {
                here.push(sentence);
            } else if !titles.iter().any(names) {
                everywhere.push(sentence);
            }
        }
        let found = if here.is_empty() { everywhere } else { here };
        if found.is_empty() { None } else { Some(found.join(" ")) }
    }

    /// What follows `start` in the documentation at the top of the file, up to an empty line or the
    /// next such start, as one line.
    fn paragraph(&self, start: &str) -> Option<String> {
        let mut text = String::new();
        let mut inside = false;
        for line in self.text.lines() {
            let Some(line) = line.strip_prefix("//!") else { break };
            let line = line.trim();
            if let Some(first) = line.strip_prefix(start) {
                inside = true;
                text += first;
            } else if line.is_empty() || STARTS.iter().any(|other| line.starts_with(other)) {
                inside = false;
            } else if inside {
                text += " ";
                text += line;
            }
        }
        if text.is_empty() { None } else { Some(text) }
    }

    /// What the file says of itself: the sentences of the first paragraph of its documentation, as
    /// long as they fit into a line or two, without the title before the colon, which the page has
    /// as its heading.
    pub(super) fn about(&self) -> Option<String> {
        const MOST: usize = 120; // bytes: about what two lines have room for
        let mut lines = vec![];
        for line in self.text.lines() {
            match line.strip_prefix("//!") {
                Some(line) if !line.trim().is_empty() => lines.push(line.trim()),
                _ => break,
            }
        }
        let paragraph = lines.join(" ");
        // A title has a few words. If there are more before the colon, it belongs to a sentence.
        let about = match paragraph.split_once(": ") {
            Some((title, about)) if title.split_whitespace().count() <= 5 => about,
            _ => &paragraph,
        };
        let mut shown = String::new();
        for sentence in sentences(about) {
            // A first sentence is shown at any length: half of one would say nothing.
            if !shown.is_empty() && shown.len() + sentence.len() > MOST {
                break;
            }
            shown += if shown.is_empty() { "" } else { " " };
            shown += sentence;
        }
        // The text behind the colon of a title begins with a small letter.
        let mut letters = shown.chars();
        let first = letters.next()?;
        Some(first.to_uppercase().chain(letters).collect())
    }

    /// Whether the code comes to a line only through another one: that is a statement of the same
    /// block, before it. An arm of a `match` and an argument of a call are none.
    pub(super) fn is_only_after(&self, line: u32, other: u32) -> bool {
        let (Some(from), Some(to)) = (other.checked_sub(1), line.checked_sub(other)) else {
            return false;
        };
        let indent = |line: &str| line.len() - line.trim_start().len();
        let lines: Vec<&str> =
            self.text.lines().skip(from as usize).take(to as usize + 1).collect();
        let [first, .., last] = lines[..] else { return false };
        let without_comment = first.split(" // ").next().unwrap_or_default().trim_end();
        let is_a_statement = without_comment.ends_with([';', '{']) && !first.contains("=>");
        let mut code = lines.iter().filter(|line| !line.trim().is_empty());
        is_a_statement
            && indent(first) == indent(last)
            && code.all(|line| indent(line) >= indent(first))
    }

    /// Whether a loop is the innermost block around two lines.
    pub(super) fn are_in_one_loop(&self, line: u32, other: u32) -> bool {
        let lines: Vec<&str> = self.text.lines().collect();
        let Some(begin) = (line.min(other) as usize).checked_sub(1) else { return false };
        let Some(between) = lines.get(begin..line.max(other) as usize) else { return false };
        let indent = |line: &str| line.len() - line.trim_start().len();
        let code = |line: &&&str| !line.trim().is_empty();
        let least = between.iter().filter(code).map(|line| indent(line)).min();
        let mut before = lines[..begin].iter().filter(code);
        let around = before.rfind(|line| least.is_some_and(|least| indent(line) < least));
        let Some(around) = around.map(|line| line.trim_start()) else { return false };
        ["for ", "while ", "loop "].iter().any(|word| around.starts_with(word))
    }

    /// The whole text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn is_python(&self) -> bool {
        self.file.ends_with(".py")
    }

    /// What a page shows of the file, and what the script has to know of it.
    pub(super) fn lines(&self) -> Lines {
        let python = self.is_python();
        let lines = self.code();
        let parts = Parts::of(lines.iter().map(|(_, text)| text.as_str()), python);
        let mut functions = vec![];
        let extents = parts.functions.iter().map(|function| function.extent);
        for extent in extents.chain(parts.blocks.iter().copied()) {
            functions.push((lines[extent.begin].0, lines[extent.end].0));
        }
        functions.sort_by_key(|(begin, end)| (*begin, std::cmp::Reverse(*end)));
        let (name, language) = if python { ("Python", "python") } else { ("Rust", "rust") };
        Lines { name, language, file: self.file.clone(), lines, functions }
    }

    /// The stretches of the code that a page does not show at first in a scene with this title and
    /// these steps.
    pub(super) fn left_out(&self, title: &str, steps: &[Step]) -> Vec<(usize, usize)> {
        left_out(&self.code(), self.is_python(), title, steps, &self.excerpts_of_comments())
    }

    /// The excerpts for slides that are comments alone, each from one line to another: code that
    /// does not compile, or that stands in a test. No scene runs it, and the example is about it.
    fn excerpts_of_comments(&self) -> Vec<(usize, usize)> {
        let mut found = vec![];
        // The excerpts that have begun and had no code so far: the name of each and its first line.
        let mut open: Vec<(&str, usize)> = vec![];
        for (index, line) in self.text.lines().enumerate() {
            let line = line.trim();
            if let Some(name) = line.strip_prefix("// ANCHOR: ") {
                open.push((name, index + 1));
            } else if let Some(name) = line.strip_prefix("// ANCHOR_END: ") {
                for (_, begin) in open.extract_if(.., |(of, _)| *of == name) {
                    found.push((begin, index + 1));
                }
            } else if !line.is_empty() && !line.starts_with("//") {
                open.clear();
            }
        }
        found
    }

    /// The code: neither the documentation and the imports at its top nor the marks for slides.
    fn code(&self) -> Vec<(usize, String)> {
        let mut top = Top { python: self.is_python(), inside: None };
        // Once the first line of code has come, what looks like an import is a part of the program.
        let mut begun = false;
        // Nothing is shown yet, or the line shown last is empty.
        let mut after_a_gap = true;
        let mut lines = vec![];
        for (index, line) in self.text.lines().enumerate() {
            let code = line.trim();
            let mark = code.starts_with("// ANCHOR") || code.starts_with("# ANCHOR");
            if mark || (!begun && top.take(code)) {
                continue;
            }
            begun = true;
            // Where a mark was left out, two empty lines would come together.
            if code.is_empty() && after_a_gap {
                continue;
            }
            after_a_gap = code.is_empty();
            lines.push((index + 1, line.to_owned()));
        }
        lines
    }
}

/// What stands at the top of a file: documentation and imports. They are a large part of a short
/// example, and nothing runs in them, so a page does not show them.
///
/// This is no parser: an example is formatted, so a few beginnings and ends of lines are enough. A
/// line that is not recognised is shown: better a line too many than one too few.
struct Top {
    /// Whether the file is in Python; it is in Rust otherwise.
    python: bool,
    /// In the middle of documentation, or of an import of several lines: how its last line ends.
    inside: Option<&'static str>,
}

impl Top {
    /// Takes the next line, if it still belongs to the top of the file. Returns whether it does.
    fn take(&mut self, code: &str) -> bool {
        if let Some(end) = self.inside {
            if code.ends_with(end) {
                self.inside = None;
            }
            return true;
        }
        if self.python {
            // A docstring of one line ends where it begins.
            if let Some(text) = code.strip_prefix("\"\"\"")
                && !text.ends_with("\"\"\"")
            {
                self.inside = Some("\"\"\"");
            }
            let import = code.starts_with("import ") || code.starts_with("from ");
            if import && code.ends_with('(') {
                self.inside = Some(")");
            }
            let path = code.starts_with("sys.path"); // says where imports are looked for
            return code.is_empty() || import || path || code.starts_with("\"\"\"");
        }
        let import = code.starts_with("use ");
        // An import of several lines is a list in braces, and rustfmt ends it with `};`.
        if import && !code.contains(';') {
            self.inside = Some("};");
        }
        code.is_empty() || import || code.starts_with("//!")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_begins_with_the_code() {
        let text = "//! Nap: it sleeps.\n//! More.\nuse a::{\n    b,\n};\nuse c;\n\n\
                    // ANCHOR: nap\nfn nap() {}\n// ANCHOR_END: nap\n";
        let source = SourceFile { file: "nap.rs".into(), root: "".into(), text: text.into() };
        assert_eq!(source.lines().lines, [(9, "fn nap() {}".to_owned())]);
        assert_eq!(source.about().as_deref(), Some("It sleeps. More."));
    }

    #[test]
    fn the_subtitle_is_whole_sentences_and_begins_with_a_capital() {
        let about = |text: &str| {
            SourceFile { file: "nap.rs".into(), root: "".into(), text: text.into() }.about()
        };
        let two_lines = "//! Gather: one of three fails. What becomes of the other\n//! two?\n";
        let found = about(two_lines).expect("a subtitle");
        assert_eq!(found, "One of three fails. What becomes of the other two?");
        let code = "//! Lost: a `send` that is dropped.\n//!\n//! In Python: `put`.\n";
        assert_eq!(about(code).as_deref(), Some("A `send` that is dropped."));
        let long = format!("//! Long: one. {}.\n", "more ".repeat(40));
        assert_eq!(about(&long).as_deref(), Some("One."), "what does not fit is left out whole");
        assert_eq!(about("fn nap() {}\n"), None);
    }

    #[test]
    fn a_header_says_what_differs_in_python_and_why_there_is_no_twin() {
        let text = "//! Nap: it sleeps.\n//!\n//! In Python: `sleep`.\n//! No twin: it is\n\
                    //! short.\n//! Look for: It naps. Python\n//! naps on `a.b`. The end.\n\
                    //!\n//! More on Python.\nfn nap() {}\n";
        let source = SourceFile { file: "nap.rs".into(), root: "".into(), text: text.into() };
        assert_eq!(source.of_python("nap", &[]).as_deref(), Some("Python naps on `a.b`."));
        let why = source.without_twin().expect("it has no twin");
        assert_eq!(why, "There is no Python beside it: it is short.");
        let plain = SourceFile { text: "fn nap() {}\n".into(), ..source };
        assert_eq!((plain.of_python("nap", &[]), plain.without_twin()), (None, None));
    }

    #[test]
    fn why_a_twin_is_not_recorded_is_read_from_its_imports() {
        let top = Path::new(env!("CARGO_MANIFEST_DIR"));
        let why = |file: &str| {
            let source = SourceFile::read_from(top, file).expect("it is there");
            source.without_twin().expect("its twin is not recorded")
        };
        assert_eq!(
            why("examples/transports/echo.rs"),
            "Rust alone: its Python twin, `examples/transports/echo.py`, keeps real time. Of \
             Python only what runs in virtual time is recorded."
        );
        assert_eq!(
            why("mail/examples/send_emails.rs"),
            "Rust alone: its Python twin, `mail/examples/send_emails.py`, does not run on asyncio. \
             Of Python only what does is recorded."
        );
    }

    #[test]
    fn a_sentence_that_names_scenes_is_said_of_these_alone() {
        let text = "//! In Python: `nap`, see `nap.py` beside this file. In \"long\" it goes on;\n\
                    //! in \"drop\", too.\n\
                    //! Look for: It naps. In \"short\" asyncio is late. In Python\n\
                    //! all of them nap.\n";
        let source = SourceFile { file: "nap.rs".into(), root: "".into(), text: text.into() };
        let said = |title| source.of_python(title, &["long", "drop", "short", "other"]);
        let long = "In \"long\" it goes on; in \"drop\", too.";
        assert_eq!(said("long").as_deref(), Some(long));
        assert_eq!(said("drop").as_deref(), Some(long));
        assert_eq!(said("short").as_deref(), Some("In \"short\" asyncio is late."));
        assert_eq!(said("other").as_deref(), Some("In Python all of them nap."));
    }

    #[test]
    fn the_file_that_is_named_most_often_is_shown() {
        let files = ["src/lib.rs", "no/such.rs", "src/lib.rs"];
        assert_eq!(most_named(files.into_iter()).as_deref(), Some("src/lib.rs"));
        assert_eq!(most_named([].into_iter()), None);
    }

    #[test]
    fn a_file_is_found_from_its_top_folder_and_from_a_folder_below() {
        let top = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in [top.to_owned(), top.join("src/timeline")] {
            let source = SourceFile::read_from(&folder, "src/lib.rs").expect("it is there");
            assert_eq!((source.file.as_str(), source.root.as_path()), ("src/lib.rs", top));
        }
        assert!(SourceFile::read("no/such.rs").is_none());
    }
}
