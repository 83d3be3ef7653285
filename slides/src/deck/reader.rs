//! Reads one slide of `deck.md`.
//!
//! Read it with `deck`, which says how the file is written. The text is read line by line, and each
//! line keeps its number. A mistake ends nothing: it is noted, and reading goes on.
use super::{
    Block, CodeFrom, Cut, DeckError, FileFrom, Halves, Kind, Language, RowsFrom, SceneOf, Slide,
};

/// Reads one slide.
pub(super) struct Reader<'a> {
    /// Where the slide begins.
    line: usize,
    /// The topic of the slide before, which goes on if this slide names none.
    topic: &'a mut String,
    /// Where the mistakes of all slides are collected.
    errors: &'a mut Vec<DeckError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        line: usize,
        topic: &'a mut String,
        errors: &'a mut Vec<DeckError>,
    ) -> Reader<'a> {
        Reader { line, topic, errors }
    }

    /// Notes a mistake.
    fn error(&mut self, line: usize, what: impl Into<String>) {
        self.errors.push(DeckError { line, what: what.into() });
    }

    /// Reads the slide: first it is cut into what is shown and the notes, then each part is read.
    pub(super) fn slide(mut self, lines: &[(usize, &str)]) -> Slide {
        let notes = lines.iter().position(|(_, line)| line.starts_with("???"));
        let (shown, notes) = lines.split_at(notes.unwrap_or(lines.len()));
        let (title, opens) = self.headings(shown);
        let blocks = self.blocks(shown);
        let (plan, notes) = self.notes(notes);
        let Plan { half_minutes, shortest, is_run } = plan;
        // After the blocks: only then it is known whether there is an example to run.
        if is_run && !blocks.iter().any(|block| matches!(block.kind, Kind::Run(..))) {
            self.error(self.line, "there is nothing to `run` on this slide");
        }
        let topic = self.topic.clone();
        let line = self.line;
        Slide { line, topic, title, opens, blocks, half_minutes, shortest, is_run, notes }
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
            self.error(self.line, "two headings on one slide");
        }
        if let Some(topic) = topics.first() {
            (*topic).clone_into(self.topic);
        }
        match (titles.first(), topics.first()) {
            (Some(title), _) => ((*title).to_owned(), false),
            (None, Some(topic)) => ((*topic).to_owned(), true),
            (None, None) => {
                self.error(self.line, "a slide without a heading");
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
            if has_open_took(text) {
                self.error(line, "a `{{took …` that does not end with }}");
            }
            if text.is_empty() {
                open = false;
                if let Some(Block { kind: Kind::Prose(prose), .. }) = blocks.last_mut() {
                    *prose += "\n"; // two paragraphs of Markdown are one block
                }
            } else if let Some(directive) = directive(text) {
                open = false;
                match directive.strip_suffix("}}") {
                    Some(directive) => blocks.extend(self.directive(line, directive)),
                    None => self.error(line, "a directive that does not end with }}"),
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
            self.error(line, format!("`{verb}` does not say of what"));
            return None;
        }
        let kind = match verb {
            "python" | "rust" => {
                let language = if verb == "rust" { Language::Rust } else { Language::Python };
                Kind::Code(self.code(line, language, what)?)
            }
            "table" => Kind::Table(self.file_and_anchor(line, what)?),
            "rows" => Kind::Rows(self.rows(line, what)?),
            "bars" => Kind::Bars(self.file_and_anchor(line, what)?),
            "queue" | "agenda" if !what.is_empty() => {
                self.error(line, format!("`{verb}` is about nothing, so `{what}` has no meaning"));
                return None;
            }
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
                        self.error(line, format!("`{}` is not like `2 s`", takes.trim()));
                    }
                    Kind::Run(example.trim().into(), seconds)
                }
            },
            _ => {
                self.error(line, format!("there is no directive `{verb}`"));
                return None;
            }
        };
        Some(Block { line, kind })
    }

    /// `FILE:ANCHOR`, and how it is shown: `| with TEXT`, `| texts`, `| asked`, `| played`.
    fn code(&mut self, line: usize, language: Language, what: &str) -> Option<CodeFrom> {
        let mut parts = what.split(" | ");
        let FileFrom { file, anchor } = self.file_and_anchor(line, parts.next()?.trim())?;
        let on = Halves::Both;
        let mut code = CodeFrom { language, file, anchor, with: vec![], texts: false, on };
        for part in parts {
            match part.trim().split_once(' ') {
                Some(("with", text)) => code.with.push(text.trim().into()),
                None if part.trim() == "texts" => code.texts = true,
                None if part.trim() == "asked" => code.on = Halves::Asked,
                None if part.trim() == "played" => code.on = Halves::Played,
                _ => self.error(line, format!("`{}` is no way to show code", part.trim())),
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
                self.error(line, what);
                None
            }
        }
    }

    /// `FILE:NAME` or `FILE:NAME | without COLUMN`.
    fn rows(&mut self, line: usize, what: &str) -> Option<RowsFrom> {
        let (rows, without) = match what.split_once(" | without ") {
            Some((rows, column)) => (rows.trim(), Some(column.trim().to_owned())),
            None => (what, None),
        };
        match rows.split_once(':') {
            Some((file, name)) => Some(RowsFrom { file: file.into(), name: name.into(), without }),
            None => {
                let what = format!("`{rows}` does not say which rows: write `{rows}:NAME`");
                self.error(line, what);
                None
            }
        }
    }

    /// The player shows one of each. The answer comes last, so nothing that shows the run may stand
    /// after it.
    fn order(&mut self, blocks: &[Block]) {
        self.only_one(blocks, "question", |kind| matches!(kind, Kind::Question(_)));
        self.only_one(blocks, "timeline", |kind| matches!(kind, Kind::Timeline(..)));
        self.only_one(blocks, "answer", |kind| matches!(kind, Kind::Answer(_)));
        self.only_one(blocks, "button", |kind| matches!(kind, Kind::Run(..)));
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
                    let what = "it comes after the answer, and would show what you are to predict";
                    self.error(block.line, what);
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
                self.error(block.line, format!("a second {what} on one slide"));
                return;
            }
            seen = true;
        }
    }

    /// How long a slide takes, and its notes. A slide without notes is a mistake: the notes say
    /// what to do live, and a talk is given from them.
    fn notes(&mut self, lines: &[(usize, &str)]) -> (Plan, String) {
        let unknown = Plan { half_minutes: 0, shortest: None, is_run: false };
        let Some(((line, mark), notes)) = lines.split_first() else {
            let what = "a slide without notes: `??? 2 min`, and below it what to do live";
            self.error(self.line, what);
            return (unknown, String::new());
        };
        let plan = match plan(&mark[3..]) {
            Some(plan) => plan,
            None => {
                let what = "how long does it take? Write `??? 2 min`, in halves, and 30 at most; \
                            then `, both` or `, spare`, or nothing; then `, run`, or nothing";
                self.error(*line, what);
                unknown
            }
        };
        let notes: Vec<&str> = notes.iter().map(|(_, text)| *text).collect();
        let notes = notes.join("\n").trim().to_owned();
        if notes.is_empty() {
            self.error(*line, "a slide without notes: say what to do live");
        }
        (plan, notes)
    }
}

