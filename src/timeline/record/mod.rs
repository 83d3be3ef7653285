//! Watching a run: a list of what happened to each lane, and a verdict on a run that does not end
//! by itself.
mod blocking;
mod event;
#[cfg_attr(not(feature = "schedules"), allow(dead_code))]
mod gate;
mod lane;
mod place;
mod primitives;
mod recorder;
mod run;
mod scheduler;
mod stream;
mod threads;
mod verdict;
mod wakers;

pub use blocking::{turn, wait};
#[cfg(feature = "schedules")]
pub(crate) use event::panic_message;
pub use event::{Event, LaneId, Line, Polled, What, WokenBy};
#[cfg(feature = "schedules")]
pub(crate) use gate::{Admission, Gate, Made, Poller, Stranger, quietly};
pub use lane::{Lane, LaneExt};
pub use place::{Place, Registered, Wait, Waits};
#[cfg(feature = "draw")]
pub(crate) use recorder::Shown;
pub use recorder::{Recorder, Recording, record};
#[cfg(feature = "schedules")]
pub(crate) use recorder::{recording, run_lane_to_the_end};
pub use run::Observe;
#[cfg(feature = "schedules")]
pub(crate) use run::Run;
#[doc(hidden)]
pub use run::say_line;
pub use stream::{StreamLane, StreamLaneExt};
pub use threads::{block, callback, on_thread};
pub use verdict::{Cause, Causes, Code, Remark, Verdict};
