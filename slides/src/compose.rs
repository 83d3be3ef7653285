//! From what `deck.md` says to slides that can be shown: code is fetched, examples are run, and all
//! of it is given its place ([`crate::place`]). Whatever is missing or does not fit is a
//! [`Problem`].
//!
//! Read it after `piece`, and after `deck`, `source` and `examples`, whose work it puts together;
//! next are `layout` and `place`. From `compose` to the end of the file a deck goes through these
//! steps: files are inserted, code is found, examples are built and run, and each slide is laid
//! out, as two slides if it is too full for one.
use crate::{
    bars,
    deck::{Block, CodeFrom, Cut, DECK, Deck, FileFrom, Kind, Language, Problem, SceneOf, Slide},
    drawing::Drawing,
    examples::{Example, Examples, Executables, Recordings, Scene},
    layout,
    piece::{Listing, Piece, Printed},
    place::{self, Draft, Drafted, Parts},
    queue,
    source::{Fragment, between_anchors},
};
use std::{
    collections::{BTreeSet, HashMap},
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
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
    /// Whether the slide has nothing but text, which is larger then.
    pub only_text: bool,
    /// The example that it runs.
    pub run: Option<Run>,
    /// How long it takes.
    pub seconds: Seconds,
    /// Whether this is the second half of a slide that was too full: the first has shown the code
    /// and asked the question.
    pub continues: bool,
}

/// How long a slide takes, and what for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seconds {
    /// What is said: the minutes that stand in `deck.md`.
    pub talk: u64,
    /// What it takes until the room has predicted something.
    pub vote: u64,
    /// The steps of a timeline, or the rows of a picture, one after the other.
    pub play: u64,
    /// The run of its example, if the notes say that it is run.
    pub run: u64,
}

impl Seconds {
    /// All of it.
    pub fn sum(self) -> u64 {
        self.talk + self.vote + self.play + self.run
    }
}

/// Seconds until a question is read and hands are up.
const VOTE: u64 = 10;
/// Seconds for each step of a timeline, or row of a picture.
const SECONDS_PER_STEP: u64 = 1;
/// Seconds from pressing R to going on, besides the run itself.
const AROUND_RUN: u64 = 5;

/// An example that can be run from a slide.
#[derive(Debug)]
pub struct Run {
    /// The example's name.
    pub name: String,
    /// The example.
    pub example: Example,
    /// What one would type.
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
    Problems(Vec<Problem>),
    /// Something else is in the way: a file, cargo, an example.
    Other(String),
}

