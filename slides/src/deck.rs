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
//! {{rust gather:gather}}                two such lines that follow each other stand side by side,
//!                                       or above each other if they are wide
//! {{rust lock:add | with sum.set}}      the lines with this text stay if there is no room for all
//! {{rust lock:add | texts}}             what it prints is shown before the answer
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
//! A slide with a `#` and without a `##` is a title slide. A topic of several slides that has none
//! gets one, with the agenda on it.
//!
//! There are two cuts of the talk. A slide is in the long cut, and with `??? 2 min, both` in the
//! short one, too. With `??? 2 min, spare` it is in neither cut; the player shows it only if the
//! address has `?all`.
//!
//! Read this file first: all others work with the [`Deck`] that it makes. Next is `source`.
use crate::drawing::Drawing;
use std::fmt;

/// Where `deck.md` is, from the root of the repository: as problems with it name it.
pub const DECK: &str = "slides/deck.md";

/// A line of `deck.md` that cannot be shown, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line's number, from 1.
    pub line: usize,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{DECK}:{}: {}", self.line, self.what)
    }
}

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
    /// The shortest cut that has the slide; a longer cut has it, too. None if no cut has it.
    pub shortest: Option<Cut>,
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
    /// The recorded lines of a scene; if there is a name, those of this lane.
    Output(SceneOf, Option<String>),
    /// A table of Markdown from a file.
    Table(FileFrom),
    /// The rows of a table of Markdown from a file that begin with this name; without the column
    /// that has this head, if there is one.
    Rows(FileFrom, Option<String>),
    /// The path of a picture, from the root of the repository.
    Picture(String),
    /// A table of Markdown from a file, to be drawn as bars.
    Bars(FileFrom),
    /// The queue of an event loop.
    Queue,
    /// What a picture, bars or a queue become in `compose`: what was in the file, or was drawn.
    Drawn(Drawing),
    /// The topics.
    Agenda,
    /// A button that runs an example; and if the example keeps real time, how many seconds that
    /// takes.
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
}

/// Which part of a file of Markdown to show.
#[derive(Clone, Debug, PartialEq)]
pub struct FileFrom {
    /// Its path from the root of the repository.
    pub file: String,
    /// The name of the anchor.
    pub anchor: String,
}

/// Which scene of an example.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SceneOf {
    /// The name of the example.
    pub example: String,
    /// The scene's title; none if the example has only one.
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

/// How long a slide takes, in half minutes, and the shortest cut that has it: `2 min`,
/// `1.5 min, both`, `1 min, spare`.
fn duration(text: &str) -> Option<(u32, Option<Cut>)> {
    let (minutes, cut) = match text.split_once(',') {
        None => (text, Some(Cut::Long)),
        Some((minutes, cut)) => match cut.trim() {
            "both" => (minutes, Some(Cut::Short)),
            "spare" => (minutes, None),
            _ => return None,
        },
    };
    // As a number with a point, since `1.5 min` is allowed; then checked to be whole halves.
    let minutes: f64 = minutes.trim().strip_suffix("min")?.trim().parse().ok()?;
    let half_minutes = minutes * 2.0;
    if (1.0..=60.0).contains(&half_minutes) && half_minutes.fract() == 0.0 {
        return Some((half_minutes as u32, cut));
    }
    None
}

