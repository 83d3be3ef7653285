//! What the README says of the tests is true: each threat has tests in the files that its row
//! links to, and each test has a row that links to its file.
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn every_threat_of_the_table_has_tests_where_it_says_and_every_test_is_in_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = BTreeSet::new();
    for entry in fs::read_dir(folder.join("tests/threats")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_str().expect("ASCII").to_owned();
        let text = fs::read_to_string(&path).expect("a file");
        for test in text.split("fn threat_").skip(1) {
            let number: String = test.chars().take_while(char::is_ascii_digit).collect();
            if !number.is_empty() {
                tests.insert((number, format!("tests/threats/{name}")));
            }
        }
    }
    let readme = fs::read_to_string(folder.join("README.md")).expect("the README");
    let mut rows = BTreeSet::new();
    for row in readme.lines().filter(|line| line.starts_with("| ")) {
        let number: String = row[2..].chars().take_while(char::is_ascii_digit).collect();
        for link in row.split("](").skip(1).map(|rest| rest.split(')').next().expect("its end")) {
            if !number.is_empty() && link.starts_with("tests/threats/") {
                rows.insert((number.clone(), link.to_owned()));
            }
        }
    }
    assert_eq!(rows, tests, "the table in the README, and the tests");
}
