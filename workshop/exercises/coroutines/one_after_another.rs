//! Predict: boiling takes 100 ms and steeping 200 ms. How long will this take, and what will the tea be made of?
//!
//! `join!` polls both futures, and waits until both are done. That is not always what one wants.
//!
//! Then try: two cups, each with water of its own, as quickly as possible. Predict the time first.
use async_concepts::{LaneExt, say};
use futures::join;
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
    // TODO: make the tea of the water that `boil` returns.
    let (_water, tea) = join!(boil().lane("boil"), steep("cold water").lane("steep"));
    tea
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
