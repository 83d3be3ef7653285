//! From where a waker was called, or a lane dropped: read off the stack of that moment.
//!
//! Tokio's timer, its I/O driver and the end of a task call wakers from the same loop, and none of
//! them says which it is. Their files do: a socket's wake comes through `runtime/io`, a timer's
//! only through `runtime/time`, that of a joiner through `runtime/task`. The stack is looked up
//! when the run is over, or when a verdict needs it; equal stacks have one number, and are looked
//! up once.
use super::{
    event::WokenBy,
    run::{Log, Trace, Woken},
    stack::{Frame, has_no_line_tables, passes_through_tokio},
};
use std::collections::HashMap;

/// What a stack passes through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Not known: this binary has no line tables.
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
    /// Anything else: a signal, another process.
    Elsewhere,
}

impl Origin {
    fn of(frames: &[Frame]) -> Origin {
        if passes_through_tokio(frames, "/runtime/io/") {
            Origin::Io
        } else if passes_through_tokio(frames, "/runtime/time") {
            Origin::Timer
        } else if passes_through_tokio(frames, "/defer.rs") {
            Origin::Deferred
        } else if passes_through_tokio(frames, "/runtime/task/") {
            // The runtime polls each task by a function of this name, and by no other.
            let polled = frames.iter().any(|frame| frame.function.contains("poll_future"));
            if polled { Origin::Poll } else { Origin::Task }
        } else if has_no_line_tables(frames) {
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
}

/// What has woken a lane.
pub(super) fn woken_by(log: &Log, woken: &Woken) -> WokenBy {
    match woken.trace {
        Some(trace) => Origins::default().woken_by(log, trace, woken.by),
        None => woken.by,
    }
}
