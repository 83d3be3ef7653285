//! What went wrong, in one sentence: the mistakes that are made in every exercise.
//!
//! A sentence is only said of a run in which it was seen. A run that panicked, hung or kept its
//! thread gets the recorder's verdict, and is asked nothing that supposes an end.
use crate::{
    attempt::{Attempt, Difference},
    lines::{LineDifference, NO_LANE, first_difference},
    panics::Place,
    run::{Run, begin},
};
use async_concepts::timeline::{End, Row, Verdict, human};
use std::{cmp::Ordering, time::Duration};

/// A thread that was asleep for less than this may have waited for a lock inside the harness. What
/// sleeps in an answer does so for longer.
const ASLEEP: u64 = 20;

/// The same of a thread that was seen in a call that does nothing but sleep: no part of the harness
/// makes one. What sleeps for less is not seen in every run, and would get two verdicts.
const TOLD_TO_SLEEP: u64 = 10;

/// The first line of a verdict: the cause if one is known, and the fact by which one sees it.
pub(crate) fn headline<T>(attempt: &Attempt<T>, file: &str) -> String {
    if let Some(verdict) = attempt.given_up() {
        let sentence = not_ended(&attempt.run, verdict, file, attempt.prediction.is_some());
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
        // The rule that is broken says what is wrong.
        (None, Some(fact)) if matches!(attempt.differences[0], Difference::Claim(_)) => fact,
        (None, Some(fact)) => format!("not yet: {fact}"),
        (None, None) => "not yet: it printed other lines than it should".to_owned(),
    }
}

/// Of a run that did not end by itself. Without a prediction no times are shown.
fn not_ended<T>(run: &Run<T>, verdict: &Verdict, file: &str, shown: bool) -> String {
    let sentence = match shown {
        true => verdict.to_string(),
        false => without_times(&verdict.to_string()),
    };
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
        Verdict::Deadlock(_) => format!("it never ends: {sentence}"),
        Verdict::Endless(_) => format!("it goes on for ever: {sentence}"),
        Verdict::Blocked(_) => format!("the thread was kept: {sentence}"),
    }
}

/// A sentence of the recorder, without “since 10 ms”, “at 10 ms” and the like: what keeps them from
/// a learner who has not predicted yet. Of “at x.rs:41” nothing is taken away.
fn without_times(sentence: &str) -> String {
    // The sentence has no other form: what it is made of is known to the recorder alone, and that
    // has no use for a sentence without times. So the words themselves are looked at, for those
    // that `human` writes, and for the two that come before them.
    let words: Vec<&str> = sentence.split(' ').collect();
    let mut kept = vec![];
    let mut next = 0;
    while next < words.len() {
        let begins = matches!(words[next], "since" | "at");
        let time = if begins { words_of_a_time(&words[next + 1..]) } else { 0 };
        if time == 0 {
            kept.push(words[next].to_owned());
            next += 1;
            continue;
        }
        let mut last = next + time;
        // It says which time that is, and would be said of the word before it.
        if words[last].ends_with(',')
            && let ["the", limit, ..] = &words[last + 1..]
            && limit.trim_end_matches(AFTER_A_TIME) == "limit"
        {
            last += 2;
        }
        // What follows a time without a space belongs to the word before it.
        let end = words[last]
            .trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '.');
        if let Some(before) = kept.last_mut() {
            before.push_str(end);
        }
        next = last + 1;
    }
    kept.join(" ")
}

/// What can follow a time without a space.
const AFTER_A_TIME: [char; 4] = [',', ';', ':', ')'];

/// With how many words these begin that are one time, as [`human`] writes it: `0`, `10 ms`, or
/// `1 min 3 s`.
fn words_of_a_time(words: &[&str]) -> usize {
    let bare = |word: &str| word.trim_end_matches(AFTER_A_TIME).to_owned();
    let mut count = 0;
    while let [number, unit, ..] = &words[count..]
        && number.parse::<f64>().is_ok()
        && ["µs", "ms", "s", "min", "h"].contains(&bare(unit).as_str())
    {
        count += 2;
        if bare(unit) != **unit {
            return count;
        }
    }
    if count == 0 && words.first().is_some_and(|word| bare(word) == "0") { 1 } else { count }
}

/// Of a run whose thread slept: for a shorter time if it was by a call that does nothing else.
fn slept<T>(attempt: &Attempt<T>) -> Option<String> {
    let run = &attempt.run;
    let slept = run.was_told_to_sleep(TOLD_TO_SLEEP) || run.slept_on_the_thread(ASLEEP);
    if attempt.may_sleep || !slept {
        return None;
    }
    Some("the thread slept, as with `std::thread::sleep`, and no future could run meanwhile".into())
}

