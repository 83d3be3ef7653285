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
//! Which line of the one is which line of the other is found in `printed`.
use super::{
    printed::{Parting, Partings, Printed, lines_in_common, partings, printed},
    reader::{in_quotes, join},
    steps::{Moment, OutputLine, Step, SteppedLane, SteppedRun, Unlike},
};
use std::cmp::Ordering;

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
        // Each is the beginning of a clause, and the lines in quotation marks that end it.
        let mut told: Vec<Vec<(String, Vec<String>)>> = vec![vec![]; moments.len()];
        for track in 0..2 {
            let [own, other] = [LANGUAGES[track], LANGUAGES[1 - track]];
            for (nth, line) in self.printed[track].iter().enumerate() {
                let Some(parting) = self.partings[track][nth] else { continue };
                let Printed { lane, text, step, .. } = line;
                let here = moment_of[track][*step];
                let Some(counterpart) = parting.counterpart else {
                    let begin = match is_a_report(track, line) {
                        true => "only asyncio reports ".into(),
                        false => format!("only {own}’s {lane} prints "),
                    };
                    match told[here].last_mut() {
                        Some((before, texts)) if *before == begin => texts.push(in_quotes(text)),
                        _ => told[here].push((begin, vec![in_quotes(text)])),
                    }
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
                // “Prints … and by A” would be no sentence.
                let clause = if by_other.lane == *lane {
                    format!("{lane} prints {text} here in {own}, and {there} {other}")
                } else {
                    let by = by_other.lane;
                    format!("{lane} prints {text} here in {own}; {there} {other} {by} prints it")
                };
                told[here].push((clause, vec![]));
            }
        }
        for (moment, told) in moments.iter_mut().zip(told) {
            if !told.is_empty() {
                let clauses: Vec<String> =
                    told.into_iter().map(|(begin, texts)| begin + &join(&texts)).collect();
                moment.parting = Some(format!("Here the two part: {}.", clauses.join("; ")));
            }
        }
    }

    /// Where the other language prints a line of a track: `earlier in`, or `after main’s “end” in`;
    /// only `in`, if the other one prints it at the same time and by another lane.
    /// `lines` are the indices of the line and of its counterpart.
    fn where_else(&self, track: usize, lines: [usize; 2]) -> String {
        let line = &self.printed[track][lines[0]];
        let counterpart = &self.printed[1 - track][lines[1]];
        // Compared by their own times, and not by those of their moments: a poll that blocks prints
        // later than it began.
        match counterpart.at.cmp(&line.at) {
            Ordering::Less => "earlier in".into(),
            Ordering::Greater => "later in".into(),
            Ordering::Equal if counterpart.lane == line.lane => {
                format!("{} in", self.order_there(track, lines))
            }
            Ordering::Equal => "in".into(),
        }
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

/// Whether asyncio's debug mode reports a line of a track: it is told after the step, and not as
/// what the lane of the step prints.
fn is_a_report(track: usize, line: &Printed<'_>) -> bool {
    track == 1 && line.has_no_line
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
    use super::{super::printed::tests::lines, *};

    /// A run with a moment at each of these times, which has these steps of Rust and Python.
    fn run_of(moments: &[(u64, Option<usize>, Option<usize>)]) -> SteppedRun {
        let mut run = SteppedRun {
            title: String::new(),
            verdict: None,
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
    fn a_report_of_asyncio_is_not_said_to_be_printed_by_the_lane_of_which_it_tells() {
        assert_eq!(
            told("A end@0", "A end@0, A slow*@0"),
            "Here the two part: only asyncio reports “slow”."
        );
    }

    #[test]
    fn a_line_that_another_lane_prints_is_not_said_to_be_of_one_language_only() {
        assert_eq!(
            told("A one@0", "B one@0"),
            "Here the two part: A prints “one” here in Rust; in Python B prints it."
        );
    }
}
