//! How long a thread was ready to run and had no processor.
//!
//! A poll that takes long on the wall clock kept its thread, unless it is the machine that kept the
//! poll: where more threads want to run than there are processors, each of them waits. What a
//! recording says of a poll must not depend on that, so this time is taken off.
use std::{fs, time::Duration};

/// That time for this thread, since it was started; zero where the system does not tell.
pub(super) fn waited_for_a_processor() -> Duration {
    // Linux: nanoseconds on a processor, nanoseconds ready without one, and how often it was given
    // one.
    let Ok(text) = fs::read_to_string("/proc/thread-self/schedstat") else {
        return Duration::ZERO;
    };
    let waited = text.split_whitespace().nth(1).map(str::parse);
    match waited {
        Some(Ok(nanoseconds)) => Duration::from_nanos(nanoseconds),
        _ => Duration::ZERO,
    }
}
