//! `--schedules` and `--cancellations`: each scene is tried, and what was found is printed.
use super::{
    cancellations::without_option,
    results::{SceneCancellations, SceneSchedules},
    trial::Effort,
};
use crate::{
    schedules::{Coverage, Outcome, UnsafeAwait},
    stage::{
        Stage,
        print::{print_heading, show},
    },
    timeline::{Chart, TerminalOptions},
};
use std::time::Duration;

/// As much as a person waits for.
pub(super) const A_SECOND: Effort = Effort { time: Duration::from_secs(1), schedules: u64::MAX };

impl Stage {
    /// `--schedules`. Returns the runs that were kept: those that it has drawn, and those that it
    /// has only listed or counted.
    pub(in crate::stage) fn show_schedules(&self) -> Vec<Chart> {
        let several = self.scenes.len() > 1;
        let mut charts = vec![];
        for (number, scene) in self.explore(A_SECOND).into_iter().enumerate() {
            if several {
                print_heading(scene.title, number);
            }
            show(&scene.to_text(TerminalOptions::of_stdout()));
            charts.extend(charts_of_schedules(scene));
        }
        charts
    }

    /// `--cancellations`. Returns the runs that were kept.
    pub(in crate::stage) fn show_cancellations(&self) -> Vec<Chart> {
        let several = self.scenes.len() > 1;
        let mut charts = vec![];
        for (number, scene) in self.cancel(A_SECOND).into_iter().enumerate() {
            if several {
                print_heading(scene.title, number);
            }
            show(&scene.to_text(TerminalOptions::of_stdout()));
            charts.extend(charts_of_cancellations(scene));
        }
        charts
    }
}

/// One chart for the run that breaks what must hold, and one for each outcome. A file has many
/// charts, and the title is what tells them apart.
pub(super) fn charts_of_schedules(scene: SceneSchedules) -> Vec<Chart> {
    let SceneSchedules { title, must_hold, explored: Ok(explored) } = scene else { return vec![] };
    // That a program cannot be explored may be noticed only after some runs. The text says nothing
    // of those runs, so a file must not show them either.
    if let Coverage::Refused(_) = explored.coverage {
        return vec![];
    }
    let mut charts = vec![];
    if let Some(failure) = &explored.failure {
        let fails = if must_hold.is_some() { "does not hold" } else { "fails" };
        let mut chart = failure.recording.chart();
        chart.title = format!("{title}: {fails} ({})", failure.schedule);
        charts.push(chart);
    }
    for Outcome { result, schedule, mut chart, .. } in explored.outcomes {
        chart.title = format!("{title}: {result} ({schedule})");
        charts.push(chart);
    }
    charts
}

/// One chart for each await that is not cancel safe, and one for each outcome.
pub(super) fn charts_of_cancellations(scene: SceneCancellations) -> Vec<Chart> {
    let SceneCancellations { title, cancelled: Ok(cancelled), .. } = scene else { return vec![] };
    // As with schedules: the text says nothing of the runs before the reason was noticed.
    if cancelled.refused.is_some() {
        return vec![];
    }
    let mut charts = vec![];
    for unsafe_await in &cancelled.unsafe_awaits {
        let UnsafeAwait { lane, suspension, recording, .. } = unsafe_await;
        let mut chart = recording.chart();
        chart.title = format!("{title}: {lane} at suspension {suspension}");
        charts.push(chart);
    }
    for Outcome { result, mut chart, .. } in cancelled.outcomes {
        chart.title = format!("{title}: {}", without_option(&result));
        charts.push(chart);
    }
    charts
}
