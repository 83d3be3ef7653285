//! What the player reads of a run: its lanes, and for each poll what is to be shown.
//!
//! Read it after `pieces`; next is `text`. The run has its steps from the library. Here they are
//! only cut to what the slide shows: lines of code that are not on it cannot be lit.
use crate::piece::{Piece, Played};
use async_concepts::timeline::{Due, LaneId, Mark, Step};
use serde::Serialize;
use std::ops::Range;

/// What the player reads of a run.
#[derive(Serialize)]
pub(super) struct PlayedRun<'r> {
    /// The name of each lane, and the number of its colour.
    lanes: Vec<(&'r str, usize)>,
    /// One for each poll.
    steps: Vec<PlayedStep<'r>>,
    /// What the legends call a lane that is ready, and one that is woken and not polled: the player
    /// has no words of its own for states.
    words: [&'static str; 2],
}

/// What the player shows after a poll.
#[derive(Serialize)]
struct PlayedStep<'r> {
    /// How far the picture is to be seen, in pixels of its natural width.
    at: f64,
    /// When, as the picture writes it.
    time: &'r str,
    /// Which lane was polled.
    lane: LaneId,
    /// What happened, as a sentence.
    sentence: &'r str,
    /// The lanes that are ready, in the order of their wakes.
    ready: &'r [LaneId],
    /// Woken, and not polled.
    unpolled: Vec<LaneId>,
    /// The lanes that a timer will wake, and when.
    timers: &'r [(LaneId, Due)],
    /// Which lane waits for which: chains of lanes, as the library has them.
    waits: &'r [Vec<Vec<LaneId>>],
    /// The lines of the slide's code that are lit: the file, the line, whether it is the place at
    /// which the lane waits now, and the number of the lane's colour.
    lit: Vec<(&'r str, u32, bool, usize)>,
}

/// Puts together what the player reads of a run. `pieces` are those of the slide: only their code
/// can be lit.
pub(super) fn played_run<'r>(played: &'r Played, pieces: &'r [Piece]) -> PlayedRun<'r> {
    let run = &played.scene.run;
    let mut lanes = vec![];
    for lane in &run.lanes {
        lanes.push((lane.name.as_str(), colour_of(lane.hue)));
    }
    let mut steps = vec![];
    for (nth, step) in run.tracks[0].steps.iter().enumerate() {
        // In the states of a step `x` is the letter for a lane that was woken and is not polled.
        let mut unpolled = vec![];
        for (lane, state) in step.states.chars().enumerate() {
            if state == 'x' {
                unpolled.push(lane);
            }
        }
        let mut lit = vec![];
        for track in &run.tracks {
            let steps = match &track.aligned {
                Some(aligned) => steps_of_twin(aligned, nth),
                None => nth..nth + 1,
            };
            for step in &track.steps[steps] {
                for (line, waits, lane) in lines_of(step, &track.file, pieces) {
                    lit.push((&*track.file, line, waits, colour_of(run.lanes[lane].hue)));
                }
            }
        }
        steps.push(PlayedStep {
            // A tenth of a pixel is exact enough, and keeps the page small.
            at: (played.picture.stops[nth] * 10.0).round() / 10.0,
            time: &run.instants[step.instant].1,
            lane: step.lane,
            sentence: &step.sentence,
            ready: &step.ready,
            unpolled,
            timers: &step.timers,
            waits: &step.waits,
            lit,
        });
    }
    let words = [Mark::Ready.short_label(), Mark::WokenNotPolled.short_label()];
    PlayedRun { lanes, steps, words }
}

/// The steps that a twin takes in a step in Rust. `aligned` has its last step so far, for each step
/// in Rust: where that is the same as before, the twin takes none.
fn steps_of_twin(aligned: &[Option<usize>], nth: usize) -> Range<usize> {
    let taken = |last: Option<usize>| match last {
        Some(last) => last + 1,
        None => 0,
    };
    let before = if nth == 0 { 0 } else { taken(aligned[nth - 1]) };
    before..taken(aligned[nth])
}

/// The lines of the slide's code that a step lights, whether the lane waits there, and which lane
/// it is: in the poll of one lane another one may print, since it was already running.
fn lines_of(step: &Step, file: &str, pieces: &[Piece]) -> Vec<(u32, bool, LaneId)> {
    let mut lines = vec![];
    for (lane, _, line) in &step.says {
        lines.extend(line.map(|line| (line, false, *lane)));
    }
    lines.extend(step.resumed.map(|line| (line, false, step.lane)));
    // The player would fail to find a line that is on no slide.
    lines.retain(|(line, ..)| is_shown(pieces, file, *line));
    // A lane that waits in a function of another file waits at the `.await` of that function, too.
    for line in step.stop.iter().chain(&step.chain) {
        if is_shown(pieces, file, *line) {
            lines.push((*line, true, step.lane));
            break;
        }
    }
    lines
}

/// Whether a line of a file stands on the slide: parts of it may have been left out.
fn is_shown(pieces: &[Piece], file: &str, line: u32) -> bool {
    for piece in pieces {
        let Piece::Codes(codes, _) = piece else { continue };
        for code in codes {
            if code.file == file && code.fragment.numbers.contains(&(line as usize)) {
                return true;
            }
        }
    }
    false
}

/// The number of a lane's colour, as in the picture: `main` has the first to itself, and the other
/// five are taken in turn.
pub(super) fn colour_of(hue: usize) -> usize {
    if hue == 0 { 0 } else { 1 + (hue - 1) % 5 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_concepts::timeline::lane_class;

    #[test]
    fn a_lane_has_the_same_colour_in_the_list_as_in_the_picture() {
        for hue in 0..20 {
            assert_eq!(format!("l{}", colour_of(hue)), lane_class(hue));
        }
    }

    #[test]
    fn a_twin_lights_its_lines_when_it_takes_a_step_and_not_again() {
        let aligned = [None, Some(0), Some(0), Some(2)];
        let steps: Vec<_> = (0..4).map(|nth| steps_of_twin(&aligned, nth)).collect();
        assert_eq!(steps, [0..0, 0..1, 1..1, 1..3]);
    }
}
