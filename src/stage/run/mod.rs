//! The scenes of an example, one after the other: for a person at a terminal, and for a test.
//!
//! What a person sees, from top to bottom: the header of the source; for each scene its lines as
//! they come, how it was ended, its timeline; and where to go on. Lines and timelines go to the
//! standard output, so that they can be compared and piped; what went wrong goes to the standard
//! error.
use super::{
    SceneResult, Stage,
    files::Files,
    header::wrap,
    options::Options,
    print::{heading, print_header, print_line, print_next, show},
    scene::{Scene, Settings},
    step::{self, Walk},
};
use crate::timeline::{
    Chart, Clock, Observe, Pair, SvgOptions, TerminalOptions, Verdict, pairs_to_svg,
};
use console::Style;
use std::{fmt::Display, process::ExitCode};

/// The exit status of a scene that had to be ended, or that failed.
const FAILED: u8 = 1;
/// The exit status when the command line is wrong, or a file cannot be written.
const REFUSED: u8 = 2;
/// The exit status of a program that panics, in Rust.
const PANICKED: u8 = 101;

impl Stage {
    /// Runs the scenes as the command line says, and prints what they say.
    ///
    /// The exit status is 0 if every scene ends as it should, 1 if one had to be ended or failed, 2
    /// if the command line is wrong or a file cannot be written, and 101 if a scene panicked.
    pub fn run(self) -> ExitCode {
        // Before anything can panic, also a scene's own threads.
        panics_in_one_line();
        match Options::parse(std::env::args_os().skip(1), self.command_line) {
            Ok(Some(options)) => self.run_with(options),
            Ok(None) => {
                show(&self.help());
                ExitCode::SUCCESS
            }
            Err(error) => self.refuse(&error),
        }
    }

    /// Runs the scenes without a command line and without printing, and returns what each did: what
    /// a person would see. The clock is paused, unless the example keeps real time.
    pub fn run_for_test(self, observe: Observe) -> Vec<SceneResult> {
        let mut results = vec![];
        for scene in self.scenes {
            if !scene.is_only_explored() {
                let clock = fastest_clock(self.real_time, &scene);
                results.push(scene.run(Settings { clock, observe, print: None }));
            }
        }
        results
    }

    /// Runs the scenes as these options say. What is wrong with the options is said before anything
    /// runs, since a run may take its time.
    pub(super) fn run_with(mut self, options: Options) -> ExitCode {
        if let Some(title) = &options.scene
            && let Err(error) = self.keep_only(title)
        {
            return self.refuse(&error);
        }
        if options.scene.is_none() && !options.what_if && options.explore.is_none() {
            self.scenes.retain(|scene| !scene.is_only_explored());
        }
        if options.step && !step::is_possible() {
            return self.refuse(&"--step needs a terminal to type in and to look at: this is none");
        }
        if options.schedules || options.cancellations {
            return self.run_tried(options);
        }
        if options.step {
            return self.run_in_steps();
        }
        self.run_and_show(&options)
    }

    /// Runs the scenes one after the other, shows them, and writes the files that were asked for.
    fn run_and_show(mut self, options: &Options) -> ExitCode {
        // Before the run: a run whose files cannot be written would be watched for nothing.
        let files = match Files::create(options) {
            Ok(files) => files,
            Err(error) => return self.refuse(&error),
        };
        if let Some(beside) = &options.beside
            && let Err(error) = self.check_beside(beside)
        {
            return self.refuse(&error);
        }
        if options.fast
            && let Some(reason) = self.real_time
        {
            // Not refused: a script that runs all examples with `--fast` runs these, too.
            eprintln!("{}: this example {reason}, so --fast changes nothing", self.name);
        }
        if !options.quiet
            && let Some(header) = &self.header
        {
            print_header(header);
        }
        let Ran { charts, for_page, status } = self.run_scenes(options, files.wanted());
        // Pairs need all scenes, so they are drawn when the last has run.
        let mut svg = None;
        if let Some(title) = &options.beside {
            svg = Some(draw_pairs(&pairs(&charts, title), options));
        }
        // At the end, so that no file is half of a run.
        if let Err(error) = files.write(self.name, &charts, &for_page, options.width, svg) {
            return self.refuse(&error);
        }
        if !options.quiet
            && let Some(header) = &self.header
        {
            print_next(header);
        }
        status
    }

    /// Leaves out all scenes but the one of this title.
    ///
    /// # Errors
    /// If there is none. The sentence names those that there are: a title that is misspelt is the
    /// usual reason.
    fn keep_only(&mut self, title: &str) -> Result<(), String> {
        let titles: Vec<&str> = self.scenes.iter().map(|scene| scene.title).collect();
        if !titles.contains(&title) {
            let scenes = titles.join(", ");
            return Err(format!("there is no scene “{title}”; there are: {scenes}"));
        }
        self.scenes.retain(|scene| scene.title == title);
        Ok(())
    }

