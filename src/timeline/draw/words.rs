//! A chart in words: for readers who cannot see it, and for readers who want to be told what to
//! look at.
//!
//! There are three lengths: `summary` is one line below a picture, `sentence` is about one span
//! (what a pointer shows), and `describe` is the whole run (what a screen reader says). The words
//! for states are those of [`Mark`](super::Mark); here is only what joins them.
use super::{
    chart::{Chart, End, Pos, Row, Span, State, Until},
    rows,
};
use crate::timeline::{LaneId, human};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// So many lanes are named one by one. A sentence with more names is hard to read.
const NAMED: usize = 6;

/// A lane, and how long it took by itself: one summand of what the run would have taken.
struct Part<'c> {
    /// The sum names each of its parts, so that a reader can check it.
    name: &'c str,
    /// Added up with those of the other lanes.
    time: Duration,
}

/// What a lane did by itself.
struct OwnWork {
    /// How long it slept, blocked and computed on a thread, in all.
    time: Duration,
    /// Where it slept, and where it blocked. If a lane blocks while another one sleeps, that sleep
    /// may be longer for it, and then the sum of both means nothing.
    slept: Vec<Stretch>,
    /// Apart, since two sleeps may overlap and still be summed, and a sleep and a block may not.
    blocked: Vec<Stretch>,
}

/// A stretch of time in which a lane did something.
struct Stretch {
    /// A lane and the one that polls it always overlap, so these two are not compared.
    lane: LaneId,
    /// Positions and not times: on the real clock two instants may have one time.
    from: Pos,
    /// As `from`.
    to: Pos,
}

impl Stretch {
    /// Whether two of them have more than a moment in common. Within an instant no time passes, so
    /// columns do not matter.
    fn overlaps(&self, other: &Stretch) -> bool {
        let from = self.from.instant.max(other.from.instant);
        let to = self.to.instant.min(other.to.instant);
        from < to
    }
}

