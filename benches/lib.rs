//! The works that are measured, on this crate's event loop and on what else Rust has, and how they
//! are measured.

pub mod echo;
pub mod elsewhere;
pub mod workloads;

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The processor time that this process has used, in all of its threads. On a machine that does
/// other things as well it is what a work costs; the time that passes is not.
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = time.tv_sec.try_into().expect("it is not negative");
    let nanoseconds = time.tv_nsec.try_into().expect("it is less than a second");
    Duration::new(seconds, nanoseconds)
}

/// The least processor time of several rounds, of which a disturbance can only make some longer.
pub fn least_of(rounds: u32, mut round: impl FnMut() -> Duration) -> Duration {
    let mut least = Duration::MAX;
    for _ in 0..rounds {
        least = least.min(round());
    }
    least
}
