//! All lock the accounts in the same order, that of their numbers, whatever the direction of the
//! transfer. So no circle of waiting can close.
use async_concepts::{LaneExt, say};
use tokio::{join, sync::Mutex, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((40, "A B"));

type Account = Mutex<i64>;

async fn look_up(account: &Account) -> tokio::sync::MutexGuard<'_, i64> {
    let balance = account.lock().await;
    sleep(ms(10)).await;
    balance
}

async fn transfer(accounts: &[Account; 2], from: usize, to: usize, amount: i64) {
    let mut first = look_up(&accounts[from.min(to)]).await;
    let mut second = look_up(&accounts[from.max(to)]).await;
    let (yours, theirs) =
        if from < to { (&mut first, &mut second) } else { (&mut second, &mut first) };
    **yours -= amount;
    **theirs += amount;
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