impl Deck {
    /// Reads the text of `deck.md`. What is wrong with it is appended to `problems`.
    pub fn parse(text: &str, problems: &mut Vec<Problem>) -> Deck {
        // Each line keeps its number, so that a problem found later can still name it.
        let mut lines = vec![];
        for (index, line) in text.lines().enumerate() {
            lines.push((index + 1, line));
        }
        let mut slides = vec![];
        let mut topic = String::new();
        for lines in lines.split(|(_, line)| line.trim_end() == "---") {
            let Some((line, _)) = lines.iter().find(|(_, line)| !line.trim().is_empty()) else {
                let line = lines.first().map_or(1, |(line, _)| *line);
                // Reading goes on after a problem: the author wants all of them at once.
                problems.push(Problem { line, what: "a slide without anything on it".into() });
                continue;
            };
            let slide = Reader { problems, topic: &mut topic, line: *line }.slide(lines);
            slides.push(slide);
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
        if begins
            && let Some((_, size)) = sizes.next()
            && size > 1
            && !slide.opens
        {
            opened.push(opening(&slide));
        }
        opened.push(slide);
    }
    opened
}

/// A title slide for the topic of this slide. It is in the same cuts, and takes no time of its own.
fn opening(first: &Slide) -> Slide {
    Slide {
        line: first.line,
        topic: first.topic.clone(),
        title: first.topic.clone(),
        opens: true,
        blocks: vec![Block { line: first.line, kind: Kind::Agenda }],
        half_minutes: 0,
        shortest: first.shortest,
        notes: "- Name the part, and go on.".into(),
    }
}

/// Reads one slide.
struct Reader<'a> {
    /// Where problems of all slides are collected.
    problems: &'a mut Vec<Problem>,
    /// The topic of the slide before, which goes on if this slide names none.
    topic: &'a mut String,
    /// Where the slide begins.
    line: usize,
}

