//! Makes the steps of a run.
use super::{
    output,
    reader::Reader,
    source::SourceFile,
    steps::{Moment, SteppedLane, SteppedRun, Track},
};
use crate::timeline::{Chart, Code, draw::pieces::pieces, human};

/// The steps of a run.
///
/// All line numbers are those of `file`, the one Rust file that a page shows. What happens in
/// another file has no line number. `source` is that file, if it is found. [`Track::left_out`] is
/// still empty.
pub(super) fn stepped(
    chart: &Chart,
    file: Option<&str>,
    source: Option<&SourceFile>,
) -> SteppedRun {
    let order = pieces(chart);
    let reader = Reader::new(chart, &order, file, source);
    let mut steps = vec![];
    // A step names only the lanes that have moved: a page of a thousand lanes would otherwise have
    // a thousand lines for each step.
    let mut stood = vec![None; chart.rows.len()];
    for piece in &order {
        let mut step = reader.step(piece);
        let told = reader.told(piece);
        step.sentence = told.sentence;
        step.tells_of_others = told.tells_of_others;
        step.later = told.later;
        step.later_of_coroutine = told.of_coroutine;
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
        lanes.push(SteppedLane { name: row.name.clone(), hue: row.hue });
    }
    let mut instants = vec![];
    for instant in &chart.instants {
        instants.push((instant.at.as_nanos() as u64, human(instant.at)));
    }
    let file = file.unwrap_or_default().to_owned();
    // With one track there is nothing to align: a moment is a step.
    let mut moments = vec![];
    for (nth, step) in steps.iter().enumerate() {
        moments.push(Moment { instant: step.instant, steps: vec![Some(nth)], parting: None });
    }
    let mut run = SteppedRun {
        title: chart.title.clone(),
        verdict: chart.verdict.as_deref().map(without_code).map(str::to_owned),
        instants,
        lanes_in_rust: lanes.len(),
        lanes,
        tracks: vec![Track {
            file,
            steps,
            left_out: vec![],
            timers_as_seen: reader.calls.are_unknown(),
            aligned: None,
            same_as: None,
        }],
        moments,
        output: vec![],
        of_python: None,
        variant: None,
    };
    run.output = output::of_rust_alone(&run);
    run
}

/// A verdict without the code at its end, by which a reader of a log looks it up. On a page it is a
/// sentence among sentences.
fn without_code(verdict: &str) -> &str {
    for code in Code::ALL {
        if let Some(sentence) = verdict.strip_suffix(&format!(" [{code}]")) {
            return sentence;
        }
    }
    verdict
}
