//! What charts on one time axis share: how wide and how high things are.
use super::{
    SvgOptions,
    text::{BOLD, FONT, SMALL, width_of},
};
use crate::timeline::draw::{
    chart::Chart,
    labels::{row_name, thread_name, used_threads},
    layout::Room,
    rows::Rows,
};

/// Between the left edge and a lane's name, and between the name and the chart.
pub(super) const MARGIN: f64 = 16.0;
/// The height of a thread's row, and of what stands in it.
const TRACK: f64 = 30.0;
const HOLD: f64 = 22.0;
/// With less there is no room for a chart beside the names.
const NARROWEST: f64 = 480.0;
/// To the right of a lane's end, for its sign.
const SIGN: f64 = 24.0;
/// To the right of a note, since a reader's font may be wider than it is measured here.
const BEHIND_A_NOTE: f64 = 14.0;
/// Names of lanes, and the notes on their ends, are no wider than this.
pub(super) const NAME: f64 = 200.0;

/// What charts on one sheet have in common.
pub(super) struct Sheet {
    /// In pixels, as all that follows, and no less than [`NARROWEST`].
    pub width: f64,
    /// Where the charts begin, to the right of the names.
    pub left: f64,
    /// For the charts themselves.
    pub room: Room,
    /// As they were given. They say what is drawn at all, and in which colours. The sizes in them
    /// are not for drawing: some may be too small, and the fields of the sheet have the sizes that
    /// are used.
    pub options: SvgOptions,
    /// How high a lane's row is, and in it a bar; and the same for a thread.
    pub row_height: f64,
    pub bar_height: f64,
    pub track_height: f64,
    pub hold_height: f64,
}

impl Sheet {
    pub fn new(charts: &[(&Chart, &Rows)], options: SvgOptions) -> Sheet {
        let width = options.width.max(NARROWEST);
        // Names stand left of the charts and notes right of them. They are measured first: the
        // charts get the width that names and notes leave. Two charts that share an axis have one
        // sheet, so that both begin at one place.
        let mut name: f64 = 0.0;
        let mut note: f64 = 0.0;
        for (chart, rows) in charts {
            for (number, _) in used_threads(chart) {
                name = name.max(width_of(&thread_name(chart, number), FONT) * BOLD);
            }
            for lanes in &rows.drawn {
                name = name.max(width_of(row_name(chart, lanes), FONT) * BOLD);
            }
            for &lane in rows.drawn.iter().flatten() {
                let row = &chart.rows[lane];
                // A note on an end further left has the free part of its row.
                let at_the_edge = row.ends_at().instant + 1 == chart.instants.len();
                if at_the_edge && let Some(text) = chart.end_note(row) {
                    note = note.max(width_of(&text, SMALL) + BEHIND_A_NOTE);
                }
            }
        }
        let left = MARGIN + name.min(NAME) + MARGIN;
        let right = note.min(NAME) + SIGN + MARGIN;
        let row_height = options.row.max(SvgOptions::LOWEST_ROW);
        // In a low picture threads become lower, too, but no lower than a letter.
        let track_height = TRACK.min(row_height * 0.75);
        Sheet {
            width,
            left,
            // The narrowest gap has room for a waiting line of some length, and the cut for two
            // dotted lines.
            room: Room {
                width: width - left - right,
                column: options.column.max(SvgOptions::NARROWEST_COLUMN),
                gap: 24.0,
                cut: 40.0,
            },
            options,
            row_height,
            // A little more than half: 26 of the usual 46 pixels. The rest is for the text above a
            // wait. A whole number, or edges would be blurred.
            bar_height: (row_height * 0.565).round(),
            track_height,
            hold_height: track_height.min(HOLD),
        }
    }
}
