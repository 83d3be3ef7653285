//! A step in words: why a lane was polled, what it printed and did, and what it does now.
use super::reader::{Now, Reader, is_for_a_timer, is_of_a_loop, join};
use crate::timeline::{
    End, LaneId, Span, State, Until, Woken,
    draw::pieces::{Kind, Piece},
    human,
};

/// What is told of a piece.
pub(super) struct Told {
    /// What happened.
    pub sentence: String,
    /// What will end the wait after it. A reader who predicts must not see it.
    pub later: Option<String>,
}

impl Reader<'_> {
    /// What is told of a piece; `says` is what is printed in it.
    pub(super) fn told(&self, piece: &Piece, says: &[(LaneId, String, Option<u32>)]) -> Told {
        let lane = piece.lane;
        // In the order in which they happened: why, what it printed and did, what it does now.
        let mut parts = vec![];
        parts.extend(match piece.kind {
            Kind::Poll => Some(self.cause(piece)),
            Kind::Rest => self.cause_of_rest(piece),
        });
        let mut lines = vec![];
        for (by, text, _) in says {
            if *by == lane {
                lines.push(format!("“{text}”"));
            }
        }
        if !lines.is_empty() {
            parts.push(format!("prints {}", join(&lines)));
        }
        for (verb, lanes) in
            [("makes", &piece.made), ("wakes", &piece.woke), ("drops", &piece.dropped)]
        {
            if !lanes.is_empty() {
                parts.push(format!("{verb} {}", self.names(lanes)));
            }
        }
        let mut later = None;
        match self.now(lane, piece) {
            Now::Does(span) if matches!(span.state, State::Waiting(_)) => {
                parts.push(self.waits(piece));
                later = self.until(lane, span);
            }
            Now::Does(span) if matches!(span.state, State::Ready | State::WokenNotPolled) => {
                parts.push(self.woken_at_once(piece, span.woken));
            }
            Now::Does(span) if span.state == State::BetweenItems => {
                parts.push("returns an item".into());
            }
            Now::Stopped(_) => parts.push(self.waits(piece)),
            // That it is polled next is not said, since a reader may be asked which lane is.
            Now::PolledNext { before: Some(before), poll } => {
                if before.state == State::BetweenItems {
                    parts.push("returns an item".into());
                } else {
                    parts.push(self.woken_at_once(piece, self.woken_for(lane, poll)));
                }
            }
            Now::InPoll(_) if self.polled_inside(lane, piece).is_some() => {
                parts.push("polls the lanes inside it".into());
            }
            // For how long is not said: it is in the future.
            Now::InPoll(Span { state: State::Blocking, .. }) => {
                parts.push("keeps the thread".into());
            }
            Now::InPoll(Span { state: State::OnThread, .. }) => {
                parts.push("works on its thread".into());
            }
            Now::InPoll(Span { state: State::MovedClock, .. }) => {
                parts.push("moves the clock".into());
            }
            // Another thread comes next.
            Now::InPoll(_) => parts.push("runs on".into()),
            Now::Over => parts.push(ended(&self.chart.rows[lane].end.1)),
            _ => {}
        }
        let mut sentence = format!("{}.", join(&parts));
        if !piece.aborted.is_empty() {
            let are = if piece.aborted.len() == 1 { "is" } else { "are" };
            sentence += &format!(" {} {are} aborted.", self.names(&piece.aborted));
        }
        Told { sentence, later }
    }

    /// `A and B`, or how many they are.
    fn names(&self, lanes: &[LaneId]) -> String {
        let mut lanes = lanes.to_vec();
        lanes.sort_unstable();
        lanes.dedup();
        let mut names: Vec<String> = vec![];
        for lane in &lanes {
            let name = &self.chart.rows[*lane].name;
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        match lanes.len() {
            several if names.len() == several && several <= 4 => join(&names),
            many => format!("{many} lanes"),
        }
    }

    /// `waits (sleep)`.
    fn waits(&self, piece: &Piece) -> String {
        match self.on(piece.lane, piece) {
            Some(on) => format!("waits ({on})"),
            None => "waits".into(),
        }
    }

    /// What a lane does that has returned `Pending` and was woken already.
    fn woken_at_once(&self, piece: &Piece, woken: Option<Woken>) -> String {
        match woken.map(|woken| woken.by) {
            // An event loop has no place at which it would wait.
            Some(Until::Yield) if is_of_a_loop(self.stop(piece)) => {
                let is_the_first = self.stopped_before(piece).is_none();
                if is_the_first { "starts its loop" } else { "ends the iteration" }.into()
            }
            Some(Until::Yield) => "gives way".into(),
            Some(Until::Lane(by)) if by == piece.lane => "wakes itself".into(),
            Some(_) => format!("{}, but was woken meanwhile", self.waits(piece)),
            None => self.waits(piece),
        }
    }

    /// Why the lane was polled.
    fn cause(&self, piece: &Piece) -> String {
        let lane = piece.lane;
        let poll = self.poll_of(piece);
        let spans = &self.chart.rows[lane].spans;
        let now = spans.partition_point(|span| span.from < piece.poll);
        if spans[..now].iter().all(|span| span.state == State::Lazy) {
            return "begins".into();
        }
        // A stream between two items does not wait, so no wake has ended that state: what takes its
        // items has polled it again.
        if spans[now - 1].state == State::BetweenItems {
            return "is asked for its next item".into();
        }
        if poll.state == State::RunningUnwoken {
            return self.cause_without_a_wake(lane, poll);
        }
        let woken = self.woken_for(lane, poll);
        let why = match woken.map(|woken| woken.by) {
            Some(Until::Clock) => "its time has come".into(),
            Some(Until::Lane(by)) if by != lane => {
                let name = &self.chart.rows[by].name;
                // A wake is passed on from an inner lane to the lane that polls it. The sentence
                // names the inner lane as what was woken: it is not the cause.
                let at = woken.map_or(poll.from, |woken| woken.at);
                let inside = self.chart.is_inside(by, lane, at);
                if inside { format!("{name} was woken") } else { format!("woken by {name}") }
            }
            Some(Until::Outside) => "woken from outside".into(),
            Some(Until::Yield) => {
                let is_a_loop = is_of_a_loop(self.stopped_before(piece));
                if is_a_loop { "its loop's next iteration" } else { "it had given way" }.into()
            }
            Some(Until::Lane(_)) => "it has woken itself".into(),
            _ => return "goes on".into(),
        };
        format!("goes on ({why})")
    }

    /// Why the lane was polled that nothing has woken: its owner was, or it has another owner now.
    fn cause_without_a_wake(&self, lane: LaneId, poll: &Span) -> String {
        let row = &self.chart.rows[lane];
        let has_moved = row.polled_before.iter().any(|before| before.until == poll.from);
        match row.owner_at(poll.from) {
            None if has_moved => "goes on as a task".into(),
            Some(owner) if has_moved => format!("goes on inside {}", self.chart.rows[owner].name),
            _ => "is polled without a wake".into(),
        }
    }

    /// Why a poll goes on: a poll inside it has returned, or time has passed. A thread that works
    /// goes on all the time, and nothing is to be said of that.
    fn cause_of_rest(&self, piece: &Piece) -> Option<String> {
        let poll = self.poll_of(piece);
        if poll.state == State::OnThread {
            return None;
        }
        let ended = self.ended_inside(piece);
        if !ended.is_empty() {
            let have = if ended.len() == 1 { "has" } else { "have" };
            return Some(format!("goes on ({} {have} ended)", self.names(&ended)));
        }
        if let Some(stream) = self.item_inside(piece) {
            return Some(format!("goes on ({stream} has returned an item)"));
        }
        // Since it did something last: it may have gone on at this instant already.
        let here = self.order.partition_point(|other| other.key() < piece.key());
        let of_it = |other: &&Piece| other.lane == piece.lane && other.poll == piece.poll;
        let before = match self.order[..here].iter().rfind(of_it) {
            Some(before) => before.from,
            None => poll.from,
        };
        if before.instant < piece.from.instant {
            let passed = human(self.chart.between(before, piece.from));
            return Some(format!("goes on after {passed}"));
        }
        Some("goes on".into())
    }

    /// The name of the stream inside the lane of a piece that has returned an item where it begins.
    fn item_inside(&self, piece: &Piece) -> Option<&str> {
        for row in &self.chart.rows {
            let begun = row.spans.partition_point(|span| span.from < piece.from);
            if let Some(next) = row.spans.get(begun)
                && next.from == piece.from
                && next.state == State::BetweenItems
                // In a chart from a file that state may come first, without a poll before it.
                && let Some(poll) = row.spans[..begun].last()
                && row.owner_at(poll.from) == Some(piece.lane)
            {
                return Some(&row.name);
            }
        }
        None
    }

    /// What will end a wait.
    fn until(&self, lane: LaneId, span: &Span) -> Option<String> {
        match self.until_at_last(lane, span) {
            (State::Waiting(Until::Clock), to) => {
                Some(format!("until {}", human(self.chart.time(to))))
            }
            (State::Waiting(Until::Lane(_)), _) if is_for_a_timer(span) => None,
            (State::Waiting(Until::Lane(by)), _) => {
                Some(format!("for {}", self.chart.rows[by].name))
            }
            (State::Waiting(Until::Dropped), _) => Some("until it is dropped".into()),
            (State::Waiting(Until::RunOver), _) => Some("until the run is over".into()),
            _ => None,
        }
    }
}

/// How a lane ended, as the end of a sentence.
fn ended(end: &End) -> String {
    match end {
        End::Finished => "ends".into(),
        End::Cancelled { .. } | End::ReturnedCancelled => "is cancelled".into(),
        End::Panicked(message) => format!("panics: {message}"),
        End::Unfinished => "is left unfinished".into(),
    }
}
