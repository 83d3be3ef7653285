//! Generator: a function that is left in the middle and resumed there.
//!
//! In Python: `yield`, see `generator.py` beside this file.
//! Look for: A generator saves no time. Nothing in it is asynchronous: the caller asks for the next
//! value, and the generator runs until it has one. In "take turns" three generators do so, but a
//! second of work stays a second, so the run takes six seconds, as in `function`.
//!
//!     cargo run --example generator
use async_concepts::{LaneExt, block, say, stage::Stage};
use futures::join;
use std::{process::ExitCode, time::Duration};
use tokio::task::yield_now;

// ANCHOR: generator
/// What has to be kept while the generator is left. Python keeps the local variables of a function
/// with `yield`. In Rust you write them down as the fields of an iterator, or a closure keeps them,
/// which you give to `std::iter::from_fn`.
struct Factorial {
    number: u64,
    i: u64,
    product: u64,
}

impl Iterator for Factorial {
    type Item = u64;

    // ANCHOR: next
    fn next(&mut self) -> Option<u64> {
        if self.i == self.number {
            return None;
        }
        self.i += 1;
        block(Duration::from_secs(1)); // the work
        self.product *= self.i;
        Some(self.product) // left here, and resumed at the top
    }
    // ANCHOR_END: next
}

fn factorial(number: u64) -> Factorial {
    Factorial { number, i: 1, product: 1 }
}
// ANCHOR_END: generator

// ANCHOR: resume
pub async fn resume() -> Option<u64> {
    let generator = factorial(4);
    say!("made; nothing has been computed");
    let mut last = None;
    for product in generator {
        // The `for` loop resumes it: it calls `next` until that returns `None`.
        say!("resumed, and got {product}");
        last = Some(product);
    }
    last
}
// ANCHOR_END: resume

// ANCHOR: turns
/// Takes one step, lets the others take theirs, and so on.
async fn step_by_step(generator: Factorial) {
    for product in generator {
        say!("{product}");
        yield_now().await;
    }
}

pub async fn take_turns() {
    join!(
        step_by_step(factorial(2)).lane("A"),
        step_by_step(factorial(3)).lane("B"),
        step_by_step(factorial(4)).lane("C")
    );
}
// ANCHOR_END: turns

pub fn stage() -> Stage {
    Stage::of(include_str!("generator.rs")).scene("resume", resume).scene("take turns", take_turns)
}

fn main() -> ExitCode {
    stage().run()
}
