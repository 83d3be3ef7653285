//! What a run has printed so far, as one list of both languages; and where the two part.
//!
//! A line that both print, by lanes of one name and at the same time, is listed once. Around these
//! lines each language keeps its own order: what only one of them prints stands where it printed
//! it.
//!
//! ```text
//!   Rust       Python     the list
//!   begin      begin      begin
//!   end        closed     closed   only Python
//!              end        end
//! ```
//!
//! A line without a counterpart need not be missing in the other language: that one may print it in
//! another order, at another time, or by another lane. A line is said to be missing only if the
//! other language has no such line left: each line there is matched with one line alone.
use super::{
    pairs::best_pairs,
    reader::in_quotes,
    steps::{Moment, OutputLine, Step, SteppedLane, SteppedRun, Unlike},
};
use std::cmp::Ordering;

/// A printed line of a track. It has the name of its lane and not the lane itself: several lanes of
/// one name in Rust are one lane in Python.
pub(super) struct Printed<'a> {
    /// In which step it was printed.
    pub step: usize,
    /// Which line of that step it is.
    nth: usize,
    /// Whether that step prints nothing after it.
    pub is_last_of_its_step: bool,
    /// When it was printed, in nanoseconds. Lines are compared by these times, and not by those of
    /// their steps: a poll that blocks prints later than it began, and the other language may have
    /// a step of its own for that.
    at: u64,
    /// The name of the lane that printed it: two lanes may print the same text.
    lane: &'a str,
    /// What was printed.
    text: &'a str,
}

/// How the two languages part at a line of one of them.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Parting {
    /// Whether the other one prints the line at all, and at the same time.
    unlike: Unlike,
    /// The line of the other one that is the same but for its time or order, as an index into what
    /// that one prints; none if there is no such line.
    counterpart: Option<usize>,
}

/// For each line of a track how the two part there; none if they have the line in common.
type Partings = Vec<Option<Parting>>;

/// What both languages print.
pub(super) struct Both<'a> {
    /// The lines of Rust and those of Python, each in order of time.
    pub printed: [Vec<Printed<'a>>; 2],
    /// The lines that both print at the same time and in the same order, as pairs of indices.
    pub common: Vec<(usize, usize)>,
    /// How the two part at each line of Rust, and at each line of Python.
    partings: [Partings; 2],
}

impl<'a> Both<'a> {
    pub fn new(tracks: [&'a [Step]; 2], lanes: &'a [SteppedLane]) -> Both<'a> {
        let printed = tracks.map(|steps| printed(steps, lanes));
        let common = lines_in_common(&printed);
        let partings = partings(&printed, &common);
        Both { printed, common, partings }
    }

    /// One list of all lines. The run must have its moments already.
    pub fn output(&self, run: &SteppedRun) -> Vec<OutputLine> {
        let moments = [moment_of_each_step(&run.moments, 0), moment_of_each_step(&run.moments, 1)];
        let moment_of = |track: usize, nth: usize| {
            let line = &self.printed[track][nth];
            shown_from(run, moments[track][line.step], line.at)
        };
        let line_of = |track: usize, nth: usize, moment: usize| {
            let line = &self.printed[track][nth];
            let unlike = self.partings[track][nth].map(|parting| parting.unlike);
            OutputLine { moment, track, step: line.step, line: line.nth, unlike }
        };
        let mut lines = vec![];
        let mut next = [0, 0];
        // The ends of both lists, as if they were one more pair: so the loop also lists the lines
        // after the last pair.
        let ends = (self.printed[0].len(), self.printed[1].len());
        for pair in self.common.iter().chain([&ends]) {
            let until = [pair.0, pair.1];
            // Before a line that both print come the lines that only one of them prints there, in
            // the order of their moments. At one moment those of Rust come first.
            while next != until {
                let track = match [next[0] < until[0], next[1] < until[1]] {
                    [true, true] => usize::from(moment_of(1, next[1]) < moment_of(0, next[0])),
                    [true, false] => 0,
                    [false, _] => 1,
                };
                lines.push(line_of(track, next[track], moment_of(track, next[track])));
                next[track] += 1;
            }
            if *pair == ends {
                break;
            }
            // A line in common is shown as soon as one of the two has printed it.
            let moment = moment_of(0, pair.0).min(moment_of(1, pair.1));
            lines.push(line_of(0, pair.0, moment));
            next = [pair.0 + 1, pair.1 + 1];
        }
        // A page shows this list from its beginning down to some line. So no line may have an
        // earlier moment than the line above it. The lines are not sorted by their moments: that
        // would change the order of what a language prints.
        let mut latest = 0;
        for line in &mut lines {
            latest = latest.max(line.moment);
            line.moment = latest;
        }
        lines
    }

