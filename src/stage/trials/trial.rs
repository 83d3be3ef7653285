//! How a scene is tried: in every schedule, and with a cancellation at each await.
use crate::{
    schedules::{
        Cancelled, EveryCancellation, EverySchedule, Explored, every_cancellation, every_schedule,
    },
    stage::claim::{Claim, SceneOutput},
};
use std::{
    fmt::Debug,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

/// How much to try of each scene.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How long to try, on the wall clock. A schedule that fails is then made simpler, and run
    /// again to be shown: each of the two may take up to this time once more, or 100 ms if that is
    /// longer.
    pub time: Duration,
    /// How many schedules to try at most. Not used for cancellations: there only the time counts.
    pub schedules: u64,
}

/// What is tried of a scene, and how.
pub(super) struct Trial {
    /// The time limit of a scene that hangs on purpose.
    pub(super) limit: Option<Duration>,
    /// What must hold of it, if the example has said so.
    pub(super) claim: Option<Claim>,
    /// How much a person, or a test, is ready to wait for.
    pub(super) effort: Effort,
}

/// Two functions that try a scene: one in every schedule, one with each cancellation. The type of
/// the scene's output is hidden in them.
pub(in crate::stage) struct Trials {
    /// Runs the scene in every schedule. A closure, since each scene returns a type of its own: see
    /// `stage/scene.rs`.
    pub(super) schedules: Box<dyn Fn(Trial) -> Explored<SceneOutput>>,
    /// Cancels the scene at each await.
    pub(super) cancellations: Box<dyn Fn(Trial) -> Cancelled<SceneOutput>>,
}

impl Trials {
    /// Takes the scene as a function, since it is run anew in each schedule.
    pub(in crate::stage) fn new<T, F>(title: &'static str, main: fn() -> F) -> Trials
    where
        T: Debug + Send + 'static,
        F: Future<Output = T> + 'static,
    {
        let schedules =
            move |trial| in_every_schedule(every_schedule(title, move || output_of(main)), trial);
        let cancellations = move |trial| {
            with_each_cancellation(every_cancellation(title, move || output_of(main)), trial)
        };
        Trials { schedules: Box::new(schedules), cancellations: Box::new(cancellations) }
    }
}

/// Runs a scene. Its output becomes a [`SceneOutput`], so that all scenes have outputs of one type.
async fn output_of<T, F>(main: fn() -> F) -> SceneOutput
where
    T: Debug + Send + 'static,
    F: Future<Output = T>,
{
    SceneOutput::new(main().await)
}

/// Runs a scene in every schedule that the effort allows.
fn in_every_schedule(
    scene: EverySchedule<impl Future<Output = SceneOutput> + 'static>,
    trial: Trial,
) -> Explored<SceneOutput> {
    let Trial { limit, claim, effort } = trial;
    let mut scene = scene.budget(effort.time).at_most(effort.schedules);
    if let Some(limit) = limit {
        // The scene hangs on purpose, so a run that does not end is no failure.
        scene = scene.limit(limit).may_not_end();
    }
    if let Some(claim) = claim {
        // A run with a verdict has no output. The claim is asked all the same: it may be about the
        // lines.
        scene = scene.check(move |run| claim.check(run, run.outcome.as_ref().ok()));
    }
    scene.explore()
}

/// Cancels a scene at each await, as long as the effort allows.
fn with_each_cancellation(
    scene: EveryCancellation<impl Future<Output = SceneOutput> + 'static>,
    trial: Trial,
) -> Cancelled<SceneOutput> {
    let Trial { limit, claim, effort } = trial;
    let mut scene = scene.budget(effort.time);
    if let Some(limit) = limit {
        scene = scene.limit(limit);
    }
    // If the example states no claim, a run that no longer ends because something was cancelled is
    // shown, and is no failure.
    if limit.is_some() || claim.is_none() {
        scene = scene.may_not_end();
    }
    if let Some(claim) = claim {
        // A claim counts the runs without an output, and the report gives that number for the runs
        // in which something was cancelled. In the first run that is judged nothing is cancelled.
        // So that run is judged by a copy of the claim, with a count of its own.
        let of_the_first = claim.anew();
        let is_first = AtomicBool::new(true);
        scene = scene.check(move |run| {
            let claim = if is_first.swap(false, Relaxed) { &of_the_first } else { &claim };
            let output = match &run.outcome {
                Ok(output) => output.as_ref(), // none if `main` was dropped
                Err(_) => None,                // it ended with a verdict
            };
            claim.check(run, output)
        });
    }
    scene.explore()
}
