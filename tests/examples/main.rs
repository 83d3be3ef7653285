//! What the examples promise: results, elapsed time and every line, on a paused clock.
use async_concepts::timeline::Recording;
use std::time::Duration;

mod all;
mod context;
mod coroutines;
mod debugging;
mod event_loop;
mod executors;
mod futures;
mod gather;
mod iteration;
mod observed;
mod schedules;
mod synchronization;
mod transports;
mod twins;

/// That many milliseconds.
pub const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// All examples, in reading order.
pub fn examples() -> &'static [all::Example] {
    // Workers of `process_pool` are the example's program, started again; here that would be the
    // tests.
    executors::use_workers();
    all::EXAMPLES
}

/// Asserts what a run printed, and then how long it took.
///
/// The lines come first, and with them the reason if the run had to be ended: they say what went
/// wrong. The time alone does not.
#[track_caller]
pub fn assert_run<T, const LINES: usize>(
    run: &Recording<T>,
    lines: [&str; LINES],
    elapsed: Duration,
) {
    let printed = run.transcript().join("\n");
    let expected = lines.join("\n");
    assert!(
        printed == expected,
        "“{}” printed other lines; {}\n{printed}\n--- expected:\n{expected}\n---",
        run.title,
        ended(run)
    );
    assert_took(run, elapsed);
}

/// Asserts how long a run took; the message shows what it printed, and why it was ended if it was.
#[track_caller]
pub fn assert_took<T>(run: &Recording<T>, elapsed: Duration) {
    let printed = run.transcript().join("\n");
    let title = &run.title;
    assert!(run.elapsed == elapsed, "“{title}” should take {elapsed:?}; {}\n{printed}", ended(run));
}

fn ended<T>(run: &Recording<T>) -> String {
    match &run.outcome {
        Ok(_) => format!("it ended by itself after {:?}", run.elapsed),
        Err(verdict) => format!("it was ended: {verdict}"),
    }
}
