//! What the learner expects, said before anything is shown.
use crate::run::Run;
use async_concepts::timeline::human;
use std::time::Duration;

/// What the learner predicts: how many milliseconds the run will take, and the lanes in the order
/// in which they end, separated by spaces (or nothing, to leave the order open). `None` as long as
/// nothing has been predicted.
pub type Prediction = Option<(u64, &'static str)>;

/// What is said instead of times, lines and a timeline.
pub(crate) const PREDICT_FIRST: &str = "\
Predict first: write into `PREDICTION`, at the top of the file, how many
milliseconds it will take and in which order its lanes will end. A wrong
prediction does no harm, and with any prediction you see the times, the lines
and the timeline.";

/// The prediction beside what happened, in one sentence. Of a run that did not end there is nothing
/// to compare.
pub(crate) fn compare<T>(predicted: (u64, &str), run: &Run<T>) -> Option<String> {
    if run.outcome.is_err() {
        return None;
    }
    let (milliseconds, order) = predicted;
    let said = human(Duration::from_millis(milliseconds));
    let took = human(run.elapsed);
    let mut text = if said == took {
        format!("you said {said}, and so it was")
    } else {
        format!("you said {said}; it took {took}")
    };
    let said: Vec<&str> = order.split_whitespace().collect();
    if !said.is_empty() {
        let happened = run.order_of_ends().join(" ");
        let said = said.join(" ");
        if said == happened {
            text += "; the order was as you said";
        } else {
            text += &format!("; you said the order {said}, and it was {happened}");
        }
    }
    Some(text)
}
