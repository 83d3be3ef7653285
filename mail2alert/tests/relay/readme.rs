//! What the README says of the tests is true.
use std::path::Path;

const README: &str = include_str!("../../README.md");
const TESTS: [&str; 3] =
    [include_str!("threats.rs"), include_str!("../process.rs"), include_str!("original.rs")];

#[test]
fn every_threat_of_the_table_has_tests_and_every_test_is_in_the_table() {
    let numbers: Vec<&str> = TESTS
        .iter()
        .flat_map(|tests| tests.split("async fn threat_").skip(1))
        .map(|test| test.split('_').next().expect("a number"))
        .collect();
    for number in 14..=26 {
        let number = number.to_string();
        let is_ours =
            matches!(&*number, "14" | "15" | "16" | "17" | "18" | "19" | "20" | "21" | "22" | "26");
        assert_eq!(numbers.contains(&&*number), is_ours, "threat {number} has no test");
        let row = format!("| {number} | ");
        let rows = README
            .lines()
            .filter(|line| line.starts_with(&row) && line.contains("tests/relay/threats.rs"))
            .count();
        assert_eq!(rows, usize::from(is_ours), "threat {number} in the README");
    }
}

#[test]
fn every_link_to_these_tests_and_sources_leads_somewhere() {
    let links = README.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for link in links.filter(|link| !link.starts_with("https://")) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(link);
        assert!(path.exists(), "README.md links to {link}, which is not there");
    }
}
