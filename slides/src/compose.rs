//! From what `deck.md` says to slides that can be shown: code is fetched, examples are run, and all
//! of it is given its place ([`crate::place`]). What is missing or does not fit is a [`DeckError`].
//!
//! Read it after `piece`, and after `deck`, `source` and `examples`, whose work it puts together.
//! A deck goes through the three files below it, in this order: `find` reads the files that the
//! deck names, and says which examples have to run; `slides` lays each slide out, as two slides if
//! it is too full for one; `time` adds up how long it takes. Next are `layout` and `place`.
mod find;
mod slides;
mod time;

pub use time::Seconds;

use crate::{
    deck::{Cut, DECK, Deck, DeckError, Slide},
    examples::{Example, Examples, Recordings},
    piece::{Listing, Piece, Printed},
};
use find::Finder;
use slides::Composer;
use std::{
    collections::BTreeSet,
    fmt, fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// The talk, ready to be shown.
#[derive(Debug)]
pub struct Talk {
    /// Its slides.
    pub slides: Vec<Shown>,
    /// The files of Markdown and the pictures that it is made of.
    pub files: BTreeSet<PathBuf>,
}

impl Talk {
    /// How long a cut of the talk takes.
    pub fn takes(&self, cut: Cut) -> Duration {
        let mut seconds = 0;
        for shown in &self.slides {
            if shown.slide.is_in(cut) {
                seconds += shown.seconds.sum();
            }
        }
        Duration::from_secs(seconds)
    }
}

/// A slide, ready to be shown.
#[derive(Debug)]
pub struct Shown {
    /// As it was written.
    pub slide: Slide,
    /// What it shows, from top to bottom.
    pub pieces: Vec<Piece>,
    /// The code that belongs to it, whole: on the slide some lines may have been left out.
    pub codes: Vec<Listing>,
    /// Whether the slide has nothing but text, which is larger then.
    pub only_text: bool,
    /// The example that it runs.
    pub run: Option<Run>,
    /// How long it takes.
    pub seconds: Seconds,
    /// Whether the slide before has the same title, the code and the question: either that one was
    /// too full, or the deck has two slides of this title.
    pub continues: bool,
}

impl Shown {
    /// Says that the slide before has asked its question: the room has voted there.
    fn goes_on(&mut self) {
        self.continues = true;
        self.seconds.vote = 0;
    }
}

/// An example that can be run from a slide.
#[derive(Debug)]
pub struct Run {
    /// The example's name.
    pub name: String,
    /// The example.
    pub example: Example,
    /// What you would type to run it.
    pub command: String,
    /// What it printed when it was recorded: each scene with its title, if there are several.
    pub printed: Vec<(Option<String>, Printed)>,
    /// How long it takes.
    pub takes: Duration,
}

/// Why there is no talk.
#[derive(Debug)]
pub enum ComposeError {
    /// `deck.md` asks for something that does not exist, or for more than fits.
    Deck(Vec<DeckError>),
    /// Something else is in the way: a file, cargo, an example.
    Other(String),
}

impl fmt::Display for ComposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ComposeError::Deck(errors) => {
                let lines: Vec<String> = errors.iter().map(DeckError::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
            ComposeError::Other(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for ComposeError {}

impl From<String> for ComposeError {
    fn from(what: String) -> ComposeError {
        ComposeError::Other(what)
    }
}

/// Reads `deck.md` of the repository at `root`, builds and runs its examples, and lays the slides
/// out.
///
/// # Errors
/// All mistakes in the deck, each with its line; or what else is in the way.
pub fn compose(root: &Path) -> Result<Talk, ComposeError> {
    compose_with(root, &Recordings::default())
}

/// Like [`compose`], with recordings of the caller's: an example that has not been built anew since
/// they were made is not run again.
///
/// # Errors
/// As [`compose`].
pub fn compose_with(root: &Path, recordings: &Recordings) -> Result<Talk, ComposeError> {
    let path = root.join(DECK);
    let text = fs::read_to_string(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    compose_from(root, &text, recordings)
}

/// Like [`compose`], from a text instead of the file.
///
/// # Errors
/// As [`compose`].
pub fn compose_text(root: &Path, text: &str) -> Result<Talk, ComposeError> {
    compose_from(root, text, &Recordings::default())
}

/// What the three functions above share.
fn compose_from(root: &Path, text: &str, recordings: &Recordings) -> Result<Talk, ComposeError> {
    let mut errors = vec![];
    let mut deck = Deck::parse(text, &mut errors);
    let examples = Examples::find(root)?;
    let files = find::files(root, &deck);
    let finder = Finder { root, examples: &examples };
    finder.insert_files(&mut deck, &mut errors);
    let wanted = finder.wanted(&deck, &mut errors);
    let sources = finder.sources(&deck, &mut errors);
    // Mistakes in the deck are reported before anything is built, because a build takes long.
    if !errors.is_empty() {
        return Err(sorted(errors));
    }
    let executables = examples.build(&wanted)?;
    recordings.make(&executables, &wanted)?;
    let topics = deck.topics();
    let composer = Composer { examples: &examples, recordings, sources, executables, topics };
    let mut slides: Vec<Shown> = vec![];
    for slide in deck.slides {
        let goes_on = slides.last().is_some_and(|before| before.slide.title == slide.title);
        let mut made = composer.slides(slide, &mut errors);
        if goes_on && let Some(first) = made.first_mut() {
            first.goes_on();
        }
        slides.extend(made);
    }
    if errors.is_empty() { Ok(Talk { slides, files }) } else { Err(sorted(errors)) }
}

/// In the order of the file, since they were found in several passes.
fn sorted(mut errors: Vec<DeckError>) -> ComposeError {
    errors.sort_by_key(|error| error.line);
    ComposeError::Deck(errors)
}