    /// Says at each moment where the two part.
    pub fn tell_partings(&self, moments: &mut [Moment]) {
        const LANGUAGES: [&str; 2] = ["Rust", "Python"];
        let moment_of = [moment_of_each_step(moments, 0), moment_of_each_step(moments, 1)];
        let mut told: Vec<Vec<String>> = vec![vec![]; moments.len()];
        for track in 0..2 {
            let [own, other] = [LANGUAGES[track], LANGUAGES[1 - track]];
            for (nth, line) in self.printed[track].iter().enumerate() {
                let Some(parting) = self.partings[track][nth] else { continue };
                let Printed { lane, text, step, .. } = line;
                let here = moment_of[track][*step];
                let Some(counterpart) = parting.counterpart else {
                    told[here].push(format!("only {own}’s {lane} prints {}", in_quotes(text)));
                    continue;
                };
                // If both print it in one moment, that is said of the line in Rust alone.
                let by_other = &self.printed[1 - track][counterpart];
                let is_in_one_moment = moment_of[1 - track][by_other.step] == here;
                if parting.unlike != Unlike::AtAnotherTime && is_in_one_moment && track == 1 {
                    continue;
                }
                let there = self.where_else(track, [nth, counterpart]);
                let text = in_quotes(text);
                told[here].push(format!("{lane} prints {text} here in {own}, and {there} {other}"));
            }
        }
        for (moment, told) in moments.iter_mut().zip(told) {
            if !told.is_empty() {
                moment.parting = Some(format!("Here the two part: {}.", told.join("; ")));
            }
        }
    }

    /// Where the other language prints a line of a track: `earlier in`, or `after main’s “end” in`.
    /// `lines` are the indices of the line and of its counterpart.
    fn where_else(&self, track: usize, lines: [usize; 2]) -> String {
        let line = &self.printed[track][lines[0]];
        let counterpart = &self.printed[1 - track][lines[1]];
        let mut parts = vec![];
        // Compared by their own times, and not by those of their moments: a poll that blocks prints
        // later than it began.
        match counterpart.at.cmp(&line.at) {
            Ordering::Less => parts.push("earlier".to_owned()),
            Ordering::Greater => parts.push("later".to_owned()),
            Ordering::Equal if counterpart.lane == line.lane => {
                parts.push(self.order_there(track, lines));
            }
            Ordering::Equal => {}
        }
        if counterpart.lane != line.lane {
            parts.push(format!("by {}", counterpart.lane));
        }
        format!("{} in", parts.join(" "))
    }

    /// After or before which line the other language prints a line that it prints at the same time,
    /// but in another order. It is the nearest line that is on the other side here.
    fn order_there(&self, track: usize, [here, there]: [usize; 2]) -> String {
        let other = &self.printed[1 - track];
        let mut pairs = vec![];
        for (rust, python) in &self.common {
            pairs.push(if track == 0 { (*rust, *python) } else { (*python, *rust) });
        }
        for (nth, parting) in self.partings[track].iter().enumerate() {
            if let Some(Parting { counterpart: Some(counterpart), .. }) = parting {
                pairs.push((nth, *counterpart));
            }
        }
        pairs.retain(|(own, that)| (*own < here) != (*that < there));
        let Some((_, nearest)) = pairs.into_iter().min_by_key(|(_, that)| that.abs_diff(there))
        else {
            return "in another order".into();
        };
        let side = if nearest < there { "after" } else { "before" };
        format!("{side} {}’s {}", other[nearest].lane, in_quotes(other[nearest].text))
    }
}

/// The output of a run that was recorded in Rust only.
pub(super) fn of_rust_alone(run: &SteppedRun) -> Vec<OutputLine> {
    let moment_of = moment_of_each_step(&run.moments, 0);
    let mut lines = vec![];
    // Lines that are in order of time are in the order of their moments, too.
    for line in printed(&run.tracks[0].steps, &run.lanes) {
        let moment = shown_from(run, moment_of[line.step], line.at);
        lines.push(OutputLine { moment, track: 0, step: line.step, line: line.nth, unlike: None });
    }
    lines
}

/// What a track prints, in order of time.
fn printed<'a>(steps: &'a [Step], lanes: &'a [SteppedLane]) -> Vec<Printed<'a>> {
    let mut printed = vec![];
    for (number, step) in steps.iter().enumerate() {
        for (nth, (lane, text, _)) in step.says.iter().enumerate() {
            let at = step.said_at[nth];
            let lane = &lanes[*lane].name;
            let is_last_of_its_step = nth + 1 == step.says.len();
            printed.push(Printed { step: number, nth, is_last_of_its_step, at, lane, text });
        }
    }
    // A poll that keeps its thread may print a line after a later step, on another thread, has
    // printed one.
    printed.sort_by_key(|line| line.at);
    printed
}

