//! The talk: a deck of slides that cannot drift from the examples, since it is made of them.
//!
//! `deck.md` says what is on each slide. Code comes from the examples and their Python twins, by
//! anchor; output and timelines come from runs that are recorded when the deck is made. Read on in
//! this order:
//!
//! - [`deck`] reads `deck.md`, and says how it is written;
//! - [`source`] finds code by its anchor, and [`colour`] colours it;
//! - [`examples`] builds and runs the examples, and `without` takes lanes out of a recording;
//! - [`drawing`] has pictures that are no timelines, and [`queue`] and [`bars`] draw two of them;
//! - [`piece`] is what can stand on a slide; [`compose`] finds what each slide shows, [`layout`]
//!   knows how large things are, and [`place`] decides how large each block of a slide is;
//! - [`page`] makes one HTML file of the talk, with the player of `src/player` in it;
//! - [`site`] writes the talk and all examples as pages to link to;
//! - [`live`] serves the deck, and runs examples from it: [`process`] starts them, and a `guard`
//!   ends them however the server ends. `main.rs` is only the command line.
#![warn(missing_docs)]

pub mod bars;
pub mod colour;
pub mod compose;
pub mod deck;
pub mod drawing;
pub mod examples;
#[cfg(unix)]
pub mod guard;
pub mod layout;
pub mod live;
pub mod page;
pub mod piece;
pub mod place;
pub mod process;
pub mod queue;
pub mod site;
pub mod source;
mod without;

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("slides/ is in the repository").to_owned()
}
