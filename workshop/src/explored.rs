//! Every schedule and every cancellation of what the learner wrote.
//!
//! A scenario shows one order of the lanes: the one in which tokio's queue happens to take them. An
//! answer that is right only in that order is wrong. So where order is the topic of an exercise, it
//! is run in every order; where cancellation is, it is dropped at every await.
//!
//! What cannot be explored (threads, sockets, a task without a lane) is no failure: it is run once,
//! and the learner is told that nothing else was tried, and why.
use crate::{
    attempt::{Attempt, Difference},
    lock, panics,
    prediction::Prediction,
    report,
    run::{Run, SLICES, a_thread_is_kept, record_within, watchdog},
    scenario::{Scenario, UnderWay},
};
use async_concepts::{
    schedules::{self, Coverage},
    timeline::{Clock, Recorder, Recording, Verdict, human},
};
use std::{fmt::Debug, panic::Location, pin::Pin, sync::Arc, time::Duration};

/// How long one exploration may take, on the wall clock. A learner waits for it after each change.
pub const BUDGET: Duration = Duration::from_millis(200);

/// How long a run may take on virtual time. What goes on for ever is given up sooner than in an
/// attempt, since it is run again to be drawn.
const LIMIT: Duration = Duration::from_secs(120);

/// At most this many schedules are tried. The limit is reached long before [`BUDGET`] is, so that a
/// machine that is busy finds the same as one that is not.
const SCHEDULES: u64 = 600;

/// Runs what the learner wrote in every order in which its ready lanes could be polled, for
/// [`BUDGET`] at most.
#[track_caller]
pub fn every_schedule<F>(program: impl Fn() -> F + Send + Sync + 'static) -> Everywhere<F::Output>
where
    F: Future + 'static,
    F::Output: Debug + Send + 'static,
{
    Scenario::default().every_schedule(program)
}

/// Runs what the learner wrote once for each wait of its lane that is marked as
/// [`cancellable`](async_concepts::timeline::Lane::cancellable), or of `main` if none is, and drops
/// the lane there; for [`BUDGET`] at most. A `main` that was dropped has no output, so the output
/// of a run is an `Option`.
#[track_caller]
pub fn every_cancellation<F>(
    program: impl Fn() -> F + Send + Sync + 'static,
) -> Everywhere<Option<F::Output>>
where
    F: Future + 'static,
    F::Output: Debug + Send + 'static,
{
    Scenario::default().every_cancellation(program)
}

impl Scenario {
    /// Like [`every_schedule`], with the values of this scenario.
    #[track_caller]
    pub fn every_schedule<F>(
        self,
        program: impl Fn() -> F + Send + Sync + 'static,
    ) -> Everywhere<F::Output>
    where
        F: Future + 'static,
        F::Output: Debug + Send + 'static,
    {
        let program = boxed(program);
        let explore = move |claim, made_at| in_every_schedule(program, claim, made_at);
        Everywhere::of(self, Box::new(explore))
    }

    /// Like [`every_cancellation`], with the values of this scenario.
    #[track_caller]
    pub fn every_cancellation<F>(
        self,
        program: impl Fn() -> F + Send + Sync + 'static,
    ) -> Everywhere<Option<F::Output>>
    where
        F: Future + 'static,
        F::Output: Debug + Send + 'static,
    {
        let program = boxed(program);
        let explore = move |claim, made_at| in_every_cancellation(program, claim, made_at);
        Everywhere::of(self, Box::new(explore))
    }
}

/// Where the test is that asks: `main` is said to be made there, and not in here.
type Place = &'static Location<'static>;

/// What is run again and again, whatever type its future has: see [`Main`](crate::run::Main).
type Program<T> = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = T>>> + Send + Sync>;

fn boxed<F: Future + 'static>(
    program: impl Fn() -> F + Send + Sync + 'static,
) -> Program<F::Output> {
    Arc::new(move || {
        lock::forget_what_is_held();
        Box::pin(program())
    })
}

