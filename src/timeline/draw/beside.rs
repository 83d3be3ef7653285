//! Two recordings on one time axis: the wrong program above the right one.
//!
//! Both charts get all instants of both, so that equal times are at equal places; lanes of one name
//! are at the same place from the top in both. Where a lane did not do the same in both runs, its
//! row is marked in both.
//!
//! The order of the steps is that in which each needs the one before:
//!
//! 1. common instants (`with_common_instants`): an index of an instant means the same in both;
//! 2. common colours (`share_colours`);
//! 3. common rows (`with_common_rows`): an index of a row means the same in both;
//! 4. what differs (`compare`), which only has to look at equal indices then.
//!
//! ```text
//!  one after another    A ██──────██✓
//!                       B            ██──────██✓
//!                                   ▲ coloured: B does not do the same in both
//!  both at once         A ██──────██✓
//!                       B ██──────██✓
//! ```
use super::{
    chart::{Chart, Instant, Pos},
    labels::{occurring, row_name},
    layout::Layout,
    left_out::LeftOut,
    marks::Mark,
    rows::{ROWS, Rows, shared},
    terminal::{self, TerminalOptions, label_width},
};
use crate::timeline::{LaneId, human};
use std::{collections::HashMap, time::Duration};

/// Two charts to be drawn beside each other: see [`Chart::beside`].
pub struct Pair {
    /// Both, with the instants of both.
    /// They are copies: their positions are not those of the charts that were given.
    pub(super) charts: [Chart; 2],
    /// Their rows: as many in both, and a lane that only one of them has is blank in the other.
    pub(super) rows: [Rows; 2],
    /// In each row the stretches in which the two differ.
    /// Empty for a row that only one of them has: all of it is different, and a sentence says so.
    pub(super) different: Vec<Vec<(Pos, Pos)>>,
    /// What differs, a sentence each.
    /// Made once, when the two are compared, so that a text and a description say the same.
    notes: Vec<String>,
}

impl Chart {
    /// This chart above another, on one time axis, with lanes of one name at the same place, and
    /// with a mark on what differs.
    pub fn beside(&self, other: &Chart) -> Pair {
        let mut charts: [Chart; 2] =
            with_common_instants(&[self, other]).try_into().expect("as many as were given");
        share_colours(&mut charts);
        let rows = with_common_rows(&charts);
        let mut pair = Pair { charts, rows, different: vec![], notes: vec![] };
        pair.compare();
        pair
    }
}

impl Pair {
    /// Draws both as lines of text. A row that differs has a sign before it.
    pub fn to_text(&self, options: TerminalOptions) -> String {
        let both = [(&self.charts[0], &self.rows[0]), (&self.charts[1], &self.rows[1])];
        // One label, one room and one layout for both: otherwise equal times would not be in line.
        let label = label_width(&both, options.width);
        let layout = Layout::new(&both, terminal::room(&both, label, options.width));
        // A row that only one chart has is different as a whole, although no stretch of it is
        // marked.
        let mut different = vec![];
        for row in 0..self.different.len() {
            if !self.different[row].is_empty() || self.only_in(row).is_some() {
                different.push(row);
            }
        }
        let mut lines = vec![];
        let mut marks = vec![];
        for (chart, rows) in both {
            let picture = terminal::Picture::new(chart, rows, &layout, label, options);
            lines.extend(picture.title());
            lines.push(picture.axis());
            lines.extend(picture.rows(&different));
            lines.push(String::new());
            marks.extend(occurring(chart, rows));
        }
        // One legend below both, with each mark once. Marks are sorted as legends are.
        marks.sort_unstable();
        marks.dedup();
        if !different.is_empty() {
            marks.push(Mark::Differs);
        }
        lines.extend(terminal::legend(&marks, &lines, options));
        for left_out in &layout.left_out {
            lines.extend(terminal::sentence(&left_out.to_string(), options));
        }
        // Last, since they are what the comparison comes to.
        for note in &self.notes {
            lines.extend(terminal::sentence(note, options));
        }
        for chart in &self.charts {
            if let Some(verdict) = &chart.verdict {
                let ended = format!("“{}” was ended: {verdict}.", chart.title);
                lines.extend(terminal::sentence(&ended, options));
            }
            for remark in &chart.remarks {
                let note = format!("Note on “{}”: {remark}.", chart.title);
                lines.extend(terminal::sentence(&note, options));
            }
        }
        lines.join("\n") + "\n"
    }

