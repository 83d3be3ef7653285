//! What went wrong, in one sentence: the mistakes that are made in every exercise.
//!
//! A sentence is only said of a run in which it was seen. A run that panicked, hung or kept its
//! thread gets the recorder's verdict, and is asked nothing that supposes an end.
use crate::{attempt::Attempt, attempt::times, panics::Place, report::Difference, run::Run};
use async_concepts::timeline::{End, Row, Verdict};
use std::time::Duration;

/// A thread that was asleep for less than this may have waited for a lock inside the harness. What
/// sleeps in an answer does so for longer.
const ASLEEP: u64 = 20;

/// The first line of a verdict: the cause if one is known, and the fact by which one sees it.
pub(crate) fn headline<T>(attempt: &Attempt<T>, file: &str) -> String {
    if let Some(verdict) = attempt.given_up() {
        let sentence = not_ended(&attempt.run, verdict, file);
        return match attempt.mistake {
            Some(mistake) => format!("{mistake}: {sentence}"),
            None => sentence,
        };
    }
    let shown = attempt.prediction.is_some();
    let fact = fact(&attempt.differences, shown);
    let distorted = slept(attempt).or_else(|| polled_too_often(attempt));
    let cause = match (distorted, attempt.mistake) {
        // Nothing that is concluded from times or from lanes holds of such a run.
        (Some(distorted), _) => Some(distorted),
        (None, Some(mistake)) => Some(mistake.to_owned()),
        (None, None) => match attempt.in_general {
            Some(cause) => Some(cause.to_owned()),
            None => seen_in_every_exercise(attempt),
        },
    };
    match (cause, fact) {
        (Some(cause), Some(fact)) if shown => format!("{cause}: {fact}"),
        (Some(cause), _) => cause,
        (None, Some(fact)) => format!("not yet: {fact}"),
        (None, None) => "not yet: it printed other lines than it should".to_owned(),
    }
}

/// Of a run that did not end by itself.
fn not_ended<T>(run: &Run<T>, verdict: &Verdict, file: &str) -> String {
    match verdict {
        Verdict::Panicked(message, _) => {
            let mut lane = "main";
            for row in &run.chart.rows {
                // A panic passes through all lanes around the one that panicked; the last one is
                // the innermost. A task that panicked before, with another message, is not meant.
                if let End::Panicked(theirs) = &row.end.1
                    && theirs == message
                {
                    lane = &row.name;
                }
            }
            match &run.panicked_at {
                Some(Place { file: theirs, line }) if theirs == file => {
                    format!("{lane} panicked at line {line}: {message}")
                }
                _ => format!("{lane} panicked: {message}"),
            }
        }
        Verdict::Deadlock(_) => format!("it never ends: {verdict}"),
        Verdict::Endless(_) => format!("it goes on for ever: {verdict}"),
        _ => format!("the thread was kept: {verdict}"),
    }
}

fn slept<T>(attempt: &Attempt<T>) -> Option<String> {
    if attempt.may_sleep || !attempt.run.slept_on_the_thread(ASLEEP) {
        return None;
    }
    Some("the thread slept, as with `std::thread::sleep`, and no future could run meanwhile".into())
}

fn polled_too_often<T>(attempt: &Attempt<T>) -> Option<String> {
    if attempt.may_sleep || !attempt.run.polled_too_often() {
        return None;
    }
    Some("something asked again and again at the same moment, instead of waiting".into())
}

fn seen_in_every_exercise<T>(attempt: &Attempt<T>) -> Option<String> {
    let run = &attempt.run;
    for difference in &attempt.differences {
        if let Difference::TooMany { name, seen, most } = difference {
            return Some(format!(
                "too many at a time: {seen} lanes “{name}” were under way, and {most} may be"
            ));
        }
    }
    if let Some(Row { name, .. }) = run.unfinished().first() {
        return Some(format!(
            "`{name}` was still under way when the program ended: nothing waited for it"
        ));
    }
    if let Some(first) = run.lazy().first() {
        return Some(format!("`{first}` was never polled: it was only made"));
    }
    for difference in &attempt.differences {
        match difference {
            Difference::Time { took, expected } => return of_the_time(run, *took, *expected),
            Difference::Output { returned, .. } if returned.starts_with("Err(") => {
                return Some(format!("it returned an error: {returned}"));
            }
            _ => {}
        }
    }
    None
}

fn of_the_time<T>(run: &Run<T>, took: Duration, expected: Duration) -> Option<String> {
    if took.is_zero() {
        return Some("no time passed at all: nothing that takes time was awaited".into());
    }
    if took == 1000 * expected || expected == 1000 * took {
        return Some("a wait has the wrong unit: the time is off by a factor of a thousand".into());
    }
    if took > expected && run.one_after_another() {
        return Some("everything ran one after another, and nothing overlapped".into());
    }
    None
}

/// What is different, in a few words. Without a prediction, nothing that would answer it.
fn fact(differences: &[Difference], shown: bool) -> Option<String> {
    Some(match differences.first()? {
        Difference::Time { took, expected } if shown => times(*took, *expected),
        Difference::Time { took, expected } if took > expected => {
            "it took longer than it should".to_owned()
        }
        Difference::Time { .. } => "it ended too early".to_owned(),
        Difference::Output { returned, expected } if shown => {
            format!("it returned {returned} instead of {expected}")
        }
        Difference::Output { .. } => "it returned another value than it should".to_owned(),
        Difference::Claim(claim) => format!("it does not hold that {claim}"),
        Difference::TooMany { seen, most, .. } => format!("{seen} instead of {most}"),
        Difference::Lines => return None,
    })
}
