//! `select` polls both streams, in turn, and gives what is there. `chain` does not poll the second
//! one before the first has ended.
use async_concepts::say;
use async_stream::stream;
use futures::{Stream, StreamExt};
use std::pin::pin;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((300, ""));

fn sensor(name: &'static str, pause: u64, count: u32) -> impl Stream<Item = (&'static str, u32)> {
    stream! {
        for value in 1..=count {
            sleep(ms(pause)).await;
            yield (name, given(value));
        }
    }
}

async fn program() -> u32 {
    let (slow, quick) = (sensor("slow", 100, 3), sensor("quick", 70, 2));
    let mut values = pin!(futures::stream::select(slow, quick));
    let mut sum = 0;
    while let Some((name, value)) = values.next().await {
        say!("{name} {value}");
        sum += value;
    }
    sum
}

fn main() {
    workshop::show("merge", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_both_come_as_soon_as_they_are_there() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("the second sensor was only read when the first had ended", |run| {
                run.took(440)
            })
            .mistake("a value of one sensor had to wait for one of the other", |run| {
                run.said("0.100 main quick 1")
            })
            .mistake("values are missing", |run| run.output().is_some_and(|sum| *sum < 9))
            .takes(300)
            .says(&[
                "0.070 main quick 1",
                "0.100 main slow 1",
                "0.140 main quick 2",
                "0.200 main slow 2",
                "0.300 main slow 3",
            ])
            .returns(9)
            .verdict();
        workshop::scenario("the quick sensor takes 250 ms")
            .time(70, 250)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(500)
            .says(&[
                "0.100 main slow 1",
                "0.200 main slow 2",
                "0.250 main quick 1",
                "0.300 main slow 3",
                "0.500 main quick 2",
            ])
            .returns(9)
            .verdict();
        workshop::scenario("the third value is 30")
            .value(3_u32, 30)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(300)
            .returns(36)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/merge.rs"]
mod then_try;
