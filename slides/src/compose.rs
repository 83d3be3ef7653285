//! From what `deck.md` says to slides that can be shown: code is fetched, examples are run, and all of it is given its
//! place. Whatever is missing or does not fit is a [`Problem`].
use crate::{
    deck::{Block, CodeFrom, DECK, Deck, Kind, Language, Problem, SceneOf, Slide, TableFrom},
    examples::{Example, Examples, Executables, Line, Recorded, Scene, Version},
    layout::{self, Setting},
    source::between_anchors,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt, fs,
    path::{Path, PathBuf},
    sync::Mutex,
};
use unicode_width::UnicodeWidthStr;

/// The talk, ready to be shown.
#[derive(Debug)]
pub struct Talk {
    /// Its slides.
    pub slides: Vec<Shown>,
    /// How long it takes, in minutes.
    pub minutes: f64,
    /// The files of Markdown that it is made of.
    pub markdown: BTreeSet<PathBuf>,
}

/// A slide, ready to be shown.
#[derive(Debug)]
pub struct Shown {
    /// As it was written.
    pub slide: Slide,
    /// What it shows, from top to bottom.
    pub pieces: Vec<Piece>,
    /// It has nothing but text, which is larger then.
    pub only_text: bool,
    /// The example that it runs.
    pub run: Option<Run>,
}

/// A part of a slide, ready to be shown.
#[derive(Debug)]
pub enum Piece {
    /// Markdown.
    Prose(String),
    /// Something to predict, and what comes last and takes its place; both in Markdown.
    Asked {
        /// What is asked.
        question: Option<String>,
        /// What is answered.
        answer: Option<String>,
    },
    /// One piece of code, or two side by side.
    Codes(Vec<Code>, Setting),
    /// A timeline, and in how many lines that what is said at an instant is shown below it.
    Timeline(Scene, usize),
    /// What was printed.
    Output(Printed),
}

/// A piece of code.
#[derive(Debug)]
pub struct Code {
    /// In which language.
    pub language: Language,
    /// Which file it is from, from the root of the repository.
    pub file: String,
    /// The code.
    pub text: String,
}

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
}

/// Lines that were printed.
#[derive(Clone, Debug)]
pub struct Printed {
    /// The lines.
    pub lines: Vec<Line>,
    /// Why it did not end by itself; none if it did.
    pub verdict: Option<String>,
    /// Whether their times are the same each time, and so worth being shown.
    pub exact: bool,
}

impl Printed {
    fn of(scene: Scene, exact: bool) -> Printed {
        Printed { lines: scene.lines, verdict: scene.verdict, exact }
    }

    /// Whether its lines stand in two columns: they are many, and short enough.
    pub fn in_two_columns(&self) -> bool {
        let widths = self
            .lines
            .iter()
            .map(|line| format!("{} {} {}", line.time, line.lane, line.text).width());
        self.verdict.is_none() && layout::in_two_columns(&widths.collect::<Vec<_>>())
    }

    /// How many of its lines stand below each other.
    fn rows(&self) -> usize {
        let lines = self.lines.len() + usize::from(self.verdict.is_some());
        if self.in_two_columns() { lines.div_ceil(2) } else { lines }
    }
}

/// Why there is no talk.
#[derive(Debug)]
pub enum Failure {
    /// `deck.md` asks for what there is not, or for too much.
    Problems(Vec<Problem>),
    /// Something else is in the way: a file, cargo, an example.
    Other(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Problems(problems) => {
                let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
            Failure::Other(what) => f.write_str(what),
        }
    }
}

impl From<String> for Failure {
    fn from(what: String) -> Failure {
        Failure::Other(what)
    }
}

/// Reads `deck.md` of the repository at `root`, builds and runs its examples, and lays the slides out.
pub fn compose(root: &Path) -> Result<Talk, Failure> {
    compose_with(root, &Recordings::default())
}

