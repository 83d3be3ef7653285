//! Record a run and draw it.
