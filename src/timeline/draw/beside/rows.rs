//! Common colours and common rows: lanes of one name look alike in both charts, and are at the same
//! place from the top.
use crate::timeline::{
    LaneId,
    draw::{
        chart::Chart,
        labels::row_name,
        left_out::LeftOut,
        rows::{ROWS, Rows, shared},
    },
};
use std::{collections::HashMap, mem::take};

/// Gives lanes of one name the same colour in all charts. Each chart has numbered its colours in
/// the order in which its own names came up.
pub(in crate::timeline::draw) fn share_colours(charts: &mut [Chart]) {
    // The first chart keeps its colours. The others use the same colour for the same name.
    let Some((first, others)) = charts.split_first_mut() else { return };
    let mut hues: HashMap<String, usize> = HashMap::new();
    let mut unused = 0;
    for row in &first.rows {
        hues.insert(row.name.clone(), row.hue);
        unused = unused.max(row.hue + 1);
    }
    for row in others.iter_mut().flat_map(|chart| &mut chart.rows) {
        let hue = *hues.entry(row.name.clone()).or_insert(unused);
        // A name that is new to all charts so far has just got the colour that was unused.
        if hue == unused {
            unused += 1;
        }
        row.hue = hue;
    }
}

/// The lanes that share a row, in the upper chart and in the lower one. One of the two is empty if
/// only the other chart has such a row.
type RowOfBoth = [Vec<LaneId>; 2];

/// The rows of both: the nth row of a name in one chart is the nth row of that name in the other.
/// Rows of the upper chart keep their order; rows that only the lower one has come last.
pub(super) fn with_common_rows(charts: &[Chart; 2]) -> [Rows; 2] {
    let mut drawn = matched(charts);
    // The first rows stay, and not the most interesting ones: those could be different rows in each
    // chart.
    let missing = drawn.split_off(drawn.len().min(ROWS));
    [0, 1].map(|side| rows_of_one(&charts[side], side, &drawn, &missing))
}

fn matched(charts: &[Chart; 2]) -> Vec<RowOfBoth> {
    let upper = shared(&charts[0]);
    let mut lower = shared(&charts[1]);
    // For each name the rows of the lower chart that have no counterpart in the upper chart yet.
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    // Backwards, so that `pop` gives the first of them.
    for (index, lanes) in lower.iter().enumerate().rev() {
        by_name.entry(row_name(&charts[1], lanes)).or_default().push(index);
    }
    let mut rows: Vec<RowOfBoth> = vec![];
    for lanes in upper {
        let mut other = vec![];
        if let Some(unmatched) = by_name.get_mut(row_name(&charts[0], &lanes))
            && let Some(index) = unmatched.pop()
        {
            other = take(&mut lower[index]);
        }
        rows.push([lanes, other]);
    }
    for lanes in lower {
        // A row that has a counterpart in the upper chart was taken out above, and is empty.
        if !lanes.is_empty() {
            rows.push([vec![], lanes]);
        }
    }
    rows
}

/// The rows of one of the two charts.
fn rows_of_one(chart: &Chart, side: usize, drawn: &[RowOfBoth], missing: &[RowOfBoth]) -> Rows {
    let drawn = drawn.iter().map(|row| row[side].clone()).collect();
    let mut lanes = vec![];
    for row in missing {
        lanes.extend(&row[side]);
    }
    // If all lanes that are left out belong to one chart, only that chart says so.
    let left_out = if lanes.is_empty() { None } else { Some(LeftOut::lanes(chart, &lanes)) };
    Rows::of(chart, drawn, left_out)
}
