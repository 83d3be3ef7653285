//! The lists of the strip: which lanes are ready, which wait for a timer, and which wait for other
//! lanes.
//!
//! A chart says of each wait what ended it. So the lists know the future: that a timer is due at a
//! time was proved by its wake, and that a lane waits for another one by the wake of that one. A
//! page can hide them from a reader who wants to predict.
use super::{
    chains::chains,
    now::{Now, has_returned_an_item},
    reader::{Reader, stopped},
    steps::Step,
    waited::{WaitsFor, WholeWait, is_local_set, is_timer},
};
use crate::timeline::{
    LaneId, Places, Position, Span, State, Until, Wait, draw::pieces::Piece, human,
};

/// In which lists a lane is. A lane that waits for another one, with a timeout, is in two of them.
#[derive(Default)]
struct Listed {
    /// It is ready: its place in the order of wakes.
    ready: Option<Ready>,
    /// It waits for a timer: when that is due, for the order, and in words.
    timer: Option<(Position, String)>,
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
        let mut timers: Vec<(Position, LaneId, String)> = vec![];
        let mut waits_for = vec![];
        for lane in 0..self.chart.rows.len() {
            let now = self.now(lane, piece);
            let mut letter = self.letter(lane, now, piece);
            let listed = self.listed(lane, now, piece);
            if let Some(place) = listed.ready {
                ready.push((place, lane));
                letter = 'd'; // a task may be ready before its first poll, too
            }
            if let Some((due, words)) = listed.timer {
                timers.push((due, lane, words));
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
        for (_, lane) in ready {
            step.ready.push(lane);
            step.ready_inside.push(self.chart.rows[lane].owner_at(piece.after));
        }
        timers.sort();
        for (_, lane, due) in timers {
            step.timers.push((lane, due));
        }
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
            Now::PolledNext { poll, .. } if let Some(woken) = self.woken_for(lane, poll) => {
                Listed::ready(woken.at, woken.nth)
            }
            Now::PolledNext { before: None, poll } => {
                let row = &self.chart.rows[lane];
                // A task that has just been spawned, and not a future inside another lane.
                let is_a_task = row.parent.is_some() && row.owner_at(poll.from).is_none();
                if is_a_task {
                    Listed::ready(row.begin(), AFTER_ALL_WAKES)
                } else {
                    Listed::default()
                }
            }
            Now::Stopped(poll) if poll.stopped.are_none() => Listed::default(),
            Now::Stopped(poll) => {
                let wait = WholeWait {
                    until: self.ended_by_a_rest(lane, piece),
                    to: piece.after,
                    places: &poll.stopped,
                };
                self.listed_as_waiting(lane, &wait, piece)
            }
            // The next poll comes without a wake, so what it waits for does not end with it.
            Now::PolledNext { before: Some(span), .. } | Now::Does(span) => match span.state {
                State::Ready => match span.woken {
                    Some(woken) => Listed::ready(woken.at, woken.nth),
                    None => Listed::ready(span.from, 0),
                },
                State::Lazy => self.listed_before_its_first_poll(lane, span, piece),
                _ => match self.whole_wait(lane, span) {
                    Some(wait) => self.listed_as_waiting(lane, &wait, piece),
                    None => Listed::default(),
                },
            },
            Now::NotThere | Now::InPoll(_) | Now::Over => Listed::default(),
        }
    }

    /// The lists of a lane that waits.
    fn listed_as_waiting(&self, lane: LaneId, wait: &WholeWait<'c>, piece: &Piece) -> Listed {
        let waits = wait.places.waits();
        let mut listed =
            Listed { waits_for: self.waits_for(lane, wait, piece), ..Listed::default() };
        if wait.until == Until::Clock {
            listed.timer = Some((wait.to, self.due(wait.to)));
        } else if waits.iter().any(is_timer) {
            // Something else has ended the wait, and when the timer was due is not known.
            listed.timer = Some((self.chart.last_position(), "?".into()));
        }
        listed
    }

