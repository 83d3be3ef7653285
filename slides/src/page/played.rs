//! What the player reads of a run: its lanes, its steps, and what is shown after each poll.
//!
//! Read it after `pieces`; next is `text`. A step is a [`Step`] of the library, cut to the slide: a
//! line of code that is not on it cannot be lit, so it has no number here. So the parts of the
//! player that slides and explorer share ([`player`](async_concepts::timeline::player)) read both.
//! The picture is not shared: it is an SVG that is drawn once, because paper and a page without
//! JavaScript need it, and the player only shows it up to a place.
use crate::piece::{Piece, Played};
use async_concepts::timeline::{Step, StepPlace, SteppedLane, player};
use serde::Serialize;
use std::{collections::BTreeMap, ops::Range};

/// What the player reads of a run.
#[derive(Serialize)]
pub(super) struct PlayedRun<'r> {
    /// The lanes. Their hues are the numbers of their colours in the picture.
    lanes: Vec<SteppedLane>,
    /// The run in Rust, and if there is a recording of it, in Python.
    tracks: Vec<PlayedTrack<'r>>,
    /// One for each poll in Rust: a picture shows Rust.
    moments: Vec<PlayedMoment<'r>>,
    /// How high the bar of a poll is in the picture.
    bar_height: f64,
    /// What each state of a lane is called, by its letter.
    words: BTreeMap<char, &'static str>,
}

/// A run in one language: a [`Track`](async_concepts::timeline::Track) of the library.
#[derive(Serialize)]
struct PlayedTrack<'r> {
    /// The file to which the numbers of lines belong.
    file: &'r str,
    /// Whether no event loop has told of its timers.
    timers_as_seen: bool,
    /// The steps, cut to the slide.
    steps: Vec<Step>,
}

/// What the player shows after a poll.
#[derive(Serialize)]
struct PlayedMoment<'r> {
    /// How far the picture is to be seen, in pixels of its natural width.
    at: f64,
    /// When, as the picture writes it.
    time: &'r str,
    /// Where the poll is drawn; none if it is not.
    place: Option<PollPlace>,
    /// The steps that each track takes, from the first to the one behind the last.
    steps: Vec<Range<usize>>,
}

/// Where a poll is drawn, in pixels of the picture's natural size.
#[derive(Serialize)]
struct PollPlace {
    /// Where it begins.
    begin: f64,
    /// The middle of its column.
    middle: f64,
    /// The middle of its row.
    y: f64,
}

impl PollPlace {
    fn new(place: StepPlace) -> PollPlace {
        let StepPlace { begin, middle, y } = place;
        PollPlace { begin: tenths(begin), middle: tenths(middle), y: tenths(y) }
    }
}

/// A tenth of a pixel is exact enough, and keeps the page small.
fn tenths(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}

/// Puts together what the player reads of a run. `pieces` are those of the slide: only their code
/// can be lit.
pub(super) fn played_run<'r>(played: &'r Played, pieces: &[Piece]) -> PlayedRun<'r> {
    let run = &played.scene.run;
    let mut lanes = vec![];
    for lane in &run.lanes {
        lanes.push(SteppedLane { name: lane.name.clone(), hue: colour_of(lane.hue) });
    }
    let mut tracks = vec![];
    for track in &run.tracks {
        let is_shown = |line: u32| is_shown(pieces, &track.file, line);
        tracks.push(PlayedTrack {
            file: &track.file,
            timers_as_seen: track.timers_as_seen,
            steps: track.steps.iter().map(|step| cut(step, is_shown)).collect(),
        });
    }
    let mut moments = vec![];
    for (nth, step) in run.tracks[0].steps.iter().enumerate() {
        let mut steps = vec![];
        for track in &run.tracks {
            steps.push(match &track.aligned {
                Some(aligned) => steps_of_twin(aligned, nth),
                None => nth..nth + 1,
            });
        }
        moments.push(PlayedMoment {
            at: tenths(played.picture.stops[nth]),
            time: &run.instants[step.instant].1,
            place: played.picture.places[nth].map(PollPlace::new),
            steps,
        });
    }
    let bar_height = played.picture.bar_height;
    PlayedRun { lanes, tracks, moments, bar_height, words: player().words }
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

/// A step without the lines that are not on the slide. A lane that waits in a line that is not
/// there waits at the `.await` around it, too, and so it stands there.
fn cut(step: &Step, is_shown: impl Fn(u32) -> bool) -> Step {
    let mut step = step.clone();
    for (_, _, line) in &mut step.says {
        *line = line.filter(|line| is_shown(*line));
    }
    step.resumed = step.resumed.filter(|line| is_shown(*line));
    step.chain.retain(|line| is_shown(*line));
    if !step.stop.is_some_and(&is_shown) {
        step.stop = if step.chain.is_empty() { None } else { Some(step.chain.remove(0)) };
    }
    for (lane, line) in &mut step.stands {
        if !line.is_some_and(&is_shown) {
            *line = if *lane == step.lane && line.is_some() { step.stop } else { None };
        }
    }
    step
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
