//! Predict: six jobs of 100 ms, and a semaphore with two permits. How long will they take?
//!
//! In Python: `async with semaphore:`, which gives the permit back where the block ends.
//!
//! Then try: let the tasks be spawned in a loop that acquires the permit before it spawns. Where must the permit go?
use async_concepts::{LaneExt, say};
use futures::future::join_all;
use tokio::{sync::Semaphore, time::sleep};
use workshop::ms;

async fn job(permits: &Semaphore) {
    // TODO: no more than two jobs may work at the same time.
    let _ = permits.acquire().await;
    say!("works");
    sleep(ms(100)).await;
}

async fn jobs() {
    let permits = Semaphore::new(2);
    join_all(["A", "B", "C", "D", "E", "F"].map(|name| job(&permits).lane(name))).await;
}

fn main() {
    workshop::show("limiter", jobs);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_jobs_with_two_permits_take_three_rounds() {
        workshop::attempt(jobs)
            .mistake("all six worked at once: the permits were given back before the work began", |run| run.took(100))
            .mistake("only one worked at a time", |run| run.took(600))
            .mistake("the permits were never given back", |run| run.never_ended())
            .takes(300)
            .says(&[
                "0.000 A works",
                "0.000 B works",
                "0.100 C works",
                "0.100 D works",
                "0.200 E works",
                "0.200 F works",
            ])
            .verdict();
    }
}
