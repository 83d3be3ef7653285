//! Variants of a program on one time axis: what if it were written in another way?
//!
//! A chart that is a variant names another chart by its title: the *first*. The first and all its
//! variants are a *group*. Each run of a group gets the instants of all of them, so that equal
//! times are at equal places whichever run is shown; and the rows of all of them, so that lanes of
//! one name are at the same height. What differs from the first is marked in the others, and said
//! in one sentence.
//!
//! Times are compared on the paused clock only, on which they are exact. On the real clock each run
//! is late by what the machine takes, and the same program would “end later” the next time. So
//! there a variant differs in its lanes, in its lines and in how its lanes end; and how long each
//! run took is told as what was measured.
use super::{
    reader::join,
    steps::{SaidBefore, SharedRow, SteppedRun, SteppedVariant},
};
use crate::timeline::{
    self, Chart, End, LaneId,
    draw::beside::{have_exact_times, length, share_colours, stretches, with_common_instants},
};
use std::{cmp::Ordering, collections::HashMap};

/// A program and its variants.
pub(super) struct Group {
    /// Where the runs are among the charts of the page. The others are compared with the first.
    pub(super) members: Vec<usize>,
    /// The charts of the members, in the same order, each with the instants and colours of all.
    pub(super) charts: Vec<Chart>,
}

/// All programs that have variants.
pub(super) fn groups(charts: &[Chart]) -> Vec<Group> {
    let mut groups: Vec<Vec<usize>> = vec![];
    for (index, chart) in charts.iter().enumerate() {
        let Some(variant) = &chart.variant else { continue };
        let is_first = |first: &Chart| first.variant.is_none() && first.title == variant.of;
        // If the variant was run alone, the first is missing, and there is nothing to compare.
        let Some(first) = charts.iter().position(is_first) else { continue };
        match groups.iter_mut().find(|members| members[0] == first) {
            Some(members) => members.push(index),
            None => groups.push(vec![first, index]),
        }
    }
    let mut found = vec![];
    for members in groups {
        let own: Vec<&Chart> = members.iter().map(|&member| &charts[member]).collect();
        let mut charts = with_common_instants(&own);
        share_colours(&mut charts);
        found.push(Group { members, charts });
    }
    found
}

impl Group {
    /// Writes into each run of the group how it compares with the others. `scenes` are all the runs
    /// of the page.
    pub(super) fn compare(&self, scenes: &mut [SteppedRun]) {
        let columns = self.columns(scenes);
        let rows = shared_rows(&self.charts);
        let rows_of_work = rows_of_work(&self.charts, &rows);
        let ends: Vec<usize> =
            self.charts.iter().map(|chart| chart.rows[0].end.0.instant).collect();
        let stopped: Vec<bool> = self.charts.iter().map(is_stopped).collect();
        for (nth, &member) in self.members.iter().enumerate() {
            let mut shared = vec![];
            for row in &rows {
                shared.push(SharedRow {
                    name: row.name.clone(),
                    hue: row.hue,
                    lane: row.lanes[nth],
                    differs: self.differences(row, nth),
                });
            }
            let are_exact = have_exact_times(&self.charts[0], &self.charts[nth]);
            let runs = [&scenes[self.members[0]], &scenes[member]];
            let (lines, missing) = said_before(runs, are_exact);
            let sentence = if nth == 0 {
                self.times()
            } else {
                self.what_differs(nth, &rows_of_work, &lines, missing)
            };
            scenes[member].variant = Some(SteppedVariant {
                among: self.members.clone(),
                columns: columns.clone(),
                ends: ends.clone(),
                stopped: stopped.clone(),
                rows: shared,
                lines,
                sentence,
            });
        }
    }

    /// For each instant the most moments that any of the runs has there. The script draws a column
    /// for each moment.
    fn columns(&self, scenes: &[SteppedRun]) -> Vec<usize> {
        let mut most = vec![0; self.charts[0].instants.len()];
        for &member in &self.members {
            let mut columns = vec![0; most.len()];
            for moment in &scenes[member].moments {
                columns[moment.instant] += 1;
            }
            for (instant, count) in columns.into_iter().enumerate() {
                most[instant] = most[instant].max(count);
            }
        }
        most
    }

