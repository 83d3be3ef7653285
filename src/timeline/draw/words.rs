//! A chart in words: for those who cannot see it, and for those who would rather be told what to
//! look at.
use super::{
    chart::{Chart, End, Pos, Row, Span, State, Until},
    rows,
};
use crate::timeline::{LaneId, human};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// So many lanes are named one by one.
const NAMED: usize = 6;

impl Chart {
    /// What there is to see, in one sentence or two: how long the run took; and how long it would
    /// have been one after another, where that can be known. The verdict comes first, if there is
    /// one, and the remarks last.
    pub fn summary(&self) -> String {
        let mut summary = self.how_long_it_took();
        if let Some(verdict) = &self.verdict {
            summary = format!("Ended: {verdict}. {summary}");
        }
        for remark in &self.remarks {
            summary += &format!(" Note: {remark}.");
        }
        summary
    }

    fn how_long_it_took(&self) -> String {
        if self.elapsed.is_zero() {
            return "The run took no time.".into();
        }
        let took = format!("The run took {}", human(self.elapsed));
        let Some(parts) = self.parts() else { return format!("{took}.") };
        let sum: Duration = parts.iter().map(|(_, time)| *time).sum();
        let named = name_the_parts(&parts);
        if sum > self.elapsed {
            let sum = human(sum);
            format!("{took}; one after another it would have been {sum} ({named}).")
        } else if sum == self.elapsed && !self.anything_overlaps() {
            format!("{took}, as long as all of it one after another ({named}): nothing overlapped.")
        } else {
            format!("{took}.")
        }
    }

    /// What each lane did by itself, if the sum of it means something: how long the run would have
    /// taken one after another. It means nothing
    ///
    /// - where a lane did not finish, since its last wait was cut short: a deadline that was not
    ///   needed, a heartbeat that went on until it was dropped;
    /// - where a lane that polls others waits for a timer: that is a deadline for them, or a pause
    ///   between them;
    /// - where a lane blocks while another waits for a timer, since that wait is longer for it;
    /// - where a lane waits for what is no lane, or where it is not known what its wait was for:
    ///   one after another the others would have had to wait for that, too.
    fn parts(&self) -> Option<Vec<(&str, Duration)>> {
        let polls_others = self.pollers();
        let mut parts = vec![];
        let mut slept = vec![];
        let mut blocked = vec![];
        for (lane, row) in self.rows.iter().enumerate() {
            if row.end.1 != End::Finished {
                return None;
            }
            let mut own = Duration::ZERO;
            // What was polled without a wake goes on waiting for the same: the next wake tells.
            let mut unexplained = Duration::ZERO;
            for (nth, span) in row.spans.iter().enumerate() {
                match span.state {
                    State::Waiting(Until::Unwoken) => {
                        unexplained += self.between(span.from, span.to);
                    }
                    State::Waiting(Until::Outside) => {
                        unexplained += self.between(span.from, span.to);
                        if !unexplained.is_zero() {
                            return None;
                        }
                    }
                    State::Waiting(Until::Clock) => {
                        if polls_others[lane] || (lane == 0 && self.rows.len() > 1) {
                            return None;
                        }
                        own += self.slept(row, nth);
                        unexplained = Duration::ZERO;
                        slept.push((lane, span.from, span.to));
                    }
                    State::Blocking | State::OnThread if !polls_others[lane] => {
                        own += self.between(span.from, span.to);
                        if span.state == State::Blocking {
                            blocked.push((lane, span.from, span.to));
                        }
                    }
                    State::Waiting(_) => unexplained = Duration::ZERO,
                    _ => {}
                }
            }
            if !unexplained.is_zero() {
                return None;
            }
            if !own.is_zero() {
                parts.push((row.name.as_str(), own));
            }
        }
        let disturbed = blocked.iter().any(|one| slept.iter().any(|other| overlap(one, other)));
        if parts.len() < 2 || disturbed { None } else { Some(parts) }
    }

    /// Whether at any time two lanes waited or worked, of which neither polls the other.
    fn anything_overlaps(&self) -> bool {
        let mut stretches = vec![];
        for (lane, row) in self.rows.iter().enumerate() {
            for span in &row.spans {
                // A lane that is ready, or waits for another lane, only waits for its turn.
                let its_own = matches!(
                    span.state,
                    State::Blocking
                        | State::OnThread
                        | State::Waiting(
                            Until::Clock
                                | Until::Outside
                                | Until::Unwoken
                                | Until::Dropped
                                | Until::RunOver
                        )
                );
                if its_own && span.from.instant < span.to.instant {
                    stretches.push((lane, span.from, span.to));
                }
            }
        }
        stretches.sort_by_key(|(_, from, _)| *from);
        for (nth, one) in stretches.iter().enumerate() {
            for other in &stretches[nth + 1..] {
                if other.1.instant >= one.2.instant {
                    break; // and so do all that come after it
                }
                let related = one.0 == other.0
                    || self.is_inside(one.0, other.0)
                    || self.is_inside(other.0, one.0);
                if !related && overlap(one, other) {
                    return true;
                }
            }
        }
        false
    }

