//! `deck.md`: what a slide is made of, and where in the file each part stands.
//!
//! Slides are separated by a line `---`. Each has, in this order, a heading, its blocks, and its notes:
//!
//! ````markdown
//! # Gather                              a new topic, which is named on this slide and on those that follow
//! ## Three at once                      the slide's title
//! Markdown, as one writes it.
//! {{python gather:gather}}              code, between two anchors of the twin of an example, or of a file
//! {{rust gather:gather}}                two such lines that follow each other stand side by side
//! ? How long will it take?              something to predict, which is shown at once
//! {{timeline gather}}                   the recorded run, played instant by instant
//! {{timeline four_ways/threads}}        if it has several scenes: one of them
//! {{output gather}}                     what the run printed, which is shown when one goes on
//! {{output gather | A}}                 only what this lane said
//! {{table benches/README.md:figures}}   a table of Markdown, between two anchors of a file
//! ! {{took gather}}: they overlap.      the answer, which comes last; `took` can stand in any text
//! {{run gather}}                        a button that runs it
//! ??? 2 min                             how long the slide takes; then the notes, in Markdown
//! Take away the join. What happens?
//! ````
//!
//! A slide with a `#` and without a `##` is a title slide.
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

/// One slide.
#[derive(Debug)]
pub struct Slide {
    /// Where it begins.
    pub line: usize,
    /// The topic to which it belongs.
    pub topic: String,
    /// What stands at its top.
    pub title: String,
    /// It is a title slide.
    pub opens: bool,
    /// What it shows, from top to bottom.
    pub blocks: Vec<Block>,
    /// How long it takes, in half minutes.
    pub half_minutes: u32,
    /// What to do live, in Markdown.
    pub notes: String,
}

/// A part of a slide, and the line of `deck.md` on which it begins.
#[derive(Debug, PartialEq)]
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
    /// The recorded timeline of a scene.
    Timeline(SceneOf),
    /// The recorded lines of a scene; if there is a name, those of this lane.
    Output(SceneOf, Option<String>),
    /// A table of Markdown from a file.
    Table(TableFrom),
    /// A button that runs an example.
    Run(String),
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
}

/// Which table to show.
#[derive(Clone, Debug, PartialEq)]
pub struct TableFrom {
    /// The path of a file of Markdown from the root of the repository.
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

/// `2 min`, `1.5 min`.
fn half_minutes(text: &str) -> Option<u32> {
    let minutes: f64 = text.trim().strip_suffix("min")?.trim().parse().ok()?;
    let half_minutes = minutes * 2.0;
    ((1.0..=60.0).contains(&half_minutes) && half_minutes.fract() == 0.0)
        .then_some(half_minutes as u32)
}

impl Deck {
    /// Reads the text of `deck.md`. What is wrong with it is appended to `problems`.
    pub fn parse(text: &str, problems: &mut Vec<Problem>) -> Deck {
        let lines: Vec<(usize, &str)> =
            text.lines().enumerate().map(|(index, line)| (index + 1, line)).collect();
        let mut deck = Deck::default();
        let mut topic = String::new();
        for lines in lines.split(|(_, line)| line.trim_end() == "---") {
            let Some((line, _)) = lines.iter().find(|(_, line)| !line.trim().is_empty()) else {
                let line = lines.first().map_or(1, |(line, _)| *line);
                problems.push(Problem { line, what: "a slide without anything on it".into() });
                continue;
            };
            let slide = Reader { problems, topic: &mut topic, line: *line }.slide(lines);
            deck.slides.push(slide);
        }
        deck
    }

    /// How long the talk takes, in minutes.
    pub fn minutes(&self) -> f64 {
        f64::from(self.slides.iter().map(|slide| slide.half_minutes).sum::<u32>()) / 2.0
    }
}

/// Reads one slide.
struct Reader<'a> {
    problems: &'a mut Vec<Problem>,
    topic: &'a mut String,
    /// Where the slide begins.
    line: usize,
}