fn in_every_schedule<T: Debug + Send + 'static>(
    program: Program<T>,
    claim: Claim<T>,
    made_at: Place,
) -> Found<T> {
    let again = program.clone();
    let check = claim.clone();
    let explored = schedules::every_schedule("your run", move || program())
        .budget(BUDGET)
        .at_most(SCHEDULES)
        .until_it_fails()
        .watchdog(watchdog() / 2)
        .limit(LIMIT)
        .made_at(made_at)
        .check(move |run| check(run))
        .explore();
    if let Coverage::Refused(why) = &explored.coverage {
        let program = move || again();
        let why = format!("no other order of its lanes, since {why}");
        return only_once(SLICES, program, &claim, made_at, why);
    }
    let covered = explored.tried();
    let Some(failure) = explored.failure else { return Found::passes(covered) };
    let order = failure.schedule.describe();
    // Then the same schedule may hold in another run, and what was tried says nothing of the rest.
    let random = matches!(explored.coverage, Coverage::Nondeterministic(_));
    let before = match explored.schedules.saturating_sub(1) {
        _ if random => "the program chooses at random".to_owned(),
        0 => "the first schedule that was tried".to_owned(),
        1 => "one other schedule holds".to_owned(),
        number => format!("{number} other schedules hold"),
    };
    let holds_in_tokios_own = "it holds in tokio's own order of the lanes, and not in every one";
    let mut failed = Failed {
        cause: if random { None } else { Some(holds_in_tokios_own) },
        scenario: before,
        moment: format!("; here, {order}"),
        holds: claim(&failure.recording),
        run: Run::from(failure.recording),
    };
    // The simplest schedule that fails is tokio's own if that one does. Then the order is not the
    // cause.
    if failure.schedule.departures.is_empty() {
        failed.cause = None;
        if !random {
            failed.scenario = format!("this is {order}");
            failed.moment = String::new();
        }
        // In that order it can be run as in any attempt, in which more is seen: where it panicked,
        // and whether its thread slept. What does not end would only take long once more.
        if matches!(failed.run.outcome, Ok(_) | Err(Verdict::Panicked(..))) {
            let once_more =
                Run::in_this_scenario(Clock::Paused, made_at, Box::new(move || again()));
            let the_same_end = once_more.outcome.is_ok() == failed.run.outcome.is_ok();
            if the_same_end && once_more.transcript() == failed.run.transcript() {
                failed.run = once_more;
            }
        }
    }
    Found { covered, not_tried: None, failure: Some(failed) }
}

fn in_every_cancellation<T: Debug + Send + 'static>(
    program: Program<T>,
    claim: Claim<Option<T>>,
    made_at: Place,
) -> Found<Option<T>> {
    let again = program.clone();
    let check = claim.clone();
    let cancelled = schedules::every_cancellation("your run", move || program())
        .budget(BUDGET)
        .watchdog(watchdog() / 2)
        .limit(LIMIT)
        .made_at(made_at)
        .check(move |run| check(run))
        .explore();
    if let Some(why) = cancelled.refused {
        let program = move || {
            let main = again();
            Box::pin(async move { Some(main.await) }) as Pin<Box<dyn Future<Output = Option<T>>>>
        };
        let why = format!("no cancellation, since {why}");
        return only_once(SLICES, program, &claim, made_at, why);
    }
    let unfinished = if cancelled.unfinished { ", not all in the time there is" } else { "" };
    let covered = match cancelled.cancellations {
        1 => format!("the only cancellation{unfinished}"),
        number => format!("all {number} cancellations{unfinished}"),
    };
    let failing = cancelled.unsafe_awaits.len();
    let Some(unsafe_await) = cancelled.unsafe_awaits.into_iter().next() else {
        return Found::passes(covered);
    };
    let place = match unsafe_await.wait() {
        Some(wait) => format!(" at {}", wait.place.file_and_line()),
        None => String::new(),
    };
    let woken =
        if unsafe_await.once_woken { ", when it has been woken and not yet polled" } else { "" };
    let failed = Failed {
        cause: Some("it holds if the future is not dropped, and not wherever it may be"),
        scenario: format!(
            "{covered}, {failing} of its waits unsafe: `{}` is dropped in its wait number {} of {}\
             {place}{woken}",
            unsafe_await.lane, unsafe_await.suspension, unsafe_await.of
        ),
        moment: format!(", after {}", human(unsafe_await.at)),
        holds: claim(&unsafe_await.recording),
        run: Run::from(unsafe_await.recording),
    };
    Found { covered, not_tried: None, failure: Some(failed) }
}

