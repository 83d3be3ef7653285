//! How long a thread was ready to run and had no processor.
//!
//! A poll that takes long on the wall clock kept its thread, unless it is the machine that kept the
//! poll: where more threads want to run than there are processors, each of them waits. What a
//! recording says of a poll must not depend on that, so this time is taken off. What is left is
//! what the poll computed, and what it slept: in `std::thread::sleep`, for a lock, for a disk.
use std::{fs, time::Duration};

/// How long this thread was ready and had no processor, since it was started; zero where the system
/// does not tell.
pub(super) fn waited_for_a_processor() -> Duration {
    let waited = waited_as_the_system_tells();
    #[cfg(test)]
    let waited = waited + tests::PRETENDED.get();
    waited
}

fn waited_as_the_system_tells() -> Duration {
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

#[cfg(test)]
mod tests {
    use crate::{LaneExt, on_thread, record, timeline::Remark};
    use std::{cell::Cell, thread, time::Duration};
    use tokio::task::{spawn_blocking, yield_now};

    thread_local! {
        /// So long this thread is said to have waited besides: a test cannot keep the machine busy.
        pub(super) static PRETENDED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    /// Long enough for a remark.
    const LONG: Duration = Duration::from_millis(300);

    /// What a poll sees of a machine that has no processor for it.
    fn has_no_processor(time: Duration) {
        thread::sleep(time);
        PRETENDED.set(PRETENDED.get() + time);
    }

    fn sentences(remarks: &[Remark]) -> Vec<&str> {
        remarks.iter().map(|remark| remark.sentence.as_str()).collect()
    }

    #[test]
    fn what_the_machine_takes_is_said_of_no_lane() {
        let run = record("busy machine", || async {
            // Another thread has waited longer than this one ever will.
            let pool = spawn_blocking(on_thread("pool", || has_no_processor(3 * LONG)));
            pool.await.expect("it does not panic");
            // When the inner poll is over, all that was waited is looked at, and it is the outer
            // one's, too.
            let outer = async {
                has_no_processor(LONG);
                async { has_no_processor(LONG) }.lane("inner").await;
            };
            outer.lane("outer").await;
        });
        assert_eq!(sentences(&run.remarks), [""; 0]);
    }

    #[test]
    fn what_a_lane_takes_is_said_of_it_also_after_the_machine_was_busy() {
        let run = record("slept", || {
            let slow = async {
                has_no_processor(LONG);
                yield_now().await;
                thread::sleep(3 * LONG); // far more than a real machine takes in between
            };
            slow.lane("A")
        });
        let kept = "A kept the thread for ";
        assert!(sentences(&run.remarks).iter().all(|said| said.starts_with(kept)));
        assert_eq!(run.remarks.len(), 1, "{:?}", run.remarks);
    }
}
