//! The lists of the strip: which lanes are ready, which wait for a timer, and which wait for other
//! lanes.
//!
//! A chart says of each wait what ended it. So the lists know the future: that a timer is due at a
//! time was proved by its wake, and that a lane waits for another one by the wake of that one. A
//! page can hide them from a reader who wants to predict.
use super::{
    chains::chains,
    deeds::a_callback_of,
    due::Due,
    kinds::is_local_set,
    now::{Now, has_returned_an_item},
    reader::{Reader, stopped},
    steps::Step,
    waited::{WaitsFor, WholeWait},
};
use crate::timeline::{
    Clock, End, LaneId, Place, Places, Position, Span, State, Turn, Until, draw::pieces::Piece,
};
use std::time::Duration;

/// In which lists a lane is. A lane that waits for another one, with a timeout, is in two of them.
#[derive(Default)]
struct Listed {
    /// It is ready: its place in the order of wakes.
    ready: Option<Ready>,
    /// It waits for these timers.
    timers: Vec<Due>,
    /// What is known of its wait for others.
    waits_for: WaitsFor,
}

/// The place of a lane in the order of wakes: where it was woken, and how many wakes came before
/// that one, since several can be at one position.
type Ready = (Position, usize);

/// Stands for the number of a wake where a lane is ready without one, such as a task that was just
/// spawned. It sorts such a lane after those that were woken at the same position.
const AFTER_ALL_WAKES: usize = usize::MAX;

/// What a callback of an event loop waits for until its timer is due. The `stage` writes these
/// words where it makes an event loop known to a recording (`callback_was_scheduled`).
const ITS_TIMER: &str = "its timer";

impl<'c> Reader<'c> {
    /// Puts each lane into the lists that it belongs to where a piece ends, and notes its letter.
    pub(super) fn add_lists(&self, piece: &Piece, step: &mut Step) {
        let mut ready: Vec<(Ready, LaneId)> = vec![];
        let mut timers: Vec<(LaneId, Due)> = vec![];
        let mut waits_for = vec![];
        let nth = self.number(piece);
        let queued = self.calls.queued(nth);
        for lane in 0..self.chart.rows.len() {
            let now = self.now(lane, piece);
            let mut letter = self.letter(lane, now, piece);
            let mut listed = self.listed(lane, now, piece);
            if self.calls.is_called(lane) {
                listed.ready = queued_at(&queued, lane).filter(|_| self.is_alive(lane, piece));
            }
            if let Some(place) = listed.ready {
                ready.push((place, lane));
                // A task may be ready before its first poll, too. The lane of a loop may have a
                // call in the queue while it runs.
                if !matches!(now, Now::InPoll(_)) {
                    letter = 'd';
                }
            } else if letter == 'd' && self.calls.is_called(lane) {
                letter = 'w'; // between two iterations: its loop goes on, and calls another lane
                listed.waits_for = self.waits_for_tasks(lane, piece).unwrap_or_default();
            }
            for due in listed.timers {
                timers.push((lane, due));
            }
            if let Some(words) = listed.waits_for.words {
                match step.unproved.iter_mut().find(|(_, same)| *same == words) {
                    Some((lanes, _)) => lanes.push(lane),
                    None => step.unproved.push((vec![lane], words)),
                }
            }
            waits_for.push(listed.waits_for.lanes);
            step.states.push(letter);
        }
        ready.sort();
        for (turn, function) in self.calls.callbacks(nth) {
            let before = ready.partition_point(|(place, _)| *place < (turn.at, turn.nth));
            step.ready_callbacks.push((before, a_callback_of(function)));
        }
        for (_, lane) in ready {
            step.ready.push(lane);
            let inside = self.chart.rows[lane].owner_at(piece.after);
            // What the loop calls is a task or a callback of its own, and not a part of the loop.
            step.ready_inside.push(inside.filter(|_| !self.calls.is_called(lane)));
        }
        for (due, lane) in self.calls.timers(nth) {
            if self.is_alive(lane, piece) {
                timers.push((lane, Due::At(due)));
            }
        }
        // Of equal times those of a loop stay in the order in which they were set.
        timers.sort_by_key(|(_, due)| due.time());
        step.timers = timers;
        step.waits = chains(&waits_for);
    }

