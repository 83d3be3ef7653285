//! `--schedules` and `--cancellations`: the scenes of an example in every schedule, and with each
//! await cancelled.
//!
//! What is printed for each scene: what was tried, what must hold, whether it does; the simplest
//! run that breaks it; and one run for each different outcome, as far as a person would look at
//! them. The same runs go to the files that were asked for.
use super::{
    Stage,
    claim::{Claim, SceneOutput},
    print::{heading, show},
    scene::Scene,
    trials::{Effort, Trial, Trials},
};
use crate::{
    schedules::{Cancelled, Coverage, Explored, Failure, Outcome},
    timeline::{Chart, TerminalOptions},
};
use console::Style;
use std::time::Duration;

/// As much as a person waits for.
const A_SECOND: Effort = Effort { time: Duration::from_secs(1), schedules: u64::MAX };

/// What a scene did in every schedule.
pub struct SceneSchedules {
    /// What the scene is called.
    pub title: &'static str,
    /// What must hold of it, as a sentence without a full stop; `None` if nothing is stated. Then
    /// a schedule fails only if it panics, or does not end by itself although it should.
    pub must_hold: Option<&'static str>,
    /// What was found, or why the scene cannot be explored, as the end of "this scene …".
    pub explored: Result<Explored<SceneOutput>, &'static str>,
}

/// What a scene did when it was cancelled, at each await.
pub struct SceneCancellations {
    /// What the scene is called.
    pub title: &'static str,
    /// What must hold of it, as a sentence without a full stop; `None` if nothing is stated. Then
    /// an await is unsafe only if `main` panics after the cancellation.
    pub must_hold: Option<&'static str>,
    /// In how many runs nothing can be said of that: it is about what the scene returns, and a
    /// `main` that was dropped has returned nothing.
    pub without_output: u64,
    /// What was found, or why nothing can be cancelled, as the end of "this scene …".
    pub cancelled: Result<Cancelled<SceneOutput>, &'static str>,
}

impl Stage {
    /// Runs each scene in every schedule, and returns what was found.
    pub fn explore(&self, effort: Effort) -> Vec<SceneSchedules> {
        let mut found = vec![];
        for scene in &self.scenes {
            let claim = scene.claim.as_ref().map(Claim::anew);
            let must_hold = claim.as_ref().map(|claim| claim.sentence);
            let explored = match self.trials_of(scene) {
                Err(reason) => Err(reason),
                Ok(trials) => Ok((trials.schedules)(Trial { limit: scene.limit, claim, effort })),
            };
            found.push(SceneSchedules { title: scene.title, must_hold, explored });
        }
        found
    }

    /// Cancels each scene at each await, or the lanes in it that are marked as
    /// [`cancellable`](crate::timeline::Lane::cancellable), and returns what was found. Of
    /// `effort` only the time counts.
    pub fn cancel(&self, effort: Effort) -> Vec<SceneCancellations> {
        let mut found = vec![];
        for scene in &self.scenes {
            let claim = scene.claim.as_ref().map(Claim::anew);
            // The clone counts into the same number, which is looked at when all runs are over.
            let trial = Trial { limit: scene.limit, claim: claim.clone(), effort };
            let cancelled = match self.trials_of(scene) {
                Err(reason) => Err(reason),
                Ok(trials) => Ok((trials.cancellations)(trial)),
            };
            let mut result = SceneCancellations {
                title: scene.title,
                must_hold: None,
                without_output: 0,
                cancelled,
            };
            if let Some(claim) = claim {
                result.must_hold = Some(claim.sentence);
                result.without_output = claim.without_output();
            }
            found.push(result);
        }
        found
    }

