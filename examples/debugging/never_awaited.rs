//! Never awaited: a coroutine that was called, and then forgotten.
//!
//! In Python: a `RuntimeWarning`, when it is gone, see `never_awaited.py` beside this file.
//! Look for: A future that is dropped without a poll has done nothing. Rust warns at compile time;
//! for `nap();` it says "unused implementer of `Future` that must be used". For the compiler a
//! future that is kept somewhere is used: only a wrapper that looks when it is dropped reports it,
//! as Python does at run time.
//!
//!     cargo run --example never_awaited
use async_concepts::{LaneExt, say, stage::Stage};
use futures::future::join_all;
use std::{
    panic::Location,
    path::Path,
    pin::Pin,
    process::ExitCode,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::sleep;

async fn nap() {
    sleep(Duration::from_millis(100)).await;
    say!("slept");
}

async fn other_work() {
    sleep(Duration::from_millis(100)).await;
}

// ANCHOR: wrapper
/// A future that reports if it is dropped and was never polled.
struct NeverAwaited<F> {
    future: Pin<Box<F>>,
    name: &'static str,
    polled: bool,
    place: &'static Location<'static>,
}

#[track_caller]
fn expect_await<F: Future>(name: &'static str, future: F) -> NeverAwaited<F> {
    NeverAwaited { future: Box::pin(future), name, polled: false, place: Location::caller() }
}

impl<F: Future> Future for NeverAwaited<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.polled = true;
        self.future.as_mut().poll(cx)
    }
}

impl<F> Drop for NeverAwaited<F> {
    fn drop(&mut self) {
        if !self.polled {
            let file = Path::new(self.place.file()).file_name().unwrap_or_default().display();
            say!("coroutine '{}' was never awaited ({file}:{})", self.name, self.place.line());
        }
    }
}
// ANCHOR_END: wrapper

// ANCHOR: forgotten
pub async fn forgotten() {
    #[expect(
        clippy::let_underscore_future,
        reason = "this is the mistake that the example is about"
    )]
    // ANCHOR: naps
    // A trap: it is dropped here, and rustc has nothing to say.
    let _ = expect_await("nap", nap().lane("A"));
    let naps = [expect_await("nap", nap().lane("B")), expect_await("nap", nap().lane("C"))];
    other_work().await;
    // ANCHOR_END: naps
    say!("{} naps", naps.len());
}
// ANCHOR_END: forgotten

// ANCHOR: awaited
pub async fn awaited() {
    expect_await("nap", nap().lane("A")).await;
    let naps = [expect_await("nap", nap().lane("B")), expect_await("nap", nap().lane("C"))];
    other_work().await;
    say!("{} naps", naps.len());
    join_all(naps).await;
}
// ANCHOR_END: awaited

pub fn stage() -> Stage {
    Stage::of(include_str!("never_awaited.rs"))
        .scene("never awaited", forgotten)
        .scene("awaited", awaited)
        .variant_of("never awaited")
}

fn main() -> ExitCode {
    stage().run()
}