/// A place at which a lane waited, once or often.
struct PlaceOfWaits {
    /// The place in words. Waits with the same words are at the same place.
    words: String,
    /// When the first wait there began.
    from: Duration,
    /// When the last one ended. Between the two the lane need not have waited all the time.
    to: Duration,
    /// “3 times” says that it is a loop, and saves a sentence for each wait.
    times: usize,
}

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

    /// The comparison is made only where it is a fact. There are three cases: the run took less
    /// than its parts (they overlapped), exactly as long (nothing did), or longer (then it did
    /// something that no lane has, and the sum explains nothing).
    fn how_long_it_took(&self) -> String {
        if self.elapsed.is_zero() {
            return "The run took no time.".into();
        }
        let took = format!("The run took {}", human(self.elapsed));
        // Only the time of the run itself is always known.
        let Some(parts) = self.parts() else { return format!("{took}.") };
        let sum: Duration = parts.iter().map(|part| part.time).sum();
        let named = name_the_parts(&parts);
        if sum > self.elapsed {
            let sum = human(sum);
            format!("{took}; one after another it would have been {sum} ({named}).")
        } else if sum == self.elapsed && !self.anything_overlaps() {
            // Equal times are not enough: lanes may overlap, and at another time none of them
            // works.
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
    ///
    /// No sentence is better than a wrong sum, so in each doubtful case the result is none.
    fn parts(&self) -> Option<Vec<Part<'_>>> {
        let polls_others = self.pollers();
        let mut parts = vec![];
        let mut slept = vec![];
        let mut blocked = vec![];
        for (lane, row) in self.rows.iter().enumerate() {
            let own = self.own_work(lane, polls_others[lane])?;
            slept.extend(own.slept);
            blocked.extend(own.blocked);
            // A lane that only waits for others adds nothing, and is not worth naming.
            if !own.time.is_zero() {
                parts.push(Part { name: &row.name, time: own.time });
            }
        }
        let disturbed = blocked.iter().any(|one| slept.iter().any(|other| one.overlaps(other)));
        // The sum of one part is that part: it says nothing that the picture does not.
        if parts.len() < 2 || disturbed { None } else { Some(parts) }
    }

    /// What one lane did by itself; none where that is not known, for the reasons given at
    /// [`Chart::parts`].
    fn own_work(&self, lane: LaneId, polls_others: bool) -> Option<OwnWork> {
        let row = &self.rows[lane];
        if row.end.1 != End::Finished {
            return None;
        }
        let mut own = OwnWork { time: Duration::ZERO, slept: vec![], blocked: vec![] };
        // Waits that ended without a wake: the lane went on waiting for the same thing, and only
        // the next wake tells for what.
        let mut unexplained = Duration::ZERO;
        for (nth, span) in row.spans.iter().enumerate() {
            let stretch = Stretch { lane, from: span.from, to: span.to };
            match span.state {
                State::Waiting(Until::Unwoken) => unexplained += self.between(span.from, span.to),
                State::Waiting(Until::Outside) => {
                    unexplained += self.between(span.from, span.to);
                    // At the same instant it was no wait: a task without a name answered at once.
                    if !unexplained.is_zero() {
                        return None;
                    }
                }
                State::Waiting(Until::Clock) => {
                    // `main` awaits its lanes without polling all of them: a spawned task is
                    // polled by the runtime. So it counts as a lane that has others.
                    if polls_others || (lane == 0 && self.rows.len() > 1) {
                        return None;
                    }
                    own.time += self.slept(row, nth);
                    unexplained = Duration::ZERO;
                    own.slept.push(stretch);
                }
                // When a lane blocks inside another one, both are blocked, and the time belongs to
                // the inner one.
                State::Blocking | State::OnThread if !polls_others => {
                    own.time += self.between(span.from, span.to);
                    if span.state == State::Blocking {
                        own.blocked.push(stretch);
                    }
                }
                // Another lane woke it: what it waited for is counted there.
                State::Waiting(_) => unexplained = Duration::ZERO,
                _ => {}
            }
        }
        if unexplained.is_zero() { Some(own) } else { None }
    }

    /// Whether two lanes, neither of which polls the other, ever waited or worked at the same time.
    fn anything_overlaps(&self) -> bool {
        let mut stretches = vec![];
        for (lane, row) in self.rows.iter().enumerate() {
            for span in &row.spans {
                if is_its_own(span.state) && span.from.instant < span.to.instant {
                    stretches.push(Stretch { lane, from: span.from, to: span.to });
                }
            }
        }
        // In order of their beginnings, so that the search for each can stop early: without that,
        // a run of ten thousand waits would take fifty million comparisons.
        stretches.sort_by_key(|stretch| stretch.from);
        for (nth, one) in stretches.iter().enumerate() {
            for other in &stretches[nth + 1..] {
                if other.from.instant >= one.to.instant {
                    break; // all that come after it begin later, too
                }
                // A lane that polls another one waits for that lane, so the two do not overlap.
                let related = one.lane == other.lane
                    || self.is_inside(one.lane, other.lane, other.from)
                    || self.is_inside(other.lane, one.lane, other.from);
                if !related && one.overlaps(other) {
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

    /// Where a lane waits in a span, and for what: `at FILE:LINE for sleep`.
    pub fn place(&self, span: &Span) -> Option<String> {
        span.places.sentence(|lane| match self.rows.get(lane) {
            Some(row) => row.name.clone(),
            // A chart from a file may name a lane in its places that it does not have.
            None => "a lane".into(),
        })
    }

    /// Where each lane waited, one line for each place: from when to when, and how often.
    pub fn places(&self) -> String {
        let mut lines = vec![];
        // Names stand right-aligned, so that the times begin in one column.
        let widest = self.rows.iter().map(|row| row.name.width()).max().unwrap_or_default();
        for row in &self.rows {
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
            for PlaceOfWaits { words, from, to, times } in places {
                // `{:>widest$}` counts characters, and a wide letter takes two columns.
                let name = format!("{}{}", " ".repeat(widest - row.name.width()), row.name);
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

    /// The whole chart as sentences: what a screen reader says.
    pub fn describe(&self) -> String {
        self.describe_with(true)
    }

    /// The same, with the places at which the lanes waited, or without looking these up.
    pub(super) fn describe_with(&self, places: bool) -> String {
        let mut text = format!("Timeline of {}. {}", self.title, self.summary());
        // In the rows of a picture, so that both can be followed together: thirty rounds of a loop
        // are one sentence.
        for lanes in rows::shared(self) {
            text += " ";
            text += &match lanes[..] {
                [lane] => self.describe_row(&self.rows[lane], places),
                _ => self.describe_lanes_in_turn(&lanes),
            };
        }
        text
    }

    fn describe_row(&self, row: &Row, places: bool) -> String {
        // First what the lane did, then what woke it, then where it waits, then how it ended.
        let mut facts = vec![how_often_polled(row)];
        for span in &row.spans {
            let time = human(self.between(span.from, span.to));
            match span.state {
                State::Blocking => facts.push(format!("blocked the thread for {time}")),
                State::MovedClock => facts.push(format!("moved the clock by {time}")),
                // A closure that took no time on its thread was not busy.
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
        // What woke it, each once. Timers are left out: that a lane has slept is worth no word.
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
        facts.extend(wakers);
        if places {
            facts.extend(self.places_in_words(row));
        }
        // How it ended is said with the time: “cancelled” alone does not tell a deadline from a
        // mistake.
        let at = human(self.time(row.end.0));
        match (&row.end.1, self.end_note(row)) {
            (End::Unfinished, _) if row.was_polled() => {
                facts.push(format!("still running at the end, {at}"))
            }
            // Never polled: `how_often_polled` has said so already.
            (End::Unfinished, _) => {}
            (_, Some(note)) => facts.push(format!("{note} at {at}")),
            (_, None) => facts.push(format!("finished at {at}")),
        }
        format!("{}: {}.", row.name, facts.join(", "))
    }

    /// Where the lane waited, each place once; and where it still waits at the end.
    fn places_in_words(&self, row: &Row) -> Vec<String> {
        let mut waited: Vec<String> = vec![];
        let mut still = None;
        for (nth, span) in row.spans.iter().enumerate() {
            if !may_wait(span.state) {
                continue;
            }
            // What takes no time is no wait that is worth a sentence.
            if span.from.instant == span.to.instant {
                continue;
            }
            let Some(place) = self.place(span) else { continue };
            if nth + 1 == row.spans.len() && row.end.1 == End::Unfinished {
                still = Some(format!("waiting {place}"));
            } else if !waited.contains(&place) {
                waited.push(place);
            }
        }
        let more = waited.len().saturating_sub(NAMED);
        waited.truncate(NAMED);
        let mut facts: Vec<String> =
            waited.into_iter().map(|place| format!("waited {place}")).collect();
        if more > 0 {
            facts.push(format!("and at {more} more places"));
        }
        facts.extend(still);
        facts
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

/// Whether a lane in this state may have a place at which it waits: a callback waits in the queue
/// of its loop before it is called for the first time.
fn may_wait(state: State) -> bool {
    matches!(state, State::Waiting(_) | State::Lazy)
}

/// What a lane does, or waits for, without another lane: what would have taken as long if it had
/// been alone. A lane that is ready, or waits for another lane, only waits for its turn.
fn is_its_own(state: State) -> bool {
    match state {
        State::Blocking | State::OnThread => true,
        State::Waiting(until) => match until {
            Until::Clock | Until::Outside | Until::Unwoken | Until::Dropped | Until::RunOver => {
                true
            }
            Until::Lane(_) | Until::Yield => false,
        },
        State::Lazy
        | State::Running
        | State::RunningUnwoken
        | State::MovedClock
        | State::Ready
        | State::WokenNotPolled
        | State::BetweenItems => false,
    }
}

fn how_often_polled(row: &Row) -> String {
    // Every state that is a poll. A closure on a thread is not polled: it is no future.
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
fn name_the_parts(parts: &[Part<'_>]) -> String {
    let mut named = vec![];
    for part in parts.iter().take(NAMED) {
        named.push(format!("{} {}", part.name, human(part.time)));
    }
    if parts.len() > NAMED {
        named.push(format!("{} more", parts.len() - NAMED));
    }
    named.join(" + ")
}
