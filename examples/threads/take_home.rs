//! Take home: gather in plain tokio, with nothing of this library. Paste it into a project.
//!
//! In Python: `asyncio.run` and `asyncio.gather`, see `gather.py` in the topic `gather`.
//! No twin: it is the example `gather` without its timeline, and that has one.
//! Look for: Six seconds of sleeping take three. `#[tokio::main]` starts a thread for each core,
//! for tasks that are spawned; `main` stays on the thread that called it, and its coroutines take
//! turns there. Your Cargo.toml needs `tokio = { version = "1", features = ["full"] }`.
//!
//!     cargo run --example take_home
use std::time::Duration;
use tokio::{join, time::sleep};

// ANCHOR: take_home
async fn factorial(name: &str, number: u64) -> u64 {
    let mut product = 1;
    for i in 2..=number {
        println!("{name}: compute factorial({i})");
        sleep(Duration::from_secs(1)).await;
        product *= i;
    }
    println!("{name}: factorial({number}) = {product}");
    product
}

#[tokio::main]
async fn main() {
    let (a, b, c) = join!(factorial("A", 2), factorial("B", 3), factorial("C", 4));
    println!("{a}, {b}, {c}");
}
// ANCHOR_END: take_home
