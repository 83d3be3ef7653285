//! Running what the learner wrote, and questions about how it went.
use async_concepts::timeline::{Chart, Clock, Line, Recorder, TerminalOptions, Verdict, human};
use std::time::{Duration, Instant};

/// How long, on the wall clock, an attempt may keep its thread before it is given up: long enough for a busy machine,
/// short enough for somebody who waits for a verdict.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// How long an attempt may take on virtual time, where nobody has to wait for it.
const VIRTUAL_LIMIT: Duration = Duration::from_secs(3600);

/// How long an attempt may take on the real clock, where somebody does.
const REAL_LIMIT: Duration = Duration::from_secs(5);

/// So many milliseconds.
pub const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// An attempt that is over: what there is to ask when one looks for the misconception behind it.
pub struct Run<T> {
    pub(crate) lines: Vec<String>,
    pub(crate) elapsed: Duration,
    pub(crate) outcome: Result<T, Verdict>,
    pub(crate) chart: Chart,
    wall: Duration,
}

impl<T: Send + 'static> Run<T> {
    /// Runs the future that `main` makes, to its end or until it is given up.
    pub(crate) fn of<F: Future<Output = T>>(clock: Clock, main: impl FnOnce() -> F + Send + 'static) -> Run<T> {
        let limit = if clock == Clock::Paused { VIRTUAL_LIMIT } else { REAL_LIMIT };
        let begin = Instant::now();
        let recording = recorder("your run").clock(clock).limit(limit).record(main);
        let wall = begin.elapsed();
        let (lines, chart) = (recording.transcript(), recording.chart());
        Run { lines, elapsed: recording.elapsed, outcome: recording.outcome, chart, wall }
    }
}

impl<T> Run<T> {
    /// It ended by itself, after exactly so many milliseconds of virtual time.
    pub fn took(&self, milliseconds: u64) -> bool {
        self.outcome.is_ok() && self.elapsed == ms(milliseconds)
    }

    /// It ended by itself, after more than so many milliseconds of virtual time.
    pub fn took_more_than(&self, milliseconds: u64) -> bool {
        self.outcome.is_ok() && self.elapsed > ms(milliseconds)
    }

    /// It ended by itself, and no virtual time passed, but at least so many milliseconds of real time: something slept
    /// without the runtime's knowledge.
    pub fn slept_on_the_thread(&self, milliseconds: u64) -> bool {
        self.took(0) && self.wall >= ms(milliseconds)
    }

    /// The lines that it printed, as `time lane text`.
    pub fn transcript(&self) -> &[String] {
        &self.lines
    }

    /// It printed a line with this in it. Lines are `time lane text`, so `"0.100 A"` is a question, too.
    pub fn said(&self, part: &str) -> bool {
        self.count(part) > 0
    }

    /// How many lines with this in it were printed.
    pub fn count(&self, part: &str) -> usize {
        self.lines.iter().filter(|line| line.contains(part)).count()
    }

    /// These were printed in this order, whatever came between them.
    pub fn said_in_order(&self, parts: &[&str]) -> bool {
        let mut lines = self.lines.iter();
        parts.iter().all(|part| lines.any(|line| line.contains(part)))
    }

    /// What it returned, if it ended by itself.
    pub fn output(&self) -> Option<&T> {
        self.outcome.as_ref().ok()
    }

    /// It had to be ended after a virtual hour.
    pub fn never_ended(&self) -> bool {
        matches!(self.outcome, Err(Verdict::Deadlock(_) | Verdict::Endless(_)))
    }

    /// It kept its thread, by waiting or by spinning, and had to be given up.
    pub fn blocked(&self) -> bool {
        matches!(self.outcome, Err(Verdict::Blocked(_)))
    }

    /// It panicked with a message with this in it.
    pub fn panicked_with(&self, part: &str) -> bool {
        matches!(&self.outcome, Err(Verdict::Panicked(message, _)) if message.contains(part))
    }

    /// How many lanes with a name that begins like this there were.
    pub fn lanes(&self, name: &str) -> usize {
        self.chart.rows.iter().filter(|row| row.name.starts_with(name)).count()
    }
}

/// Runs `main` on a paused clock, prints each line as it is said, and draws the timeline: what `cargo run` shows of an
/// exercise.
///
/// Exits with status 1 and a sentence if `main` does not end by itself.
pub fn show<T, F>(name: &str, main: impl FnOnce() -> F + Send + 'static)
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    let run = recorder(name).print(|line: &Line| println!("{line:#}")).record(main);
    println!("\n{}", run.chart().to_text(TerminalOptions::of_stdout()));
    if let Err(verdict) = run.outcome {
        eprintln!("{name}: {verdict} (after {})", human(run.elapsed));
        std::process::exit(1);
    }
}

fn recorder(name: &str) -> Recorder {
    Recorder::new(name).watchdog(PATIENCE)
}
