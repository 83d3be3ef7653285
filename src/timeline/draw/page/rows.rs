//! The rows of a page's timeline: which lanes share one.
//!
//! Lanes of one name share a row where one ends before the next begins, as in the other pictures
//! (`draw::rows`). A picture leaves rows out for which it has no room. A page cannot: its reader
//! steps through all lanes. So where many lanes of one name are there at once, they are drawn one
//! over the other, in a row that says how many they are.
//!
//! ```text
//!   main        ██──────────────██✓
//!   worker ×80    ████████────████        one block for each poll of any of them
//! ```
use super::steps::DrawnRow;
use crate::timeline::{
    Chart, LaneId,
    draw::{
        labels::row_name,
        rows::{ROWS, shared},
    },
};
use std::collections::HashMap;

/// The rows of each of these charts, which are drawn at one place: the nth row of a name has the
/// nth place of that name in each. Rows of the first chart come first.
pub(super) fn drawn(charts: &[Chart]) -> Vec<Vec<DrawnRow>> {
    let mut all: Vec<Vec<Vec<LaneId>>> = charts.iter().map(shared).collect();
    // All or none: a row that only one of two charts has could not be compared.
    if all.iter().any(|rows| rows.len() > ROWS) {
        for (chart, rows) in charts.iter().zip(&mut all) {
            *rows = one_for_each_name(chart);
        }
    }
    // By the name of a row and its number among those of that name: its place.
    let mut places: HashMap<(&str, usize), usize> = HashMap::new();
    let mut named: Vec<(&str, usize)> = vec![];
    let mut placed = vec![];
    for (chart, rows) in charts.iter().zip(all) {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let mut found: Vec<Vec<LaneId>> = vec![];
        for lanes in rows {
            let name = row_name(chart, &lanes);
            let nth = seen.entry(name).or_default();
            let place = *places.entry((name, *nth)).or_insert_with(|| {
                named.push((name, chart.rows[lanes[0]].hue));
                named.len() - 1
            });
            *nth += 1;
            if found.len() <= place {
                found.resize(place + 1, vec![]);
            }
            found[place] = lanes;
        }
        placed.push(found);
    }
    let mut drawn = vec![];
    for (chart, mut rows) in charts.iter().zip(placed) {
        rows.resize(named.len(), vec![]);
        let mut of_chart = vec![];
        for (lanes, (name, hue)) in rows.into_iter().zip(&named) {
            let name = match overlap(chart, &lanes) {
                true => format!("{name} ×{}", lanes.len()),
                false => (*name).to_owned(),
            };
            of_chart.push(DrawnRow { name, hue: *hue, lanes, differs: vec![] });
        }
        drawn.push(of_chart);
    }
    drawn
}

/// All lanes, those of one name in one row.
fn one_for_each_name(chart: &Chart) -> Vec<Vec<LaneId>> {
    let mut rows: Vec<Vec<LaneId>> = vec![];
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (lane, row) in chart.rows.iter().enumerate() {
        let place = *known.entry(&row.name).or_insert(rows.len());
        if place == rows.len() {
            rows.push(vec![]);
        }
        rows[place].push(lane);
    }
    rows
}

/// Whether two of these lanes are there at once.
fn overlap(chart: &Chart, lanes: &[LaneId]) -> bool {
    let mut ends = None;
    for lane in lanes {
        let row = &chart.rows[*lane];
        if ends.is_some_and(|ends| row.begin() < ends) {
            return true;
        }
        ends = ends.max(Some(row.end.0));
    }
    false
}
