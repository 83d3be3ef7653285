//! How an example is run: on which clock, and what is shown and kept of it.
//!
//! Every example has a function `stage()` that returns its [`Stage`]: a name and one or more
//! scenes. A scene is a run with a clock and a timeline of its own. The example's `main` calls
//! [`Stage::run`], which reads the command line; a test calls [`Stage::run_for_test`], which
//! returns what each scene did.
//!
//! Without options an example takes its real time and prints each line as it happens; then its
//! timeline is drawn. The options are the same for all examples.
//!
//! To read in this order: `scene` (what is run), `header` (what the source says), `run` (the loop
//! over the scenes), `options` (the command line), `claim` (what must hold of a scene), `trials`
//! (every schedule and every cancellation), `print` (the terminal), `step` (poll by poll), `files`
//! (what is kept), `driver` (event loops).
// A picture, for rustdoc alone.
#![doc = ""]
#![doc = "<div>"]
#![cfg_attr(doc, doc = include_str!("../../docs/pipeline.svg"))]
#![doc = "</div>"]
mod claim;
mod driver;
mod files;
mod header;
mod options;
mod print;
mod run;
mod scene;
mod step;
mod trials;

pub use claim::{SceneOutput, SceneRun};
pub use driver::record_blocking;
pub use options::{CommandLine, OwnOption};
pub use print::printed;
pub use scene::SceneResult;
pub use trials::{Effort, SceneCancellations, SceneSchedules};

use crate::timeline::Variant;
use claim::Claim;
use header::{Header, Listing};
use scene::Scene;
use std::{
    fmt::{Debug, Display},
    time::Duration,
};
use trials::Trials;

/// An example: its scenes, in order.
pub struct Stage {
    /// The name of the example's file, which is what `cargo run --example` wants.
    name: &'static str,
    /// What the example's source says of it; `None` if there is only a name.
    header: Option<Header>,
    /// Why no clock can hurry the example; completes the sentence "this example …". `None` for the
    /// examples that `--fast` can hurry.
    real_time: Option<&'static str>,
    /// The scenes, in the order in which they run.
    scenes: Vec<Scene>,
    /// The options that only this example has.
    command_line: CommandLine,
}

impl Stage {
    /// An example without scenes yet. The name is that of its file.
    pub fn new(name: &'static str) -> Stage {
        Stage {
            name,
            header: None,
            real_time: None,
            scenes: vec![],
            command_line: CommandLine::default(),
        }
    }

    /// An example whose name, title and "Look for" stand in the header of its source:
    /// `Stage::of(include_str!("gather.rs"))`. A run prints the title and the "Look for" before the
    /// first scene.
    ///
    /// # Panics
    /// If the header does not say how to run the example.
    pub fn of(source: &'static str) -> Stage {
        let header = Header::of(source);
        let stage = Stage::new(header.name);
        Stage { header: Some(header), ..stage }
    }

    /// Says where the source is, and what to type after `cargo run` for the next example. Only an
    /// example of another package needs this: all others are listed in this package's `Cargo.toml`.
    /// Without a header (see [`Stage::of`]) a run prints neither.
    pub fn place(self, path: &'static str, next: Option<&str>) -> Stage {
        let listing = Listing { path, next: next.map(str::to_owned) };
        Stage { header: self.header.map(|header| header.with_listing(listing)), ..self }
    }

    /// The example does real I/O, which no clock can hurry: `--fast` changes nothing but scenes
    /// that are [`without_io`](Stage::without_io).
    pub fn does_io(self) -> Stage {
        self.keeps_real_time("does real I/O")
    }

    /// No clock can hurry the example, for a reason that completes "this example …": `--fast`
    /// changes nothing but scenes that are [`without_io`](Stage::without_io).
    pub fn keeps_real_time(self, reason: &'static str) -> Stage {
        Stage { real_time: Some(reason), ..self }
    }

    /// The scene that was added last does no I/O, although the example does: on a paused clock it
    /// takes exactly the time for which it sleeps.
    ///
    /// # Panics
    /// If there is no scene yet.
    pub fn without_io(mut self) -> Stage {
        self.scenes.last_mut().expect("a scene that does no I/O").without_io = true;
        self
    }

    /// Adds options that only this example has.
    pub fn command_line(self, command_line: CommandLine) -> Stage {
        Stage { command_line, ..self }
    }

