//! How the sources are written, counted: what a reader meets in any file of any package.
use super::{read, root};
use std::path::{Path, PathBuf};

/// A folder below which code is counted: see the constants below for what is allowed in each.
struct Room {
    path: &'static str,
    /// At least this many of a hundred lines are comments.
    comments: usize,
}

const COMBINATORS_PER_1000: usize = 8;
const TUPLE_LETS_PER_1000: usize = 1;

/// The event loop's core has a count of its own: see `core`.
const ROOMS: &[Room] = &[
    Room { path: "src", comments: 25 },
    Room { path: "src/event_loop", comments: 25 },
    Room { path: "src/timeline", comments: 25 },
    Room { path: "src/schedules", comments: 25 },
    Room { path: "src/stage", comments: 20 },
    Room { path: "src/context", comments: 33 },
    Room { path: "src/protocol", comments: 33 },
    Room { path: "examples", comments: 20 },
    Room { path: "slides/src", comments: 12 },
    Room { path: "mail/src", comments: 20 },
    Room { path: "mail2alert/src", comments: 12 },
    Room { path: "workshop/src", comments: 19 },
];

/// Lines over 100 columns that are left. Three starters keep a line that learners change as it has
/// always been: answers of theirs that are written down as edits quote it whole.
const LONG_LINES: &[(&str, usize)] = &[
    ("workshop/exercises/iteration/hungry_loop.rs", 1),
    ("workshop/exercises/synchronization/narrow_lock.rs", 1),
    ("workshop/exercises/synchronization/philosophers.rs", 1),
];

/// What one of these words says can be said plainly: name the caller, the peer, the task, "you".
const RIDDLES: &[&str] = &[
    "how-manieth",
    "call off",
    "called off",
    "whoever",
    "nobody",
    "somebody",
    "everybody",
    "anybody",
    "waits since",
    "no other than",
    "if so.",
    "if so,",
    // Where it stands for a number: “this many”, or “at most this many”. See `riddles_in`.
    "so many",
];

/// Where such words are left, and how many lines have one. This file names them; and starters keep
/// their lines, as above, and with them the solutions and answers that repeat the starter's.
const RIDDLES_LEFT: &[(&str, usize)] = &[
    ("workshop/exercises/", 4),
    ("workshop/solutions/", 2),
    ("workshop/right/race/", 3),
    ("workshop/wrong/race/", 4),
    ("tests/house/style.rs", 16),
];

/// Names that this code had before it took those of tokio, asyncio and trio. They stay away.
const FORMER_NAMES: &[&str] = &[
    "open_letters",
    "collect_mail",
    "take_letter",
    "Ringer",
    "has_rung",
    "StandIn",
    "whose_waker",
    "begin_turn",
    "give_turns",
    "rehears",
    "patience",
    "PATIENCE",
    "fates",
    "Desk",
    "Crew",
];

/// Where, besides those folders, such a name would be met.
const NAMED_ELSEWHERE: &[&str] = &[
    "tests",
    "benches",
    "hooked-waker",
    "mail",
    "mail2alert",
    "slides",
    "workshop/checks",
    "workshop/exercises",
    "workshop/solutions",
];

const COMBINATORS: &[&str] = &[
    ".then(",
    ".then_some(",
    ".map_or(",
    ".map_or_else(",
    ".filter(",
    ".filter_map(",
    ".and_then(",
    ".or_else(",
    ".is_some_and(",
    ".is_none_or(",
];

#[derive(Default)]
struct Counts {
    code: usize,
    comments: usize,
    combinators: usize,
    tuple_lets: usize,
}

impl Counts {
    fn of(files: &[PathBuf]) -> Self {
        let mut counts = Counts::default();
        for file in files {
            counts.add(&text(file));
        }
        counts
    }

    fn add(&mut self, text: &str) {
        let mut code = String::new();
        for line in text.lines() {
            let line = line.trim();
            if line.starts_with("//") {
                self.comments += 1;
            } else if !line.is_empty() {
                self.code += 1;
                code += line;
                code.push(' ');
            }
        }
        for name in COMBINATORS {
            self.combinators += code.matches(name).count();
        }
        self.tuple_lets += tuple_lets(&code);
    }

    /// How many that are per 1,000 lines of code, rounded up.
    fn rate(&self, number: usize) -> usize {
        (number * 1000).div_ceil(self.code)
    }

    /// The comments' share of all lines that are not empty, in percent.
    fn share(&self) -> usize {
        self.comments * 100 / (self.comments + self.code)
    }
}

/// How often code takes apart a tuple that it has just made: `let (a, b) = (x, y)`, also behind
/// `if` and on several lines.
fn tuple_lets(code: &str) -> usize {
    let mut found = 0;
    for (place, begin) in code.match_indices("let (") {
        let pattern = &code[place + begin.len()..];
        let mut open = 1;
        let end = pattern.find(|sign| {
            match sign {
                '(' => open += 1,
                ')' => open -= 1,
                _ => {}
            }
            open == 0
        });
        let mut behind = pattern[end.expect("a pattern ends") + 1..].split_whitespace();
        let assigned = behind.next() == Some("=");
        if assigned && behind.next().is_some_and(|value| value.starts_with('(')) {
            found += 1;
        }
    }
    found
}

