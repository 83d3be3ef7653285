//! Reads one step out of a chart: what is seen of all lanes where a piece ends.
//!
//! Each small function answers one question about one lane. They are in five files: `now` says what
//! a lane does where a piece ends, `lists` in which lists of the strip it is, `waited` for which
//! lanes it waits, `lines` at which line it stands, and `went_on` at which it goes on. Here is how
//! a step is put together of these, and what they share.
use super::{
    calls::Calls,
    resumed::{Resumed, resumed},
    source::SourceFile,
    steps::Step,
};
use crate::timeline::{
    Chart, End, LaneId, Places, Span, State, Until, Woken,
    draw::pieces::{Kind, Piece, aborted_after, doer, done_in, is_passed_on, passed_on, tracked},
};
use std::collections::BTreeSet;

/// Reads steps out of a chart.
pub(super) struct Reader<'c> {
    /// What is read.
    pub chart: &'c Chart,
    /// All pieces, in order: the position of a piece here is the number of its step.
    pub order: &'c [Piece],
    /// The file that the page shows; none if no lane has a place.
    pub file: Option<&'c str>,
    /// That file; none if it is not found.
    pub source: Option<&'c SourceFile>,
    /// The queue and the timers of an event loop of the program's own.
    pub calls: Calls,
    /// By which calls the coroutine goes on that runs in the lane of such a loop.
    pub resumed: Vec<Resumed>,
    /// For each instant whether the runtime's thread was busy right until then: a timer that ends a
    /// wait there may have been due before.
    pub busy_until: Vec<bool>,
    /// The numbers of the threads, but the first, that poll tasks.
    pub threads_of_tasks: BTreeSet<usize>,
}

