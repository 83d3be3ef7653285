//! As completed: take each result when it is there, not when it is its turn.
//!
//! In Python: `asyncio.as_completed`, see `as_completed.py` beside this file.
//! Look for: All three dishes cook at once in both scenes, and serving one takes half a second. In
//! order, soup and salad are ready and wait for the roast, and the last dish is served at 4.5 s; as
//! completed, at 3.5 s. A dish that is not ready is not polled while another is served: `pipeline`
//! shows when that costs time.
//!
//!     cargo run --example as_completed
use async_concepts::{LaneExt, say, stage::Stage};
use futures::{
    StreamExt,
    stream::{FuturesOrdered, FuturesUnordered},
};
use std::{process::ExitCode, time::Duration};
use tokio::time::sleep;

async fn cook(dish: &'static str, seconds: u64) -> &'static str {
    say!("cook {dish}");
    sleep(Duration::from_secs(seconds)).await;
    say!("{dish} ready");
    dish
}

async fn serve(dish: &'static str) -> &'static str {
    say!("serve {dish}");
    sleep(Duration::from_millis(500)).await;
    dish
}

// ANCHOR: in_order
pub async fn in_order() -> Vec<&'static str> {
    let mut dishes = FuturesOrdered::new();
    dishes.push_back(cook("roast", 3).lane("A"));
    dishes.push_back(cook("soup", 1).lane("B"));
    dishes.push_back(cook("salad", 2).lane("C"));
    let mut served = vec![];
    while let Some(dish) = dishes.next().await {
        served.push(serve(dish).await);
    }
    served
}
// ANCHOR_END: in_order

// ANCHOR: as_completed
pub async fn as_completed() -> Vec<&'static str> {
    // ANCHOR: unordered
    let mut dishes = FuturesUnordered::new();
    dishes.push(cook("roast", 3).lane("A"));
    dishes.push(cook("soup", 1).lane("B"));
    dishes.push(cook("salad", 2).lane("C"));
    // ANCHOR_END: unordered
    let mut served = vec![];
    while let Some(dish) = dishes.next().await {
        served.push(serve(dish).await);
    }
    served
}
// ANCHOR_END: as_completed

pub fn stage() -> Stage {
    Stage::of(include_str!("as_completed.rs"))
        .scene("in order", in_order)
        .scene("as completed", as_completed)
        .variant_of("in order")
}

fn main() -> ExitCode {
    stage().run()
}
