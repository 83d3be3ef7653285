//! `every_cancellation(…).check(…).holds()`: a lane is dropped at each of its suspensions.
//!
//! ```text
//!   run several times     is it the same each time?
//!   run once, whole       how often does each lane suspend? Is it right without a cancellation?
//!   for each lane, for each of its suspensions
//!       drop it as it suspends
//!       drop it once it has been woken
//! ```
//!
//! There are two runs for each suspension, since two things can be lost: what the lane had begun to
//! do, and what has been handed over to the lane and not been taken yet.
use super::{
    cancellable::{Droppable, PlannedDrop, Suspensions},
    current::Current,
    explorer::{Budget, Explorer},
    one_run::{OneRun, Runner},
    report::{Check, Checked, Coverage, Failure, Found, Judge, Outcome, Schedule, thousands},
    scheduler::{Granularity, Plan},
    watch::watched,
};
use crate::timeline::{
    LaneId, OwnTime, Polled, Recording, Registered, TerminalOptions, Wait, What, human,
    keep_recording, lane_made_at,
};
use std::{
    fmt::{self, Debug, Display},
    panic::Location,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Runs a program once for each suspension of a lane, and drops the lane there, as `timeout`,
/// `select!` or `abort` would.
///
/// Each lane that is marked with [`Lane::cancellable`](crate::timeline::Lane::cancellable) is
/// dropped, one after the other; if none is marked, `main` is. A lane is dropped at each of its
/// suspensions twice: as it suspends, and in another run when it has been woken and not yet polled.
/// Then the rest of the program goes on, and what must hold is checked.
///
/// ```
/// use async_concepts::{LaneExt, schedules::every_cancellation};
/// use std::{cell::Cell, time::Duration};
/// use tokio::time::sleep;
///
/// let found = every_cancellation("transfer", || async {
///     let from = Cell::new(100);
///     let to = Cell::new(0);
///     let transfer = async {
///         from.set(from.get() - 30);
///         sleep(Duration::from_millis(10)).await;
///         to.set(to.get() + 30);
///     };
///     transfer.lane("transfer").cancellable().await;
///     assert_eq!(from.get() + to.get(), 100, "money");
/// })
/// .explore();
/// assert_eq!(found.unsafe_awaits.len(), 1);
/// ```
#[track_caller]
pub fn every_cancellation<F: Future>(
    name: &str,
    program: impl Fn() -> F + Send + Sync + 'static,
) -> EveryCancellation<F> {
    EveryCancellation {
        name: name.to_owned(),
        program: Box::new(program),
        judge: Judge { check: None, may_not_end: false },
        in_every_schedule: false,
        budget: Duration::from_secs(1),
        limit: Duration::from_secs(3600),
        watchdog: Duration::from_secs(10),
        made_at: Location::caller(),
    }
}

/// What is to hold wherever a lane is cancelled: see [`every_cancellation`].
#[must_use = "nothing is run before `holds` or `explore`"]
pub struct EveryCancellation<F: Future> {
    /// A message begins with it.
    name: String,
    /// Called once for each run.
    program: Box<dyn Fn() -> F + Send + Sync>,
    /// What a run has to be like. A `main` that was dropped has no output.
    judge: Judge<Option<F::Output>>,
    /// Each cancellation is tried in all schedules, and not in tokio's own alone.
    in_every_schedule: bool,
    /// How long to try: the wall clock, without what the machine takes.
    budget: Duration,
    /// How long a run may take, on its own clock.
    limit: Duration,
    /// How long a poll may block the thread, as `Progress` counts it.
    watchdog: Duration,
    /// `main` is made in here, and a verdict on it should not name this file.
    made_at: &'static Location<'static>,
}

impl<F> EveryCancellation<F>
where
    F: Future + 'static,
    F::Output: Debug + Send + 'static,
{
    /// What has to hold of each run. The check returns a `bool` or a `Result`, or it panics. The
    /// output of the run is `None` if `main` itself was dropped.
    ///
    /// Without one, a run must only end, without a panic of `main`.
    pub fn check<C: Checked>(
        mut self,
        check: impl Fn(&Recording<Option<F::Output>>) -> C + Send + Sync + 'static,
    ) -> Self {
        let check: Check<Option<F::Output>> = Box::new(move |run| check(run).checked());
        self.judge.check = Some(check);
        self
    }

    /// Tries each cancellation in every schedule, and not only in tokio's own. They share the
    /// budget, but for the time to show a failure: see [`budget`](Self::budget). What must hold has
    /// to hold in every schedule without a cancellation, too.
    pub fn in_every_schedule(mut self) -> Self {
        self.in_every_schedule = true;
        self
    }

    /// How long to try, on the wall clock: one second unless told otherwise. Time in which the
    /// machine had no processor for it is not counted, as far as the system tells. With
    /// [`in_every_schedule`](Self::in_every_schedule) a failure is then made simpler, and drawn,
    /// which may take up to this time again, twice.
    pub fn budget(mut self, time: Duration) -> Self {
        self.budget = time;
        self
    }

    /// A run that does not end by itself is no failure; the check decides.
    pub fn may_not_end(mut self) -> Self {
        self.judge.may_not_end = true;
        self
    }

    /// How long a run may take, on its own clock: an hour unless told otherwise.
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

    /// Where `main` is said to have been made: where the claim is, unless told otherwise.
    pub fn made_at(mut self, made_at: &'static Location<'static>) -> Self {
        self.made_at = made_at;
        self
    }

    /// Tries the claim. With `TIMELINE=DIR` in the environment the run of each await that is not
    /// safe is written to `DIR`, as picture, data and page.
    ///
    /// # Panics
    /// With each await that is not safe, and the timeline of the first. Also if there is nothing to
    /// cancel, or the program is wrong without a cancellation.
    #[track_caller]
    pub fn holds(self) {
        let cancelled = self.explore();
        for found in &cancelled.unsafe_awaits {
            keep_recording(&found.recording.chart());
        }
        assert!(cancelled.holds(), "{cancelled}");
    }

    /// Tries the claim, and returns what was found. It does not panic because the claim fails.
    ///
    /// # Panics
    /// If the check blocks, or the operating system gives no thread.
    pub fn explore(self) -> Cancelled<F::Output> {
        let current = Arc::new(Current::default());
        let program = self.program;
        let made_at = self.made_at;
        let runner = Runner {
            name: self.name.clone(),
            program: Box::new(move || {
                let main = program();
                // `main` as well: if no lane is marked, it is the one that is dropped.
                Box::pin(lane_made_at(main, "main", made_at).cancellable())
            }),
            granularity: Granularity::Waits,
            limit: self.limit,
            planned_drop: None,
            canonical: None,
            roles: Arc::default(),
            current: current.clone(),
        };
        // Shared with the thread that runs the program: if that thread is given up, what it has
        // found is here.
        let found = Arc::new(Mutex::new(Cancelled::new(self.name.clone())));
        let judge = Arc::new(self.judge);
        let theirs = found.clone();
        let their_judge = judge.clone();
        let in_every_schedule = self.in_every_schedule;
        let budget = self.budget;
        let outcome = watched(&self.name, &current, self.watchdog, move || {
            let runs = Arc::new(Mutex::new(Found::default()));
            let time = Budget {
                time: budget,
                schedules: u64::MAX,
                seed: 0,
                at_random: false,
                until_it_fails: false,
            };
            let mut canceller = Canceller {
                explorer: Explorer::new(runner, their_judge.clone(), runs.clone(), time),
                judge: their_judge,
                runs,
                found: theirs,
                in_every_schedule,
                budget,
                begun: OwnTime::begin(),
            };
            canceller.cancel_all();
        });
        let mut cancelled = {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *found, Cancelled::new(self.name.clone()))
        };
        if let Err(blocked) = outcome {
            let blocked: Box<OneRun<Option<F::Output>>> = blocked;
            let why = judge.judge(&blocked.recording).err().unwrap_or_else(|| "it blocks".into());
            cancelled.refused = Some(format!("a run was not over: {why}"));
        }
        cancelled
    }
}