    /// Runs the scenes, prints their lines as they come, and draws each when it is over. The next
    /// scene runs also if one fails.
    fn run_scenes(&mut self, options: &Options, files_wanted: bool) -> Ran {
        // Variants that a plain run leaves out are here for the page alone: they are recorded and
        // not shown.
        let asked_for = options.what_if || options.scene.is_some();
        let silent = |scene: &Scene| scene.is_only_explored() && !asked_for;
        // A single scene needs no heading: the header of the example has said what it is.
        let several = self.scenes.iter().filter(|scene| !silent(scene)).count() > 1;
        let mut ran = Ran { charts: vec![], for_page: vec![], status: ExitCode::SUCCESS };
        for (number, scene) in std::mem::take(&mut self.scenes).into_iter().enumerate() {
            if silent(&scene) {
                ran.for_page.extend(self.run_silently(scene).chart);
                continue;
            }
            if several {
                let heading = heading(scene.title, number);
                show(&format!("{}\n", Style::new().bold().apply_to(heading)));
            }
            // A verdict needs all that a timeline needs.
            let drawn = options.timeline || options.places;
            let everything = drawn || files_wanted || scene.limit.is_some();
            let observe = if everything { Observe::Everything } else { Observe::Lines };
            let fast = fastest_clock(self.real_time, &scene);
            let clock = if options.fast { fast } else { Clock::Real };
            let mut result = scene.run(Settings { clock, observe, print: Some(print_line) });
            if let Some(code) = report(self.name, &result) {
                // A process has one status: of several failures it is the last one's.
                ran.status = ExitCode::from(code);
            }
            if let Some(chart) = result.chart.take() {
                if options.timeline && options.beside.is_none() {
                    show(&format!("\n{}", chart.to_text(TerminalOptions::of_stdout())));
                }
                if options.places {
                    show(&format!("\n{}", chart.places()));
                }
                ran.for_page.push(chart.clone());
                ran.charts.push(chart);
            }
        }
        ran
    }

    /// Records a scene without printing; on the paused clock if it can be, since it is not watched
    /// while it runs.
    fn run_silently(&self, scene: Scene) -> SceneResult {
        let clock = fastest_clock(self.real_time, &scene);
        scene.run(Settings { clock, observe: Observe::Everything, print: None })
    }

    /// `--schedules` and `--cancellations`: shows what was found, and writes the runs that were
    /// shown to the files that were asked for. That a claim does not hold is a result, and no
    /// failure: it may be the lesson.
    fn run_tried(&self, options: Options) -> ExitCode {
        if options.beside.is_some() {
            return self.refuse(&"--beside draws scenes of one run, and here there are many");
        }
        let files = match Files::create(&options) {
            Ok(files) => files,
            Err(error) => return self.refuse(&error),
        };
        let mut shown = vec![];
        if options.schedules {
            shown.extend(self.show_schedules());
        }
        if options.cancellations {
            shown.extend(self.show_cancellations());
        }
        if let Err(error) = files.write(self.name, &shown, &shown, options.width, None) {
            return self.refuse(&error);
        }
        if options.step { self.step_through(&shown) } else { ExitCode::SUCCESS }
    }

    /// `--step`: runs the scenes, and then goes through what was recorded of them. On the paused
    /// clock if it can be, since it is the keys that take the time.
    fn run_in_steps(mut self) -> ExitCode {
        let mut charts = vec![];
        for scene in std::mem::take(&mut self.scenes) {
            charts.extend(self.run_silently(scene).chart);
        }
        self.step_through(&charts)
    }

    /// Shows these runs poll by poll.
    fn step_through(&self, charts: &[Chart]) -> ExitCode {
        let source = self.header.as_ref().map(|header| header.source);
        let Some(mut walk) = Walk::new(charts, source) else {
            return self.refuse(&"nothing was polled, so there are no steps");
        };
        match step::step_through(&mut walk) {
            Ok(status) => status,
            Err(error) => self.refuse(&format!("the terminal cannot be read: {error}")),
        }
    }

    /// Whether there is such a scene, and another to draw beside it.
    fn check_beside(&self, title: &str) -> Result<(), String> {
        let titles: Vec<&str> = self.scenes.iter().map(|scene| scene.title).collect();
        if titles.len() < 2 {
            return Err("there is only one scene, and nothing to draw it beside".into());
        }
        if titles.contains(&title) {
            return Ok(());
        }
        Err(format!("there is no scene “{title}”, but: {}", titles.join(", ")))
    }

    /// Says what cannot be done, in one sentence behind the name of the example.
    fn refuse(&self, error: &dyn Display) -> ExitCode {
        eprintln!("{}: {error}", self.name);
        ExitCode::from(REFUSED)
    }
}

/// The paused clock, which is what makes a test exact; but a scene that does I/O cannot have one.
fn fastest_clock(real_time: Option<&'static str>, scene: &Scene) -> Clock {
    if real_time.is_some() && !scene.without_io { Clock::Real } else { Clock::Paused }
}

/// What is left when all scenes have run.
struct Ran {
    /// Of each scene that was recorded, in their order.
    charts: Vec<Chart>,
    /// The same, and the variants that only the explorer shows.
    for_page: Vec<Chart>,
    /// Success, unless a scene failed.
    status: ExitCode,
}

