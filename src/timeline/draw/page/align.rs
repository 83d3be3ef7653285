//! Two languages in one order: which step in Python belongs to which step in Rust.
//!
//! The two tracks are aligned instant by instant. Two steps belong together if they are of one
//! lane, or print a line in common; and among all ways to pair them in their order the one is taken
//! that pairs the most. A greedy choice would not do: at the end of `gather` Rust polls `main` and
//! inside it C, and Python runs C and then `main`.
//!
//! ```text
//!   Rust      main   C “24”
//!   Python           C “24”   main        three moments, and one of them has both
//! ```
//!
//! Where the two part is decided by what they print, and not by these pairs: one poll may print two
//! lines, for which the other language needs two steps.
use super::steps::{Moment, Step, SteppedLane, SteppedRun};
use std::ops::Range;

/// The steps in Rust and those of the twin, which is not among the tracks of the run yet, in one
/// order.
pub(super) fn moments(run: &SteppedRun, twin: &[Step]) -> Vec<Moment> {
    let tracks = [&run.tracks[0].steps[..], twin];
    let printed = tracks.map(|steps| printed(steps, &run.lanes));
    let common = lines_in_common(&printed);
    let mut moments = vec![];
    for instant in 0..run.instants.len() {
        let steps = tracks.map(|steps| at_instant(steps, instant));
        let aligner = Aligner { lanes: &run.lanes, tracks, printed: &printed, common: &common };
        moments.extend(aligner.moments(instant, steps));
    }
    moments
}

/// For each step in Rust the step of the twin in the same moment, or the last one before.
pub(super) fn aligned(moments: &[Moment]) -> Vec<Option<usize>> {
    let mut aligned = vec![];
    let mut last = None;
    for moment in moments {
        if moment.steps[1].is_some() {
            last = moment.steps[1];
        }
        if moment.steps[0].is_some() {
            aligned.push(last);
        }
    }
    aligned
}

/// Where the steps of an instant are: they are in order of time.
fn at_instant(steps: &[Step], instant: usize) -> Range<usize> {
    let from = steps.partition_point(|step| step.instant < instant);
    let until = steps.partition_point(|step| step.instant <= instant);
    from..until
}

/// A printed line of a track. Lanes are known by their names, since one name may be several lanes
/// in Rust.
struct Printed<'a> {
    /// In which step it was printed: the pairs of steps are chosen by their lines.
    step: usize,
    /// Which line of that step it is: a moment names a line by it.
    nth: usize,
    /// A poll that blocks prints later than it began, and the other language may have a step of its
    /// own for that: so lines are compared by their own times, and not by those of their steps.
    at: u64,
    /// The name of the lane that printed it: two lanes may print the same text.
    lane: &'a str,
    /// What was printed.
    text: &'a str,
}

/// What a track prints, in order.
fn printed<'a>(steps: &'a [Step], lanes: &'a [SteppedLane]) -> Vec<Printed<'a>> {
    let mut printed = vec![];
    for (number, step) in steps.iter().enumerate() {
        for (nth, (lane, text, _)) in step.says.iter().enumerate() {
            let at = step.said_at[nth];
            let lane = &lanes[*lane].name;
            printed.push(Printed { step: number, nth, at, lane, text });
        }
    }
    printed
}

/// The lines that both tracks print at the same time and in the same order, as pairs of indices.
fn lines_in_common(printed: &[Vec<Printed<'_>>; 2]) -> Vec<(usize, usize)> {
    let mut times: Vec<u64> = printed[0].iter().map(|line| line.at).collect();
    times.sort_unstable();
    times.dedup();
    let mut common = vec![];
    for time in times {
        let mut lines = [vec![], vec![]];
        for (track, lines) in lines.iter_mut().enumerate() {
            for (index, line) in printed[track].iter().enumerate() {
                if line.at == time {
                    lines.push(index);
                }
            }
        }
        let pairs = best_pairs(lines[0].len(), lines[1].len(), |rust, python| {
            let rust = &printed[0][lines[0][rust]];
            let python = &printed[1][lines[1][python]];
            let same_text = without_place(rust.text) == without_place(python.text);
            u32::from(rust.lane == python.lane && same_text)
        });
        for (rust, python) in pairs {
            common.push((lines[0][rust], lines[1][python]));
        }
    }
    common
}

/// Aligns the steps of an instant.
struct Aligner<'a> {
    /// The lanes of the run, for their names.
    lanes: &'a [SteppedLane],
    /// All steps in Rust, and all of the twin.
    tracks: [&'a [Step]; 2],
    /// What each track prints.
    printed: &'a [Vec<Printed<'a>>; 2],
    /// Which of these lines both print.
    common: &'a [(usize, usize)],
}

