//! The program under test: what [`every_schedule`](super::every_schedule) and
//! [`every_cancellation`](super::every_cancellation) have in common.
use super::{
    current::CurrentRun,
    judge::{Checked, Judge},
    one_run::{MainLane, OneRun, Runner},
    scheduler::Granularity,
    watch::watched,
};
use crate::timeline::Recording;
use std::{panic::Location, sync::Arc, time::Duration};

/// A program that is run again and again, and what each run has to be like. `F` is the future of
/// the program, and `T` is what a run returns.
pub(super) struct ProgramUnderTest<F, T> {
    /// What the program is called: each message begins with it.
    pub name: String,
    /// Called once for each run, on the thread that makes the runs: so the future that it makes
    /// need not be `Send`.
    main: Box<dyn Fn() -> F + Send + Sync>,
    /// What a run has to be like.
    judge: Judge<T>,
    /// How long a run may take, on its own clock.
    pub limit: Duration,
    /// How long a poll may block the thread, as `Progress` counts it.
    pub watchdog: Duration,
    /// The place that a verdict on `main` names as the one where `main` was made. It should be in
    /// the file of the test, and not in this module.
    pub made_at: &'static Location<'static>,
}

/// A run that was given up, since it blocked its thread.
pub(super) struct Blocked<T> {
    /// What is known of the run.
    pub run: Box<OneRun<T>>,
    /// What the judge says of the run. It may be `Ok`: a test can say that a run need not end.
    pub verdict: Result<(), String>,
}

impl<F, T> ProgramUnderTest<F, T> {
    /// A program whose runs have to end, each within an hour on its own clock.
    #[track_caller]
    pub fn new(name: &str, main: impl Fn() -> F + Send + Sync + 'static) -> ProgramUnderTest<F, T> {
        ProgramUnderTest {
            name: name.to_owned(),
            main: Box::new(main),
            judge: Judge::of_the_end(),
            limit: Duration::from_secs(3600),
            watchdog: Duration::from_secs(10),
            made_at: Location::caller(),
        }
    }

    /// What has to hold of each run.
    pub fn check<C: Checked>(
        &mut self,
        check: impl Fn(&Recording<T>) -> C + Send + Sync + 'static,
    ) {
        self.judge.check = Some(Box::new(move |run| check(run).checked()));
    }

    /// A run that does not end by itself is no failure.
    pub fn may_not_end(&mut self) {
        self.judge.may_not_end = true;
    }
}

impl<F: 'static, T: 'static> ProgramUnderTest<F, T> {
    /// Does `work` on a thread of its own, which is watched, and returns its result. `work` gets
    /// what makes the runs, and what judges them. `lane` makes the program's future a lane, `main`;
    /// its second argument is the place that verdicts name for that lane.
    ///
    /// # Errors
    /// If a run blocks the thread. What `work` has found until then is lost, unless it was shared
    /// with the caller.
    ///
    /// # Panics
    /// If `work` panics, if a check blocks, or if the operating system gives no thread.
    pub fn run_watched<R: Send + 'static>(
        self,
        granularity: Granularity,
        lane: fn(F, &'static Location<'static>) -> MainLane<T>,
        work: impl FnOnce(Runner<T>, Arc<Judge<T>>) -> R + Send + 'static,
    ) -> Result<R, Blocked<T>> {
        let ProgramUnderTest { name, main, judge, limit, watchdog, made_at } = self;
        let current = Arc::new(CurrentRun::default());
        let runner = Runner {
            name: name.clone(),
            program: Box::new(move || lane(main(), made_at)),
            granularity,
            limit,
            planned_drop: None,
            canonical: None,
            roles: Arc::default(),
            current: current.clone(),
        };
        let judge = Arc::new(judge);
        let their_judge = judge.clone();
        match watched(&name, &current, watchdog, move || work(runner, their_judge)) {
            Ok(result) => Ok(result),
            Err(run) => {
                // Judged here: the thread that judges all other runs does not come back.
                let verdict = judge.judge(&run.recording);
                Err(Blocked { run, verdict })
            }
        }
    }
}
