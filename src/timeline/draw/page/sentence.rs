//! A step in words: why a lane was polled, what it printed and did, and what it does now.
use super::{
    lines::is_of_a_loop,
    lists::is_for_a_timer,
    now::{Now, has_returned_an_item},
    reader::{Reader, join},
};
use crate::timeline::{
    End, LaneId, Span, State, Until, Woken,
    draw::pieces::{Kind, Piece, is_passed_on},
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
        let mut others = String::new();
        let mut lines = vec![];
        for (by, text, _) in says {
            if *by == lane {
                lines.push(format!("“{text}”"));
            } else {
                // Such as a lane that is dropped in this step, and prints a last line.
                let name = &self.chart.rows[*by].name;
                others += &format!(" In this step {name} prints “{text}”.");
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
            // A lane that gives way is woken by the runtime, when the lanes before it have run.
            Now::Does(span) if self.has_given_way(lane, span) => {
                parts.push(self.gives_way(piece));
            }
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
            Now::Stopped(poll) if poll.stopped.are_none() => parts.push("returns an item".into()),
            Now::Stopped(_) => parts.push(self.waits(piece)),
            // That it is polled next is not said, since a reader may be asked which lane is.
            Now::PolledNext { before: Some(before), poll } => {
                if has_returned_an_item(before, poll) {
                    parts.push("returns an item".into());
                } else {
                    let woken = self.woken_for(lane, poll);
                    parts.push(self.woken_at_once(piece, woken));
                    if woken.is_none() {
                        later = self.until(lane, before);
                    }
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
                // Whether it works or waits there is not seen.
                parts.push("keeps its thread".into());
            }
            Now::InPoll(Span { state: State::MovedClock, .. }) => {
                parts.push("moves the clock".into());
            }
            // Its poll is not over, and the next piece is of another thread of the runtime.
            Now::InPoll(_) => parts.push("runs on".into()),
            Now::Over => parts.push(ended(&self.chart.rows[lane].end.1)),
            _ => {}
        }
        let mut sentence = format!("{}.", join(&parts));
        if !piece.aborted.is_empty() {
            let are = if piece.aborted.len() == 1 { "is" } else { "are" };
            sentence += &format!(" {} {are} aborted.", self.names(&piece.aborted));
        }
        Told { sentence: sentence + &others, later }
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
        let count = lanes.len();
        if count <= 4 && names.len() == count { join(&names) } else { format!("{count} lanes") }
    }

    /// `waits (sleep)`.
    fn waits(&self, piece: &Piece) -> String {
        match self.on(piece) {
            Some(on) => format!("waits ({on})"),
            None => "waits".into(),
        }
    }

    /// Whether a wait of which this span is a part is ended by the runtime: the lane has asked to
    /// be polled again, once the others have had their turn.
    fn has_given_way(&self, lane: LaneId, span: &Span) -> bool {
        match self.whole_wait(lane, span) {
            Some(wait) => wait.until == Until::Yield,
            None => false,
        }
    }

    /// `gives way`, and for what else the lane waits there: a channel that has given it many
    /// messages makes it give way, too.
    fn gives_way(&self, piece: &Piece) -> String {
        // The place of an event loop's driver is known, and nothing that it waits for is.
        if is_of_a_loop(self.stop(piece)) {
            let is_the_first = self.stopped_before(piece).is_none();
            return if is_the_first { "starts its loop" } else { "ends the iteration" }.into();
        }
        match self.on(piece) {
            Some(on) if on != "yield_now" => format!("gives way ({on})"),
            _ => "gives way".into(),
        }
    }

    /// What a lane does that has returned `Pending` and was woken already.
    fn woken_at_once(&self, piece: &Piece, woken: Option<Woken>) -> String {
        match woken.map(|woken| woken.by) {
            Some(Until::Yield) => self.gives_way(piece),
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
        let nth = spans.partition_point(|span| span.from < piece.poll);
        if spans[..nth].iter().all(|span| span.state == State::Lazy) {
            return "begins".into();
        }
        // A stream between two items does not wait, so no wake has ended that state: what takes its
        // items has polled it again.
        if has_returned_an_item(&spans[nth - 1], poll) {
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
                let is_passed_on = is_passed_on(self.chart, by, lane, at);
                if is_passed_on { format!("{name} was woken") } else { format!("woken by {name}") }
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

    /// Why a lane was polled without a wake: its owner was woken, or it has another owner now.
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
        // The time is counted from the piece before this one of the same poll, which may be at this
        // very instant.
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

    /// The name of the inner stream that has returned an item in the piece before this one.
    fn item_inside(&self, piece: &Piece) -> Option<&str> {
        let here = self.order.partition_point(|other| other.key() < piece.key());
        let before = &self.order[here.checked_sub(1)?];
        let row = &self.chart.rows[before.lane];
        let is_inside = row.owner_at(before.poll) == Some(piece.lane);
        let has_returned = match self.now(before.lane, before) {
            Now::Does(span) => span.state == State::BetweenItems,
            Now::Stopped(poll) => poll.stopped.are_none(),
            Now::PolledNext { before: Some(last), poll } => has_returned_an_item(last, poll),
            Now::NotThere | Now::InPoll(_) | Now::PolledNext { .. } | Now::Over => false,
        };
        if is_inside && has_returned && before.after == piece.from { Some(&row.name) } else { None }
    }

    /// What will end a wait of which this span is a part, or before which it is the poll.
    fn until(&self, lane: LaneId, span: &Span) -> Option<String> {
        let wait = self.whole_wait(lane, span)?;
        match wait.until {
            Until::Clock => {
                let until = human(self.chart.time(wait.to));
                // Its timer may have been due before, and no thread was there to call it.
                let is_late = self.busy_until[wait.to.instant];
                let why = if is_late { ", when the thread is free again" } else { "" };
                Some(format!("until {until}{why}"))
            }
            // Another timer has ended the wait for this one.
            Until::Lane(_) if is_for_a_timer(span) => None,
            // Not “for”: it may wait for other lanes, too, and this wake is the first to come.
            Until::Lane(by) => {
                let name = &self.chart.rows[by].name;
                let is_passed_on = is_passed_on(self.chart, by, lane, wait.to);
                let woken = if is_passed_on { "is woken" } else { "wakes it" };
                Some(format!("until {name} {woken}"))
            }
            Until::Dropped => Some("until it is dropped".into()),
            Until::RunOver => Some("until the run is over".into()),
            Until::Outside | Until::Yield | Until::Unwoken => None,
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
