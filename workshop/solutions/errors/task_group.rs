//! A `JoinSet` owns its tasks. When `?` returns the error, the set is dropped, and with it whatever still runs on it.
use async_concepts::{LaneExt, say};
use tokio::{task::JoinSet, time::sleep};
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
    let mut tasks = JoinSet::new();
    tasks.spawn(check_the_stock().lane("A"));
    tasks.spawn(charge_the_card().lane("B"));
    while let Some(task) = tasks.join_next().await {
        task.expect("it does not panic")?;
    }
    Ok(())
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