    /// Where a row of this variant differs from that of the first.
    fn differences(&self, row: &Row, nth: usize) -> Vec<[(usize, bool); 2]> {
        // A lane that only one of the two runs has differs as a whole: the script sees that itself.
        let (Some(before), Some(now)) = (row.lanes[0], row.lanes[nth]) else { return vec![] };
        let charts = [&self.charts[0], &self.charts[nth]];
        let mut differs = vec![];
        let are_exact = have_exact_times(charts[0], charts[1]);
        let stretches = if are_exact { stretches(charts, [&[before], &[now]]) } else { Vec::new() };
        for (from, to) in stretches {
            // A stretch begins and ends at an edge of an instant. The left edge is column 0, and
            // the right one is a later column: the script need not know which.
            //
            // If neither run polls at an instant, both its edges are column 0. A stretch that
            // begins there begins at the right edge, since at the instant itself nothing differs.
            let has_columns = charts.iter().any(|chart| chart.instants[from.instant].columns > 0);
            let begins_after = from.column > 0 || !has_columns;
            differs.push([(from.instant, begins_after), (to.instant, to.column > 0)]);
        }
        // Both may do the same up to their ends, and end in different ways.
        let (end_before, (end, how)) = (&charts[0].rows[before].end, &charts[1].rows[now].end);
        if LaneEnd::of(&end_before.1) != LaneEnd::of(how) {
            let at_its_end = [(end.instant, false), (end.instant, true)];
            if !differs.iter().any(|[from, to]| *from <= at_its_end[0] && at_its_end[1] <= *to) {
                differs.push(at_its_end);
            }
        }
        differs
    }

    /// How long each run takes: the sentence of the first, which has nothing to differ from. Empty
    /// if no run takes any time.
    fn times(&self) -> String {
        let first = &self.charts[0];
        let alike = self.charts.iter().all(|chart| took(chart) == took(first));
        if alike && takes_no_time(first) {
            return String::new();
        }
        if alike && first.verdict.is_none() {
            // By name: “both” would be the two languages beside it.
            let all: Vec<String> = self.charts.iter().map(quoted).collect();
            return format!("{} take {} each.", join(&all), length(first));
        }
        let parts: Vec<String> =
            self.charts.iter().map(|chart| format!("{} {}", quoted(chart), took(chart))).collect();
        format!("{}.", join(&parts))
    }

    /// What differs from the first: the time, the lanes, and how many lines only one of the two
    /// prints. A page marks those of this run where it lists what the run prints; it does not list
    /// the `missing` ones, which only the first prints. Empty if there is nothing to say.
    fn what_differs(
        &self,
        nth: usize,
        rows: &[Row],
        lines: &[SaidBefore],
        missing: usize,
    ) -> String {
        let first = &self.charts[0];
        let here = &self.charts[nth];
        let mut parts = vec![];
        if took(first) != took(here) {
            let here_took = format!("{} {}", quoted(here), took(here));
            parts.push(format!("{here_took}, and {} {}", quoted(first), took(first)));
        } else if !takes_no_time(here) {
            parts.push(format!("{} {}, as {} does", quoted(here), took(here), quoted(first)));
        }
        // Lanes that differ in the same way are named together: “A and B end later”.
        let mut found: Vec<(Difference, Vec<&str>)> = vec![];
        for row in rows {
            let Some(difference) = row.difference(first, here, nth) else { continue };
            match found.iter_mut().find(|(other, _)| *other == difference) {
                Some((_, names)) => names.push(&row.name),
                None => found.push((difference, vec![&row.name])),
            }
        }
        // Rows that only other variants have are not counted.
        let mut shown: Vec<&str> = vec![];
        for row in rows {
            if row.lanes[0].is_some() || row.lanes[nth].is_some() {
                shown.push(&row.name);
            }
        }
        for (difference, names) in found {
            let several = names.len() > 1;
            let lanes = join_some(&counted(&names, &shown));
            parts.push(format!("{lanes} {}", difference.verb(several, &quoted(first))));
        }
        match lines.iter().filter(|line| **line == SaidBefore::OnlyHere).count() {
            0 => {}
            1 => parts.push(format!("one line is not printed in {}", quoted(first))),
            count => parts.push(format!("{count} lines are not printed in {}", quoted(first))),
        }
        match missing {
            0 => {}
            1 => parts.push(format!("one line of {} is not printed here", quoted(first))),
            count => parts.push(format!("{count} lines of {} are not printed here", quoted(first))),
        }
        // A name at the beginning keeps its letters, since it stands in quotes or backticks.
        let sentence = parts.join("; ");
        let mut letters = sentence.chars();
        match letters.next() {
            Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
            None => String::new(),
        }
    }
}

