//! From where a waker was called, or a lane dropped: read off the stack of that moment.
//!
//! Tokio's timer, its I/O driver and the end of a task call wakers from the same loop, and none of
//! them says which it is. Their modules do. The driver of timers calls that of signals, and that
//! one calls the driver of I/O. So these modules are on the stack:
//!
//! | what wakes | on the stack | not on the stack |
//! |---|---|---|
//! | a socket | `runtime::io` | |
//! | a signal | `runtime::signal` | `runtime::io` |
//! | a timer | `runtime::time` | `runtime::io`, `runtime::signal` |
//! | the end of a task, for what joins it | `runtime::task` | |
//!
//! The stack is looked up when the run is over, or when a verdict needs it; equal stacks have one
//! number, and are looked up once.
//!
//! A function that was inlined is on the stack only where there are line tables. So without the
//! line tables of tokio a function that is on the stack proves its part, and nothing follows from
//! a function that is missing.
use super::{
    event::{CalledOff, WokenBy},
    frame::{Frame, has_no_line_tables},
    run::{Log, Trace, Woken},
};
use std::collections::HashMap;

/// What a stack passes through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Not known: this binary has no line tables, or none of tokio, and the names of functions are
    /// not enough.
    Unknown,
    /// The driver of sockets.
    Io,
    /// The driver of timers.
    Timer,
    /// The runtime's list of tasks that have given way.
    Deferred,
    /// A task, outside its poll: it has ended, or the runtime drops its future.
    Task,
    /// The poll of a task.
    Poll,
    /// Anything else: a signal, which also tells of the end of a child process; another thread.
    Elsewhere,
}

impl Origin {
    fn of(frames: &[Frame]) -> Origin {
        let passes_through = |module| frames.iter().any(|frame| frame.is_in(module));
        if passes_through("tokio::runtime::io") {
            Origin::Io
        } else if passes_through("tokio::runtime::signal") {
            // Before the timers, whose driver has called that of the signals.
            Origin::Elsewhere
        } else if frames.iter().any(calls_timers) {
            Origin::Timer
        } else if passes_through("tokio::runtime::scheduler::defer") {
            Origin::Deferred
        } else if frames.iter().any(is_of_a_task) {
            // The runtime polls each task by a function of this name, and by no other.
            let polled = frames.iter().any(|frame| frame.function.contains("poll_future"));
            if polled { Origin::Poll } else { Origin::Task }
        } else if frames.iter().any(is_of_tokio_without_a_file) || has_no_line_tables(frames) {
            Origin::Unknown
        } else {
            Origin::Elsewhere
        }
    }

    /// What has called a waker from there; `guess` is what was assumed before the stack was looked
    /// up.
    fn woken_by(self, trace: Trace, guess: WokenBy) -> WokenBy {
        match (self, trace.ended) {
            (Origin::Unknown, _) => guess,
            (Origin::Timer, _) => WokenBy::Clock,
            (Origin::Deferred, _) => WokenBy::Yield,
            // If a lane is being polled, the stack ends at its poll. So a task on the stack is one
            // inside that lane, and its end has called the waker.
            (Origin::Task | Origin::Poll, Some(ended)) => WokenBy::Lane(ended),
            _ => match trace.current {
                Some(current) => WokenBy::Lane(current),
                None => WokenBy::Outside,
            },
        }
    }

    /// Whether a lane that was dropped there was aborted; `guess` is what was assumed before the
    /// stack was looked up.
    ///
    /// An `abort` drops the future of a task while the task is not being polled. If a lane is
    /// dropped while the task is being polled, the code of the task has dropped it.
    fn aborted(self, guess: bool) -> bool {
        match self {
            Origin::Unknown => guess,
            Origin::Task => true,
            _ => false,
        }
    }
}

/// Whether a function is of the driver of timers, and has called the waker itself. The caller has
/// found no driver of I/O or of signals on the stack. That is a proof if the file of the function
/// is known, since then inlined functions are seen as well. Without a file only the function that
/// calls the wakers of timers is a proof.
fn calls_timers(frame: &Frame) -> bool {
    let of_timers = frame.is_in("tokio::runtime::time") || frame.is_in("tokio::runtime::time_alt");
    of_timers && (!frame.file.is_empty() || frame.function.contains("process_at_time"))
}

/// Whether a function is of a task, and its file is known. Without its file it is no proof: the
/// function that polls the task may be inlined into it, unseen.
fn is_of_a_task(frame: &Frame) -> bool {
    frame.is_in("tokio::runtime::task") && !frame.file.is_empty()
}

/// Whether this is a function of tokio whose file is not known. Then it is not known either what
/// was inlined into it.
fn is_of_tokio_without_a_file(frame: &Frame) -> bool {
    frame.is_in("tokio") && frame.file.is_empty()
}

/// How code on this stack tells an event loop of this crate not to make a call: by the handle of
/// the call, or by the future whose callback it is. None if it tells nothing of that kind.
pub(super) fn calls_off_a_callback(frames: &[Frame]) -> Option<CalledOff> {
    const BY: &[(&str, &str, CalledOff)] = &[
        ("/src/event_loop/handle.rs", "cancel", CalledOff::Cancelled),
        ("/src/event_loop/entry.rs", "cancel", CalledOff::Cancelled),
        ("/src/event_loop/future.rs", "remove_done_callback", CalledOff::Removed),
    ];
    for frame in frames {
        for (file, function, called_off) in BY {
            if frame.file.ends_with(file) && frame.function.contains(function) {
                return Some(*called_off);
            }
        }
    }
    None
}

