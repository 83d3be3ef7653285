//! `--step`: goes through a run poll by poll, in a terminal. For ssh, and for rooms without a
//! browser.
//!
//! The explorer's page shows the same after each poll: both take it from
//! [`Chart::steps`](crate::timeline::Chart::steps). So what is true of the page is true here. Only
//! the numbers of the steps can differ: a page counts also steps that only Python has.
//!
//! What comes later is not shown: neither what will end a wait nor what will be printed. So before
//! each key a teacher can ask the class what comes next.
//!
//! No library for full-screen programs is needed for this: a frame is a list of lines, and
//! `console`, which also colours the timelines, reads single keys.
//!
//! To read in this order: `walk` is a place in the run, `frame` what the screen shows there, and
//! `keys` reads one key after the other.
mod frame;
mod keys;
mod walk;

pub(super) use keys::{is_possible, step_through};
pub(super) use walk::Walk;