/// Of a run in which a lane was polled so often at one instant that it can only have asked.
fn polled_too_often<T>(attempt: &Attempt<T>) -> Option<String> {
    if attempt.may_sleep || !attempt.run.polled_too_often() {
        return None;
    }
    Some("something asked again and again at the same moment, instead of waiting".into())
}

/// What is looked for if no mistake of the exercise fits: first what became of the lanes, then the
/// time, the lines and the result.
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
        if let Difference::Output { returned, .. } = difference
            && returned.starts_with("Err(")
        {
            return Some(format!("it returned an error: {returned}"));
        }
    }
    of_the_time(attempt)
        .or_else(|| of_the_lines(attempt))
        .or_else(|| of_the_end(attempt))
        .or_else(|| of_the_output(attempt))
}

/// How long it took, and how long it should have taken, if that differs.
fn time<T>(attempt: &Attempt<T>) -> Option<(Duration, Duration)> {
    for difference in &attempt.differences {
        if let Difference::Time { took, expected } = difference {
            return Some((*took, *expected));
        }
    }
    None
}

/// Of a time that tells its cause by itself.
fn of_the_time<T>(attempt: &Attempt<T>) -> Option<String> {
    let (took, expected) = time(attempt)?;
    if took.is_zero() {
        return Some("no time passed at all: nothing that takes time was awaited".into());
    }
    if took == 1000 * expected || expected == 1000 * took {
        return Some("a wait has the wrong unit: the time is off by a factor of a thousand".into());
    }
    if took > expected && attempt.run.one_after_another() {
        return Some("everything ran one after another, and nothing overlapped".into());
    }
    None
}

/// Of the first line that is not as it should be. What a learner has not seen yet is only named
/// with a prediction.
fn of_the_lines<T>(attempt: &Attempt<T>) -> Option<String> {
    let run = &attempt.run;
    if !attempt.differences.iter().any(|difference| matches!(difference, Difference::Lines)) {
        return None;
    }
    let expected = attempt.lines.as_ref()?;
    Some(match first_difference(expected, &run.lines, &run.names())? {
        LineDifference::NotExpected { text } => format!("“{text}” should not have been said"),
        LineDifference::TooOften { text } => format!("“{text}” was said more often than it should"),
        LineDifference::OfAnotherLane { text, lane } if lane == NO_LANE => {
            format!("“{text}” was said by a task without a lane, and a lane should have said it")
        }
        LineDifference::OfAnotherLane { text, lane } => {
            format!("“{text}” was said by `{lane}`, and another lane should have said it")
        }
        LineDifference::OfOneMoreLane { text, lane } if lane == NO_LANE => {
            format!("“{text}” was said by a task without a lane as well, and should not have been")
        }
        LineDifference::OfOneMoreLane { text, lane } => {
            format!("“{text}” was said by `{lane}` as well, and should not have been")
        }
        LineDifference::Missing { lane, due, .. } if was_dropped(attempt, &lane, due) => {
            format!("`{lane}` was dropped before it was done")
        }
        LineDifference::Missing { text, .. } => match attempt.prediction {
            Some(_) => format!("“{text}” was not said"),
            None => "a line was not said".into(),
        },
        LineDifference::AtAnotherTime { text, lane, late: true, by } => {
            match began_behind(attempt, &lane, by) {
                Some(before) => format!("`{lane}` began only when `{before}` had ended"),
                None => format!("“{text}” was said too late"),
            }
        }
        LineDifference::AtAnotherTime { text, late: false, .. } => {
            format!("“{text}” was said too early")
        }
        LineDifference::Order => "the lines are right, and their order is not".into(),
    })
}

/// The lane that ended at the moment at which this one began, if that was `late`: then the line of
/// the lane is late since the lane is, and not because of what the lane does.
fn began_behind<'a, T>(attempt: &'a Attempt<T>, lane: &str, late: Duration) -> Option<&'a str> {
    let chart = &attempt.run.chart;
    let begin = begin(chart.rows.iter().skip(1).find(|row| row.name == lane)?)?;
    if chart.time(begin) != late {
        return None;
    }
    for other in chart.rows.iter().skip(1) {
        let end = other.end.0;
        if other.end.1 == End::Finished && end <= begin && chart.time(end) == late {
            return Some(&other.name);
        }
    }
    None
}

