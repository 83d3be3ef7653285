//! What the examples promise: results, elapsed time and every line, on a paused clock.
mod gather;
