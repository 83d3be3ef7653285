//! `join!` polls all three until each is done: together they take as long as the longest. The results come in the order of
//! the arguments, whichever nap ended first.
use async_concepts::{LaneExt, say};
use futures::join;
use tokio::time::sleep;
use workshop::ms;

async fn nap(length: u64) -> u64 {
    sleep(ms(length)).await;
    say!("slept {length} ms");
    length
}

async fn naps() -> [u64; 3] {
    let (a, b, c) = join!(nap(100).lane("A"), nap(300).lane("B"), nap(200).lane("C"));
    [a, b, c]
}

fn main() {
    workshop::show("gather", naps);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_naps_take_as_long_as_the_longest() {
        workshop::attempt(naps)
            .mistake("the naps ran one after another", |run| run.took(600))
            .mistake("the first nap was over before the others began", |run| run.took(400))
            .mistake("the thread slept, and nobody else could use it", |run| run.slept_on_the_thread(300))
            .mistake("the results are in the order of the clock", |run| run.output() == Some(&[100, 200, 300]))
            .takes(300)
            .says(&["0.100 A slept 100 ms", "0.200 C slept 200 ms", "0.300 B slept 300 ms"])
            .returns([100, 300, 200])
            .verdict();
    }
}
