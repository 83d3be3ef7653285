//! From where a waker was called, or a lane dropped: read off the stack of that moment.
//!
//! Tokio's timer, its I/O driver and the end of a task call wakers from the same loop, and none of
//! them says which it is. Their files do. The drivers are wrapped into each other, that of timers
//! around that of signals, and that one around that of I/O: so a socket's wake comes through
//! `runtime/io`, a signal's through `runtime/signal` and not that, a timer's through `runtime/time`
//! and neither of the two. That of a joiner comes through `runtime/task`. The stack is looked up
//! when the run is over, or when a verdict needs it; equal stacks have one number, and are looked
//! up once.
use super::{
    event::WokenBy,
    run::{Log, Trace, Woken},
    stack::{Frame, has_no_line_tables, passes_through_tokio, tokio_has_no_line_tables},
};
use std::collections::HashMap;

/// What a stack passes through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Not known: this binary has no line tables, or none of tokio.
    Unknown,
    /// The driver of sockets.
    Io,
    /// The driver of timers.
    Timer,
    /// The list of those that have given way.
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
        if passes_through_tokio(frames, "/runtime/io/") {
            Origin::Io
        } else if passes_through_tokio(frames, "/runtime/signal/") {
            // Before the timers, whose driver has called that of the signals.
            Origin::Elsewhere
        } else if passes_through_tokio(frames, "/runtime/time") {
            Origin::Timer
        } else if passes_through_tokio(frames, "/defer.rs") {
            Origin::Deferred
        } else if passes_through_tokio(frames, "/runtime/task/") {
            // The runtime polls each task by a function of this name, and by no other.
            let polled = frames.iter().any(|frame| frame.function.contains("poll_future"));
            if polled { Origin::Poll } else { Origin::Task }
        } else if has_no_line_tables(frames) || tokio_has_no_line_tables(frames) {
            Origin::Unknown
        } else {
            Origin::Elsewhere
        }
    }

    /// What has called a waker from there; `guess` is what was taken for it meanwhile.
    fn woken_by(self, trace: Trace, guess: WokenBy) -> WokenBy {
        match (self, trace.ended) {
            (Origin::Unknown, _) => guess,
            (Origin::Timer, _) => WokenBy::Clock,
            (Origin::Deferred, _) => WokenBy::Yield,
            (Origin::Task | Origin::Poll, Some(ended)) => WokenBy::Lane(ended),
            _ => WokenBy::Outside,
        }
    }

    /// Whether a lane that was dropped there was aborted; `guess` is what was taken for it
    /// meanwhile.
    ///
    /// Only outside its poll a task is dropped by an `abort`. In its poll the code of the task
    /// drops the lane.
    fn aborted(self, guess: bool) -> bool {
        match self {
            Origin::Unknown => guess,
            Origin::Task => true,
            _ => false,
        }
    }
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

    /// What has called a waker there; `guess` is what was taken for it meanwhile.
    pub fn woken_by(&mut self, log: &Log, trace: Trace, guess: WokenBy) -> WokenBy {
        self.of(log, trace).woken_by(trace, guess)
    }

    /// Whether a lane that was dropped there was aborted; `guess` is what was taken for it
    /// meanwhile.
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
    use super::*;

    /// A stack through these functions and their files, the innermost first.
    fn stack(functions: &[(&str, &str)]) -> Vec<Frame> {
        let mut frames = vec![];
        for (function, file) in functions {
            let function = function.to_string();
            let file = file.to_string();
            frames.push(Frame { address: 1, function, file, place: None, library: true });
        }
        frames
    }

    const TRACE: Trace = Trace { stack: 0, ended: None };

    /// What has called a waker on this stack, if it was taken for that meanwhile.
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

    #[test]
    fn without_line_tables_of_tokio_it_stays_as_it_was_guessed() {
        // A program whose dependencies have none: what of tokio is generic is compiled with it.
        let partly = [
            WAKE,
            ("tokio::runtime::time::Driver::park_internal", ""),
            ("core::result::Result::map", "/src/tokio-1.54.1/src/runtime/context.rs"),
            ("own::main", "/own/src/main.rs"),
        ];
        for guess in [WokenBy::Clock, WokenBy::Yield, WokenBy::Outside] {
            assert_eq!(woken_by(&partly, guess), guess);
        }
        let origin = Origin::of(&stack(&partly));
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