impl Reader<'_> {
    fn problem(&mut self, line: usize, what: impl Into<String>) {
        self.problems.push(Problem { line, what: what.into() });
    }

    fn slide(mut self, lines: &[(usize, &str)]) -> Slide {
        let cut = lines.iter().position(|(_, line)| line.starts_with("???")).unwrap_or(lines.len());
        let (shown, notes) = lines.split_at(cut);
        let (title, opens) = self.headings(shown);
        let blocks = self.blocks(shown);
        let (half_minutes, notes) = self.notes(notes);
        Slide {
            line: self.line,
            topic: self.topic.clone(),
            title,
            opens,
            blocks,
            half_minutes,
            notes,
        }
    }

    /// The title, and whether it stands on a title slide.
    fn headings(&mut self, lines: &[(usize, &str)]) -> (String, bool) {
        let headings = |mark: &str| -> Vec<String> {
            lines
                .iter()
                .filter_map(|(_, line)| line.strip_prefix(mark))
                .map(|title| title.trim().to_owned())
                .collect()
        };
        let (topics, titles) = (headings("# "), headings("## "));
        if topics.len() > 1 || titles.len() > 1 {
            self.problem(self.line, "two headings on one slide");
        }
        if let Some(topic) = topics.first() {
            topic.clone_into(self.topic);
        }
        match (titles.into_iter().next(), topics.into_iter().next()) {
            (Some(title), _) => (title, false),
            (None, Some(topic)) => (topic, true),
            (None, None) => {
                self.problem(self.line, "a slide without a heading");
                (String::new(), false)
            }
        }
    }

    fn blocks(&mut self, lines: &[(usize, &str)]) -> Vec<Block> {
        let mut blocks: Vec<Block> = vec![];
        // Whether the line continues the block before it: text ends at an empty line.
        let mut open = false;
        for &(line, text) in
            lines.iter().filter(|(_, text)| !text.starts_with("# ") && !text.starts_with("## "))
        {
            let text = text.trim_end();
            if text.is_empty() {
                open = false;
                if let Some(Block { kind: Kind::Prose(prose), .. }) = blocks.last_mut() {
                    *prose += "\n"; // two paragraphs of Markdown are one block
                }
            } else if let Some(directive) =
                text.strip_prefix("{{").filter(|rest| self.is_directive(rest))
            {
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
                        *before += &format!(" {text}")
                    }
                    _ => blocks.push(Block { line, kind: Kind::Prose(format!("{text}\n")) }),
                }
            }
        }
        self.order(&blocks);
        blocks
    }

    /// Text may begin with `{{took …}}`.
    fn is_directive(&self, rest: &str) -> bool {
        !rest.starts_with("took ")
    }

    fn directive(&mut self, line: usize, directive: &str) -> Option<Block> {
        let (verb, what) = directive.trim().split_once(' ').unwrap_or((directive.trim(), ""));
        let what = what.trim();
        let language = match verb {
            "python" => Some(Language::Python),
            "rust" => Some(Language::Rust),
            _ => None,
        };
        let kind = match (verb, language) {
            _ if what.is_empty() => {
                self.problem(line, format!("`{verb}` does not say of what"));
                return None;
            }
            ("table", _) | (_, Some(_)) => {
                let Some((file, anchor)) = what.split_once(':') else {
                    self.problem(
                        line,
                        format!("`{what}` does not say which anchor: write `{what}:ANCHOR`"),
                    );
                    return None;
                };
                let (file, anchor) = (file.to_owned(), anchor.to_owned());
                match language {
                    Some(language) => Kind::Code(CodeFrom { language, file, anchor }),
                    None => Kind::Table(TableFrom { file, anchor }),
                }
            }
            ("timeline", _) => Kind::Timeline(SceneOf::parse(what)),
            ("output", _) => match what.split_once(" | ") {
                Some((scene, lane)) => {
                    Kind::Output(SceneOf::parse(scene.trim()), Some(lane.trim().into()))
                }
                None => Kind::Output(SceneOf::parse(what), None),
            },
            ("run", _) => Kind::Run(what.into()),
            _ => {
                self.problem(line, format!("there is no directive `{verb}`"));
                return None;
            }
        };
        Some(Block { line, kind })
    }

    /// What a player can make sense of: one of each, and the answer after what it would give away.
    fn order(&mut self, blocks: &[Block]) {
        let mut only_one = |what: &str, is: fn(&Kind) -> bool| {
            if let Some(second) = blocks.iter().filter(|block| is(&block.kind)).nth(1) {
                self.problem(second.line, format!("a second {what} on one slide"));
            }
        };
        only_one("question", |kind| matches!(kind, Kind::Question(_)));
        only_one("timeline", |kind| matches!(kind, Kind::Timeline(_)));
        only_one("answer", |kind| matches!(kind, Kind::Answer(_)));
        only_one("button", |kind| matches!(kind, Kind::Run(_)));
        let revealed = |block: &Block| matches!(block.kind, Kind::Timeline(_) | Kind::Output(..));
        if let Some(answer) = blocks.iter().position(|block| matches!(block.kind, Kind::Answer(_)))
            && let Some(after) = blocks[answer..].iter().find(|block| revealed(block))
        {
            self.problem(
                after.line,
                "it comes after the answer, and would give away what one is to predict",
            );
        }
    }

    fn notes(&mut self, lines: &[(usize, &str)]) -> (u32, String) {
        let Some(((line, mark), notes)) = lines.split_first() else {
            self.problem(
                self.line,
                "a slide without notes: `??? 2 min`, and below it what to do live",
            );
            return (0, String::new());
        };
        let half_minutes = half_minutes(&mark[3..]).unwrap_or_else(|| {
            self.problem(
                *line,
                "how long does it take? Write `??? 2 min`, in halves, and 30 at most",
            );
            0
        });
        let notes =
            notes.iter().map(|(_, text)| *text).collect::<Vec<_>>().join("\n").trim().to_owned();
        if notes.is_empty() {
            self.problem(*line, "a slide without notes: say what to do live");
        }
        (half_minutes, notes)
    }
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
            "# Gather\n## Three at once\nText\nmore text\n\n- list\n\n{{rust gather:gather}}\n? How\nlong?\n{{timeline gather/a b}}\n! {{took gather}}\n??? 1.5 min\n\nAsk.\n",
        );
        assert_eq!(problems, [""; 0]);
        let slide = &deck.slides[0];
        assert_eq!((&*slide.topic, &*slide.title, slide.opens), ("Gather", "Three at once", false));
        assert_eq!((deck.minutes(), &*slide.notes), (1.5, "Ask."));
        let blocks: Vec<(usize, &Kind)> =
            slide.blocks.iter().map(|block| (block.line, &block.kind)).collect();
        let code =
            CodeFrom { language: Language::Rust, file: "gather".into(), anchor: "gather".into() };
        assert_eq!(
            blocks,
            [
                (3, &Kind::Prose("Text\nmore text\n\n- list\n\n".into())),
                (8, &Kind::Code(code)),
                (9, &Kind::Question("How long?".into())),
                (
                    11,
                    &Kind::Timeline(SceneOf {
                        example: "gather".into(),
                        scene: Some("a b".into())
                    })
                ),
                (12, &Kind::Answer("{{took gather}}".into())),
            ]
        );
    }

    #[test]
    fn a_topic_lasts_until_the_next_and_stands_alone_on_a_title_slide() {
        let (deck, _) = parse("# One\n??? 1 min\nSay it.\n---\n## Two\n??? 1 min\nSay it.\n");
        let slides: Vec<_> =
            deck.slides.iter().map(|slide| (&*slide.topic, &*slide.title, slide.opens)).collect();
        assert_eq!(slides, [("One", "One", true), ("One", "Two", false)]);
    }

    #[test]
    fn what_is_missing_is_a_problem_with_its_line() {
        for (text, problem) in [
            ("## A\ntext\n", "1: a slide without notes: `??? 2 min`, and below it what to do live"),
            ("## A\n??? 1 min\n", "2: a slide without notes: say what to do live"),
            (
                "## A\n???\nSay it.\n",
                "2: how long does it take? Write `??? 2 min`, in halves, and 30 at most",
            ),
            (
                "## A\n??? 0.3 min\nSay it.\n",
                "2: how long does it take? Write `??? 2 min`, in halves, and 30 at most",
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
            ("## A\n{{picture a}}\n??? 1 min\nSay it.\n", "2: there is no directive `picture`"),
            ("## A\n{{run a\n??? 1 min\nSay it.\n", "2: a directive that does not end with }}"),
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
