//! What was found when a scene was tried, for a test and for the terminal.
use super::trial::{Effort, Trial, Trials};
use crate::{
    schedules::{Cancelled, Explored},
    stage::{
        Stage,
        claim::{Claim, SceneOutput},
        scene::Scene,
    },
};

/// What a scene did in every schedule.
pub struct SceneSchedules {
    /// What the scene is called.
    pub title: &'static str,
    /// What must hold of it, as a sentence without a full stop; `None` if nothing is stated. Then
    /// a schedule fails only if `main` panics in it, or if it does not end by itself although it
    /// should.
    pub must_hold: Option<&'static str>,
    /// What was found, or why the scene cannot be explored, as the end of "this scene …".
    pub explored: Result<Explored<SceneOutput>, &'static str>,
}

/// What a scene did when it was cancelled, at each await.
pub struct SceneCancellations {
    /// What the scene is called.
    pub title: &'static str,
    /// What must hold of it, as a sentence without a full stop; `None` if nothing is stated. Then
    /// an await is unsafe only if `main` panics after the cancellation.
    pub must_hold: Option<&'static str>,
    /// In how many runs nothing can be said of that: what must hold is about what `main` returns,
    /// and `main` did not return. It was dropped, or the scene hangs on purpose.
    pub without_output: u64,
    /// What was found, or why nothing can be cancelled, as the end of "this scene …".
    pub cancelled: Result<Cancelled<SceneOutput>, &'static str>,
}

impl Stage {
    /// Runs each scene in every schedule, and returns what was found.
    pub fn explore(&self, effort: Effort) -> Vec<SceneSchedules> {
        let mut found = vec![];
        for scene in &self.scenes {
            let claim = scene.claim.as_ref().map(Claim::anew);
            let must_hold = claim.as_ref().map(|claim| claim.sentence);
            let explored = match self.trials_of(scene) {
                Err(reason) => Err(reason),
                Ok(trials) => Ok((trials.schedules)(Trial { limit: scene.limit, claim, effort })),
            };
            found.push(SceneSchedules { title: scene.title, must_hold, explored });
        }
        found
    }

    /// Cancels each scene at each await, or the lanes in it that are marked as
    /// [`cancellable`](crate::timeline::Lane::cancellable), and returns what was found. Of
    /// `effort` only the time counts.
    pub fn cancel(&self, effort: Effort) -> Vec<SceneCancellations> {
        let mut found = vec![];
        for scene in &self.scenes {
            let claim = scene.claim.as_ref().map(Claim::anew);
            // The clone and the claim count the runs without an output together. The number is
            // read when all runs are over.
            let trial = Trial { limit: scene.limit, claim: claim.clone(), effort };
            let cancelled = match self.trials_of(scene) {
                Err(reason) => Err(reason),
                Ok(trials) => Ok((trials.cancellations)(trial)),
            };
            let mut result = SceneCancellations {
                title: scene.title,
                must_hold: None,
                without_output: 0,
                cancelled,
            };
            if let Some(claim) = claim {
                result.must_hold = Some(claim.sentence);
                result.without_output = claim.without_output();
            }
            found.push(result);
        }
        found
    }

    /// How a scene can be tried, or why it cannot be.
    fn trials_of<'s>(&self, scene: &'s Scene) -> Result<&'s Trials, &'static str> {
        match (self.real_time, &scene.trials) {
            // No schedule decides, for instance, what comes from a socket, and when.
            (Some(reason), _) if !scene.without_io => Err(reason),
            (_, None) => Err(PLAIN_FUNCTION),
            (_, Some(trials)) => Ok(trials),
        }
    }
}

/// Why a scene that is a plain function cannot be tried: completes "this scene …".
const PLAIN_FUNCTION: &str =
    "is a plain function; if it runs an event loop, that loop calls in the order that it promises";