    /// Both in words, and what differs first.
    pub fn describe(&self) -> String {
        self.describe_with(true)
    }

    pub(super) fn describe_with(&self, places: bool) -> String {
        let [upper, lower] = &self.charts;
        let upper = upper.describe_with(places);
        format!("{} {upper} {}", self.notes.join(" "), lower.describe_with(places))
    }

    /// What differs, a sentence each; one sentence if nothing does.
    pub fn differences(&self) -> &[String] {
        &self.notes
    }

    /// Which of the two has this row, if only one has.
    /// A row that is in neither does not exist: rows are made from the lanes of one or of the
    /// other.
    fn only_in(&self, row: usize) -> Option<usize> {
        match (self.rows[0].drawn[row].is_empty(), self.rows[1].drawn[row].is_empty()) {
            (false, true) => Some(0),
            (true, false) => Some(1),
            _ => None,
        }
    }

    /// Finds what differs: first in the whole run, then row by row. A difference in *when*
    /// something happened is coloured in the picture; a difference in *how it ended* is worth a
    /// sentence, too.
    fn compare(&mut self) {
        let [upper, lower] = &self.charts;
        // Each run goes by its title, since “the first” and “the second” have to be looked up.
        let quoted = [format!("“{}”", upper.title), format!("“{}”", lower.title)];
        // First of all: it is what the two programs are compared for.
        if upper.elapsed != lower.elapsed {
            let took = [human(upper.elapsed), human(lower.elapsed)];
            self.notes.push(format!(
                "{} took {}, and {} took {}.",
                quoted[0], took[0], quoted[1], took[1]
            ));
        }
        for row in 0..self.rows[0].drawn.len() {
            let lanes = [&self.rows[0].drawn[row], &self.rows[1].drawn[row]];
            if let Some(only) = self.only_in(row) {
                let name = row_name(&self.charts[only], lanes[only]);
                self.notes.push(format!("{name} is only in {}.", quoted[only]));
                // Pushed even so: the index is that of the row.
                self.different.push(vec![]);
                continue;
            }
            self.different.push(stretches([upper, lower], [lanes[0], lanes[1]]));
            let ends =
                [end_in_words(&self.charts[0], lanes[0]), end_in_words(&self.charts[1], lanes[1])];
            if ends[0] != ends[1] {
                let name = row_name(&self.charts[0], lanes[0]);
                self.notes.push(format!(
                    "{name}: {} in {}, {} in {}.",
                    ends[0], quoted[0], ends[1], quoted[1]
                ));
            }
        }
        // The list is never empty, so that silence cannot be read as “not compared”.
        let same_rows = self.different.iter().all(Vec::is_empty);
        if self.notes.is_empty() {
            self.notes.push(if same_rows {
                "The two runs did the same.".into()
            } else {
                "The lanes of both runs end in the same way and at the same time.".into()
            });
        }
    }
}

/// How the last lane of a row ended, and when. If several lanes share the row, the last one stands
/// for all of them.
fn end_in_words(chart: &Chart, lanes: &[LaneId]) -> String {
    let row = &chart.rows[lanes[lanes.len() - 1]];
    let end = match chart.end_note(row) {
        Some(note) => note,
        None => row.end.1.label().to_owned(),
    };
    format!("{end} at {}", human(chart.time(row.end.0)))
}