/// What cannot be explored is run in tokio's own order, without a cancellation: that it holds there
/// is the least. It is given up after `slices`, since it may be refused for the very thread that
/// would keep it for ever: see [`record_within`].
fn only_once<T: Send + 'static>(
    slices: u32,
    program: impl FnOnce() -> Pin<Box<dyn Future<Output = T>>> + Send + 'static,
    claim: &Claim<T>,
    made_at: Place,
    not_tried: String,
) -> Found<T> {
    // As in any attempt, but for the watching of its thread: that it slept is seen by the attempt
    // that the exercise makes of the same program.
    panics::note_where();
    let recorder = Recorder::new("your run").watchdog(watchdog() / 2).limit(LIMIT);
    let recording = record_within(slices, recorder.made_at(made_at), program);
    let holds = claim(&recording);
    let mut failure = None;
    if !holds || recording.outcome.is_err() {
        let mut run = Run::from(recording);
        if let Err(Verdict::Panicked(_, payload)) = &run.outcome {
            run.panicked_at = panics::place_of(&**payload);
        }
        failure = Some(Failed {
            cause: None,
            scenario: "nothing is dropped, and the lanes run in tokio's own order".to_owned(),
            moment: String::new(),
            holds,
            run,
        });
    }
    Found { covered: "this one run".to_owned(), not_tried: Some(not_tried), failure }
}

/// Whether what must hold does, in one run. Shared, since it is asked again of the run that failed.
type Claim<T> = Arc<dyn Fn(&Recording<T>) -> bool + Send + Sync>;

/// Asks of a run whether it is a certain mistake.
type Mistake<T> = Box<dyn FnOnce(Attempt<T>) -> Attempt<T>>;

/// What came of an exploration.
struct Found<T> {
    /// What was tried, as a part of a sentence.
    covered: String,
    /// What could not be tried, and why, as the rest of a sentence.
    not_tried: Option<String>,
    /// The simplest run that breaks the claim.
    failure: Option<Failed<T>>,
}

impl<T> Found<T> {
    /// All that was tried holds.
    fn passes(covered: String) -> Found<T> {
        Found { covered, not_tried: None, failure: None }
    }
}

/// A run that breaks the claim.
struct Failed<T> {
    /// What that says, if none of the exercise's own mistakes fits.
    cause: Option<&'static str>,
    /// Which one it is, of all that were tried; of a cancellation where a lane was dropped.
    scenario: String,
    /// In which order its lanes ran, or when one of them was dropped: it tells times.
    moment: String,
    /// The claim holds all the same: then something else is wrong, such as that it did not end.
    holds: bool,
    /// The mistakes of the exercise are asked of it.
    run: Run<T>,
}

/// What must hold in every schedule, or wherever a lane is dropped.
#[must_use = "call `verdict` at the end"]
pub struct Everywhere<T> {
    /// Its name stands in the verdict, before the order or the cancellation that was found.
    scenario: Scenario,
    /// Without one the verdict withholds what would answer it.
    prediction: Prediction,
    /// Goes through the schedules, or through the cancellations: what follows is the same.
    explore: Box<dyn FnOnce(Claim<T>, Place) -> Found<T>>,
    /// See [`Place`].
    made_at: Place,
    /// What must hold, in words, and whether it does; without one, a run must only end.
    claim: Option<(&'static str, Claim<T>)>,
    /// What it should return, as it is shown, if that is the claim.
    expected: Option<String>,
    /// The mistakes of the exercise, to be asked of the run that fails.
    mistakes: Vec<Mistake<T>>,
}

impl<T: Debug + Send + 'static> Everywhere<T> {
    #[track_caller]
    fn of(
        scenario: Scenario,
        explore: Box<dyn FnOnce(Claim<T>, Place) -> Found<T>>,
    ) -> Everywhere<T> {
        Everywhere {
            scenario,
            prediction: None,
            explore,
            made_at: Location::caller(),
            claim: None,
            expected: None,
            mistakes: vec![],
        }
    }

    /// What the learner predicted. Without a prediction the verdict withholds what would answer it.
    pub fn predicted(mut self, prediction: Prediction) -> Everywhere<T> {
        self.prediction = prediction;
        self
    }

    /// What has to hold of each run that ends, which `claim` says in words.
    pub fn holds(
        mut self,
        claim: &'static str,
        is_so: impl Fn(&Recording<T>) -> bool + Send + Sync + 'static,
    ) -> Everywhere<T> {
        self.claim = Some((claim, Arc::new(is_so)));
        self
    }

    /// It returns this in each run.
    pub fn returns<V>(mut self, expected: V) -> Everywhere<T>
    where
        T: PartialEq<V>,
        V: Debug + Send + Sync + 'static,
    {
        self.expected = Some(format!("{expected:?}"));
        self.holds(
            "it returns what it should",
            move |run| matches!(&run.outcome, Ok(output) if *output == expected),
        )
    }

    /// Like [`Attempt::mistake`], asked of the run that fails.
    pub fn mistake(
        mut self,
        message: &'static str,
        is_it: impl FnOnce(&Run<T>) -> bool + 'static,
    ) -> Everywhere<T> {
        self.mistakes.push(Box::new(move |attempt| attempt.mistake(message, is_it)));
        self
    }

