//! Deadlock: each has what the other waits for. A verdict instead of a hang.
//!
//! In Python: two times `async with lock`, see `deadlock.py` beside this file. In "two
//! orders" Python hangs without a sign, so the twin has a guard, which gives up after 3 s.
//! Look for: The verdict names the lanes, and since when they have been waiting. Nothing blocks and
//! nothing is busy, so neither language reports anything; a recording shows that nothing can move.
//! The cure: all take their locks in one order.
//!
//!     cargo run --example deadlock
use async_concepts::{LaneExt, say, stage::Stage};
use futures::join;
use std::{process::ExitCode, time::Duration};
use tokio::{sync::Mutex, time::sleep};

struct Account {
    number: u32,
    balance: Mutex<i64>,
}

fn accounts() -> (Account, Account) {
    (
        Account { number: 1, balance: Mutex::new(100) },
        Account { number: 2, balance: Mutex::new(100) },
    )
}

async fn ask_the_bank() {
    sleep(Duration::from_millis(100)).await;
}

// ANCHOR: two_orders
// ANCHOR: transfer
async fn transfer(from: &Account, to: &Account, amount: i64) {
    let mut from_balance = from.balance.lock().await;
    say!("has {}, wants {}", from.number, to.number);
    ask_the_bank().await;
    // A trap: another task may have this lock, and wait for the first one.
    let mut to_balance = to.balance.lock().await;
    *from_balance -= amount;
    *to_balance += amount;
    say!("transferred");
}
// ANCHOR_END: transfer

pub async fn two_orders() {
    let (alice, bob) = accounts();
    join!(transfer(&alice, &bob, 10).lane("A"), transfer(&bob, &alice, 20).lane("B"));
}
// ANCHOR_END: two_orders

// ANCHOR: one_order
async fn transfer_in_order(from: &Account, to: &Account, amount: i64) {
    let (first, second, sign) =
        if from.number < to.number { (from, to, -1) } else { (to, from, 1) };
    let mut first_balance = first.balance.lock().await;
    say!("has {}, wants {}", first.number, second.number);
    ask_the_bank().await;
    // A task that has lock 2 never waits for lock 1.
    let mut second_balance = second.balance.lock().await;
    *first_balance += sign * amount;
    *second_balance -= sign * amount;
    say!("transferred");
}

pub async fn one_order() -> (i64, i64) {
    let (alice, bob) = accounts();
    join!(
        transfer_in_order(&alice, &bob, 10).lane("A"),
        transfer_in_order(&bob, &alice, 20).lane("B")
    );
    (alice.balance.into_inner(), bob.balance.into_inner())
}
// ANCHOR_END: one_order

pub fn stage() -> Stage {
    Stage::of(include_str!("deadlock.rs"))
        .hanging_scene("two orders", Duration::from_secs(3), two_orders)
        .scene("one order", one_order)
        .variant_of("two orders")
        .must_hold("it ends, and no money is lost", |run| {
            run.returns(|(alice, bob): &(i64, i64)| alice + bob == 200)
        })
}

fn main() -> ExitCode {
    stage().run()
}
