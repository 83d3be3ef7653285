//! `every_schedule(…).check(…).holds()`: what is to be tried, and how.
use super::{
    current::Current,
    explorer::{Budget, Explorer, Replayed},
    one_run::Runner,
    report::{Checked, Coverage, Explored, Found, Judge, Schedule},
    scheduler::Granularity,
    watch::watched,
};
use crate::timeline::{Recording, keep_recording, lane_made_at};
use std::{
    fmt::Debug,
    panic::Location,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Runs a program in every order in which its ready lanes could be polled.
///
/// `program` is called once for each schedule and has to do the same each time. Each task in it has
/// to be a lane; so has each branch of a `join!` whose order is to be tried. Nothing else has to be
/// changed in it.
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
        name: name.to_owned(),
        program: Box::new(program),
        judge: Judge { check: None, may_not_end: false },
        granularity: Granularity::Waits,
        budget: Budget {
            time: Duration::from_secs(1),
            schedules: u64::MAX,
            seed: 0,
            at_random: false,
            until_it_fails: false,
        },
        limit: Duration::from_secs(3600),
        watchdog: Duration::from_secs(10),
        made_at: Location::caller(),
    }
}

/// What is to hold in every schedule: see [`every_schedule`].
#[must_use = "nothing is run before `holds` or `explore`"]
pub struct EverySchedule<F: Future> {
    /// It is what `SCHEDULE=name:…` asks for, and what a message begins with.
    name: String,
    /// Called once for each run, on the thread that runs schedules: so the future that it makes
    /// need not be `Send`.
    program: Box<dyn Fn() -> F + Send + Sync>,
    /// What a run has to be like.
    judge: Judge<F::Output>,
    /// Where lanes are switched.
    granularity: Granularity,
    /// How long to try.
    budget: Budget,
    /// On the clock of each run.
    limit: Duration,
    /// For a poll that does not return; as `Progress` counts it.
    watchdog: Duration,
    /// `main` is made in here, and a verdict on it should not name this file.
    made_at: &'static Location<'static>,
}