impl Reader<'_> {
    fn problem(&mut self, line: usize, what: impl Into<String>) {
        self.problems.push(Problem { line, what: what.into() });
    }

    /// Reads the slide: first it is cut into what is shown and the notes, then each part is read.
    fn slide(mut self, lines: &[(usize, &str)]) -> Slide {
        let notes = lines.iter().position(|(_, line)| line.starts_with("???"));
        let (shown, notes) = lines.split_at(notes.unwrap_or(lines.len()));
        let (title, opens) = self.headings(shown);
        let blocks = self.blocks(shown);
        let (half_minutes, shortest, notes) = self.notes(notes);
        let topic = self.topic.clone();
        Slide { line: self.line, topic, title, opens, blocks, half_minutes, shortest, notes }
    }

    /// The title, and whether it stands on a title slide.
    fn headings(&mut self, lines: &[(usize, &str)]) -> (String, bool) {
        let mut topics = vec![];
        let mut titles = vec![];
        for (_, line) in lines {
            if let Some(topic) = line.strip_prefix("# ") {
                topics.push(topic.trim());
            } else if let Some(title) = line.strip_prefix("## ") {
                titles.push(title.trim());
            }
        }
        if topics.len() > 1 || titles.len() > 1 {
            self.problem(self.line, "two headings on one slide");
        }
        if let Some(topic) = topics.first() {
            (*topic).clone_into(self.topic);
        }
        match (titles.first(), topics.first()) {
            (Some(title), _) => ((*title).to_owned(), false),
            (None, Some(topic)) => ((*topic).to_owned(), true),
            (None, None) => {
                self.problem(self.line, "a slide without a heading");
                (String::new(), false)
            }
        }
    }

    /// The blocks of a slide, from its lines without the notes.
    fn blocks(&mut self, lines: &[(usize, &str)]) -> Vec<Block> {
        let mut blocks: Vec<Block> = vec![];
        // Whether the next line of text continues a question or an answer: both end at an empty
        // line.
        let mut open = false;
        for &(line, text) in lines {
            if text.starts_with("# ") || text.starts_with("## ") {
                continue;
            }
            let text = text.trim_end();
            if text.is_empty() {
                open = false;
                if let Some(Block { kind: Kind::Prose(prose), .. }) = blocks.last_mut() {
                    *prose += "\n"; // two paragraphs of Markdown are one block
                }
            } else if let Some(directive) = directive(text) {
                open = false;
                match directive.strip_suffix("}}") {
                    Some(directive) => blocks.extend(self.directive(line, directive)),
                    None => self.problem(line, "a directive that does not end with }}"),
                }
            } else if let Some(question) = text.strip_prefix("? ") {
                blocks.push(Block { line, kind: Kind::Question(question.into()) });
                open = true;
            } else if let Some(answer) = text.strip_prefix("! ") {
                blocks.push(Block { line, kind: Kind::Answer(answer.into()) });
                open = true;
            } else {
                match blocks.last_mut().map(|block| &mut block.kind) {
                    Some(Kind::Prose(before)) => *before += &format!("{text}\n"),
                    Some(Kind::Question(before) | Kind::Answer(before)) if open => {
                        *before += &format!(" {text}");
                    }
                    _ => blocks.push(Block { line, kind: Kind::Prose(format!("{text}\n")) }),
                }
            }
        }
        self.order(&blocks);
        blocks
    }

    /// A block from what stands between `{{` and `}}`: a verb, and what it is about.
    fn directive(&mut self, line: usize, directive: &str) -> Option<Block> {
        let (verb, what) = directive.trim().split_once(' ').unwrap_or((directive.trim(), ""));
        let what = what.trim();
        if what.is_empty() && !["agenda", "queue"].contains(&verb) {
            self.problem(line, format!("`{verb}` does not say of what"));
            return None;
        }
        let kind = match verb {
            "python" | "rust" => {
                let language = if verb == "rust" { Language::Rust } else { Language::Python };
                Kind::Code(self.code(line, language, what)?)
            }
            "table" => Kind::Table(self.file_and_anchor(line, what)?),
            "rows" => match what.split_once(" | without ") {
                Some((rows, column)) => {
                    let rows = self.file_and_anchor(line, rows.trim())?;
                    Kind::Rows(rows, Some(column.trim().into()))
                }
                None => Kind::Rows(self.file_and_anchor(line, what)?, None),
            },
            "bars" => Kind::Bars(self.file_and_anchor(line, what)?),
            "queue" => Kind::Queue,
            "timeline" => match what.split_once(" | without ") {
                Some((scene, lanes)) => {
                    let lanes = lanes.split(',').map(|lane| lane.trim().to_owned()).collect();
                    Kind::Timeline(SceneOf::parse(scene.trim()), lanes)
                }
                None => Kind::Timeline(SceneOf::parse(what), vec![]),
            },
            "output" => match what.split_once(" | ") {
                Some((scene, lane)) => {
                    Kind::Output(SceneOf::parse(scene.trim()), Some(lane.trim().into()))
                }
                None => Kind::Output(SceneOf::parse(what), None),
            },
            "picture" => Kind::Picture(what.into()),
            "agenda" => Kind::Agenda,
            "run" => match what.split_once(',') {
                None => Kind::Run(what.into(), None),
                Some((example, takes)) => {
                    let seconds = takes.trim().strip_suffix(" s").and_then(|s| s.parse().ok());
                    if seconds.is_none() {
                        self.problem(line, format!("`{}` is not like `2 s`", takes.trim()));
                    }
                    Kind::Run(example.trim().into(), seconds)
                }
            },
            _ => {
                self.problem(line, format!("there is no directive `{verb}`"));
                return None;
            }
        };
        Some(Block { line, kind })
    }

    /// `FILE:ANCHOR`, and how it is shown: `| with TEXT`, `| texts`.
    fn code(&mut self, line: usize, language: Language, what: &str) -> Option<CodeFrom> {
        let mut parts = what.split(" | ");
        let FileFrom { file, anchor } = self.file_and_anchor(line, parts.next()?.trim())?;
        let mut code = CodeFrom { language, file, anchor, with: vec![], texts: false };
        for part in parts {
            match part.trim().split_once(' ') {
                Some(("with", text)) => code.with.push(text.trim().into()),
                None if part.trim() == "texts" => code.texts = true,
                _ => self.problem(line, format!("`{}` is no way to show code", part.trim())),
            }
        }
        Some(code)
    }

    /// `FILE:ANCHOR`, which several verbs have.
    fn file_and_anchor(&mut self, line: usize, what: &str) -> Option<FileFrom> {
        match what.split_once(':') {
            Some((file, anchor)) => Some(FileFrom { file: file.into(), anchor: anchor.into() }),
            None => {
                let what = format!("`{what}` does not say which anchor: write `{what}:ANCHOR`");
                self.problem(line, what);
                None
            }
        }
    }

    /// What a player can make sense of: one of each, and the answer after what it would give away.
    fn order(&mut self, blocks: &[Block]) {
        self.only_one(blocks, "question", |kind| matches!(kind, Kind::Question(_)));
        self.only_one(blocks, "timeline", |kind| matches!(kind, Kind::Timeline(..)));
        self.only_one(blocks, "answer", |kind| matches!(kind, Kind::Answer(_)));
        self.only_one(blocks, "button", |kind| matches!(kind, Kind::Run(..)));
        // After the answer nothing may come that shows it, since the room is to predict it first.
        let mut answered = false;
        for block in blocks {
            match block.kind {
                Kind::Answer(_) => answered = true,
                Kind::Timeline(..)
                | Kind::Output(..)
                | Kind::Picture(_)
                | Kind::Bars(_)
                | Kind::Queue
                    if answered =>
                {
                    let what =
                        "it comes after the answer, and would give away what one is to predict";
                    self.problem(block.line, what);
                    return;
                }
                _ => {}
            }
        }
    }

    /// The player has one place for each of these on a slide.
    fn only_one(&mut self, blocks: &[Block], what: &str, is: fn(&Kind) -> bool) {
        let mut seen = false;
        for block in blocks {
            if !is(&block.kind) {
                continue;
            }
            if seen {
                self.problem(block.line, format!("a second {what} on one slide"));
                return;
            }
            seen = true;
        }
    }

    /// How long a slide takes, the shortest cut that has it, and its notes. A slide without notes
    /// is a problem: the notes say what to do live, and a talk is given from them.
    fn notes(&mut self, lines: &[(usize, &str)]) -> (u32, Option<Cut>, String) {
        let Some(((line, mark), notes)) = lines.split_first() else {
            let what = "a slide without notes: `??? 2 min`, and below it what to do live";
            self.problem(self.line, what);
            return (0, None, String::new());
        };
        let (half_minutes, shortest) = match duration(&mark[3..]) {
            Some(duration) => duration,
            None => {
                let what = "how long does it take? Write `??? 2 min`, in halves, and 30 at most; \
                            then `, both` or `, spare`, or nothing";
                self.problem(*line, what);
                (0, None)
            }
        };
        let notes: Vec<&str> = notes.iter().map(|(_, text)| *text).collect();
        let notes = notes.join("\n").trim().to_owned();
        if notes.is_empty() {
            self.problem(*line, "a slide without notes: say what to do live");
        }
        (half_minutes, shortest, notes)
    }
}

