//! The second step, where there is room for the whole run: how wide each gap is.
use super::bands::Band;
use crate::timeline::draw::chart::Chart;

/// The space between a band that is drawn and the next.
struct Gap {
    /// The band at its right edge: gaps are placed before bands.
    next_band: usize,
    /// How much time it stands for. Only the proportions matter, so any unit would do.
    seconds: f64,
}

/// Shares `room` among the gaps: none gets less than `narrowest`, and those that get more are to
/// scale with each other. Returns the width of the gap before each band.
///
/// A gap that would be too narrow at the scale of all gets `narrowest`, and the others share what
/// is left, at a smaller scale; then another may be too narrow:
///
/// ```text
///   room 30, narrowest 3      gaps of 1 s, 2 s, 17 s
///   first round   30 / 20 = 1.5 a second   the first gap, 1.5, is too narrow: it gets 3
///   second round  27 / 19 = 1.42           the second gap, 2.84, is too narrow: it gets 3
///   third round   24 / 17 = 1.41           the third gap gets the 24 that are left
/// ```
pub(super) fn share(chart: &Chart, bands: &[Band], room: f64, narrowest: f64) -> Vec<f64> {
    let mut before = vec![0.0; bands.len()];
    let mut gaps = between_bands(chart, bands);
    let mut left = room;
    // At most as many rounds as there are gaps: each one settles at least one, or is the last.
    loop {
        let total: f64 = gaps.iter().map(|gap| gap.seconds).sum();
        let scale = left / total;
        let mut narrow = vec![];
        let mut wide = vec![];
        for gap in gaps {
            // If no time passes in any gap, the scale is infinite, and 0 times infinity is no
            // number. `max` makes it 0.
            if (gap.seconds * scale).max(0.0) < narrowest {
                narrow.push(gap);
            } else {
                wide.push(gap);
            }
        }
        if narrow.is_empty() {
            for gap in wide {
                before[gap.next_band] = gap.seconds * scale;
            }
            return before;
        }
        for gap in &narrow {
            before[gap.next_band] = narrowest;
        }
        // The next round computes its scale from the room and from the time that are left.
        left -= narrow.len() as f64 * narrowest;
        gaps = wide;
    }
}

/// The gaps between the bands that are drawn. The first band has none before it, and neither has
/// an instant of which nothing is drawn.
fn between_bands(chart: &Chart, bands: &[Band]) -> Vec<Gap> {
    let mut gaps = vec![];
    let mut last_drawn: Option<usize> = None;
    for (index, band) in bands.iter().enumerate() {
        if band.columns() == 0 {
            continue;
        }
        if let Some(last) = last_drawn {
            // From the last band that is drawn: the gap spans the instants in between, of which
            // nothing is drawn.
            let time = chart.instants[index].at - chart.instants[last].at;
            gaps.push(Gap { next_band: index, seconds: time.as_secs_f64() });
        }
        last_drawn = Some(index);
    }
    gaps
}