impl<F> EverySchedule<F>
where
    F: Future + 'static,
    F::Output: Debug + Send + 'static,
{
    /// What has to hold of each run. The check returns a `bool` or a `Result`, or it panics.
    ///
    /// Without one, a run must only end, without a panic of `main`.
    pub fn check<C: Checked>(
        mut self,
        check: impl Fn(&Recording<F::Output>) -> C + Send + Sync + 'static,
    ) -> Self {
        self.judge.check = Some(Box::new(move |run| check(run).checked()));
        self
    }

    /// Where `main` is said to have been made: where the claim is, unless told otherwise.
    pub fn made_at(mut self, made_at: &'static Location<'static>) -> Self {
        self.made_at = made_at;
        self
    }

    /// Switches from one lane to another at every operation of tokio, and not only where a lane has
    /// to wait: what several threads can do. So it is for programs that may run on several threads.
    ///
    /// Of two lanes that are ready the one that ran last goes on; each switch is a departure.
    pub fn at_every_operation(mut self) -> Self
    where
        F: Send,
    {
        self.granularity = Granularity::Operations;
        self
    }

    /// How long to try, on the wall clock: one second unless told otherwise. Time in which the
    /// machine had no processor for it is not counted, as far as the system tells. What could not
    /// be tried in that time is said. A failure is then made simpler, and what is shown is run
    /// again to see where its lanes wait: each may take up to this time once more.
    pub fn budget(mut self, time: Duration) -> Self {
        self.budget.time = time;
        self
    }

    /// How many schedules to try at most, however fast they are: for tests that must find the same
    /// on each machine. Give a budget that is long enough beside it.
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

    /// Tries schedules at random only, until the budget is used up: for programs with so many that
    /// those with few departures from tokio's own say little.
    pub fn at_random(mut self) -> Self {
        self.budget.at_random = true;
        self
    }

    /// Stops at the first schedule that fails, and leaves out the pictures of all others: for a
    /// check that only asks whether the claim holds. It is the simplest one, unless the schedules
    /// were chosen at random: then it is made simpler as far as there is time.
    pub fn until_it_fails(mut self) -> Self {
        self.budget.until_it_fails = true;
        self
    }

    /// How long a run may take, on its own clock, before it is ended with a verdict: an hour unless
    /// told otherwise.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// How long a poll may block the thread: ten seconds unless told otherwise. A check may take
    /// six times as long. It is counted as [`Recorder::watchdog`] says.
    ///
    /// [`Recorder::watchdog`]: crate::timeline::Recorder::watchdog
    pub fn watchdog(mut self, watchdog: Duration) -> Self {
        self.watchdog = watchdog;
        self
    }

    /// A run that does not end by itself is no failure; the check decides.
    pub fn may_not_end(mut self) -> Self {
        self.judge.may_not_end = true;
        self
    }

    /// Tries the claim.
    ///
    /// If the environment variable `SCHEDULE` is `name:` and a schedule, only that is run. With
    /// `TIMELINE=DIR` the run that breaks the claim is written to `DIR`, as picture, data and page.
    ///
    /// # Panics
    /// With the simplest schedule that fails, its lines and its timeline. Also if the program
    /// cannot be explored, with a sentence that says why; and if the schedule that is asked for
    /// cannot be read or does not fit the program.
    #[track_caller]
    pub fn holds(self) {
        let explored = match asked_for(&self.name) {
            Ok(Some(schedule)) => match self.replay(&schedule) {
                Ok(explored) => explored,
                Err(error) => panic!("{error}"),
            },
            Ok(None) => self.explore(),
            Err(error) => panic!("{error}"),
        };
        if let Some(failure) = &explored.failure {
            keep_recording(&failure.recording.chart());
        }
        assert!(explored.holds(), "{explored}");
    }

    /// Tries the claim, and returns what was found. It does not panic because the claim fails.
    ///
    /// # Panics
    /// If the check blocks, or the operating system gives no thread.
    pub fn explore(self) -> Explored<F::Output> {
        let explored = self.run(|explorer| {
            explorer.explore();
            Ok(())
        });
        match explored {
            Ok(explored) => explored,
            Err(error) => unreachable!("only a replay returns an error: {error}"),
        }
    }

    /// Runs one schedule.
    ///
    /// # Errors
    /// If the schedule does not fit the program, which must have changed since it was found.
    pub fn replay(self, schedule: &Schedule) -> Result<Explored<F::Output>, String> {
        let name = self.name.clone();
        let asked = schedule.clone();
        self.run(move |explorer| match explorer.replay(&asked) {
            Replayed::AsItWas => Ok(()),
            Replayed::DoesNotFit(why) => {
                Err(format!("the schedule {name}:{asked} does not fit the program any more: {why}"))
            }
        })
    }

    /// Does `work` with an explorer, on a thread of its own, and collects what was found.
    ///
    /// # Errors
    /// Those of `work`.
    fn run(
        self,
        work: impl FnOnce(&mut Explorer<F::Output>) -> Result<(), String> + Send + 'static,
    ) -> Result<Explored<F::Output>, String> {
        let current = Arc::new(Current::default());
        let found = Arc::new(Mutex::new(Found::default()));
        let program = self.program;
        let made_at = self.made_at;
        let runner = Runner {
            name: self.name.clone(),
            program: Box::new(move || {
                let main = program();
                Box::pin(lane_made_at(main, "main", made_at))
            }),
            granularity: self.granularity,
            limit: self.limit,
            planned_drop: None,
            canonical: None,
            roles: Arc::default(),
            current: current.clone(),
        };
        let judge = Arc::new(self.judge);
        // Shared with the thread that runs schedules: if that thread is given up, what it has found
        // is here.
        let theirs = found.clone();
        let their_judge = judge.clone();
        let budget = self.budget;
        let outcome = watched(&self.name, &current, self.watchdog, move || {
            let mut explorer = Explorer::new(runner, their_judge, theirs, budget);
            work(&mut explorer)
        });
        let mut found = {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *found)
        };
        match outcome {
            Ok(done) => done?,
            // The blocked run is a result like others: it fails, unless a run need not end.
            Err(blocked) => {
                let verdict = judge.judge(&blocked.recording);
                found.coverage = Coverage::Blocked;
                found.add(*blocked, verdict);
            }
        }
        Ok(found.explored(self.name, self.granularity))
    }
}

/// The schedule that the environment asks for, if it is about the program of that name.
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