/// A row that the runs of a group share.
struct Row {
    /// The lanes of this row have this name in all runs.
    name: String,
    /// The first run's colour for that name, which all take.
    hue: usize,
    /// The lane of each run, in the order of [`Group::members`]; none where a run has no such lane.
    lanes: Vec<Option<LaneId>>,
}

/// How a lane of a variant differs from that of the first. A sentence names one difference of a
/// lane: which one is decided in [`Row::difference`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Difference {
    /// Both end by themselves, and this one earlier.
    EndsEarlier,
    /// Both end by themselves, and this one later.
    EndsLater,
    /// Both are dropped before they are done, and this one earlier.
    DroppedEarlier,
    /// Both are dropped before they are done, and this one later.
    DroppedLater,
    /// One of the two is dropped, aborted or cancelled, and the other is not; or both end at the
    /// same time, such as one by a return and the other by a panic.
    EndsUnlike { here: LaneEnd, first: LaneEnd },
    /// This one ends by itself, and that of the first is left unfinished.
    EndsNotInTheFirst,
    /// This one is left unfinished, and that of the first ends by itself.
    EndsNotHere,
    /// The first has no such lane.
    NotInTheFirst,
    /// This run has no such lane.
    NotHere,
}

impl Difference {
    /// The verb of a sentence about one lane, or about several. It compares with the first alone: a
    /// third variant may do the same as this one, so it never says “only here”.
    fn verb(self, several: bool, first: &str) -> String {
        match (self, several) {
            (Difference::EndsEarlier, false) => "ends earlier".into(),
            (Difference::EndsEarlier, true) => "end earlier".into(),
            (Difference::EndsLater, false) => "ends later".into(),
            (Difference::EndsLater, true) => "end later".into(),
            (Difference::DroppedEarlier, false) => "is dropped earlier".into(),
            (Difference::DroppedEarlier, true) => "are dropped earlier".into(),
            (Difference::DroppedLater, false) => "is dropped later".into(),
            (Difference::DroppedLater, true) => "are dropped later".into(),
            (Difference::EndsUnlike { here, first: before }, _) => {
                format!("{} here and {} in {first}", here.verb(several), before.verb(several))
            }
            (Difference::EndsNotInTheFirst, false) => format!("does not end in {first}"),
            (Difference::EndsNotInTheFirst, true) => format!("do not end in {first}"),
            (Difference::EndsNotHere, false) => "does not end here".into(),
            (Difference::EndsNotHere, true) => "do not end here".into(),
            (Difference::NotInTheFirst, false) => format!("is not in {first}"),
            (Difference::NotInTheFirst, true) => format!("are not in {first}"),
            (Difference::NotHere, false) => "is not here".into(),
            (Difference::NotHere, true) => "are not here".into(),
        }
    }
}

/// What becomes of a lane in a run. A lane that is dropped, aborted or cancelled has not done its
/// work, so its time is no time at which that is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LaneEnd {
    /// It returns.
    Finishes,
    /// It returns an error.
    Fails,
    /// It returns the error of its cancellation.
    ReturnsCancelled,
    /// It panics.
    Panics,
    /// It is dropped before it is done.
    Dropped,
    /// It is dropped since its task was aborted.
    Aborted,
    /// It is not over when the run is.
    Unfinished,
}

