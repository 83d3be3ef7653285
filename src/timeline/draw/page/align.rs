//! Two languages in one order: which step in Python belongs to which step in Rust.
//!
//! The two tracks are aligned instant by instant. Two steps can be a pair if they are of one lane,
//! or if they print a line in common. Each pair has a score, and a line in common scores far more
//! than a lane in common. Of all ways to pair the steps in their order, the one with the highest
//! sum is taken.
//!
//! A greedy choice would not do. At the end of `gather` Rust polls `main` and inside it C, and
//! Python runs C and then `main`. A greedy choice would pair the first step in Rust, `main`, with
//! `main` in Python. Then C in Rust comes after that pair and C in Python before it, so the two
//! steps that print “24” could not be a pair. The highest sum pairs the two steps of C:
//!
//! ```text
//!   Rust      main   C “24”
//!   Python           C “24”   main        three moments, and one of them has both
//! ```
//!
//! A step without a counterpart stands between the same pairs as in its own language.
//!
//! These pairs do not decide where the two languages begin to differ: `output` compares the printed
//! lines for that. The pairs cannot tell it, because one language may print two lines in one step
//! and the other in two steps. One of these two has no counterpart then, and no line differs.
use super::{
    output::Both,
    pairs::best_pairs,
    steps::{Moment, Step, SteppedLane, SteppedRun},
};
use crate::timeline::LaneId;
use std::{collections::HashMap, ops::Range};

/// The score of two steps of one lane.
const A_LANE: u32 = 1;

/// The score of each line that two steps both print. One such line outweighs all pairs in an
/// instant that have only the lane in common, as long as these pairs are fewer than a thousand.
const A_LINE: u32 = 1000;

/// What a line scores in addition if both steps are of the lane that prints it. One language may
/// print it in a step that also prints what another lane does, and the other language prints that
/// in a step of the other lane.
const OF_ITS_LANE: u32 = 500;

/// What a line scores in addition if it is the last one of both steps. One language may need two
/// steps for the lines that the other one prints in a single step. Then the single step is paired
/// with the second of the two, so that it does not come before lines that were printed in between.
const THE_LAST_LINE: u32 = 100;

/// The steps in Rust and those of the twin, which is not among the tracks of the run yet, in one
/// order.
pub(super) fn moments(run: &SteppedRun, twin: &[Step], both: &Both<'_>) -> Vec<Moment> {
    let tracks = [&run.tracks[0].steps[..], twin];
    let mut lines: HashMap<(usize, usize), u32> = HashMap::new();
    for (in_rust, in_python) in &both.common {
        let rust = &both.printed[0][*in_rust];
        let python = &both.printed[1][*in_python];
        let score = lines.entry((rust.step, python.step)).or_default();
        *score += A_LINE;
        let is_of_lane = |lane: LaneId| run.lanes[lane].name == rust.lane;
        let lanes = [tracks[0][rust.step].lane, tracks[1][python.step].lane];
        if lanes.into_iter().all(is_of_lane) {
            *score += OF_ITS_LANE;
        }
        if rust.is_last_of_its_step && python.is_last_of_its_step {
            *score += THE_LAST_LINE;
        }
    }
    let aligner = Aligner { lanes: &run.lanes, tracks, lines };
    let mut moments = vec![];
    for instant in 0..run.instants.len() {
        let steps = tracks.map(|steps| at_instant(steps, instant));
        moments.extend(aligner.moments(instant, steps));
    }
    moments
}

/// For each step in Rust the step of the twin in the same moment, or the last one before.
pub(super) fn aligned(moments: &[Moment]) -> Vec<Option<usize>> {
    let mut aligned = vec![];
    let mut last = None;
    for moment in moments {
        if moment.steps[1].is_some() {
            last = moment.steps[1];
        }
        if moment.steps[0].is_some() {
            aligned.push(last);
        }
    }
    aligned
}

/// The steps of an instant, as a range of indices: the steps are in order of time.
fn at_instant(steps: &[Step], instant: usize) -> Range<usize> {
    let from = steps.partition_point(|step| step.instant < instant);
    let until = steps.partition_point(|step| step.instant <= instant);
    from..until
}

/// Aligns the steps of an instant.
struct Aligner<'a> {
    /// The lanes of the run, for their names.
    lanes: &'a [SteppedLane],
    /// All steps in Rust, and all of the twin.
    tracks: [&'a [Step]; 2],
    /// The score of the lines that two steps have in common. The key is the index of the step in
    /// Rust and the index of the twin's step. Two steps without a line in common have no entry.
    lines: HashMap<(usize, usize), u32>,
}

impl Aligner<'_> {
    /// The moments of an instant at which the tracks have these steps.
    fn moments(&self, instant: usize, [rust, python]: [Range<usize>; 2]) -> Vec<Moment> {
        let pairs = best_pairs(rust.len(), python.len(), |one, other| {
            let one = rust.start + one;
            let other = python.start + other;
            let lines = self.lines.get(&(one, other)).copied().unwrap_or_default();
            let is_of_one_lane = self.lane(0, one) == self.lane(1, other);
            if is_of_one_lane { lines + A_LANE } else { lines }
        });
        let mut moments = vec![];
        let mut add = |steps: [Option<usize>; 2]| {
            moments.push(Moment { instant, steps: steps.to_vec(), parting: None });
        };
        let mut next = [rust.start, python.start];
        // The ends of both lists, as if they were one more pair: so the loop also adds the steps
        // after the last pair.
        let ends = [(rust.len(), python.len())];
        for (one, other) in pairs.into_iter().chain(ends) {
            let [one, other] = [rust.start + one, python.start + other];
            // The steps without a counterpart come before the pair, those of Rust first.
            for step in next[0]..one {
                add([Some(step), None]);
            }
            for step in next[1]..other {
                add([None, Some(step)]);
            }
            if one < rust.end && other < python.end {
                add([Some(one), Some(other)]);
            }
            next = [one + 1, other + 1];
        }
        moments
    }

    /// The name of the lane of a step.
    fn lane(&self, track: usize, step: usize) -> &str {
        &self.lanes[self.tracks[track][step].lane].name
    }
}
