//! What is written beside a picture's rows: the names of lanes and threads, the letters that stand
//! for them, and which marks a legend has to explain.
use super::{
    chart::{Chart, Hold},
    marks::Mark,
    rows::Rows,
};
use crate::timeline::LaneId;
use std::collections::BTreeSet;

/// The marks that occur in the rows that are drawn, in the order of legends.
pub(super) fn occurring(chart: &Chart, rows: &Rows) -> Vec<Mark> {
    // Rows that are not drawn do not count: a legend explains what is in its picture.
    let mut found = BTreeSet::new();
    for &lane in rows.drawn.iter().flatten() {
        let row = &chart.rows[lane];
        for span in &row.spans {
            // What takes no room is not drawn, and needs no explanation.
            if span.from < span.to {
                found.insert(span.state.mark());
            }
        }
        found.insert(row.how_it_ended().mark());
    }
    Mark::ALL.into_iter().filter(|mark| found.contains(mark)).collect()
}

/// A letter for each row of lanes, by which the rows of threads name it: the first letter of its
/// name; or the last letter, if another name begins like this one and no other name ends like it.
/// `main` keeps its `m`, since `main` is in nearly every picture. A cell on a terminal has room for
/// one letter, and so has a narrow tile of an SVG:
///
/// ```text
///       main  ██           ██✓
///     ping_1     ██           ✓     p and 1, p and 2: the last letter tells them apart
///     ping_2        ██        ✓
///   [thread]  mm 11 22     mm
/// ```
///
/// Two rows may still get the same letter. Then their colours, and the rows above, tell which lane
/// has the thread.
pub(super) fn letters(chart: &Chart, rows: &Rows) -> Vec<char> {
    let names: Vec<&str> = rows.drawn.iter().map(|lanes| row_name(chart, lanes)).collect();
    let mut letters = vec![];
    for (index, name) in names.iter().enumerate() {
        let first = first_letter(name);
        let last = last_letter(name);
        // Rows of one name are meant to have one letter: they are the same part of the program.
        let mut first_is_shared = false;
        let mut last_is_shared = false;
        for other in &names {
            if other != name {
                first_is_shared |= first_letter(other) == first;
                last_is_shared |= last_letter(other) == last;
            }
        }
        let is_main = rows.drawn[index].first() == Some(&0);
        // An `m` would be taken for `main`, which is worse than a letter that two rows share.
        let last_is_free = !last_is_shared && last != 'm';
        letters.push(if first_is_shared && last_is_free && !is_main { last } else { first });
    }
    letters
}

/// The name that the lanes of a row share. A row is empty where only the other of two charts has
/// such lanes: its name is the empty text.
pub(super) fn row_name<'c>(chart: &'c Chart, lanes: &[LaneId]) -> &'c str {
    match lanes.first() {
        Some(&lane) => &chart.rows[lane].name,
        None => "",
    }
}

fn first_letter(name: &str) -> char {
    name.chars().next().unwrap_or('?')
}

fn last_letter(name: &str) -> char {
    name.chars().next_back().unwrap_or('?')
}

/// The name of a thread's row. It is in brackets, since a lane may be called `thread`, too.
pub(super) fn thread_name(chart: &Chart, number: usize) -> String {
    match number {
        0 => "[thread]".into(),
        _ if number <= chart.workers => format!("[worker {number}]"),
        // `[thread]` is the first one, so the next is the second.
        _ => format!("[thread {}]", number - chart.workers + 1),
    }
}

/// The threads that ran something, with their numbers; and each worker, also one that ran nothing.
/// The runtime's thread may be missing: a run that is nothing but closures on threads has none.
pub(super) fn used_threads(chart: &Chart) -> Vec<(usize, &[Hold])> {
    let mut used = vec![];
    for (number, holds) in chart.threads.iter().enumerate() {
        let is_worker = number > 0 && number <= chart.workers;
        if is_worker || !holds.is_empty() {
            used.push((number, holds.as_slice()));
        }
    }
    used
}
