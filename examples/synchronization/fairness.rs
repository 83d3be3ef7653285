//! Fairness: a task whose awaits are always ready keeps the thread. How tokio makes it give way.
//!
//! In Python: `asyncio.Queue`, see `fairness.py` beside this file. asyncio has no budget, and an
//! await that does not have to wait does not give way: in "a budget" A has all messages before B
//! has the thread.
//! Look for: A has 300 messages, all there already, and B wants the thread. With tokio's channel A
//! gives way after 128 of them: each of tokio's operations spends from a budget that a task has for
//! one poll. A future of another crate spends nothing, so in "no budget" B has to wait for all 300;
//! `yield_now` is the cure.
//!
//!     cargo run --example fairness
use async_concepts::{LaneExt, say, stage::Stage};
use std::{future::ready, process::ExitCode};
use tokio::{join, spawn, sync::mpsc, task::yield_now};

const MESSAGES: u32 = 300;

async fn other() {
    say!("has the thread");
}

// ANCHOR: budget
pub async fn budget() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for number in 1..=MESSAGES {
        sender.send(number).expect("the receiver is there");
    }
    drop(sender);
    let receive = async move {
        let mut received = 0;
        while receiver.recv().await.is_some() {
            received += 1;
            if received == 128 || received == 129 {
                say!("received {received}");
            }
        }
        say!("received all {received}");
    };
    let a = spawn(receive.lane("A"));
    let b = spawn(other().lane("B"));
    let (a, b) = join!(a, b);
    a.and(b).expect("neither panics");
}
// ANCHOR_END: budget

// ANCHOR: none
async fn ready_ones(give_way: bool) {
    for number in 1..=MESSAGES {
        ready(number).await; // spends nothing
        if give_way && number.is_multiple_of(100) {
            say!("gives way after {number}");
            yield_now().await;
        }
    }
    say!("had all {MESSAGES}");
}

pub async fn no_budget() {
    let a = spawn(ready_ones(false).lane("A"));
    let b = spawn(other().lane("B"));
    let (a, b) = join!(a, b);
    a.and(b).expect("neither panics");
}

pub async fn gives_way() {
    let a = spawn(ready_ones(true).lane("A"));
    let b = spawn(other().lane("B"));
    let (a, b) = join!(a, b);
    a.and(b).expect("neither panics");
}
// ANCHOR_END: none

pub fn stage() -> Stage {
    Stage::of(include_str!("fairness.rs"))
        .scene("a budget", budget)
        .scene("no budget", no_budget)
        .variant_of("a budget")
        .scene("yield_now", gives_way)
        .variant_of("a budget")
}

fn main() -> ExitCode {
    stage().run()
}
