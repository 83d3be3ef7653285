//! What the second future needs from the first is an argument: so it cannot even be made before the first is done. That is
//! all that it takes to run one after another, 100 ms and then 200 ms.
use async_concepts::{LaneExt, say};
use tokio::time::sleep;
use workshop::ms;

async fn boil() -> &'static str {
    sleep(ms(100)).await;
    say!("the water boils");
    "hot water"
}

async fn steep(water: &str) -> String {
    say!("the tea goes into {water}");
    sleep(ms(200)).await;
    format!("tea of {water}")
}

async fn tea() -> String {
    let water = boil().lane("boil").await;
    steep(water).lane("steep").await
}

fn main() {
    workshop::show("one_after_another", tea);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tea_takes_as_long_as_both_steps_together() {
        workshop::attempt(tea)
            .mistake("the tea was made first, and the water boiled afterwards", |run| {
                run.took(300) && run.said("cold water")
            })
            .mistake("the tea went into cold water: it did not wait for what `boil` returns", |run| {
                run.said("cold water")
            })
            .mistake("the tea went in before the water had boiled", |run| run.said("0.000 steep"))
            .mistake("the water was boiled twice: each call makes a future of its own", |run| run.count("boils") == 2)
            .takes(300)
            .says(&["0.100 boil the water boils", "0.100 steep the tea goes into hot water"])
            .returns("tea of hot water")
            .verdict();
    }
}
