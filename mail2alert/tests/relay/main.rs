//! Mail2alert: what its configuration says, and what it does when all around it fail.
mod config;
mod example;
mod original;
mod readme;
mod servers;
mod threats;
mod world;