/// Shows each pair in the terminal, if timelines are shown, and returns all of them as a picture.
fn draw_pairs(pairs: &[Pair], options: &Options) -> String {
    if options.timeline {
        for pair in pairs {
            show(&format!("\n{}", pair.to_text(TerminalOptions::of_stdout())));
        }
    }
    let drawing = SvgOptions { width: options.width, ..SvgOptions::default() };
    pairs_to_svg(pairs, drawing)
}

/// Each other chart and this one, in the order of the scenes.
fn pairs(charts: &[Chart], title: &str) -> Vec<Pair> {
    let Some(chosen) = charts.iter().position(|chart| chart.title == title) else { return vec![] };
    let mut pairs = vec![];
    for (index, chart) in charts.iter().enumerate() {
        // The earlier scene is above: it is mostly the program that goes wrong.
        if index < chosen {
            pairs.push(chart.beside(&charts[chosen]));
        } else if index > chosen {
            pairs.push(charts[chosen].beside(chart));
        }
    }
    pairs
}

/// A panic that is part of the lesson would otherwise put three lines, or with `RUST_BACKTRACE` a
/// hundred, between those of the run.
fn panics_in_one_line() {
    // For the whole process: an example is alone in it.
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("with something that is no text");
        match panic.location() {
            Some(place) => eprintln!("panicked at {}:{}: {message}", place.file(), place.line()),
            None => eprintln!("panicked: {message}"),
        }
    }));
}

/// Says how the scene ended, if there is something to say, and returns the exit status if that was
/// no success.
fn report(name: &str, result: &SceneResult) -> Option<u8> {
    let mut status = None;
    match &result.verdict {
        Some(verdict @ Verdict::Panicked(..)) => {
            eprintln!("{name}: {verdict}");
            status = Some(PANICKED);
        }
        // What the scene is there to show, so it goes where its lines go.
        Some(verdict) if result.hangs => {
            let width = TerminalOptions::of_stdout().width;
            show(&format!("{}\n", wrap(&format!("ended: {verdict}"), width)));
        }
        Some(verdict) => {
            eprintln!("{name}: {verdict}");
            status = Some(FAILED);
        }
        None if result.hangs => {
            eprintln!("{name}: “{}” ended by itself, which it should not", result.title);
            status = Some(FAILED);
        }
        None => {}
    }
    if let Some(error) = &result.error {
        eprintln!("{name}: {}: {error}", result.title);
        status = Some(FAILED);
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    async fn nothing() {}

    async fn hangs() {
        std::future::pending().await
    }

    async fn fails() -> Result<(), String> {
        Err("no socket".into())
    }

    fn fast() -> Options {
        Options { fast: true, timeline: false, ..Options::default() }
    }

    #[test]
    fn a_scene_that_is_meant_to_hang_fails_the_example_only_if_it_does_not() {
        let limit = Duration::from_secs(1);
        let hanging = Stage::new("hanging").hanging_scene("hangs", limit, hangs);
        assert_eq!(hanging.run_with(fast()), ExitCode::SUCCESS);
        let ending = Stage::new("hanging").hanging_scene("ends", limit, nothing);
        assert_eq!(ending.run_with(fast()), ExitCode::FAILURE);
        let unexpected = Stage::new("hanging").scene("hangs", hangs);
        assert_eq!(unexpected.run_with(fast()), ExitCode::FAILURE);
    }

    #[test]
    fn a_variant_says_of_which_scene_it_is_one_and_one_that_is_only_explored_is_not_run() {
        let stage = Stage::new("variants")
            .scene("one", nothing)
            .scene("two", nothing)
            .variant_of("one")
            .what_if("one", "three", nothing)
            .scene("four", nothing);
        let mut found = vec![];
        for scene in stage.run_for_test(Observe::Everything) {
            let variant = scene.chart.expect("everything was observed").variant;
            found.push((scene.title, variant.map(|variant| variant.of)));
        }
        assert_eq!(found, [("one", None), ("two", Some("one".to_owned())), ("four", None)]);
    }

    #[test]
    #[should_panic(expected = "there is no scene “none” before it")]
    fn a_variant_of_a_scene_that_is_not_there_is_refused() {
        let _ = Stage::new("variants").scene("one", nothing).variant_of("none");
    }

    #[test]
    #[should_panic(expected = "“two” is itself a variant of another scene")]
    fn a_variant_of_a_variant_is_refused() {
        let _ = Stage::new("variants")
            .scene("one", nothing)
            .what_if("one", "two", nothing)
            .what_if("two", "three", nothing);
    }

    #[test]
    fn a_scene_that_fails_fails_the_example_and_the_next_scenes_run() {
        fn stage() -> Stage {
            Stage::new("failing").try_scene("fails", fails).scene("nothing", nothing)
        }
        assert_eq!(stage().run_with(fast()), ExitCode::from(FAILED));
        let scenes = stage().run_for_test(Observe::Everything);
        let errors: Vec<Option<String>> = scenes.into_iter().map(|scene| scene.error).collect();
        assert_eq!(errors, [Some("no socket".to_owned()), None]);
    }
}