/// The same, with recordings that are kept: an example that is as it was is not run again.
pub fn compose_with(root: &Path, recordings: &Recordings) -> Result<Talk, Failure> {
    let path = root.join(DECK);
    let text = fs::read_to_string(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    compose_from(root, &text, recordings)
}

/// The same, from a text instead of the file.
pub fn compose_text(root: &Path, text: &str) -> Result<Talk, Failure> {
    compose_from(root, text, &Recordings::default())
}

fn compose_from(root: &Path, text: &str, recordings: &Recordings) -> Result<Talk, Failure> {
    let mut problems = vec![];
    let mut deck = Deck::parse(text, &mut problems);
    let examples = Examples::find(root)?;
    let composer = Composer { root, examples: &examples, recordings };
    let markdown = markdown(root, &deck);
    // What is written wrongly is told before anything is built.
    composer.insert_tables(&mut deck, &mut problems);
    let wanted = composer.wanted(&deck, &mut problems);
    let sources = composer.sources(&deck, &mut problems);
    if !problems.is_empty() {
        return Err(sorted(problems));
    }
    let executables = examples.build(&wanted)?;
    composer.recordings.make(&executables, &wanted)?;
    let minutes = deck.minutes();
    let slides = deck
        .slides
        .into_iter()
        .map(|slide| composer.slide(slide, &sources, &executables, &mut problems))
        .collect();
    if problems.is_empty() { Ok(Talk { slides, minutes, markdown }) } else { Err(sorted(problems)) }
}

fn sorted(mut problems: Vec<Problem>) -> Failure {
    problems.sort_by_key(|problem| problem.line);
    Failure::Problems(problems)
}

/// The deck itself, and the files whose tables it shows.
fn markdown(root: &Path, deck: &Deck) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::from([root.join(DECK)]);
    for block in deck.slides.iter().flat_map(|slide| &slide.blocks) {
        if let Kind::Table(TableFrom { file, .. }) = &block.kind {
            files.insert(root.join(file));
        }
    }
    files
}

/// Code by where it is from.
type Sources = HashMap<usize, Code>;

struct Composer<'a> {
    root: &'a Path,
    examples: &'a Examples,
    recordings: &'a Recordings,
}