    /// How a scene can be tried, or why it cannot be.
    fn trials_of<'s>(&self, scene: &'s Scene) -> Result<&'s Trials, &'static str> {
        match (self.real_time, &scene.trials) {
            // No schedule decides what comes from a socket, and when.
            (Some(reason), _) => Err(reason),
            (None, None) => Err(OWN_LOOP),
            (None, Some(trials)) => Ok(trials),
        }
    }

    /// `--schedules`. Returns the runs that it has drawn.
    pub(super) fn show_schedules(&self) -> Vec<Chart> {
        let several = self.scenes.len() > 1;
        let mut charts = vec![];
        for (number, scene) in self.explore(A_SECOND).into_iter().enumerate() {
            show_title(several, scene.title, number);
            show(&scene.to_text(TerminalOptions::of_stdout()));
            // The same runs as on the terminal, and also those outcomes that were only listed
            // there.
            if let Ok(explored) = scene.explored {
                charts.extend(charts_of(scene.title, explored));
            }
        }
        charts
    }

    /// `--cancellations`. Returns the runs that it has drawn.
    pub(super) fn show_cancellations(&self) -> Vec<Chart> {
        let several = self.scenes.len() > 1;
        let mut charts = vec![];
        for (number, scene) in self.cancel(A_SECOND).into_iter().enumerate() {
            show_title(several, scene.title, number);
            show(&scene.to_text(TerminalOptions::of_stdout()));
            if let Ok(cancelled) = scene.cancelled {
                charts.extend(charts_of_cancelled(scene.title, cancelled));
            }
        }
        charts
    }
}

/// Why a scene that is a plain function cannot be explored: completes "this scene …".
const OWN_LOOP: &str = "runs an event loop of its own, which calls in the order that it promises";

/// The title of a scene, above what was found of it.
fn show_title(several: bool, title: &str, number: usize) {
    if several {
        show(&format!("{}\n", Style::new().bold().apply_to(heading(title, number))));
    }
}

impl SceneSchedules {
    /// What was found, in words and with one timeline of each outcome.
    fn to_text(&self, options: TerminalOptions) -> String {
        let explored = match &self.explored {
            Ok(explored) => explored,
            Err(reason) => return format!("Not explored: this scene {reason}.\n"),
        };
        // What cannot be explored at all has no numbers that would mean anything.
        if let Coverage::Refused(why) = &explored.coverage {
            return format!("Not explored: {why}.\n");
        }
        let outcomes = match explored.different_outcomes {
            1 => "one outcome".to_owned(),
            n => format!("{n} outcomes"),
        };
        // Outcomes are told apart by what was printed, not by its order; so that is said beside
        // them.
        let orders = match explored.orders_of_lines {
            0 | 1 => "their lines come in one order".to_owned(),
            n => format!("the lines of one of them come in up to {n} orders"),
        };
        let tried = capitalised(&explored.tried());
        let mut text = format!("{tried}: {outcomes}; {orders}.\n");
        if let Some(sentence) = self.must_hold {
            text += &format!("What must hold: {sentence}.\n");
        }
        match (&explored.failure, self.must_hold) {
            (Some(failure), _) => text += &self.broken(failure, explored, options),
            // As far as was tried, which the first sentence has said.
            (None, Some(_)) => text += "It holds in each of them.\n",
            (None, None) => {}
        }
        text + &outcomes_as_text(explored, options)
    }

    /// The simplest run that breaks what must hold.
    fn broken(
        &self,
        failure: &Failure<SceneOutput>,
        explored: &Explored<SceneOutput>,
        options: TerminalOptions,
    ) -> String {
        let Failure { why, schedule, recording } = failure;
        let Explored { failing, schedules, .. } = explored;
        // That the claim does not hold has just been said; anything else is news.
        let why = match self.must_hold {
            Some(sentence) if why.ends_with(sentence) => String::new(),
            _ => format!(": {why}"),
        };
        let described = schedule.describe();
        // The schedule as it can be replayed, and in words: which lane goes before which.
        // Where the example states nothing, a run fails that does not end, or whose `main` panics.
        let fails = if self.must_hold.is_some() { "does not hold" } else { "fails" };
        let head = format!("It {fails} in {failing} of {schedules}, such as {schedule}");
        format!("{head} ({described}){why}\n{}", run_as_text(&recording.chart(), options))
    }
}

