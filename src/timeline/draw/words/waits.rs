//! Where lanes waited, and for what, in words.
use super::NAMED;
use crate::timeline::{
    draw::chart::{Chart, End, Row, Span, State},
    human,
};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// A place at which a lane waited, once or often.
struct PlaceOfWaits {
    /// The place in words. Waits with the same words are at the same place.
    words: String,
    /// When the first wait there began.
    from: Duration,
    /// When the last one ended. Between the two the lane need not have waited all the time.
    to: Duration,
    /// How many waits there were. “3 times” saves a line for each of them.
    times: usize,
}

impl Chart {
    /// Where a lane waits in a span, and for what: `at FILE:LINE for sleep`.
    pub fn place(&self, span: &Span) -> Option<String> {
        span.places.sentence(|lane| match self.rows.get(lane) {
            Some(row) => row.name.clone(),
            // Not in a recording, and not in a chart from a file, which is checked. But the fields
            // of a chart are public.
            None => "a lane".into(),
        })
    }

    /// Where each lane waited, one line for each place: from when to when, and how often.
    pub fn places(&self) -> String {
        let mut lines = vec![];
        // Names stand right-aligned, so that the times begin in one column.
        let widest = self.rows.iter().map(|row| row.name.width()).max().unwrap_or_default();
        for row in &self.rows {
            // `{:>widest$}` counts characters, and a wide letter takes two columns.
            let name = format!("{}{}", " ".repeat(widest - row.name.width()), row.name);
            for PlaceOfWaits { words, from, to, times } in self.places_of(row) {
                let times = if times > 1 { format!(", {times} times") } else { String::new() };
                lines.push(format!("{name}  {} to {}  {words}{times}", human(from), human(to)));
            }
        }
        // For a recording without places there is no heading either.
        if lines.is_empty() {
            return String::new();
        }
        format!("Where each lane waited:\n{}\n", lines.join("\n"))
    }

    /// The places at which one lane waited, in the order in which it came there first.
    fn places_of(&self, row: &Row) -> Vec<PlaceOfWaits> {
        let mut places: Vec<PlaceOfWaits> = vec![];
        for span in &row.spans {
            if !may_wait(span.state) {
                continue;
            }
            let Some(words) = self.place(span) else { continue };
            let from = self.time(span.from);
            let to = self.time(span.to);
            match places.iter_mut().find(|place| place.words == words) {
                Some(place) => {
                    place.to = to;
                    place.times += 1;
                }
                None => places.push(PlaceOfWaits { words, from, to, times: 1 }),
            }
        }
        places
    }

    /// Where the lane waited, each place once; and where it still waits at the end.
    pub(super) fn where_it_waited(&self, row: &Row) -> Vec<String> {
        let mut waited: Vec<String> = vec![];
        let mut still = None;
        for (nth, span) in row.spans.iter().enumerate() {
            // A wait that takes no time is not worth a sentence.
            if !may_wait(span.state) || span.from.instant == span.to.instant {
                continue;
            }
            let Some(place) = self.place(span) else { continue };
            if nth + 1 == row.spans.len() && *row.how_it_ended() == End::Unfinished {
                still = Some(format!("waiting {place}"));
            } else if !waited.contains(&place) {
                waited.push(place);
            }
        }
        let mut facts = vec![];
        for place in waited.iter().take(NAMED) {
            facts.push(format!("waited {place}"));
        }
        match waited.len().saturating_sub(NAMED) {
            0 => {}
            1 => facts.push("and at 1 more place".into()),
            more => facts.push(format!("and at {more} more places")),
        }
        facts.extend(still);
        facts
    }
}

/// Whether a lane in this state waits, or may wait: a callback waits in the queue of its loop
/// before it is called for the first time, and is [`State::Lazy`] until then.
fn may_wait(state: State) -> bool {
    matches!(state, State::Waiting(_) | State::Lazy)
}