impl fmt::Display for ComposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ComposeError::Problems(problems) => {
                let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
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
/// What is wrong with the deck, each with its line; or what else is in the way.
pub fn compose(root: &Path) -> Result<Talk, ComposeError> {
    compose_with(root, &Recordings::default())
}

/// The same, with recordings that are kept: an example that is as it was is not run again.
///
/// # Errors
/// As [`compose`].
pub fn compose_with(root: &Path, recordings: &Recordings) -> Result<Talk, ComposeError> {
    let path = root.join(DECK);
    let text = fs::read_to_string(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    compose_from(root, &text, recordings)
}

/// The same, from a text instead of the file.
///
/// # Errors
/// As [`compose`].
pub fn compose_text(root: &Path, text: &str) -> Result<Talk, ComposeError> {
    compose_from(root, text, &Recordings::default())
}

/// What the three functions above share.
fn compose_from(root: &Path, text: &str, recordings: &Recordings) -> Result<Talk, ComposeError> {
    let mut problems = vec![];
    let mut deck = Deck::parse(text, &mut problems);
    let examples = Examples::find(root)?;
    let composer = Composer { root, examples: &examples, recordings };
    let files = files(root, &deck);
    // Mistakes in the deck are reported before anything is built, because a build takes long.
    composer.insert_files(&mut deck, &mut problems);
    let wanted = composer.wanted(&deck, &mut problems);
    let sources = composer.sources(&deck, &mut problems);
    if !problems.is_empty() {
        return Err(sorted(problems));
    }
    let executables = examples.build(&wanted)?;
    composer.recordings.make(&executables, &wanted)?;
    let topics = deck.topics();
    let ready = Ready { composer, sources, executables, topics };
    let mut slides = vec![];
    for slide in deck.slides {
        slides.extend(ready.slides(slide, &mut problems));
    }
    if problems.is_empty() { Ok(Talk { slides, files }) } else { Err(sorted(problems)) }
}

/// In the order of the file, since they were found in several passes.
fn sorted(mut problems: Vec<Problem>) -> ComposeError {
    problems.sort_by_key(|problem| problem.line);
    ComposeError::Problems(problems)
}

/// The deck itself, and the files whose tables and pictures it shows.
fn files(root: &Path, deck: &Deck) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::from([root.join(DECK)]);
    for block in deck.blocks() {
        match &block.kind {
            Kind::Table(FileFrom { file, .. })
            | Kind::Rows(FileFrom { file, .. }, _)
            | Kind::Bars(FileFrom { file, .. })
            | Kind::Picture(file) => {
                files.insert(root.join(file));
            }
            _ => {}
        }
    }
    files
}

/// The twin of an example in Python: `NAME.py`, or `NAME_twin.py` where that would hide a module of
/// Python's. There may be no such file.
pub(crate) fn twin(root: &Path, example: &Path) -> PathBuf {
    let name = example.file_stem().unwrap_or_default().to_string_lossy();
    let other = example.with_file_name(format!("{name}_twin.py"));
    if root.join(&other).exists() { other } else { example.with_extension("py") }
}

/// Code by the line of `deck.md` that asks for it.
type Sources = HashMap<usize, Listing>;

/// Finds what the deck asks for.
struct Composer<'a> {
    /// The root of the repository.
    root: &'a Path,
    /// All examples that cargo knows.
    examples: &'a Examples,
    /// What they recorded, also for an earlier deck.
    recordings: &'a Recordings,
}

