//! What `--schedules` says of a scene.
use super::{
    results::SceneSchedules,
    text::{capitalised, run_as_text},
};
use crate::{
    schedules::{Coverage, Explored, Failure, Outcome},
    stage::claim::SceneOutput,
    timeline::TerminalOptions,
};

/// After this many outcomes, one is drawn only if it has a new result: more would not be looked at.
/// Pictures and JSON have all that are kept.
const MOST_DRAWN: usize = 4;

/// After this many outcomes, one that is not drawn is only counted.
const MOST_LISTED: usize = 12;

impl SceneSchedules {
    /// What was found, in words and with timelines of the different outcomes.
    pub(super) fn to_text(&self, options: TerminalOptions) -> String {
        let explored = match &self.explored {
            Ok(explored) => explored,
            Err(reason) => return format!("Not explored: this scene {reason}.\n"),
        };
        // What was found before the refusal would look like a result.
        if let Coverage::Refused(why) = &explored.coverage {
            return format!("Not explored: {why}.\n");
        }
        let tried = capitalised(&explored.tried());
        let mut text = format!("{tried}: {}.\n", outcomes_and_orders(explored));
        if let Some(sentence) = self.must_hold {
            text += &format!("What must hold: {sentence}.\n");
        }
        match (&explored.failure, self.must_hold) {
            (Some(failure), _) => text += &self.failure_as_text(failure, explored, options),
            // The first sentence has said how much was tried.
            (None, Some(_)) => text += "It holds in each of them.\n",
            (None, None) => {}
        }
        text + &outcomes_as_text(explored, options)
    }

    /// The simplest run that breaks what must hold. Where the example states nothing, a run fails
    /// that does not end, or whose `main` panics.
    fn failure_as_text(
        &self,
        failure: &Failure<SceneOutput>,
        explored: &Explored<SceneOutput>,
        options: TerminalOptions,
    ) -> String {
        let Failure { why, schedule, recording } = failure;
        let Explored { failing, schedules, .. } = explored;
        let fails = if self.must_hold.is_some() { "does not hold" } else { "fails" };
        // The reason is not repeated if it is only that the claim does not hold.
        let reason = match self.must_hold {
            Some(sentence) if why.ends_with(sentence) => String::new(),
            _ => format!(": {why}"),
        };
        // The schedule as it can be replayed, and in words: which lane goes before which.
        let described = schedule.describe();
        let head = format!("It {fails} in {failing} of {schedules}, such as {schedule}");
        format!("{head} ({described}){reason}\n{}", run_as_text(&recording.chart(), options))
    }
}

/// How many outcomes there are, and in how many orders their lines come: another order of the same
/// lines is not another outcome.
fn outcomes_and_orders(explored: &Explored<SceneOutput>) -> String {
    match (explored.different_outcomes, explored.orders_of_lines) {
        (1, 0 | 1) => "one outcome; its lines come in one order".to_owned(),
        (1, orders) => format!("one outcome; its lines come in {orders} orders"),
        (outcomes, 0 | 1) => format!("{outcomes} outcomes; the same lines come in one order"),
        // The same lines can come with different results, so this is not said of an outcome.
        (outcomes, orders) => {
            format!("{outcomes} outcomes; the same lines come in up to {orders} orders")
        }
    }
}

/// How the first run of an outcome is shown.
#[derive(Clone, Copy)]
enum Shown {
    /// It has been drawn already.
    Above,
    /// With its lines and its timeline, below its sentence.
    Drawn(TerminalOptions),
    /// Without them, since enough is drawn already.
    InALine,
}

/// The different outcomes. Of each result one is drawn; of the others the first few are drawn, some
/// are listed, and the rest is counted.
fn outcomes_as_text(explored: &Explored<SceneOutput>, options: TerminalOptions) -> String {
    let mut text = String::new();
    let mut results: Vec<&str> = vec![];
    let mut unlisted = 0;
    for (nth, outcome) in explored.outcomes.iter().enumerate() {
        let is_new = !results.contains(&outcome.result.as_str());
        results.push(&outcome.result);
        // The run that breaks the claim is often the first of its outcome: one picture of it is
        // enough.
        let is_drawn = match &explored.failure {
            Some(failure) => failure.schedule == outcome.schedule,
            None => false,
        };
        let shown = if is_drawn {
            Shown::Above
        } else if is_new || nth < MOST_DRAWN {
            Shown::Drawn(options)
        } else if nth < MOST_LISTED {
            Shown::InALine
        } else {
            unlisted += 1;
            continue;
        };
        text += &outcome_as_text(outcome, explored.schedules, shown);
    }
    match unlisted {
        0 => {}
        1 => text += "And 1 more outcome, with a result that is shown above.\n",
        _ => text += &format!("And {unlisted} more outcomes, with results that are shown above.\n"),
    }
    let not_kept = explored.different_outcomes - explored.outcomes.len();
    if not_kept > 0 {
        text += &format!("And {not_kept} more, which were counted and not kept.\n");
    }
    text
}

/// How many of all schedules had this outcome, its result, and the first of its runs.
fn outcome_as_text(outcome: &Outcome, all_schedules: u64, shown: Shown) -> String {
    let Outcome { schedules, schedule, result, chart, .. } = outcome;
    let described = schedule.describe();
    let head = format!("{schedules} of {all_schedules}, such as");
    match shown {
        Shown::Above => format!("\n{head} the run above ({described}): {result}\n"),
        Shown::InALine => format!("{head} {schedule} ({described}): {result}\n"),
        Shown::Drawn(options) => {
            let run = run_as_text(chart, options);
            format!("\n{head} {schedule} ({described}): {result}\n{run}\n")
        }
    }
}