impl Composer<'_> {
    /// The examples that have to be run.
    fn wanted<'d>(&self, deck: &'d Deck, problems: &mut Vec<Problem>) -> BTreeSet<&'d str> {
        let mut wanted = BTreeSet::new();
        for block in deck.slides.iter().flat_map(|slide| &slide.blocks) {
            let names: Vec<&str> = match &block.kind {
                Kind::Timeline(scene) | Kind::Output(scene, _) => vec![&scene.example],
                Kind::Run(example) => vec![example],
                Kind::Prose(text) | Kind::Question(text) | Kind::Answer(text) => {
                    took(text).map(|(_, scene)| scene.split('/').next().unwrap_or(scene)).collect()
                }
                Kind::Code(_) | Kind::Table(_) => vec![],
            };
            for name in names {
                match self.examples.get(name) {
                    Some(_) => drop(wanted.insert(name)),
                    None => problems.push(Problem {
                        line: block.line,
                        what: format!("there is no example `{name}`"),
                    }),
                }
            }
        }
        wanted
    }

    /// The code that is shown, by the line of its block.
    fn sources(&self, deck: &Deck, problems: &mut Vec<Problem>) -> Sources {
        let mut sources = Sources::new();
        for block in deck.slides.iter().flat_map(|slide| &slide.blocks) {
            if let Kind::Code(from) = &block.kind {
                match self.source(from) {
                    Ok(code) => drop(sources.insert(block.line, code)),
                    Err(what) => problems.push(Problem { line: block.line, what }),
                }
            }
        }
        sources
    }

    fn source(&self, CodeFrom { language, file, anchor }: &CodeFrom) -> Result<Code, String> {
        let path = if file.contains('/') {
            PathBuf::from(file)
        } else {
            let example =
                self.examples.get(file).ok_or_else(|| format!("there is no example `{file}`"))?;
            let path = example.source.strip_prefix(self.root).unwrap_or(&example.source).to_owned();
            match language {
                Language::Rust => path,
                Language::Python => self.twin(&path),
            }
        };
        let name = path.to_string_lossy().replace('\\', "/");
        let text = self.between_anchors(&name, anchor)?;
        let lines = text.lines().count();
        if lines > layout::CODE_LINES {
            let most = layout::CODE_LINES;
            return Err(format!(
                "`{anchor}` of {name} has {lines} lines, and a slide shows {most} at most"
            ));
        }
        Ok(Code { language: *language, file: name, text })
    }

    /// The twin of an example: `NAME.py`, or `NAME_twin.py` where that would hide a module of
    /// Python's.
    fn twin(&self, example: &Path) -> PathBuf {
        let name = example.file_stem().unwrap_or_default().to_string_lossy();
        let other = example.with_file_name(format!("{name}_twin.py"));
        if self.root.join(&other).exists() { other } else { example.with_extension("py") }
    }

    /// What stands between two anchors of a file.
    fn between_anchors(&self, file: &str, anchor: &str) -> Result<String, String> {
        let text = fs::read_to_string(self.root.join(file))
            .map_err(|error| format!("cannot read {file}: {error}"))?;
        let text = between_anchors(&text, anchor)
            .ok_or_else(|| format!("{file} has no anchor `{anchor}`, or none that is closed"))?;
        if text.is_empty() {
            return Err(format!("there is nothing between the anchors `{anchor}` of {file}"));
        }
        Ok(text)
    }

    /// From here on a table is text, as if it stood in `deck.md`.
    fn insert_tables(&self, deck: &mut Deck, problems: &mut Vec<Problem>) {
        for block in deck.slides.iter_mut().flat_map(|slide| &mut slide.blocks) {
            if let Kind::Table(TableFrom { file, anchor }) = &block.kind {
                match self.between_anchors(file, anchor) {
                    Ok(text) => block.kind = Kind::Prose(text),
                    Err(what) => problems.push(Problem { line: block.line, what }),
                }
            }
        }
    }

    /// A recorded scene, drawn as wide as it is recorded first.
    fn scene(
        &self,
        scene: &SceneOf,
        width: u32,
        executables: &Executables,
    ) -> Result<(Scene, bool), String> {
        let recorded = self.recordings.get(executables, &scene.example, width)?;
        let exact = recorded.is_exact();
        let titles = || {
            recorded.scenes.iter().map(|scene| scene.title.as_str()).collect::<Vec<_>>().join(", ")
        };
        let found = match &scene.scene {
            Some(title) => recorded.scenes.iter().find(|scene| scene.title == *title),
            None => match &recorded.scenes[..] {
                [only] => Some(only),
                _ => None,
            },
        };
        match (found, &scene.scene) {
            (Some(found), _) => Ok((found.clone(), exact)),
            (None, Some(title)) => {
                Err(format!("`{}` has no scene `{title}`, but: {}", scene.example, titles()))
            }
            (None, None) => {
                Err(format!("which scene of `{}`? It has: {}", scene.example, titles()))
            }
        }
    }

    fn slide(
        &self,
        mut slide: Slide,
        sources: &Sources,
        executables: &Executables,
        problems: &mut Vec<Problem>,
    ) -> Shown {
        for block in &mut slide.blocks {
            self.say_what_it_took(block, executables, problems);
        }
        let mut run = None;
        let mut draft: Vec<(usize, Draft)> = vec![];
        for block in &slide.blocks {
            let line = block.line;
            let piece = match &block.kind {
                Kind::Code(_) => {
                    let code = &sources[&line];
                    if let Some((_, Draft::Codes(codes))) = draft.last_mut()
                        && codes.len() == 1
                    {
                        codes.push(code);
                        continue;
                    }
                    Ok(Draft::Codes(vec![code]))
                }
                Kind::Prose(text) => Ok(Draft::Prose(text)),
                Kind::Question(text) => Ok(Draft::Asked { question: Some(text), answer: None }),
                Kind::Answer(text) => {
                    // It takes the place of its question.
                    let question = draft.iter_mut().find_map(|(_, draft)| match draft {
                        Draft::Asked { answer: answer @ None, .. } => Some(answer),
                        _ => None,
                    });
                    if let Some(answer) = question {
                        *answer = Some(text);
                        continue;
                    }
                    Ok(Draft::Asked { question: None, answer: Some(text) })
                }
                Kind::Timeline(scene) => self.draft_of_timeline(scene, executables),
                Kind::Output(scene, lane) => {
                    self.draft_of_output(scene, lane.as_deref(), executables)
                }
                Kind::Table(_) => unreachable!("it has become text"),
                Kind::Run(example) => {
                    match self.run(example, executables) {
                        Ok(found) => run = Some(found),
                        Err(what) => problems.push(Problem { line, what }),
                    }
                    continue;
                }
            };
            match piece {
                Ok(piece) => draft.push((line, piece)),
                Err(what) => problems.push(Problem { line, what }),
            }
        }
        for (line, draft) in &draft {
            if let Draft::Timeline(_, scene) = draft
                && said_lines(scene) > layout::SAID_LINES
            {
                let what = format!(
                    "what is said at one instant needs more than {} lines",
                    layout::SAID_LINES
                );
                problems.push(Problem { line: *line, what });
            }
        }
        let only_text =
            draft.iter().all(|(_, draft)| matches!(draft, Draft::Prose(_) | Draft::Asked { .. }));
        let pieces = self.lay_out(&slide, draft, only_text, executables, problems);
        Shown { slide, pieces, only_text, run }
    }

    fn draft_of_timeline<'s>(
        &self,
        scene: &SceneOf,
        executables: &Executables,
    ) -> Result<Draft<'s>, String> {
        let (found, exact) = self.scene(scene, WIDEST, executables)?;
        if !exact {
            return Err(format!(
                "`{}` runs on the real clock, so its timeline is another one each time; show its output",
                scene.example
            ));
        }
        if is_cut(&found.timeline) {
            return Err(format!(
                "the timeline of `{}` is too wide: not all of it can be drawn",
                scene.example
            ));
        }
        Ok(Draft::Timeline(scene.clone(), found))
    }

    fn draft_of_output<'s>(
        &self,
        scene: &SceneOf,
        lane: Option<&str>,
        executables: &Executables,
    ) -> Result<Draft<'s>, String> {
        let (found, exact) = self.scene(scene, WIDEST, executables)?;
        let mut printed = Printed::of(found, exact);
        if let Some(lane) = lane {
            printed.lines.retain(|line| line.lane == lane);
            if printed.lines.is_empty() {
                return Err(format!("`{lane}` says nothing in `{}`", scene.example));
            }
        }
        Ok(Draft::Output(printed))
    }

    /// Puts the recorded times where `{{took …}}` stands.
    fn say_what_it_took(
        &self,
        block: &mut Block,
        executables: &Executables,
        problems: &mut Vec<Problem>,
    ) {
        let (Kind::Prose(text) | Kind::Question(text) | Kind::Answer(text)) = &mut block.kind
        else {
            return;
        };
        let times: Vec<(String, String)> =
            took(text).map(|(whole, scene)| (whole.to_owned(), scene.to_owned())).collect();
        for (whole, name) in times {
            match self.scene(&SceneOf::parse(&name), WIDEST, executables) {
                Ok((scene, true)) => *text = text.replace(&whole, &scene.took),
                Ok((_, false)) => {
                    let what = format!(
                        "`{name}` runs on the real clock, and takes another time each time"
                    );
                    problems.push(Problem { line: block.line, what });
                }
                Err(what) => problems.push(Problem { line: block.line, what }),
            }
        }
    }

    fn run(&self, example: &str, executables: &Executables) -> Result<Run, String> {
        let recorded = self.recordings.get(executables, example, WIDEST)?;
        let (exact, several) = (recorded.is_exact(), recorded.scenes.len() > 1);
        let printed = recorded.scenes.into_iter().map(|scene| {
            let title = several.then_some(scene.title.clone());
            (title, Printed::of(scene, exact))
        });
        let found = self.examples.get(example).expect("it was recorded").clone();
        let command = found.command(example);
        Ok(Run { name: example.into(), example: found, command, printed: printed.collect() })
    }

    /// Gives the blocks their sizes: code as large as there is room for, and the picture what is left.
    fn lay_out(
        &self,
        slide: &Slide,
        draft: Vec<(usize, Draft<'_>)>,
        only_text: bool,
        executables: &Executables,
        problems: &mut Vec<Problem>,
    ) -> Vec<Piece> {
        if !layout::title_fits(&slide.title) {
            problems.push(Problem {
                line: slide.line,
                what: "the title does not fit into one line".into(),
            });
        }
        let picture = draft.iter().find_map(|(_, draft)| match draft {
            Draft::Timeline(_, scene) => Some(svg_size(&scene.timeline).1),
            _ => None,
        });
        let room = |size: usize| {
            let text = if only_text { layout::LARGE_TEXT } else { 1.0 };
            let heights: Vec<f64> =
                draft.iter().map(|(_, draft)| draft.height(size, text)).collect();
            layout::room_for_picture(&heights)
        };
        let wraps = |size: usize| draft.iter().map(|(_, draft)| draft.wraps(size)).sum::<f64>();
        let needed = picture.unwrap_or_default() * layout::SMALLEST_SCALE;
        let sizes = 0..layout::CODE_SIZES.len();
        let possible = sizes.clone().filter(|size| room(*size) >= needed);
        // Large code is worth less if its lines do not fit, and if the picture becomes small for it.
        let cost = |size: &usize| {
            let small =
                picture.map_or(0.0, |height| (GENEROUS_SCALE - room(*size) / height).max(0.0));
            *size as f64 + 1.5 * wraps(*size) + 8.0 * small
        };
        let Some(size) = possible.min_by(|one, other| cost(one).total_cmp(&cost(other))) else {
            let missing = needed - room(sizes.end - 1);
            let what = format!("the slide does not fit: it is {missing:.0} of 720 pixels too high");
            problems.push(Problem { line: slide.line, what });
            return vec![];
        };
        let room = room(size);
        let mut pieces = vec![];
        for (line, draft) in draft {
            match draft.place(size, |scene, drawn| self.redraw(&scene, drawn, room, executables)) {
                Ok(piece) => pieces.push(piece),
                Err(what) => problems.push(Problem { line, what }),
            }
        }
        pieces
    }

    /// Draws a timeline anew, as narrow as its room allows: then it is shown all the larger. But no narrower than what
    /// shows all of it.
    fn redraw(
        &self,
        scene: &SceneOf,
        drawn: Scene,
        room: f64,
        executables: &Executables,
    ) -> Result<Scene, String> {
        let (_, height) = svg_size(&drawn.timeline);
        let wanted = height * layout::content_width() / room;
        let mut width = (wanted.max(layout::NARROWEST_PICTURE) as u32).min(WIDEST);
        let all = instants(&drawn.timeline);
        loop {
            let (redrawn, _) = self.scene(scene, width, executables)?;
            if width >= WIDEST || instants(&redrawn.timeline) == all && !is_cut(&redrawn.timeline) {
                return Ok(redrawn);
            }
            width = (width + 40).min(WIDEST);
        }
    }
}

