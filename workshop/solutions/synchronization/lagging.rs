//! `recv` has two errors. `Lagged` says how many messages are lost, and the next `recv` goes on
//! with the oldest that is kept; only `Closed` is the end.
use async_concepts::{LaneExt, say};
use tokio::{join, sync::broadcast, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((20, "news reader"));

async fn news(send: broadcast::Sender<u32>) {
    for number in 1..=given(5) {
        send.send(number).expect("a reader is there");
    }
}

/// What was read, and how many messages were missed.
async fn reader(mut messages: broadcast::Receiver<u32>) -> (Vec<u32>, u64) {
    let mut read = vec![];
    let mut missed = 0;
    loop {
        match messages.recv().await {
            Ok(number) => {
                sleep(ms(10)).await;
                say!("reads {number}");
                read.push(number);
            }
            Err(broadcast::error::RecvError::Lagged(number)) => missed += number,
            Err(broadcast::error::RecvError::Closed) => break,
        }
    }
    (read, missed)
}

async fn program() -> (Vec<u32>, u64) {
    let (send, messages) = broadcast::channel(2);
    join!(biased; news(send).lane("news"), reader(messages).lane("reader")).1
}

fn main() {
    workshop::show("lagging", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_is_late_goes_on_and_knows_what_it_missed() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("nothing was read after `Lagged`: what the channel had kept was lost", |run| {
                run.output().is_some_and(|(read, _)| read.is_empty())
            })
            .mistake("the messages that were missed were not counted", |run| {
                run.output().is_some_and(|(read, missed)| read.len() == 2 && *missed != 3)
            })
            .takes(20)
            .says(&["0.010 reader reads 4", "0.020 reader reads 5"])
            .returns((vec![4, 5], 3))
            .verdict();
        workshop::scenario("two messages come")
            .value(5_u32, 2)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(20)
            .returns((vec![1, 2], 0))
            .verdict();
        workshop::scenario("no message comes")
            .value(5_u32, 0)
            .attempt(program)
            .predicted(PREDICTION)
            .blocks("it does not end when the sender has gone", |_| true)
            .takes(0)
            .returns((vec![], 0))
            .verdict();
        workshop::scenario("nine messages come")
            .value(5_u32, 9)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("not as many were counted as were missed", |run| {
                run.output().is_some_and(|(_, missed)| *missed != 7)
            })
            .takes(20)
            .returns((vec![8, 9], 7))
            .verdict();
    }

    #[test]
    fn each_message_is_read_or_counted_in_every_schedule() {
        workshop::every_schedule(program)
            .predicted(PREDICTION)
            .holds(
                "what was read and what was missed is all there was",
                |run| matches!(&run.outcome, Ok((read, missed)) if read.len() as u64 + missed == 5),
            )
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/lagging.rs"]
mod then_try;
