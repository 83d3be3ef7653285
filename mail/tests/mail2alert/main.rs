//! Mail2alert: what its configuration says, and what it does when everybody around it fails.
mod config;
mod original;
mod threats;
mod world;
