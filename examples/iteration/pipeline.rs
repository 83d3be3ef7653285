//! Pipeline: a stream of work, and how much of it is under way at a time.
//!
//! In Python: `Semaphore` and `gather`, see `pipeline.py` beside this file. In "loop body" Python's
//! tasks go on while the body stores. In "spawned" the tasks do the same at the same times in both
//! languages, in another order; Rust's have no lane before `fetch`, and are not shown before that.
//! Look for: Four fetches of 100 ms take 400, 200 or 100 ms, as you choose. A buffer is polled only
//! while you wait for its next item: in "loop body", B is ready at 100 ms and not polled while the
//! body stores A, so C begins late, and the run takes 600 ms. With a task for each fetch
//! ("spawned") it takes 500 ms.
//!
//!     cargo run --example pipeline
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use futures::{StreamExt, stream};
use std::{process::ExitCode, sync::Arc, time::Duration};
use tokio::{spawn, sync::Semaphore, time::sleep};

type Page = &'static str;
const PAGES: [Page; 4] = ["A", "B", "C", "D"];

async fn fetch(page: Page) -> Page {
    // ANCHOR: fetch
    say!("fetch");
    sleep(Duration::from_millis(100)).await;
    say!("fetched");
    // ANCHOR_END: fetch
    page
}

async fn store(page: Page) {
    say!("store {page}");
    sleep(Duration::from_millis(100)).await;
}

// ANCHOR: pipeline
/// One at a time.
pub async fn then() -> Vec<Page> {
    stream::iter(PAGES).then(|page| fetch(page).lane(page)).collect().await
}

/// Up to two at a time; the results come in the order of the pages.
pub async fn buffered() -> Vec<Page> {
    stream::iter(PAGES).map(|page| fetch(page).lane(page)).buffered(2).collect().await
}

/// Up to four at a time; the results come as they are ready.
pub async fn buffer_unordered() -> Vec<Page> {
    stream::iter(PAGES).map(|page| fetch(page).lane(page)).buffer_unordered(4).collect().await
}
// ANCHOR_END: pipeline

// ANCHOR: loop_body
pub async fn loop_body() {
    let mut pages = stream::iter(PAGES).map(|page| fetch(page).lane(page)).buffered(2);
    // ANCHOR: storing
    while let Some(page) = pages.next().await {
        // A trap: the fetches are not polled meanwhile, for they are part of `pages`.
        store(page).await;
    }
    // ANCHOR_END: storing
}
// ANCHOR_END: loop_body

// ANCHOR: spawned
async fn fetch_with(permits: Arc<Semaphore>, page: Page) -> Page {
    let _permit = permits.acquire().await.expect("it is never closed");
    fetch(page).lane(page).await
}

pub async fn spawned() {
    let permits = Arc::new(Semaphore::new(2));
    let tasks = PAGES.map(|page| spawn(fetch_with(permits.clone(), page)));
    for task in tasks {
        store(task.await.expect("it does not panic")).await; // the other tasks go on
    }
}
// ANCHOR_END: spawned

// ANCHOR: for_each_concurrent
pub async fn for_each_concurrent() {
    // The cure: the stream's own work goes all the way to the end.
    let fetch_and_store = async |page| store(fetch(page).await).await;
    stream::iter(PAGES).for_each_concurrent(2, |page| fetch_and_store(page).lane(page)).await;
}
// ANCHOR_END: for_each_concurrent

fn in_order(run: &SceneRun) -> bool {
    run.returns(|pages: &Vec<Page>| *pages == PAGES)
}

pub fn stage() -> Stage {
    Stage::of(include_str!("pipeline.rs"))
        .scene("then", then)
        .must_hold("the results come in the order of the pages", in_order)
        .scene("buffered", buffered)
        .variant_of("then")
        .must_hold("the results come in the order of the pages", in_order)
        .scene("buffer_unordered", buffer_unordered)
        .variant_of("then")
        .must_hold("the results come in the order of the pages", in_order)
        .scene("loop body", loop_body)
        .variant_of("then")
        .scene("spawned", spawned)
        .variant_of("then")
        .scene("for_each_concurrent", for_each_concurrent)
        .variant_of("then")
}

fn main() -> ExitCode {
    stage().run()
}
