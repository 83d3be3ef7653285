//! Lost message: a `send` that is cancelled drops what it should have sent.
//!
//! In Python: `Queue.put` under `wait_for`.
//! No twin: the caller of `put` still has a reference to the item when it is cancelled.
//! Look for: The channel is full when the second message comes, so `send` waits, and a timeout
//! drops it. `send(message)` owns the message, and in "send" it is lost. `reserve` waits for room
//! without the message: when the wait is cancelled, the message is still there, and is sent later.
//!
//!     cargo run --example lost_message
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use futures::join;
use std::{process::ExitCode, time::Duration};
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    time::{sleep, timeout},
};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Takes a message every 200 ms.
async fn receive(mut messages: Receiver<String>) -> Vec<String> {
    let mut received = vec![];
    loop {
        // ANCHOR: receive
        sleep(ms(200)).await;
        let Some(message) = messages.recv().await else { return received };
        say!("received {message}");
        // ANCHOR_END: receive
        received.push(message);
    }
}

// ANCHOR: send
async fn send_all(messages: Sender<String>) {
    for number in 1..=2 {
        let message = format!("message {number}");
        // ANCHOR: in_time
        match timeout(ms(50), messages.send(message)).await {
            Ok(sent) => sent.expect("the receiver is there"),
            // A trap: `send` had it.
            Err(_) => say!("no room: message {number} is lost"),
        }
        // ANCHOR_END: in_time
    }
}
// ANCHOR_END: send

// ANCHOR: reserve
async fn reserve_all(messages: Sender<String>) {
    for number in 1..=2 {
        let message = format!("message {number}");
        loop {
            match timeout(ms(50), messages.reserve()).await {
                Ok(permit) => {
                    permit.expect("the receiver is there").send(message); // does not wait
                    break;
                }
                Err(_) => say!("no room yet for {message}"),
            }
        }
    }
}
// ANCHOR_END: reserve

async fn run(send: impl AsyncFnOnce(Sender<String>)) -> Vec<String> {
    let (sender, receiver) = mpsc::channel(1);
    join!(send(sender).lane("sender"), receive(receiver).lane("receiver")).1
}

pub async fn lost() -> Vec<String> {
    run(send_all).await
}

pub async fn kept() -> Vec<String> {
    run(reserve_all).await
}

fn both_arrive(run: &SceneRun) -> bool {
    run.returns(|received: &Vec<String>| *received == ["message 1", "message 2"])
}

pub fn stage() -> Stage {
    Stage::of(include_str!("lost_message.rs"))
        .scene("send", lost)
        .must_hold("both messages are received", both_arrive)
        .scene("reserve", kept)
        .variant_of("send")
        .must_hold("both messages are received", both_arrive)
}

fn main() -> ExitCode {
    stage().run()
}
