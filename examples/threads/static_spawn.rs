//! Static spawn: a task may outlive the function that spawns it, so it cannot borrow from it.
//!
//! In Python: a task keeps a reference to what it uses.
//! No twin: the garbage collector keeps what a task refers to, so there is no such error to cure.
//! Look for: Three ways to give a task its data, and one way without a task. `move` gives the data
//! away, `Arc` shares it, and `join!` borrows, since its futures end where it ends. What rustc says
//! of a task that borrows stands at `borrowed` in the source, and a test compares it.
//!
//!     cargo run --example static_spawn
use async_concepts::{LaneExt, say, stage::Stage};
use futures::join;
use std::{process::ExitCode, sync::Arc, time::Duration};
use tokio::{spawn, time::sleep};

async fn length(words: &[String]) -> usize {
    sleep(Duration::from_millis(100)).await;
    let length = words.iter().map(String::len).sum();
    say!("{length} letters");
    length
}

fn words() -> Vec<String> {
    vec!["borrow".into(), "move".into()]
}

// ANCHOR: borrowed
// What does not compile:
//
//     async fn borrowed() {
//         let words = words();
//         spawn(length(&words));
//     }
//
//     error[E0597]: `words` does not live long enough
//     argument requires that `words` is borrowed for `'static`
// ANCHOR_END: borrowed

// ANCHOR: cures
pub async fn moved() -> usize {
    let words = words();
    let task = spawn(async move { length(&words).await }.lane("A")); // it owns them now
    task.await.expect("it does not panic")
}

pub async fn shared() -> usize {
    let words = Arc::new(words());
    let for_task = words.clone(); // a reference is counted, the words are not copied
    let task = spawn(async move { length(&for_task).await }.lane("A"));
    let here = length(&words).lane("B").await;
    here + task.await.expect("it does not panic")
}

pub async fn joined() -> usize {
    let words = words();
    let (first, last) = words.split_at(1);
    let (first, last) = join!(length(first).lane("A"), length(last).lane("B"));
    first + last
}
// ANCHOR_END: cures

pub fn stage() -> Stage {
    Stage::of(include_str!("static_spawn.rs"))
        .scene("move", moved)
        .scene("Arc", shared)
        .variant_of("move")
        .scene("join!", joined)
        .variant_of("move")
}

fn main() -> ExitCode {
    stage().run()
}
