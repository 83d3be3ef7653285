//! The script of the page, and the words that it is given.
use crate::timeline::Mark;
#[cfg(doc)]
use crate::timeline::{Step, SteppedLane};
use std::collections::BTreeMap;

/// The parts that a page with another player has, too: see [`player`].
const SHARED: [&str; 5] = [
    include_str!("script/player/make.js"),
    include_str!("script/player/places.js"),
    include_str!("script/player/lists.js"),
    include_str!("script/player/lights.js"),
    include_str!("script/player/paths.js"),
];

/// The parts of the script, in the order in which they are read, after those that are shared. A
/// browser runs them in that order, too, so a part may use at once what an earlier one has made.
const PARTS: [&str; 18] = [
    include_str!("script/state.js"),
    include_str!("script/tracks.js"),
    include_str!("script/source.js"),
    include_str!("script/panes.js"),
    include_str!("script/marks.js"),
    include_str!("script/strip.js"),
    include_str!("script/axis.js"),
    include_str!("script/stretches.js"),
    include_str!("script/variants.js"),
    include_str!("script/layers.js"),
    include_str!("script/timeline.js"),
    include_str!("script/cursor.js"),
    include_str!("script/alone.js"),
    include_str!("script/output.js"),
    include_str!("script/times.js"),
    include_str!("script/predict.js"),
    include_str!("script/show.js"),
    include_str!("script/keys.js"),
];

/// All of the script, as one function: so that its names are its own, although other scripts may be
/// put into the page.
pub(super) fn script() -> String {
    let shared = SHARED.join("\n");
    format!("\"use strict\";\n(() => {{\n{shared}\n{}}})();\n", PARTS.join("\n"))
}

/// What a page needs that plays a run in another form than the explorer does, such as a slide.
#[derive(Clone, Debug)]
pub struct Player {
    /// Functions in JavaScript, for the beginning of the page's own script. `listsAfter` makes the
    /// lists of the strip after a step, `lightStep` lights the lines of a step, `placesAfter` and
    /// `columnsOf` tell where the lanes stand, and `standingAt` as what. `threadLines` and
    /// `wakeArrow` tell the paths of lines between polls on a timeline, by the places of these
    /// polls. They read a [`Step`] and
    /// the [`SteppedLane`]s of its run as they are written as JSON. They define names of one scope
    /// and do nothing by themselves, so a page puts them into a function of its own.
    pub script: String,
    /// Rules of CSS for what these functions make: the colours of lanes, the kinds of tiles and
    /// marks, and the kinds of lit lines. They have no sizes: a page has its own. They use the
    /// custom properties `--l0` to `--l7` (colours of lanes), `--on` (ink on such a colour),
    /// `--paper`, and `--alarm`.
    pub rules: &'static str,
    /// What each state of a lane is called, by its letter in [`Step::states`].
    pub words: BTreeMap<char, &'static str>,
}

/// The parts of the explorer's player that are of use on a page of another form. The slides are
/// played by them, so that a step looks the same on a slide and in the explorer.
pub fn player() -> Player {
    Player { script: SHARED.join("\n"), rules: RULES, words: words() }
}

/// How the kinds of tiles, marks and lit lines look.
pub(super) const RULES: &str = include_str!("player.css");

/// The letter of a lane in Python that has ended with an exception: that of a lane in Rust that has
/// returned an error.
pub(super) const RAISED: char = 'e';

/// What each state is called, by its letter: as in the legends of the pictures, so that the script
/// has no words of its own for them.
pub(super) fn words() -> BTreeMap<char, &'static str> {
    let mut words = BTreeMap::new();
    for mark in Mark::ALL {
        if let Some(letter) = mark.letter() {
            // Several kinds of polls share a letter. The plain poll comes first, and its word is
            // kept.
            words.entry(letter).or_insert(mark.short_label());
        }
    }
    words
}

/// The signs for how a lane has ended, by the letters of these states: those of the pictures.
pub(super) fn signs() -> BTreeMap<char, char> {
    let mut signs = BTreeMap::new();
    for mark in [Mark::Finished, Mark::Cancelled, Mark::Failed, Mark::Panicked, Mark::Unfinished] {
        if let (Some(letter), Some(sign)) = (mark.letter(), mark.sign()) {
            signs.insert(letter, sign);
        }
    }
    signs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shared parts are given the lanes and the step. A name of the explorer's own would not be
    /// there on a slide.
    #[test]
    fn the_shared_parts_use_no_name_of_the_explorer() {
        let own = ["data.", "run()", "byId(", "moment)", "tracks()", "name("];
        for part in SHARED {
            for (nth, line) in part.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for name in own {
                    let found = code.find(name).is_some_and(|at| {
                        !code[..at].ends_with(|before: char| before.is_alphanumeric())
                    });
                    assert!(!found, "{name} in line {}: {line}", nth + 1);
                }
            }
        }
    }
}