    /// In which lists a lane is where a piece ends.
    fn listed(&self, lane: LaneId, now: Now<'c>, piece: &Piece) -> Listed {
        match now {
            // It is not queued: its consumer asks for the next item.
            Now::PolledNext { before: Some(before), poll }
                if has_returned_an_item(before, poll) =>
            {
                Listed::default()
            }
            Now::PolledNext { before, poll } if let Some(woken) = self.woken_for(lane, poll) => {
                let timers = before.map_or(vec![], |before| self.timers_left(lane, before, woken));
                Listed { timers, ..Listed::ready(woken.at, woken.nth) }
            }
            Now::PolledNext { before: None, poll } => {
                let row = &self.chart.rows[lane];
                // A task that has just been spawned, and neither a future inside another lane nor a
                // closure on a thread.
                let is_queued =
                    row.parent.is_some() && row.is_a_task_at(poll.from) && !row.own_thread;
                if is_queued { Listed::ready(row.begin(), row.made_nth) } else { Listed::default() }
            }
            Now::Stopped(poll) if poll.stopped.are_none() => Listed::default(),
            Now::Stopped(poll) => {
                let wait = self.wait_until_a_rest(lane, poll, piece);
                self.listed_as_waiting(lane, &wait, piece)
            }
            // The next poll comes without a wake, so what it waits for does not end with it.
            Now::PolledNext { before: Some(span), .. } | Now::Does(span) => match span.state {
                State::Ready => match span.woken {
                    Some(woken) => {
                        let timers = self.timers_left(lane, span, woken);
                        Listed { timers, ..Listed::ready(woken.at, woken.nth) }
                    }
                    None => Listed::ready(span.from, 0),
                },
                State::WokenNotPolled if let Some(woken) = span.woken => {
                    let timers = self.timers_left(lane, span, woken);
                    if self.may_be_polled_yet(lane, piece) {
                        return Listed { timers, ..Listed::ready(woken.at, woken.nth) };
                    }
                    Listed { timers, ..Listed::default() }
                }
                State::Lazy => self.listed_before_its_first_poll(lane, span, piece),
                _ => match self.whole_wait(lane, span) {
                    Some(wait) => self.listed_as_waiting(lane, &wait, piece),
                    None => Listed::default(),
                },
            },
            Now::InPoll(poll) => {
                Listed { timers: self.timers_in_poll(lane, poll), ..Listed::default() }
            }
            Now::NotThere | Now::Over => Listed::default(),
        }
    }

    /// Whether the lane that polls `lane` is still in its poll where a piece ends. The chart knows
    /// that this poll passes `lane` over; it is seen only when the poll is over.
    fn may_be_polled_yet(&self, lane: LaneId, piece: &Piece) -> bool {
        let owner = self.chart.rows[lane].owner_at(piece.after);
        owner.is_some_and(|owner| piece.still.contains(&owner))
    }

    /// The lists of a lane that waits.
    fn listed_as_waiting(&self, lane: LaneId, wait: &WholeWait<'c>, piece: &Piece) -> Listed {
        Listed {
            ready: None,
            timers: self.timers_of(lane, wait),
            waits_for: self.waits_for(lane, wait, piece),
        }
    }

    /// The lists of a lane that was not polled yet. A future that nothing polls is in none.
    fn listed_before_its_first_poll(&self, lane: LaneId, lazy: &Span, piece: &Piece) -> Listed {
        let row = &self.chart.rows[lane];
        let first = row.spans.get(1).filter(|next| next.state.is_poll());
        // A callback of an event loop: the loop has said where it is.
        if let Some(wait) = lazy.places.waits().last() {
            if !self.calls.are_unknown() {
                return Listed::default(); // `calls` has its timer and its place in the queue
            }
            let is_called = first.is_some();
            let mut listed = Listed::default();
            match wait.on.as_deref() {
                Some(ITS_TIMER) if is_called => {
                    listed.timers.push(self.due(lane, lazy.to));
                }
                Some(ITS_TIMER) => listed.timers.push(Due::NotKnown),
                _ => listed.ready = Some((lazy.from, AFTER_ALL_WAKES)),
            }
            return listed;
        }
        let Some(maker) = row.parent else { return Listed::default() };
        // A closure with a thread of its own waits for that thread. It is in no runtime's queue.
        if row.own_thread {
            return Listed::default();
        }
        let Some(first) = first else {
            // A task that was aborted before its first poll has been in the queue up to then.
            return match row.end.1 {
                End::Cancelled { aborted: true, .. } => self.spawned(lane, maker, lazy, piece),
                _ => Listed::default(),
            };
        };
        if !row.is_a_task_at(first.from) {
            return Listed::default(); // a future inside another lane
        }
        // A task, which is ready as soon as it is spawned. Its maker may not have done that: if a
        // task that was made later has begun before, this one may have been handed to that one. It
        // was spawned before its first poll, and no more is known.
        if self.is_overtaken(lane, first) {
            let ended = self.last_poll_that_ended_by(first.from);
            return match ended {
                Some(at) if at <= piece.after => Listed::ready(at, AFTER_ALL_WAKES),
                _ => Listed::default(),
            };
        }
        self.spawned(lane, maker, lazy, piece)
    }

