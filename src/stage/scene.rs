//! A scene before it has run, and what is known of it afterwards.
//!
//! Scenes return results of different types, and a stage holds them in one list. So a scene
//! consists of closures that hide the type of its result: one that records it (`record`), and those
//! that try it in other ways (`trials`).
use super::{claim::Claim, trials::Trials};
use crate::timeline::{
    Chart, Clock, Line, Observe, Recorder, Recording, Remark, Variant, Verdict, Waits,
};
use std::{fmt::Display, panic::Location, time::Duration};

/// Runs the scene with a recorder that has been set up for it.
type Record = Box<dyn FnOnce(Recorder) -> SceneResult>;

/// A scene before it has run.
pub(super) struct Scene {
    /// What it is called: `--scene` takes this, and it stands above its lines.
    pub(super) title: &'static str,
    /// The time limit of a scene that hangs on purpose; `None` for all others.
    pub(super) limit: Option<Duration>,
    /// Where the example added it. In sentences about its lane `main`, this is the place where that
    /// lane was made.
    made_at: &'static Location<'static>,
    /// A closure, since each scene returns a type of its own.
    record: Record,
    /// How the scene can be tried; `None` for one that is a plain function.
    pub(super) trials: Option<Trials>,
    /// What must hold in each trial; `None` where the example states nothing.
    pub(super) claim: Option<Claim>,
    /// It can run on the paused clock, also in an example that keeps real time.
    pub(super) without_io: bool,
    /// Of which scene it is a variant; `None` for one that answers a question of its own.
    pub(super) variant: Option<Variant>,
}

/// How to run a scene.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    /// The paused clock, or the real one.
    pub(super) clock: Clock,
    /// How much of the run is kept: a timeline needs more than the lines.
    pub(super) observe: Observe,
    /// What to do with each line as it is said, if anything.
    pub(super) print: Option<fn(&Line)>,
}

/// What a scene did.
pub struct SceneResult {
    /// What the scene is called.
    pub title: &'static str,
    /// What was printed.
    pub lines: Vec<Line>,
    /// How long it took, on its own clock.
    pub elapsed: Duration,
    /// What happened, if that was recorded.
    pub chart: Option<Chart>,
    /// Why it has no result: it did not end by itself, or it panicked. `None` if it has one.
    pub verdict: Option<Verdict>,
    /// What else is to be said of the run, beside the verdict.
    pub remarks: Vec<Remark>,
    /// What its lanes waited for, after each poll that was not ready.
    pub waits: Vec<Waits>,
    /// Whether it hangs on purpose, so that a verdict is no failure.
    pub hangs: bool,
    /// The error of a scene that was added as one that can fail.
    pub error: Option<String>,
    /// Whether it ran on the real clock, so that its times differ from run to run.
    pub real_clock: bool,
}

impl SceneResult {
    /// The lines, as `time lane text`.
    pub fn transcript(&self) -> Vec<String> {
        self.lines.iter().map(Line::to_string).collect()
    }

    /// The result, and what the scene returned, if it ended by itself.
    fn new<T>(title: &'static str, observe: Observe, recording: Recording<T>) -> (Self, Option<T>) {
        // Without events there is nothing that could be drawn.
        let chart = match observe {
            Observe::Everything => Some(recording.chart()),
            _ => None,
        };
        let waits = recording.waits().cloned().collect();
        let mut output = None;
        let mut verdict = None;
        match recording.outcome {
            Ok(value) => output = Some(value),
            Err(reason) => verdict = Some(reason),
        }
        let result = SceneResult {
            title,
            lines: recording.lines,
            elapsed: recording.elapsed,
            chart,
            verdict,
            remarks: recording.remarks,
            waits,
            hangs: false,
            error: None,
            real_clock: false,
        };
        (result, output)
    }
}

impl Scene {
    /// A scene that does not fail by what it returns: its output is not looked at.
    #[track_caller]
    pub(super) fn new<T: 'static>(
        title: &'static str,
        record: impl FnOnce(Recorder) -> Recording<T> + 'static,
    ) -> Scene {
        let record = move |recorder: Recorder| {
            let observe = recorder.observed();
            let (result, _output) = SceneResult::new(title, observe, record(recorder));
            result
        };
        Scene::recorded_by(title, Box::new(record))
    }

    /// A scene whose output says whether it failed.
    #[track_caller]
    pub(super) fn fallible<T: 'static, E: Display + 'static>(
        title: &'static str,
        record: impl FnOnce(Recorder) -> Recording<Result<T, E>> + 'static,
    ) -> Scene {
        let record = move |recorder: Recorder| {
            let observe = recorder.observed();
            let (mut result, output) = SceneResult::new(title, observe, record(recorder));
            // Kept as text, since its type is forgotten here.
            if let Some(Err(error)) = output {
                result.error = Some(error.to_string());
            }
            result
        };
        Scene::recorded_by(title, Box::new(record))
    }

    /// A scene of which only this is known: its title, and how it is recorded.
    #[track_caller]
    fn recorded_by(title: &'static str, record: Record) -> Scene {
        Scene {
            title,
            limit: None,
            made_at: Location::caller(),
            record,
            trials: None,
            claim: None,
            without_io: false,
            variant: None,
        }
    }

    /// The same scene, which can be tried in other ways.
    pub(super) fn tried_by(self, trials: Trials) -> Scene {
        Scene { trials: Some(trials), ..self }
    }

    /// The same scene, which has to be ended after `limit`.
    pub(super) fn ended_after(self, limit: Duration) -> Scene {
        Scene { limit: Some(limit), ..self }
    }

    /// Whether a plain run leaves it out.
    pub(super) fn is_only_explored(&self) -> bool {
        match &self.variant {
            Some(variant) => variant.only_explored,
            None => false,
        }
    }

    /// Runs the scene to its end, or until it has to be ended.
    pub(super) fn run(self, settings: Settings) -> SceneResult {
        // Set up here and not by the closure: how it runs is the command line's choice.
        let mut recorder = Recorder::new(self.title)
            .clock(settings.clock)
            .observe(settings.observe)
            .made_at(self.made_at);
        if let Some(print) = settings.print {
            recorder = recorder.print(print);
        }
        if let Some(limit) = self.limit {
            recorder = recorder.limit(limit);
        }
        let mut result = (self.record)(recorder);
        if let Some(chart) = &mut result.chart {
            chart.variant = self.variant;
        }
        result.hangs = self.limit.is_some();
        result.real_clock = settings.clock == Clock::Real;
        result
    }
}
