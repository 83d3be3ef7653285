//! How long a slide takes: what is said, and what the room and the machine need besides.
//!
//! Read it after `slides`; next is `layout`. `check` adds these times up, so that the talk keeps to
//! its 45 or 90 minutes.
use super::Run;
use crate::{
    deck::Slide,
    place::{Draft, Drafted},
};
use std::time::Duration;

/// How long a slide takes, and what for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seconds {
    /// What is said: the minutes that stand in `deck.md`.
    pub talk: u64,
    /// What it takes until the room has predicted something.
    pub vote: u64,
    /// The steps of a timeline, or the rows of a picture, one after the other.
    pub play: u64,
    /// The run of its example, if the deck says that the speaker runs it.
    pub run: u64,
}

impl Seconds {
    /// All of it.
    pub fn sum(self) -> u64 {
        self.talk + self.vote + self.play + self.run
    }
}

/// Seconds for a slide that only names a part of the talk.
const NAME_THE_PART: u64 = 2;
/// Seconds until a question is read and hands are up.
const VOTE: u64 = 10;
/// Seconds for each step of a timeline, or row of a picture.
const SECONDS_PER_STEP: u64 = 1;
/// Seconds from pressing R to going on, besides the run itself.
const AROUND_RUN: u64 = 5;

/// The time of a slide, from what it shows.
pub(super) fn seconds(slide: &Slide, drafted: &[Drafted], run: Option<&Run>) -> Seconds {
    let names_a_part = slide.opens && slide.half_minutes == 0;
    let talk = if names_a_part { NAME_THE_PART } else { u64::from(slide.half_minutes) * 30 };
    let mut seconds = Seconds { talk, ..Seconds::default() };
    for Drafted { draft, .. } in drafted {
        match draft {
            Draft::Asked { question: Some(_), .. } => seconds.vote = VOTE,
            Draft::Timeline(scene) => {
                seconds.play = scene.run.tracks[0].steps.len() as u64 * SECONDS_PER_STEP;
            }
            Draft::Picture(drawing) => {
                seconds.play = drawing.size.rows as u64 * SECONDS_PER_STEP;
            }
            _ => {}
        }
    }
    if slide.is_run
        && let Some(run) = run
    {
        seconds.run = AROUND_RUN + run.takes.as_secs();
    }
    seconds
}

/// How long a run takes, for the plan of the talk. On the real clock each run is a little
/// different, and the plan must not be. So for such a run the deck says how long it takes (`said`),
/// and this is compared with what was `measured`.
pub(super) fn planned(
    name: &str,
    measured: Duration,
    exact: bool,
    said: Option<u64>,
) -> Result<Duration, String> {
    let seconds = measured.as_secs_f64().ceil() as u64;
    match said {
        None if exact => Ok(measured),
        None => Err(format!(
            "`{name}` keeps real time: say how long it takes, as in \
             `{{{{run {name}, {seconds} s}}}}`"
        )),
        Some(_) if exact => Err(format!("how long `{name}` takes is known: leave it out")),
        Some(said) => {
            // A busy machine takes longer, so only a run that is much longer is an error.
            let fast = measured + Duration::from_secs(1) < Duration::from_secs(said);
            let slow = measured > Duration::from_secs(2 * said + 10);
            if fast || slow {
                return Err(format!("`{name}` takes {seconds} s, and not {said} s"));
            }
            Ok(Duration::from_secs(said))
        }
    }
}