    /// The lists of a task that was not polled yet. Its maker has spawned it in a poll that began
    /// before the first poll of the task; of several, the last one is taken. If the task was made
    /// in that poll, it was spawned where it was made.
    fn spawned(&self, lane: LaneId, maker: LaneId, lazy: &Span, piece: &Piece) -> Listed {
        let spans = &self.chart.rows[maker].spans;
        let begun = spans.partition_point(|span| span.from < lazy.to);
        match spans[..begun].iter().rfind(|span| span.state.is_poll()) {
            Some(poll) if poll.from < lazy.from => {
                Listed::ready(lazy.from, self.chart.rows[lane].made_nth)
            }
            Some(poll) if poll.from < piece.after => Listed::ready(poll.to, AFTER_ALL_WAKES),
            _ => Listed::default(),
        }
    }

    /// Whether another task of the same maker, which was made later, was polled before `first`, the
    /// first poll of a task. The runtime begins tasks in the order in which they were spawned. A
    /// closure on a thread of its own is no such task: it begins when its thread does.
    fn is_overtaken(&self, lane: LaneId, first: &Span) -> bool {
        let rows = &self.chart.rows;
        rows[lane + 1..].iter().any(|row| {
            let begun = row.spans.iter().find(|span| span.state.is_poll());
            row.parent == rows[lane].parent
                && begun.is_some_and(|poll| {
                    poll.from < first.from && row.is_a_task_at(poll.from) && !row.own_thread
                })
        })
    }

    /// The end of the last poll of any lane that was over at a position.
    fn last_poll_that_ended_by(&self, at: Position) -> Option<Position> {
        let spans = self.chart.rows.iter().flat_map(|row| &row.spans);
        spans.filter(|span| span.state.is_poll() && span.to <= at).map(|span| span.to).max()
    }

