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
    let mut moments = vec![];
    for instant in 0..run.instants.len() {
        let steps = tracks.map(|steps| at_instant(steps, instant));
        moments.extend(Aligner { lanes: &run.lanes, tracks, instant, steps }.moments());
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

/// A printed line: the track, the step, which line of that step it is, and what it says. Lanes are
/// known by their names, since one name may be several lanes in Rust.
struct Printed<'a> {
    step: usize,
    nth: usize,
    lane: &'a str,
    text: &'a str,
}

/// Aligns one instant.
struct Aligner<'a> {
    /// The lanes of the run, for their names.
    lanes: &'a [SteppedLane],
    /// All steps in Rust, and all of the twin.
    tracks: [&'a [Step]; 2],
    instant: usize,
    /// Which steps of each track are at this instant.
    steps: [Range<usize>; 2],
}

impl<'a> Aligner<'a> {
    fn moments(&self) -> Vec<Moment> {
        let printed = [self.printed(0), self.printed(1)];
        // A line that both print, with where it is in each of the two lists.
        let common = best_pairs(printed[0].len(), printed[1].len(), |rust, python| {
            let (rust, python) = (&printed[0][rust], &printed[1][python]);
            let same_text = without_place(rust.text) == without_place(python.text);
            u32::from(rust.lane == python.lane && same_text)
        });
        let [rust, python] = &self.steps;
        let pairs = best_pairs(rust.len(), python.len(), |one, other| {
            let (one, other) = (rust.start + one, python.start + other);
            let mut lines = 0;
            for (rust, python) in &common {
                if printed[0][*rust].step == one && printed[1][*python].step == other {
                    lines += 1;
                }
            }
            // A printed line in common weighs more than any number of lanes in a row.
            1000 * lines + u32::from(self.lane(0, one) == self.lane(1, other))
        });
        let mut moments = vec![];
        let mut next = [rust.start, python.start];
        for (one, other) in pairs {
            let pair = [rust.start + one, python.start + other];
            // What belongs to no step of the other language comes before the pair.
            self.alone(next, pair, &mut moments);
            moments.push(self.moment(vec![Some(pair[0]), Some(pair[1])]));
            next = [pair[0] + 1, pair[1] + 1];
        }
        self.alone(next, [rust.end, python.end], &mut moments);
        // Which of the printed lines are in no pair of lines.
        for (track, lines) in printed.iter().enumerate() {
            for (index, line) in lines.iter().enumerate() {
                let in_common = common.iter().any(|pair| [pair.0, pair.1][track] == index);
                if in_common {
                    continue;
                }
                for moment in &mut moments {
                    if moment.steps[track] == Some(line.step) {
                        moment.only.push((track, line.nth));
                    }
                }
            }
        }
        moments
    }

    /// What a track prints at this instant, in order.
    fn printed(&self, track: usize) -> Vec<Printed<'a>> {
        let mut printed = vec![];
        for step in self.steps[track].clone() {
            for (nth, (lane, text, _)) in self.tracks[track][step].says.iter().enumerate() {
                printed.push(Printed { step, nth, lane: &self.lanes[*lane].name, text });
            }
        }
        printed
    }

    /// The name of the lane of a step.
    fn lane(&self, track: usize, step: usize) -> &str {
        &self.lanes[self.tracks[track][step].lane].name
    }

    /// The steps of both tracks that have no counterpart, a moment each: those in Rust first.
    fn alone(&self, from: [usize; 2], until: [usize; 2], moments: &mut Vec<Moment>) {
        for step in from[0]..until[0] {
            moments.push(self.moment(vec![Some(step), None]));
        }
        for step in from[1]..until[1] {
            moments.push(self.moment(vec![None, Some(step)]));
        }
    }

    fn moment(&self, steps: Vec<Option<usize>>) -> Moment {
        Moment { instant: self.instant, steps, only: vec![] }
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
        let (left, right) = (left.as_bytes(), right.as_bytes());
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
