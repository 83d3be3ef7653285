//! The examples of the topic `gather`.
use async_concepts::record;
use std::time::Duration;

#[path = "../../examples/gather/gather.rs"]
#[expect(clippy::module_inception, reason = "the topic is named like its first example")]
pub mod gather;

#[test]
fn gather_takes_as_long_as_its_slowest_part() {
    let run = record("gather", gather::gather);
    assert_eq!(run.elapsed, Duration::from_secs(3));
    assert_eq!(run.output(), (2, 6, 24));
}

#[test]
fn gather_lets_its_parts_take_turns_in_the_order_in_which_their_sleeps_began() {
    assert_eq!(
        record("gather", gather::gather).transcript(),
        [
            "0.000 A compute factorial(2)",
            "0.000 B compute factorial(2)",
            "0.000 C compute factorial(2)",
            "1.000 A factorial(2) = 2",
            "1.000 B compute factorial(3)",
            "1.000 C compute factorial(3)",
            "2.000 B factorial(3) = 6",
            "2.000 C compute factorial(4)",
            "3.000 C factorial(4) = 24",
        ]
    );
}
