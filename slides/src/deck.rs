//! `deck.md`: what a slide is made of, and where in the file each part stands.
//!
//! Slides are separated by a line `---`. Each has, in this order, a heading, its blocks, and its
//! notes:
//!
//! ````markdown
//! # Gather                              a new topic, which is named on this slide and on those
//!                                       that follow
//! ## Three at once                      the slide's title
//! Markdown, as one writes it.
//! {{python gather:gather}}              code, between two anchors of the twin of an example, or of
//!                                       a file
//! {{rust gather:gather}}                two such lines that follow each other are one piece: the
//!                                       second stands below the first, or beside it if that is
//!                                       better to read
//! {{rust lock:add | with sum.set}}      the lines with this text stay if there is no room for all
//! {{rust lock:add | texts}}             what it prints is shown before the answer
//! {{rust lock:ask | played}}            it is shown only where the run is played, below the other
//!                                       code or in a column beside it
//! {{rust lock:add | asked}}             it is shown only on the slide before that, which asks
//! ? How long will it take?              something to predict, which is shown at once
//! {{timeline gather}}                   the recorded run, played poll by poll
//! {{timeline four_ways/threads}}        if it has several scenes: one of them
//! {{timeline timers | without D, E}}    without these lanes, which the slide then says
//! {{output gather}}                     what the run printed, which is shown when you go on
//! {{output gather | A}}                 only what this lane said
//! {{picture mail2alert/pictures/a.svg}} a picture that was drawn before, shown row by row; beside
//!                                       it stands `a.json`, with its size
//! {{queue}}                             the queue of an event loop, drawn call by call
//! {{bars benches/README.md:figures}}    such a table, drawn column by column
//! {{table benches/README.md:figures}}   a table of Markdown, between two anchors of a file
//! {{rows docs/schedules.md:lock}}       the rows of a table whose first cell is `lock`
//! {{rows F:lock | without scene}}       the same, without this column
//! {{agenda}}                            the topics
//! ! {{took gather}}: they overlap.      the answer, which comes last; `took` can stand in any text
//! {{run gather}}                        a button that runs it
//! {{run http, 2 s}}                     the same, if it keeps real time: how long it takes
//! ??? 2 min                             how long one talks about it; then the notes, in Markdown
//! Take away the join. What happens?
//! ````
//!
//! Two slides of one title are one in the overview: the first asks, and the second goes on.
//!
//! A slide with a `#` and without a `##` is a title slide. A topic of several slides that has none
//! gets one, with the agenda on it.
//!
//! There are two cuts of the talk. A slide is in the long cut, and with `??? 2 min, both` in the
//! short one, too. With `??? 2 min, spare` it is in neither cut; the player shows it only if the
//! address has `?all`. With `??? 2 min, run` or `??? 2 min, both, run` the speaker runs the example
//! of the slide, and the plan of the talk has the time for it.
//!
//! Read this file first: all others work with the [`Deck`] that it describes. `reader` below it
//! reads such a file; next is `source`.
mod reader;

use crate::drawing::Drawing;
use reader::Reader;
use std::fmt;

/// Where `deck.md` is, from the root of the repository. Errors name it like this.
pub const DECK: &str = "slides/deck.md";

/// A mistake in `deck.md`: what cannot be shown, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeckError {
    /// The line's number, from 1.
    pub line: usize,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
}

impl fmt::Display for DeckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{DECK}:{}: {}", self.line, self.what)
    }
}

impl std::error::Error for DeckError {}

/// The slides, as they were written.
#[derive(Debug, Default)]
pub struct Deck {
    /// In their order.
    pub slides: Vec<Slide>,
}

/// A cut of the talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cut {
    /// What is needed to follow the rest.
    Short,
    /// The whole talk.
    Long,
}

impl Cut {
    /// How many minutes it may take.
    pub fn minutes(self) -> u64 {
        match self {
            Cut::Short => 45,
            Cut::Long => 90,
        }
    }
}

/// One slide.
#[derive(Clone, Debug)]
pub struct Slide {
    /// Where it begins.
    pub line: usize,
    /// The topic to which it belongs.
    pub topic: String,
    /// What stands at its top.
    pub title: String,
    /// Whether this is a title slide, which opens a topic.
    pub opens: bool,
    /// What it shows, from top to bottom.
    pub blocks: Vec<Block>,
    /// How long the speaker talks about it, in half minutes: whole numbers, so that sums are exact.
    pub half_minutes: u32,
    /// The shortest cut that has the slide; a longer cut has it, too. `None` if no cut has it.
    pub shortest: Option<Cut>,
    /// Whether the speaker runs the example of the slide, which takes time, too.
    pub is_run: bool,
    /// What to do live, in Markdown.
    pub notes: String,
}

impl Slide {
    /// Whether it is in a cut of the talk.
    pub fn is_in(&self, cut: Cut) -> bool {
        match self.shortest {
            Some(shortest) => shortest <= cut,
            None => false,
        }
    }
}

/// A part of a slide, and the line of `deck.md` on which it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The line's number, from 1.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a slide can show.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Markdown.
    Prose(String),
    /// Something to predict, in Markdown.
    Question(String),
    /// What comes last, in Markdown.
    Answer(String),
    /// Code from a file.
    Code(CodeFrom),
    /// The recorded timeline of a scene, without some of its lanes.
    Timeline(SceneOf, Vec<String>),
    /// The recorded lines of a scene. `Some` names a lane, and only its lines are shown.
    Output(SceneOf, Option<String>),
    /// A table of Markdown from a file.
    Table(FileFrom),
    /// Some rows of a table of Markdown from a file.
    Rows(RowsFrom),
    /// The path of a picture, from the root of the repository.
    Picture(String),
    /// A table of Markdown from a file, to be drawn as bars.
    Bars(FileFrom),
    /// The queue of an event loop.
    Queue,
    /// A picture, bars or a queue, after `compose` has read or drawn it.
    Drawn(Drawing),
    /// The topics.
    Agenda,
    /// A button that runs an example. `Some` says how many seconds the run takes, which only an
    /// example that keeps real time needs.
    Run(String, Option<u64>),
}

