//! The lines that the two languages print, and which line of the one is which line of the other.
//!
//! A line without a counterpart need not be missing in the other language: that one may print it in
//! another order, at another time, or by another lane. A line is said to be missing only if the
//! other language has no such line left: each line there is matched with one line alone.
use super::{
    pairs::best_pairs,
    steps::{Step, SteppedLane, Unlike},
};

/// A printed line of a track. It has the name of its lane and not the lane itself: several lanes of
/// one name in Rust are one lane in Python.
pub(super) struct Printed<'a> {
    /// In which step it was printed.
    pub step: usize,
    /// Which line of that step it is.
    pub nth: usize,
    /// Whether that step prints nothing after it.
    pub is_last_of_its_step: bool,
    /// When it was printed, in nanoseconds. Lines are compared by these times, and not by those of
    /// their steps: a poll that blocks prints later than it began, and the other language may have
    /// a step of its own for that.
    pub at: u64,
    /// The name of the lane that printed it: two lanes may print the same text.
    pub lane: &'a str,
    /// What was printed.
    pub text: &'a str,
    /// Whether no line of the source has printed it. In Python it is a report of asyncio's debug
    /// mode then, which has the name of a lane; and that lane has not printed it.
    pub has_no_line: bool,
}

/// How the two languages part at a line of one of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Parting {
    /// Whether the other one prints the line at all, and at the same time.
    pub unlike: Unlike,
    /// The line of the other one that is the same but for its time or order, as an index into what
    /// that one prints; none if there is no such line.
    pub counterpart: Option<usize>,
}

/// For each line of a track how the two part there; none if they have the line in common.
pub(super) type Partings = Vec<Option<Parting>>;

/// What a track prints, in order of time.
pub(super) fn printed<'a>(steps: &'a [Step], lanes: &'a [SteppedLane]) -> Vec<Printed<'a>> {
    let mut printed = vec![];
    for (number, step) in steps.iter().enumerate() {
        for (nth, (lane, text, line)) in step.says.iter().enumerate() {
            let at = step.said_at[nth];
            let lane = &lanes[*lane].name;
            let is_last_of_its_step = nth + 1 == step.says.len();
            let has_no_line = line.is_none();
            printed.push(Printed {
                step: number,
                nth,
                is_last_of_its_step,
                at,
                lane,
                text,
                has_no_line,
            });
        }
    }
    // A poll that keeps its thread may print a line after a later step, on another thread, has
    // printed one.
    printed.sort_by_key(|line| line.at);
    printed
}