impl Composer<'_> {
    /// The examples that have to be run.
    fn wanted<'d>(&self, deck: &'d Deck, problems: &mut Vec<Problem>) -> BTreeSet<&'d str> {
        let mut wanted = BTreeSet::new();
        for block in deck.blocks() {
            for name in examples_of(&block.kind) {
                if self.examples.get(name).is_some() {
                    wanted.insert(name);
                } else {
                    let what = format!("there is no example `{name}`");
                    problems.push(Problem { line: block.line, what });
                }
            }
        }
        wanted
    }

    /// The code that is shown.
    fn sources(&self, deck: &Deck, problems: &mut Vec<Problem>) -> Sources {
        let mut sources = Sources::new();
        for block in deck.blocks() {
            let Kind::Code(from) = &block.kind else { continue };
            match self.source(from) {
                Ok(code) => {
                    sources.insert(block.line, code);
                }
                Err(what) => problems.push(Problem { line: block.line, what }),
            }
        }
        sources
    }

    /// The code between two anchors of a file; without a `/` it is the name of an example.
    fn source(&self, from: &CodeFrom) -> Result<Listing, String> {
        let CodeFrom { language, file, anchor, with, texts } = from;
        let path = if file.contains('/') {
            PathBuf::from(file)
        } else {
            let Some(example) = self.examples.get(file) else {
                return Err(format!("there is no example `{file}`"));
            };
            let path = example.source.strip_prefix(self.root).unwrap_or(&example.source).to_owned();
            match language {
                Language::Rust => path,
                Language::Python => twin(self.root, &path),
            }
        };
        let name = path.to_string_lossy().replace('\\', "/");
        let fragment = self.between_anchors(&name, anchor)?;
        let lines = fragment.numbers.len();
        if lines > layout::CODE_LINES {
            let most = layout::CODE_LINES;
            return Err(format!(
                "`{anchor}` of {name} has {lines} lines, and a slide shows {most} at most"
            ));
        }
        let mut stay = BTreeSet::new();
        for text in with {
            let lines = fragment.text.lines().zip(&fragment.numbers);
            let found: Vec<usize> =
                lines.filter(|(line, _)| line.contains(text)).map(|(_, number)| *number).collect();
            if found.is_empty() {
                return Err(format!("no line of `{anchor}` of {name} has `{text}`"));
            }
            stay.extend(found);
        }
        Ok(Listing { language: *language, file: name, fragment, stay, texts: *texts })
    }

    /// Reads a file of the repository.
    fn read(&self, file: &str) -> Result<String, String> {
        fs::read_to_string(self.root.join(file))
            .map_err(|error| format!("cannot read {file}: {error}"))
    }

    /// What stands between two anchors of a file.
    fn between_anchors(&self, file: &str, anchor: &str) -> Result<Fragment, String> {
        let text = self.read(file)?;
        let Some(fragment) = between_anchors(&text, anchor) else {
            return Err(format!("{file} has no anchor `{anchor}`, or none that is closed"));
        };
        if fragment.text.is_empty() {
            return Err(format!("there is nothing between the anchors `{anchor}` of {file}"));
        }
        Ok(fragment)
    }

    /// A table of a file, drawn as bars.
    fn bars(&self, file: &str, anchor: &str) -> Result<Drawing, String> {
        let table = self.between_anchors(file, anchor)?;
        bars::draw(&table.text).map_err(|why| format!("`{anchor}` of {file}: {why}"))
    }

    /// The head of the first table of a file, and its rows whose first cell is this name, without
    /// one of its columns.
    fn rows(&self, file: &str, name: &str, without: Option<&str>) -> Result<String, String> {
        let text = self.read(file)?;
        let start = format!("| `{name}` |");
        let mut head = vec![];
        let mut rows = vec![];
        for line in text.lines() {
            if line.starts_with('|') && head.len() < 2 {
                head.push(line);
            } else if line.starts_with(&start) {
                rows.push(line);
            } else if !head.is_empty() && !line.starts_with('|') {
                break; // what follows is another table
            }
        }
        if rows.is_empty() {
            return Err(format!("{file} has no row of `{name}`"));
        }
        head.extend(rows);
        let Some(without) = without else { return Ok(head.join("\n") + "\n") };
        let Some(column) = cells(head[0]).iter().position(|cell| *cell == without) else {
            return Err(format!("{file} has no column `{without}`"));
        };
        let mut table = String::new();
        for row in head {
            let mut cells = cells(row);
            cells.remove(column);
            table += &format!("| {} |\n", cells.join(" | "));
        }
        Ok(table)
    }

    /// Replaces blocks that name a file by what is in it. Afterwards a table is text, as if it
    /// stood in `deck.md`, and pictures, bars and the queue are drawings, so later steps need not
    /// know of files.
    fn insert_files(&self, deck: &mut Deck, problems: &mut Vec<Problem>) {
        for block in deck.blocks_mut() {
            let inserted = match &block.kind {
                Kind::Table(FileFrom { file, anchor }) => {
                    self.between_anchors(file, anchor).map(|table| Kind::Prose(table.text))
                }
                Kind::Rows(FileFrom { file, anchor }, without) => {
                    self.rows(file, anchor, without.as_deref()).map(Kind::Prose)
                }
                Kind::Picture(file) => Drawing::read(self.root, file).map(Kind::Drawn),
                Kind::Bars(FileFrom { file, anchor }) => self.bars(file, anchor).map(Kind::Drawn),
                Kind::Queue => Ok(Kind::Drawn(queue::draw())),
                _ => continue,
            };
            match inserted {
                Ok(kind) => block.kind = kind,
                Err(what) => problems.push(Problem { line: block.line, what }),
            }
        }
    }
}

/// The cells of a row of a table of Markdown. No cell of ours has a `|` in it.
fn cells(row: &str) -> Vec<&str> {
    row.trim().trim_matches('|').split('|').map(str::trim).collect()
}

