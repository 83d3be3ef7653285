//! Pin: a future may point into itself, so it must not move any more once it has been polled.
//!
//! In Python: a coroutine is an object on the heap, and never moves.
//! No twin: there is nothing in Python that could move.
//! Look for: The future keeps a buffer and a reference to it across the await. It may be moved
//! before its first poll; afterwards it stays where it is, and only what points to it moves. `pin!`
//! keeps it on the stack, `Box::pin` on the heap, where the box can be handed on in the middle of
//! its work.
//!
//!     cargo run --example pin
use async_concepts::{LaneExt, say, stage::Stage};
use futures::poll;
use std::{future::Future, pin::Pin, pin::pin, process::ExitCode, time::Duration};
use tokio::time::sleep;

// ANCHOR: self_reference
/// Across the await it keeps `buffer` and `first`, which points into `buffer`: into itself.
async fn points_into_itself() -> usize {
    let buffer = [1, 2, 3, 4];
    let first = &buffer[0];
    let before = first as *const i32 as usize; // its address, as a number
    sleep(Duration::from_millis(100)).await;
    let after = first as *const i32 as usize;
    say!("the buffer is {}", if before == after { "where it was" } else { "somewhere else" });
    after - before
}
// ANCHOR_END: self_reference

// ANCHOR: pinned
pub async fn on_the_stack() -> usize {
    let future = points_into_itself().lane("A");
    let moved = future; // not polled yet, so it may move: it points to nothing
    let mut pinned = pin!(moved); // from here on the variable `moved` is gone
    assert!(poll!(pinned.as_mut()).is_pending());
    pinned.await
}

async fn go_on(future: Pin<Box<impl Future<Output = usize>>>) -> usize {
    future.await
}

pub async fn on_the_heap() -> usize {
    let mut boxed = Box::pin(points_into_itself().lane("A"));
    assert!(poll!(boxed.as_mut()).is_pending());
    go_on(boxed).await // the box moves, what is in it stays
}
// ANCHOR_END: pinned

// ANCHOR: refused
// What does not compile: a future that is only borrowed, and could be moved after this poll.
//
//     async fn not_pinned() {
//         let mut future = pause();
//         (&mut future).await;
//     }
//
//     error[E0277]: `{async fn body of pause()}` cannot be unpinned
//     consider using the `pin!` macro
// ANCHOR_END: refused

pub fn stage() -> Stage {
    Stage::of(include_str!("pin.rs"))
        .scene("on the stack", on_the_stack)
        .scene("on the heap", on_the_heap)
        .variant_of("on the stack")
}

fn main() -> ExitCode {
    stage().run()
}