/// How the first run of an outcome is shown.
#[derive(Clone, Copy)]
enum Shown {
    /// It has been drawn already.
    Above,
    /// With its lines and its timeline, below its sentence.
    Drawn(TerminalOptions),
    /// Too many are drawn already.
    InALine,
}

/// So many outcomes are drawn, and more only if they have another result: they would not be looked
/// at. Pictures and JSON have all of them.
const MOST_DRAWN: usize = 4;

/// So many outcomes are listed.
const MOST_LISTED: usize = 12;

/// The different outcomes: each result is drawn. Of outcomes that have the result of another one,
/// and differ in their lines only, the first few are drawn, and some are listed.
fn outcomes_as_text(explored: &Explored<SceneOutput>, options: TerminalOptions) -> String {
    let mut text = String::new();
    let mut results: Vec<&str> = vec![];
    let mut unlisted = 0;
    for (nth, outcome) in explored.outcomes.iter().enumerate() {
        let is_new = !results.contains(&outcome.result.as_str());
        results.push(&outcome.result);
        // The run that breaks the claim is often the first of its outcome: one picture of it is
        // enough.
        let drawn = match &explored.failure {
            Some(failure) => failure.schedule == outcome.schedule,
            None => false,
        };
        let how = if drawn {
            Shown::Above
        } else if is_new || nth < MOST_DRAWN {
            Shown::Drawn(options)
        } else if nth < MOST_LISTED {
            Shown::InALine
        } else {
            unlisted += 1;
            continue;
        };
        text += &outcome_as_text(outcome, explored.schedules, how);
    }
    if unlisted > 0 {
        text += &format!("And {unlisted} more outcomes, with results that are shown above.\n");
    }
    text
}

/// The first run of an outcome.
fn outcome_as_text(outcome: &Outcome, of: u64, shown: Shown) -> String {
    let Outcome { schedules, schedule, result, chart, .. } = outcome;
    let described = schedule.describe();
    // An outcome may come about in many schedules. Shown is the first of them.
    let head = format!("{schedules} of {of}, such as");
    match shown {
        Shown::Above => format!("\n{head} the run above ({described}): {result}\n"),
        Shown::InALine => format!("{head} {schedule} ({described}): {result}\n"),
        Shown::Drawn(options) => {
            let run = run_as_text(chart, options);
            format!("\n{head} {schedule} ({described}): {result}\n{run}\n")
        }
    }
}

/// What was printed, and the timeline.
fn run_as_text(chart: &Chart, options: TerminalOptions) -> String {
    let mut text = String::new();
    for line in &chart.lines {
        text += &format!("  {line}\n");
    }
    text + "\n" + &chart.to_text(options)
}

impl SceneCancellations {
    /// What was found, in words and with one timeline of each outcome.
    fn to_text(&self, options: TerminalOptions) -> String {
        let cancelled = match &self.cancelled {
            Ok(cancelled) => cancelled,
            Err(reason) => return format!("Nothing is cancelled: this scene {reason}.\n"),
        };
        if let Some(why) = &cancelled.refused {
            let tried = match cancelled.cancellations {
                0 => "Nothing is cancelled",
                _ => "Not every cancellation was tried",
            };
            return format!("{tried}: {why}.\n");
        }
        let mut text = format!("{}.\n", capitalised(&cancelled.tried()));
        match self.must_hold {
            Some(sentence) => text += &format!("What must hold: {sentence}.\n"),
            // Said, so that what follows is not taken for a list of mistakes.
            None => text += "The example states nothing that must hold then.\n",
        }
        // Without a claim there is nothing that could hold, whatever came of it.
        if self.must_hold.is_some() && cancelled.holds() {
            text += &self.in_how_many_it_holds(cancelled.cancellations);
        }
        for found in &cancelled.unsafe_awaits {
            // What is right is known only where the example says so.
            let what = if self.must_hold.is_some() { "Not cancel safe: " } else { "" };
            let run = run_as_text(&found.recording.chart(), options);
            text += &format!("{}\n{run}", capitalised(&format!("{what}{found}")));
        }
        for outcome in &cancelled.outcomes {
            let Outcome { schedules, result, chart, .. } = outcome;
            let of = cancelled.cancellations;
            let timeline = chart.to_text(options);
            // A scene gives `Some` of its output, or `None` if it was dropped itself.
            let ended = match result.as_str() {
                "None" => "`main` was dropped, and returned nothing",
                result => result,
            };
            text += &format!("\n{schedules} of {of} runs: {ended}\n\n{timeline}");
        }
        // Last, since these two limit all that was said above.
        if cancelled.unfinished {
            text += "\nThe time was over before each cancellation had been tried.\n";
        }
        if cancelled.nondeterministic {
            text += "\nThe program is not deterministic: another run may differ.\n";
        }
        text
    }

