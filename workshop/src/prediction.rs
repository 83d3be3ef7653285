//! What the learner expects, said before anything is shown.
use crate::run::Run;
use async_concepts::timeline::human;
use std::time::Duration;

/// What the learner predicts: how many milliseconds the run will take, and the lanes in the order
/// in which they end, separated by spaces (or nothing, to leave the order open). `None` as long as
/// nothing has been predicted.
pub type Prediction = Option<(u64, &'static str)>;

/// More lanes than these are not named: the order of a thousand is on no screen.
const LANES: usize = 12;

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
    if said.is_empty() {
        return Some(text);
    }
    // With their times, since only these tell whether two of them could have ended the other way
    // round: the order within one moment is the runtime's, and no prediction is wrong by it.
    let ends = run.ends();
    if is_the_order(&said, &ends) {
        text += "; the order was as you said";
        return Some(text);
    }
    let more = ends.len().saturating_sub(LANES);
    let mut happened = vec![];
    for (_, name) in ends.iter().take(LANES) {
        happened.push(*name);
    }
    let said = said.join(" ");
    let happened = happened.join(" ");
    text += &format!("; you said the order {said}, and it was {happened}");
    if more > 0 {
        text += &format!(", and {more} more");
    }
    Some(text)
}

/// Whether the lanes that were named ended in this order. Lanes that end at the same time do so in
/// any order, and a lane that was not named may end whenever it does.
fn is_the_order(said: &[&str], ends: &[(Duration, &str)]) -> bool {
    // Each lane that is named is looked for among those that are left and do not end before the one
    // that was named last. The longest name that fits is meant: “job 1” is no “job” before a “1”.
    // Of several lanes with one name the first is taken: it is the one that leaves most of the
    // others to be named behind it.
    let mut left = ends.to_vec();
    let mut before = Duration::ZERO;
    // A name may have a space in it: a lane is then named by several words.
    let mut words = said;
    while !words.is_empty() {
        let mut found = None;
        let mut longest = 0;
        for (place, (time, name)) in left.iter().enumerate() {
            let name: Vec<&str> = name.split_whitespace().collect();
            if *time >= before && words.starts_with(&name) && name.len() > longest {
                longest = name.len();
                found = Some((place, *time));
            }
        }
        let Some((place, time)) = found else { return false };
        left.remove(place);
        before = time;
        words = &words[longest..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_that_end_together_end_in_any_order() {
        let at = Duration::from_millis;
        let ends = [(at(10), "A"), (at(20), "job 1"), (at(20), "B"), (at(30), "A")];
        let is = |said: &str| is_the_order(&said.split_whitespace().collect::<Vec<_>>(), &ends);
        assert!(is("A job 1 B A") && is("A B job 1 A"));
        // Some of them only.
        assert!(is("job 1 A") && is("A A") && is("B"));
        assert!(!is("A A B") && !is("A C") && !is("A A A") && !is("job"));
    }

    #[test]
    fn a_name_that_begins_as_another_one_does_is_known_from_it() {
        let at = Duration::from_millis;
        let is = |said: &str, ends: &[(Duration, &str)]| {
            is_the_order(&said.split_whitespace().collect::<Vec<_>>(), ends)
        };
        // The longer name is meant before the other one, behind it, and alone.
        let together = [(at(10), "job"), (at(10), "job 1")];
        assert!(is("job 1 job", &together) && is("job job 1", &together) && is("job 1", &together));
        // It is no less wrong than any other name where it comes too early.
        let one_by_one = [(at(10), "job"), (at(20), "job 1")];
        assert!(is("job job 1", &one_by_one) && !is("job 1 job", &one_by_one));
    }
}
