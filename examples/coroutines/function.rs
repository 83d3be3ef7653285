//! Function: it runs from its first line to its last, and nothing else runs meanwhile.
//!
//! In Python: `def`, see `function.py` beside this file.
//! Look for: A function blocks its thread until it returns. The run takes six seconds, the sum of
//! A, B and C: `join!` would let them take turns, but B and C are not even polled before A has
//! returned.
//!
//!     cargo run --example function
use async_concepts::{LaneExt, block, say, stage::Stage};
use futures::join;
use std::{process::ExitCode, time::Duration};

// ANCHOR: factorial
fn factorial(number: u64) -> u64 {
    let mut product = 1;
    // ANCHOR: steps
    for i in 2..=number {
        say!("compute factorial({i})");
        // Keeps the thread, as `std::thread::sleep` or hard work would.
        block(Duration::from_secs(1));
        product *= i;
    }
    say!("factorial({number}) = {product}");
    // ANCHOR_END: steps
    product
}
// ANCHOR_END: factorial

// `async` around a call does not make the function inside it wait any better.
// ANCHOR: function
pub async fn function() -> (u64, u64, u64) {
    join!(
        async { factorial(2) }.lane("A"),
        async { factorial(3) }.lane("B"),
        async { factorial(4) }.lane("C")
    )
}
// ANCHOR_END: function

pub fn stage() -> Stage {
    Stage::of(include_str!("function.rs")).scene("function", function)
}

fn main() -> ExitCode {
    stage().run()
}