    /// Adds a scene.
    #[track_caller]
    pub fn scene<T, F>(self, title: &'static str, main: fn() -> F) -> Stage
    where
        T: Debug + Send + 'static,
        F: Future<Output = T> + 'static,
    {
        let scene = Scene::new(title, move |recorder| recorder.record(main));
        self.with(scene.tried_by(Trials::new(title, main)))
    }

    /// Adds a scene that does not end by itself, such as a deadlock: it is ended after `limit`, and
    /// the verdict is shown. Such a scene fails the example if it does end by itself.
    ///
    /// A verdict calls it a deadlock if nothing happened in the last nine tenths of `limit`.
    #[track_caller]
    pub fn hanging_scene<T, F>(self, title: &'static str, limit: Duration, main: fn() -> F) -> Stage
    where
        T: Debug + Send + 'static,
        F: Future<Output = T> + 'static,
    {
        let scene = Scene::new(title, move |recorder| recorder.record(main)).ended_after(limit);
        self.with(scene.tried_by(Trials::new(title, main)))
    }

    /// Adds a scene that can fail for reasons that have nothing to do with its lesson, for instance
    /// because there is no free socket. Then the error is printed, the next scenes run, and the
    /// exit status is 1.
    #[track_caller]
    pub fn try_scene<T, E, F>(self, title: &'static str, main: fn() -> F) -> Stage
    where
        T: Debug + Send + 'static,
        E: Debug + Display + Send + 'static,
        F: Future<Output = Result<T, E>> + 'static,
    {
        let scene = Scene::fallible(title, move |recorder| recorder.record(main));
        self.with(scene.tried_by(Trials::new(title, main)))
    }

    /// Adds a scene that is a plain function, such as one that runs an event loop of its own.
    #[track_caller]
    pub fn blocking_scene<T: Send + 'static>(self, title: &'static str, main: fn() -> T) -> Stage {
        self.with(Scene::new(title, move |recorder| driver::record_blocking_with(recorder, main)))
    }

    /// States what must hold of the scene that was added last, as a sentence without a full stop;
    /// `holds` says whether it does in one run. `--schedules` and `--cancellations` try it, and
    /// show the run that breaks it. A run that should end and does not end breaks it, too.
    ///
    /// ```
    /// use async_concepts::stage::Stage;
    ///
    /// let stage = Stage::new("sum")
    ///     .scene("sum", || async { 1 + 2 })
    ///     .must_hold("the sum is 3", |run| run.returns(|sum: &i32| *sum == 3));
    /// ```
    ///
    /// # Panics
    /// If there is no scene yet.
    pub fn must_hold(mut self, sentence: &'static str, holds: fn(&SceneRun<'_>) -> bool) -> Stage {
        let scene = self.scenes.last_mut().expect("a scene of which it must hold");
        scene.claim = Some(Claim::new(sentence, holds));
        self
    }

    /// Says that the scene that was added last is a variant of an earlier one: the same question,
    /// answered by another program. The explorer shows both on one time axis, and marks what
    /// differs from the earlier one.
    ///
    /// # Panics
    /// If there is no scene yet, or no earlier one of this title, or if that one is itself a
    /// variant.
    pub fn variant_of(mut self, first: &'static str) -> Stage {
        let Some((scene, earlier)) = self.scenes.split_last_mut() else {
            panic!("a scene that is a variant of “{first}”");
        };
        let found = earlier.iter().find(|scene| scene.title == first);
        let compared = found.unwrap_or_else(|| panic!("there is no scene “{first}” before it"));
        // What differs is marked in comparison with one scene. In a chain of variants it would not
        // be clear which scene that is.
        assert!(compared.variant.is_none(), "“{first}” is itself a variant of another scene");
        scene.variant = Some(Variant { of: first.to_owned(), only_explored: false });
        self
    }

    /// Adds a variant of an earlier scene that a plain run leaves out: what if it were written in
    /// another way? `--explore` shows it on one time axis with the earlier one, `--scene` runs it
    /// alone, and with `--what-if` it runs like every other scene. In tests
    /// [`Stage::run_for_test`] leaves it out, too.
    ///
    /// ```
    /// use async_concepts::stage::Stage;
    ///
    /// async fn both() {}
    /// async fn one_after_another() {}
    ///
    /// let stage = Stage::new("naps")
    ///     .scene("both", both)
    ///     .what_if("both", "one after another", one_after_another);
    /// ```
    ///
    /// # Panics
    /// As [`Stage::variant_of`] does.
    #[track_caller]
    pub fn what_if<T, F>(self, first: &'static str, title: &'static str, main: fn() -> F) -> Stage
    where
        T: Debug + Send + 'static,
        F: Future<Output = T> + 'static,
    {
        let mut stage = self.scene(title, main).variant_of(first);
        let scene = stage.scenes.last_mut().expect("it was added above");
        scene.variant = Some(Variant { of: first.to_owned(), only_explored: true });
        stage
    }

    /// Adds a scene after the others.
    fn with(mut self, scene: Scene) -> Stage {
        self.scenes.push(scene);
        self
    }
}
