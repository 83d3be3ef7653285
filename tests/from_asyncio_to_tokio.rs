//! The page "From asyncio to tokio": it has every name, and its links to the examples, which
//! rustdoc cannot check, lead to all of them.
use std::{collections::BTreeSet, fs, path::Path, process::Command};

const PAGE: &str = "src/from_asyncio_to_tokio.md";
/// Written from the manifest by a test in `tests/house`.
const LINKS: &str = "src/examples.md";

/// From the folder in which `cargo doc` puts the page.
const ROOT: &str = "../../../../";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The lines of the page, and of the links to the examples that stand below it.
fn page() -> Vec<String> {
    let mut lines = vec![];
    for path in [PAGE, LINKS] {
        let text = fs::read_to_string(root().join(path)).expect("the page");
        lines.extend(text.lines().map(|line| line.trim().to_owned()));
    }
    lines
}

/// The rows of its table: what is in Python, what in Rust, the difference, the examples. Without
/// its head, and without the rows that only have a heading.
fn rows() -> Vec<[String; 4]> {
    let row = |line: &String| -> [String; 4] {
        let cells: Vec<String> =
            line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        cells.try_into().unwrap_or_else(|cells| panic!("not four cells: {cells:?}"))
    };
    let table = page().into_iter().filter(|line| line.starts_with('|')).skip(2);
    table.filter(|line| !line.starts_with("| **")).map(|line| row(&line)).collect()
}

/// Where the names of examples lead: `[name]: …/examples/TOPIC/NAME.rs`.
fn examples() -> Vec<(String, String)> {
    let definitions = page().into_iter().filter_map(|line| {
        let (name, target) = line.strip_prefix('[')?.split_once("]: ")?;
        let path = target.strip_prefix(ROOT)?;
        Some((name.to_owned(), path.to_owned()))
    });
    definitions.collect()
}

#[test]
fn every_linked_example_exists_and_is_called_so() {
    let examples = examples();
    assert!(!examples.is_empty());
    for (name, path) in examples {
        assert!(path.ends_with(&format!("/{name}.rs")), "[{name}] leads to {path}");
        assert!(root().join(&path).exists(), "the page links to {path}, which is not there");
    }
}

/// Not each in a row: what shows the same as another example has its place in the list below.
#[test]
fn the_page_names_every_example() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let paths = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"examples/")?.strip_suffix('"'));
    let examples = examples();
    let page = page().join(" ");
    for path in paths.map(|path| format!("examples/{path}")) {
        let (name, _) = examples
            .iter()
            .find(|(_, linked)| *linked == path)
            .unwrap_or_else(|| panic!("the page does not link to {path}"));
        let names = page.matches(&format!("[{name}]")).count();
        assert!(names >= 2, "nothing but a definition of its link names {name}");
    }
}

#[test]
fn every_row_has_an_example_or_code() {
    let page = page();
    let headings: BTreeSet<String> = page
        .iter()
        .filter_map(|line| line.strip_prefix("# "))
        .map(|heading| heading.to_lowercase().replace(',', "").replace(' ', "-"))
        .collect();
    let names: BTreeSet<String> = examples().into_iter().map(|(name, _)| name).collect();
    for [python, rust, difference, shown] in rows() {
        assert!(
            !rust.is_empty() && !difference.is_empty() && !shown.is_empty(),
            "something is missing for {python}"
        );
        for link in shown.split(", ") {
            let known = match link.strip_prefix("[code](#").and_then(|link| link.strip_suffix(')'))
            {
                Some(heading) => headings.contains(heading),
                // What has its own target is checked by rustdoc.
                None => link.contains("](crate::") || names.contains(link.trim_matches(['[', ']'])),
            };
            assert!(known, "{python}: {link} leads nowhere");
        }
    }
    for link in page.iter().flat_map(|line| line.split("](#").skip(1)) {
        let heading = link.split(')').next().unwrap_or_default();
        assert!(headings.contains(heading), "there is no section {heading}");
    }
}

/// Words of code in a text: what could be a name of Python's.
fn words(text: &str) -> BTreeSet<&str> {
    let mut words = BTreeSet::new();
    for word in text.split(|letter: char| !(letter.is_alphanumeric() || "_.".contains(letter))) {
        words.insert(word.trim_start_matches("asyncio."));
    }
    words
}