/// The lines that both tracks print at the same time and in the same order, as pairs of indices.
pub(super) fn lines_in_common(printed: &[Vec<Printed<'_>>; 2]) -> Vec<(usize, usize)> {
    let mut times: Vec<u64> = printed[0].iter().map(|line| line.at).collect();
    times.dedup();
    let mut common = vec![];
    for time in times {
        let at_that_time = |lines: &[Printed<'_>]| {
            let from = lines.partition_point(|line| line.at < time);
            from..lines.partition_point(|line| line.at <= time)
        };
        let rust = at_that_time(&printed[0]);
        let python = at_that_time(&printed[1]);
        let pairs = best_pairs(rust.len(), python.len(), |one, other| {
            let one = &printed[0][rust.start + one];
            u32::from(is_the_same(one, &printed[1][python.start + other]))
        });
        for (one, other) in pairs {
            common.push((rust.start + one, python.start + other));
        }
    }
    common
}

/// Whether a line of Rust and one of Python are alike.
type IsLike = fn(&Printed<'_>, &Printed<'_>) -> bool;

/// Finds how the two part at each line that they do not have in common.
pub(super) fn partings(
    printed: &[Vec<Printed<'_>>; 2],
    common: &[(usize, usize)],
) -> [Partings; 2] {
    let only = Some(Parting { unlike: Unlike::Only, counterpart: None });
    let mut rust: Partings = vec![only; printed[0].len()];
    let mut python: Partings = vec![only; printed[1].len()];
    for pair in common {
        rust[pair.0] = None;
        python[pair.1] = None;
    }
    // A line is matched with the one that is most like it: of the same lane and time, then of the
    // same lane, then of another lane. Otherwise one with the same text could come before it.
    let rounds: [(Unlike, IsLike); 4] = [
        (Unlike::InAnotherOrder, |one, other| is_the_same(one, other) && one.at == other.at),
        (Unlike::AtAnotherTime, is_the_same),
        (Unlike::ByAnotherLane, |one, other| has_the_same_text(one, other) && one.at == other.at),
        (Unlike::ByAnotherLane, has_the_same_text),
    ];
    for (unlike, is_like) in rounds {
        for (nth, line) in printed[0].iter().enumerate() {
            if rust[nth] != only {
                continue;
            }
            let is_counterpart =
                |other: &usize| python[*other] == only && is_like(line, &printed[1][*other]);
            if let Some(other) = (0..printed[1].len()).find(is_counterpart) {
                rust[nth] = Some(Parting { unlike, counterpart: Some(other) });
                python[other] = Some(Parting { unlike, counterpart: Some(nth) });
            }
        }
    }
    [rust, python]
}

/// Whether two lines, of one language each, are the same but for their times.
fn is_the_same(one: &Printed<'_>, other: &Printed<'_>) -> bool {
    one.lane == other.lane && has_the_same_text(one, other)
}

/// Whether two lines, of one language each, say the same.
fn has_the_same_text(one: &Printed<'_>, other: &Printed<'_>) -> bool {
    without_place(one.text) == without_place(other.text)
}

/// A line without the place at its end: of `slow (lock.rs:42)` it leaves `slow (lock`. In each
/// language the place is one of its own source.
fn without_place(text: &str) -> &str {
    for file in [".rs:", ".py:"] {
        if let Some((before, _)) = text.rsplit_once(file)
            && text.ends_with(')')
        {
            return before;
        }
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Lines that lanes print at times: `A begin@0`. An asterisk marks one without a line of the
    /// source: `A slow*@0`.
    pub fn lines(text: &str) -> Vec<Printed<'_>> {
        let mut lines = vec![];
        for (step, line) in text.split(", ").enumerate() {
            let (line, at) = line.split_once('@').expect("a time");
            let (lane, text) = line.split_once(' ').expect("a lane");
            let at = at.parse().expect("a time");
            let text = text.strip_suffix('*').unwrap_or(text);
            let has_no_line = text.len() < line.len() - lane.len() - 1;
            lines.push(Printed {
                step,
                nth: 0,
                is_last_of_its_step: true,
                at,
                lane,
                text,
                has_no_line,
            });
        }
        lines
    }

    /// How the two part at each line of Rust, and at each of Python.
    fn found(rust: &str, python: &str) -> [Vec<Option<Unlike>>; 2] {
        let printed = [lines(rust), lines(python)];
        let common = lines_in_common(&printed);
        partings(&printed, &common)
            .map(|lines| lines.into_iter().map(|line| line.map(|part| part.unlike)).collect())
    }

    #[test]
    fn a_line_in_another_order_or_at_another_time_is_not_said_to_be_missing() {
        let order = Some(Unlike::InAnotherOrder);
        let time = Some(Unlike::AtAnotherTime);
        let only = Some(Unlike::Only);
        assert_eq!(
            found("A one@0, B has it@0, A two@0", "A one@0, A two@0, B has it@0"),
            [vec![None, order, None], vec![None, None, order]]
        );
        assert_eq!(
            found("A one@0, B end@1, A end@2", "A one@0, A end@1, B end@1"),
            [vec![None, None, time], vec![None, time, None]]
        );
        let lane = Some(Unlike::ByAnotherLane);
        assert_eq!(found("A one@0", "B one@0"), [vec![lane], vec![lane]]);
        assert_eq!(found("A one@0", "A two@0"), [vec![only], vec![only]]);
        // Of two lines of one text, the one of the same lane at the same time is meant.
        assert_eq!(
            found("B x@0, A x@1, B y@1", "A x@0, B y@1, A x@1"),
            [vec![lane, order, None], vec![lane, None, order]]
        );
        // A line of another lane is none of the lines that have their own counterparts.
        assert_eq!(found("A x@0, B x@1", "B x@1"), [vec![only, None], vec![None]]);
    }

    #[test]
    fn a_place_at_the_end_of_a_line_is_of_one_language() {
        assert_eq!(without_place("slow (lock.rs:42)"), without_place("slow (lock.py:7)"));
        assert_eq!(without_place("see lock.rs"), "see lock.rs");
    }
}
