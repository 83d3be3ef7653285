//! Running what the learner wrote, and questions about how it went.
use crate::{
    asleep::{self, Asleep},
    compiler,
    panics::{self, Place},
    scenario::{Scenario, UnderWay},
};
use async_concepts::timeline::{
    Chart, Clock, End, Position, Recorder, Recording, Row, State, Verdict,
};
use std::{
    panic::{Location, resume_unwind},
    pin::Pin,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

/// How long, on the wall clock, an attempt may keep its thread before it is given up: short enough
/// for a learner who waits for a verdict. Time in which a busy machine has no processor for that
/// thread is not counted.
pub const WATCHDOG: Duration = Duration::from_secs(2);

/// An attempt of this process has kept its thread. It keeps it still, and the tests that are left
/// most likely do the same: they get a quarter of the time, so that the verdict does not have to
/// wait for all of them.
static GIVEN_UP: AtomicBool = AtomicBool::new(false);

/// [`WATCHDOG`], as it is now.
pub(crate) fn watchdog() -> Duration {
    if a_thread_is_kept() { WATCHDOG / 4 } else { WATCHDOG }
}

/// Whether an earlier run of this process keeps its thread.
pub(crate) fn a_thread_is_kept() -> bool {
    GIVEN_UP.load(Ordering::Relaxed)
}

/// How long an attempt may take on virtual time, which passes at once.
const VIRTUAL_LIMIT: Duration = Duration::from_secs(3600);

/// How long an attempt may take on the real clock, where the learner has to wait for it.
const REAL_LIMIT: Duration = Duration::from_secs(5);

/// How long what goes on and comes to no end is waited for, on the wall clock: a number of slices.
/// An hour of ticks takes a second or two, and half a minute on a machine that is busy with twenty
/// other things.
pub(crate) const SLICES: u32 = 1800;

/// One of them.
const SLICE: Duration = Duration::from_millis(100);

/// More states than these of one lane, at one instant, are no waiting any more.
const TOO_OFTEN: usize = 100;

/// The same of a lane that polls others: each of them interrupts it, and there may be a thousand.
const TOO_OFTEN_WITH_OTHERS: usize = 1100;

/// What is attempted, whatever type its future has. All that is behind this is compiled once for
/// each type of result, and not once for each attempt: that is most of what a learner would wait
/// for after each change.
pub(crate) type Main<T> = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = T>>> + Send>;

/// `main`, with the type of its future forgotten.
pub(crate) fn boxed<F: Future + 'static>(
    main: impl FnOnce() -> F + Send + 'static,
) -> Main<F::Output> {
    Box::new(|| Box::pin(main()))
}

/// An attempt that is over: what there is to ask when one looks for the misconception behind it.
pub struct Run<T> {
    /// What it printed, as `time lane text`: what an exercise expects is written in the same way.
    pub(crate) lines: Vec<String>,
    /// How long it took, on its own clock.
    pub(crate) elapsed: Duration,
    /// What `main` returned; or why it had to be ended, or ended in a panic.
    pub(crate) outcome: Result<T, Verdict>,
    /// What became of each lane. Questions are asked of this and not of the list of events, since
    /// it is what the learner sees.
    pub(crate) chart: Chart,
    /// Where it panicked, if it did: the recorder has the message only.
    pub(crate) panicked_at: Option<Place>,
    /// How its thread was seen asleep; nothing where the system does not tell.
    slept: Option<Asleep>,
    /// It was not the learner's code that ran: see [`does_not_compile!`](crate::does_not_compile).
    pub(crate) stood_in: bool,
}

impl<T: Send + 'static> Run<T> {
    /// Runs the future that `main` makes, to its end or until it is given up.
    ///
    /// `main` is said to be made where the caller is: in the tests of an exercise, not in here.
    #[track_caller]
    pub(crate) fn of(clock: Clock, scenario: Option<Scenario>, main: Main<T>) -> Run<T> {
        let _under_way = UnderWay::begin(scenario);
        Run::in_this_scenario(clock, Location::caller(), main)
    }

    /// The same in the scenario that is under way, of a `main` that is said to be made there.
    pub(crate) fn in_this_scenario(
        clock: Clock,
        made_at: &'static Location<'static>,
        main: Main<T>,
    ) -> Run<T> {
        let limit = if clock == Clock::Paused { VIRTUAL_LIMIT } else { REAL_LIMIT };
        panics::note_where();
        compiler::forget_what_stood_in();
        // The run has a thread of its own, and only that one can say which it is. So the watching
        // begins there, and ends here, however the run ends.
        let (stop, stopped) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let watched = move || {
            if let Some(watching) = asleep::watch_this_thread(stopped) {
                // An error means that the run has been given up.
                let _ = tell.send(watching);
            }
            main()
        };
        let recorder = Recorder::new("your run").watchdog(watchdog()).clock(clock).limit(limit);
        let recording = record_within(SLICES, recorder.made_at(made_at), watched);
        drop(stop);
        let mut run = Run::from(recording);
        if let Ok(watching) = told.try_recv() {
            run.slept = watching.join().ok();
        }
        match &run.outcome {
            Err(Verdict::Panicked(_, payload)) => run.panicked_at = panics::place_of(&**payload),
            _ => run.note_if_its_thread_is_kept(),
        }
        run
    }
}

