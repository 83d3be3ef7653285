//! Every schedule, every cancellation.
mod counts;
