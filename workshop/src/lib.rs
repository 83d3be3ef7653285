//! What the exercises share: an attempt is run on virtual time, in several scenarios, and when it
//! fails, it says which misconception it was.
//!
//! ```
//! use async_concepts::{LaneExt, say};
//! use tokio::time::sleep;
//! use workshop::{Prediction, ms};
//!
//! const PREDICTION: Prediction = Some((200, "A B"));
//!
//! async fn naps() -> &'static str {
//!     futures::join!(sleep(ms(100)).lane("A"), sleep(ms(200)).lane("B"));
//!     say!("good morning");
//!     "rested"
//! }
//!
//! workshop::attempt(naps)
//!     .predicted(PREDICTION)
//!     .mistake("the naps ran one after another", |run| run.took(300))
//!     .takes(200)
//!     .says(&["0.200 main good morning"])
//!     .returns("rested")
//!     .verdict();
//! workshop::scenario("the first nap takes 250 ms")
//!     .time(100, 250)
//!     .attempt(naps)
//!     .predicted(PREDICTION)
//!     .takes(250)
//!     .verdict();
//! ```
//!
//! Everything that is expected is compared first. Only if something differs, the mistakes are gone
//! through in their order, and the first that fits is the headline of the verdict; if none does,
//! the mistakes that are made in every exercise are. A mistake is only asked of a run that ended by
//! itself; [`Attempt::hangs`], [`Attempt::blocks`] and [`Attempt::panics`] are for the others.
//!
//! A verdict always comes: an attempt in which nothing can happen any more ends after an hour of
//! virtual time, which is milliseconds, and one that keeps its thread is given up after
//! [`WATCHDOG`]. Both name the lanes.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod asleep;
mod attempt;
mod compiler;
mod diagnosis;
mod explored;
mod lines;
mod lock;
mod panics;
mod prediction;
mod report;
mod run;
mod scenario;
mod show;
pub mod smtp;

pub use attempt::{Attempt, attempt};
#[doc(hidden)]
pub use compiler::stands_in;
pub use explored::{BUDGET, Everywhere, every_cancellation, every_schedule};
pub use lock::{Taking, Watched, WatchedGuard, held, shared};
pub use prediction::Prediction;
pub use run::{Run, WATCHDOG};
pub use scenario::{Scenario, delay, given, loopback, ms, scenario};
pub use show::show;
