//! Where things go from left to right, and what is left out when there is no room for all of it.
//!
//! A column of a chart gets the same width everywhere; the gaps between the instants share the rest, in proportion to
//! the time they stand for. Where even the narrowest gaps leave too little room, the middle of the run is cut out.
use super::chart::{Chart, End, Pos};
use crate::timeline::human;
use std::{collections::BTreeSet, ops::Range};

/// The room that there is, in characters or in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub width: f64,
    /// Width of a column.
    pub column: f64,
    /// The narrowest gap between two instants.
    pub gap: f64,
    /// The gap that takes the place of what is cut out.
    pub cut: f64,
    /// So many lanes are drawn at most.
    pub rows: usize,
}

pub(super) struct Layout {
    /// The lanes that are drawn are the first so many.
    pub rows: usize,
    /// The right edge.
    pub width: f64,
    /// Where the middle was cut out.
    pub cut: Option<Range<f64>>,
    /// What is not drawn, a sentence each.
    pub left_out: Vec<String>,
    column: f64,
    instants: Vec<Place>,
}

/// Where an instant is drawn.
struct Place {
    left: f64,
    /// The columns at which something that is drawn begins or ends. Columns of lanes that are not drawn fold away.
    edges: Vec<usize>,
    /// Of its columns, those before the first number and those from the second on are drawn.
    shown: (usize, usize),
    /// Additional width between these two parts, if the cut is between them.
    cut: f64,
}

impl Place {
    fn columns(&self) -> usize {
        if self.edges.is_empty() { 0 } else { (self.edges.len() - 1).max(1) }
    }

    fn width(&self, column: f64) -> f64 {
        let (before, after) = self.shown;
        (before + self.columns() - after) as f64 * column + self.cut
    }
}

impl Layout {
    pub fn new(chart: &Chart, room: Room) -> Layout {
        let rows = chart.rows.len().min(room.rows);
        let mut layout = Layout {
            rows,
            width: 0.0,
            cut: None,
            left_out: vec![],
            column: room.column,
            instants: vec![],
        };
        layout.collect_edges(chart);
        let columns: usize = layout.instants.iter().map(Place::columns).sum();
        let gaps =
            layout.instants.iter().filter(|place| place.columns() > 0).count().saturating_sub(1);
        let narrowest = columns as f64 * room.column + gaps as f64 * room.gap;
        if narrowest <= room.width {
            let gaps =
                share(chart, &layout.instants, room.width - columns as f64 * room.column, room.gap);
            layout.place(&gaps);
        } else {
            layout.cut_out_the_middle(chart, room);
        }
        layout.tell_what_is_missing(chart);
        layout
    }

    /// The lane is drawn.
    pub fn shows(&self, lane: usize) -> bool {
        lane < self.rows
    }

    pub fn x(&self, pos: Pos) -> f64 {
        let place = &self.instants[pos.instant];
        let rank = place.edges.partition_point(|edge| *edge < pos.column);
        let (before, after) = place.shown;
        let columns = if rank <= before {
            rank as f64 * self.column
        } else if rank < after {
            before as f64 * self.column
        } else {
            (before + rank - after) as f64 * self.column + place.cut
        };
        place.left + columns
    }

    /// From the left to the right edge of an instant, if it is drawn at all.
    pub fn instant(&self, index: usize) -> Option<Range<f64>> {
        let place = &self.instants[index];
        let width = place.width(self.column);
        (width > 0.0).then_some(place.left..place.left + width)
    }

    /// The part of a stretch that is to be seen: the larger one, if the cut is in it.
    pub fn seen(&self, stretch: Range<f64>) -> Range<f64> {
        match &self.cut {
            Some(cut) if cut.start < stretch.end && stretch.start < cut.end => {
                let (before, after) = (stretch.start..cut.start, cut.end..stretch.end);
                if after.end - after.start > before.end - before.start { after } else { before }
            }
            _ => stretch,
        }
    }

    /// Whether a position lies in the part that is cut out.
    pub fn hides(&self, pos: Pos) -> bool {
        let place = &self.instants[pos.instant];
        let rank = place.edges.partition_point(|edge| *edge < pos.column);
        let (before, after) = place.shown;
        let wholly = before == 0 && after == place.columns();
        let to_its_end = after == place.columns();
        self.cut.is_some()
            && before < after
            && (wholly || rank > before && (rank < after || to_its_end))
    }

    fn collect_edges(&mut self, chart: &Chart) {
        let mut edges = vec![BTreeSet::new(); chart.instants.len()];
        let mut mark = |pos: Pos| {
            edges[pos.instant].insert(pos.column);
        };
        for row in &chart.rows[..self.rows] {
            row.spans.iter().for_each(|span| [span.from, span.to].into_iter().for_each(&mut mark));
            mark(row.end.0);
        }
        for hold in chart.threads.iter().flatten().filter(|hold| hold.lane < self.rows) {
            [hold.from, hold.to].into_iter().for_each(&mut mark);
        }
        chart.said.iter().filter(|said| said.lane < self.rows).for_each(|said| mark(said.at));
        self.instants = edges
            .into_iter()
            .map(|edges| Place {
                left: 0.0,
                edges: edges.into_iter().collect(),
                shown: (0, 0),
                cut: 0.0,
            })
            .collect();
        for place in &mut self.instants {
            place.shown = (place.columns(), place.columns());
        }
    }