impl Aligner<'_> {
    /// The moments of an instant at which the tracks have these steps.
    fn moments(&self, instant: usize, [rust, python]: [Range<usize>; 2]) -> Vec<Moment> {
        let pairs = best_pairs(rust.len(), python.len(), |one, other| {
            let one = rust.start + one;
            let other = python.start + other;
            let mut lines = 0;
            for (rust, python) in self.common {
                if self.printed[0][*rust].step == one && self.printed[1][*python].step == other {
                    lines += 1;
                }
            }
            // A printed line in common weighs more than any number of lanes in a row.
            1000 * lines + u32::from(self.lane(0, one) == self.lane(1, other))
        });
        let mut moments = vec![];
        let mut add = |steps: [Option<usize>; 2]| {
            let only = self.only(steps);
            moments.push(Moment { instant, steps: steps.to_vec(), only });
        };
        let mut next = [rust.start, python.start];
        // The last pair is no pair: it ends what comes after all others.
        let ends = [(rust.len(), python.len())];
        for (one, other) in pairs.into_iter().chain(ends) {
            let [one, other] = [rust.start + one, python.start + other];
            // What belongs to no step of the other language comes before the pair, Rust first.
            for step in next[0]..one {
                add([Some(step), None]);
            }
            for step in next[1]..other {
                add([None, Some(step)]);
            }
            if one < rust.end && other < python.end {
                add([Some(one), Some(other)]);
            }
            next = [one + 1, other + 1];
        }
        moments
    }

    /// The lines of a moment that only one language prints.
    fn only(&self, steps: [Option<usize>; 2]) -> Vec<(usize, usize)> {
        let mut only = vec![];
        for (track, lines) in self.printed.iter().enumerate() {
            for (index, line) in lines.iter().enumerate() {
                let in_common = self.common.iter().any(|pair| [pair.0, pair.1][track] == index);
                if Some(line.step) == steps[track] && !in_common {
                    only.push((track, line.nth));
                }
            }
        }
        only
    }

    /// The name of the lane of a step.
    fn lane(&self, track: usize, step: usize) -> &str {
        &self.lanes[self.tracks[track][step].lane].name
    }
}

/// A line without the place at its end, as in `(lock.rs:42)`: each language shows its own source.
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

/// Pairs the items of two lists, in the order of both, so that the sum of the scores is the highest
/// there is. Two items with a score of 0 are no pair. It is the alignment of two sequences by
/// Needleman and Wunsch, without a price for what stays alone.
fn best_pairs(
    left: usize,
    right: usize,
    score: impl Fn(usize, usize) -> u32,
) -> Vec<(usize, usize)> {
    // The best sum for what is left of both lists from these two places on.
    let mut best = vec![vec![0; right + 1]; left + 1];
    for one in (0..left).rev() {
        for other in (0..right).rev() {
            let without = best[one + 1][other].max(best[one][other + 1]);
            best[one][other] = without.max(best[one + 1][other + 1] + score(one, other));
        }
    }
    let mut pairs = vec![];
    let mut place = (0, 0);
    while place.0 < left && place.1 < right {
        let (one, other) = place;
        let score = score(one, other);
        if score > 0 && best[one][other] == best[one + 1][other + 1] + score {
            pairs.push((one, other));
            place = (one + 1, other + 1);
        } else if best[one][other] == best[one + 1][other] {
            place = (one + 1, other);
        } else {
            place = (one, other + 1);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::{best_pairs, without_place};

    fn pairs(left: &str, right: &str) -> Vec<(usize, usize)> {
        let left = left.as_bytes();
        let right = right.as_bytes();
        best_pairs(left.len(), right.len(), |one, other| u32::from(left[one] == right[other]))
    }

    #[test]
    fn as_many_as_possible_are_paired_and_never_across() {
        assert_eq!(pairs("ABC", "ABC"), [(0, 0), (1, 1), (2, 2)]);
        assert_eq!(pairs("mABC", "ABCm"), [(1, 0), (2, 1), (3, 2)], "not `m`, which is one pair");
        assert_eq!(pairs("AB", "C"), []);
        assert_eq!(pairs("", "A"), []);
    }

    #[test]
    fn a_place_at_the_end_of_a_line_is_of_one_language() {
        assert_eq!(without_place("slow (lock.rs:42)"), without_place("slow (lock.py:7)"));
        assert_eq!(without_place("see lock.rs"), "see lock.rs");
    }
}