/// The origins that were looked up, by the numbers of their stacks.
#[derive(Default)]
pub(super) struct Origins(HashMap<u32, Origin>);

impl Origins {
    /// From where `trace` comes.
    pub fn of(&mut self, log: &Log, trace: Trace) -> Origin {
        let look_up = || Origin::of(&log.stacks.get(trace.stack).frames());
        *self.0.entry(trace.stack).or_insert_with(look_up)
    }

    /// What has called a waker there; `guess` is what was assumed before that was looked up.
    pub fn woken_by(&mut self, log: &Log, trace: Trace, guess: WokenBy) -> WokenBy {
        self.of(log, trace).woken_by(trace, guess)
    }

    /// Whether a lane that was dropped there was aborted; `guess` is what was assumed before that
    /// was looked up.
    pub fn aborted(&mut self, log: &Log, trace: Trace, guess: bool) -> bool {
        self.of(log, trace).aborted(guess)
    }
}

/// What has woken a lane.
pub(super) fn woken_by(log: &Log, woken: &Woken) -> WokenBy {
    match woken.trace {
        Some(trace) => Origins::default().woken_by(log, trace, woken.by),
        None => woken.by,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::frame::tests::frame, *};

    /// A stack through these functions and their files, the innermost first.
    fn stack(functions: &[(&str, &str)]) -> Vec<Frame> {
        functions.iter().map(|(function, file)| frame(function, file)).collect()
    }

    const TRACE: Trace = Trace { stack: 0, ended: None, current: None };

    /// What has called a waker on this stack, if `guess` was assumed before.
    fn woken_by(functions: &[(&str, &str)], guess: WokenBy) -> WokenBy {
        Origin::of(&stack(functions)).woken_by(TRACE, guess)
    }

    const WAKE: (&str, &str) = ("core::task::wake::Waker::wake", "/rustc/1/library/core/wake.rs");

    #[test]
    fn the_innermost_driver_is_what_wakes() {
        const IO: (&str, &str) = ("park", "/src/tokio-1.54.1/src/runtime/io/driver.rs");
        const SIGNAL: (&str, &str) = ("park", "/src/tokio-1.54.1/src/runtime/signal/mod.rs");
        const TIME: (&str, &str) = ("park", "/src/tokio-1.54.1/src/runtime/time/mod.rs");
        assert_eq!(woken_by(&[WAKE, IO, SIGNAL, TIME], WokenBy::Clock), WokenBy::Outside);
        assert_eq!(woken_by(&[WAKE, SIGNAL, TIME], WokenBy::Clock), WokenBy::Outside);
        assert_eq!(woken_by(&[WAKE, TIME], WokenBy::Outside), WokenBy::Clock);
    }

    /// A function of tokio that is generic, and so is compiled with the program.
    const GENERIC: (&str, &str) = ("map", "/src/tokio-1.54.1/src/runtime/context.rs");
    const PARK: (&str, &str) = ("tokio::runtime::time::Driver::park_internal", "");

    #[test]
    fn without_line_tables_of_tokio_the_names_of_functions_say_what_wakes() {
        const PROCESS: &str =
            "tokio::runtime::time::<impl tokio::runtime::time::handle::Handle>::process_at_time";
        const TURN: (&str, &str) = ("tokio::runtime::io::driver::Driver::turn", "");
        const DEFER: (&str, &str) = ("tokio::runtime::scheduler::defer::Defer::wake", "");
        let guess = WokenBy::Outside;
        assert_eq!(woken_by(&[WAKE, (PROCESS, ""), PARK, GENERIC], guess), WokenBy::Clock);
        assert_eq!(woken_by(&[WAKE, TURN, PARK, GENERIC], WokenBy::Clock), WokenBy::Outside);
        assert_eq!(woken_by(&[WAKE, DEFER, GENERIC], guess), WokenBy::Yield);
    }

    #[test]
    fn where_functions_of_tokio_may_be_inlined_unseen_it_stays_as_it_was_guessed() {
        // The driver of timers has called one that is not on the stack.
        let partly = [WAKE, PARK, GENERIC, ("own::main", "/own/src/main.rs")];
        for guess in [WokenBy::Clock, WokenBy::Yield, WokenBy::Outside] {
            assert_eq!(woken_by(&partly, guess), guess);
        }
        let origin = Origin::of(&stack(&partly));
        assert!(origin == Origin::Unknown && origin.aborted(true) && !origin.aborted(false));
        // Nor is it known then whether a task is polled, or is dropped.
        let task = ("tokio::runtime::task::harness::Harness<T,S>::poll", "");
        let origin = Origin::of(&stack(&[task, ("own::main", "/own/src/main.rs")]));
        assert!(origin == Origin::Unknown && origin.aborted(true) && !origin.aborted(false));
    }

    #[test]
    fn a_lane_is_aborted_by_its_task_outside_a_poll() {
        assert!(Origin::Task.aborted(false));
        assert!(!Origin::Poll.aborted(true) && !Origin::Elsewhere.aborted(true));
        // A binary without line tables.
        assert!(Origin::of(&[]).aborted(true) && !Origin::of(&[]).aborted(false));
    }
}