impl LaneEnd {
    fn of(end: &End) -> LaneEnd {
        match end {
            End::Finished => LaneEnd::Finishes,
            End::Failed(_) => LaneEnd::Fails,
            End::ReturnedCancelled => LaneEnd::ReturnsCancelled,
            End::Panicked(_) => LaneEnd::Panics,
            End::Cancelled { aborted: false, .. } => LaneEnd::Dropped,
            End::Cancelled { aborted: true, .. } => LaneEnd::Aborted,
            End::Unfinished => LaneEnd::Unfinished,
        }
    }

    /// Whether the two ends are not known to differ. A run on tokio does not tell an error from
    /// another result.
    fn may_be(self, other: LaneEnd) -> bool {
        let returned = [LaneEnd::Finishes, LaneEnd::Fails];
        self == other || returned.contains(&self) && returned.contains(&other)
    }

    /// Whether the lane does not get to its own end, but is dropped.
    fn is_dropped(self) -> bool {
        matches!(self, LaneEnd::Dropped | LaneEnd::Aborted)
    }

    /// The verb of a sentence about one lane, or about several.
    fn verb(self, several: bool) -> &'static str {
        match (self, several) {
            (LaneEnd::Finishes, false) => "finishes",
            (LaneEnd::Finishes, true) => "finish",
            (LaneEnd::Fails, false) => "fails",
            (LaneEnd::Fails, true) => "fail",
            (LaneEnd::ReturnsCancelled, false) => "returns as cancelled",
            (LaneEnd::ReturnsCancelled, true) => "return as cancelled",
            (LaneEnd::Panics, false) => "panics",
            (LaneEnd::Panics, true) => "panic",
            (LaneEnd::Dropped, false) => "is dropped",
            (LaneEnd::Dropped, true) => "are dropped",
            (LaneEnd::Aborted, false) => "is aborted",
            (LaneEnd::Aborted, true) => "are aborted",
            (LaneEnd::Unfinished, false) => "does not end",
            (LaneEnd::Unfinished, true) => "do not end",
        }
    }
}

impl Row {
    /// How the lane of the run `nth` differs from that of the first; none if it does not. If only
    /// one of the two is dropped or cancelled, or only one ends, that is said. Otherwise it is the
    /// time, and at equal times the way in which the two end.
    fn difference(&self, first: &Chart, here: &Chart, nth: usize) -> Option<Difference> {
        let (before, now) = match (self.lanes[0], self.lanes[nth]) {
            (None, None) => return None,
            (None, Some(_)) => return Some(Difference::NotInTheFirst),
            (Some(_), None) => return Some(Difference::NotHere),
            (Some(0), Some(0)) => return None, // `main`: the sentence begins with how long it takes
            (Some(before), Some(now)) => (&first.rows[before].end, &here.rows[now].end),
        };
        let [end_before, end_now] = [before, now].map(|end| LaneEnd::of(&end.1));
        let unlike = Difference::EndsUnlike { here: end_now, first: end_before };
        // A lane that is dropped or cancelled has not done its work, so it is not done “earlier”.
        let is_cancelled = |end| end == LaneEnd::ReturnsCancelled;
        if end_before.is_dropped() != end_now.is_dropped()
            || is_cancelled(end_before) != is_cancelled(end_now)
        {
            return Some(unlike);
        }
        // A lane that is unfinished has no end, so there are no times to compare.
        match (end_before, end_now) {
            (LaneEnd::Unfinished, LaneEnd::Unfinished) => return None,
            (LaneEnd::Unfinished, _) => return Some(Difference::EndsNotInTheFirst),
            (_, LaneEnd::Unfinished) => return Some(Difference::EndsNotHere),
            _ => {}
        }
        let order = match have_exact_times(first, here) {
            true => here.time(now.0).cmp(&first.time(before.0)),
            false => Ordering::Equal,
        };
        let are_dropped = end_before.is_dropped() && end_now.is_dropped();
        match order {
            Ordering::Less if are_dropped => Some(Difference::DroppedEarlier),
            Ordering::Less => Some(Difference::EndsEarlier),
            Ordering::Greater if are_dropped => Some(Difference::DroppedLater),
            Ordering::Greater => Some(Difference::EndsLater),
            Ordering::Equal if are_dropped || end_before.may_be(end_now) => None,
            Ordering::Equal => Some(unlike),
        }
    }
}

