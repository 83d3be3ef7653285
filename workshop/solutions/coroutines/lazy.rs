//! A future does nothing until it is polled, and `.await` is what polls it. So the machine starts where the `.await` stands,
//! not where `brew` is called.
use async_concepts::{LaneExt, say};
use tokio::time::sleep;
use workshop::ms;

async fn brew() -> &'static str {
    say!("the machine starts");
    sleep(ms(100)).await;
    "coffee"
}

async fn breakfast() -> &'static str {
    let coffee = brew().lane("brew");
    say!("the table is laid");
    coffee.await
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
