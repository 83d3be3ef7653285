//! What it costs to time each poll: `cargo bench -p event-loop-benches --bench slow_polls`.

use std::future::poll_fn;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_concepts::slow_poll::{SlowPoll, SlowPollExt};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const POLLS: u32 = 100_000;
const LIMIT: Duration = Duration::from_millis(100);

/// Gives way so many times.
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

fn all(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("slow_polls");
    group.sample_size(20).throughput(Throughput::Elements(POLLS.into()));
    group.bench_function("bare_polls", |bencher| bencher.iter(|| poll_by_hand(gives_way(POLLS))));
    group.bench_function("timed_polls", |bencher| {
        bencher.iter(|| poll_by_hand(gives_way(POLLS).report_slow_polls(LIMIT, ignore)));
    });
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    group.bench_function("bare_task", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async { tokio::spawn(gives_way(POLLS)).await.expect("no panic") })
        });
    });
    group.bench_function("timed_task", |bencher| {
        bencher.iter(|| {
            let task = async {
                tokio::spawn(gives_way(POLLS).report_slow_polls(LIMIT, ignore))
                    .await
                    .expect("no panic")
            };
            runtime.block_on(task);
        });
    });
    group.finish();
}

criterion_group!(benches, all);
criterion_main!(benches);