/// Where the two rows of one name differ, in positions of the common instants.
///
/// ```text
///   upper   polls 1   waiting     polls 1   ready      polls 1
///   lower   polls 1   waiting     polls 0   (nothing)  polls 0
///                                 ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀   one stretch
/// ```
pub(super) fn stretches(charts: [&Chart; 2], lanes: [&[LaneId]; 2]) -> Vec<(Pos, Pos)> {
    let [upper, lower] = [0, 1].map(|side| Doings::of(charts[side], lanes[side]));
    let mut found: Vec<(Pos, Pos)> = vec![];
    // Stretches that touch become one, so that the picture has one coloured area and not many.
    let mut add = |from: Pos, to: Pos| match found.last_mut() {
        Some((_, end)) if *end >= from => *end = to,
        _ => found.push((from, to)),
    };
    for instant in 0..charts[0].instants.len() {
        // Both charts have all instants, but not the same number of polls in them.
        let columns = charts[0].instants[instant].columns.max(charts[1].instants[instant].columns);
        let begin = Pos { instant, column: 0 };
        let end = Pos { instant, column: columns };
        if upper.polls[instant] != lower.polls[instant] {
            add(begin, end);
        }
        // After the last instant neither chart has anything, so `instant + 1` exists here.
        if upper.after[instant] != lower.after[instant] {
            add(end, Pos { instant: instant + 1, column: 0 });
        }
    }
    found
}

/// What the lanes of a row did.
struct Doings {
    /// How many polls began at each instant.
    /// Their columns are not compared: the column of a poll depends on the polls of other lanes,
    /// which may differ.
    polls: Vec<usize>,
    /// What the row did between each instant and the next.
    /// None before the lane was made and after it ended. Marks and not states: a picture draws all
    /// waits alike, so what ended a wait makes no difference here.
    after: Vec<Option<Mark>>,
}

impl Doings {
    fn of(chart: &Chart, lanes: &[LaneId]) -> Doings {
        let count = chart.instants.len();
        let mut doings = Doings { polls: vec![0; count], after: vec![None; count] };
        for &lane in lanes {
            for span in &chart.rows[lane].spans {
                // A poll is counted where it begins; one that blocks may end at a later instant.
                if span.state.is_poll() {
                    doings.polls[span.from.instant] += 1;
                }
                // All gaps that the span covers. One within an instant covers none.
                doings.after[span.from.instant..span.to.instant].fill(Some(span.state.mark()));
            }
        }
        doings
    }
}

/// The charts, each with the instants of all of them.
pub(super) fn with_common_instants(charts: &[&Chart]) -> Vec<Chart> {
    // Instants meet by their time. Of several with one time the second meets the second: see
    // `keys`.
    let mut common: Vec<(Duration, usize)> = vec![];
    let mut all_keys = vec![];
    for chart in charts {
        let keys = keys(chart);
        common.extend(&keys);
        all_keys.push(keys);
    }
    common.sort_unstable();
    common.dedup();
    let mut moved = vec![];
    for (chart, keys) in charts.iter().zip(&all_keys) {
        moved.push(with_instants(chart, keys, &common));
    }
    moved
}

/// The chart with the instants of a run that is shown beside it. Nothing runs at these.
pub(super) fn with_times(chart: &Chart, times: &[Duration]) -> Chart {
    let keys = keys(chart);
    let mut all = keys.clone();
    all.extend(times.iter().map(|time| (*time, 0)));
    all.sort_unstable();
    all.dedup();
    with_instants(chart, &keys, &all)
}

/// An instant is known by its time, and by how many of that time came before it: on the real clock
/// two instants can have one time.
fn keys(chart: &Chart) -> Vec<(Duration, usize)> {
    let mut keys = vec![];
    for (index, instant) in chart.instants.iter().enumerate() {
        let before = chart.instants[..index].iter().rev();
        let nth = before.take_while(|other| other.at == instant.at).count();
        keys.push((instant.at, nth));
    }
    keys
}

