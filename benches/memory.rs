//! How much memory the loop's work takes at its peak: `cargo bench -p event-loop-benches --bench
//! memory`.

use async_concepts::event_loop::{Error, EventLoop};
use event_loop_benches::workloads;
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn main() -> Result<(), Error> {
    type Work = fn(&EventLoop, u32) -> Result<(), Error>;
    let work: [(&str, u32, Work); 5] = [
        ("gather_tasks", 100_000, workloads::gather_tasks),
        ("gather_tasks", 1_000_000, workloads::gather_tasks),
        ("call_soon_preloaded", 1_000_000, workloads::call_soon_preloaded),
        ("timers_cancelled", 1_000_000, workloads::timers_cancelled),
        ("timers_fired", 100_000, workloads::timers_fired),
    ];
    for (name, count, work) in work {
        let event_loop = EventLoop::new()?;
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        work(&event_loop, count)?;
        let peak = ALLOCATOR.peak_usage() - before;
        event_loop.close()?;
        println!("{name}_{count}: {peak} bytes at most, {} each", peak / count as usize);
    }
    Ok(())
}