/// What follows `{{`, if the line is a directive. Text may begin with `{{took …}}`.
fn directive(line: &str) -> Option<&str> {
    let directive = line.strip_prefix("{{")?;
    if directive.starts_with("took ") { None } else { Some(directive) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Deck, Vec<String>) {
        let mut problems = vec![];
        let deck = Deck::parse(text, &mut problems);
        (deck, problems.iter().map(Problem::to_string).collect())
    }

    #[test]
    fn a_slide_has_a_topic_a_title_blocks_minutes_and_notes() {
        let (deck, problems) = parse(
            "# Gather\n## Three at once\nText\nmore text\n\n- list\n\n{{rust gather:gather}}\n\
             ? How\nlong?\n{{timeline gather/a b}}\n! {{took gather}}\n??? 1.5 min\n\nAsk.\n",
        );
        assert_eq!(problems, [""; 0]);
        let slide = &deck.slides[0];
        assert_eq!((&*slide.topic, &*slide.title, slide.opens), ("Gather", "Three at once", false));
        assert_eq!((slide.half_minutes, &*slide.notes), (3, "Ask."));
        let blocks: Vec<(usize, &Kind)> =
            slide.blocks.iter().map(|block| (block.line, &block.kind)).collect();
        let code = CodeFrom {
            language: Language::Rust,
            file: "gather".into(),
            anchor: "gather".into(),
            with: vec![],
            texts: false,
        };
        assert_eq!(
            blocks,
            [
                (3, &Kind::Prose("Text\nmore text\n\n- list\n\n".into())),
                (8, &Kind::Code(code)),
                (9, &Kind::Question("How long?".into())),
                (
                    11,
                    &Kind::Timeline(
                        SceneOf { example: "gather".into(), scene: Some("a b".into()) },
                        vec![]
                    )
                ),
                (12, &Kind::Answer("{{took gather}}".into())),
            ]
        );
    }

    #[test]
    fn code_says_which_lines_stay_and_whether_its_texts_are_shown() {
        let (deck, problems) =
            parse("## A\n{{rust a:b | with x = f(y) | with z | texts}}\n??? 1 min\nSay it.\n");
        assert_eq!(problems, [""; 0]);
        let Kind::Code(code) = &deck.slides[0].blocks[0].kind else { panic!("it is code") };
        assert_eq!((&*code.file, &*code.anchor, code.texts), ("a", "b", true));
        assert_eq!(code.with, ["x = f(y)", "z"]);
    }

    #[test]
    fn a_topic_lasts_until_the_next_and_stands_alone_on_a_title_slide() {
        let (deck, _) = parse("# One\n??? 1 min\nSay it.\n---\n## Two\n??? 1 min\nSay it.\n");
        let slides: Vec<_> =
            deck.slides.iter().map(|slide| (&*slide.topic, &*slide.title, slide.opens)).collect();
        assert_eq!(slides, [("One", "One", true), ("One", "Two", false)]);
    }

    #[test]
    fn a_topic_of_several_slides_gets_a_title_slide_with_the_agenda() {
        let (deck, problems) = parse(
            "# Talk\n??? 1 min\nSay it.\n---\n# One\n## A\n??? 1 min, both\nSay it.\n\
             ---\n## B\n??? 1 min, spare\nSay it.\n---\n# Two\n## C\n??? 1 min\nSay it.\n",
        );
        assert_eq!(problems, [""; 0]);
        let slides: Vec<_> = deck.slides.iter().map(|slide| (&*slide.title, slide.opens)).collect();
        assert_eq!(
            slides,
            [("Talk", true), ("One", true), ("A", false), ("B", false), ("C", false)]
        );
        assert_eq!(deck.topics(), ["One", "Two"]);
        let short: Vec<bool> = deck.slides.iter().map(|slide| slide.is_in(Cut::Short)).collect();
        assert_eq!(short, [false, true, true, false, false]);
        let long: Vec<bool> = deck.slides.iter().map(|slide| slide.is_in(Cut::Long)).collect();
        assert_eq!(long, [true, true, true, false, true]);
    }

    #[test]
    fn what_is_missing_is_a_problem_with_its_line() {
        for (text, problem) in [
            ("## A\ntext\n", "1: a slide without notes: `??? 2 min`, and below it what to do live"),
            ("## A\n??? 1 min\n", "2: a slide without notes: say what to do live"),
            (
                "## A\n???\nSay it.\n",
                "2: how long does it take? Write `??? 2 min`, in halves, and 30 at most; \
                 then `, both` or `, spare`, or nothing",
            ),
            (
                "## A\n??? 0.3 min\nSay it.\n",
                "2: how long does it take? Write `??? 2 min`, in halves, and 30 at most; \
                 then `, both` or `, spare`, or nothing",
            ),
            ("text\n??? 1 min\nSay it.\n", "1: a slide without a heading"),
            ("## A\n## B\n??? 1 min\nSay it.\n", "1: two headings on one slide"),
            (
                "## A\n??? 1 min\nSay it.\n---\n\n---\n## B\n??? 1 min\nSay it.\n",
                "5: a slide without anything on it",
            ),
            (
                "## A\n{{rust gather}}\n??? 1 min\nSay it.\n",
                "2: `gather` does not say which anchor: write `gather:ANCHOR`",
            ),
            ("## A\n{{rust}}\n??? 1 min\nSay it.\n", "2: `rust` does not say of what"),
            (
                "## A\n{{rust a:b | without x}}\n??? 1 min\nSay it.\n",
                "2: `without x` is no way to show code",
            ),
            ("## A\n{{photo a}}\n??? 1 min\nSay it.\n", "2: there is no directive `photo`"),
            ("## A\n{{run a\n??? 1 min\nSay it.\n", "2: a directive that does not end with }}"),
            ("## A\n{{run a, long}}\n??? 1 min\nSay it.\n", "2: `long` is not like `2 s`"),
            (
                "## A\n{{timeline a}}\n{{timeline b}}\n??? 1 min\nSay it.\n",
                "3: a second timeline on one slide",
            ),
            ("## A\n{{run a}}\n{{run b}}\n??? 1 min\nSay it.\n", "3: a second button on one slide"),
            (
                "## A\n! So.\n{{output a}}\n??? 1 min\nSay it.\n",
                "3: it comes after the answer, and would give away what one is to predict",
            ),
        ] {
            assert_eq!(parse(text).1, [format!("slides/deck.md:{problem}")], "{text}");
        }
    }
}
