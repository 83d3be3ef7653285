//! What it costs to time each poll: `cargo bench -p event-loop-benches --bench slow_polls`.

use std::future::poll_fn;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_concepts::slow_poll::{SlowPoll, SlowPollExt};
use event_loop_benches::{least_of, processor_time};
use tokio::runtime::Builder;

const POLLS: u32 = 100_000;
const LIMIT: Duration = Duration::from_millis(100);

/// Gives way this many times.
fn gives_way(mut left: u32) -> impl Future<Output = ()> {
    poll_fn(move |cx| {
        left = black_box(left) - 1;
        if left == 0 {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

fn ignore(slow: SlowPoll) {
    black_box(slow);
}

/// Polls without a runtime around: nothing but the future.
fn poll_by_hand(future: impl Future<Output = ()>) {
    let (mut future, mut cx) = (pin!(future), Context::from_waker(Waker::noop()));
    while future.as_mut().poll(&mut cx).is_pending() {}
}

/// Prints the least processor time of a poll in some rounds.
fn measure(name: &str, mut round: impl FnMut()) {
    let took = least_of(20, || {
        let start = processor_time();
        round();
        processor_time() - start
    });
    println!("{name}: {:.1} ns", took.as_secs_f64() * 1e9 / f64::from(POLLS));
}

fn main() {
    measure("bare_polls", || poll_by_hand(gives_way(POLLS)));
    measure("timed_polls", || poll_by_hand(gives_way(POLLS).report_slow_polls(LIMIT, ignore)));
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
    measure("bare_task", || {
        runtime.block_on(async { tokio::spawn(gives_way(POLLS)).await.expect("no panic") });
    });
    measure("timed_task", || {
        let timed = gives_way(POLLS).report_slow_polls(LIMIT, ignore);
        runtime.block_on(async { tokio::spawn(timed).await.expect("no panic") });
    });
}
