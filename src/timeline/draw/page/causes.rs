//! Why a lane is polled, or goes on in its poll, in words: the beginning of a sentence.
use super::{
    lines::is_of_a_loop,
    now::{Now, has_returned_an_item},
    reader::Reader,
};
use crate::timeline::{
    Clock, LaneId, Position, Row, Span, State, Until, Wait,
    draw::pieces::{Piece, is_passed_on, tracked},
    human,
};

impl Reader<'_> {
    /// Why the lane was polled.
    pub(super) fn cause(&self, piece: &Piece) -> String {
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
        let Some(woken) = self.woken_for(lane, poll) else {
            return self.cause_without_a_wake(lane, poll);
        };
        let why = match woken.by {
            Until::Clock => {
                // The first step can be no end of a wait.
                let before = self.number(piece).saturating_sub(1);
                match self.time_of_others(piece.lane, self.stopped_before(piece), before) {
                    Some(others) => format!("{others} has come"),
                    None if self.queues_its_coroutine(piece) => {
                        "its coroutine's time has come".into()
                    }
                    None => "its time has come".into(),
                }
            }
            Until::Lane(by) if by != lane => {
                let name = &self.chart.rows[by].name;
                // A wake is passed on from an inner lane to the lane that polls it. The sentence
                // names the inner lane as what was woken: it is not the cause.
                let is_passed_on = is_passed_on(self.chart, by, lane, woken.at);
                if is_passed_on && self.has_run_since(by, woken, poll) {
                    return format!("is polled once more ({name} was woken, and has run since)");
                }
                match woken.cancels {
                    _ if is_passed_on => format!("{name} was woken"),
                    true => format!("cancelled by {name}"),
                    false => format!("woken by {name}"),
                }
            }
            Until::Outside => {
                let at = self.stopped_before(piece);
                match at.and_then(|at| tracked(self.chart, at, woken)) {
                    Some(task) => format!("{} has ended", self.chart.rows[task].name),
                    None => "woken from outside".into(),
                }
            }
            Until::Yield if is_of_a_loop(self.stopped_before(piece)) => {
                match self.coroutine_cause(piece) {
                    Some(why) => why,
                    None => "its loop begins an iteration".into(),
                }
            }
            Until::Yield => "it had given way".into(),
            Until::Lane(_) if self.calls.is_called_by_another(lane) => "it had given way".into(),
            Until::Lane(_) => "it has woken itself".into(),
            // These do not end a wait by a wake.
            Until::Unwoken | Until::Dropped | Until::RunOver => return "goes on".into(),
        };
        let goes_on = match self.changes_nothing(lane, poll) {
            true => "is polled once more",
            false => "goes on",
        };
        format!("{goes_on} ({why})")
    }

    /// `the time of A`: which timers end a wait of a lane at a place, if it runs an event loop
    /// there and none of them is its own. The loop sleeps until the first of all its timers is due:
    /// it has these after `step`, in that wait.
    pub(super) fn time_of_others(
        &self,
        lane: LaneId,
        at: Option<&Wait>,
        step: usize,
    ) -> Option<String> {
        if !is_of_a_loop(at) {
            return None;
        }
        let timers = self.calls.timers(step);
        let (first, _) = timers.iter().min()?;
        let mut lanes = vec![];
        for (due, of) in &timers {
            if due == first {
                lanes.push(*of);
            }
        }
        if lanes.contains(&lane) {
            None
        } else {
            Some(format!("the time of {}", self.names(&lanes)))
        }
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
    pub(super) fn cause_of_rest(&self, piece: &Piece) -> Option<String> {
        let poll = self.poll_of(piece);
        if poll.state == State::OnThread {
            return None;
        }
        let mut ended = self.ended_inside(piece);
        // What an event loop calls, a callback or a task, may end or not: the loop goes on. So that
        // is no cause.
        let is_called = |lane: LaneId| {
            is_a_callback(&self.chart.rows[lane]) || self.calls.calls(piece.lane, lane)
        };
        let called: Vec<LaneId> = ended.extract_if(.., |lane| is_called(*lane)).collect();
        // But its coroutine, if it has no lane of its own, runs in this one.
        if let Some((_, by)) = self.coroutine_woken_in(piece) {
            return Some(format!("goes on (woken by {})", self.chart.rows[by].name));
        }
        if !ended.is_empty() {
            let have = if ended.len() == 1 { "has" } else { "have" };
            return Some(format!("goes on ({} {have} ended)", self.names(&ended)));
        }
        if !called.is_empty() {
            return Some(format!("goes on after {}", self.names(&called)));
        }
        if let Some(stream) = self.item_inside(piece) {
            return Some(format!("goes on ({stream} has returned an item)"));
        }
        // The time is counted from the piece before this one of the same poll, which may be at this
        // very instant.
        let here = self.number(piece);
        let of_it = |other: &&Piece| other.lane == piece.lane && other.poll == piece.poll;
        let before = match self.order[..here].iter().rfind(of_it) {
            // It was a lane inside it that has kept the thread.
            Some(before) if self.polled_inside(piece.lane, before).is_some() => {
                return Some("goes on".into());
            }
            Some(before) => before.from,
            None => poll.from,
        };
        if before.instant < piece.from.instant && self.is_measured(piece, before) {
            let passed = human(self.chart.between(before, piece.from));
            return Some(format!("goes on after {passed}"));
        }
        Some("goes on".into())
    }

    /// Whether the time from `before` to a piece of the same poll is known, and has passed in its
    /// lane. On the real clock the times of instants are rounded, but for the first one; and if the
    /// poll has polled a lane inside it, either of the two may have taken the time.
    fn is_measured(&self, piece: &Piece, before: Position) -> bool {
        let here = self.number(piece);
        let of_it = |other: &Piece| other.lane == piece.lane && other.poll == piece.poll;
        let begun = self.order[..here].iter().position(of_it).unwrap_or(here);
        let is_alone = self.order[begun..here].iter().all(of_it);
        self.chart.clock == Clock::Paused || before.instant == 0 && is_alone
    }

    /// The name of the inner stream that has returned an item in the piece before this one.
    fn item_inside(&self, piece: &Piece) -> Option<&str> {
        let here = self.number(piece);
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
}

/// Whether a lane is a callback of an event loop: only such a lane waits somewhere before it is
/// polled.
fn is_a_callback(row: &Row) -> bool {
    match row.spans.first() {
        Some(first) => first.state == State::Lazy && !first.places.are_none(),
        None => false,
    }
}
