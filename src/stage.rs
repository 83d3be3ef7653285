//! How an example is run: on which clock, and what is shown and kept of it.
//!
//! Plainly, an example takes its real time and prints each line as it happens; then its timeline is drawn. The options
//! change that, and are the same for all examples. An example may consist of several scenes, each of which is a run
//! with a clock and a timeline of its own.
mod clock;
mod recorded;

pub use clock::record_blocking;

use crate::timeline::{
    Chart, Clock, Line, Observe, Recorder, Recording, SvgOptions, TerminalOptions, Verdict, colour,
    to_perfetto, to_svg,
};
use console::{Style, Term};
use std::{
    cell::RefCell,
    ffi::OsString,
    fmt::{self, Display},
    fs::File,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

/// Runs an example that is one scene. See [`Stage`].
///
/// The exit status is 0 when it ends by itself, 1 when it had to be ended, 2 when the command line is wrong, and 101
/// when it panics.
pub fn run<T, F>(name: &'static str, main: fn() -> F) -> ExitCode
where
    T: Send + 'static,
    F: Future<Output = T> + 'static,
{
    Stage::new(name).scene(name, main).run()
}

/// Runs an example that is one scene, and a plain function. See [`run`] and [`Stage::blocking_scene`].
pub fn run_blocking<T: Send + 'static>(name: &'static str, main: fn() -> T) -> ExitCode {
    Stage::new(name).blocking_scene(name, main).run()
}

/// An example: its scenes, in order.
pub struct Stage {
    name: &'static str,
    /// Why no clock can hurry it, if so.
    real_time: Option<&'static str>,
    scenes: Vec<Scene>,
    afterwards: Option<fn()>,
}

type Perform = Box<dyn FnOnce(Recorder) -> Performance>;

struct Scene {
    title: &'static str,
    /// After how long, at most, it has to have been ended, if it is one that does not end by itself.
    hangs: Option<Duration>,
    perform: Perform,
}

/// A scene that has been performed.
pub struct Performance {
    /// What the scene is called.
    pub title: &'static str,
    /// What was printed.
    pub lines: Vec<Line>,
    /// How long it took, on its own clock.
    pub elapsed: Duration,
    /// What happened, if that was recorded.
    pub chart: Option<Chart>,
    /// Why it did not end by itself, if so.
    pub verdict: Option<Verdict>,
    /// Whether it is one that does not end by itself.
    pub hangs: bool,
    /// What it failed with, if it was added as one that can fail.
    pub error: Option<String>,
    /// Whether it was rehearsed on the real clock, so that its times differ from run to run: [`Stage::does_io`].
    pub real_clock: bool,
}

impl Performance {
    /// The lines, as `time lane text`.
    pub fn transcript(&self) -> Vec<String> {
        self.lines.iter().map(Line::to_string).collect()
    }
}

impl Stage {
    /// An example without scenes yet. The name is that of its file.
    pub fn new(name: &'static str) -> Stage {
        Stage { name, real_time: None, scenes: vec![], afterwards: None }
    }

    /// The example does real I/O, which no clock can hurry: `--fast` changes nothing.
    pub fn does_io(self) -> Stage {
        self.keeps_real_time("does real I/O")
    }

    /// No clock can hurry the example, for a reason that completes "this example …": `--fast` changes nothing.
    pub fn keeps_real_time(self, reason: &'static str) -> Stage {
        Stage { real_time: Some(reason), ..self }
    }

    /// Adds a scene.
    pub fn scene<T, F>(self, title: &'static str, main: fn() -> F) -> Stage
    where
        T: Send + 'static,
        F: Future<Output = T> + 'static,
    {
        self.add(title, None, move |recorder| recorder.record(main), |_| None)
    }

    /// Adds a scene that does not end by itself, such as a deadlock: it is ended after `limit`, and the verdict is shown.
    /// Here it is no error to be ended, but one to end by itself.
    ///
    /// A verdict calls it a deadlock if nothing happened in the last nine tenths of `limit`.
    pub fn hanging_scene<T, F>(self, title: &'static str, limit: Duration, main: fn() -> F) -> Stage
    where
        T: Send + 'static,
        F: Future<Output = T> + 'static,
    {
        self.add(title, Some(limit), move |recorder| recorder.record(main), |_| None)
    }

    /// Adds a scene that can fail for reasons that it is not about, such as that there is no socket to be had. Then the
    /// error is printed, and the exit status is 1.
    pub fn try_scene<T, E, F>(self, title: &'static str, main: fn() -> F) -> Stage
    where
        T: Send + 'static,
        E: Display + Send + 'static,
        F: Future<Output = Result<T, E>> + 'static,
    {
        let error = |output: &Result<T, E>| output.as_ref().err().map(E::to_string);
        self.add(title, None, move |recorder| recorder.record(main), error)
    }

    /// Adds a scene that is a plain function, such as one that runs an event loop of its own.
    pub fn blocking_scene<T: Send + 'static>(self, title: &'static str, main: fn() -> T) -> Stage {
        self.add(
            title,
            None,
            move |recorder| clock::record_with_its_clock(recorder, main),
            |_| None,
        )
    }

    fn add<T: 'static>(
        mut self,
        title: &'static str,
        hangs: Option<Duration>,
        record: impl FnOnce(Recorder) -> Recording<T> + 'static,
        error: fn(&T) -> Option<String>,
    ) -> Stage {
        let perform = move |recorder: Recorder| {
            let observe = recorder.observed();
            let recording = record(recorder);
            let chart = (observe == Observe::Everything).then(|| recording.chart());
            let (lines, elapsed) = (recording.lines, recording.elapsed);
            let (error, verdict) = match recording.outcome {
                Ok(output) => (error(&output), None),
                Err(verdict) => (None, Some(verdict)),
            };
            Performance {
                title,
                lines,
                elapsed,
                chart,
                verdict,
                hangs: hangs.is_some(),
                error,
                real_clock: false,
            }
        };
        self.scenes.push(Scene { title, hangs, perform: Box::new(perform) });
        self
    }

    /// Calls `measure` after the scenes of a run on the real clock. It may take its time and print what it finds, a
    /// little different each time; so it is left out with `--fast` and where an example is rehearsed.
    pub fn afterwards(self, measure: fn()) -> Stage {
        Stage { afterwards: Some(measure), ..self }
    }

    /// Runs the scenes as the command line says.
    pub fn run(self) -> ExitCode {
        self.run_with(CommandLine::default())
    }

    /// Runs the scenes as a command line says that has options of its own.
    pub fn run_with(self, own: CommandLine) -> ExitCode {
        let rehearsal =
            REHEARSAL.with_borrow(|rehearsal| rehearsal.as_ref().map(|rehearsal| rehearsal.0));
        if let Some(observe) = rehearsal {
            return self.rehearse(observe);
        }
        match Options::parse(std::env::args_os().skip(1), own) {
            Ok(Some(options)) => self.perform(options),
            Ok(None) => {
                show(&self.help(own));
                ExitCode::SUCCESS
            }
            Err(error) => self.refuse(&error),
        }
    }

    fn perform(self, options: Options) -> ExitCode {
        // Before the run, so that nobody waits for a run that cannot be kept.
        let files = match Files::create(&options) {
            Ok(files) => files,
            Err(error) => return self.refuse(&error),
        };
        let clock =
            if options.fast && self.real_time.is_none() { Clock::Paused } else { Clock::Real };
        if let (true, Some(reason)) = (options.fast, self.real_time) {
            eprintln!("{}: this example {reason}, so --fast changes nothing", self.name);
        }
        let several = self.scenes.len() > 1;
        let (mut recorded, mut status) = (vec![], ExitCode::SUCCESS);
        for (number, Scene { title, hangs, perform }) in self.scenes.into_iter().enumerate() {
            if several {
                show(&format!("{}\n", Style::new().bold().apply_to(heading(title, number))));
            }
            // A verdict needs all that a timeline needs.
            let everything = options.timeline || files.wanted() || hangs.is_some();
            let observe = if everything { Observe::Everything } else { Observe::Lines };
            let mut performance =
                perform(recorder(title, hangs).clock(clock).observe(observe).print(print_line));
            let failure = match &performance.verdict {
                Some(verdict @ Verdict::Panicked(..)) => Some((verdict.to_string(), 101)),
                Some(verdict) if performance.hangs => {
                    show(&format!("ended: {verdict}\n"));
                    None
                }
                Some(verdict) => Some((verdict.to_string(), 1)),
                None if performance.hangs => {
                    Some((format!("“{title}” ended by itself, which it should not"), 1))
                }
                None => None,
            };
            if let Some((sentence, code)) = failure {
                eprintln!("{}: {sentence}", self.name);
                status = ExitCode::from(code);
            }
            if let Some(error) = &performance.error {
                eprintln!("{}: {title}: {error}", self.name);
                status = ExitCode::from(1);
            }
            if let Some(chart) = performance.chart.take() {
                if options.timeline {
                    show(&format!("\n{}", chart.to_text(TerminalOptions::of_stdout())));
                }
                recorded.push((performance, chart));
            }
        }
        match files.write(clock, &recorded, options.width) {
            Ok(()) => {
                if let (Some(measure), Clock::Real) = (self.afterwards, clock) {
                    measure();
                }
                status
            }
            Err(error) => {
                eprintln!("{}: {error}", self.name);
                ExitCode::from(2)
            }
        }
    }

    fn rehearse(self, observe: Observe) -> ExitCode {
        let clock = if self.real_time.is_some() { Clock::Real } else { Clock::Paused };
        for Scene { title, hangs, perform } in self.scenes {
            let performance = perform(recorder(title, hangs).clock(clock).observe(observe));
            let performance = Performance { real_clock: self.real_time.is_some(), ..performance };
            REHEARSAL.with_borrow_mut(|rehearsal| {
                rehearsal.as_mut().expect("it is one").1.push(performance)
            });
        }
        ExitCode::SUCCESS
    }

    fn refuse(&self, error: &dyn Display) -> ExitCode {
        eprintln!("{}: {error}", self.name);
        ExitCode::from(2)
    }

    fn help(&self, own: CommandLine) -> String {
        let scenes: Vec<&str> = self.scenes.iter().map(|scene| scene.title).collect();
        let scenes = if scenes.len() > 1 {
            format!("\nScenes: {}\n", scenes.join(", "))
        } else {
            String::new()
        };
        let package =
            own.package.map_or_else(String::new, |package| format!("--package {package} "));
        let mut options: Vec<(String, &str)> = own
            .options
            .iter()
            .map(|option| (format!("--{} {}", option.name, option.value), option.help))
            .collect();
        let of_all = [
            ("--fast", "Run on a paused clock: the same lines and times, without the waiting"),
            ("--svg FILE", "Write the timeline as SVG, too"),
            ("--perfetto FILE", "Write a trace for https://ui.perfetto.dev, too"),
            (
                "--json FILE",
                "Write the lines and the timeline of each scene for a program to read, too",
            ),
            (
                "--width PIXELS",
                "How wide to draw for --svg and --json: 1160 unless told, and at least 480",
            ),
            ("--no-timeline", "Do not draw the timeline"),
        ];
        options.extend(of_all.map(|(option, help)| (option.to_owned(), help)));
        let width = options.iter().map(|(option, _)| option.len()).max().unwrap_or_default();
        let options: String = options
            .iter()
            .map(|(option, help)| format!("      {option:<width$}  {help}\n"))
            .collect();
        format!(
            "Usage: cargo run {package}--example {} -- [OPTIONS]\n{scenes}
Prints each line as it happens, with the time and the lane; then draws the timeline.

Options:
{options}  -h, {:<width$}  Print this
",
            self.name, "--help"
        )
    }
}

fn recorder(title: &str, hangs: Option<Duration>) -> Recorder {
    let recorder = Recorder::new(title);
    match hangs {
        Some(limit) => recorder.limit(limit),
        None => recorder,
    }
}

/// What the command line of an example has that others have not.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommandLine {
    /// The package that the example is in, if it is not the root package.
    pub package: Option<&'static str>,
    /// The options that only this example has.
    pub options: &'static [OwnOption],
}

/// An option with a value, of one example only.
#[derive(Clone, Copy, Debug)]
pub struct OwnOption {
    /// Its name, without the hyphens.
    pub name: &'static str,
    /// What its value is called in the help.
    pub value: &'static str,
    /// What it does.
    pub help: &'static str,
    /// Keeps the value for the scenes, or says in one sentence what is wrong with it. It is called before any scene.
    pub take: fn(&str) -> Result<(), String>,
}

/// Runs an example's `main` without a command line and without printing, on a paused clock unless it does real I/O, and
/// returns its scenes: this is how tests see what a person would see.
pub fn rehearse(observe: Observe, example: fn() -> ExitCode) -> Vec<Performance> {
    let outer = REHEARSAL.replace(Some((observe, vec![])));
    example();
    REHEARSAL.replace(outer).map(|(_, scenes)| scenes).unwrap_or_default()
}

thread_local! {
    /// Set while this thread rehearses: how much to watch, and the scenes so far.
    static REHEARSAL: RefCell<Option<(Observe, Vec<Performance>)>> = const { RefCell::new(None) };
}

/// What the command line says.
#[derive(Debug)]
struct Options {
    fast: bool,
    timeline: bool,
    svg: Option<PathBuf>,
    perfetto: Option<PathBuf>,
    json: Option<PathBuf>,
    width: f64,
}

impl Default for Options {
    fn default() -> Options {
        let width = SvgOptions::default().width;
        Options { fast: false, timeline: true, svg: None, perfetto: None, json: None, width }
    }
}

impl Options {
    /// `None` if help was asked for.
    fn parse(
        args: impl Iterator<Item = OsString>,
        own: CommandLine,
    ) -> Result<Option<Options>, lexopt::Error> {
        use lexopt::prelude::*;
        let mut options = Options::default();
        let mut parser = lexopt::Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            if let Long(name) = arg
                && let Some(option) = own.options.iter().find(|option| option.name == name)
            {
                (option.take)(&parser.value()?.string()?)?;
                continue;
            }
            match arg {
                Long("fast") => options.fast = true,
                Long("no-timeline") => options.timeline = false,
                Long("svg") => options.svg = Some(parser.value()?.into()),
                Long("perfetto") => options.perfetto = Some(parser.value()?.into()),
                Long("json") => options.json = Some(parser.value()?.into()),
                Long("width") => options.width = parser.value()?.parse::<u16>()?.into(),
                Short('h') | Long("help") => return Ok(None),
                _ => return Err(arg.unexpected()),
            }
        }
        Ok(Some(options))
    }
}