/// What was found: see [`EveryCancellation::explore`].
#[derive(Debug)]
pub struct Cancelled<T> {
    /// What the program is called.
    pub name: String,
    /// The lanes that were dropped, each with the number of its suspensions.
    pub lanes: Vec<(String, usize)>,
    /// In how many runs a lane was dropped.
    pub cancellations: u64,
    /// In which schedules each cancellation was tried. `None`: in tokio's own alone.
    pub schedules: Option<Coverage>,
    /// The different outcomes of the runs in which what must hold does hold. Empty if more
    /// schedules than tokio's own were tried.
    pub outcomes: Vec<Outcome>,
    /// The awaits at which a lane must not be dropped.
    pub unsafe_awaits: Vec<UnsafeAwait<T>>,
    /// The budget was used up before each cancellation had been tried.
    pub unfinished: bool,
    /// The program is not deterministic, so another run may differ.
    pub nondeterministic: bool,
    /// Why nothing can be said, as a sentence.
    pub refused: Option<String>,
}

/// An await at which a lane must not be dropped.
#[derive(Debug)]
pub struct UnsafeAwait<T> {
    /// The lane.
    pub lane: String,
    /// How many lanes of that name were made before it: two lanes may have one name.
    position: usize,
    /// Which of its suspensions it is, counted from 1.
    pub suspension: usize,
    /// How often the lane suspends when nothing drops it.
    pub of: usize,
    /// When it suspends there in tokio's own schedule, on the clock of the run.
    pub at: Duration,
    /// It is unsafe only when the lane has been woken and not yet polled.
    pub once_woken: bool,
    /// The simplest schedule in which it is unsafe: tokio's own, unless others were asked for.
    pub schedule: Schedule,
    /// What is wrong then.
    pub why: String,
    /// The run.
    pub recording: Recording<Option<T>>,
}

