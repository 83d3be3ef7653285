//! Watching a run: a list of what happened to each lane, and a verdict on a run that does not end by itself.
mod blocking;
mod event;
mod lane;
mod recorder;
mod run;
mod threads;
mod turns;
mod verdict;

pub use blocking::{turn, wait};
pub use event::{Event, LaneId, Line, Polled, Ringer, What};
pub use lane::{Lane, LaneExt};
pub use recorder::{Recorder, Recording, record};
pub use run::Observe;
#[doc(hidden)]
pub use run::say_line;
pub use threads::{block, callback, on_thread};
pub use verdict::Verdict;