/// The examples whose recording a block needs.
fn examples_of(kind: &Kind) -> Vec<&str> {
    match kind {
        Kind::Timeline(scene, _) | Kind::Output(scene, _) => vec![&scene.example],
        Kind::Run(example, _) => vec![example],
        Kind::Prose(text) | Kind::Question(text) | Kind::Answer(text) => {
            let mut names = vec![];
            for (_, scene) in took(text) {
                names.push(scene.split('/').next().unwrap_or(scene));
            }
            names
        }
        Kind::Code(_)
        | Kind::Table(_)
        | Kind::Rows(..)
        | Kind::Bars(_)
        | Kind::Picture(_)
        | Kind::Queue
        | Kind::Drawn(_)
        | Kind::Agenda => vec![],
    }
}

/// Makes slides of what was found and recorded.
struct Ready<'a> {
    /// What was asked for.
    composer: Composer<'a>,
    /// The code of all slides.
    sources: Sources,
    /// The examples, built.
    executables: Executables,
    /// All topics, for agendas.
    topics: Vec<String>,
}

impl Ready<'_> {
    /// A recorded scene.
    fn scene(&self, of: &SceneOf) -> Result<Arc<Scene>, String> {
        let recorded = self.composer.recordings.get(&self.executables, &of.example)?;
        let mut titles = vec![];
        for scene in &recorded.scenes {
            if of.scene.as_ref() == Some(&scene.chart.title) {
                return Ok(scene.clone());
            }
            titles.push(scene.chart.title.as_str());
        }
        let titles = titles.join(", ");
        match (&of.scene, &recorded.scenes[..]) {
            (None, [only]) => Ok(only.clone()),
            (Some(title), _) => {
                Err(format!("`{}` has no scene `{title}`, but: {titles}", of.example))
            }
            (None, _) => Err(format!("which scene of `{}`? It has: {titles}", of.example)),
        }
    }

    /// A slide; or two, if it shows too much for one.
    fn slides(&self, mut slide: Slide, problems: &mut Vec<Problem>) -> Vec<Shown> {
        for block in &mut slide.blocks {
            self.say_what_it_took(block, problems);
        }
        let mut run = None;
        let mut drafted: Vec<Drafted> = vec![];
        for block in &slide.blocks {
            let line = block.line;
            if let Kind::Run(example, seconds) = &block.kind {
                match self.run(example, *seconds) {
                    Ok(found) => run = Some(found),
                    Err(what) => problems.push(Problem { line, what }),
                }
                continue;
            }
            match self.draft(&slide, block, &mut drafted) {
                Ok(Some(draft)) => drafted.push(Drafted { line, draft }),
                Ok(None) => {} // it has become a part of a block before it
                Err(what) => problems.push(Problem { line, what }),
            }
        }
        if place::leaves_its_question_open(&drafted) {
            drafted = place::without_comments(drafted);
        }
        let mut misfits = vec![];
        let pieces = place::place(&slide, drafted.clone(), &mut misfits);
        if misfits.is_empty() {
            return vec![shown(slide, &drafted, pieces, run)];
        }
        // Too full for one slide: then code and question are shown on a first slide, and the run is
        // played on a second with less code. There are several ways to do so, the best ones first;
        // the first that fits is taken.
        let ran = place::lines_that_ran(&drafted);
        let stay = place::lines_that_stay(&drafted);
        let some = if stay.is_empty() { &ran } else { &stay };
        for (parts, lines) in [
            (Parts::PairThenRust, &stay),
            (Parts::PairThenLast, &stay),
            (Parts::OneEach, &stay),
            (Parts::SomeLines, some),
            (Parts::PairThenSomeLinesOfLast, some),
            (Parts::OneThenSomeLines, some),
            (Parts::SomeLines, &stay),
        ] {
            let mut lines = lines.clone();
            // None: this way does not suit what the slide has.
            let Some((asked, mut played)) = place::split(&drafted, parts, &lines) else { continue };
            let mut left = vec![];
            let first = place::place(&slide, asked.clone(), &mut left);
            let mut second = place::place(&slide, played.clone(), &mut left);
            if left.is_empty() {
                // Put back as many of the lines that were left out as there is room for, since code
                // is easier to read with its context.
                for line in place::left_out(&drafted, &played, &ran) {
                    lines.insert(line);
                    let Some((_, more)) = place::split(&drafted, parts, &lines) else { continue };
                    let mut misfits = vec![];
                    let pieces = place::place(&slide, more.clone(), &mut misfits);
                    if misfits.is_empty() {
                        (played, second) = (more, pieces);
                    } else {
                        lines.remove(&line);
                    }
                }
                // The minutes are those of both, so only one of the two may count them.
                let ask = Slide { half_minutes: 0, ..slide.clone() };
                let mut second = shown(slide, &played, second, run);
                second.seconds.vote = 0; // the room has voted on the slide before
                second.continues = true;
                return vec![shown(ask, &asked, first, None), second];
            }
        }
        problems.extend(misfits);
        vec![]
    }

    /// What a block shows. The second of two pieces of code joins the first, and an answer its
    /// question.
    fn draft(
        &self,
        slide: &Slide,
        block: &Block,
        before: &mut [Drafted],
    ) -> Result<Option<Draft>, String> {
        let draft = match &block.kind {
            Kind::Code(_) => {
                let code = self.sources[&block.line].clone();
                if let Some(Drafted { draft: Draft::Codes(codes), .. }) = before.last_mut()
                    && codes.len() == 1
                {
                    codes.push(code);
                    return Ok(None);
                }
                Draft::Codes(vec![code])
            }
            Kind::Prose(text) => Draft::Prose(text.clone()),
            Kind::Question(text) => Draft::Asked { question: Some(text.clone()), answer: None },
            Kind::Answer(text) => {
                for drafted in before {
                    if let Draft::Asked { answer: answer @ None, .. } = &mut drafted.draft {
                        *answer = Some(text.clone());
                        return Ok(None);
                    }
                }
                Draft::Asked { question: None, answer: Some(text.clone()) }
            }
            Kind::Timeline(of, without) => Draft::Timeline(self.timeline(of, without)?),
            Kind::Output(of, lane) => Draft::Output(self.output(of, lane.as_deref())?),
            Kind::Drawn(drawing) => Draft::Picture(drawing.clone()),
            Kind::Agenda => {
                let mut topics = vec![];
                for topic in &self.topics {
                    topics.push((topic.clone(), slide.opens && *topic == slide.topic));
                }
                Draft::Agenda(topics)
            }
            Kind::Table(_) | Kind::Rows(..) | Kind::Bars(_) | Kind::Picture(_) | Kind::Queue => {
                unreachable!("it was read or drawn before")
            }
            Kind::Run(..) => unreachable!("it is no part of the slide's content"),
        };
        Ok(Some(draft))
    }

    /// The scene of a timeline. It must be the same in each run, and all of it must fit into a
    /// picture.
    fn timeline(&self, of: &SceneOf, without: &[String]) -> Result<Arc<Scene>, String> {
        let mut scene = self.scene(of)?;
        if !without.is_empty() {
            scene = Arc::new(scene.without(without)?);
        }
        if !scene.is_exact() {
            return Err(format!(
                "`{}` runs on the real clock, so its timeline is another one each time; \
                 show its output",
                of.example
            ));
        }
        if !place::draw(&scene, place::WIDEST).left_out.is_empty() {
            return Err(format!(
                "the timeline of `{}` is too wide: not all of it can be drawn",
                of.example
            ));
        }
        Ok(scene)
    }

    /// What a scene printed, or one lane of it.
    fn output(&self, of: &SceneOf, lane: Option<&str>) -> Result<Printed, String> {
        let mut printed = Printed::of(&*self.scene(of)?);
        if let Some(lane) = lane {
            printed.lines.retain(|line| line.lane == lane);
            if printed.lines.is_empty() {
                return Err(format!("`{lane}` says nothing in `{}`", of.example));
            }
        }
        Ok(printed)
    }

    /// Puts the recorded times where `{{took …}}` stands.
    fn say_what_it_took(&self, block: &mut Block, problems: &mut Vec<Problem>) {
        let (Kind::Prose(text) | Kind::Question(text) | Kind::Answer(text)) = &mut block.kind
        else {
            return;
        };
        let mut said = text.clone();
        for (whole, name) in took(text) {
            let what = match self.scene(&SceneOf::parse(name)) {
                Ok(scene) if scene.is_exact() => {
                    said = said.replace(whole, &scene.took());
                    continue;
                }
                Ok(_) => {
                    format!("`{name}` runs on the real clock, and takes another time each time")
                }
                Err(what) => what,
            };
            problems.push(Problem { line: block.line, what });
        }
        *text = said;
    }

    /// The run of an example. `said` is how many seconds the deck says that it takes.
    fn run(&self, name: &str, said: Option<u64>) -> Result<Run, String> {
        let recorded = self.composer.recordings.get(&self.executables, name)?;
        let several = recorded.scenes.len() > 1;
        let mut printed = vec![];
        let mut takes = Duration::ZERO;
        for scene in &recorded.scenes {
            let title = if several { Some(scene.chart.title.clone()) } else { None };
            printed.push((title, Printed::of(scene)));
            takes += scene.chart.elapsed;
        }
        let exact = recorded.scenes.iter().all(|scene| scene.is_exact());
        let takes = planned(name, takes, exact, said)?;
        let example = self.composer.examples.get(name).expect("it was recorded").clone();
        let command = example.command(name);
        Ok(Run { name: name.into(), example, command, printed, takes })
    }
}

