//! Asynchronous Rust, visible, exact and comparable.
#![forbid(unsafe_code)]

pub mod event_loop;
pub mod timeline;
