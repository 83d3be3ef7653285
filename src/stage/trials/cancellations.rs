//! What `--cancellations` says of a scene.
use super::{
    results::SceneCancellations,
    text::{capitalised, run_as_text},
};
use crate::{schedules::Outcome, timeline::TerminalOptions};

impl SceneCancellations {
    /// What was found, in words and with one timeline of each outcome.
    pub(super) fn to_text(&self, options: TerminalOptions) -> String {
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
        for unsafe_await in &cancelled.unsafe_awaits {
            // What is right is known only where the example says so.
            let what = if self.must_hold.is_some() { "Not cancel safe: " } else { "" };
            let run = run_as_text(&unsafe_await.recording.chart(), options);
            text += &format!("{}\n{run}", capitalised(&format!("{what}{unsafe_await}")));
        }
        for outcome in &cancelled.outcomes {
            text += &outcome_as_text(outcome, cancelled.cancellations, options);
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

    /// In how many of the `runs` the claim holds, if it is broken in none. A run does not count if
    /// the claim asked for its output and there was none.
    fn in_how_many_it_holds(&self, runs: u64) -> String {
        let why = "it is about what `main` returns, and `main` did not return";
        match self.without_output {
            0 => "It holds wherever it is cancelled.\n".into(),
            n if n == runs => format!("It was not tried: {why}.\n"),
            n => format!(
                "It holds in {} of {runs} runs; not tried in the others: {why}.\n",
                runs - n
            ),
        }
    }
}

/// How many of all `runs` had this outcome, its result, and the timeline of the first of them.
fn outcome_as_text(outcome: &Outcome, runs: u64, options: TerminalOptions) -> String {
    let Outcome { schedules, result, chart, .. } = outcome;
    let result = without_option(result);
    format!("\n{schedules} of {runs} runs: {result}\n\n{}", chart.to_text(options))
}

/// The result of a run in which a lane was cancelled, as the example returns it. There the output
/// of `main` is an `Option`: `None` if `main` itself was dropped.
pub(super) fn without_option(result: &str) -> &str {
    if result == "None" {
        return "`main` was dropped, and returned nothing";
    }
    // A verdict is neither: it is a sentence.
    let Some(output) = result.strip_prefix("Some(") else { return result };
    output.strip_suffix(')').unwrap_or(result)
}
