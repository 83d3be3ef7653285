//! The mutations of `tests/mutations/list.toml` fit the examples as they are. Whether the tests see
//! them is said by `tests/mutations/apply.py`, which takes minutes.
use super::{examples, read};

/// What stands behind a key of one entry of the list: a literal string of one line or of several.
fn value<'t>(entry: &'t str, key: &str) -> Option<&'t str> {
    let (_, rest) = entry.split_once(&format!("\n{key} = '"))?;
    let (text, _) = match rest.strip_prefix("''\n") {
        Some(lines) => lines.split_once("'''")?,
        None => rest.split_once("'\n")?,
    };
    Some(text)
}

#[test]
fn two_mutations_or_more_of_each_example_have_their_place_and_their_test() {
    let list = read("tests/mutations/list.toml");
    let entries: Vec<&str> = list.split("\n[[").skip(1).collect();
    let mut wrong = vec![];
    for example in examples() {
        let tests = read(&format!("tests/examples/{}.rs", example.topic()));
        let start = format!("{}]]", example.name);
        let mut tested = 0;
        for entry in entries.iter().filter(|entry| entry.starts_with(&start)) {
            let name = value(entry, "name").expect("a mutation has a name");
            let old = value(entry, "old").expect("a mutation has the old text");
            let places = example.source.matches(old).count();
            if places != 1 {
                wrong.push(format!("{}, {name}: its text is at {places} places", example.path));
            }
            if let Some(test) = value(entry, "dies") {
                tested += 1;
                if !tests.contains(&format!("fn {test}(")) {
                    wrong.push(format!("{}, {name}: there is no test {test}", example.path));
                }
            }
        }
        if tested < 2 {
            wrong.push(format!("{}: {tested} mutations, and two are the least", example.path));
        }
    }
    assert!(wrong.is_empty(), "tests/mutations/list.toml\n{}", wrong.join("\n"));
}
