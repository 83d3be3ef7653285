//! `_permit` is a variable, and lives to the end of the function; `_` is none, and keeps nothing.
use async_concepts::{LaneExt, say};
use futures::future::join_all;
use tokio::{sync::Semaphore, time::sleep};
use workshop::ms;

async fn job(permits: &Semaphore) {
    let _permit = permits.acquire().await;
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
