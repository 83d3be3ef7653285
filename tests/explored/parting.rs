//! Where the two languages part: what only one of them prints is not in the other one, and the
//! header of the example says why they part.
use super::{Explored, printed::without_places};
use async_concepts::timeline::{OutputLine, SteppedRun, Unlike};

pub fn faults(explored: &Explored) -> Vec<String> {
    let run = &explored.run;
    let mut faults = vec![];
    let reason = run.of_python.as_deref().unwrap_or_default();
    let parts = run.moments.iter().any(|moment| moment.parting.is_some());
    if parts && reason.is_empty() {
        faults.push("the two part, and its header does not say why".to_owned());
    }
    faults.extend(not_missing(run));
    faults
}

/// The lines that are said to be those of one language only, and that the other one prints as
/// often: there only the place or the lane is another.
fn not_missing(run: &SteppedRun) -> Vec<String> {
    let mut faults = vec![];
    for line in run.output.iter().filter(|line| line.unlike == Some(Unlike::Only)) {
        // How often a track prints what this line says.
        let prints = |track: usize| {
            let mut others = vec![];
            for other in &run.output {
                if other.track == track || other.unlike.is_none() {
                    others.push(said(run, other));
                }
            }
            others.iter().filter(|other| **other == said(run, line)).count()
        };
        if prints(line.track) <= prints(1 - line.track) {
            let (lane, text) = said(run, line);
            faults.push(format!("both print “{text}” of {lane}, and it is said to be of one only"));
        }
    }
    faults
}

/// The lane that prints a line, and what it prints.
fn said<'r>(run: &'r SteppedRun, line: &OutputLine) -> (&'r str, String) {
    let (lane, text, _) = &run.tracks[line.track].steps[line.step].says[line.line];
    (&run.lanes[*lane].name, without_places(text).trim_end().to_owned())
}
