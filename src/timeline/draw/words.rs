//! A chart in words: for those who cannot see it, and for those who would rather be told what to look at.
use super::chart::{Chart, End, Row, State, Until};
use crate::timeline::human;
use std::{cmp::Ordering, collections::HashMap, time::Duration};

/// So many lanes are named one by one.
const NAMED: usize = 6;

impl Chart {
    /// What there is to see, in one sentence or two: how long the run took, and how long its waits are together.
    pub fn summary(&self) -> String {
        let took = human(self.elapsed);
        let mut parts: Vec<(String, Duration)> =
            self.rows.iter().map(|row| (row.name.clone(), self.busy(row))).collect();
        parts.retain(|(_, time)| !time.is_zero());
        let sum: Duration = parts.iter().map(|(_, time)| *time).sum();
        if parts.len() < 2 {
            return format!("The run took {took}.");
        }
        let more = parts.len().saturating_sub(NAMED);
        let mut named: Vec<String> = parts
            .iter()
            .take(NAMED)
            .map(|(name, time)| format!("{name} {}", human(*time)))
            .collect();
        if more > 0 {
            named.push(format!("{more} more"));
        }
        let named = named.join(" + ");
        match sum.cmp(&self.elapsed) {
            Ordering::Greater => {
                format!(
                    "The run took {took}; one after another it would have been {} ({named}).",
                    human(sum)
                )
            }
            Ordering::Equal => {
                format!(
                    "The run took {took}, as long as all of it one after another ({named}): nothing overlapped."
                )
            }
            Ordering::Less => format!("The run took {took}."),
        }
    }

    /// The whole chart as sentences: what a screen reader says.
    pub fn describe(&self) -> String {
        let lanes: Vec<String> = self.rows.iter().map(|row| self.describe_row(row)).collect();
        format!("Timeline of {}. {} {}", self.title, self.summary(), lanes.join(" "))
    }

    fn describe_row(&self, row: &Row) -> String {
        let count = |wanted: fn(&State) -> bool| {
            row.spans.iter().filter(|span| wanted(&span.state)).count()
        };
        let ran = count(|state| {
            matches!(state, State::Running | State::RunningUnwoken | State::Blocking)
        });
        let mut facts = vec![match (ran, count(|state| *state == State::OnThread)) {
            (0, 0) => "never polled".to_owned(),
            (0, _) => "on a thread of its own".to_owned(),
            (1, _) => "polled once".to_owned(),
            (n, _) => format!("polled {n} times"),
        }];
        for span in &row.spans {
            let time = || human(self.between(span.from, span.to));
            match span.state {
                State::Blocking => facts.push(format!("blocked the thread for {}", time())),
                State::OnThread if span.from.instant < span.to.instant => {
                    facts.push(format!("busy for {}", time()))
                }
                _ => {}
            }
        }
        let mut wakers: Vec<String> = vec![];
        for nth in
            (0..row.spans.len()).filter(|nth| row.spans[*nth].state != State::Waiting(Until::Clock))
        {
            wakers.extend(self.reason(row, nth).filter(|reason| !wakers.contains(reason)));
        }
        facts.extend(wakers.into_iter().take(NAMED));
        let at = human(self.time(row.end.0));
        facts.push(match (&row.end.1, self.fate(row)) {
            (End::Finished, _) => format!("finished at {at}"),
            (End::Unfinished, _) => format!("still running at the end, {at}"),
            (_, Some(fate)) => format!("{fate} at {at}"),
            (_, None) => format!("ended at {at}"),
        });
        format!("{}: {}.", row.name, facts.join(", "))
    }

    /// How long a lane waited for timers, or kept a thread busy, of its own accord: not because of another lane. A
    /// timer beside other lanes, in a lane that polls them, is a deadline, not a wait.
    fn busy(&self, row: &Row) -> Duration {
        if self.polls_others(row) {
            return Duration::ZERO;
        }
        let own = (0..row.spans.len()).map(|nth| match row.spans[nth].state {
            State::Waiting(Until::Clock) => self.slept(row, nth),
            State::OnThread | State::Blocking => {
                self.between(row.spans[nth].from, row.spans[nth].to)
            }
            _ => Duration::ZERO,
        });
        own.sum()
    }
}

/// A letter for each lane: the first of its name, or the last if another lane begins with the same.
pub(super) fn letters(rows: &[Row]) -> Vec<char> {
    let first = |row: &Row| row.name.chars().next().unwrap_or('?');
    let last = |row: &Row| row.name.chars().next_back().unwrap_or('?');
    let mut begin: HashMap<char, usize> = HashMap::new();
    rows.iter().for_each(|row| *begin.entry(first(row)).or_default() += 1);
    let unlike = |row: &Row| rows.iter().filter(|other| last(other) == last(row)).count() == 1;
    rows.iter()
        .map(|row| if begin[&first(row)] > 1 && unlike(row) { last(row) } else { first(row) })
        .collect()
}
