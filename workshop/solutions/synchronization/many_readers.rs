//! Readers share the lock. The writer waits until all of them are done, and then has it for itself.
use async_concepts::{LaneExt, say};
use tokio::{join, sync::RwLock, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((150, "A B C writer"));

async fn read(page: &RwLock<String>) {
    let page = page.read().await;
    sleep(ms(50)).await;
    say!("read {page}");
}

async fn write(page: &RwLock<String>) {
    sleep(ms(10)).await;
    let mut page = page.write().await;
    sleep(ms(100)).await;
    *page = given("new").to_owned();
}

async fn program() -> String {
    let page = RwLock::new("old".to_owned());
    join!(
        biased;
        read(&page).lane("A"),
        read(&page).lane("B"),
        read(&page).lane("C"),
        write(&page).lane("writer"),
    );
    page.into_inner()
}

fn main() {
    workshop::show("many_readers", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The writer has to wait for the first reader, and the others for the writer.
    async fn the_writer_is_second() -> String {
        let page = RwLock::new("old".to_owned());
        let late = async || {
            sleep(std::time::Duration::from_millis(20)).await;
            read(&page).await;
        };
        join!(
            biased;
            read(&page).lane("A"),
            write(&page).lane("writer"),
            late().lane("B"),
            late().lane("C"),
        );
        page.into_inner()
    }

    #[test]
    fn readers_do_not_wait_for_each_other() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("each reader had the lock for itself", |run| run.said("0.150 C read"))
            .mistake("the readers did not hold the lock while they read", |run| run.took(110))
            .takes(150)
            .says(&["0.050 A read old", "0.050 B read old", "0.050 C read old"])
            .returns("new".to_owned())
            .verdict();
        workshop::scenario("to read takes 200 ms")
            .time(50, 200)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(300)
            .returns("new".to_owned())
            .verdict();
        workshop::scenario("the writer comes at once, before two of the readers")
            .attempt(the_writer_is_second)
            .predicted(PREDICTION)
            .takes(200)
            .says(&["0.050 A read old", "0.200 B read new", "0.200 C read new"])
            .returns("new".to_owned())
            .verdict();
        workshop::scenario("the writer writes another text")
            .value("new", "newer")
            .attempt(program)
            .predicted(PREDICTION)
            .takes(150)
            .returns("newer".to_owned())
            .verdict();
    }

    #[test]
    fn readers_share_the_lock_in_every_schedule() {
        workshop::every_schedule(program)
            .predicted(PREDICTION)
            .holds("all three read the old text at 50 ms", |run| {
                let lines = run.transcript();
                lines.len() == 3
                    && lines.iter().all(|line| line.starts_with("0.050 ") && line.ends_with("old"))
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/many_readers.rs"]
mod then_try;
