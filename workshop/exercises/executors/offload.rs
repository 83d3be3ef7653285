//! Predict: a tick every 20 ms, and a hash that computes for 90 ms without giving way. When do the ticks come?
//!
//! In Python: `await loop.run_in_executor(None, hash)`. `block` stands for a computation, so that virtual time sees it, and
//! `async_concepts::on_thread("hash", hash)` is the same closure for another thread, with a row in the timeline.
//!
//! Then try: abort the handle after 50 ms. Does the hash stop?
use async_concepts::{LaneExt, block, say};
use tokio::{join, time::sleep};
use workshop::ms;

fn hash() -> u64 {
    block(ms(90));
    0xcafe
}

async fn login() -> u64 {
    // TODO: let the hash be computed on another thread, and await it here.
    hash()
}

async fn ticks() {
    for tick in 1..=4 {
        sleep(ms(20)).await;
        say!("tick {tick}");
    }
}

async fn program() -> u64 {
    let ((), hash) = join!(biased; ticks().lane("ticks"), login().lane("login"));
    hash
}

fn main() {
    workshop::show("offload", program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ticks_go_on_while_the_hash_is_computed() {
        workshop::attempt(program)
            .mistake("the hash kept the thread, and the ticks came late", |run| run.said("0.090 ticks tick 1"))
            .mistake("the ticks began only when the hash was done", |run| run.said("0.110 ticks tick 1"))
            .mistake("nobody waited for the hash", |run| run.took(80))
            .mistake("what is for another thread was called on this one", |run| run.blocked())
            .takes(90)
            .says(&["0.020 ticks tick 1", "0.040 ticks tick 2", "0.060 ticks tick 3", "0.080 ticks tick 4"])
            .returns(0xcafe)
            .verdict();
    }
}