impl<T> Cancelled<T> {
    /// Nothing was tried yet.
    fn new(name: String) -> Cancelled<T> {
        Cancelled {
            name,
            lanes: vec![],
            cancellations: 0,
            schedules: None,
            outcomes: vec![],
            unsafe_awaits: vec![],
            unfinished: false,
            nondeterministic: false,
            refused: None,
        }
    }

    /// Whether no await is unsafe that was tried, and at least one was tried.
    pub fn holds(&self) -> bool {
        self.refused.is_none() && self.unsafe_awaits.is_empty() && self.cancellations > 0
    }

    /// What was tried, as the beginning of a sentence:
    /// `dropped transfer at each of its 3 suspensions, in 6 runs`.
    pub fn tried(&self) -> String {
        let mut dropped = vec![];
        for (lane, suspensions) in &self.lanes {
            dropped.push(match suspensions {
                1 => format!("{lane} at its only suspension"),
                n => format!("{lane} at each of its {n} suspensions"),
            });
        }
        let runs = match self.cancellations {
            1 => "in one run".to_owned(),
            n => format!("in {} runs", thousands(n)),
        };
        let mut tried = format!("dropped {}, {runs}", dropped.join(", "));
        if let Some(schedules) = &self.schedules {
            tried += match schedules {
                Coverage::All => ": each in every schedule",
                Coverage::Nondeterministic(_) => {
                    ": in schedules chosen at random, since the program is not deterministic"
                }
                _ => ": in as many schedules as there was time for",
            };
        }
        tried
    }
}

/// Drops lanes, one after the other.
struct Canceller<T> {
    /// It runs the program; between two cancellations only its `planned_drop` is changed.
    explorer: Explorer<Option<T>>,
    /// The same as the explorer's, for runs that are made without it.
    judge: Arc<Judge<Option<T>>>,
    /// The runs of one cancellation, when it is tried in every schedule; else those of all.
    runs: Arc<Mutex<Found<Option<T>>>>,
    /// The result, shared with the caller's thread.
    found: Arc<Mutex<Cancelled<T>>>,
    /// Each cancellation is tried in all schedules.
    in_every_schedule: bool,
    /// How long all of it may take.
    budget: Duration,
    /// When it began.
    begun: OwnTime,
}

