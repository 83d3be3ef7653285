//! Recursion: a future that contains itself would have no size, so the inner one goes into a box.
//!
//! In Python: a coroutine awaits itself, see `recursion.py` beside this file.
//! Look for: The same tree is added up three times. `Box::pin` costs an allocation for each call.
//! `dyn Future` makes futures of different types one type, so that they fit into one list. A trait
//! with an `async fn` and an `async` closure need neither, as long as the type is known.
//!
//!     cargo run --example recursion
use async_concepts::{LaneExt, say, stage::Stage};
use futures::future::join_all;
use std::{pin::Pin, process::ExitCode, time::Duration};
use tokio::time::sleep;

/// A number, and what is below it.
struct Node(u32, Vec<Node>);

fn tree() -> Node {
    Node(1, vec![Node(2, vec![]), Node(3, vec![Node(4, vec![])])])
}

async fn look(number: u32) -> u32 {
    sleep(Duration::from_millis(100)).await;
    say!("saw {number}");
    number
}

// ANCHOR: boxed
async fn sum(node: &Node) -> u32 {
    let mut sum = look(node.0).await;
    for below in &node.1 {
        sum += Box::pin(self::sum(below)).await; // without the box: E0733
    }
    sum
}

pub async fn boxed() -> u32 {
    sum(&tree()).lane("A").await
}
// ANCHOR_END: boxed

// ANCHOR: dynamic
type BoxFuture<'a> = Pin<Box<dyn Future<Output = u32> + 'a>>;

/// All that is below a node at the same time: futures of two types in one list.
fn sum_at_once(node: &Node) -> BoxFuture<'_> {
    let mut parts: Vec<BoxFuture> = vec![Box::pin(look(node.0))];
    for below in &node.1 {
        parts.push(sum_at_once(below));
    }
    Box::pin(async { join_all(parts).await.iter().sum() })
}

pub async fn dynamic() -> u32 {
    sum_at_once(&tree()).lane("A").await
}
// ANCHOR_END: dynamic

// ANCHOR: traits
/// `async fn` in a trait: no box, but no `dyn Visitor` either.
trait Visitor {
    async fn visit(&mut self, number: u32);
}

struct Sum(u32);

impl Visitor for Sum {
    async fn visit(&mut self, number: u32) {
        self.0 += look(number).await;
    }
}

async fn each(node: &Node, visitor: &mut impl Visitor) {
    visitor.visit(node.0).await;
    for below in &node.1 {
        Box::pin(each(below, visitor)).await;
    }
}

/// An `async` closure may borrow what is around it while it waits: a closure that returns a future
/// may not.
async fn largest(node: &Node, mut is_new: impl AsyncFnMut(u32)) {
    is_new(node.0).await;
    for below in &node.1 {
        is_new(below.0).await;
    }
}

pub async fn traits() -> (u32, u32) {
    let mut visitor = Sum(0);
    each(&tree(), &mut visitor).lane("visitor").await;
    let mut found = 0;
    let closure = async |number: u32| found = found.max(look(number).await);
    largest(&tree(), closure).lane("closure").await;
    (visitor.0, found)
}
// ANCHOR_END: traits

pub fn stage() -> Stage {
    Stage::of(include_str!("recursion.rs"))
        .scene("Box::pin", boxed)
        .scene("dyn Future", dynamic)
        .scene("async in a trait, and a closure", traits)
}

fn main() -> ExitCode {
    stage().run()
}