/// A picture that is any wider is too small to be read from the last row.
const WIDEST: u32 = (layout::content_width() / layout::SMALLEST_SCALE) as u32;
/// A picture that is so much enlarged is large enough.
const GENEROUS_SCALE: f64 = 1.35;

/// A block whose size is not known yet.
enum Draft<'s> {
    Prose(&'s str),
    Asked { question: Option<&'s str>, answer: Option<&'s str> },
    Codes(Vec<&'s Code>),
    Timeline(SceneOf, Scene),
    Output(Printed),
}

impl Draft<'_> {
    /// How high it is if code has this size and text is so many times as large; of a timeline, what is around the picture.
    fn height(&self, size: usize, text_size: f64) -> f64 {
        match self {
            Draft::Prose(text) => layout::text_height(text, text_size),
            Draft::Asked { question, answer } => {
                let height = |text: &Option<&str>| {
                    text.map_or(0.0, |text| layout::bold_text_height(text, text_size))
                };
                height(question).max(height(answer))
            }
            Draft::Codes(codes) => layout::code_height(layout::set(&texts(codes), size)),
            Draft::Timeline(_, scene) => layout::around_picture(said_lines(scene)),
            Draft::Output(printed) => {
                layout::output_height(printed.rows(), printed.in_two_columns())
            }
        }
    }

    /// How many lines of code are too long for their place. Those that break a word count twice as much.
    fn wraps(&self, size: usize) -> f64 {
        match self {
            Draft::Codes(codes) => {
                let setting = layout::set(&texts(codes), size);
                (setting.wraps + setting.broken) as f64
            }
            _ => 0.0,
        }
    }

    fn place(
        self,
        size: usize,
        redraw: impl FnOnce(SceneOf, Scene) -> Result<Scene, String>,
    ) -> Result<Piece, String> {
        Ok(match self {
            Draft::Prose(text) => Piece::Prose(text.to_owned()),
            Draft::Asked { question, answer } => Piece::Asked {
                question: question.map(str::to_owned),
                answer: answer.map(str::to_owned),
            },
            Draft::Codes(codes) => {
                let setting = layout::set(&texts(&codes), size);
                let code = |code: &&Code| Code {
                    language: code.language,
                    file: code.file.clone(),
                    text: code.text.clone(),
                };
                Piece::Codes(codes.iter().map(code).collect(), setting)
            }
            Draft::Timeline(scene, drawn) => {
                let said_lines = said_lines(&drawn);
                Piece::Timeline(redraw(scene, drawn)?, said_lines)
            }
            Draft::Output(printed) => Piece::Output(printed),
        })
    }
}

