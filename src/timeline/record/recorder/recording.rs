//! What is known of a run when it is over.
use super::RunEnd;
use crate::timeline::{
    Clock,
    record::{
        event::{Event, Line, Polled, What, WokenBy},
        origin::{Origin, Origins, calls_off_a_callback},
        run::{Home, Log, Observe, Run},
        verdict::{Remark, Verdict},
        waits::Waits,
    },
};
use std::{sync::Arc, time::Duration};

/// What is known of a run when it is over.
#[derive(Debug)]
pub struct Recording<T> {
    /// What it was called.
    pub title: String,
    /// How long it took, on its own clock.
    pub elapsed: Duration,
    /// What `main` returned, or why it did not.
    pub outcome: Result<T, Verdict>,
    /// What was printed.
    pub lines: Vec<Line>,
    /// What is to be said of the run beside its verdict, or where it has none.
    pub remarks: Vec<Remark>,
    /// Which clock its times are on, to show them as exact or as measured.
    clock: Clock,
    /// See [`Recording::workers`].
    workers: usize,
    /// What happened, in order. It is shared with what shows it if the test fails.
    events: Arc<Vec<Event>>,
    /// How many events there was no room for.
    left_out: u64,
    /// What is dropped with the recording, and shows it if its test fails.
    _shown: Option<Shown>,
}

/// The part of a recording that is shown if it is dropped while its thread panics. A type of its
/// own, since a `Recording` that has a destructor itself would not let its fields be moved out. The
/// fields are those of [`Recording`], with verdict and remarks as text.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "draw"),
    expect(dead_code, reason = "a recording that is not drawn shows nothing when it is dropped")
)]
pub(crate) struct Shown {
    pub title: String,
    pub elapsed: Duration,
    pub verdict: Option<String>,
    pub remarks: Vec<String>,
    pub lines: Vec<Line>,
    pub clock: Clock,
    pub workers: usize,
    pub events: Arc<Vec<Event>>,
    pub left_out: u64,
}

impl<T> Recording<T> {
    /// What `main` returned.
    ///
    /// # Panics
    /// With the verdict, if it did not return; with its own panic, if it panicked.
    #[track_caller]
    pub fn output(self) -> T {
        match self.outcome {
            Ok(output) => output,
            Err(Verdict::Panicked(_, panic)) => std::panic::resume_unwind(panic),
            Err(verdict) => panic!("{}: {verdict}", self.title),
        }
    }

    /// The lines, as `time lane text`.
    pub fn transcript(&self) -> Vec<String> {
        self.lines.iter().map(Line::to_string).collect()
    }

    /// What the lanes waited for, after each poll that was not ready, in order.
    pub fn waits(&self) -> impl Iterator<Item = &Waits> {
        self.events.iter().filter_map(|event| match &event.what {
            What::PollEnd { polled: Polled::Pending(waits), .. } => Some(waits),
            _ => None,
        })
    }

    /// How many workers the runtime had beside the first thread: 0 on a runtime of one thread. Of a
    /// caller's runtime these are only the workers that have polled a lane.
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// Which clock it ran on.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// How many events were not kept, since there were too many.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// What happened, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

/// The recording of a run that is over, made of what its log holds.
pub(crate) fn recording<T>(
    run: &Run,
    title: String,
    (outcome, elapsed): RunEnd<T>,
) -> Recording<T> {
    let mut log = run.lock();
    let mut events = std::mem::take(&mut log.events);
    let unexplained = explain(&log, &mut events);
    let workers = match run.home {
        Home::Callers(_) => log.workers_used(),
        _ => log.workers,
    };
    let remarks = remarks(run.clock, &log, &events, unexplained);
    // Taken, not cloned: a run that was given up goes on beside this, and adds nothing to a closed
    // log.
    let lines = std::mem::take(&mut log.lines);
    let events = Arc::new(events);
    // A check that goes through schedules makes many runs, and shows the one that matters by
    // itself.
    let mut shown = None;
    if run.gate.is_none() && run.observe == Observe::Everything {
        shown = Some(Shown {
            title: title.clone(),
            elapsed,
            verdict: outcome.as_ref().err().map(ToString::to_string),
            remarks: remarks.iter().map(Remark::to_string).collect(),
            lines: lines.clone(),
            clock: run.clock,
            workers,
            events: events.clone(),
            left_out: log.left_out,
        });
    }
    Recording {
        title,
        outcome,
        elapsed,
        remarks,
        clock: run.clock,
        workers,
        events,
        left_out: log.left_out,
        lines,
        _shown: shown,
    }
}

/// What is to be said of a run beside its verdict. `unexplained` is the number of wakes of which it
/// is not known what made them.
fn remarks(clock: Clock, log: &Log, events: &[Event], unexplained: usize) -> Vec<Remark> {
    let mut remarks = Remark::on_long_polls(clock, events);
    if log.has_no_line_tables() {
        remarks.push(Remark::no_places());
    }
    if unexplained > 0 {
        remarks.push(Remark::no_line_tables(unexplained));
    }
    if let Some(message) = &log.destructor_panicked {
        remarks.push(Remark::destructor_panicked(message));
    }
    remarks
}

/// Looks up what was on the stacks, now that there is time, and corrects the events of which a
/// stack tells more. Returns how many wakes remain unexplained.
fn explain(log: &Log, events: &mut [Event]) -> usize {
    let mut unexplained = 0;
    let mut origins = Origins::default();
    for traced in &log.traced {
        let Some(event) = events.get_mut(traced.event) else { continue };
        match &mut event.what {
            What::Woken { by, .. } => {
                let unknown = origins.of(log, traced.trace) == Origin::Unknown;
                if unknown && *by == WokenBy::Outside {
                    unexplained += 1;
                }
                *by = origins.woken_by(log, traced.trace, *by);
            }
            What::Dropped { aborted, .. } if *aborted => {
                *aborted = origins.aborted(log, traced.trace, *aborted);
            }
            What::Dropped { called_off, .. } => {
                *called_off = calls_off_a_callback(&log.stacks.get(traced.trace.stack).frames());
            }
            _ => {}
        }
    }
    unexplained
}
