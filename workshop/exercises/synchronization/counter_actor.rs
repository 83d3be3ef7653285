//! Predict: two clients add 1 and 2 to a counter, which takes 30 ms for each. When does each of
//! them know the sum?
//!
//! An actor is a task that owns a value, and a channel to it. A question carries a `oneshot` on
//! which the answer comes back.
//!
//! See `examples/synchronization/queue.rs`, and the slide “First wait, then add”.
//!
//! Then try: let the actor say, when all clients have gone, how many questions it has answered: `2
//! answered`.
use async_concepts::{LaneExt, say};
use tokio::{
    join,
    sync::{mpsc, oneshot},
    time::sleep,
};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

struct Add {
    amount: u32,
    answer: oneshot::Sender<u32>,
}

async fn counter(mut questions: mpsc::Receiver<Add>) {
    let mut sum = 0;
    while let Some(Add { amount, answer }) = questions.recv().await {
        sleep(ms(30)).await;
        sum += given(amount);
        answer.send(sum).ok(); // the client may have gone
    }
}

/// Adds to the counter, and returns the sum after that.
async fn add(counter: mpsc::Sender<Add>, amount: u32) -> u32 {
    let (answer, sum) = oneshot::channel();
    counter.send(Add { amount, answer }).await.expect("the counter is there");
    // TODO: wait for the answer.
    drop(sum);
    amount
}

async fn program() -> (u32, u32) {
    let (send, questions) = mpsc::channel(8);
    let client = async |amount, send| {
        let sum = add(send, amount).await;
        say!("{sum}");
        sum
    };
    let ((), a, b) = join!(
        biased;
        counter(questions).lane("counter"),
        client(1, send.clone()).lane("A"),
        client(2, send).lane("B"),
    );
    (a, b)
}

fn main() {
    workshop::show("counter_actor", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_gets_the_sum_after_its_own_question() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("the client did not wait for the answer", |run| {
                run.said("0.000 A") || run.said("0.000 B")
            })
            .panics(
                "the answer was asked for before it could be there",
                "called `Result::unwrap()`",
            )
            .takes(60)
            .says(&["0.030 A 1", "0.060 B 3"])
            .returns((1, 3))
            .verdict();
        workshop::scenario("the second client adds 20")
            .value(2_u32, 20)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("the client made up the sum", |run| run.output() == Some(&(1, 3)))
            .takes(60)
            .returns((1, 21))
            .verdict();
        workshop::scenario("the counter takes 5 ms")
            .time(30, 5)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(10)
            .returns((1, 3))
            .verdict();
    }

    #[test]
    fn the_sums_fit_together_in_every_schedule() {
        workshop::every_schedule(program)
            .predicted(PREDICTION)
            .holds(
                "the first client gets what it has added, and the second one the sum of both",
                |run| matches!(run.outcome, Ok((1, 3) | (3, 2))),
            )
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/counter_actor.rs"]
mod then_try;