fn texts<'c>(codes: &[&'c Code]) -> Vec<&'c str> {
    codes.iter().map(|code| code.text.as_str()).collect()
}

/// What examples left behind, by name and width, and the executable that did: each is run once for each width, and again
/// only when it has been built anew.
#[derive(Default)]
pub struct Recordings(Mutex<BTreeMap<(String, u32), (Version, Recorded)>>);

impl Recordings {
    fn get(&self, executables: &Executables, name: &str, width: u32) -> Result<Recorded, String> {
        let key = (name.to_owned(), width);
        let version = executables.version(name);
        if let Some((before, recorded)) = self.0.lock().expect("nothing panics here").get(&key)
            && *before == version
        {
            return Ok(recorded.clone());
        }
        let recorded = executables.record(name, width)?;
        let mut kept = self.0.lock().expect("nothing panics here");
        kept.insert(key, (version, recorded.clone()));
        Ok(recorded)
    }

    /// Runs these examples, a few at a time: those that do real I/O take their time.
    fn make(&self, executables: &Executables, names: &BTreeSet<&str>) -> Result<(), String> {
        let names: Vec<&str> = names.iter().copied().collect();
        let share = names
            .len()
            .div_ceil(std::thread::available_parallelism().map_or(1, usize::from))
            .max(1);
        std::thread::scope(|scope| {
            let record = |names: &[&str]| {
                names.iter().try_for_each(|name| self.get(executables, name, WIDEST).map(drop))
            };
            let threads: Vec<_> =
                names.chunks(share).map(|names| scope.spawn(move || record(names))).collect();
            threads.into_iter().try_for_each(|thread| thread.join().expect("it does not panic"))
        })
    }
}

