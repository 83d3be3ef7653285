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

    /// In how many of the `runs` the claim holds, if it is not broken in any. Of a run without an
    /// output it may say nothing.
    fn in_how_many_it_holds(&self, runs: u64) -> String {
        let nothing = "a `main` that is dropped has returned nothing of which that could be said";
        match self.without_output {
            0 => "It holds wherever it is cancelled.\n".into(),
            n if n == runs => format!("It was not tried: {nothing}.\n"),
            n => format!("It holds in {} of {runs} runs; in the others {nothing}.\n", runs - n),
        }
    }
}

/// The first run of an outcome, which came about in some of all `runs`.
fn outcome_as_text(outcome: &Outcome, runs: u64, options: TerminalOptions) -> String {
    let Outcome { schedules, result, chart, .. } = outcome;
    // The output of the scene's `main` comes as `Some`, and `None` says that `main` was dropped.
    let ended = match result.as_str() {
        "None" => "`main` was dropped, and returned nothing",
        result => result,
    };
    format!("\n{schedules} of {runs} runs: {ended}\n\n{}", chart.to_text(options))
}
