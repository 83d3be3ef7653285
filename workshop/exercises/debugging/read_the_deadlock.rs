//! Predict: two transfers, from 0 to 1 and from 1 to 0, each of which locks both accounts. When
//! will both be done?
//!
//! The verdict on a deadlock names the lanes that wait, and since when. The line is yours to find:
//! where was each of them at that moment?
//!
//! See `examples/debugging/deadlock.rs`, and the slide “Two transfers at the same time”.
//!
//! Then try: a third transfer, `C`, of 5 from account 0 to account 1, at the same time. Does your
//! order still do?
use async_concepts::{LaneExt, say};
use tokio::{join, sync::Mutex, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

type Account = Mutex<i64>;

async fn look_up(account: &Account) -> tokio::sync::MutexGuard<'_, i64> {
    let balance = account.lock().await;
    sleep(ms(10)).await;
    balance
}

async fn transfer(accounts: &[Account; 2], from: usize, to: usize, amount: i64) {
    // TODO: the two transfers wait for each other.
    let mut yours = look_up(&accounts[from]).await;
    let mut theirs = look_up(&accounts[to]).await;
    *yours -= amount;
    *theirs += amount;
    say!("done");
}

async fn program() -> (i64, i64) {
    let accounts = [Mutex::new(given(100)), Mutex::new(50)];
    join!(transfer(&accounts, 0, 1, 30).lane("A"), transfer(&accounts, 1, 0, 20).lane("B"));
    let [first, second] = accounts.map(Mutex::into_inner);
    (first, second)
}

fn main() {
    workshop::show("read_the_deadlock", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn same_direction() -> (i64, i64) {
        let accounts = [Mutex::new(100), Mutex::new(50)];
        join!(transfer(&accounts, 0, 1, 30).lane("A"), transfer(&accounts, 0, 1, 20).lane("B"));
        let [first, second] = accounts.map(Mutex::into_inner);
        (first, second)
    }

    #[test]
    fn transfers_in_both_directions_come_to_an_end() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .hangs("each of the two has locked one account, and waits for the other one", |run| {
                run.deadlocked() && run.ran_at("A", 10)
            })
            .mistake("a transfer was given up, and its money did not move", |run| {
                run.count("done") < 2
            })
            .mistake("money was lost, or made", |run| {
                run.output().is_some_and(|(first, second)| first + second != 150)
            })
            .holds("both are done", |run| run.count("done") == 2)
            .returns((90, 60))
            .verdict();
        workshop::scenario("the first account has 500")
            .value(100_i64, 500)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("the result is a constant", |run| run.output() == Some(&(90, 60)))
            .returns((490, 60))
            .verdict();
        workshop::scenario("it takes 40 ms to look up an account")
            .time(10, 40)
            .attempt(program)
            .predicted(PREDICTION)
            .hangs("the circle is still there: only the times kept it open", |run| run.deadlocked())
            .returns((90, 60))
            .verdict();
        workshop::scenario("both transfers go in the same direction")
            .attempt(same_direction)
            .predicted(PREDICTION)
            .returns((50, 100))
            .verdict();
    }

    #[test]
    fn both_transfers_end_in_every_schedule() {
        workshop::every_schedule(program)
            .predicted(PREDICTION)
            .hangs("the circle is still there: it closes in one order of the lanes", |run| {
                run.deadlocked()
            })
            .returns((90, 60))
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/read_the_deadlock.rs"]
mod then_try;
