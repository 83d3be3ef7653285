//! A recording whose test fails shows what it has.
//!
//! In a plain `#[test]` the moment at which you want the picture is the one at which an assertion
//! fails. So a recording that is dropped while its thread panics prints its lines, its timeline and
//! its verdict: in the output of the test, below the panic.
//!
//! With `TIMELINE=DIR` in the environment each recording is also written to `DIR`, whether its test
//! fails or not: as `NAME.svg`, a picture, as `NAME.json`, the data, and as `NAME.html`, a page
//! that steps through the run. `NAME` is the name of the test, which is the name of its thread, or
//! else the title of the recording; a second recording of one test is `NAME-2`.
use super::{Chart, SvgOptions, TerminalOptions, record::Shown, to_json, to_page, to_svg};
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    path::Path,
    sync::{Mutex, PoisonError},
};

/// A test cannot ask how wide the terminal is, since its output is captured: so the width is fixed.
const OPTIONS: TerminalOptions = TerminalOptions { width: 100, colour: false };

/// A [`Shown`] holds all parts of a [`Recording`](super::Recording) that are drawn. It belongs to
/// the recording and is dropped with it.
impl Drop for Shown {
    fn drop(&mut self) {
        // The panic may have another reason than an assertion on this recording. The recording is
        // shown even so: which recording the assertion was about is not known here.
        let fails = std::thread::panicking();
        if !fails && std::env::var_os("TIMELINE").is_none() {
            return;
        }
        let mut chart = Chart::of_workers(
            self.workers,
            &self.title,
            self.clock,
            &self.events,
            self.elapsed,
            self.left_out,
        );
        // Taken and not cloned: `self` is being dropped, so nothing else needs them.
        chart.lines = std::mem::take(&mut self.lines);
        chart.verdict = self.verdict.take();
        chart.remarks = std::mem::take(&mut self.remarks);
        if fails {
            print(&chart);
        }
        write(&chart);
    }
}

/// Prints the lines, the timeline and the verdict to the standard error of the test.
fn print(chart: &Chart) {
    // One call of `eprint!` for all of it: lines of other tests must not come in between.
    let mut text = format!("\n“{}” did this before its test failed:\n", chart.title);
    for line in &chart.lines {
        let _ = writeln!(text, "{line:#}");
    }
    let _ = writeln!(text, "\n{}", chart.to_text(OPTIONS));
    // The verdict stands below the picture, too, broken into lines. Here, at the end, it is whole.
    if let Some(verdict) = &chart.verdict {
        let _ = writeln!(text, "{verdict}");
    }
    eprint!("{text}");
}

/// Writes the picture, the data and the page to the folder that the variable `TIMELINE` names, and
/// makes that folder if it is not there. Does nothing if the variable is not set. An error is
/// printed, and the test goes on.
pub(crate) fn write(chart: &Chart) {
    let Some(folder) = std::env::var_os("TIMELINE") else { return };
    let folder = Path::new(&folder);
    let name = file_name(&chart.title);
    let svg = to_svg(std::slice::from_ref(chart), SvgOptions::default());
    let json = to_json(std::slice::from_ref(chart));
    let page = to_page(&chart.title, std::slice::from_ref(chart));
    for (ending, content) in [("svg", svg), ("json", json), ("html", page)] {
        let file = folder.join(format!("{name}.{ending}"));
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, content));
        // Not a panic: in a `drop` that runs because of a panic it would end the process.
        if let Err(error) = written {
            eprintln!("TIMELINE: cannot write {}: {error}", file.display());
        }
    }
}

/// The name of the test that runs on this thread, or else the title. All characters but letters,
/// digits, `_` and `-` become `_`, and no name is given twice in a process.
fn file_name(title: &str) -> String {
    /// The names that were given. Tests run in parallel, and a test can make many recordings.
    static USED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let thread = std::thread::current();
    let source = match thread.name() {
        // The harness runs tests on `main` if it was told to use one thread.
        None | Some("main") => title,
        Some(test) => test,
    };
    let mut name = String::new();
    for character in source.chars() {
        // A thread of a test is named `module::test`, and Windows allows no `:` in the name of a
        // file.
        let harmless = character.is_alphanumeric() || character == '_' || character == '-';
        name.push(if harmless { character } else { '_' });
    }
    let mut used = USED.lock().unwrap_or_else(PoisonError::into_inner);
    let mut unused = name.clone();
    let mut nth = 1;
    while !used.insert(unused.clone()) {
        nth += 1;
        unused = format!("{name}-{nth}");
    }
    unused
}
