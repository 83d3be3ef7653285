//! `changed` waits until there is a value that has not been seen, and gives an error when the
//! sender is gone. What came between is skipped: that is what `watch` is for.
use async_concepts::{LaneExt, say};
use tokio::{join, sync::watch, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((120, "sensor display"));

async fn sensor(send: watch::Sender<u32>) {
    for value in 1..=3 {
        send.send(given(value)).expect("the display is there");
        sleep(ms(10)).await;
    }
}

async fn display(mut values: watch::Receiver<u32>) -> Vec<u32> {
    let mut shown = vec![];
    while values.changed().await.is_ok() {
        let value = *values.borrow_and_update();
        shown.push(value);
        say!("shows {value}");
        sleep(ms(60)).await;
    }
    shown
}

async fn program() -> Vec<u32> {
    let (send, values) = watch::channel(0);
    join!(biased; sensor(send).lane("sensor"), display(values).lane("display")).1
}

fn main() {
    workshop::show("latest_value", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_display_shows_what_is_new_and_ends_with_the_sensor() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(
                "a value was shown that had been shown already: it did not wait for a new one",
                |run| run.output() == Some(&vec![1, 3, 3]),
            )
            .mistake("the last value was never shown", |run| {
                run.output().is_some_and(|shown| !shown.contains(&3))
            })
            .mistake("values were kept in a queue, and the display is late", |run| {
                run.output() == Some(&vec![1, 2, 3])
            })
            .takes(120)
            .says(&["0.000 display shows 1", "0.060 display shows 3"])
            .returns(vec![1, 3])
            .verdict();
        workshop::scenario("a value comes every 100 ms")
            .time(10, 100)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(300)
            .returns(vec![1, 2, 3])
            .verdict();
        workshop::scenario("the last value is 9")
            .value(3_u32, 9)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(120)
            .returns(vec![1, 9])
            .verdict();
        workshop::scenario("the last value is 0")
            .value(3_u32, 0)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("a new value was only shown if it was larger than the one before", |run| {
                run.output() == Some(&vec![1])
            })
            .takes(120)
            .returns(vec![1, 0])
            .verdict();
    }

    #[test]
    fn the_last_value_is_shown_in_every_schedule() {
        workshop::scenario("the display is ready at the time at which a value comes")
            .time(60, 20)
            .every_schedule(program)
            .predicted(PREDICTION)
            .holds("no value is shown twice, and the last one is shown", |run| {
                run.outcome
                    .as_ref()
                    .is_ok_and(|shown| shown.last() == Some(&3) && shown.is_sorted_by(|a, b| a < b))
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/latest_value.rs"]
mod then_try;
