//! What differs: in the whole run, in each row, and where in the row.
//!
//! Times are compared on the paused clock only, on which they are exact. On the real clock each run
//! is late by what the machine takes, and two runs of the same program would differ. So there it is
//! compared how the lanes end, and the times are told as what was measured.
use super::Pair;
use crate::timeline::{
    Clock, LaneId, Row,
    draw::{
        chart::{Chart, Position},
        labels::row_name,
        marks::Mark,
    },
    human,
};
use std::time::Duration;

impl Pair {
    /// Finds what differs: first in the whole run, then row by row. A difference in *when*
    /// something happened is coloured in the picture; a difference in *how it ended* is worth a
    /// sentence, too.
    pub(super) fn compare(&mut self) {
        let [upper, lower] = &self.charts;
        let are_exact = have_exact_times(upper, lower);
        // Each run goes by its title, since “the first” and “the second” have to be looked up.
        let quoted = [format!("“{}”", upper.title), format!("“{}”", lower.title)];
        // The times come first: they are what the two programs are compared for.
        if upper.elapsed != lower.elapsed || !are_exact {
            let took = [length(upper), length(lower)];
            self.notes.push(format!(
                "{} took {}, and {} took {}.",
                quoted[0], took[0], quoted[1], took[1]
            ));
        }
        let mut is_alike = upper.elapsed == lower.elapsed || !are_exact;
        for row in 0..self.rows[0].drawn.len() {
            let lanes = [&self.rows[0].drawn[row][..], &self.rows[1].drawn[row][..]];
            if let Some(only) = self.only_in(row) {
                let name = row_name(&self.charts[only], lanes[only]);
                self.notes.push(format!("{name} is only in {}.", quoted[only]));
                is_alike = false;
                // An entry for each row, also for this one: they are found by the index of the row.
                for different in &mut self.different {
                    different.push(vec![]);
                }
                continue;
            }
            let ends = [0, 1].map(|side| end_in_words(&self.charts[side], lanes[side]));
            let same_way = ends[0] == ends[1];
            for side in 0..2 {
                let charts = [&self.charts[0], &self.charts[1]];
                let mut found = if are_exact { stretches(charts, lanes) } else { vec![] };
                if !same_way {
                    mark_end(&self.charts[side], lanes[side], &mut found);
                }
                self.different[side].push(found);
            }
            let times = [0, 1].map(|side| end_time(&self.charts[side], lanes[side]));
            if same_way && (times[0] == times[1] || !are_exact) {
                continue;
            }
            is_alike = false;
            let name = row_name(&self.charts[0], lanes[0]);
            let told = [0, 1].map(|side| match are_exact {
                true => format!("{} at {} in {}", ends[side], human(times[side]), quoted[side]),
                false => format!("{} in {}", ends[side], quoted[side]),
            });
            self.notes.push(format!("{name}: {}, {}.", told[0], told[1]));
        }
        // The list is never empty, so that silence cannot be read as “not compared”.
        let same_rows = self.different.iter().flatten().all(Vec::is_empty);
        if is_alike {
            self.notes.push(match (are_exact, same_rows) {
                (true, true) => "The two runs did the same.".into(),
                (true, false) => {
                    "The lanes of both runs end in the same way and at the same time.".into()
                }
                (false, _) => "The lanes of both runs end in the same way.".into(),
            });
        }
        if !are_exact {
            self.notes.push("Times of the real clock are not compared.".into());
        }
    }
}

/// Whether the times of two runs can be compared.
pub(in crate::timeline::draw) fn have_exact_times(one: &Chart, other: &Chart) -> bool {
    one.clock == Clock::Paused && other.clock == Clock::Paused
}

/// How much time passed in a run.
pub(in crate::timeline::draw) fn length(chart: &Chart) -> String {
    match chart.clock {
        Clock::Paused => human(chart.elapsed),
        Clock::Real => format!("about {} of real time", human(chart.elapsed)),
    }
}

/// The last lane of a row: if several lanes share the row, it stands for all of them.
fn last<'c>(chart: &'c Chart, lanes: &[LaneId]) -> &'c Row {
    &chart.rows[lanes[lanes.len() - 1]]
}

