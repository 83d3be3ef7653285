//! The scenes of an example, one after the other: for a person at a terminal, and for a test.
//!
//! What a person sees, from top to bottom: the header of the source; for each scene its lines as
//! they come, how it was ended, its timeline; and where to go on. Lines and timelines go to the
//! standard output, so that they can be compared and piped; what went wrong goes to the standard
//! error.
//!
//! This file chooses what is done with the scenes, and says what is wrong with the options.
//! `scenes` runs them and says how each ended, and `beside` draws two of them together.
mod scenes;

mod beside;

#[cfg(test)]
mod tests;

use super::{
    SceneResult, Stage,
    files::Files,
    options::Options,
    print::{print_header, print_next, show},
    scene::Settings,
    step::{self, Walk},
};
use crate::timeline::{Chart, Observe};
use beside::{draw_pairs, pairs};
use scenes::{Ran, fastest_clock};
use std::{fmt::Display, process::ExitCode};

/// The exit status of a scene that failed: its `main` returned an error, or did not end although it
/// should, or ended although it should hang.
const FAILED: u8 = 1;
/// The exit status when what the command line asks for cannot be done: the command line is wrong, a
/// file cannot be written, or `--step` has no poll to show or no terminal.
const REFUSED: u8 = 2;
/// The exit status of a program that panics, in Rust.
const PANICKED: u8 = 101;

impl Stage {
    /// Runs the scenes as the command line says, and prints what they say.
    ///
    /// The exit status is 0 if every scene ends as it should, 101 if a scene panicked, and 1 if a
    /// scene failed in another way: it returned an error, or had to be ended although it should end
    /// by itself, or ended although it should hang. If several scenes fail, the last of them
    /// decides. It is 2 if the command line is wrong or a file cannot be written.
    ///
    /// With `--schedules`, `--cancellations` or `--step` no scene counts as failed. Then the status
    /// is 0, or 2 as above. With `--step` it is also 2 if nothing was polled, or if the terminal
    /// cannot be read; and 130 if Ctrl-C ends it.
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

    /// Runs the scenes without a command line and without printing, and returns what each did. As
    /// in a plain run, the variants that were added with [`Stage::what_if`] are left out. The clock
    /// is paused, unless the example keeps real time; and then it is still paused for a scene that
    /// was marked with [`Stage::without_io`].
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
        let is_trial = options.schedules || options.cancellations;
        // The page of a plain run also has the variants that are not shown otherwise. Where no such
        // page is made, they need not be run.
        if options.explore.is_none() || is_trial {
            self.scenes.retain(|scene| options.shows(scene));
        }
        if options.step && !step::is_possible() {
            return self.refuse(&"--step needs a terminal to type in and to look at: this is none");
        }
        if is_trial {
            return self.run_trials(options);
        }
        if options.step {
            return self.run_in_steps(&options);
        }
        self.run_and_show(&options)
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

    /// Runs the scenes one after the other, shows them, and writes the files that were asked for.
    fn run_and_show(mut self, options: &Options) -> ExitCode {
        // Before the run: a run whose files cannot be written would be watched for nothing.
        let files = match Files::create(options) {
            Ok(files) => files,
            Err(error) => return self.refuse(&error),
        };
        if let Some(title) = &options.beside
            && let Err(error) = self.check_beside(title, options)
        {
            return self.refuse(&error);
        }
        if options.fast
            && let Some(reason) = self.real_time
        {
            // Not refused: a script that runs all examples with `--fast` runs these, too.
            let exceptions = self.scenes_without_io();
            eprintln!(
                "{}: this example {reason}, so --fast changes nothing{exceptions}",
                self.name
            );
        }
        if !options.quiet
            && let Some(header) = &self.header
        {
            print_header(header);
        }
        let Ran { charts, for_page, status } = self.run_scenes(options, &files);
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

    /// The scenes that `--fast` hurries although the example keeps real time, as the end of
    /// “changes nothing”; empty if there is none.
    fn scenes_without_io(&self) -> String {
        let mut titles = vec![];
        for scene in &self.scenes {
            if scene.without_io {
                titles.push(format!("“{}”", scene.title));
            }
        }
        if titles.is_empty() { String::new() } else { format!(" but {}", titles.join(" and ")) }
    }

    /// `--schedules` and `--cancellations`: shows what was found, and writes the runs that were
    /// kept to the files that were asked for. That a claim does not hold is a result, and no
    /// failure: it may be the lesson.
    fn run_trials(&self, options: Options) -> ExitCode {
        if options.beside.is_some() {
            return self.refuse(&"--beside draws scenes of one run: this makes many runs of each");
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

    /// `--step`: runs the scenes, writes the files that were asked for, and then goes through what
    /// was recorded. A scene runs on the paused clock if it can: nothing is shown before the run is
    /// over, so it need not be slow.
    fn run_in_steps(mut self, options: &Options) -> ExitCode {
        if options.beside.is_some() {
            return self.refuse(&"--beside draws two scenes together, and --step shows one");
        }
        let files = match Files::create(options) {
            Ok(files) => files,
            Err(error) => return self.refuse(&error),
        };
        let mut charts = vec![];
        let mut for_page = vec![];
        for scene in std::mem::take(&mut self.scenes) {
            let is_shown = options.shows(&scene);
            let Some(chart) = self.run_silently(scene).chart else { continue };
            if is_shown {
                charts.push(chart.clone());
            }
            for_page.push(chart);
        }
        if let Err(error) = files.write(self.name, &charts, &for_page, options.width, None) {
            return self.refuse(&error);
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

    /// Says what cannot be done, in one sentence behind the name of the example.
    fn refuse(&self, error: &dyn Display) -> ExitCode {
        eprintln!("{}: {error}", self.name);
        ExitCode::from(REFUSED)
    }
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
