//! The price is there before the lock is taken, and the lock is held for one addition, in which nobody waits.
use async_concepts::{LaneExt, say};
use futures::future::join_all;
use tokio::{sync::Mutex, time::sleep};
use workshop::ms;

async fn ask(price: u32) -> u32 {
    sleep(ms(100)).await;
    price
}

async fn buy(price: u32, sum: &Mutex<u32>) {
    let price = ask(price).await;
    let mut sum = sum.lock().await;
    *sum += price;
    say!("sum {sum}");
}

async fn shop() -> u32 {
    let sum = Mutex::new(0);
    join_all([(1, "A"), (2, "B"), (3, "C"), (4, "D")].map(|(price, name)| buy(price, &sum).lane(name))).await;
    sum.into_inner()
}

fn main() {
    workshop::show("narrow_lock", shop);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_questions_take_as_long_as_one_and_no_price_is_lost() {
        workshop::attempt(shop)
            .mistake("the lock was held while they waited for something else", |run| run.took(400))
            .mistake("prices got lost between reading the sum and writing it", |run| {
                run.output().is_some_and(|sum| *sum < 10)
            })
            .mistake(
                "a lock of `std` was held across an `.await`, and the next one to lock it stopped the thread",
                |run| run.blocked(),
            )
            .takes(100)
            .says(&["0.100 A sum 1", "0.100 B sum 3", "0.100 C sum 6", "0.100 D sum 10"])
            .returns(10)
            .verdict();
    }
}