    /// One span of a lane as a sentence: what is said when it is pointed at.
    pub fn sentence(&self, lane: LaneId, nth: usize) -> String {
        let row = &self.rows[lane];
        let span = &row.spans[nth];
        let from = self.time(span.from);
        let to = self.time(span.to);
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

    /// Where a lane waits in a span, and for what: `at FILE:LINE for sleep`.
    pub fn place(&self, span: &Span) -> Option<String> {
        span.places.sentence(|lane| match self.rows.get(lane) {
            Some(row) => row.name.clone(),
            None => "a lane".into(),
        })
    }

    /// Where each lane waited, one line for each place: from when to when, and how often.
    pub fn places(&self) -> String {
        let mut lines = vec![];
        let widest = self.rows.iter().map(|row| row.name.width()).max().unwrap_or_default();
        for row in &self.rows {
            // Each place of this lane: from when on, until when, and how often it waited there.
            let mut places: Vec<(String, Duration, Duration, usize)> = vec![];
            for span in &row.spans {
                let State::Waiting(_) = span.state else { continue };
                let Some(place) = self.place(span) else { continue };
                let from = self.time(span.from);
                let to = self.time(span.to);
                match places.iter_mut().find(|(other, ..)| *other == place) {
                    Some((_, _, until, times)) => {
                        *until = to;
                        *times += 1;
                    }
                    None => places.push((place, from, to, 1)),
                }
            }
            for (place, from, to, times) in places {
                let name = format!("{}{}", " ".repeat(widest - row.name.width()), row.name);
                let times = if times > 1 { format!(", {times} times") } else { String::new() };
                lines.push(format!("{name}  {} to {}  {place}{times}", human(from), human(to)));
            }
        }
        if lines.is_empty() {
            return String::new();
        }
        format!("Where each lane waited:\n{}\n", lines.join("\n"))
    }

    /// The whole chart as sentences: what a screen reader says.
    pub fn describe(&self) -> String {
        let mut text = format!("Timeline of {}. {}", self.title, self.summary());
        for lanes in rows::shared(self) {
            text += " ";
            text += &match lanes[..] {
                [lane] => self.describe_row(&self.rows[lane]),
                _ => self.describe_lanes_in_turn(&lanes),
            };
        }
        text
    }

    fn describe_row(&self, row: &Row) -> String {
        let mut facts = vec![how_often_polled(row)];
        for span in &row.spans {
            let time = human(self.between(span.from, span.to));
            match span.state {
                State::Blocking => facts.push(format!("blocked the thread for {time}")),
                State::MovedClock => facts.push(format!("moved the clock by {time}")),
                State::OnThread if span.from.instant < span.to.instant => {
                    facts.push(format!("busy for {time}"))
                }
                State::WokenNotPolled => {
                    let since = human(self.time(span.from));
                    facts.push(format!("woken, but not polled for {time} from {since} on"))
                }
                _ => {}
            }
        }
        let mut wakers: Vec<String> = vec![];
        for (nth, span) in row.spans.iter().enumerate() {
            let Some(reason) = self.reason(row, nth) else { continue };
            let slept = span.state == State::Waiting(Until::Clock);
            if !slept && !wakers.contains(&reason) {
                wakers.push(reason);
            }
        }
        wakers.truncate(NAMED);
        facts.extend(wakers);
        facts.extend(self.last_place(row));
        let at = human(self.time(row.end.0));
        match (&row.end.1, self.end_note(row)) {
            (End::Unfinished, _) if row.was_polled() => {
                facts.push(format!("still running at the end, {at}"))
            }
            // That it was never polled is the first thing that was said of it.
            (End::Unfinished, _) => {}
            (_, Some(note)) => facts.push(format!("{note} at {at}")),
            (_, None) => facts.push(format!("finished at {at}")),
        }
        format!("{}: {}.", row.name, facts.join(", "))
    }

    /// Of a lane that still waits at the end, where: of all others the pictures have it.
    fn last_place(&self, row: &Row) -> Option<String> {
        let span = row.spans.last()?;
        if row.end.1 != End::Unfinished {
            return None;
        }
        Some(format!("waiting {}", self.place(span)?))
    }

    /// Lanes that a loop made, one after the other.
    fn describe_lanes_in_turn(&self, lanes: &[LaneId]) -> String {
        let first = &self.rows[lanes[0]];
        let last = &self.rows[lanes[lanes.len() - 1]];
        let mut ends: Vec<(String, usize)> = vec![];
        for &lane in lanes {
            let row = &self.rows[lane];
            let end = self.end_note(row).unwrap_or_else(|| "finished".into());
            match ends.iter_mut().find(|(other, _)| *other == end) {
                Some((_, count)) => *count += 1,
                None => ends.push((end, 1)),
            }
        }
        let ends: Vec<String> = ends.iter().map(|(end, n)| format!("{n} {end}")).collect();
        format!(
            "{}: {} lanes in turn from {} to {}, {}.",
            first.name,
            lanes.len(),
            human(self.time(first.begin())),
            human(self.time(last.end.0)),
            ends.join(", ")
        )
    }
}

/// Whether two stretches of time have more than a moment in common.
fn overlap(one: &(LaneId, Pos, Pos), other: &(LaneId, Pos, Pos)) -> bool {
    let from = one.1.instant.max(other.1.instant);
    let to = one.2.instant.min(other.2.instant);
    from < to
}

fn how_often_polled(row: &Row) -> String {
    let mut polls = 0;
    let mut on_thread = false;
    for span in &row.spans {
        match span.state {
            State::Running | State::RunningUnwoken | State::Blocking | State::MovedClock => {
                polls += 1
            }
            State::OnThread => on_thread = true,
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

/// `A 100 ms + B 200 ms`, and of many lanes how many more there are.
fn name_the_parts(parts: &[(&str, Duration)]) -> String {
    let mut named = vec![];
    for (name, time) in parts.iter().take(NAMED) {
        named.push(format!("{name} {}", human(*time)));
    }
    if parts.len() > NAMED {
        named.push(format!("{} more", parts.len() - NAMED));
    }
    named.join(" + ")
}