/// The files that were asked for, open.
struct Files {
    svg: Option<(PathBuf, File)>,
    perfetto: Option<(PathBuf, File)>,
    json: Option<(PathBuf, File)>,
}

#[derive(Debug)]
struct FileError(PathBuf, io::Error);

impl Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write {}: {}", self.0.display(), self.1)
    }
}

impl Files {
    fn create(options: &Options) -> Result<Files, FileError> {
        let create = |path: &Option<PathBuf>| match path {
            Some(path) => File::create(path)
                .map(|file| Some((path.clone(), file)))
                .map_err(|error| FileError(path.clone(), error)),
            None => Ok(None),
        };
        Ok(Files {
            svg: create(&options.svg)?,
            perfetto: create(&options.perfetto)?,
            json: create(&options.json)?,
        })
    }

    fn wanted(&self) -> bool {
        self.svg.is_some() || self.perfetto.is_some() || self.json.is_some()
    }

    fn write(
        self,
        clock: Clock,
        recorded: &[(Performance, Chart)],
        width: f64,
    ) -> Result<(), FileError> {
        let charts = || recorded.iter().map(|(_, chart)| chart.clone()).collect::<Vec<_>>();
        let put = |file: Option<(PathBuf, File)>, text: &dyn Fn() -> String| match file {
            Some((path, mut file)) => {
                file.write_all(text().as_bytes()).map_err(|error| FileError(path, error))
            }
            None => Ok(()),
        };
        put(self.svg, &|| to_svg(&charts(), SvgOptions { width, ..SvgOptions::default() }))?;
        put(self.perfetto, &|| to_perfetto(&charts()))?;
        put(self.json, &|| recorded::to_json(clock, recorded, width))
    }
}