/// What follows `{{`, if the line is a directive. Text may begin with `{{took …}}`.
fn directive(line: &str) -> Option<&str> {
    let directive = line.strip_prefix("{{")?;
    if directive.starts_with("took ") { None } else { Some(directive) }
}

/// Whether a line of text has a `{{took …` without its end: it would stand on the slide as it is.
fn has_open_took(line: &str) -> bool {
    line.split("{{took").skip(1).any(|rest| !rest.contains("}}"))
}

/// What stands behind `???`: how long the slide takes, and where it belongs.
struct Plan {
    /// Whole numbers, so that sums are exact.
    half_minutes: u32,
    /// The shortest cut that has the slide.
    shortest: Option<Cut>,
    /// Whether the speaker runs the example.
    is_run: bool,
}

/// Reads `2 min`, `1.5 min, both`, `1 min, spare` or `1 min, both, run`. `None` for anything else.
fn plan(text: &str) -> Option<Plan> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let (minutes, words) = parts.split_first()?;
    let (cut, is_run) = match words {
        [words @ .., "run"] => (words, true),
        words => (words, false),
    };
    // No two words: of `both, spare` neither can be what is meant.
    let shortest = match cut {
        [] => Some(Cut::Long),
        ["both"] => Some(Cut::Short),
        ["spare"] => None,
        _ => return None,
    };
    // As a number with a point, since `1.5 min` is allowed; then checked to be whole halves.
    let minutes: f64 = minutes.strip_suffix("min")?.trim().parse().ok()?;
    let half_minutes = minutes * 2.0;
    if !(1.0..=60.0).contains(&half_minutes) || half_minutes.fract() != 0.0 {
        return None;
    }
    Some(Plan { half_minutes: half_minutes as u32, shortest, is_run })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deck::Deck;

    fn parse(text: &str) -> (Deck, Vec<String>) {
        let mut errors = vec![];
        let deck = Deck::parse(text, &mut errors);
        (deck, errors.iter().map(DeckError::to_string).collect())
    }

    #[test]
    fn a_slide_has_a_topic_a_title_blocks_minutes_and_notes() {
        let (deck, errors) = parse(
            "# Gather\n## Three at once\nText\nmore text\n\n- list\n\n{{rust gather:gather}}\n\
             ? How\nlong?\n{{timeline gather/a b}}\n! {{took gather}}\n??? 1.5 min\n\nAsk.\n",
        );
        assert_eq!(errors, [""; 0]);
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
            on: Halves::Both,
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
    fn code_says_which_lines_stay_and_when_it_and_its_texts_are_shown() {
        let (deck, errors) = parse(
            "## A\n{{rust a:b | with x = f(y) | with z | texts | played}}\n??? 1 min\nSay it.\n",
        );
        assert_eq!(errors, [""; 0]);
        let Kind::Code(code) = &deck.slides[0].blocks[0].kind else { panic!("it is code") };
        assert_eq!((&*code.file, &*code.anchor, code.texts), ("a", "b", true));
        assert_eq!(code.on, Halves::Played);
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
        let (deck, errors) = parse(
            "# Talk\n??? 1 min\nSay it.\n---\n# One\n## A\n??? 1 min, both\nSay it.\n\
             ---\n## B\n??? 1 min, spare\nSay it.\n---\n# Two\n## C\n??? 1 min\nSay it.\n",
        );
        assert_eq!(errors, [""; 0]);
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
    fn a_slide_is_in_one_cut_and_says_so_once() {
        let words = ["", ", both", ", spare", ", run", ", both, run", ", spare, run"];
        for words in words {
            assert!(plan(&format!(" 1 min{words}")).is_some(), "{words}");
        }
        for words in [", both, spare", ", both, both", ", run, run", ", run, both", ", long", ","] {
            assert!(plan(&format!(" 1 min{words}")).is_none(), "{words}");
        }
    }

    #[test]
    fn what_is_missing_is_an_error_with_its_line() {
        for (text, error) in [
            ("## A\ntext\n", "1: a slide without notes: `??? 2 min`, and below it what to do live"),
            ("## A\n??? 1 min\n", "2: a slide without notes: say what to do live"),
            (
                "## A\n???\nSay it.\n",
                "2: how long does it take? Write `??? 2 min`, in halves, and 30 at most; \
                 then `, both` or `, spare`, or nothing; then `, run`, or nothing",
            ),
            (
                "## A\n??? 0.3 min\nSay it.\n",
                "2: how long does it take? Write `??? 2 min`, in halves, and 30 at most; \
                 then `, both` or `, spare`, or nothing; then `, run`, or nothing",
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
            ("## A\ntext\n??? 1 min, run\nSay it.\n", "1: there is nothing to `run` on this slide"),
            (
                "## A\n{{rows a.md | without x}}\n??? 1 min\nSay it.\n",
                "2: `a.md` does not say which rows: write `a.md:NAME`",
            ),
            (
                "## A\n{{rust a:b | without x}}\n??? 1 min\nSay it.\n",
                "2: `without x` is no way to show code",
            ),
            ("## A\n{{photo a}}\n??? 1 min\nSay it.\n", "2: there is no directive `photo`"),
            ("## A\n{{run a\n??? 1 min\nSay it.\n", "2: a directive that does not end with }}"),
            (
                "## A\n{{agenda x}}\n??? 1 min\nSay it.\n",
                "2: `agenda` is about nothing, so `x` has no meaning",
            ),
            (
                "## A\n{{queue y}}\n??? 1 min\nSay it.\n",
                "2: `queue` is about nothing, so `y` has no meaning",
            ),
            (
                "## A\n? It took {{took a}} and\n{{took b.\n??? 1 min\nSay it.\n",
                "3: a `{{took …` that does not end with }}",
            ),
            ("## A\n{{run a, long}}\n??? 1 min\nSay it.\n", "2: `long` is not like `2 s`"),
            (
                "## A\n{{timeline a}}\n{{timeline b}}\n??? 1 min\nSay it.\n",
                "3: a second timeline on one slide",
            ),
            ("## A\n{{run a}}\n{{run b}}\n??? 1 min\nSay it.\n", "3: a second button on one slide"),
            (
                "## A\n! So.\n{{output a}}\n??? 1 min\nSay it.\n",
                "3: it comes after the answer, and would show what you are to predict",
            ),
        ] {
            assert_eq!(parse(text).1, [format!("slides/deck.md:{error}")], "{text}");
        }
    }
}