/// Records on another thread, and gives up after this many slices: a verdict always comes.
///
/// The recorder gives up a thread that stands still, and on the paused clock a run that shows no
/// sign of life. What it takes for progress may still go on for ever: a task without a lane that
/// prints a line each second, for example.
pub(crate) fn record_within<T, F>(
    slices: u32,
    recorder: Recorder,
    main: impl FnOnce() -> F + Send + 'static,
) -> Recording<T>
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    let (tell, told) = mpsc::channel();
    let records = thread::spawn(move || {
        // An error means that it has been given up.
        let _ = tell.send(recorder.record(main));
    });
    // Slices are counted, and not the time on a clock: of a process that was stopped, one passes.
    for _ in 0..slices {
        match told.recv_timeout(SLICE) {
            Ok(recording) => return recording,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => match records.join() {
                Err(panic) => resume_unwind(panic),
                Ok(()) => unreachable!("what is recorded is told before the thread ends"),
            },
        }
    }
    GIVEN_UP.store(true, Ordering::Relaxed);
    // Without a timeline, since nothing was recorded to the end: the recorder still has it all.
    // It begins as every verdict on a thread that is kept, so that no test is repeated after it.
    let text = "the thread was kept: it did not end within three minutes on the wall clock, and \
                kept running. Does a thread wait for a future, as with \
                `Handle::block_on`? The runtime waits for that thread, too";
    eprintln!("{text}");
    resume_unwind(Box::new(text.to_owned()))
}

/// A run that has been recorded already: what only its own thread knows is left open.
impl<T> From<Recording<T>> for Run<T> {
    fn from(recording: Recording<T>) -> Run<T> {
        Run {
            lines: recording.transcript(),
            elapsed: recording.elapsed,
            chart: recording.chart(),
            panicked_at: None,
            outcome: recording.outcome,
            slept: None,
            stood_in: compiler::stood_in(),
        }
    }
}

impl<T> Run<T> {
    /// It ended by itself, after exactly this many milliseconds of virtual time.
    pub fn took(&self, milliseconds: u64) -> bool {
        self.outcome.is_ok() && self.elapsed == Duration::from_millis(milliseconds)
    }

    /// It ended by itself, after more than this many milliseconds of virtual time.
    pub fn took_more_than(&self, milliseconds: u64) -> bool {
        self.outcome.is_ok() && self.elapsed > Duration::from_millis(milliseconds)
    }

    /// Its thread was seen asleep for this many milliseconds or longer while it polled a future:
    /// the waiting of the runtime itself does not count. `false` where the system does not tell.
    pub fn slept_on_the_thread(&self, milliseconds: u64) -> bool {
        match &self.slept {
            Some(slept) => slept.time >= Duration::from_millis(milliseconds),
            None => false,
        }
    }

    /// Its thread was seen in a call that does nothing but sleep, as `std::thread::sleep` does, and
    /// was seen asleep for this many milliseconds or longer.
    pub(crate) fn was_told_to_sleep(&self, milliseconds: u64) -> bool {
        let told_to = self.slept.as_ref().is_some_and(|slept| slept.told_to);
        told_to && self.slept_on_the_thread(milliseconds)
    }

    /// The lines that it printed, as `time lane text`.
    pub fn transcript(&self) -> &[String] {
        &self.lines
    }

    /// It printed a line with this in it. Lines are `time lane text`, so `"0.100 A"` is a question,
    /// too; a time in it is a whole one, and not the end of `10.100`.
    pub fn said(&self, part: &str) -> bool {
        self.count(part) > 0
    }

    /// How many lines with this in it were printed.
    pub fn count(&self, part: &str) -> usize {
        let mut count = 0;
        for line in &self.lines {
            if has_part(line, part) {
                count += 1;
            }
        }
        count
    }