    /// What must hold does in all `runs`, as far as anything can be said of them.
    fn in_how_many_it_holds(&self, runs: u64) -> String {
        let nothing = "a `main` that is dropped has returned nothing of which that could be said";
        match self.without_output {
            0 => "It holds wherever it is cancelled.\n".into(),
            n if n == runs => format!("It was not tried: {nothing}.\n"),
            n => format!("It holds in {} of {runs} runs; in the others {nothing}.\n", runs - n),
        }
    }
}

/// One chart for the run that breaks what must hold, and one for each outcome.
fn charts_of(title: &str, explored: Explored<SceneOutput>) -> Vec<Chart> {
    let mut charts = vec![];
    if let Some(failure) = &explored.failure {
        let mut chart = failure.recording.chart();
        // A file has many charts, and the title is what tells them apart.
        chart.title = format!("{title}: does not hold ({})", failure.schedule);
        charts.push(chart);
    }
    for Outcome { result, schedule, mut chart, .. } in explored.outcomes {
        chart.title = format!("{title}: {result} ({schedule})");
        charts.push(chart);
    }
    charts
}

/// One chart for each await that is not cancel safe, and one for each outcome.
fn charts_of_cancelled(title: &str, cancelled: Cancelled<SceneOutput>) -> Vec<Chart> {
    let mut charts = vec![];
    for found in &cancelled.unsafe_awaits {
        let mut chart = found.recording.chart();
        chart.title = format!("{title}: {} at suspension {}", found.lane, found.suspension);
        charts.push(chart);
    }
    for Outcome { result, mut chart, .. } in cancelled.outcomes {
        chart.title = format!("{title}: {result}");
        charts.push(chart);
    }
    charts
}

