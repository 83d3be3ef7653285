//! What the exercises share: an attempt is run on virtual time, and when it fails, it says which misconception it was.
//!
//! ```
//! use async_concepts::{LaneExt, say};
//! use std::time::Duration;
//! use tokio::time::sleep;
//!
//! async fn naps() -> &'static str {
//!     futures::join!(
//!         sleep(Duration::from_millis(100)).lane("A"),
//!         sleep(Duration::from_millis(200)).lane("B"),
//!     );
//!     say!("good morning");
//!     "rested"
//! }
//!
//! workshop::attempt(naps)
//!     .mistake("the naps ran one after another", |run| run.took(300))
//!     .takes(200)
//!     .says(&["0.200 main good morning"])
//!     .returns("rested")
//!     .verdict();
//! ```
//!
//! Everything that is expected is compared first. Only if something differs, the mistakes are gone through in their
//! order, and the first that fits is the headline of the verdict; below it stand what was expected beside what happened,
//! and the timeline of the run.
//!
//! A verdict always comes: an attempt in which nothing can happen any more ends after an hour of virtual time, which is
//! milliseconds, and one that keeps its thread is given up after [`PATIENCE`]. Both name the lanes.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod attempt;
mod report;
mod run;

pub use attempt::{Attempt, attempt, attempt_for_real};
pub use run::{PATIENCE, Run, ms, show};