/// How a row ends.
fn end_in_words(chart: &Chart, lanes: &[LaneId]) -> String {
    let row = last(chart, lanes);
    match chart.end_note(row) {
        Some(note) => note,
        None => row.how_it_ended().label().to_owned(),
    }
}

/// When a row ends.
fn end_time(chart: &Chart, lanes: &[LaneId]) -> Duration {
    chart.time(last(chart, lanes).ends_at())
}

/// Adds the instant at which a row ends to the stretches in which it differs.
fn mark_end(chart: &Chart, lanes: &[LaneId], stretches: &mut Vec<(Position, Position)>) {
    let instant = last(chart, lanes).ends_at().instant;
    let begin = Position { instant, column: 0 };
    let end = Position { instant, column: chart.instants[instant].columns };
    // A stretch may touch the instant: it goes on up to here, or begins here, where the row of the
    // other chart goes on.
    match stretches.iter_mut().find(|(from, to)| *from <= end && begin <= *to) {
        Some((from, to)) => {
            *from = begin.min(*from);
            *to = end.max(*to);
        }
        None => stretches.push((begin, end)),
    }
}

/// Where the two rows of one name differ, in positions of the common instants.
///
/// ```text
///   upper   polls 1   waiting     polls 1   ready      polls 1
///   lower   polls 1   waiting     polls 0   (nothing)  polls 0
///                                 ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀   one stretch
/// ```
pub(in crate::timeline::draw) fn stretches(
    charts: [&Chart; 2],
    lanes: [&[LaneId]; 2],
) -> Vec<(Position, Position)> {
    let [upper, lower] = [0, 1].map(|side| Doings::of(charts[side], lanes[side]));
    let mut found: Vec<(Position, Position)> = vec![];
    // Stretches that touch become one, so that the picture has one coloured area and not many.
    let mut add = |from: Position, to: Position| match found.last_mut() {
        Some((_, end)) if *end >= from => *end = to,
        _ => found.push((from, to)),
    };
    for instant in 0..charts[0].instants.len() {
        // Both charts have all instants, but not the same number of polls in them.
        let columns = charts[0].instants[instant].columns.max(charts[1].instants[instant].columns);
        let begin = Position { instant, column: 0 };
        let end = Position { instant, column: columns };
        if upper.polls[instant] != lower.polls[instant]
            || (instant > 0 && differs_through(&upper, &lower, instant))
        {
            add(begin, end);
        }
        // After the last instant neither chart has anything, so `instant + 1` exists here.
        if upper.after[instant] != lower.after[instant] {
            add(end, Position { instant: instant + 1, column: 0 });
        }
    }
    found
}

/// Whether an instant in which both rows have equally many polls belongs to a stretch: the rows
/// differ before it and after it. It does not if both rows are polled there and both go on: those
/// polls are alike. If neither is polled there, or one row is over, nothing there is alike.
fn differs_through(upper: &Doings, lower: &Doings, instant: usize) -> bool {
    let [before, after] = [instant - 1, instant].map(|gap| (upper.after[gap], lower.after[gap]));
    let both_go_on = upper.polls[instant] > 0 && after.0.is_some() && after.1.is_some();
    before.0 != before.1 && after.0 != after.1 && !both_go_on
}

/// What the lanes of a row did.
struct Doings {
    /// How many polls began at each instant.
    /// Their columns are not compared: the column of a poll depends on the polls of other lanes,
    /// which may differ.
    polls: Vec<usize>,
    /// What the row did between each instant and the next.
    /// None before the lane was made and after it ended. Marks and not states: a picture draws all
    /// waits alike, so what ended a wait makes no difference here.
    after: Vec<Option<Mark>>,
}

impl Doings {
    fn of(chart: &Chart, lanes: &[LaneId]) -> Doings {
        let count = chart.instants.len();
        let mut doings = Doings { polls: vec![0; count], after: vec![None; count] };
        for &lane in lanes {
            for span in &chart.rows[lane].spans {
                // A poll is counted where it begins; one that blocks may end at a later instant.
                if span.state.is_poll() {
                    doings.polls[span.from.instant] += 1;
                }
                // All gaps that the span covers. One within an instant covers none.
                doings.after[span.from.instant..span.to.instant].fill(Some(span.state.mark()));
            }
        }
        doings
    }
}
