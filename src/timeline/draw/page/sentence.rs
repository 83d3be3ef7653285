//! A step in words: why a lane was polled (`causes`), what it printed and did (`deeds`), and what
//! it does now.
use super::{
    due::Due,
    lines::is_of_a_loop,
    now::{Now, has_returned_an_item},
    reader::{Reader, join},
    waited::WholeWait,
};
use crate::timeline::{
    Clock, End, LaneId, Position, Span, State, Until, Woken,
    draw::pieces::{Kind, Piece, is_passed_on, tracked},
    human,
};

/// What is told of a piece.
pub(super) struct Told {
    /// What happened.
    pub sentence: String,
    /// Whether sentences on other lanes, or on a thread, are at its end.
    pub tells_of_others: bool,
    /// What will end the wait after it. A reader who predicts must not see it.
    pub later: Option<String>,
    /// Whether that is the wait of a coroutine in its lane, and the lane itself goes on before.
    pub of_coroutine: bool,
}

impl Reader<'_> {
    /// What is told of a piece.
    pub(super) fn told(&self, piece: &Piece) -> Told {
        let lane = piece.lane;
        // In the order in which they happened: why, what it did, what it does now.
        let mut parts = vec![];
        parts.extend(match piece.kind {
            Kind::Poll => Some(self.cause(piece)),
            Kind::Rest => self.cause_of_rest(piece),
        });
        let by_others = self.deeds(piece, &mut parts);
        let mut later = None;
        match self.now(lane, piece) {
            // It was aborted while it was polled. Its poll has ended as any other does, and that
            // the runtime drops it comes after that.
            Now::Over if piece.aborted.contains(&lane) => parts.push(self.waits(piece)),
            // A lane that gives way is woken by the runtime, when the lanes before it have run.
            Now::Does(span) if self.has_given_way(lane, span) => {
                parts.push(self.gives_way(piece));
                later = self.until_it_goes_on(piece);
            }
            Now::Does(span) if matches!(span.state, State::Waiting(_)) => {
                parts.push(match self.calls.runs_a_loop(lane) && self.starts_its_loop(piece) {
                    true => "starts its loop".into(),
                    false => self.waits(piece),
                });
                let wait = self.whole_wait(lane, span);
                later = match self.until_it_goes_on(piece) {
                    Some(until) => Some(until),
                    None => wait.and_then(|wait| self.until(piece, &wait)),
                };
            }
            Now::Does(span) if matches!(span.state, State::Ready | State::WokenNotPolled) => {
                parts.push(self.woken_at_once(piece, span.woken));
                later = self.until_it_goes_on(piece);
            }
            Now::Does(span) if span.state == State::BetweenItems => {
                parts.push("returns an item".into());
            }
            Now::Stopped(poll) if poll.stopped.are_none() => parts.push("returns an item".into()),
            Now::Stopped(poll) => {
                let wait = self.wait_until_a_rest(lane, poll, piece);
                if wait.until == Until::Yield {
                    parts.push(self.gives_way(piece));
                    later = self.until_it_goes_on(piece);
                } else {
                    parts.push(self.waits(piece));
                    later = self.until(piece, &wait);
                }
            }
            // That it is polled next is not said, since a reader may be asked which lane is.
            Now::PolledNext { before: Some(before), poll } => {
                if has_returned_an_item(before, poll) {
                    parts.push("returns an item".into());
                } else {
                    let woken = self.woken_for(lane, poll);
                    parts.push(self.woken_at_once(piece, woken));
                    later = self.until_it_goes_on(piece);
                    if woken.is_none()
                        && let Some(wait) = self.whole_wait(lane, before)
                    {
                        later = self.until(piece, &wait);
                    }
                }
            }
            Now::InPoll(_) if self.polled_inside(lane, piece).is_some() => {
                // Which lane comes first is not said, since a reader may be asked that.
                let next = self.order.get(self.number(piece) + 1);
                let calls = next.is_some_and(|next| self.calls.calls(lane, next.lane));
                parts.push(match parts.last() {
                    Some(last) if calls && last.starts_with("calls ") => {
                        "what else is in its queue".into()
                    }
                    _ if calls => "calls what is in its queue".into(),
                    _ => "polls lanes inside it".into(),
                });
            }
            // For how long is not said: it is in the future. Whether it computes or waits is not
            // seen.
            Now::InPoll(Span { state: State::Blocking, .. }) => {
                parts.push("blocks the thread".into());
            }
            Now::InPoll(Span { state: State::OnThread, .. }) => {
                parts.push("stays on its thread".into());
            }
            Now::InPoll(Span { state: State::MovedClock, .. }) => {
                parts.push("moves the clock".into());
            }
            // Its poll is not over, and the next piece is of another thread of the runtime, or of
            // a later instant.
            Now::InPoll(_) => parts.push("keeps its thread".into()),
            Now::Over => parts.push(self.ended(lane)),
            _ => {}
        }
        // What its loop finds when an iteration is over.
        if !matches!(self.now(lane, piece), Now::InPoll(_)) {
            parts.extend(self.overdue(piece));
        }
        let others = self.others(piece, by_others);
        let thread = self.thread(piece).map(|name| format!(" {name} polls it."));
        let tells_of_others = thread.is_some() || !others.is_empty();
        let sentence = format!("{}.{}{others}", join(&parts), thread.unwrap_or_default());
        let of_coroutine = later.is_some() && self.goes_on_before_its_coroutine(piece);
        Told { sentence, tells_of_others, later, of_coroutine }
    }

    /// `waits (sleep)`.
    fn waits(&self, piece: &Piece) -> String {
        match self.on_all(piece) {
            Some(on) => format!("waits ({on})"),
            None => "waits".into(),
        }
    }

    /// Whether the wake of a lane at a position is a request to cancel it.
    fn is_cancelled_at(&self, lane: LaneId, at: Position) -> bool {
        let spans = &self.chart.rows[lane].spans;
        let woken = spans.iter().filter_map(|span| span.woken).find(|woken| woken.at == at);
        match woken {
            Some(woken) => woken.cancels,
            // It was not polled for it. Then there is only the arrow.
            None => {
                self.chart.wakes.iter().any(|wake| wake.to == lane && wake.at == at && wake.cancels)
            }
        }
    }

    /// Whether a lane is dropped at a position.
    fn is_dropped_at(&self, lane: LaneId, at: Position) -> bool {
        matches!(self.chart.rows[lane].end, (end, End::Cancelled { .. }) if end == at)
    }

    /// Whether a lane is dropped without another poll after a position.
    fn is_dropped_unpolled(&self, lane: LaneId, from: Position) -> bool {
        let row = &self.chart.rows[lane];
        let is_polled = |span: &Span| span.state.is_poll() && from <= span.from;
        matches!(row.end.1, End::Cancelled { .. }) && !row.spans.iter().any(is_polled)
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
            return match self.calls.coroutine_runs(piece.lane, self.number(piece)) {
                _ if self.starts_its_loop(piece) => "starts its loop".into(),
                true => self.waits_in_its_coroutine(piece),
                false => "ends its loop's iteration".into(),
            };
        }
        match self.on_all(piece) {
            Some(on) if on != "yield_now" => format!("gives way ({on})"),
            _ => "gives way".into(),
        }
    }

    /// `finds that the time of A has come`: the timers that have become due while the loop was
    /// busy. It finds them between two iterations, and does not sleep. If it has slept before this
    /// piece, it was woken for them, and that is told already.
    fn overdue(&self, piece: &Piece) -> Option<String> {
        let has_slept = self.woken_for(piece.lane, self.poll_of(piece)).map(|woken| woken.by)
            == Some(Until::Clock);
        if !is_of_a_loop(self.stop(piece)) || has_slept && piece.kind == Kind::Poll {
            return None;
        }
        match self.calls.due_in(self.number(piece))[..] {
            [] => None,
            ref lanes => Some(format!("finds that the time of {} has come", self.names(lanes))),
        }
    }

    /// Whether the lane of a piece has come to an event loop in it, which it runs from here on. It
    /// may run the same loop at the same place once more.
    fn starts_its_loop(&self, piece: &Piece) -> bool {
        let here = self.stop(piece);
        let before = self.stopped_before(piece);
        is_of_a_loop(here)
            && (before.map(|wait| &wait.place) != here.map(|wait| &wait.place)
                || self.calls.run_begins(piece.lane, self.number(piece)))
    }

    /// What a lane does that runs an event loop until a coroutine is over, which has just run. The
    /// iteration ends as well.
    fn waits_in_its_coroutine(&self, piece: &Piece) -> String {
        let step = self.number(piece);
        let awaits = self.calls.awaits(piece.lane, step).map(|index| &self.chart.awaits[index]);
        let is_queued = self.calls.queued(step).iter().any(|(_, lane)| *lane == piece.lane);
        match awaits {
            Some(awaits) if awaits.over => "ends its coroutine".into(),
            Some(awaits) if !awaits.places.waits().is_empty() && !is_queued => self.waits(piece),
            _ => "ends its loop's iteration".into(),
        }
    }

    /// What a lane does that has returned `Pending` and was woken already.
    fn woken_at_once(&self, piece: &Piece, woken: Option<Woken>) -> String {
        match woken.map(|woken| woken.by) {
            Some(Until::Yield) => self.gives_way(piece),
            // Its loop has it at the end of the queue.
            Some(Until::Lane(by)) if by == piece.lane && self.calls.is_called_by_another(by) => {
                "gives way".into()
            }
            Some(Until::Lane(by)) if by == piece.lane => "wakes itself".into(),
            // The runtime drops that task only when this poll is over.
            Some(Until::Lane(by)) if piece.aborted.contains(&by) => self.waits(piece),
            Some(_) if self.is_woken_in_its_poll(piece, woken) => {
                format!("{}, and was woken in this poll", self.waits(piece))
            }
            // On the real clock no wake comes at the very time at which a poll ends.
            Some(_) if self.chart.clock == Clock::Paused => {
                format!("{}, and is woken at once", self.waits(piece))
            }
            Some(_) | None => self.waits(piece),
        }
    }

    /// How a lane ended, as the end of a sentence.
    fn ended(&self, lane: LaneId) -> String {
        match &self.chart.rows[lane].end.1 {
            End::Finished => "ends".into(),
            End::Cancelled { .. } | End::ReturnedCancelled => "is cancelled".into(),
            End::Failed(error) => format!("fails ({error})"),
            End::Panicked(message) => match self.panicked_at(lane) {
                Some(line) => format!("panics in line {line}: {message}"),
                None => format!("panics: {message}"),
            },
            End::Unfinished => "is left unfinished".into(),
        }
    }

    /// Whether a wake of the lane of a piece came before the end of the poll of the piece.
    fn is_woken_in_its_poll(&self, piece: &Piece, woken: Option<Woken>) -> bool {
        woken.is_some_and(|woken| woken.nth < self.poll_of(piece).ended_nth)
    }

    /// The lanes that the lane of a piece polls after it, before it goes on by itself: `A, then B`.
    /// What an event loop calls is in its queue, and not told.
    pub(super) fn polls_in_words(&self, piece: &Piece) -> Option<String> {
        let lane = piece.lane;
        let poll = self.poll_of(piece);
        self.polled_inside(lane, piece)?;
        let mut inside = vec![];
        for later in &self.order[self.number(piece) + 1..] {
            let owner = self.chart.rows[later.lane].owner_at(later.poll);
            if later.lane == lane || later.from > poll.to {
                break;
            }
            if owner == Some(lane) && !inside.contains(&later.lane) {
                inside.push(later.lane);
            }
        }
        let is_told = matches!(self.now(lane, piece), Now::InPoll(_))
            && !inside.iter().any(|other| self.calls.calls(lane, *other));
        match inside[..] {
            [] => None,
            _ if !is_told => None,
            _ if self.can_be_named(&inside) => {
                let names = inside.iter().map(|lane| self.chart.rows[*lane].name.as_str());
                Some(names.collect::<Vec<_>>().join(", then "))
            }
            _ => Some(self.names(&inside)),
        }
    }

    /// How long the lane of a piece blocks its thread after it, until it does something.
    pub(super) fn blocks(&self, piece: &Piece) -> Option<String> {
        let Now::InPoll(Span { state: State::Blocking, .. }) = self.now(piece.lane, piece) else {
            return None;
        };
        let later = &self.order[self.number(piece) + 1..];
        let next = later.iter().find(|other| other.lane == piece.lane)?;
        let is_of_it = next.poll == piece.poll && piece.from.instant < next.from.instant;
        if is_of_it && self.polled_inside(piece.lane, piece).is_none() {
            Some(human(self.chart.between(piece.from, next.from)))
        } else {
            None
        }
    }

    /// What will end a wait of the lane of a piece: the first thing for which it is polled again,
    /// although it may go on waiting after that. Polls that change nothing are passed over.
    fn until(&self, piece: &Piece, wait: &WholeWait<'_>) -> Option<String> {
        let lane = piece.lane;
        let mut ends = self.ends_after_such_polls(lane, wait);
        let later = ends.pop();
        let passed_over = [wait].into_iter().chain(&ends).take_while(|_| later.is_some());
        let passed_over = self.wakes_in_words(lane, passed_over);
        let wait = later.as_ref().unwrap_or(wait);
        let step = self.number(piece);
        let until = match wait.until {
            Until::Clock
                if let Some(others) = self.time_of_others(lane, self.stop(piece), step) =>
            {
                format!("{others} has come")
            }
            Until::Clock => match self.due(lane, wait.to) {
                Due::At(time) => human(time),
                Due::By(time) => format!("{}, when the thread is free again", human(time)),
                Due::AtLatest(time) => format!("its time has come, by {}", human(time)),
                Due::NotKnown => "its time has come".into(),
            },
            Until::Lane(by) if by == lane => "it wakes itself".into(),
            // Not “for”: it may wait for other lanes, too, and this wake is the first to come.
            Until::Lane(by) => {
                let name = &self.chart.rows[by].name;
                let is_passed_on = is_passed_on(self.chart, by, lane, wait.to);
                match self.is_cancelled_at(lane, wait.to) {
                    _ if is_passed_on => format!("{name} is woken"),
                    true => format!("{name} cancels it"),
                    // Such as a lane that a lock is given to by one that is dropped with it.
                    false if self.is_dropped_at(lane, wait.to) => "it is dropped".into(),
                    false => format!("{name} wakes it{passed_over}"),
                }
            }
            Until::Outside => {
                let by = wait.until;
                let woken = Woken::of_a_wait(by, wait.to);
                match self.stop(piece).and_then(|at| tracked(self.chart, at, woken)) {
                    Some(task) => format!("{} has ended", self.chart.rows[task].name),
                    None if self.is_dropped_unpolled(lane, wait.to) => "it is dropped".into(),
                    None => "it is woken from outside".into(),
                }
            }
            Until::Dropped => "it is dropped".into(),
            Until::RunOver => "the run is over".into(),
            Until::Unwoken => "it is polled without a wake".into(),
            // The lane has given way, and does not wait.
            Until::Yield => return None,
        };
        Some(format!("until {until}"))
    }
}

impl Reader<'_> {
    /// `, after A and B`: the lanes whose wakes end parts of a wait, and not the wait. What waits
    /// for several tasks is woken by each of them.
    fn wakes_in_words<'w>(
        &self,
        lane: LaneId,
        parts: impl Iterator<Item = &'w WholeWait<'w>>,
    ) -> String {
        let mut by = vec![];
        for part in parts {
            if let Until::Lane(other) = part.until
                && !is_passed_on(self.chart, other, lane, part.to)
            {
                by.push(other);
            }
        }
        if by.is_empty() { String::new() } else { format!(", after {}", self.names(&by)) }
    }
}
