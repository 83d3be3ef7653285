//! The page "From asyncio to tokio": it has every name, and its links to the examples, which
//! rustdoc cannot check, lead to all of them.
use std::{collections::BTreeSet, fs, path::Path};

const PAGE: &str = "src/from_asyncio_to_tokio.rs";

/// From the folder in which `cargo doc` puts the page.
const ROOT: &str = "../../../../";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The lines of the page.
fn page() -> Vec<String> {
    let source = fs::read_to_string(root().join(PAGE)).expect("the page");
    let lines = source.lines().filter_map(|line| line.strip_prefix("//!"));
    lines.map(|line| line.trim().to_owned()).collect()
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

#[test]
fn every_example_has_its_row() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let paths = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"examples/")?.strip_suffix('"'));
    let examples = examples();
    let rows = rows();
    for path in paths.map(|path| format!("examples/{path}")) {
        let (name, _) = examples
            .iter()
            .find(|(_, linked)| *linked == path)
            .unwrap_or_else(|| panic!("the page does not link to {path}"));
        assert!(
            rows.iter().any(|row| row[3].contains(&format!("[{name}]"))),
            "no row shows the example {name}"
        );
    }
}

#[test]
fn every_row_has_an_example_or_code() {
    let page = page();
    let headings: BTreeSet<String> = page
        .iter()
        .filter_map(|line| line.strip_prefix("# "))
        .map(|heading| heading.to_lowercase().replace(' ', "-"))
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

#[test]
fn every_name_has_its_row() {
    let names = "def yield async def await yield from sleep run get_running_loop call_soon run_forever stop close \
        run_until_complete call_later call_at time call_soon_threadsafe Handle.cancel TimerHandle \
        set_exception_handler Future set_result set_exception add_done_callback Task create_task ensure_future \
        Task.cancel wait_for timeout shield gather return_exceptions as_completed wait TaskGroup async for __anext__ \
        aclose for async with __aexit__ session.transaction Lock Event Condition Semaphore Queue put get \
        Queue.join task_done Barrier run_in_executor to_thread ThreadPoolExecutor ProcessPoolExecutor threads \
        Protocol connection_made data_received eof_received connection_lost Transport create_connection \
        create_server create_datagram_endpoint SubprocessProtocol create_subprocess_exec open_connection \
        StreamReader StreamWriter streams pause_writing resume_writing drain write_eof contextvars add_signal_handler debug \
        slow_callback_duration never ResourceWarning";
    let python: Vec<String> = rows().into_iter().map(|[python, ..]| python).collect();
    let words: BTreeSet<&str> = python
        .iter()
        .flat_map(|cell| {
            cell.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '.'))
        })
        .map(|word| word.trim_start_matches("asyncio."))
        .collect();
    for name in names.split_whitespace() {
        assert!(words.contains(name), "no row has {name} in its first column");
    }
}
