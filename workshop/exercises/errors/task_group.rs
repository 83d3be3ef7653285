//! Predict: A fails at 100 ms, B charges the card at 300 ms. What will have happened by 1000 ms?
//!
//! In Python: `async with asyncio.TaskGroup()`. What a function starts should not outlive it.
//!
//! Then try: wait until the tasks that were aborted have really ended, before the error is returned.
use async_concepts::{LaneExt, say};
use tokio::{spawn, time::sleep};
use workshop::ms;

async fn check_the_stock() -> Result<(), &'static str> {
    sleep(ms(100)).await;
    Err("sold out")
}

async fn charge_the_card() -> Result<(), &'static str> {
    say!("asking the bank");
    sleep(ms(300)).await;
    say!("the card is charged");
    Ok(())
}

async fn order() -> Result<(), &'static str> {
    let a = spawn(check_the_stock().lane("A"));
    let b = spawn(charge_the_card().lane("B"));
    // TODO: nothing that was started here may outlive this function.
    a.await.expect("it does not panic")?;
    b.await.expect("it does not panic")
}

async fn shop() {
    let result = order().await;
    say!("{result:?}");
    sleep(ms(900)).await;
}

fn main() {
    workshop::show("task_group", shop);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outlives_the_function_that_started_it() {
        workshop::attempt(shop)
            .mistake("the error waited for the other task, which had charged the card by then", |run| {
                run.said("0.300 main Err")
            })
            .mistake("a task outlived its function: returning dropped only the handle", |run| run.said("charged"))
            .mistake("the bank was not even asked: they ran one after another", |run| !run.said("asking"))
            .mistake("the error was lost", |run| !run.said("sold out"))
            .takes(1000)
            .says(&["0.000 B asking the bank", "0.100 main Err(\"sold out\")"])
            .verdict();
    }
}
