//! What a lane does where a step ends.
//!
//! The chart says what a lane does at a position. Two things are added here. Where a poll begins at
//! that very position, the step shows the lane before that poll. And several steps may end at one
//! position: rests of polls, one after the other. What a later one of them is going to do is in the
//! chart already, and must not be shown.
use super::reader::Reader;
use crate::timeline::{
    Clock, End, LaneId, Row, Span, State, Until, Woken,
    draw::pieces::{Piece, doer},
};

/// What a lane does where a piece ends.
#[derive(Clone, Copy)]
pub(super) enum Now<'c> {
    /// It has not been made.
    NotThere,
    /// It is in the middle of this poll.
    InPoll(&'c Span),
    /// Its next poll begins right here. Until then it does what the span `before` says; if that is
    /// a poll, it waits where that poll stopped. `before` is none if `poll` is its first span.
    PolledNext { before: Option<&'c Span>, poll: &'c Span },
    /// Its poll, this span, has returned, and it waits where that poll stopped; if that is nowhere,
    /// it is a stream that has returned an item. The chart has no room for this wait: it ends at
    /// the same position, when another lane goes on there, or when the runtime drops the lane.
    Stopped(&'c Span),
    /// It does what this span says, which is no poll.
    Does(&'c Span),
    /// It has ended.
    Over,
}

impl<'c> Reader<'c> {
    /// What a lane does where a piece ends.
    pub(super) fn now(&self, lane: LaneId, piece: &Piece) -> Now<'c> {
        let Piece { after, still, .. } = piece;
        let row = &self.chart.rows[lane];
        let spans = &row.spans;
        // On the real clock the runtime may drop an aborted lane at a new instant, at which no poll
        // has begun. Then its end in the chart is later than this piece.
        if piece.aborted.contains(&lane) {
            return Now::Over;
        }
        if still.contains(&lane) {
            // In the chart this lane has moved on at this position already. Here it is still in the
            // poll that began before.
            let begun = spans.partition_point(|span| span.from < *after);
            return match spans[..begun].last() {
                Some(poll) => Now::InPoll(poll),
                None => Now::NotThere,
            };
        }
        // A task without a lane may make one after the poll, at the same position.
        if row.begin() == *after && self.is_after(row.made_nth, piece) {
            return Now::NotThere;
        }
        let begun = spans.partition_point(|span| span.from <= *after);
        let Some(span) = spans[..begun].last() else {
            return self.without_a_span(row, piece);
        };
        if span.from == *after {
            let before = spans[..begun - 1].last();
            // What a rest is going to do has not happened yet. It may be going to make the lane.
            if before.is_none()
                && let Some(parent) = row.parent
                && still.contains(&doer(self.chart, parent, *after))
            {
                return Now::NotThere;
            }
            // Or it may be going to wake the lane.
            if let Some(woken) = span.woken
                && woken.at == *after
                && self.wakes_after(lane, woken, piece)
                && let Some(before) = before
            {
                return does_or_has_stopped(before);
            }
            if span.state.is_poll() {
                return match before {
                    None if self.is_made_in_its_first_poll(lane) => Now::NotThere,
                    _ => Now::PolledNext { before, poll: span },
                };
            }
        }
        if *after < span.to {
            return if span.state.is_poll() { Now::InPoll(span) } else { Now::Does(span) };
        }
        if is_dropped_later(row, piece) { does_or_has_stopped(span) } else { Now::Over }
    }

    /// Whether a lane is made by the task that polls it, right before its first poll: no lane has
    /// made it, and there is no time in which it was made and not polled.
    fn is_made_in_its_first_poll(&self, lane: LaneId) -> bool {
        let row = &self.chart.rows[lane];
        lane != 0 && row.parent.is_none() && row.spans[0].state.is_poll()
    }

    /// Whether a wake at the position at which a piece ends comes only after the piece.
    fn wakes_after(&self, lane: LaneId, woken: Woken, piece: &Piece) -> bool {
        // On the real clock an instant is a stretch of time, and the poll may be long over. What a
        // lane wakes by itself is told in its step, which may be this one: a task wakes `main` when
        // its last poll is over. So is what the end of a task wakes that is aborted in this step.
        let is_told_elsewhere = match woken.by {
            Until::Clock | Until::Outside => true,
            Until::Lane(by) => {
                woken.passed_on || lane == piece.lane && !piece.aborted.contains(&by)
            }
            Until::Yield | Until::Unwoken | Until::Dropped | Until::RunOver => false,
        };
        if self.chart.clock == Clock::Real && is_told_elsewhere && self.is_after(woken.nth, piece) {
            return true;
        }
        match woken.by {
            Until::Lane(by) => piece.still.contains(&by),
            // The runtime wakes it only when the poll is over in which the lane has given way. An
            // event loop that calls the lane has told when it is queued.
            Until::Yield => {
                let outer = self.chart.rows[lane].owner_at(piece.after);
                !self.calls.is_called(lane)
                    && outer.is_some_and(|outer| piece.still.contains(&outer))
            }
            // A timer of the runtime's fires when the thread is free.
            Until::Clock => {
                let is_polled = |other: &LaneId| !self.is_in_a_closure(*other, piece.after);
                self.calls.are_unknown()
                    && self.chart.workers == 0
                    && !self.is_in_a_closure(lane, piece.after)
                    && piece.still.iter().any(is_polled)
            }
            Until::Outside | Until::Unwoken | Until::Dropped | Until::RunOver => false,
        }
    }

    /// Whether an event of this number came after the poll of a piece was over.
    fn is_after(&self, nth: usize, piece: &Piece) -> bool {
        let ended_nth = self.poll_of(piece).ended_nth;
        0 < ended_nth && ended_nth < nth
    }

    /// What a lane does that is in none of its spans yet. One that was dropped where it was made
    /// has no spans at all, and is over from then on.
    fn without_a_span(&self, row: &Row, piece: &Piece) -> Now<'c> {
        let has_ended = row.spans.is_empty() && row.end.0 <= piece.after;
        if has_ended && !is_dropped_later(row, piece) { Now::Over } else { Now::NotThere }
    }

    /// What a lane does, as a letter of [`Step::states`](super::steps::Step::states): one letter
    /// for each lane keeps a page with a thousand steps small.
    pub(super) fn letter(&self, lane: LaneId, now: Now<'_>, piece: &Piece) -> char {
        let mark = match now {
            Now::NotThere => return '.',
            // It is not queued: its consumer asks for the next item.
            Now::PolledNext { before: Some(before), poll }
                if has_returned_an_item(before, poll) =>
            {
                State::BetweenItems.mark()
            }
            Now::PolledNext { poll, .. } if self.woken_for(lane, poll).is_some() => return 'd',
            Now::PolledNext { before: None, .. } => return 'l',
            // The chart may call the whole poll blocking. It blocks after the polls inside it.
            Now::InPoll(_) if self.polled_inside(lane, piece).is_some() => State::Running.mark(),
            Now::Stopped(poll) if poll.stopped.are_none() => State::BetweenItems.mark(),
            Now::Stopped(_) => return 'w',
            // Its last poll has just returned, and no wake is known.
            Now::PolledNext { before: Some(before), .. } if before.state.is_poll() => return 'w',
            Now::PolledNext { before: Some(span), .. } | Now::InPoll(span) | Now::Does(span) => {
                span.state.mark()
            }
            Now::Over => self.chart.rows[lane].end.1.mark(),
        };
        mark.letter().expect("each state and each end has one")
    }
}

/// Whether a stream has returned an item before this poll. If it is asked for the next one at once,
/// the chart has no room between its two polls: then it was not woken, and has not waited.
pub(super) fn has_returned_an_item(before: &Span, poll: &Span) -> bool {
    let has_waited = !before.stopped.are_none() || poll.state == State::RunningUnwoken;
    let is_asked_at_once = before.state.is_poll() && poll.woken.is_none() && !has_waited;
    before.state == State::BetweenItems || is_asked_at_once
}

/// Whether a lane is dropped at the position at which a piece ends, but later: by a rest that comes
/// next, or by the runtime, when the rests are over.
fn is_dropped_later(row: &Row, piece: &Piece) -> bool {
    match row.end {
        (at, End::Cancelled { by: Some(by), .. }) => at == piece.after && piece.still.contains(&by),
        (at, End::Cancelled { by: None, .. }) => at == piece.after && !piece.still.is_empty(),
        _ => false,
    }
}

/// What a lane does until it is woken or dropped later at the same position.
fn does_or_has_stopped(span: &Span) -> Now<'_> {
    if span.state.is_poll() { Now::Stopped(span) } else { Now::Does(span) }
}
