//! `join_all` is `join!` for a list of any length. It polls all of them until each is done, and keeps the results in the
//! order of the list.
use async_concepts::{LaneExt, say};
use futures::future::join_all;
use tokio::time::sleep;
use workshop::ms;

async fn nap(length: u64) -> u64 {
    sleep(ms(length)).await;
    length
}

/// How long each nap was, in the order of the list.
async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    let naps = lengths.into_iter().map(|length| nap(length).lane(format!("nap {length}")));
    join_all(naps).await
}

async fn program() {
    let slept = naps(vec![300, 100, 200]).await;
    say!("slept {slept:?}");
}

fn main() {
    workshop::show("gather_many", program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_naps_takes_as_long_as_the_longest_and_keeps_its_order() {
        workshop::attempt(|| naps(vec![300, 100, 200]))
            .mistake("the naps ran one after another", |run| run.took(600))
            .mistake("the naps were started, and nobody waited for them", |run| run.took(0))
            .mistake("the results are in the order of the clock, not of the list", |run| {
                run.output() == Some(&vec![100, 200, 300])
            })
            .takes(300)
            .returns(vec![300, 100, 200])
            .verdict();
    }

    #[test]
    fn a_thousand_naps_take_as_long_as_the_longest() {
        workshop::attempt(|| naps((1..=1000).collect()))
            .mistake("only a few naps overlapped", |run| run.took_more_than(1000) && !run.took(500_500))
            .takes(1000)
            .returns((1..=1000).collect::<Vec<u64>>())
            .verdict();
    }
}