    /// These were printed in this order, whatever came between them.
    pub fn said_in_order(&self, parts: &[&str]) -> bool {
        let mut lines = self.lines.iter();
        parts.iter().all(|part| lines.any(|line| has_part(line, part)))
    }

    /// What it returned, if it ended by itself.
    pub fn output(&self) -> Option<&T> {
        self.outcome.as_ref().ok()
    }

    /// What keeps its thread now keeps it for the rest of the process.
    pub(crate) fn note_if_its_thread_is_kept(&self) {
        if self.blocked() {
            GIVEN_UP.store(true, Ordering::Relaxed);
        }
    }

    /// It had to be ended after a virtual hour.
    pub fn never_ended(&self) -> bool {
        matches!(self.outcome, Err(Verdict::Deadlock(_) | Verdict::Endless(_)))
    }

    /// Nothing could happen any more.
    pub fn deadlocked(&self) -> bool {
        matches!(self.outcome, Err(Verdict::Deadlock(_)))
    }

    /// It kept its thread, by waiting or by spinning, and had to be given up.
    pub fn blocked(&self) -> bool {
        matches!(self.outcome, Err(Verdict::Blocked(_)))
    }

    /// It panicked with a message with this in it.
    pub fn panicked_with(&self, part: &str) -> bool {
        matches!(&self.outcome, Err(Verdict::Panicked(message, _)) if message.contains(part))
    }

    /// The message of the panic that ended it, if one did.
    pub fn panic_message(&self) -> Option<&str> {
        match &self.outcome {
            Err(Verdict::Panicked(message, _)) => Some(message),
            _ => None,
        }
    }

    /// How many lanes with a name that begins like this there were.
    pub fn lanes(&self, name: &str) -> usize {
        self.rows_that_begin_with(name).len()
    }

    /// How many lanes with a name that begins like this were under way at the same time: polled
    /// for the first time, and not ended yet.
    pub fn at_a_time(&self, name: &str) -> usize {
        let mut changes: Vec<(Position, i32)> = vec![];
        for row in self.rows_that_begin_with(name) {
            if let Some(begin) = begin(row) {
                changes.push((begin, 1));
                changes.push((row.end.0, -1));
            }
        }
        // One that ends where another begins does not overlap with it: `-1` is counted first.
        changes.sort();
        let mut now = 0;
        let mut most = 0;
        for (_, change) in changes {
            now += change;
            most = most.max(now);
        }
        usize::try_from(most).unwrap_or(0)
    }

    /// A lane of this name ran at this time.
    pub fn ran_at(&self, name: &str, milliseconds: u64) -> bool {
        let time = Duration::from_millis(milliseconds);
        for row in self.rows_named(name) {
            for span in &row.spans {
                if is_running(span.state) && self.chart.time(span.from) == time {
                    return true;
                }
            }
        }
        false
    }

    /// Some lane of this name was under way when the run ended, as a task that the runtime polls:
    /// nothing waited for it.
    pub fn left_running(&self, name: &str) -> bool {
        self.unfinished().iter().any(|row| row.name == name && row.polled_by.is_none())
    }

    /// Some lane of this name was neither polled to its end nor dropped, and is no task.
    pub fn leaked(&self, name: &str) -> bool {
        self.unfinished().iter().any(|row| row.name == name && row.polled_by.is_some())
    }

    /// Every lane of this name was polled to its end, and there is one.
    pub fn finished(&self, name: &str) -> bool {
        let rows = self.rows_named(name);
        !rows.is_empty() && rows.iter().all(|row| row.end.1 == End::Finished)
    }

    /// Every lane of this name was dropped before it was done, at this time.
    pub fn dropped_at(&self, name: &str, milliseconds: u64) -> bool {
        let time = Duration::from_millis(milliseconds);
        self.rows_named(name).iter().all(|row| {
            matches!(row.end.1, End::Cancelled { .. }) && self.chart.time(row.end.0) == time
        })
    }

    /// Of the lanes that poll no others, and there are two or more, never two were under way at the
    /// same time.
    pub fn one_after_another(&self) -> bool {
        let mut spans = vec![];
        for (lane, row) in self.chart.rows.iter().enumerate().skip(1) {
            let polls_others = self.chart.rows.iter().any(|row| row.polled_by == Some(lane));
            if let Some(begin) = begin(row)
                && !polls_others
            {
                spans.push((begin, row.end.0));
            }
        }
        spans.sort();
        spans.len() >= 2 && spans.windows(2).all(|pair| pair[0].1 <= pair[1].0)
    }

