//! The scenes, one after the other: each is run, printed and drawn.
use super::{FAILED, PANICKED};
use crate::{
    stage::{
        SceneResult, Stage,
        files::Files,
        header::wrap,
        options::Options,
        print::{print_heading, print_line, show},
        scene::{Scene, Settings},
    },
    timeline::{Chart, Clock, Observe, TerminalOptions, Verdict},
};
use std::process::ExitCode;

/// What came of all scenes.
pub(super) struct Ran {
    /// Of each scene that was recorded and shown, in their order.
    pub charts: Vec<Chart>,
    /// As `charts`, and also of the variants that only the explorer shows.
    pub for_page: Vec<Chart>,
    /// Success, unless a scene failed.
    pub status: ExitCode,
}

impl Stage {
    /// Runs the scenes, prints their lines as they come, and draws each when it is over. The next
    /// scene runs even if one fails. Everything is recorded if there are files to write.
    pub(super) fn run_scenes(&mut self, options: &Options, files: &Files) -> Ran {
        // A single scene needs no heading: the header of the example has said what it is.
        let several = self.scenes.iter().filter(|scene| options.shows(scene)).count() > 1;
        let mut ran = Ran { charts: vec![], for_page: vec![], status: ExitCode::SUCCESS };
        for (number, scene) in std::mem::take(&mut self.scenes).into_iter().enumerate() {
            // Variants that are not shown are here for the page alone.
            if !options.shows(&scene) {
                ran.for_page.extend(self.run_silently(scene).chart);
                continue;
            }
            if several {
                print_heading(scene.title, number);
            }
            let result = self.run_and_print(scene, options, files);
            if let Some(code) = report(self.name, &result) {
                // A process has one status: of several failures it is the last one's.
                ran.status = ExitCode::from(code);
            }
            if let Some(chart) = result.chart {
                draw(&chart, options);
                ran.for_page.push(chart.clone());
                ran.charts.push(chart);
            }
        }
        ran
    }

    /// Runs a scene and prints its lines as they come.
    fn run_and_print(&self, scene: Scene, options: &Options, files: &Files) -> SceneResult {
        let is_drawn = options.timeline || options.places;
        // A verdict needs all that a timeline needs.
        let observe = match is_drawn || files.are_wanted() || scene.limit.is_some() {
            true => Observe::Everything,
            false => Observe::Lines,
        };
        let clock = match options.wants_the_paused_clock() {
            true => fastest_clock(self.real_time, &scene),
            false => Clock::Real,
        };
        scene.run(Settings { clock, observe, print: Some(print_line) })
    }

    /// Records a scene without printing. It runs on the paused clock if it can: nothing of it is
    /// shown while it runs, so it need not be slow.
    pub(super) fn run_silently(&self, scene: Scene) -> SceneResult {
        let clock = fastest_clock(self.real_time, &scene);
        scene.run(Settings { clock, observe: Observe::Everything, print: None })
    }
}

/// The paused clock, with which all times are exact. But in an example that keeps real time, for
/// instance because it does I/O, only a scene marked with [`Stage::without_io`] can have it.
pub(super) fn fastest_clock(real_time: Option<&'static str>, scene: &Scene) -> Clock {
    if real_time.is_some() && !scene.without_io { Clock::Real } else { Clock::Paused }
}

/// Says how the scene ended, if there is something to say. Returns the exit status if the scene
/// failed.
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

/// Draws the timeline, and says where each lane waited, as far as the options ask for it.
fn draw(chart: &Chart, options: &Options) {
    // With `--beside` two scenes are drawn together, when all have run.
    if options.timeline && options.beside.is_none() {
        show(&format!("\n{}", chart.to_text(TerminalOptions::of_stdout())));
    }
    if options.places {
        show(&format!("\n{}", chart.places()));
    }
}
