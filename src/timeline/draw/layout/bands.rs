//! The first step: which columns of each instant have something that is drawn.
use crate::timeline::draw::{
    chart::{Chart, Position},
    rows::Rows,
};
use std::collections::BTreeSet;

/// Where an instant is drawn.
///
/// ```text
///   edges of five columns    0   1   2   3   4   5
///   polls that are drawn     ███             ███        of lanes that have a row
///   edges that are kept      0   1           4   5
///   columns that are drawn   │ 0 │     1     │ 2 │      rank 1 stands for three columns
/// ```
#[derive(Default)]
pub(super) struct Band {
    /// Its left edge: known when all bands are placed.
    pub left: f64,
    /// The columns at which something that is drawn begins or ends. Columns of lanes that are not
    /// drawn fold away.
    edges: Vec<usize>,
    /// How many of its columns are drawn before the cut, counted in ranks: see [`Band::rank`]. All
    /// of them if no cut goes through this instant.
    pub shown_before: usize,
    /// The rank of the first column that is drawn after the cut. Equal to `shown_before` if no cut
    /// goes through this instant.
    pub shown_after: usize,
    /// Additional width between these two parts, if the cut is between them.
    pub cut: f64,
}

impl Band {
    fn of(edges: BTreeSet<usize>) -> Band {
        let mut band = Band { edges: edges.into_iter().collect(), ..Band::default() };
        // All of it is shown until a cut is made.
        band.shown_before = band.columns();
        band.shown_after = band.columns();
        band
    }

    /// How many columns of it are drawn. Two edges make one column. A single edge has a column,
    /// too: a line that was printed there, or an end, must be somewhere.
    pub fn columns(&self) -> usize {
        if self.edges.is_empty() { 0 } else { (self.edges.len() - 1).max(1) }
    }

    /// The place of a column among those that are drawn.
    pub fn rank(&self, column: usize) -> usize {
        self.edges.partition_point(|edge| *edge < column)
    }

    /// The width of the instant, where each column is `column_width` wide: both parts that are
    /// drawn, and the cut if it is between them.
    pub fn width(&self, column_width: f64) -> f64 {
        (self.shown_before + self.columns() - self.shown_after) as f64 * column_width + self.cut
    }
}

/// The bands of all instants, before they have their places.
pub(super) fn collect(charts: &[(&Chart, &Rows)]) -> Vec<Band> {
    let (first, _) = charts[0];
    // In order, and each once: lanes that begin where another ends share an edge.
    let mut edges = vec![BTreeSet::new(); first.instants.len()];
    let mut mark = |pos: Position| {
        edges[pos.instant].insert(pos.column);
    };
    for (chart, rows) in charts {
        for &lane in rows.drawn.iter().flatten() {
            let row = &chart.rows[lane];
            for span in &row.spans {
                mark(span.from);
                mark(span.to);
            }
            mark(row.ends_at());
        }
        // A thread's row has only the lanes that are drawn: the others fold away there, too.
        for hold in chart.threads.iter().flatten() {
            if rows.of_lane(hold.lane).is_some() {
                mark(hold.from);
                mark(hold.to);
            }
        }
        for said in &chart.said {
            if rows.of_lane(said.lane).is_some() {
                mark(said.at);
            }
        }
    }
    edges.into_iter().map(Band::of).collect()
}