    /// No lane of this name was ever polled, and there is one.
    pub fn never_polled(&self, name: &str) -> bool {
        let rows = self.rows_named(name);
        !rows.is_empty() && rows.iter().all(|row| begin(row).is_none())
    }

    /// The rows of all lanes of this name.
    fn rows_named(&self, name: &str) -> Vec<&Row> {
        let mut rows = vec![];
        for row in &self.chart.rows {
            if row.name == name {
                rows.push(row);
            }
        }
        rows
    }

    /// The rows of all lanes with a name that begins like this.
    fn rows_that_begin_with(&self, name: &str) -> Vec<&Row> {
        let mut rows = vec![];
        for row in &self.chart.rows {
            if row.name.starts_with(name) {
                rows.push(row);
            }
        }
        rows
    }

    /// More happened than a recording keeps: what became of the lanes is not known.
    fn is_cut(&self) -> bool {
        self.chart.left_out > 0
    }

    /// A lane was polled so often at one instant that it can only have asked again and again.
    pub(crate) fn polled_too_often(&self) -> bool {
        if self.is_cut() {
            return true;
        }
        let rows = &self.chart.rows;
        let mut most = vec![TOO_OFTEN; rows.len()];
        for row in rows {
            if let Some(by) = row.polled_by {
                most[by] = TOO_OFTEN_WITH_OTHERS;
            }
        }
        rows.iter().zip(most).any(|(row, most)| {
            let mut instants = row.spans.chunk_by(|a, b| a.from.instant == b.from.instant);
            instants.any(|spans| spans.len() > most)
        })
    }

    /// The rows of all lanes but `main`, which is the first one.
    fn rows_below_main(&self) -> &[Row] {
        self.chart.rows.get(1..).unwrap_or_default()
    }

    /// All lanes but `main` that have not ended; none where that is not known.
    pub(crate) fn unfinished(&self) -> Vec<&Row> {
        let mut unfinished = vec![];
        if !self.is_cut() {
            for row in self.rows_below_main() {
                if row.end.1 == End::Unfinished {
                    unfinished.push(row);
                }
            }
        }
        unfinished
    }

    /// The names of the lanes that were never polled.
    pub(crate) fn lazy(&self) -> Vec<&str> {
        let mut lazy = vec![];
        for row in self.rows_below_main() {
            if begin(row).is_none() {
                lazy.push(row.name.as_str());
            }
        }
        lazy
    }

    /// The lanes but `main` that ended by themselves, in the order of their ends, with the times.
    pub(crate) fn ends(&self) -> Vec<(Duration, &str)> {
        let mut ended = vec![];
        for row in self.rows_below_main() {
            if row.end.1 == End::Finished {
                ended.push((row.end.0, row.name.as_str()));
            }
        }
        // By their ends alone: lanes that end together keep the order of their rows.
        ended.sort_by_key(|(end, _)| *end);
        ended.into_iter().map(|(end, name)| (self.chart.time(end), name)).collect()
    }

    /// The names of all lanes.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.chart.rows.iter().map(|row| row.name.as_str()).collect()
    }
}

/// Whether this stands in a line, and no number of the line begins before it.
fn has_part(line: &str, part: &str) -> bool {
    let number = part.starts_with(|first: char| first.is_ascii_digit());
    line.match_indices(part).any(|(place, _)| {
        let before = line[..place].chars().next_back();
        !number || !before.is_some_and(|letter| letter.is_ascii_digit())
    })
}

/// Where a lane was polled for the first time, if it was.
pub(crate) fn begin(row: &Row) -> Option<Position> {
    row.spans.iter().find(|span| span.state != State::Lazy).map(|span| span.from)
}

fn is_running(state: State) -> bool {
    matches!(state, State::Running | State::RunningUnwoken | State::Blocking)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    /// Its own watchdog would take an hour, as if it saw something go on.
    #[test]
    fn a_run_that_the_recorder_does_not_give_up_gets_a_verdict_all_the_same() {
        let recorder = Recorder::new("your run").watchdog(Duration::from_secs(3600));
        let kept = || async { thread::park() };
        let record = AssertUnwindSafe(|| record_within::<(), _>(3, recorder, kept));
        let panic = catch_unwind(record).map(|_| ()).expect_err("it never ends");
        let text = panic.downcast::<String>().expect("a verdict is text");
        assert!(text.starts_with("the thread was kept: it did not end within "), "{text}");
    }

    #[test]
    fn a_run_that_ends_in_time_is_returned() {
        let recording = record_within(300, Recorder::new("your run"), || async { 7 });
        assert!(matches!(recording.outcome, Ok(7)));
    }
}