impl<'c> Reader<'c> {
    pub fn new(
        chart: &'c Chart,
        order: &'c [Piece],
        file: Option<&'c str>,
        source: Option<&'c SourceFile>,
    ) -> Reader<'c> {
        let mut busy_until = vec![false; chart.instants.len()];
        // The first thread is the runtime's.
        for hold in chart.threads.iter().take(1).flatten() {
            busy_until[hold.to.instant] |= hold.from.instant < hold.to.instant;
        }
        let calls = Calls::of(chart, order);
        let resumed = resumed(chart, order);
        let threads_of_tasks = BTreeSet::new();
        let mut reader =
            Reader { chart, order, file, source, calls, resumed, busy_until, threads_of_tasks };
        reader.threads_of_tasks = reader.threads_of_tasks();
        reader
    }

    /// What is seen after a piece. `stepped` adds `stands`, and what the step says in words:
    /// `sentence`, `tells_of_others`, `later` and `later_of_coroutine`.
    pub fn step(&self, piece: &Piece) -> Step {
        let lane = piece.lane;
        let poll = self.poll_of(piece);
        let mut step = Step {
            instant: piece.from.instant,
            lane,
            rest: piece.kind == Kind::Rest,
            around: self.around(piece),
            ran_inside: None,
            on_thread: poll.state == State::OnThread,
            sentence: String::new(),
            tells_of_others: false,
            later: None,
            later_of_coroutine: false,
            polls: self.polls_in_words(piece),
            blocks: self.blocks(piece),
            says: vec![],
            said_at: vec![],
            resumed: self.resumed(piece),
            stop: None,
            chain: vec![],
            on: None,
            stands: vec![],
            states: String::new(),
            ready: vec![],
            ready_inside: vec![],
            ready_unnamed: vec![],
            ready_callbacks: vec![],
            timers: vec![],
            waits: vec![],
            unproved: vec![],
            woken_in: None,
            woken_by: None,
        };
        self.add_said(piece, &mut step);
        self.add_lists(piece, &mut step);
        let woken_in = match piece.kind {
            Kind::Poll => self.woken_in(lane, poll).or_else(|| {
                self.coroutine_cause(piece)?; // what begins the piece
                self.coroutine_woken_in(piece)
            }),
            Kind::Rest => self.coroutine_woken_in(piece),
        };
        if let Some((nth, by)) = woken_in {
            step.woken_in = Some(nth);
            step.woken_by = Some(by);
        }
        step.stop = self.panics_in(piece);
        if let Some(wait) = self.reached(piece) {
            step.stop = self.line(wait);
            step.on = self.on(piece);
            step.chain = self.lines_around(wait);
        }
        step
    }

    /// Adds the lines that were printed in a step, and when.
    fn add_said(&self, piece: &Piece, step: &mut Step) {
        for nth in &piece.said {
            let said = &self.chart.said[*nth];
            let line = match &said.place {
                Some(place) if self.is_shown(&place.file) => Some(place.line),
                _ => None,
            };
            step.says.push((said.lane, said.text.clone(), line));
            step.said_at.push(self.chart.time(said.at).as_nanos() as u64);
        }
    }

    /// The number of the step that shows a piece.
    pub(super) fn number(&self, piece: &Piece) -> usize {
        self.order.partition_point(|other| other.key() < piece.key())
    }

    /// The poll of which this is a piece.
    pub(super) fn poll_of(&self, piece: &Piece) -> &'c Span {
        let spans = &self.chart.rows[piece.lane].spans;
        &spans[spans.partition_point(|span| span.from < piece.poll)]
    }

    /// The lanes that are polling the lane of a piece, the outermost first.
    pub(super) fn around(&self, piece: &Piece) -> Vec<LaneId> {
        let mut around = vec![];
        let mut lane = piece.lane;
        // In a chart that was read from a file, lanes might poll each other in a circle.
        while let Some(outer) = self.chart.rows[lane].owner_at(piece.poll)
            && !around.contains(&outer)
        {
            let spans = &self.chart.rows[outer].spans;
            let begun = spans.partition_point(|span| span.from < piece.poll);
            match spans[..begun].last() {
                Some(span) if span.state.is_poll() && piece.from <= span.to => {}
                _ => break,
            }
            around.insert(0, outer);
            lane = outer;
        }
        around
    }

    /// The poll directly inside that of `lane` which goes on in this piece. If the piece is one of
    /// `lane` itself, the next piece of another lane counts. None if that piece is outside of
    /// `lane`, or begins at a later instant: then `lane` does something else meanwhile.
    pub(super) fn polled_inside(&self, lane: LaneId, piece: &Piece) -> Option<&'c Span> {
        let nth = self.number(piece);
        for later in &self.order[nth..] {
            if later.from.instant > piece.after.instant {
                return None;
            }
            // Another poll of `lane` begins.
            if later.lane == lane && later.kind == Kind::Poll && later.key() != piece.key() {
                return None;
            }
            let mut inner = later.lane;
            // Not an endless loop: see `around`.
            for _ in 0..self.chart.rows.len() {
                match self.chart.rows[inner].owner_at(later.poll) {
                    Some(outer) if outer == lane => {
                        let spans = &self.chart.rows[inner].spans;
                        return spans[..spans.partition_point(|span| span.from <= later.poll)]
                            .last();
                    }
                    Some(outer) => inner = outer,
                    None => break,
                }
            }
            if later.lane != lane {
                return None;
            }
        }
        None
    }

    /// The lanes directly inside the lane of a piece that have ended where the piece begins, and
    /// have ended by themselves: they were not dropped.
    pub(super) fn ended_inside(&self, piece: &Piece) -> Vec<LaneId> {
        let mut ended = vec![];
        for (inner, row) in self.chart.rows.iter().enumerate() {
            let by_itself = !matches!(row.end.1, End::Unfinished | End::Cancelled { .. });
            if row.polled_by == Some(piece.lane) && row.end.0 == piece.from && by_itself {
                ended.push(inner);
            }
        }
        ended
    }

    /// The wake for which a lane is polled; none for its first poll, and for a poll without a wake.
    /// A file of an older version has no wakes at its polls: there the wait before the poll says
    /// what ended that wait.
    pub(super) fn woken_for(&self, lane: LaneId, poll: &Span) -> Option<Woken> {
        if poll.woken.is_some() || poll.state == State::RunningUnwoken {
            return poll.woken;
        }
        let spans = &self.chart.rows[lane].spans;
        for span in spans[..spans.partition_point(|span| span.from < poll.from)].iter().rev() {
            match span.state {
                State::Ready | State::WokenNotPolled => {}
                State::Waiting(by) if by != Until::Unwoken => {
                    return Some(Woken::of_a_wait(by, span.to));
                }
                _ => return None,
            }
        }
        None
    }

    /// The step in which another lane woke the coroutine that runs in this piece, and that lane.
    /// The lane of the piece runs an event loop until this coroutine is over.
    pub(super) fn coroutine_woken_in(&self, piece: &Piece) -> Option<(usize, LaneId)> {
        let turn = self.calls.coroutine_woken_by(piece.lane, self.number(piece))?;
        let nth = done_in(self.chart, self.order, turn.by, turn.at)?;
        Some((nth, turn.by))
    }

    /// The step in which another lane woke `lane` for this poll, and the lane that did. It is the
    /// one that ran in that step, or a task that the runtime dropped after it: its end woke `lane`.
    ///
    /// An inner lane passes its wake on to the lane that polls it, without running. So the cause is
    /// what woke the inner lane. If no lane did, a timer has, or something outside.
    fn woken_in(&self, lane: LaneId, poll: &Span) -> Option<(usize, LaneId)> {
        let mut woken = self.woken_for(lane, poll)?;
        // In a chart that was read from a file these wakes might go round in a circle.
        for _ in 0..self.chart.rows.len() {
            let by = match woken.by {
                Until::Lane(by) if by != lane => by,
                Until::Outside => {
                    let nth = done_in(self.chart, self.order, lane, poll.to)?;
                    let at = self.stopped_before(&self.order[nth])?;
                    let task = tracked(self.chart, at, woken)?;
                    return Some((done_in(self.chart, self.order, task, woken.at)?, task));
                }
                _ => return None,
            };
            if !is_passed_on(self.chart, by, lane, woken.at) {
                let doer = doer(self.chart, by, woken.at);
                if let Some(nth) = done_in(self.chart, self.order, doer, woken.at) {
                    return Some((nth, doer));
                }
                let nth = aborted_after(self.chart, self.order, doer, woken.at)?;
                return Some((nth, doer));
            }
            // The lane `by` was woken itself at that very moment, and has only passed that wake on.
            woken = passed_on(self.chart, by, woken)?;
        }
        None
    }
}

/// Where a lane waits in this span, or, if it is a poll, where it stopped at its end.
pub(super) fn stopped(span: &Span) -> &Places {
    if span.state.is_poll() { &span.stopped } else { &span.places }
}

/// A text in quotation marks. If it has such marks itself, these are other ones.
pub(super) fn in_quotes(text: &str) -> String {
    if text.contains(['“', '”']) { format!("‘{text}’") } else { format!("“{text}”") }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn join(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