/// Each `{{took SCENE}}` in a text: the whole of it, and the scene.
fn took(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices("{{took ").filter_map(|(at, start)| {
        let end = text[at..].find("}}")?;
        Some((&text[at..at + end + 2], text[at + start.len()..at + end].trim()))
    })
}

/// The width and the height of a picture.
pub fn svg_size(svg: &str) -> (f64, f64) {
    let number =
        |name| attribute(svg, name).and_then(|value| value.parse().ok()).unwrap_or_default();
    (number("width"), number("height"))
}

/// The instants that a picture shows.
fn instants(svg: &str) -> Vec<usize> {
    let instants = attribute(svg, "data-instants").unwrap_or_default();
    instants.split_whitespace().filter_map(|instant| instant.parse().ok()).collect()
}

/// Whether a part of the run is left out of a picture, which says so then.
fn is_cut(svg: &str) -> bool {
    svg.contains(" are not drawn.")
}

/// How many lines it takes to show what is said at one instant.
fn said_lines(scene: &Scene) -> usize {
    let instants = instants(&scene.timeline);
    let mut said: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for line in &scene.lines {
        // What is said while the picture does not show it is shown with what comes next.
        let shown = instants.partition_point(|instant| *instant < line.instant);
        let verdict = scene.verdict.iter().filter(|_| shown + 1 >= instants.len());
        let texts = said
            .entry(shown.min(instants.len().saturating_sub(1)))
            .or_insert_with(|| verdict.cloned().collect());
        texts.push(format!("{} {}", line.lane, line.text));
    }
    said.values().map(|texts| layout::said_lines(texts)).max().unwrap_or(1)
}

fn attribute<'s>(svg: &'s str, name: &str) -> Option<&'s str> {
    let (_, rest) = svg.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}