/// How long a run takes, for the plan of the talk. On the real clock each run is a little
/// different, and the plan must not be: so the deck says it, and here it is compared with what was
/// measured.
fn planned(
    name: &str,
    measured: Duration,
    exact: bool,
    said: Option<u64>,
) -> Result<Duration, String> {
    // A busy machine takes longer, so it may be some seconds before that is an error.
    let seconds = measured.as_secs_f64().ceil() as u64;
    match said {
        None if exact => Ok(measured),
        None => Err(format!(
            "`{name}` keeps real time: say how long it takes, as in \
             `{{{{run {name}, {seconds} s}}}}`"
        )),
        Some(_) if exact => Err(format!("how long `{name}` takes is known: leave it out")),
        Some(said) => {
            let fast = measured + Duration::from_secs(1) < Duration::from_secs(said);
            let slow = measured > Duration::from_secs(2 * said + 10);
            if fast || slow {
                return Err(format!("`{name}` takes {seconds} s, and not {said} s"));
            }
            Ok(Duration::from_secs(said))
        }
    }
}

/// Puts a slide together.
fn shown(slide: Slide, drafted: &[Drafted], pieces: Vec<Piece>, run: Option<Run>) -> Shown {
    let only_text = place::has_only_text(drafted);
    let seconds = seconds(&slide, drafted, run.as_ref());
    Shown { slide, pieces, only_text, run, seconds, continues: false }
}

/// How long a slide takes: what is said, and what the room and the machine need besides.
fn seconds(slide: &Slide, drafted: &[Drafted], run: Option<&Run>) -> Seconds {
    let mut seconds = Seconds { talk: u64::from(slide.half_minutes) * 30, ..Seconds::default() };
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
    // The deck does not say whether the speaker runs the example. The notes do, so they are
    // searched for the words with which they say it.
    let pressed = ["Press R", "press R", "of R"].iter().any(|said| slide.notes.contains(said));
    if let (Some(run), true) = (run, pressed) {
        seconds.run = AROUND_RUN + run.takes.as_secs();
    }
    seconds
}

/// Each `{{took SCENE}}` in a text: the whole of it, and the scene.
fn took(text: &str) -> Vec<(&str, &str)> {
    let mut found = vec![];
    for (at, start) in text.match_indices("{{took ") {
        if let Some(end) = text[at..].find("}}") {
            let scene = text[at + start.len()..at + end].trim();
            found.push((&text[at..at + end + 2], scene));
        }
    }
    found
}