    /// Sets the instants side by side, with the given gap before each.
    fn place(&mut self, gaps: &[f64]) {
        for (place, gap) in self.instants.iter_mut().zip(gaps) {
            place.left = self.width + gap;
            self.width = place.left + place.width(self.column);
        }
    }

    /// Keeps as much of the beginning and of the end as there is room for.
    fn cut_out_the_middle(&mut self, chart: &Chart, room: Room) {
        // What each column costs; the first of an instant needs the gap before it, too.
        let costs: Vec<(usize, usize, f64)> = (self.instants.iter().enumerate())
            .flat_map(|(instant, place)| (0..place.columns()).map(move |n| (instant, n)))
            .map(|(instant, n)| (instant, n, room.column + if n == 0 { room.gap } else { 0.0 }))
            .collect();
        let fits = |costs: &mut dyn Iterator<Item = &(usize, usize, f64)>, mut width: f64| {
            let fits = costs.take_while(|(_, _, cost)| {
                width -= cost;
                width >= 0.0
            });
            fits.count()
        };
        let room_for_both = room.width - room.cut;
        let head = fits(&mut costs.iter(), room_for_both * 0.6).max(1);
        let tail = fits(&mut costs.iter().rev(), room_for_both * 0.4).min(costs.len() - head);
        let (first, last) = (costs[head], costs[costs.len() - tail - 1]); // the first and the last hidden column
        for (index, place) in self.instants.iter_mut().enumerate() {
            if (first.0..=last.0).contains(&index) {
                let before = if index == first.0 { first.1 } else { 0 };
                let after = if index == last.0 { last.1 + 1 } else { place.columns() };
                place.shown = (before, after);
            }
        }
        // All instants that are cut into keep their parts; the cut itself stands in the first of them.
        self.instants[first.0].cut = room.cut;
        let mut gaps = vec![0.0; self.instants.len()];
        let mut begun = false;
        for (index, gap) in gaps.iter_mut().enumerate() {
            let place = &self.instants[index];
            if place.columns() > 0 && !(first.0..=last.0).contains(&index)
                || index == first.0 && first.1 > 0
            {
                *gap = if begun { room.gap } else { 0.0 };
                begun = true;
            }
        }
        self.place(&gaps);
        let left = self.instants[first.0].left + first.1 as f64 * room.column;
        self.cut = Some(left..left + room.cut);
        let polls = costs.len() - head - tail;
        let (from, to) = (chart.instants[first.0].at, chart.instants[last.0].at);
        let when = if from == to {
            format!("at {}", human(from))
        } else {
            format!("from {} to {}", human(from), human(to))
        };
        self.left_out.push(format!("{polls} polls {when} are not drawn."));
    }

    fn tell_what_is_missing(&mut self, chart: &Chart) {
        let missing = &chart.rows[self.rows..];
        if !missing.is_empty() {
            let count =
                |wanted: fn(&End) -> bool| missing.iter().filter(|row| wanted(&row.end.1)).count();
            let kinds = [
                (count(|end| *end == End::Finished), "finished"),
                (count(|end| matches!(end, End::Cancelled { .. })), "were cancelled"),
                (count(|end| matches!(end, End::Panicked(_))), "panicked"),
                (count(|end| *end == End::Unfinished), "had not ended"),
            ];
            let kinds: Vec<String> = kinds
                .iter()
                .filter(|(n, _)| *n > 0)
                .map(|(n, kind)| format!("{n} {kind}"))
                .collect();
            let lanes = if missing.len() == 1 { "lane is" } else { "lanes are" };
            self.left_out.push(format!(
                "{} more {lanes} not drawn: {}.",
                missing.len(),
                kinds.join(", ")
            ));
        }
        if chart.left_out > 0 {
            let last = chart.instants.iter().rev().nth(1).map_or(chart.elapsed, |last| last.at);
            self.left_out.push(format!(
                "The recording was full at {}: what happened later ({} events) is missing.",
                human(last),
                chart.left_out
            ));
        }
    }
}

/// Shares `room` among the gaps before the instants: none gets less than `narrowest`, and those that get more are to
/// scale with each other.
fn share(chart: &Chart, instants: &[Place], room: f64, narrowest: f64) -> Vec<f64> {
    let drawn: Vec<usize> =
        (0..instants.len()).filter(|index| instants[*index].columns() > 0).collect();
    let times: Vec<f64> = drawn
        .windows(2)
        .map(|pair| (chart.instants[pair[1]].at - chart.instants[pair[0]].at).as_secs_f64())
        .collect();
    let mut wide = vec![true; times.len()];
    let mut gaps = vec![narrowest; times.len()];
    loop {
        let narrow = wide.iter().filter(|wide| !**wide).count();
        let total: f64 =
            times.iter().zip(&wide).filter(|(_, wide)| **wide).map(|(time, _)| time).sum();
        let scale = (room - narrow as f64 * narrowest) / total;
        let mut done = true;
        for n in 0..times.len() {
            if wide[n] {
                gaps[n] = (times[n] * scale).max(narrowest);
                wide[n] = times[n] * scale >= narrowest;
                done &= wide[n];
            }
        }
        if done {
            break;
        }
    }
    let mut before = vec![0.0; instants.len()];
    for (index, gap) in drawn.iter().skip(1).zip(gaps) {
        before[*index] = gap;
    }
    before
}