impl TerminalOptions {
    /// As wide as the terminal, and with colours if it has them and nobody objects (`NO_COLOR`, `CLICOLOR_FORCE`).
    /// Into a pipe: 100 columns.
    pub fn of_stdout() -> TerminalOptions {
        let width = Term::stdout().size_checked().map_or(100, |(_, columns)| columns.into());
        TerminalOptions { width, colour: console::colors_enabled() }
    }
}

/// What an example prints, without colours and timelines: what its twin prints, too.
pub fn printed(scenes: &[Performance]) -> String {
    let mut text = String::new();
    for (number, scene) in scenes.iter().enumerate() {
        if scenes.len() > 1 {
            text += &format!("{}\n", heading(scene.title, number));
        }
        for line in &scene.lines {
            text += &format!("{line:#}\n");
        }
    }
    text
}

/// What stands above a scene.
fn heading(title: &str, number: usize) -> String {
    let blank = if number > 0 { "\n" } else { "" };
    format!("{blank}── {title} ──")
}

/// `time lane text`, in columns and in colours.
fn print_line(line: &Line) {
    let [time, lane, text] = line.columns();
    let lane_style = line.hue.map_or_else(Style::new, colour);
    show(&format!("{} {} {text}\n", Style::new().dim().apply_to(time), lane_style.apply_to(lane)));
}

