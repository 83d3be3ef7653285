//! Predict: a transfer takes 20 ms between taking from one account and giving to the other, and is
//! cut short after 10 ms. How long does it all take, with 40 ms of waiting afterwards, and what is
//! the sum of both?
//!
//! A future can be dropped at each of its `.await`s. What is true between two of them has to be
//! true for good.
//!
//! See `examples/futures/shield.rs`, and the slide “Cancelling, as tokio does it”.
//!
//! Then try: ask the bank between the two changes (say `taken` before), and give the money back
//! (say `given back`) if the transfer is dropped there.
use async_concepts::{LaneExt, say};
use std::cell::Cell;
use tokio::time::{sleep, timeout};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

struct Accounts {
    yours: Cell<u32>,
    theirs: Cell<u32>,
}

async fn ask_the_bank() {
    sleep(ms(20)).await;
}

async fn transfer(accounts: &Accounts, amount: u32) {
    // TODO: wherever this is cut short, no money may get lost.
    accounts.yours.set(accounts.yours.get() - amount);
    ask_the_bank().await;
    accounts.theirs.set(accounts.theirs.get() + amount);
}

/// What is on both accounts after a transfer that is cut short.
async fn program() -> (u32, u32) {
    let accounts = Accounts { yours: Cell::new(given(100)), theirs: Cell::new(0) };
    let done = timeout(ms(10), transfer(&accounts, 30).lane("transfer")).await;
    say!("{}", if done.is_ok() { "done" } else { "cut short" });
    sleep(ms(40)).await;
    (accounts.yours.get(), accounts.theirs.get())
}

fn main() {
    workshop::show("broken_invariant", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn not_cut_short() -> (u32, u32) {
        let accounts = Accounts { yours: Cell::new(100), theirs: Cell::new(5) };
        transfer(&accounts, 30).await;
        (accounts.yours.get(), accounts.theirs.get())
    }

    #[test]
    fn no_money_is_lost_wherever_a_transfer_is_cut_short() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(
                "the money was taken and not given: the future was dropped in between",
                |run| run.output() == Some(&(70, 0)),
            )
            .mistake("the money was given and not taken", |run| run.output() == Some(&(100, 30)))
            .mistake("the bank was not asked before the money went", |run| run.said("main done"))
            .mistake("the money went before the bank had answered", |run| {
                run.output() == Some(&(70, 30))
            })
            .takes(50)
            .says(&["0.010 main cut short"])
            .returns((100, 0))
            .verdict();
        workshop::scenario("the transfer is not cut short")
            .attempt(not_cut_short)
            .predicted(PREDICTION)
            .mistake("a transfer that is not cut short does not move the money", |run| {
                run.output() == Some(&(100, 5))
            })
            .takes(20)
            .returns((70, 35))
            .verdict();
        workshop::scenario("the bank answers after 5 ms")
            .time(20, 5)
            .value(100_u32, 50)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(45)
            .returns((20, 30))
            .verdict();
    }

    async fn dropped_anywhere() -> u32 {
        let accounts = Accounts { yours: Cell::new(100), theirs: Cell::new(5) };
        transfer(&accounts, 30).lane("transfer").cancellable().await;
        accounts.yours.get() + accounts.theirs.get()
    }

    #[test]
    fn no_money_is_lost_in_any_cancellation() {
        workshop::every_cancellation(dropped_anywhere)
            .predicted(PREDICTION)
            .mistake(
                "there is still an `.await` between the two changes, and the future was dropped \
                 there",
                |run| run.lanes("transfer") == 1,
            )
            .holds("there is as much on both accounts as before", |run| {
                matches!(run.outcome, Ok(Some(105)))
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/broken_invariant.rs"]
mod then_try;
