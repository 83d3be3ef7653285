//! Watching a run: a list of what happened to each lane, and a verdict on a run that does not end by itself.
mod blocking;
mod clean;
mod event;
mod lane;
mod place;
mod primitives;
mod recorder;
mod run;
mod scheduler;
mod threads;
mod verdict;
mod wakers;

pub use blocking::{turn, wait};
pub use event::{Event, LaneId, Line, Polled, What, WokenBy};
pub use lane::{Lane, LaneExt};
pub use place::{Place, Registered, Wait, Waits};
pub use recorder::{Recorder, Recording, record};
pub use run::Observe;
#[doc(hidden)]
pub use run::say_line;
pub use threads::{block, callback, on_thread};
pub use verdict::{Cause, Causes, Code, Remark, Verdict};
