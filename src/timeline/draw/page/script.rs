//! The script of the page, and the words that it is given.
use crate::timeline::Mark;
use std::collections::BTreeMap;

/// The parts of the script, in the order in which they are read. A browser runs them in that order,
/// too, so a part may use at once what an earlier one has made.
const PARTS: [&str; 15] = [
    include_str!("script/state.js"),
    include_str!("script/tracks.js"),
    include_str!("script/source.js"),
    include_str!("script/panes.js"),
    include_str!("script/marks.js"),
    include_str!("script/strip.js"),
    include_str!("script/axis.js"),
    include_str!("script/variants.js"),
    include_str!("script/timeline.js"),
    include_str!("script/cursor.js"),
    include_str!("script/output.js"),
    include_str!("script/times.js"),
    include_str!("script/predict.js"),
    include_str!("script/show.js"),
    include_str!("script/keys.js"),
];

/// All of the script, as one function: so that its names are its own, although other scripts may be
/// put into the page.
pub(super) fn script() -> String {
    format!("\"use strict\";\n(() => {{\n{}}})();\n", PARTS.join("\n"))
}

/// The letter of a lane in Python that has ended with an exception. The pictures have none, since
/// they are of Rust.
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
    words.insert(RAISED, "raised");
    words
}

/// The signs for how a lane has ended, by the letters of these states: those of the pictures.
pub(super) fn signs() -> BTreeMap<char, char> {
    let mut signs = BTreeMap::new();
    for mark in [Mark::Finished, Mark::Cancelled, Mark::Panicked, Mark::Unfinished] {
        if let (Some(letter), Some(sign)) = (mark.letter(), mark.sign()) {
            signs.insert(letter, sign);
        }
    }
    // An exception ends a lane in Python as a panic does in Rust.
    if let Some(sign) = Mark::Panicked.sign() {
        signs.insert(RAISED, sign);
    }
    signs
}