/// One cancellation: at which suspension of a lane, and how.
struct CancellationPoint<'s> {
    /// The lane, and when it suspends in tokio's own schedule.
    suspensions: &'s Suspensions,
    /// Which suspension, counted from 1.
    nth: usize,
    /// Once the lane has been woken after it, and not as it suspends.
    once_woken: bool,
}

impl<T: Debug> Canceller<T> {
    /// Writes something into the result.
    fn note<R>(&self, note: impl FnOnce(&mut Cancelled<T>) -> R) -> R {
        note(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The runs so far: see the field. A panic of the program leaves them readable.
    fn runs(&self) -> MutexGuard<'_, Found<Option<T>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tries each cancellation of each lane, and writes what came of it into the result.
    fn cancel_all(&mut self) {
        if let Err(why) = self.cancel_each_lane() {
            self.note(|cancelled| cancelled.refused = Some(why));
        }
        let outcomes = std::mem::take(&mut *self.runs()).outcomes();
        self.note(|cancelled| cancelled.outcomes = outcomes);
    }

    /// Tries each cancellation of each lane, until the budget is used up.
    ///
    /// # Errors
    /// If nothing can be said about the program: the reason, as a sentence.
    fn cancel_each_lane(&mut self) -> Result<(), String> {
        let deterministic = match self.explorer.is_deterministic() {
            Ok(deterministic) => deterministic,
            Err(refusal) => return Err(refusal.sentence()),
        };
        self.note(|cancelled| cancelled.nondeterministic = !deterministic);
        let lanes = self.run_without_cancellation()?;
        for suspensions in &lanes {
            let known = (suspensions.lane.name.clone(), suspensions.times.len());
            self.note(|cancelled| cancelled.lanes.push(known));
        }
        for (position, suspensions) in lanes.iter().enumerate() {
            if !self.cancel_lane(position, suspensions) {
                self.note(|cancelled| cancelled.unfinished = true);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Runs the program without a cancellation. Returns the lanes to drop, each with its
    /// suspensions.
    ///
    /// # Errors
    /// If the program is wrong already: each await would be blamed for it. And if no lane that can
    /// be dropped suspends.
    fn run_without_cancellation(&mut self) -> Result<Vec<Suspensions>, String> {
        let whole = self.explorer.runner.run(Plan::Follow(vec![]));
        let mut wrong = self.judge.judge(&whole.recording).err();
        if wrong.is_none() && self.in_every_schedule {
            wrong = self.wrong_in_a_schedule();
        }
        if let Some(why) = wrong {
            return Err(format!("it is wrong without any cancellation: {why}"));
        }
        let main = Droppable { name: "main".into(), position: 0 };
        let mut lanes = whole.trace.suspensions;
        // `main` is marked as one that can be dropped, too. It is dropped only if no other lane is
        // marked.
        if lanes.iter().any(|suspensions| suspensions.lane != main) {
            lanes.retain(|suspensions| suspensions.lane != main);
        }
        if lanes.is_empty() {
            return Err("no lane that can be cancelled ever waits".into());
        }
        Ok(lanes)
    }

    /// Drops a lane at each of its suspensions, twice. Returns false if the budget is used up. In
    /// the result the lane is at `position`.
    fn cancel_lane(&mut self, position: usize, suspensions: &Suspensions) -> bool {
        let last = suspensions.times.len();
        let mut nth = 1;
        loop {
            let mut was_dropped = false;
            for once_woken in [false, true] {
                if self.begun.is_longer_than(self.budget) {
                    return false;
                }
                let point = CancellationPoint { suspensions, nth, once_woken };
                was_dropped |= self.try_one(point);
            }
            if was_dropped && nth > last {
                self.note(|cancelled| cancelled.lanes[position].1 = nth);
            }
            // In another schedule the lane may suspend more often than in tokio's own.
            let goes_on = nth < last || (self.in_every_schedule && was_dropped);
            if !goes_on {
                return true;
            }
            nth += 1;
        }
    }

    /// What is wrong in some schedule in which nothing is cancelled. If this were not looked for,
    /// the cancellation would be blamed for it.
    fn wrong_in_a_schedule(&mut self) -> Option<String> {
        self.explorer.explore();
        let failure = std::mem::take(&mut *self.runs()).failure?;
        Some(format!("{} ({})", failure.why, failure.schedule.describe()))
    }

    /// Drops the lane at one suspension. Returns whether it could be dropped there at all.
    fn try_one(&mut self, point: CancellationPoint<'_>) -> bool {
        let CancellationPoint { suspensions, nth, once_woken } = point;
        let lane = suspensions.lane.clone();
        let Droppable { name, position } = lane.clone();
        self.explorer.runner.planned_drop = Some(PlannedDrop { lane, nth, once_woken, seen: 0 });
        let tried = match self.in_every_schedule {
            true => self.try_in_every_schedule(),
            false => self.try_once(),
        };
        self.explorer.runner.planned_drop = None;
        let Tried { runs, failure } = tried;
        self.note(|cancelled| cancelled.cancellations += runs);
        let Some(Failure { why, schedule, recording }) = failure else { return runs > 0 };
        let times = &suspensions.times;
        let found = UnsafeAwait {
            lane: name,
            position,
            suspension: nth,
            of: times.len().max(nth),
            // In another schedule it may suspend more often than in tokio's own. Then the last time
            // that is known is said.
            at: times[nth.min(times.len()) - 1],
            once_woken,
            schedule,
            why,
            recording,
        };
        self.note(|cancelled| {
            // One await is listed once, also if both ways to drop the lane there are unsafe.
            let known = match cancelled.unsafe_awaits.last() {
                Some(last) => {
                    (&last.lane, last.position, last.suspension)
                        == (&found.lane, found.position, found.suspension)
                }
                None => false,
            };
            if !known {
                cancelled.unsafe_awaits.push(found);
            }
        });
        true
    }

    /// Drops the lane in tokio's own schedule.
    fn try_once(&mut self) -> Tried<T> {
        let run = self.explorer.runner.run(Plan::Follow(vec![]));
        if !run.trace.has_dropped {
            // It was never woken again, or was dropped with the lane around it.
            return Tried { runs: 0, failure: None };
        }
        let failure = match self.judge.judge(&run.recording) {
            Err(why) => Some(self.shown(why, run.recording)),
            Ok(()) => {
                self.runs().add(run, Ok(()));
                None
            }
        };
        Tried { runs: 1, failure }
    }

    /// The failure to be shown: from another run, in which it is noted where the lanes wait. If
    /// that run does not fail, the first one is shown, without places.
    fn shown(&self, why: String, recording: Recording<Option<T>>) -> Failure<Option<T>> {
        let schedule = Schedule::default();
        let run = self.explorer.runner.run_to_be_shown(Plan::Follow(vec![]));
        match self.judge.judge(&run.recording) {
            Err(why) if run.trace.has_dropped => {
                Failure { why, schedule, recording: run.recording }
            }
            _ => Failure { why, schedule, recording },
        }
    }

    /// Drops the lane in all schedules that there is time for.
    fn try_in_every_schedule(&mut self) -> Tried<T> {
        self.explorer.explore();
        // Taken, so that the next cancellation is counted by itself.
        let runs = std::mem::take(&mut *self.runs());
        self.note(|cancelled| {
            if cancelled.schedules.is_none() || runs.coverage != Coverage::All {
                cancelled.schedules = Some(runs.coverage.clone());
            }
        });
        Tried { runs: runs.schedules, failure: runs.failure }
    }
}

/// What came of one cancellation.
struct Tried<T> {
    /// In how many runs the lane was dropped there.
    runs: u64,
    /// The simplest of them in which something is wrong then.
    failure: Option<Failure<Option<T>>>,
}

/// Each unsafe await in a sentence, and the timeline of the first.
impl<T> Display for Cancelled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(why) = &self.refused {
            let tried = match self.cancellations {
                0 => "no cancellation was tried",
                _ => "not every cancellation was tried",
            };
            return write!(f, "{}: {tried}: {why}", self.name);
        }
        write!(f, "{}: {}: ", self.name, self.tried())?;
        match self.unsafe_awaits.len() {
            0 => f.write_str("the claim holds each time")?,
            1 => f.write_str("one await is not cancel safe")?,
            n => write!(f, "{n} awaits are not cancel safe")?,
        }
        for found in &self.unsafe_awaits {
            write!(f, "\n{found}")?;
        }
        if let Some(first) = self.unsafe_awaits.first() {
            let options = TerminalOptions { width: 100, colour: false };
            write!(f, "\n\n{}", first.recording.chart().to_text(options))?;
        }
        if self.unfinished {
            f.write_str("\nThe budget was used up before each cancellation had been tried.")?;
        }
        if self.nondeterministic {
            f.write_str("\nThe program is not deterministic: another run may differ.")?;
        }
        Ok(())
    }
}

/// `if transfer is cancelled at suspension 2 of 3 (20 ms) at transfer.rs:45 (sleep): money`
impl<T> Display for UnsafeAwait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnsafeAwait { lane, suspension, of, at, why, .. } = self;
        let at = human(*at);
        write!(f, "if {lane} is cancelled at suspension {suspension} of {of} ({at})")?;
        if let Some(wait) = self.wait() {
            write!(f, " at {}", place_of(wait))?;
        }
        if self.once_woken {
            f.write_str(", when it has been woken and not yet polled")?;
        }
        if !self.schedule.departures.is_empty() {
            write!(f, ", and {}", self.schedule.describe())?;
        }
        write!(f, ": {why}")
    }
}

/// `transfer.rs:45 (sleep)`; where the await of the lane's own code calls a function that waits,
/// `transfer.rs:45 (sleep in line 12)`. The first line is the one that is not safe: what it calls
/// may be right for others.
fn place_of(wait: &Wait) -> String {
    let inner = &wait.place;
    let outer = wait.chain.last().unwrap_or(inner);
    let mut what = wait.on.clone().unwrap_or_default();
    if outer != inner {
        let below = match outer.file == inner.file {
            true => format!("in line {}", inner.line),
            false => format!("at {}", inner.file_and_line()),
        };
        what = format!("{what} {below}").trim_start().to_owned();
    }
    match what.as_str() {
        "" => outer.file_and_line(),
        what => format!("{} ({what})", outer.file_and_line()),
    }
}

impl<T> UnsafeAwait<T> {
    /// Where the lane waited when it was dropped, and for what. None where that is not known: for a
    /// lane that has nothing inside but a library's future, if the lane may have gone on from there
    /// since, or if the run that is shown went another way than the one in which this was found.
    pub fn wait(&self) -> Option<&Wait> {
        let lane = self.number_of_the_lane()?;
        let mut is_dropped = false;
        for event in self.recording.events().iter().rev() {
            if event.lane != lane {
                continue;
            }
            match &event.what {
                What::Dropped { .. } => is_dropped = true,
                What::PollEnd { polled: Polled::Pending(waits), .. } if is_dropped => {
                    let known = matches!(waits.registered(), Registered::Now | Registered::Earlier);
                    return if known { waits.resolve().last() } else { None };
                }
                _ => {}
            }
        }
        None
    }

    /// The number that the lane has in this recording.
    fn number_of_the_lane(&self) -> Option<LaneId> {
        let mut before = self.position;
        for event in self.recording.events() {
            match &event.what {
                What::Created { name, .. } if *name == self.lane && before == 0 => {
                    return Some(event.lane);
                }
                What::Created { name, .. } if *name == self.lane => before -= 1,
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_ends_early_says_whether_anything_was_tried() {
        let mut cancelled = Cancelled::<()>::new("transfer".into());
        cancelled.refused = Some("a run was not over".into());
        let text = cancelled.to_string();
        assert_eq!(text, "transfer: no cancellation was tried: a run was not over");
        cancelled.cancellations = 3;
        let text = cancelled.to_string();
        assert_eq!(text, "transfer: not every cancellation was tried: a run was not over");
    }
}
