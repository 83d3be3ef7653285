//! `--schedules` and `--cancellations`: the scenes of an example in every schedule, and with each
//! await cancelled.
//!
//! What is printed for each scene: what was tried, what must hold, whether it does; the simplest
//! run that breaks it; and one run for each different outcome, as far as a person would look at
//! them. The files that were asked for get these runs, and those of outcomes that are only listed
//! or counted, as far as they were kept.
//!
//! To read in this order: `trial` (how a scene is tried), `results` (what was found), `text`,
//! `schedules` and `cancellations` (how that is said), `show` (the two options).
mod trial;

mod results;

mod text;

mod cancellations;
mod schedules;

mod show;

#[cfg(test)]
mod tests;

pub use results::{SceneCancellations, SceneSchedules};
pub use trial::Effort;

pub(super) use trial::Trials;