/// Whether all lanes of this name, and there is one, were dropped before they were done, and one of
/// them before it could say what was due at this time: an exercise may ask for the drop of a lane
/// that has said all its lines.
fn was_dropped<T>(attempt: &Attempt<T>, lane: &str, due: Duration) -> bool {
    let chart = &attempt.run.chart;
    let mut dropped_before = false;
    for row in chart.rows.iter().skip(1) {
        if row.name != lane {
            continue;
        }
        if !matches!(row.end.1, End::Cancelled { .. }) {
            return false;
        }
        dropped_before |= chart.time(row.end.0) <= due;
    }
    dropped_before
}

/// Of a run whose lines are all right.
fn of_the_end<T>(attempt: &Attempt<T>) -> Option<String> {
    let (took, expected) = time(attempt)?;
    let lines = attempt.lines.as_ref()?;
    if took > expected && !lines.is_empty() {
        return Some(
            "all lines came when they should, and then it waited for something more".into(),
        );
    }
    None
}

/// Of values that are nearly right.
fn of_the_output<T>(attempt: &Attempt<T>) -> Option<String> {
    for difference in &attempt.differences {
        let Difference::Output { returned, expected } = difference else { continue };
        // Beside the value that was returned, which a learner can print, this would give away the
        // one that is expected.
        if attempt.prediction.is_some()
            && let (Ok(returned), Ok(expected)) = (returned.parse::<i64>(), expected.parse::<i64>())
            && returned.abs_diff(expected) == 1
        {
            return Some("what it returned is off by one".into());
        }
        let mut returned = elements(returned);
        let mut expected = elements(expected);
        let more = returned.len().cmp(&expected.len());
        returned.sort();
        expected.sort();
        if returned == expected {
            return Some("what it returned has the right values, in another order".into());
        }
        // Both, and it is another result, of which nothing is known.
        let missing = expected.iter().any(|value| !returned.contains(value));
        let made_up = returned.iter().any(|value| !expected.contains(value));
        match more {
            Ordering::Less if !made_up => {
                return Some("a value is missing in what it returned".into());
            }
            Ordering::Greater if !missing => {
                return Some("what it returned has a value too many".into());
            }
            _ => {}
        }
    }
    None
}

/// The values of a list or of a tuple, as `Debug` prints it; one value if it is neither.
fn elements(debug: &str) -> Vec<&str> {
    let inside = match debug.as_bytes() {
        [b'[', .., b']'] | [b'(', .., b')'] => &debug[1..debug.len() - 1],
        _ => return vec![debug],
    };
    // Only commas outside of all brackets and texts separate the values.
    let mut elements = vec![];
    let mut begin = 0;
    let mut depth = 0;
    let mut quoted = false;
    let mut letters = inside.char_indices();
    while let Some((place, letter)) = letters.next() {
        match letter {
            // What follows ends no text.
            '\\' if quoted => {
                letters.next();
            }
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                elements.push(inside[begin..place].trim());
                begin = place + 1;
            }
            _ => {}
        }
    }
    let last = inside[begin..].trim();
    if !last.is_empty() {
        elements.push(last);
    }
    elements
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

/// How long it took beside how long it should have taken, in words.
fn times(took: Duration, expected: Duration) -> String {
    format!("{} instead of {}", human(took), human(expected))
}

#[cfg(test)]
mod tests {
    use super::{elements, without_times};

    #[test]
    fn the_times_of_a_sentence_are_left_out() {
        let cases = [
            ("A has been waiting since 10 ms at x.rs:41", "A has been waiting at x.rs:41"),
            ("A has been waiting since 1 min 3 s at x.rs", "A has been waiting at x.rs"),
            ("A was woken by B at 0, but main waits", "A was woken by B, but main waits"),
            ("done since 59 min 59.5 s; B, too", "done; B, too"),
            ("its poll at 0 did not return within 2 s", "its poll did not return within 2 s"),
            ("at line 7 of 10 ms", "at line 7 of 10 ms"),
            ("A was woken by B at 1 h, the limit", "A was woken by B"),
            ("A was woken at 2 min, the limit; B, too", "A was woken; B, too"),
            ("A was woken at 1 h, the limits of B", "A was woken, the limits of B"),
        ];
        for (sentence, without) in cases {
            assert_eq!(without_times(sentence), without);
        }
    }

    #[test]
    fn the_elements_of_a_list_are_taken_apart() {
        assert_eq!(elements("[1, 2]"), ["1", "2"]);
        assert_eq!(elements("(\"a, b\", Ok([3, 4]))"), ["\"a, b\"", "Ok([3, 4])"]);
        assert_eq!(elements(r#"["a \", b", "\\", 3]"#), [r#""a \", b""#, r#""\\""#, "3"]);
        assert_eq!(elements("[]"), Vec::<&str>::new());
        assert_eq!(elements("Ok([1, 2])"), ["Ok([1, 2])"]);
    }
}
