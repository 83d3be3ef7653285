//! `reserve` waits for room, and owns nothing: if it is dropped, no message is. What it gives sends
//! without waiting.
use async_concepts::{LaneExt, say};
use tokio::{
    join,
    sync::mpsc,
    time::{sleep, timeout},
};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((150, "producer consumer"));

async fn producer(send: mpsc::Sender<u32>) {
    for number in 1..=3 {
        let room = loop {
            match timeout(ms(30), send.reserve()).await {
                Ok(room) => break room.expect("the consumer is there"),
                Err(_) => say!("no room"),
            }
        };
        room.send(number);
    }
}

async fn consumer(mut messages: mpsc::Receiver<u32>) -> Vec<u32> {
    let mut got = vec![];
    while let Some(number) = messages.recv().await {
        sleep(ms(50)).await;
        got.push(number);
    }
    got
}

async fn program() -> Vec<u32> {
    let (send, messages) = mpsc::channel(1);
    join!(biased; producer(send).lane("producer"), consumer(messages).lane("consumer")).1
}

fn main() {
    workshop::show("lost_message", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_is_lost_when_there_is_no_room() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("a message was lost with the future that should have sent it", |run| {
                run.output().is_some_and(|got| got.len() < 3)
            })
            .mistake("it did not say that there was no room", |run| !run.said("no room"))
            .takes(150)
            .says(&["0.030 producer no room"])
            .returns(vec![1, 2, 3])
            .verdict();
        workshop::scenario("the consumer takes 10 ms")
            .time(50, 10)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("it said that there was no room, and there was", |run| run.said("no room"))
            .takes(30)
            .says(&[])
            .returns(vec![1, 2, 3])
            .verdict();
        workshop::scenario("the consumer takes 100 ms")
            .time(50, 100)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(300)
            .says(&["0.030 producer no room", "0.060 producer no room", "0.090 producer no room"])
            .returns(vec![1, 2, 3])
            .verdict();
    }

    #[test]
    fn no_message_is_lost_in_any_schedule() {
        workshop::scenario("there is room at the time at which the producer gives up")
            .time(50, 30)
            .every_schedule(program)
            .predicted(PREDICTION)
            .holds("all three messages come, in order", |run| {
                run.outcome.as_ref().is_ok_and(|got| *got == [1, 2, 3])
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/lost_message.rs"]
mod then_try;
