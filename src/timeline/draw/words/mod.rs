//! A chart in words: for readers who cannot see it, and for readers who want to be told what to
//! look at.
//!
//! There are three lengths: `sentence` is about one span (what a pointer shows), `summary` is a few
//! sentences on the run (what stands beside a picture), and `describe` has a sentence for each row
//! (what a screen reader says). The words for states are those of [`Mark`](super::Mark); here is
//! only what joins them.
//!
//! In the order in which to read it: this file has `sentence` and `describe`; `waits`, where lanes
//! waited; `summary`, how long the run took; `own_work`, how long it would have taken one after
//! another.
mod own_work;
mod summary;
mod waits;

use super::{
    chart::{Chart, End, Row, State, Until},
    rows,
};
use crate::timeline::{LaneId, human};

/// At most this many lanes, wakers or places are named one by one: a sentence with more names is
/// hard to read. Of the other lanes and places only the number is told; other wakers are left out.
const NAMED: usize = 6;

/// What a description says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Also where each lane waited, which has to be looked up.
    WithPlaces,
    /// All but where each lane waited.
    WithoutPlaces,
}

impl Chart {
    /// One span of a lane as a sentence: what is said when a reader points at it.
    pub fn sentence(&self, lane: LaneId, nth: usize) -> String {
        let row = &self.rows[lane];
        let span = &row.spans[nth];
        let from = self.time(span.from);
        let to = self.time(span.to);
        // `A: waiting from 0 to 100 ms (100 ms), at src/main.rs:12 for sleep`
        let mut text = format!("{}: {}", row.name, span.state.label());
        if from == to {
            text += &format!(" at {}", human(from));
        } else {
            text += &format!(" from {} to {}", human(from), human(to));
        }
        if let Some(reason) = self.reason(row, nth) {
            text += &format!(" ({reason})");
        }
        if let Some(place) = self.place(span) {
            text += &format!(", {place}");
        }
        text
    }

    /// The whole chart as sentences: what a screen reader says.
    pub fn describe(&self) -> String {
        self.describe_with(Detail::WithPlaces)
    }

    /// The whole chart as sentences, in as much detail as the caller wants.
    pub(super) fn describe_with(&self, detail: Detail) -> String {
        let mut text = format!("Timeline of {}. {}", self.title, self.summary());
        // One sentence for each row of the picture, so that a person can follow both together.
        // Lanes that share a row, such as thirty rounds of a loop, share a sentence.
        for lanes in rows::shared(self) {
            text += " ";
            text += &match lanes[..] {
                [lane] => self.describe_row(&self.rows[lane], detail),
                _ => self.describe_lanes_in_turn(&lanes),
            };
        }
        text
    }

    fn describe_row(&self, row: &Row, detail: Detail) -> String {
        // First what the lane did, then what woke it, then where it waited, then how it ended.
        let mut facts = vec![how_often_polled(row)];
        facts.extend(self.what_took_time(row));
        facts.extend(self.what_woke_it(row));
        if detail == Detail::WithPlaces {
            facts.extend(self.where_it_waited(row));
        }
        facts.extend(self.how_it_ended(row));
        format!("{}: {}.", row.name, facts.join(", "))
    }

    /// What took time beside waits: the lane blocked, computed on a thread, moved the clock, or was
    /// woken and not polled.
    fn what_took_time(&self, row: &Row) -> Vec<String> {
        let mut facts = vec![];
        for span in &row.spans {
            let time = human(self.between(span.from, span.to));
            match span.state {
                State::Blocking => facts.push(format!("blocked the thread for {time}")),
                State::MovedClock => facts.push(format!("moved the clock by {time}")),
                // A closure that took no time on its thread was not busy.
                State::OnThread if span.from.instant < span.to.instant => {
                    facts.push(format!("busy for {time}"));
                }
                State::WokenNotPolled => {
                    let since = human(self.time(span.from));
                    facts.push(format!("woken, but not polled for {time} from {since} on"));
                }
                _ => {}
            }
        }
        facts
    }

    /// What ended the lane's waits, each once: mostly what woke it, or `not woken` if it was polled
    /// without a wake. Timers are left out, since they say nothing about other lanes.
    fn what_woke_it(&self, row: &Row) -> Vec<String> {
        let mut wakers: Vec<String> = vec![];
        for (nth, span) in row.spans.iter().enumerate() {
            let Some(reason) = self.reason(row, nth) else { continue };
            let slept = span.state == State::Waiting(Until::Clock);
            if !slept && !wakers.contains(&reason) {
                wakers.push(reason);
            }
        }
        // A lane that many others wake would fill the description with their names.
        wakers.truncate(NAMED);
        wakers
    }

    /// How the lane ended, and when. The time helps a reader to see whether a lane was cancelled at
    /// a deadline or by mistake. None if it was never polled: `how_often_polled` has said that.
    fn how_it_ended(&self, row: &Row) -> Option<String> {
        let at = human(self.time(row.ends_at()));
        if *row.how_it_ended() == End::Unfinished {
            return match row.was_polled() {
                true => Some(format!("still running at the end, {at}")),
                false => None,
            };
        }
        let note = self.end_note(row).unwrap_or_else(|| "finished".into());
        Some(format!("{note} at {at}"))
    }

    /// Lanes that a loop made, one after the other.
    fn describe_lanes_in_turn(&self, lanes: &[LaneId]) -> String {
        // From the beginning of the first to the end of the last: they are in order of time.
        let first = &self.rows[lanes[0]];
        let last = &self.rows[lanes[lanes.len() - 1]];
        // Counted, in the order in which they first occur: “28 finished, 2 dropped by main”.
        let mut ends: Vec<(String, usize)> = vec![];
        for &lane in lanes {
            let row = &self.rows[lane];
            let end = self.end_note(row).unwrap_or_else(|| "finished".into());
            match ends.iter_mut().find(|(other, _)| *other == end) {
                Some((_, count)) => *count += 1,
                None => ends.push((end, 1)),
            }
        }
        let ends: Vec<String> = ends.iter().map(|(end, count)| format!("{count} {end}")).collect();
        format!(
            "{}: {} lanes in turn from {} to {}, {}.",
            first.name,
            lanes.len(),
            human(self.time(first.begin())),
            human(self.time(last.ends_at())),
            ends.join(", ")
        )
    }
}

fn how_often_polled(row: &Row) -> String {
    // Every state that is a poll. A closure on a thread is not polled: it is no future.
    let mut polls = 0;
    let mut on_thread = false;
    for span in &row.spans {
        match span.state {
            State::OnThread => on_thread = true,
            state if state.is_poll() => polls += 1,
            _ => {}
        }
    }
    match polls {
        0 if on_thread => "on a thread of its own".into(),
        0 => "never polled".into(),
        1 => "polled once".into(),
        _ => format!("polled {polls} times"),
    }
}
