//! How long the loop's work takes: `cargo bench -p event-loop-benches --bench event_loop`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use async_concepts::event_loop::{Error, EventLoop, StdDriver, VirtualDriver};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use event_loop_benches as workloads;

const MILLION: u32 = 1_000_000;

/// Measures `work` on a fresh loop, without the making of the loop and its closing.
fn on_fresh_loops(
    criterion: &mut Criterion,
    name: &str,
    count: u32,
    event_loop: fn() -> EventLoop,
    work: fn(&EventLoop, u32) -> Result<(), Error>,
) {
    let mut group = criterion.benchmark_group("event_loop");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .throughput(Throughput::Elements(count.into()));
    group.bench_function(format!("{name}_{count}"), |bencher| {
        bencher.iter_custom(|iterations| {
            let mut total = Duration::ZERO;
            for _ in 0..iterations {
                let event_loop = event_loop();
                let start = Instant::now();
                work(&event_loop, black_box(count)).expect("the work is done");
                total += start.elapsed();
                event_loop.close().expect("the loop has stopped");
            }
            total
        });
    });
    group.finish();
}

fn tokio() -> EventLoop {
    EventLoop::new().expect("there are files left")
}

fn all(criterion: &mut Criterion) {
    on_fresh_loops(criterion, "call_soon_chain", MILLION, tokio, workloads::call_soon_chain);
    let standard = || EventLoop::with_driver(StdDriver::new());
    on_fresh_loops(
        criterion,
        "call_soon_chain_std_clock",
        MILLION,
        standard,
        workloads::call_soon_chain,
    );
    let virtual_time = || EventLoop::with_driver(VirtualDriver::new());
    on_fresh_loops(
        criterion,
        "call_soon_chain_virtual_clock",
        MILLION,
        virtual_time,
        workloads::call_soon_chain,
    );
    on_fresh_loops(criterion, "bare_queue_chain", MILLION, virtual_time, |_, count| {
        workloads::bare_queue_chain(count);
        Ok(())
    });
    on_fresh_loops(
        criterion,
        "call_soon_preloaded",
        MILLION,
        tokio,
        workloads::call_soon_preloaded,
    );
    on_fresh_loops(criterion, "timers_cancelled", MILLION, tokio, workloads::timers_cancelled);
    on_fresh_loops(
        criterion,
        "timers_cancelled_together",
        MILLION,
        tokio,
        workloads::timers_cancelled_together,
    );
    on_fresh_loops(criterion, "timers_fired", 100_000, tokio, workloads::timers_fired);
    on_fresh_loops(criterion, "hand_overs", MILLION, tokio, workloads::hand_overs);
    for count in [1_000, 10_000, 100_000, MILLION] {
        on_fresh_loops(criterion, "gather_tasks", count, tokio, workloads::gather_tasks);
    }
}

criterion_group!(benches, all);
criterion_main!(benches);
