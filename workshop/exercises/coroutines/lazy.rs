//! Predict: when will the machine start, what will be served, and how long will breakfast take?
//!
//! `brew().lane("brew")` is a future with a row of its own in the timeline; apart from that it is just `brew()`.
//!
//! Then try: let the machine start before the table is laid, and the coffee still be there 100 ms later. You will need a
//! task, and a moment in which the runtime can get to it.
use async_concepts::{LaneExt, say};
use tokio::time::sleep;
use workshop::ms;

async fn brew() -> &'static str {
    say!("the machine starts");
    sleep(ms(100)).await;
    "coffee"
}

async fn breakfast() -> &'static str {
    let _coffee = brew().lane("brew");
    say!("the table is laid");
    // TODO: nothing is brewed. Serve what comes out of the machine, after the table is laid.
    "nothing"
}

fn main() {
    workshop::show("lazy", breakfast);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coffee_is_brewed_when_it_is_awaited() {
        workshop::attempt(breakfast)
            .mistake("the program was over before its task had begun", |run| {
                !run.said("machine") && run.output() == Some(&"coffee")
            })
            .mistake("nothing was brewed: a call only makes a future, and nobody polled it", |run| !run.said("machine"))
            .mistake("the coffee was awaited where it was ordered, and the table had to wait", |run| {
                run.said("0.100 main the table is laid")
            })
            .says(&["0.000 main the table is laid", "0.000 brew the machine starts"])
            .takes(100)
            .returns("coffee")
            .verdict();
    }
}
