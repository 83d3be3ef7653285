//! `--schedules` and `--cancellations`: the scenes of an example in every schedule, and with each
//! await cancelled.
use super::{
    Stage,
    print::{heading, show},
};
use crate::{
    schedules::{Cancelled, Coverage, Explored, Outcome, every_cancellation, every_schedule},
    timeline::TerminalOptions,
};
use console::Style;
use std::{fmt::Debug, process::ExitCode, time::Duration};

/// How much to try of each scene.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How long at most, on the wall clock.
    pub time: Duration,
    /// How many schedules at most.
    pub schedules: u64,
}

/// What a scene did in every schedule.
pub struct SceneSchedules {
    /// What the scene is called.
    pub title: &'static str,
    /// What was found, or why the scene cannot be explored, as the end of "this scene …".
    pub explored: Result<Explored<String>, &'static str>,
}

/// Explores a scene, whatever it returns.
pub(super) struct Explore {
    schedules: Box<dyn Fn(Option<Duration>, Effort) -> Explored<String>>,
    cancellations: Box<dyn Fn(Option<Duration>, Duration) -> Cancelled<String>>,
}

impl Explore {
    pub(super) fn new<T, F>(title: &'static str, main: fn() -> F) -> Explore
    where
        T: Debug + 'static,
        F: Future<Output = T> + 'static,
    {
        // What is compared is what a person could see of the output.
        let program = move || async move { format!("{:?}", main().await) };
        let schedules = move |limit: Option<Duration>, effort: Effort| {
            let claim = every_schedule(title, program);
            let claim = claim.may_not_end().budget(effort.time).at_most(effort.schedules);
            match limit {
                Some(limit) => claim.limit(limit).explore(),
                None => claim.explore(),
            }
        };
        let cancellations = move |limit: Option<Duration>, time: Duration| {
            let claim = every_cancellation(title, program).may_not_end().budget(time);
            match limit {
                Some(limit) => claim.limit(limit).explore(),
                None => claim.explore(),
            }
        };
        Explore { schedules: Box::new(schedules), cancellations: Box::new(cancellations) }
    }
}

impl Stage {
    /// Runs each scene in every schedule, and returns what was found.
    pub fn explore(&self, effort: Effort) -> Vec<SceneSchedules> {
        let mut found = vec![];
        for scene in &self.scenes {
            let explored = match (self.real_time, &scene.explore) {
                (Some(reason), _) => Err(reason),
                (None, None) => Err(OWN_LOOP),
                (None, Some(explore)) => Ok((explore.schedules)(scene.limit, effort)),
            };
            found.push(SceneSchedules { title: scene.title, explored });
        }
        found
    }

    /// `--schedules`
    pub(super) fn show_schedules(&self) -> ExitCode {
        let effort = Effort { time: Duration::from_secs(1), schedules: u64::MAX };
        let several = self.scenes.len() > 1;
        for (number, scene) in self.explore(effort).into_iter().enumerate() {
            self.head(several, scene.title, number);
            match scene.explored {
                Ok(explored) => show_explored(&explored),
                Err(reason) => show(&format!("Not explored: this scene {reason}.\n")),
            }
        }
        ExitCode::SUCCESS
    }

    /// `--cancellations`
    pub(super) fn show_cancellations(&self) -> ExitCode {
        let several = self.scenes.len() > 1;
        for (number, scene) in self.scenes.iter().enumerate() {
            self.head(several, scene.title, number);
            match (self.real_time, &scene.explore) {
                (Some(reason), _) => show(&format!("Nothing is cancelled: this scene {reason}.\n")),
                (None, None) => show(&format!("Nothing is cancelled: this scene {OWN_LOOP}.\n")),
                (None, Some(explore)) => {
                    let time = Duration::from_secs(1);
                    show_cancelled(&(explore.cancellations)(scene.limit, time));
                }
            }
        }
        ExitCode::SUCCESS
    }

    fn head(&self, several: bool, title: &str, number: usize) {
        if several {
            show(&format!("{}\n", Style::new().bold().apply_to(heading(title, number))));
        }
    }
}

/// Why a scene that is a plain function cannot be explored: completes "this scene …".
const OWN_LOOP: &str = "runs an event loop of its own, which calls in the order that it promises";

fn show_explored(explored: &Explored<String>) {
    if let Coverage::Refused(why) = &explored.coverage {
        return show(&format!("Not explored: {why}.\n"));
    }
    let tried = explored.tried();
    let outcomes = match explored.different_outcomes {
        1 => "one outcome".to_owned(),
        n => format!("{n} outcomes"),
    };
    let orders = match explored.orders_of_lines {
        0 | 1 => "their lines come in one order".to_owned(),
        n => format!("the lines of one of them come in up to {n} orders"),
    };
    show(&format!("{}: {outcomes}; {orders}.\n", capitalised(&tried)));
    for outcome in &explored.outcomes {
        show_outcome(outcome, explored.schedules);
    }
}

fn show_outcome(outcome: &Outcome, of: u64) {
    let Outcome { schedules, schedule, result, chart, .. } = outcome;
    show(&format!(
        "\n{schedules} of {of}, such as {schedule} ({}): {result}\n",
        schedule.describe()
    ));
    for line in &outcome.transcript {
        show(&format!("  {line}\n"));
    }
    show(&format!("\n{}", chart.to_text(TerminalOptions::of_stdout())));
}

fn show_cancelled(cancelled: &Cancelled<String>) {
    if let Some(why) = &cancelled.refused {
        return show(&format!("Nothing is cancelled: {why}.\n"));
    }
    show(&format!("{cancelled}\n"));
    for outcome in &cancelled.outcomes {
        show(&format!(
            "\n{} of {} runs: {}\n",
            outcome.schedules, cancelled.cancellations, outcome.result
        ));
        show(&format!("\n{}", outcome.chart.to_text(TerminalOptions::of_stdout())));
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