#[test]
fn every_public_name_of_asyncio_has_its_row_or_is_not_missed() {
    let names = include_str!("asyncio_all.txt");
    let page = fs::read_to_string(root().join(PAGE)).expect("the page");
    let (_, not_missed) = page.split_once("Not missed here").expect("the list");
    let (not_missed, _) = not_missed.split_once("\n\n").expect("the end of the list");
    let not_missed = words(not_missed);
    let first_column: Vec<String> = rows().into_iter().map(|[python, ..]| python).collect();
    let first_column = first_column.join(" ");
    let rows = words(&first_column);
    for name in names.lines().filter(|line| !line.starts_with('#')) {
        let missing =
            format!("{name} has neither a row nor a place among those that are not missed");
        assert!(rows.contains(name) != not_missed.contains(name), "{missing}");
    }
    for name in not_missed.iter().filter(|name| name.contains("Policy") || name.contains("_")) {
        assert!(names.lines().any(|line| line == *name), "{name} is no name of asyncio");
    }
}

#[test]
fn names_from_around_asyncio_have_their_row() {
    let names = "def yield async await sleep call_soon run_forever stop close run_until_complete \
        call_later call_at time call_soon_threadsafe Handle.cancel set_exception_handler \
        set_result set_exception add_done_callback Task.cancel return_exceptions __anext__ aclose \
        __aexit__ session.transaction put get Queue.join task_done run_in_executor \
        ThreadPoolExecutor ProcessPoolExecutor threads connection_made data_received eof_received \
        connection_lost create_connection create_server create_datagram_endpoint pause_writing \
        resume_writing drain write_eof contextvars add_signal_handler debug \
        slow_callback_duration never ResourceWarning IsolatedAsyncioTestCase pytest aiohttp httpx \
        aiofiles logging.getLogger functools.cache set_default_executor add_reader";
    let first_column: Vec<String> = rows().into_iter().map(|[python, ..]| python).collect();
    let first_column = first_column.join(" ");
    let rows = words(&first_column);
    for name in names.split_whitespace() {
        assert!(rows.contains(name), "no row has {name} in its first column");
    }
}

/// Which tests run the difference of which row: see there.
const HELD: &str = include_str!("differences.txt");

/// How a row begins, and the tests that run its difference.
fn held() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut held: Vec<(&str, Vec<&str>)> = vec![];
    for line in HELD.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("    ") {
            None => held.push((line, vec![])),
            Some(test) => held.last_mut().expect("a row").1.push(test),
        }
    }
    held
}

/// Whether there is such a test.
fn exists(test: &str) -> bool {
    let (place, name) = test.split_once("::").expect("a place and a name");
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap_or_default();
    match place {
        "python" => read("tests/differences.py").contains(&format!("\ndef {name}():")),
        "twin" => {
            let twin = format!("/{name}.rs");
            read("Cargo.toml").lines().any(|line| line.ends_with(&format!("{twin}\"")))
        }
        "code" => {
            let mut headings = page().into_iter().filter(|line| line.starts_with("# "));
            headings.any(|line| line[2..].to_lowercase().replace(',', "").replace(' ', "-") == name)
        }
        topic => read(&format!("tests/examples/{topic}.rs")).contains(&format!("fn {name}()")),
    }
}

#[test]
fn the_difference_of_each_row_that_is_not_marked_is_run_by_tests() {
    let mut used = BTreeSet::new();
    for [python, rust, ..] in rows() {
        let line = format!("{python} | {rust}");
        let of_this_row: Vec<_> =
            held().into_iter().filter(|(begin, _)| line.starts_with(begin)).collect();
        let expected = usize::from(!python.ends_with('°'));
        assert_eq!(of_this_row.len(), expected, "{python}: {of_this_row:?}");
        for (begin, tests) in of_this_row {
            used.insert(begin);
            assert!(!tests.is_empty(), "{python}");
            for test in tests {
                assert!(exists(test), "{python}: there is no test {test}");
            }
        }
    }
    assert_eq!(used.len(), held().len(), "a row that is not there any more has tests here");
}

#[test]
#[ignore = "needs python3 (3.11 or later)"]
fn what_the_page_says_of_asyncio_is_so() {
    let mut python = Command::new("python3");
    python.arg(root().join("tests/differences.py")).env("PYTHONDONTWRITEBYTECODE", "1");
    let run = python.output().expect("python3 is installed");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let checked = String::from_utf8(run.stdout).expect("names").lines().count();
    assert!(checked >= 14, "only {checked} were checked");
}

/// A row is marked if no test runs its difference.
#[test]
fn at_most_one_row_in_five_is_not_tested() {
    let rows = rows();
    let marked = rows.iter().filter(|row| row[0].ends_with('°')).count();
    assert!(marked * 5 <= rows.len(), "{marked} of {} rows are marked", rows.len());
}
