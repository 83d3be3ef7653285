//! What was tried, what came of it, and the run that breaks the claim.
//!
//! Three things are counted apart, since they answer three questions: *outcomes* (what can come of
//! the program?), *results* (what can it return?), and *orders of lines* (can its output come in
//! another order?). None of them is kept for each schedule: there may be millions.
//!
//! To read in this order:
//!
//! - `schedule`: an order of the lanes, as text and in words.
//! - `coverage`: how much of what is possible was tried.
//! - `outcome`: what a run came to, so that two runs can be compared.
//! - `failure`: the run that breaks the claim.
//! - `findings` collects all of it while the runs are made.
//! - `explored` is what a test reads afterwards, and how it is said in words.
//! - `numbers`: how numbers are written in it.
mod schedule;

mod coverage;

mod outcome;

mod failure;

mod findings;

mod explored;

mod numbers;

pub use coverage::Coverage;
pub use explored::Explored;
pub use failure::Failure;
pub use outcome::Outcome;
pub use schedule::{Departure, Schedule};

pub(super) use findings::Findings;
pub(super) use numbers::{counted, thousands};
pub(super) use outcome::result_of;
