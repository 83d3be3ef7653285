//! What a recording says of a run, and how it is drawn.
//!
//! Each state that a timeline can show is produced here by a real run; see `states`.
mod beside;
mod blocking;
mod callbacks;
mod claims;
mod clocks;
mod data;
mod failing;
mod here;
mod loops;
mod marks;
mod own_package;
mod page;
mod pictures;
mod places;
mod rows;
mod sameness;
mod shown_places;
mod shown_states;
mod states;
mod streams;
mod sums;
mod traps;
mod variants;
mod verdict_programs;
mod verdicts;
mod waited;
mod wakes;
mod workers;

use async_concepts::timeline::{Chart, Code, Recording, Span, State};
use std::time::Duration;

/// A time in milliseconds.
pub fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// The row of a lane.
pub fn row<'c>(chart: &'c Chart, name: &str) -> &'c async_concepts::timeline::Row {
    chart
        .rows
        .iter()
        .find(|row| row.name == name)
        .unwrap_or_else(|| panic!("no lane is called {name}"))
}

/// What the closing sentence says of the run, as on a machine that is not busy. On one that is, any
/// poll may take long on the wall clock, and that is remarked on.
pub fn summary<T>(run: &Recording<T>) -> String {
    let mut chart = run.chart();
    chart.remarks.retain(|remark| !remark.contains(Code::KeptTheThread.text()));
    chart.summary()
}

/// What a lane did: each state with the time at which it began and ended, in milliseconds.
pub fn states(chart: &Chart, name: &str) -> Vec<(State, u128, u128)> {
    let time = |span: &Span| {
        (span.state, chart.time(span.from).as_millis(), chart.time(span.to).as_millis())
    };
    row(chart, name).spans.iter().map(time).collect()
}

/// The lane's number.
pub fn lane(chart: &Chart, name: &str) -> usize {
    chart
        .rows
        .iter()
        .position(|row| row.name == name)
        .unwrap_or_else(|| panic!("no lane is called {name}"))
}