    /// Like [`Attempt::hangs`], asked of the run that fails.
    pub fn hangs(
        mut self,
        message: &'static str,
        is_it: impl FnOnce(&Run<T>) -> bool + 'static,
    ) -> Everywhere<T> {
        self.mistakes.push(Box::new(move |attempt| attempt.hangs(message, is_it)));
        self
    }

    /// Passes if it holds in all runs that were tried, and says how many those are.
    ///
    /// # Panics
    /// Otherwise, with the simplest run that fails, as [`Attempt::verdict`] does.
    #[track_caller]
    pub fn verdict(self) {
        let name = self.scenario.name();
        let (words, claim) = match self.claim {
            Some((words, claim)) => (Some(words), claim),
            None => (None, Arc::new(|_: &Recording<T>| true) as Claim<T>),
        };
        // Only while it explores: the questions below are asked of a run that is over, and a
        // verdict is a panic.
        let found = {
            let _under_way = UnderWay::begin(Some(self.scenario));
            // It would be given up as well, after a second for each of several runs; and what spins
            // in the thread that is kept takes a processor from them, so that each second becomes
            // several. The earlier run has said all that there is to say: this verdict is short,
            // and it does not take the place of that one under rustlings. Asked, and noted below,
            // within this turn: a test that waits for its own would not know of it otherwise.
            if a_thread_is_kept() {
                report::fail_without_a_run();
            }
            let found = (self.explore)(claim, self.made_at);
            if let Some(failed) = &found.failure {
                failed.run.note_if_its_thread_is_kept();
            }
            found
        };
        let Some(failed) = found.failure else {
            report::tried(&found.covered);
            if let Some(not_tried) = found.not_tried {
                report::not_tried(&not_tried);
            }
            return;
        };
        let mut attempt = Attempt::with(failed.run, self.prediction);
        attempt.scenario = Some(match name {
            "" => failed.scenario,
            name => format!("{name}; {}", failed.scenario),
        });
        attempt.moment = Some(failed.moment);
        attempt.in_general = failed.cause;
        // Of a run that did not end it is not said that the claim does not hold: that it did not
        // end is the fact.
        if let Some(words) = words
            && attempt.run.outcome.is_ok()
            && !failed.holds
        {
            attempt.differences.push(match (&attempt.run.outcome, self.expected) {
                (Ok(output), Some(expected)) => {
                    Difference::Output { returned: format!("{output:?}"), expected }
                }
                _ => Difference::Claim(words),
            });
        }
        for mistake in self.mistakes {
            attempt = mistake(attempt);
        }
        report::fail(&attempt, Location::caller())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::mpsc,
        thread,
    };
    use tokio::{
        runtime::Handle,
        select,
        sync::{Mutex, oneshot},
        task::spawn_blocking,
        time::sleep,
    };

    /// The thread polls by itself, and the runtime waits for it and is never still: the recorder's
    /// watchdog needs several times as long, and what it takes for progress may go on for ever.
    #[test]
    fn what_is_refused_for_a_thread_that_waits_for_a_future_gets_a_verdict_all_the_same() {
        // What the thread waits for comes when the test is over, so that it goes on no longer.
        let (end, ended) = oneshot::channel::<()>();
        let ended = Arc::new(Mutex::new(ended));
        let program = move || {
            let ended = ended.clone();
            let wait = async move {
                let mut ended = ended.lock().await;
                select! {
                    () = sleep(Duration::from_secs(1)) => {}
                    _ = &mut *ended => {}
                }
            };
            let waits = move || Handle::current().block_on(wait);
            Box::pin(async move { spawn_blocking(waits).await.is_ok() })
                as Pin<Box<dyn Future<Output = bool>>>
        };
        // On a thread that is left behind if it hangs: then the test fails, and does not hang, too.
        let (tell, told) = mpsc::channel();
        let made_at = Location::caller();
        thread::spawn(move || {
            let claim: Claim<bool> = Arc::new(|_| true);
            // After one slice, a fifth of what the watchdog waits for, and not after all of them.
            let once = || only_once(1, program, &claim, made_at, "nothing else".to_owned());
            let panic = catch_unwind(AssertUnwindSafe(once)).map(|_| ());
            tell.send(panic)
        });
        let verdict = told.recv_timeout(Duration::from_secs(60)).expect("a verdict always comes");
        let text = verdict.expect_err("it never ends").downcast::<String>();
        let text = text.expect("a verdict is text");
        assert!(text.starts_with("the thread was kept: it did not end within "), "{text}");
        // An error means that the run is over already.
        let _ = end.send(());
    }
}
