//! Mail2alert: what its configuration says, and what it does when everybody around it fails.
mod config;
mod example;
mod original;
#[cfg(unix)]
mod process;
mod readme;
mod threats;
mod world;