    /// The wait of a lane that is [`Now::Stopped`], after its poll: a rest ends it right here. It
    /// wakes the lane, polls it without a wake, or drops it.
    pub(super) fn wait_until_a_rest(
        &self,
        lane: LaneId,
        poll: &'c Span,
        piece: &Piece,
    ) -> WholeWait<'c> {
        let spans = &self.chart.rows[lane].spans;
        let next = spans.partition_point(|span| span.from < piece.after);
        let until = match spans.get(next) {
            Some(next) => next.woken.map_or(Until::Unwoken, |woken| woken.by),
            None => Until::Dropped,
        };
        WholeWait { until, to: piece.after, places: &poll.stopped }
    }

    /// When a timer is due that has ended a wait of a lane at `to`. If the thread was busy until
    /// then, the timer may have been due before; and so it may on the real clock, where each timer
    /// is late.
    pub(super) fn due(&self, lane: LaneId, to: Position) -> Due {
        let time = self.chart.time(to);
        match self.chart.clock {
            Clock::Real => match self.fired(lane, to) {
                Some(fired) => Due::AtLatest(whole_milliseconds(fired)),
                None => Due::NotKnown,
            },
            Clock::Paused if self.is_in_a_closure(lane, to) => Due::AtLatest(time),
            Clock::Paused if self.busy_until[to.instant] => Due::By(time),
            Clock::Paused => Due::At(time),
        }
    }

    /// When the timer fired that has ended a wait of a lane at `to`, as it was measured. The time
    /// of the instant is an earlier one: it is rounded.
    fn fired(&self, lane: LaneId, to: Position) -> Option<Duration> {
        let spans = &self.chart.rows[lane].spans;
        let mut wakes = spans.iter().filter(|span| to <= span.from).filter_map(|span| span.woken);
        wakes.find(|woken| woken.by == Until::Clock)?.fired
    }

    /// Whether a lane is a closure on a thread of its own, or is polled inside one, which runs a
    /// runtime. That thread may be parked or busy: it does not tell.
    pub(super) fn is_in_a_closure(&self, lane: LaneId, at: Position) -> bool {
        let mut lane = lane;
        // Not an endless loop: in a chart that was read from a file there may be a circle.
        for _ in 0..self.chart.rows.len() {
            let row = &self.chart.rows[lane];
            if row.spans.iter().any(|span| span.state == State::OnThread) {
                return true;
            }
            let Some(outer) = row.owner_at(at) else { return false };
            lane = outer;
        }
        false
    }

    /// The lanes that a lane polls, and that have not ended.
    pub(super) fn lanes_inside(&self, lane: LaneId, piece: &Piece) -> Vec<LaneId> {
        let mut inside = vec![];
        for (other, row) in self.chart.rows.iter().enumerate() {
            if row.owner_at(piece.after) == Some(lane) && self.is_alive(other, piece) {
                inside.push(other);
            }
        }
        inside
    }

    /// Whether a lane is there and has not ended.
    pub(super) fn is_alive(&self, lane: LaneId, piece: &Piece) -> bool {
        match self.now(lane, piece) {
            Now::NotThere | Now::Over => false,
            Now::Stopped(_) | Now::InPoll(_) | Now::PolledNext { .. } | Now::Does(_) => true,
        }
    }

    /// The wait of which this span is a part; none if the lane does not wait. The span may also be
    /// the poll before a wait that has no room in the chart, because the next poll comes at once.
    ///
    /// Polls without a wake cut one wait into several spans: the last of them has its end, and what
    /// ended it. But if the lane waits elsewhere after such a poll, that is another wait:
    ///
    /// ```text
    ///   waiting   unwoken   waiting     (a timer fires)
    ///   ─────────▒──────────────────█   at one place: the timer was set before the first of them
    /// ```
    pub(super) fn whole_wait(&self, lane: LaneId, span: &'c Span) -> Option<WholeWait<'c>> {
        let places = stopped(span);
        let mut wait = match span.state {
            State::Waiting(until) => WholeWait { until, to: span.to, places },
            _ if span.state.is_poll() => WholeWait { until: Until::Unwoken, to: span.to, places },
            _ => return None,
        };
        let row = &self.chart.rows[lane];
        let next = row.spans.partition_point(|other| other.from <= span.from);
        for later in &row.spans[next..] {
            if wait.until != Until::Unwoken {
                return Some(wait);
            }
            match later.state {
                // The poll itself is passed over, unless the lane waits elsewhere after it.
                State::RunningUnwoken if later.stopped.are_none() => {}
                State::RunningUnwoken if are_the_same(&later.stopped, places) => {}
                State::Waiting(until) if are_the_same(&later.places, places) => {
                    wait.until = until;
                    wait.to = later.to;
                }
                _ => return Some(wait),
            }
        }
        // The lane waits there to its end.
        let until = match row.end.1 {
            End::Cancelled { .. } => Until::Dropped,
            End::Unfinished => Until::RunOver,
            End::Finished | End::ReturnedCancelled | End::Failed(_) | End::Panicked(_) => {
                Until::Unwoken
            }
        };
        if wait.until == Until::Unwoken {
            wait.until = until;
            wait.to = row.end.0;
        }
        Some(wait)
    }
}

impl Listed {
    fn ready(at: Position, nth: usize) -> Listed {
        Listed { ready: Some((at, nth)), ..Listed::default() }
    }
}

/// A time in whole milliseconds, and never less than the time: it is to be said of something that
/// was not later.
fn whole_milliseconds(time: Duration) -> Duration {
    Duration::from_millis(time.as_nanos().div_ceil(1_000_000) as u64)
}

/// Where a lane is in the queue of an event loop.
fn queued_at(queued: &[(Turn, LaneId)], lane: LaneId) -> Option<Ready> {
    let (turn, _) = queued.iter().find(|(_, other)| *other == lane)?;
    Some((turn.at, turn.nth))
}

/// Whether a lane waits in the same places for the same, whenever it has registered there. A
/// `LocalSet` is no such place: the lane is woken there to poll the tasks of the set, and if it has
/// left the set in a poll, the place of the set is still among those of that poll.
pub(super) fn are_the_same(places: &Places, others: &Places) -> bool {
    waited_for(places) == waited_for(others)
}

fn waited_for(places: &Places) -> Vec<(&Place, &Option<String>, Option<LaneId>)> {
    let waits = places.waits().iter().filter(|wait| !is_local_set(wait));
    waits.map(|wait| (&wait.place, &wait.on, wait.lane)).collect()
}
