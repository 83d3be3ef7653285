use super::*;

#[test]
fn what_failed_is_fetched_once_more() {
    workshop::attempt(report)
        .predicted(PREDICTION)
        .takes(500)
        .says(&[
            "0.100 A Err(\"no such page\")",
            "0.200 A Err(\"no such page\")",
            "0.500 B Ok(\"page B\")",
        ])
        .returns(vec![Err("no such page"), Ok("page B")])
        .verdict();
}
