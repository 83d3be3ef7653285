//! Makes the steps of a run.
use super::{
    reader::Reader,
    steps::{Moment, SteppedLane, SteppedRun, Track},
};
use crate::timeline::{Chart, draw::pieces::pieces, human};

/// The steps of a run.
///
/// All line numbers are of `file`, the only file that a page shows: what happens in another file
/// has none.
pub(super) fn stepped(chart: &Chart, file: Option<&str>) -> SteppedRun {
    let order = pieces(chart);
    let reader = Reader::new(chart, &order, file);
    let mut steps = vec![];
    // A step names only the lanes that have moved: a page of a thousand lanes would otherwise have
    // a thousand lines for each step.
    let mut stood = vec![None; chart.rows.len()];
    for piece in &order {
        let mut step = reader.step(piece);
        let told = reader.told(piece, &step.says);
        step.sentence = told.sentence;
        step.later = told.later;
        for (lane, before) in stood.iter_mut().enumerate() {
            let now = reader.stands(lane, piece);
            if *before != now {
                *before = now;
                step.stands.push((lane, now));
            }
        }
        steps.push(step);
    }
    let mut lanes = vec![];
    for row in &chart.rows {
        lanes.push(SteppedLane { name: row.name.clone(), hue: row.hue, inside: row.polled_by });
    }
    let mut instants = vec![];
    for instant in &chart.instants {
        instants.push((instant.at.as_nanos() as u64, human(instant.at)));
    }
    let file = file.unwrap_or_default().to_owned();
    // With one track there is nothing to align: a moment is a step.
    let mut moments = vec![];
    for (nth, step) in steps.iter().enumerate() {
        moments.push(Moment { instant: step.instant, steps: vec![Some(nth)], only: vec![] });
    }
    SteppedRun {
        title: chart.title.clone(),
        verdict: chart.verdict.clone(),
        took: human(chart.elapsed),
        instants,
        rows: lanes.len(),
        lanes,
        tracks: vec![Track { file, steps, aligned: None }],
        moments,
        variant: None,
    }
}