/// In which language code is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// Rust.
    Rust,
}

/// Which code to show.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeFrom {
    /// In which language.
    pub language: Language,
    /// The name of an example, or the path of a file from the root of the repository.
    pub file: String,
    /// The name of the anchor.
    pub anchor: String,
    /// Lines in which one of these texts stands are the point of the slide: they are shown even
    /// where others have to be left out.
    pub with: Vec<String>,
    /// Whether the texts that it prints are shown while the slide asks: here they do not tell the
    /// answer, as others do.
    pub texts: bool,
    /// Whether it is shown on both halves of a slide that is too full for one.
    pub on: Halves,
}

/// On which of the halves of a slide code is shown. What is only on the first leaves room for more
/// of what is played; what is only on the second is there to be lit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halves {
    /// On both.
    Both,
    /// Where the slide asks.
    Asked,
    /// Where the run is played.
    Played,
}

/// Which part of a file of Markdown to show.
#[derive(Clone, Debug, PartialEq)]
pub struct FileFrom {
    /// Its path from the root of the repository.
    pub file: String,
    /// The name of the anchor.
    pub anchor: String,
}

/// Which rows of the first table of a file of Markdown to show.
#[derive(Clone, Debug, PartialEq)]
pub struct RowsFrom {
    /// The path of the file from the root of the repository.
    pub file: String,
    /// What stands in the first cell of these rows, in backticks.
    pub name: String,
    /// The head of a column that is left out.
    pub without: Option<String>,
}

/// Which scene of an example.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SceneOf {
    /// The name of the example.
    pub example: String,
    /// The scene's title. `None` if the example has only one scene.
    pub scene: Option<String>,
}

impl SceneOf {
    /// From `example` or `example/scene`.
    pub fn parse(text: &str) -> SceneOf {
        match text.split_once('/') {
            Some((example, scene)) => {
                SceneOf { example: example.into(), scene: Some(scene.into()) }
            }
            None => SceneOf { example: text.into(), scene: None },
        }
    }
}

impl Deck {
    /// Reads the text of `deck.md`. Mistakes are appended to `errors`; what is right is still read.
    pub fn parse(text: &str, errors: &mut Vec<DeckError>) -> Deck {
        // Each line keeps its number, so that an error can name it later, too.
        let mut lines = vec![];
        for (index, line) in text.lines().enumerate() {
            lines.push((index + 1, line));
        }
        let mut slides = vec![];
        let mut topic = String::new();
        for lines in lines.split(|(_, line)| line.trim_end() == "---") {
            let Some((line, _)) = lines.iter().find(|(_, line)| !line.trim().is_empty()) else {
                let line = lines.first().map_or(1, |(line, _)| *line);
                // Reading goes on after a mistake: the author wants all of them at once.
                errors.push(DeckError { line, what: "a slide without anything on it".into() });
                continue;
            };
            slides.push(Reader::new(*line, &mut topic, errors).slide(lines));
        }
        Deck { slides: with_openings(slides) }
    }

    /// The topics, in their order.
    pub fn topics(&self) -> Vec<String> {
        let mut topics: Vec<String> = vec![];
        for slide in &self.slides {
            // The first slide has the title of the talk, which is no topic.
            if topics.last() != Some(&slide.topic) && slide.topic != self.slides[0].topic {
                topics.push(slide.topic.clone());
            }
        }
        topics
    }

    /// All blocks of all slides.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.slides.iter().flat_map(|slide| &slide.blocks)
    }

    /// The same, to be changed.
    pub fn blocks_mut(&mut self) -> impl Iterator<Item = &mut Block> {
        self.slides.iter_mut().flat_map(|slide| &mut slide.blocks)
    }
}

/// Puts a title slide before each topic that has several slides and none.
fn with_openings(slides: Vec<Slide>) -> Vec<Slide> {
    // How many slides each topic has: only neighbours count, as a topic lasts until the next one.
    let mut sizes: Vec<(String, usize)> = vec![];
    for slide in &slides {
        match sizes.last_mut() {
            Some((topic, size)) if *topic == slide.topic => *size += 1,
            _ => sizes.push((slide.topic.clone(), 1)),
        }
    }
    let mut opened: Vec<Slide> = vec![];
    let mut sizes = sizes.into_iter();
    for slide in slides {
        let begins = opened.last().is_none_or(|before| before.topic != slide.topic);
        // `sizes` has an entry for each topic, so it goes on where a topic begins.
        let size = if begins { sizes.next() } else { None };
        if let Some((_, size)) = size
            && size > 1
            && !slide.opens
        {
            opened.push(opening(&slide));
        }
        opened.push(slide);
    }
    opened
}

/// A title slide for the topic of this slide. It is in the same cuts; the plan of the talk has some
/// seconds for it, and so it has no minutes of its own.
fn opening(first: &Slide) -> Slide {
    Slide {
        line: first.line,
        topic: first.topic.clone(),
        title: first.topic.clone(),
        opens: true,
        blocks: vec![Block { line: first.line, kind: Kind::Agenda }],
        half_minutes: 0,
        shortest: first.shortest,
        is_run: false,
        notes: "- Name the part, and go on.".into(),
    }
}
