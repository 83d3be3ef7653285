//! How the sources are written, counted. What counts: see `STYLE` below. A number may only fall.
use super::{read, root, sources};
use std::path::Path;

/// What a room may have, per 1,000 lines of code: chains of combinators, and `let`s of tuples; and
/// how many lines over 100 columns in all; and which share of its lines, in percent, are comments
/// at least. Where a number is worse than 8, 1, 0 and 25, it is what is left to do.
struct Room {
    path: &'static str,
    combinators: usize,
    tuple_lets: usize,
    long_lines: usize,
    comments: usize,
}

const STYLE: &[Room] = &[
    Room { path: "src/stage", combinators: 8, tuple_lets: 1, long_lines: 0, comments: 15 },
    Room { path: "src/context", combinators: 8, tuple_lets: 1, long_lines: 0, comments: 33 },
    Room { path: "src/protocol", combinators: 10, tuple_lets: 5, long_lines: 0, comments: 33 },
    Room { path: "examples", combinators: 8, tuple_lets: 4, long_lines: 0, comments: 20 },
];

/// Examples that are longer than 150 lines, and how long they are.
const LONG_EXAMPLES: &[(&str, usize)] = &[
    ("four_ways", 219),
    ("transaction", 169),
    ("process_pool", 229),
    ("flow_control", 158),
    ("http", 277),
];

/// What one of these sentences says can be said plainly.
const RIDDLES: &[&str] = &[
    "how-manieth",
    "call off",
    "called off",
    "whoever",
    "nobody",
    "somebody",
    "everybody",
    "no other than",
    "if so.",
    "if so,",
];

/// Files in plain English, below these paths.
const PLAIN: &[&str] =
    &["examples", "src/stage", "src/context", "src/protocol", "README.md", "CONTRIBUTING.md"];

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
    long_lines: Vec<String>,
}

fn count(path: &str) -> Counts {
    let mut counts = Counts::default();
    let mut files = vec![];
    if root().join(path).is_dir() {
        files = sources(&root().join(path));
    }
    files.extend(Some(root().join(path).with_extension("rs")).filter(|file| file.exists()));
    for file in files {
        let text = read(file.to_str().expect("a path in Unicode"));
        for (number, line) in text.lines().enumerate() {
            if line.chars().count() > 100 {
                counts.long_lines.push(format!("{}:{}", file.display(), number + 1));
            }
            let line = line.trim();
            if line.starts_with("//") {
                counts.comments += 1;
            } else if !line.is_empty() {
                counts.code += 1;
                let chained: usize =
                    COMBINATORS.iter().map(|name| line.matches(name).count()).sum();
                counts.combinators += chained;
                let tuple = line.starts_with("let (") && line.contains(") = (");
                counts.tuple_lets += usize::from(tuple);
            }
        }
    }
    assert!(counts.code > 0, "there is no code in {path}");
    counts
}

#[test]
fn statements_are_plain_and_lines_are_short() {
    for room in STYLE {
        let counts = count(room.path);
        let rate = |number: usize| (number * 1000).div_ceil(counts.code);
        let share = counts.comments * 100 / (counts.comments + counts.code);
        let Room { path, combinators, tuple_lets, long_lines, comments } = room;
        assert!(
            rate(counts.combinators) <= *combinators,
            "{path}: {} combinators",
            counts.combinators
        );
        assert!(rate(counts.tuple_lets) <= *tuple_lets, "{path}: {} tuple-lets", counts.tuple_lets);
        assert!(counts.long_lines.len() <= *long_lines, "too long: {:?}", counts.long_lines);
        assert!(share >= *comments, "{path}: {share} % of the lines are comments");
    }
}

#[test]
fn an_example_has_at_most_150_lines() {
    for example in super::examples() {
        let lines = example.source.lines().count();
        let known = LONG_EXAMPLES.iter().find(|(name, _)| *name == example.name);
        let limit = known.map_or(150, |(_, limit)| *limit);
        assert!(lines <= limit, "{} has {lines} lines", example.path);
        assert!(known.is_none() || lines > 150, "{} is short now: unlist it", example.name);
    }
}

#[test]
fn sentences_have_subjects_that_exist() {
    for path in PLAIN {
        let mut files = vec![];
        let place = root().join(path);
        if place.is_dir() {
            files.extend(sources(&place));
        }
        let alone = if place.extension().is_some() { place } else { place.with_extension("rs") };
        if alone.exists() {
            files.push(alone);
        }
        for file in files {
            check(&file);
            let twin = file.with_extension("py");
            if twin.exists() {
                check(&twin);
            }
        }
    }
}

fn check(file: &Path) {
    let text = read(file.to_str().expect("a path in Unicode"));
    for (number, line) in text.lines().enumerate() {
        for riddle in RIDDLES {
            let found = line.to_lowercase().contains(riddle);
            assert!(!found, "{}:{}: “{riddle}” in: {line}", file.display(), number + 1);
        }
    }
}
