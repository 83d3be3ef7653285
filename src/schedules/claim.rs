//! `every_schedule(…).check(…).holds()`: what is to be tried, and how.
use super::{
    explorer::{Budget, Explorer, Replayed},
    judge::Checked,
    one_run::MainLane,
    program::{Blocked, ProgramUnderTest},
    report::{Coverage, Explored, Findings, Schedule},
    scheduler::Granularity,
};
use crate::timeline::{Recording, keep_recording, lane_made_at};
use std::{
    fmt::Debug,
    panic::Location,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Runs a program in every order in which its ready lanes could be polled.
///
/// `program` is called once for each run and has to do the same each time; some schedules are run
/// several times, to see whether it does. Each task in it has to be a lane; so has each branch of a
/// `join!` whose order is to be tried. Nothing else has to be changed in it.
///
/// ```
/// use async_concepts::{LaneExt, schedules::every_schedule};
/// use tokio::task::yield_now;
/// use std::cell::Cell;
///
/// every_schedule("two increments", || async {
///     let sum = Cell::new(0);
///     let increment = async || {
///         yield_now().await;
///         sum.set(sum.get() + 1);
///     };
///     futures::join!(increment().lane("A"), increment().lane("B"));
///     sum.get()
/// })
/// .check(|run| matches!(run.outcome, Ok(2)))
/// .holds();
/// ```
#[track_caller]
pub fn every_schedule<F: Future>(
    name: &str,
    program: impl Fn() -> F + Send + Sync + 'static,
) -> EverySchedule<F> {
    EverySchedule {
        program: ProgramUnderTest::new(name, program),
        granularity: Granularity::Waits,
        budget: Budget::of_time(Duration::from_secs(1)),
    }
}

/// What is to hold in every schedule: see [`every_schedule`].
#[must_use = "nothing is run before `holds` or `explore`"]
pub struct EverySchedule<F: Future> {
    /// The program, and what a run of it has to be like. Its name is what `SCHEDULE=name:…` asks
    /// for.
    program: ProgramUnderTest<F, F::Output>,
    /// Where lanes are switched.
    granularity: Granularity,
    /// How much to try.
    budget: Budget,
}

impl<F> EverySchedule<F>
where
    F: Future + 'static,
    F::Output: Debug + Send + 'static,
{
    /// What has to hold of each run. The check returns a `bool` or a `Result`, or it panics.
    ///
    /// If there is no check, two things have to hold: the run ends, and `main` does not panic.
    pub fn check<C: Checked>(
        mut self,
        check: impl Fn(&Recording<F::Output>) -> C + Send + Sync + 'static,
    ) -> Self {
        self.program.check(check);
        self
    }

    /// The place that a verdict on `main` names as the one where `main` was made. Unless told
    /// otherwise, it is the place where `every_schedule` was called.
    pub fn made_at(mut self, made_at: &'static Location<'static>) -> Self {
        self.program.made_at = made_at;
        self
    }

    /// Switches from one lane to another at every operation of tokio, and not only where a lane has
    /// to wait. Only several threads can do that, so the program has to be one that they may run.
    ///
    /// In tokio's own schedule a lane goes on until it has to wait; each switch before that is a
    /// departure.
    pub fn at_every_operation(mut self) -> Self
    where
        F: Send,
    {
        self.granularity = Granularity::Operations;
        self
    }

    /// How long to try, on the wall clock: one second unless told otherwise. The time in which the
    /// thread that tries had to wait for a processor is not counted, as far as the system tells
    /// that time. The report says if not everything could be tried in the budget. A failure is then
    /// made simpler, and what is shown is run again to see where its lanes wait: each of the two
    /// may take up to this time once more, or 100 ms if that is longer.
    pub fn budget(mut self, time: Duration) -> Self {
        self.budget.time = time;
        self
    }

    /// How many schedules to try at most, however fast they are: for tests that must find the same
    /// on each machine. Such a test needs a [`budget`](Self::budget) that is long enough, too.
    pub fn at_most(mut self, schedules: u64) -> Self {
        self.budget.schedules = schedules;
        self
    }

    /// The seed of the random walk through programs that have too many schedules: 0 unless told
    /// otherwise.
    pub fn seed(mut self, seed: u64) -> Self {
        self.budget.seed = seed;
        self
    }

    /// Tries schedules at random only, until the budget is used up. If a program has very many
    /// schedules, those with few departures from tokio's own say little of the others.
    pub fn at_random(mut self) -> Self {
        self.budget.at_random = true;
        self
    }

    /// Stops at the first schedule that fails, and does not run outcomes again to see where their
    /// lanes wait: for a check that only asks whether the claim holds. No schedule that fails is
    /// simpler than that one, unless the schedules were chosen at random: then it is made simpler
    /// as far as there is time.
    pub fn until_it_fails(mut self) -> Self {
        self.budget.until_it_fails = true;
        self
    }

    /// How long a run may take, on its own clock, before it is ended with a verdict: an hour unless
    /// told otherwise.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.program.limit = limit;
        self
    }

    /// How long a poll may block the thread: ten seconds unless told otherwise. A check may take
    /// six times as long. Both times are counted as [`Recorder::watchdog`] says.
    ///
    /// [`Recorder::watchdog`]: crate::timeline::Recorder::watchdog
    pub fn watchdog(mut self, watchdog: Duration) -> Self {
        self.program.watchdog = watchdog;
        self
    }

    /// A run that does not end by itself is no failure; the check decides.
    pub fn may_not_end(mut self) -> Self {
        self.program.may_not_end();
        self
    }

    /// Tries the claim.
    ///
    /// If the environment variable `SCHEDULE` is the name of this claim, a colon and a schedule,
    /// only that schedule is tried. (Before it tokio's own schedule is run several times, to see
    /// whether the program is deterministic.) With `TIMELINE=DIR` the run that breaks the claim is
    /// written to `DIR`, as picture, data and page.
    ///
    /// # Panics
    /// With the simplest schedule that fails, its lines and its timeline. Also if the program
    /// cannot be explored, with a sentence that says why; and if the schedule that is asked for
    /// cannot be read or does not fit the program.
    #[track_caller]
    pub fn holds(self) {
        let explored = match self.explore_as_asked() {
            Ok(explored) => explored,
            Err(error) => panic!("{error}"),
        };
        if let Some(failure) = &explored.failure {
            keep_recording(&failure.recording.chart());
        }
        assert!(explored.holds(), "{explored}");
    }

    /// Runs the schedule that the environment asks for, or tries all.
    ///
    /// # Errors
    /// If the schedule that is asked for cannot be read or does not fit the program.
    fn explore_as_asked(self) -> Result<Explored<F::Output>, String> {
        match asked_for(&self.program.name)? {
            Some(schedule) => self.replay(&schedule),
            None => Ok(self.explore()),
        }
    }

    /// Tries the claim, and returns what was found, also if the claim does not hold.
    ///
    /// # Panics
    /// If the check blocks, if printing the output of `main` with [`Debug`] panics, or if the
    /// operating system gives no thread.
    pub fn explore(self) -> Explored<F::Output> {
        let (explored, _) = self.work_with_explorer(Explorer::explore);
        explored
    }

    /// Runs one schedule.
    ///
    /// # Errors
    /// If the schedule does not fit the program. Most often the program has changed since the
    /// schedule was found.
    ///
    /// # Panics
    /// As [`explore`](Self::explore) does.
    pub fn replay(self, schedule: &Schedule) -> Result<Explored<F::Output>, String> {
        let name = self.program.name.clone();
        let asked = schedule.clone();
        let (explored, replayed) = self.work_with_explorer(move |explorer| explorer.replay(&asked));
        match replayed {
            Some(Replayed::DoesNotFit(why)) => Err(format!(
                "the schedule {name}:{schedule} does not fit the program any more: {why}"
            )),
            // A run that blocks its thread is a result, too.
            Some(Replayed::HasResult) | None => Ok(explored),
        }
    }

    /// Does `work` with an explorer, on a thread of its own. Returns what was found, and the result
    /// of `work`: none if a run has blocked the thread, so that `work` was given up.
    fn work_with_explorer<R: Send + 'static>(
        self,
        work: impl FnOnce(&mut Explorer<F::Output>) -> R + Send + 'static,
    ) -> (Explored<F::Output>, Option<R>) {
        let begun = Instant::now();
        let name = self.program.name.clone();
        let findings = Arc::new(Mutex::new(Findings::default()));
        let their_findings = findings.clone();
        let budget = self.budget;
        let worked = self.program.run_watched(self.granularity, main_lane, move |runner, judge| {
            work(&mut Explorer::new(runner, judge, their_findings, budget))
        });
        // The `Arc` is not unwrapped: a thread that was left behind still shares it.
        let mut findings = {
            let mut shared = findings.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *shared)
        };
        let result = match worked {
            Ok(result) => Some(result),
            // The blocked run is a result like others: it fails, unless a run need not end.
            Err(Blocked { run, verdict }) => {
                findings.coverage = Coverage::Blocked;
                findings.add(*run, verdict);
                None
            }
        };
        (findings.explored(name, self.granularity, begun.elapsed()), result)
    }
}

/// The lane `main` of one run.
fn main_lane<F: Future + 'static>(
    main: F,
    made_at: &'static Location<'static>,
) -> MainLane<F::Output> {
    Box::pin(lane_made_at(main, "main", made_at))
}

/// The schedule that the environment asks for, if it asks for one of the program with this name.
///
/// # Errors
/// If `SCHEDULE` cannot be read. If such a request were ignored, the test would pass although the
/// schedule in question was not run.
fn asked_for(name: &str) -> Result<Option<Schedule>, String> {
    let Some(asked) = std::env::var_os("SCHEDULE") else { return Ok(None) };
    let asked = asked.to_string_lossy();
    // A name may have colons in it, a schedule has none.
    match asked.rsplit_once(':') {
        Some((program, schedule)) if program == name => Ok(Some(schedule.parse()?)),
        Some(_) => Ok(None),
        None => Err(format!(
            "SCHEDULE={asked} does not say of which program: it is a name, a colon and a schedule, \
             as in SCHEDULE={name}:0.1"
        )),
    }
}