    /// The lists of a lane that was not polled yet. A future that nothing polls is in none.
    fn listed_before_its_first_poll(&self, lane: LaneId, lazy: &Span, piece: &Piece) -> Listed {
        let row = &self.chart.rows[lane];
        let first = row.spans.get(1).filter(|next| next.state.is_poll());
        // A callback of an event loop: the loop has said where it is.
        if let Some(wait) = lazy.places.waits().last() {
            let is_called = first.is_some();
            let mut listed = Listed::default();
            match wait.on.as_deref() {
                Some(ITS_TIMER) if is_called => listed.timer = Some((lazy.to, self.due(lazy.to))),
                Some(ITS_TIMER) => listed.timer = Some((self.chart.last_position(), "?".into())),
                _ => listed.ready = Some((lazy.from, AFTER_ALL_WAKES)),
            }
            return listed;
        }
        let (Some(first), Some(maker)) = (first, row.parent) else {
            return Listed::default();
        };
        if row.owner_at(first.from).is_some() {
            return Listed::default(); // a future inside another lane
        }
        // A task, which is ready as soon as its maker has spawned it. That was in a poll of the
        // maker before the first poll of the task; of several, the last one is taken.
        let spans = &self.chart.rows[maker].spans;
        let begun = spans.partition_point(|span| span.from < lazy.to);
        match spans[..begun].iter().rfind(|span| span.state.is_poll()) {
            Some(poll) if poll.from < piece.after => Listed::ready(poll.to, AFTER_ALL_WAKES),
            _ => Listed::default(),
        }
    }

    /// What ends the wait of a lane that is [`Now::Stopped`]: a rest wakes or drops it right here.
    fn ended_by_a_rest(&self, lane: LaneId, piece: &Piece) -> Until {
        let spans = &self.chart.rows[lane].spans;
        let next = spans.partition_point(|span| span.from < piece.after);
        match spans.get(next) {
            Some(next) => next.woken.map_or(Until::Dropped, |woken| woken.by),
            None => Until::Dropped,
        }
    }

    /// When a timer is due that has ended a wait at `to`. If the thread was busy until then, the
    /// timer may have been due before.
    fn due(&self, to: Position) -> String {
        let due = human(self.chart.time(to));
        if self.busy_until[to.instant] { format!("≤ {due}") } else { due }
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
        let spans = &self.chart.rows[lane].spans;
        let next = spans.partition_point(|other| other.from <= span.from);
        for later in &spans[next..] {
            if wait.until != Until::Unwoken {
                break;
            }
            match later.state {
                // The poll itself is passed over, unless the lane waits elsewhere after it.
                State::RunningUnwoken if later.stopped.are_none() => {}
                State::RunningUnwoken if are_the_same(&later.stopped, places) => {}
                State::Waiting(until) if are_the_same(&later.places, places) => {
                    wait.until = until;
                    wait.to = later.to;
                }
                _ => break,
            }
        }
        Some(wait)
    }
}

impl Listed {
    fn ready(at: Position, nth: usize) -> Listed {
        Listed { ready: Some((at, nth)), ..Listed::default() }
    }
}

/// Whether a lane waits in the same places for the same, whenever it has registered there.
fn are_the_same(places: &Places, others: &Places) -> bool {
    let same = |one: &Wait, other: &Wait| {
        one.place == other.place && one.on == other.on && one.lane == other.lane
    };
    let waits = places.waits().iter().zip(others.waits());
    places.waits().len() == others.waits().len()
        && waits.into_iter().all(|(one, other)| same(one, other))
}

/// Whether a lane waits for nothing but a timer in a span, whatever may have woken it before that.
/// A `LocalSet` that it has run before may wake it, and is not what it waits for.
pub(super) fn is_for_a_timer(span: &Span) -> bool {
    let waits = stopped(span).waits();
    waits.iter().any(is_timer) && waits.iter().all(|wait| is_timer(wait) || is_local_set(wait))
}