/// The rows of all charts: the nth lane of a name shares a row with the nth lane of that name in
/// the other charts. Rows of the first chart come first, since the others only append to the list.
fn shared_rows(charts: &[Chart]) -> Vec<Row> {
    let mut rows: Vec<Row> = vec![];
    // By the name of a lane and its number among the lanes of that name: where its row is.
    let mut known: HashMap<(&str, usize), usize> = HashMap::new();
    for (index, chart) in charts.iter().enumerate() {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (lane, row) in chart.rows.iter().enumerate() {
            let nth = seen.entry(&row.name).or_default();
            let place = *known.entry((&row.name, *nth)).or_insert_with(|| {
                let lanes = vec![None; charts.len()];
                rows.push(Row { name: row.name.clone(), hue: row.hue, lanes });
                rows.len() - 1
            });
            *nth += 1;
            rows[place].lanes[index] = Some(lane);
        }
    }
    rows
}

/// The rows, but with one row for work that lanes pass on: each of them makes the next one, of the
/// same name, and ends. A callback that sets a timer for its next piece is such work. The last of
/// these lanes says how the work ends.
fn rows_of_work(charts: &[Chart], rows: &[Row]) -> Vec<Row> {
    let mut found: Vec<Row> = vec![];
    for row in rows {
        match found.iter().position(|work| goes_on(charts, work, row)) {
            Some(work) => {
                for (index, lane) in row.lanes.iter().enumerate() {
                    if lane.is_some() {
                        found[work].lanes[index] = *lane;
                    }
                }
            }
            None => {
                found.push(Row { name: row.name.clone(), hue: row.hue, lanes: row.lanes.clone() });
            }
        }
    }
    found
}

/// Whether work goes on in the lanes of a row, in each chart that has lanes of both. If it goes on
/// in one chart, and another chart has two lanes that run side by side, both rows stay: otherwise
/// the first of these two lanes would not be compared at all.
fn goes_on(charts: &[Chart], work: &Row, row: &Row) -> bool {
    let mut has_both = false;
    for (index, chart) in charts.iter().enumerate() {
        let (Some(maker), Some(lane)) = (work.lanes[index], row.lanes[index]) else { continue };
        if !passes_on(chart, maker, lane) {
            return false;
        }
        has_both = true;
    }
    has_both
}

/// Whether a lane passes its work on to another one: it makes that lane, and no other of its own
/// name, and is over when that lane begins. Two lanes that run side by side are two pieces of work.
fn passes_on(chart: &Chart, maker: LaneId, lane: LaneId) -> bool {
    let timeline::Row { name, end, .. } = &chart.rows[maker];
    let row = &chart.rows[lane];
    let is_made_by_it = |row: &&timeline::Row| row.parent == Some(maker) && row.name == *name;
    let made = chart.rows.iter().filter(is_made_by_it).count();
    is_made_by_it(&row) && made == 1 && end.0 <= row.begin()
}

/// A line that a run printed.
#[derive(PartialEq, Eq)]
struct Printed<'r> {
    /// When it was printed, in nanoseconds. That need not be the time of its step: a poll that
    /// blocks prints later, too.
    at: u64,
    /// The name of the lane that printed it.
    lane: &'r str,
    /// What was printed.
    text: &'r str,
}

/// What a run printed in Rust, in the order of its output.
fn printed(run: &SteppedRun) -> Vec<Printed<'_>> {
    let mut lines = vec![];
    for line in &run.output {
        if line.track == 0 {
            let step = &run.tracks[0].steps[line.step];
            let (lane, text, _) = &step.says[line.line];
            let lane = run.lanes[*lane].name.as_str();
            lines.push(Printed { at: step.said_at[line.line], lane, text });
        }
    }
    lines
}