fn text(file: &Path) -> String {
    read(file.to_str().expect("a path in Unicode"))
}

/// Files below `path` that are no build products, with one of these endings; and `path.rs`.
pub fn files(path: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut open = vec![root().join(path)];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with(".git") {
                open.push(path);
            } else if endings.contains(&ending.as_str()) {
                found.push(path);
            }
        }
    }
    let beside = root().join(path).with_extension("rs");
    if beside.exists() && endings.contains(&"rs") {
        found.push(beside);
    }
    assert!(!found.is_empty(), "there is nothing in {path}");
    found.sort();
    found
}

/// The path from the repository's root, with `/` on every system.
pub fn relative(file: &Path) -> String {
    let path = file.strip_prefix(root()).expect("a file of the repository");
    path.to_string_lossy().replace('\\', "/")
}

#[test]
fn statements_are_plain_and_comments_say_enough() {
    for Room { path, comments } in ROOMS {
        let counts = Counts::of(&files(path, &["rs"]));
        let chained = counts.rate(counts.combinators);
        assert!(chained <= COMBINATORS_PER_1000, "{path}: {chained} combinators per 1,000 lines");
        let paired = counts.rate(counts.tuple_lets);
        assert!(paired <= TUPLE_LETS_PER_1000, "{path}: {paired} tuple-lets per 1,000 lines");
        let share = counts.share();
        assert!(share >= *comments, "{path}: {share} % of the lines are comments");
    }
}

#[test]
fn a_let_of_a_tuple_would_be_found() {
    let taken_apart = [
        "let (a, b) = (1, 2);",
        "let (a, b) = ( one(), two(), );",
        "if let (Some((a, _)), true) = (a, b) { }",
        "while let (Some(a), Some(b)) = (a.next(), b.next()) { }",
    ];
    for code in taken_apart {
        assert_eq!(tuple_lets(code), 1, "{code}");
    }
    for code in ["let (a, b) = pair();", "let pair = (1, 2);", "let (a, b) = pair; (a, b)"] {
        assert_eq!(tuple_lets(code), 0, "{code}");
    }
}

#[test]
fn no_line_of_rust_of_a_twin_or_of_a_page_has_more_than_100_columns() {
    let mut found = vec![];
    let mut sources = files("", &["rs", "js", "css"]);
    for twins in ["examples", "tests/twins", "tests/mutations"] {
        sources.extend(files(twins, &["py"]));
    }
    for file in sources {
        for (number, line) in text(&file).lines().enumerate() {
            let columns = line.chars().count();
            if columns > 100 {
                found.push(format!("{}:{}: {columns} columns", relative(&file), number + 1));
            }
        }
    }
    only_what_is_left(&found, LONG_LINES);
}

#[test]
fn an_example_has_at_most_150_lines() {
    for example in super::examples() {
        let lines = example.source.lines().count();
        assert!(lines <= 150, "{} has {lines} lines, and 150 are allowed", example.path);
    }
}

#[test]
fn sentences_have_subjects_that_exist() {
    let mut found = vec![];
    for file in files("", &["rs", "md", "py", "js", "html", "css", "toml", "yml"]) {
        for (number, line) in text(&file).lines().enumerate() {
            for riddle in riddles_in(line) {
                let line = line.trim();
                let number = number + 1;
                found.push(format!("{}:{number}: “{riddle}” in: {line}", relative(&file)));
            }
        }
    }
    only_what_is_left(&found, RIDDLES_LEFT);
}

fn riddles_in(line: &str) -> Vec<&'static str> {
    // “So many that …” is plain: what follows says how many.
    let lower = line.to_lowercase().replace("so many that", "");
    RIDDLES.iter().copied().filter(|riddle| lower.contains(riddle)).collect()
}

#[test]
fn a_riddle_would_be_found() {
    assert_eq!(riddles_in("/// So many bytes are read, if so."), ["if so.", "so many"]);
    assert_eq!(riddles_in("/// There are so many that trying all takes hours."), [""; 0]);
}

#[test]
fn names_are_those_of_the_field() {
    let mut folders = NAMED_ELSEWHERE.to_vec();
    for room in ROOMS {
        folders.push(room.path);
    }
    for folder in folders {
        for file in files(folder, &["rs", "py"]) {
            let place = relative(&file);
            if place == "tests/house/style.rs" {
                continue; // it lists them
            }
            let text = text(&file);
            for name in FORMER_NAMES {
                assert!(!text.contains(name), "{place} has the name {name}");
            }
        }
    }
}

/// Each folder has at most as many of these as are left in it, and no other folder has one.
fn only_what_is_left(found: &[String], left: &[(&str, usize)]) {
    let mut too_many = vec![];
    for (folder, limit) in left {
        let here: Vec<&String> = found.iter().filter(|place| place.starts_with(folder)).collect();
        if here.len() > *limit {
            too_many.push(format!("{folder} has {}, {limit} were left", here.len()));
            too_many.extend(here.into_iter().cloned());
        }
    }
    for place in found {
        if !left.iter().any(|(folder, _)| place.starts_with(folder)) {
            too_many.push(place.clone());
        }
    }
    assert!(too_many.is_empty(), "{}", too_many.join("\n"));
}
