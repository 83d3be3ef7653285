//! Asynchronous Rust, visible, exact and comparable.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod event_loop;
pub mod stage;
pub mod timeline;

pub use timeline::{LaneExt, block, on_thread, record};