/// For each line of a run, whether the first run prints it; and how many lines only the first one
/// prints. A line counts as printed if any lane prints its text, at any time. A line of the first
/// is used up when it is found: a line that is printed twice here is found twice only if the first
/// prints it twice. If the times of the two runs are not exact, a line that the same lane prints is
/// the same at any time.
fn said_before([first, here]: [&SteppedRun; 2], are_exact: bool) -> (Vec<SaidBefore>, usize) {
    let mut left = printed(first);
    let lines = printed(here);
    let mut found = vec![SaidBefore::OnlyHere; lines.len()];
    // What is most alike is found first: otherwise an earlier line of the same text could use up
    // the one that is exactly the same.
    for (kind, are_alike) in ROUNDS {
        for (line, found) in lines.iter().zip(&mut found) {
            if *found != SaidBefore::OnlyHere {
                continue;
            }
            if let Some(place) = left.iter().position(|other| are_alike(other, line)) {
                left.remove(place);
                *found = match kind {
                    SaidBefore::AtAnotherTime if !are_exact => SaidBefore::Same,
                    kind => kind,
                };
            }
        }
    }
    (found, left.len())
}

/// Whether two lines, one of each run, are alike.
type AreAlike = fn(&Printed<'_>, &Printed<'_>) -> bool;

/// In which order a line is looked for in the first run, and what is said of it where it is found.
const ROUNDS: [(SaidBefore, AreAlike); 4] = [
    (SaidBefore::Same, |one, other| one == other),
    (SaidBefore::ByAnotherLane, |one, other| one.text == other.text && one.at == other.at),
    (SaidBefore::AtAnotherTime, |one, other| one.text == other.text && one.lane == other.lane),
    (SaidBefore::ByAnotherLane, |one, other| one.text == other.text),
];

fn quoted(chart: &Chart) -> String {
    format!("“{}”", chart.title)
}

fn took(chart: &Chart) -> String {
    if is_stopped(chart) {
        return "does not end by itself".to_owned();
    }
    let time = length(chart);
    match (has_panicked(chart), chart.elapsed.is_zero()) {
        (true, true) => "panics at once".to_owned(),
        (true, false) => format!("panics after {time}"),
        (false, true) => "takes no time".to_owned(),
        (false, false) => format!("takes {time}"),
    }
}

/// Whether a run was stopped, since it did not end by itself. A panic of `main` is an end, although
/// the run has a verdict then.
fn is_stopped(chart: &Chart) -> bool {
    chart.verdict.is_some() && !has_panicked(chart)
}

/// Whether `main` panicked.
fn has_panicked(chart: &Chart) -> bool {
    matches!(chart.rows[0].end.1, End::Panicked(_))
}

/// Whether no time passes in a run that has a result.
fn takes_no_time(chart: &Chart) -> bool {
    chart.verdict.is_none() && chart.elapsed.is_zero()
}

/// Each name once, as code. Where several rows have that name, it is said how many of them are
/// meant: “one of the two `use`”.
fn counted(names: &[&str], rows: &[&str]) -> Vec<String> {
    let mut said: Vec<String> = vec![];
    let mut known: Vec<&str> = vec![];
    for name in names {
        if known.contains(name) {
            continue;
        }
        known.push(name);
        let meant = names.iter().filter(|other| *other == name).count();
        let all = rows.iter().filter(|row| *row == name).count();
        said.push(match (meant, all) {
            (1, 1) => format!("`{name}`"),
            (2, 2) => format!("both `{name}`"),
            (meant, all) if meant == all => format!("all {} `{name}`", in_words(all)),
            (meant, all) => format!("{} of the {} `{name}`", in_words(meant), in_words(all)),
        });
    }
    said
}

/// A small number as a word, as it stands in a sentence.
fn in_words(number: usize) -> String {
    match number {
        1 => "one".into(),
        2 => "two".into(),
        3 => "three".into(),
        4 => "four".into(),
        _ => number.to_string(),
    }
}

/// `a, b and c`; if there are too many to read, the first of them, and how many more.
fn join_some(names: &[String]) -> String {
    const MOST: usize = 5;
    let mut shown: Vec<String> = names.iter().take(MOST).cloned().collect();
    if names.len() > MOST {
        shown.push(format!("{} more", names.len() - MOST));
    }
    join(&shown)
}
