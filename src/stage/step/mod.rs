//! `--step`: goes through a run poll by poll, in a terminal. For ssh, and for rooms without a
//! browser.
//!
//! What there is to be seen after each poll, the explorer's page shows, too: both take it from
//! [`Chart::steps`]. `walk` is where a person stands in it, `frame` what the screen shows there, and
//! `keys` reads one key after the other.
mod frame;
mod keys;
mod walk;

pub(super) use keys::{is_possible, step_through};
pub(super) use walk::Walk;