/// Prints, and does not mind when nobody reads any more: `… | head` is no error. A full disk is.
fn show(text: &str) {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("cannot write to the standard output: {error}");
            std::process::exit(1);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    thread_local! {
        static MEASURED: Cell<usize> = const { Cell::new(0) };
    }

    async fn nothing() {}

    #[test]
    fn an_example_can_have_an_option_of_its_own() {
        let refuse = |value: &str| {
            if value == "a:1" { Ok(()) } else { Err(format!("{value} is no server")) }
        };
        const fn option(take: fn(&str) -> Result<(), String>) -> OwnOption {
            OwnOption { name: "server", value: "HOST:PORT", help: "Which server", take }
        }
        let own =
            CommandLine { package: Some("mail"), options: Box::leak(Box::new([option(refuse)])) };
        let parse = |args: &[&str]| {
            let args: Vec<OsString> = args.iter().map(OsString::from).collect();
            Options::parse(args.into_iter(), own).map(|options| options.map(|options| options.fast))
        };
        assert_eq!(parse(&["--server", "a:1", "--fast"]).unwrap(), Some(true));
        assert_eq!(parse(&["--server=b"]).unwrap_err().to_string(), "b is no server");
        assert_eq!(parse(&["--port", "1"]).unwrap_err().to_string(), "invalid option '--port'");
        let help = stage().help(own);
        assert!(help.contains("cargo run --package mail --example measured"), "{help}");
        assert!(help.contains("\n      --server HOST:PORT  Which server\n"), "{help}");
    }

    fn stage() -> Stage {
        Stage::new("measured")
            .scene("nothing", nothing)
            .afterwards(|| MEASURED.set(MEASURED.get() + 1))
    }

    fn measured(fast: bool) -> usize {
        MEASURED.set(0);
        stage().perform(Options { fast, timeline: false, ..Options::default() });
        MEASURED.get()
    }

    async fn hangs() {
        std::future::pending().await
    }

    #[test]
    fn a_scene_that_is_meant_to_hang_fails_the_example_only_if_it_does_not() {
        let limit = Duration::from_secs(1);
        let perform = |stage: Stage| {
            stage.perform(Options { fast: true, timeline: false, ..Options::default() })
        };
        assert_eq!(
            perform(Stage::new("hanging").hanging_scene("hangs", limit, hangs)),
            ExitCode::SUCCESS
        );
        assert_eq!(
            perform(Stage::new("hanging").hanging_scene("ends", limit, nothing)),
            ExitCode::FAILURE
        );
        assert_eq!(perform(Stage::new("hanging").scene("hangs", hangs)), ExitCode::FAILURE);
    }

    async fn fails() -> Result<(), String> {
        Err("no socket".into())
    }

    #[test]
    fn a_scene_that_fails_fails_the_example_and_the_others_are_performed() {
        let options = Options { fast: true, timeline: false, ..Options::default() };
        fn stage() -> Stage {
            Stage::new("failing").try_scene("fails", fails).scene("nothing", nothing)
        }
        assert_eq!(stage().perform(options), ExitCode::from(1));
        let scenes = rehearse(Observe::Everything, || stage().run());
        let errors: Vec<Option<String>> = scenes.into_iter().map(|scene| scene.error).collect();
        assert_eq!(errors, [Some("no socket".to_owned()), None]);
    }

    #[test]
    fn what_comes_afterwards_comes_once_and_only_on_the_real_clock() {
        assert_eq!(measured(false), 1);
        assert_eq!(measured(true), 0, "with --fast");
        assert_eq!(rehearse(Observe::Everything, || stage().run()).len(), 1);
        assert_eq!(MEASURED.get(), 0, "rehearsed");
    }
}