/// The lines that both tracks print at the same time and in the same order, as pairs of indices.
fn lines_in_common(printed: &[Vec<Printed<'_>>; 2]) -> Vec<(usize, usize)> {
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
fn partings(printed: &[Vec<Printed<'_>>; 2], common: &[(usize, usize)]) -> [Partings; 2] {
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

/// For each step of a track, in which moment it is.
fn moment_of_each_step(moments: &[Moment], track: usize) -> Vec<usize> {
    // Each step of a track is in one moment, and the moments are in the order of the steps.
    let mut moment_of = vec![];
    for (nth, moment) in moments.iter().enumerate() {
        if moment.steps[track].is_some() {
            moment_of.push(nth);
        }
    }
    moment_of
}

/// The moment from which on a line is shown that was printed at the time `at`. `begun` is the
/// moment of its step. If the poll goes on after that and prints the line later, it is the first
/// moment that is not before `at`, or else the last moment of the run.
fn shown_from(run: &SteppedRun, begun: usize, at: u64) -> usize {
    let mut moment = begun;
    while moment + 1 < run.moments.len() && run.instants[run.moments[moment].instant].0 < at {
        moment += 1;
    }
    moment
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines that lanes print at times: `A begin@0`.
    fn lines(text: &str) -> Vec<Printed<'_>> {
        let mut lines = vec![];
        for (step, line) in text.split(", ").enumerate() {
            let (line, at) = line.split_once('@').expect("a time");
            let (lane, text) = line.split_once(' ').expect("a lane");
            let at = at.parse().expect("a time");
            lines.push(Printed { step, nth: 0, is_last_of_its_step: true, at, lane, text });
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

    /// A run with a moment at each of these times, which has these steps of Rust and Python.
    fn run_of(moments: &[(u64, Option<usize>, Option<usize>)]) -> SteppedRun {
        let mut run = SteppedRun {
            title: String::new(),
            verdict: None,
            took: String::new(),
            instants: vec![],
            lanes: vec![],
            lanes_in_rust: 0,
            tracks: vec![],
            moments: vec![],
            output: vec![],
            of_python: None,
            variant: None,
        };
        for (instant, (at, rust, python)) in moments.iter().enumerate() {
            run.instants.push((*at, String::new()));
            run.moments.push(Moment { instant, steps: vec![*rust, *python], parting: None });
        }
        run
    }

    /// What both print; `in_one_step` says whether Rust prints all its lines in one.
    fn both<'a>(rust: &'a str, python: &'a str, in_one_step: bool) -> Both<'a> {
        let mut printed = [lines(rust), lines(python)];
        if in_one_step {
            for (nth, line) in printed[0].iter_mut().enumerate() {
                line.nth = nth;
                line.step = 0;
            }
        }
        let common = lines_in_common(&printed);
        let partings = partings(&printed, &common);
        Both { printed, common, partings }
    }

    #[test]
    fn a_line_that_both_print_comes_after_what_one_of_them_prints_before_it() {
        // Rust prints all its lines in the first moment. Python prints “b” after “x”, and so “b” is
        // shown when “x” is.
        let both = both("A a@0, A b@0, A c@0", "A a@0, A x@0, A b@0", true);
        let run = run_of(&[(0, Some(0), Some(0)), (0, None, Some(1)), (0, None, Some(2))]);
        let mut listed = vec![];
        for line in both.output(&run) {
            let printed = both.printed[line.track].iter();
            let is_it = |other: &&Printed<'_>| (other.step, other.nth) == (line.step, line.line);
            listed.push((printed.filter(is_it).map(|line| line.text).next(), line.moment));
        }
        let expected = [(Some("a"), 0), (Some("x"), 1), (Some("b"), 1), (Some("c"), 1)];
        assert_eq!(listed, expected);
    }

    #[test]
    fn a_poll_that_blocks_prints_later_and_not_in_another_order() {
        // Rust’s step begins beside Python’s and prints 100 later.
        let both = both("A end@100", "A end@0", true);
        let mut run = run_of(&[(0, Some(0), Some(0)), (100, None, None)]);
        both.tell_partings(&mut run.moments);
        assert_eq!(
            run.moments[0].parting.as_deref(),
            Some(
                "Here the two part: A prints “end” here in Rust, and earlier in Python; \
                 A prints “end” here in Python, and later in Rust."
            )
        );
    }

    /// What is said in the only moment of lines that are all printed in it.
    fn told(rust: &str, python: &str) -> String {
        let mut both = both(rust, python, true);
        for (nth, line) in both.printed[1].iter_mut().enumerate() {
            line.nth = nth;
            line.step = 0;
        }
        let mut run = run_of(&[(0, Some(0), Some(0))]);
        both.tell_partings(&mut run.moments);
        run.moments[0].parting.clone().expect("they part")
    }

    #[test]
    fn another_order_says_after_or_before_which_line() {
        assert_eq!(
            told("A one@0, B has it@0, A two@0", "A one@0, A two@0, B has it@0"),
            "Here the two part: B prints “has it” here in Rust, and after A’s “two” in Python."
        );
        assert_eq!(
            told("A one@0, A two@0, B has it@0", "B has it@0, A one@0, A two@0"),
            "Here the two part: B prints “has it” here in Rust, and before A’s “one” in Python."
        );
    }

    #[test]
    fn a_line_that_another_lane_prints_is_not_said_to_be_of_one_language_only() {
        assert_eq!(
            told("A one@0", "B one@0"),
            "Here the two part: A prints “one” here in Rust, and by B in Python."
        );
    }

    #[test]
    fn a_place_at_the_end_of_a_line_is_of_one_language() {
        assert_eq!(without_place("slow (lock.rs:42)"), without_place("slow (lock.py:7)"));
        assert_eq!(without_place("see lock.rs"), "see lock.rs");
    }
}