/// The chart with the common instants instead of its own. All positions move with them; an instant
/// that only the other chart has gets no column here, and no lane does anything at it.
fn with_instants(chart: &Chart, own: &[(Duration, usize)], common: &[(Duration, usize)]) -> Chart {
    let mut instants: Vec<Instant> = vec![];
    for (at, _) in common {
        instants.push(Instant { at: *at, columns: 0 });
    }
    // For each of the chart's own instants its index among the common ones.
    let mut moved_to = vec![];
    for (index, key) in own.iter().enumerate() {
        let place = common.binary_search(key).expect("the common instants have all of them");
        instants[place].columns = chart.instants[index].columns;
        moved_to.push(place);
    }
    // The column stays: an instant keeps its polls, wherever it goes.
    let moved = |pos: Pos| Pos { instant: moved_to[pos.instant], ..pos };
    let mut chart = chart.clone();
    chart.instants = instants;
    for row in &mut chart.rows {
        for span in &mut row.spans {
            (span.from, span.to) = (moved(span.from), moved(span.to));
            if let Some(woken) = &mut span.woken {
                woken.at = moved(woken.at);
            }
        }
        for owner in &mut row.polled_before {
            owner.until = moved(owner.until);
        }
        row.end.0 = moved(row.end.0);
    }
    for wake in &mut chart.wakes {
        wake.at = moved(wake.at);
    }
    for hold in chart.threads.iter_mut().flatten() {
        (hold.from, hold.to) = (moved(hold.from), moved(hold.to));
    }
    for said in &mut chart.said {
        said.at = moved(said.at);
    }
    chart
}

/// The rows of both: the nth row of a name meets the nth row of that name.
/// Rows of the upper chart keep their order; rows that only the lower one has come last.
fn with_common_rows(charts: &[Chart; 2]) -> [Rows; 2] {
    let upper = shared(&charts[0]);
    let mut lower = shared(&charts[1]);
    let mut pairs: Vec<[Vec<LaneId>; 2]> = vec![];
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    // Backwards, so that `pop` gives the first of a name that is left.
    for (index, lanes) in lower.iter().enumerate().rev() {
        by_name.entry(row_name(&charts[1], lanes)).or_default().push(index);
    }
    for lanes in upper {
        let meets = by_name.get_mut(row_name(&charts[0], &lanes)).and_then(Vec::pop);
        let other = match meets {
            Some(index) => std::mem::take(&mut lower[index]),
            None => vec![],
        };
        pairs.push([lanes, other]);
    }
    for lanes in lower {
        // Those that have met one of the upper chart were taken out above.
        if !lanes.is_empty() {
            pairs.push([vec![], lanes]);
        }
    }
    // The first rows stay. The most interesting rows could be different ones in each chart.
    let missing = pairs.split_off(pairs.len().min(ROWS));
    [0, 1].map(|side| {
        let drawn = pairs.iter().map(|pair| pair[side].clone()).collect();
        let lanes: Vec<LaneId> = missing.iter().flat_map(|pair| pair[side].clone()).collect();
        // If all lanes that are left out belong to one chart, only that chart says so.
        let left_out = match lanes.is_empty() {
            true => None,
            false => Some(LeftOut::lanes(&charts[side], &lanes)),
        };
        Rows::of(&charts[side], drawn, left_out)
    })
}

/// Gives lanes of one name the same colour in all charts. Each chart has numbered its colours in
/// the order in which its own names came up.
pub(super) fn share_colours(charts: &mut [Chart]) {
    // The first chart keeps its colours. The others take them for names that they have, too.
    let Some((first, others)) = charts.split_first_mut() else { return };
    let mut hues: HashMap<String, usize> = HashMap::new();
    let mut next = 0;
    for row in &first.rows {
        hues.insert(row.name.clone(), row.hue);
        next = next.max(row.hue + 1);
    }
    for row in others.iter_mut().flat_map(|chart| &mut chart.rows) {
        // A name that the first chart does not have gets a colour that is not used yet.
        row.hue = *hues.entry(row.name.clone()).or_insert_with(|| {
            next += 1;
            next - 1
        });
    }
}