/// The same text as the beginning of a sentence. What the explorer says begins in the middle of
/// one.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LaneExt, say};
    use std::cell::Cell;
    use tokio::{task::yield_now, time::sleep};

    const PLAIN: TerminalOptions = TerminalOptions { width: 80, colour: false };

    /// What the last of two lanes has written stays.
    async fn last_writer() -> &'static str {
        let written = Cell::new("");
        let write = async |name| {
            yield_now().await;
            written.set(name);
            say!("written");
        };
        futures::join!(write("A").lane("A"), write("B").lane("B"));
        written.get()
    }

    /// Says that it has begun, and after a wait that it has ended.
    async fn work() {
        let work = async {
            say!("begins");
            sleep(Duration::from_millis(10)).await;
            say!("ends");
        };
        work.lane("work").cancellable().await;
    }

    fn explored(stage: Stage) -> String {
        stage.explore(A_SECOND)[0].to_text(PLAIN)
    }

    fn cancelled(stage: Stage) -> String {
        stage.cancel(A_SECOND)[0].to_text(PLAIN)
    }

    #[test]
    fn a_schedule_that_breaks_what_must_hold_is_shown_first() {
        let stage = Stage::new("race")
            .scene("race", last_writer)
            .must_hold("B is the last", |run| run.returns(|last: &&str| *last == "B"));
        let text = explored(stage);
        let begins = "All 4 schedules: 2 outcomes; \
                      the lines of one of them come in up to 2 orders.\n\
                      What must hold: B is the last.\n\
                      It does not hold in 2 of 4, such as ";
        assert!(text.starts_with(begins), "{text}");
        assert!(
            text.contains(" B goes before A)\n  0.000 B written\n  0.000 A written\n"),
            "{text}"
        );
        assert!(text.contains("\n2 of 4, such as the run above (at decision"), "{text}");
        assert_eq!(text.matches("[thread]").count(), 2, "one picture of each outcome: {text}");
    }

    #[test]
    fn what_holds_in_each_schedule_is_said_to_and_only_if_it_was_stated() {
        let stated = Stage::new("race")
            .scene("race", last_writer)
            .must_hold("both have written", |run| run.says("written") == 2);
        assert!(explored(stated).contains("both have written.\nIt holds in each of them.\n"));
        let text = explored(Stage::new("race").scene("race", last_writer));
        assert!(!text.contains("hold"), "{text}");
    }

    #[test]
    fn not_cancel_safe_is_said_only_where_the_example_states_what_must_hold() {
        let text = cancelled(Stage::new("work").scene("work", work));
        let begins = "Dropped work at its only suspension, in 2 runs.\n\
                      The example states nothing that must hold then.\n";
        assert!(text.starts_with(begins), "{text}");
        assert!(!text.contains("cancel safe"), "{text}");
        let stage = Stage::new("work")
            .scene("work", work)
            .must_hold("what begins ends", |run| run.says("begins") == run.says("ends"));
        let text = cancelled(stage);
        let expected = "What must hold: what begins ends.\nNot cancel safe: if work is \
                        cancelled at suspension 1 of 1 (0) at src/stage/schedules.rs:";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains(" (sleep): it does not hold that what begins ends\n"), "{text}");
    }

    #[test]
    fn what_is_about_the_output_of_a_main_that_is_dropped_is_not_said_to_hold() {
        async fn three() -> u32 {
            yield_now().await;
            3
        }
        let stage = Stage::new("three")
            .scene("three", three)
            .must_hold("it is three", |run| run.returns(|it: &u32| *it == 3));
        let text = cancelled(stage);
        assert!(text.contains("\nIt was not tried: a `main` that is dropped has"), "{text}");
        let stage = Stage::new("work")
            .scene("work", work)
            .must_hold("it begins", |run| run.says("begins") == 1);
        assert!(cancelled(stage).contains("\nIt holds wherever it is cancelled.\n"));
    }

    #[test]
    fn the_run_without_a_cancellation_is_not_counted_as_one_that_returned_nothing() {
        async fn waits() -> u32 {
            std::future::pending::<()>().lane("waits").cancellable().await;
            3
        }
        let stage = Stage::new("waits")
            .hanging_scene("waits", Duration::from_secs(1), waits)
            .must_hold("it is three", |run| run.returns(|it: &u32| *it == 3));
        let text = cancelled(stage);
        assert!(text.contains("in one run.\n"), "{text}");
        assert!(text.contains("\nIt holds wherever it is cancelled.\n"), "{text}");
    }

    #[test]
    fn a_scene_that_does_not_end_in_some_schedule_breaks_what_must_hold() {
        async fn lost_wake() {
            let notify = tokio::sync::Notify::new();
            let wait = async { notify.notified().await };
            let wake = async { notify.notify_waiters() };
            futures::join!(wait.lane("waits"), wake.lane("wakes"));
        }
        let text = explored(Stage::new("notify").scene("notify", lost_wake));
        assert!(text.contains("\nIt fails in "), "{text}");
        assert!(text.contains("nothing can happen any more: waits has been waiting"), "{text}");
    }
}
