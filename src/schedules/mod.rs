//! Every schedule, every cancellation: a claim is tried, and the run that breaks it is drawn.
pub(crate) mod cancellable;
mod cancellation;
mod candidates;
mod claim;
mod explorer;
mod minimise;
mod once;
mod plan;
mod report;
mod scheduler;
mod watch;

pub use cancellable::Cancellable;
pub use cancellation::{Cancelled, EveryCancellation, UnsafeAwait, every_cancellation};
pub use claim::{EverySchedule, every_schedule};
pub use report::{Checked, Coverage, Departure, Explored, Failure, Outcome, Schedule};
pub use scheduler::Granularity;
