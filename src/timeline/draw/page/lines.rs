//! The lines of the source that a step lights, and what a lane waits for there.
//!
//! A lane waits where its last poll has stopped, and goes on from there in its next poll. While it
//! polls another lane, it stands where it polls that one; and while it blocks its thread, where it
//! does that. Each line is that of a place that was recorded: where none is known, no line is lit.
use super::{
    kinds::{is_local_set, is_set_of_futures},
    now::Now,
    reader::{Reader, join, stopped},
};
use crate::timeline::{
    LaneId, Places, Registered, Span, State, Wait,
    draw::pieces::{Kind, Piece},
};

impl<'c> Reader<'c> {
    /// Where the lane of a piece is at the end of the piece: see [`Reader::stands`].
    pub(super) fn reached(&self, piece: &Piece) -> Option<&'c Wait> {
        self.standing(piece.lane, piece)
    }

    /// The place at which the coroutine waits after a step until whose end a lane runs an event
    /// loop. None if the lane runs none at the place `at`, or if it is not known.
    fn of_the_coroutine(&self, lane: LaneId, at: &Wait, step: usize) -> Option<&'c Wait> {
        if !is_of_a_loop(Some(at)) {
            return None;
        }
        self.place(&self.chart.awaits[self.calls.awaits(lane, step)?].places)
    }

    /// What that coroutine of the lane of a piece awaits after it: tasks, or a future of a library.
    fn on_of_the_coroutine(&self, piece: &Piece) -> Option<String> {
        let step = self.number(piece);
        let wait = self.of_the_coroutine(piece.lane, self.stop(piece)?, step)?;
        let awaits = &self.chart.awaits[self.calls.awaits(piece.lane, step)?];
        let mut tasks = awaits.lanes.clone();
        tasks.retain(|task| self.is_alive(*task, piece));
        if tasks.is_empty() {
            return self.awaited(wait, &awaits.places);
        }
        Some(join(&self.names_in_order(&tasks)))
    }

    /// Where the lane of a piece waits at the end of the piece, or waited until it was woken.
    pub(super) fn stop(&self, piece: &Piece) -> Option<&'c Wait> {
        self.place(self.places_now(piece.lane, piece)?)
    }

    /// All places at which a lane waits when a piece ends, or waited until it was woken. None if it
    /// is in a poll, has ended, or has done nothing yet.
    pub(super) fn places_now(&self, lane: LaneId, piece: &Piece) -> Option<&'c Places> {
        match self.now(lane, piece) {
            // The span before the next poll may be a poll, too: the chart has no room for the wait
            // between the two. The lane waits where the earlier one stopped.
            Now::Does(span) | Now::Stopped(span) | Now::PolledNext { before: Some(span), .. } => {
                Some(stopped(span))
            }
            Now::NotThere | Now::InPoll(_) | Now::PolledNext { .. } | Now::Over => None,
        }
    }

    /// What the lane of a piece waits for at its line, in a word or two.
    pub(super) fn on(&self, piece: &Piece) -> Option<String> {
        if let Some(on) = self.on_of_the_coroutine(piece) {
            return Some(on);
        }
        let places = self.places_now(piece.lane, piece)?;
        let place = self.place(places)?;
        let there: Vec<&Wait> =
            places.waits().iter().filter(|wait| wait.place == place.place).collect();
        let on = self.named(piece, places, &there)?;
        let is_not_seen = self.may_have_gone_on(places, &there);
        Some(if is_not_seen { format!("last seen: {on}") } else { on })
    }

    /// All that the lane of a piece waits for: a lane with a `select!` or a `join!` may wait at
    /// several lines. If it may wait for something else by now, the text says so.
    pub(super) fn on_all(&self, piece: &Piece) -> Option<String> {
        if let Some(on) = self.on_of_the_coroutine(piece) {
            return Some(on);
        }
        let places = self.places_now(piece.lane, piece)?;
        let there: Vec<&Wait> = places.waits().iter().collect();
        let on = self.named(piece, places, &there)?;
        let is_not_seen = self.may_have_gone_on(places, &there);
        Some(if is_not_seen { format!("not seen for what; last seen: {on}") } else { on })
    }

    /// The names of what the lane of a piece waits for at some of its places: the lanes that it
    /// polls there, and the names of other futures.
    fn named(&self, piece: &Piece, places: &Places, there: &[&Wait]) -> Option<String> {
        // A set of futures polls only those of its lanes that were woken, so the places do not name
        // all of them.
        let of_a_set = there.iter().any(|wait| is_set_of_futures(wait));
        let mut lanes = if of_a_set { self.lanes_inside(piece.lane, piece) } else { vec![] };
        let mut others: Vec<String> = vec![];
        for wait in there {
            match (wait.lane, self.awaited(wait, places)) {
                (Some(lane), _) if !wait.of_a_loop && !of_a_set => lanes.push(lane),
                // A lane that has left a `LocalSet` keeps the place of the set.
                (None, Some(on))
                    if !is_set_of_futures(wait) && !is_local_set(wait) && !others.contains(&on) =>
                {
                    others.push(on);
                }
                _ => {}
            }
        }
        if lanes.is_empty() && others.is_empty() {
            return there.iter().find_map(|wait| wait.on.clone());
        }
        Some(join(&[self.names_in_order(&lanes), others].concat()))
    }

    /// Whether a lane may wait for something else than at these places by now. If they name lanes
    /// that it polls there, and none of them is in a set of futures, it has not gone on.
    pub(super) fn may_have_gone_on(&self, places: &Places, there: &[&Wait]) -> bool {
        let may = places.registered() == Some(Registered::OrAfter)
            || there.iter().any(|wait| wait.or_after);
        let of_a_set = there.iter().any(|wait| is_set_of_futures(wait));
        let names_a_lane = there.iter().any(|wait| wait.lane.is_some());
        may && (of_a_set || !names_a_lane)
    }

    /// The names of lanes, in this order and each once. If there are more than four names: how many
    /// lanes they are.
    fn names_in_order(&self, lanes: &[LaneId]) -> Vec<String> {
        let mut names: Vec<String> = vec![];
        for lane in lanes {
            let name = &self.chart.rows[*lane].name;
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        if names.len() <= 4 { names } else { vec![format!("{} lanes", names.len())] }
    }

    /// The line at which the lane of a piece goes on: where it was waiting; or, in the middle of a
    /// poll, where it was polling another lane, or where it was blocking.
    pub(super) fn resumed(&self, piece: &Piece) -> Option<u32> {
        let step = self.number(piece);
        if piece.kind == Kind::Poll {
            let stopped = self.stopped_before(piece)?;
            let coroutine = step
                .checked_sub(1)
                .and_then(|before| self.of_the_coroutine(piece.lane, stopped, before));
            // An iteration of the loop in which that coroutine does not run goes on at no line of
            // it.
            return match coroutine {
                Some(_) if !self.calls.coroutine_runs(piece.lane, step) => None,
                Some(wait) => self.line_of_return(wait),
                None => self.went_on(piece, stopped),
            };
        }
        self.line_of_return(self.resumed_inside(piece)?)
    }

    /// Where the lane of a piece goes on in the middle of its poll.
    fn resumed_inside(&self, piece: &Piece) -> Option<&'c Wait> {
        let step = self.number(piece);
        if self.calls.coroutine_runs(piece.lane, step)
            && let Some(before) = step.checked_sub(1)
            && let Some(index) = self.calls.awaits(piece.lane, before)
            && let Some(wait) = self.place(&self.chart.awaits[index].places)
        {
            return Some(wait);
        }
        if let Some(inner) = self.ended_inside(piece).first() {
            let polls = &self.chart.rows[*inner].spans;
            let last = polls.iter().rfind(|span| span.state.is_poll())?;
            return self.seen(&last.polled_at);
        }
        let mut blocks = self.poll_of(piece).blocks.iter();
        if let Some(block) = blocks.find(|block| block.until == piece.from) {
            return self.seen(&block.places);
        }
        self.seen(&self.polled_before(piece)?.polled_at)
    }

    /// The poll of a lane directly inside that of a piece which is over where the piece begins: the
    /// lane inside waits again, or has returned an item.
    fn polled_before(&self, piece: &Piece) -> Option<&'c Span> {
        for row in &self.chart.rows {
            let spans = &row.spans[..row.spans.partition_point(|span| span.from < piece.from)];
            let Some(last) = spans.last() else { continue };
            let is_over_here = last.state.is_poll() && last.to == piece.from;
            if is_over_here && row.owner_at(last.from) == Some(piece.lane) {
                return Some(last);
            }
        }
        None
    }

    /// Where the lane of a piece waited before the poll of the piece.
    pub(super) fn stopped_before(&self, piece: &Piece) -> Option<&'c Wait> {
        let spans = &self.chart.rows[piece.lane].spans;
        let poll = spans.partition_point(|span| span.from < piece.poll);
        self.place(self.last_places(&spans[..poll])?)
    }

    /// All places at which a lane waited last, in these spans of it.
    pub(super) fn last_places(&self, spans: &'c [Span]) -> Option<&'c Places> {
        let last = spans.last()?;
        match last.state {
            State::BetweenItems => self.last_places(&spans[..spans.len() - 1]),
            // The span of a callback that was not called yet has the place where the callback was
            // put into a queue. The callback does not go on from there.
            State::Lazy => None,
            _ => Some(stopped(last)),
        }
    }

    /// The line at which a lane stands at the end of a piece: where it waits, or waited until now;
    /// while it polls another lane, where it does that; and while it blocks, where it does that.
    pub(super) fn stands(&self, lane: LaneId, piece: &Piece) -> Option<u32> {
        self.line(self.standing(lane, piece)?)
    }

    /// The place of which [`stands`](Reader::stands) says the line.
    fn standing(&self, lane: LaneId, piece: &Piece) -> Option<&'c Wait> {
        let step = self.number(piece);
        let wait = match self.now(lane, piece) {
            Now::InPoll(poll) => match self.polled_inside(lane, piece) {
                Some(inner) => self.seen(&inner.polled_at),
                None => {
                    let block = poll.blocks.iter().find(|block| piece.after < block.until)?;
                    self.seen(&block.places)
                }
            },
            _ => self.place(self.places_now(lane, piece)?),
        }?;
        Some(self.of_the_coroutine(lane, wait, step).unwrap_or(wait))
    }

    /// The place of a poll or of a call of `block`. None if the stack did not tell it.
    fn seen(&self, places: &'c Places) -> Option<&'c Wait> {
        self.place(places).filter(|wait| !wait.is_only_of_the_lane())
    }

    /// The one place that a step has room for. A lane may wait at several at once: a `select!`
    /// does, and so does a `timeout`, for its own timer and where its future waits. The place is
    /// the one that is deepest in the shown file, and of several such ones the last.
    fn place(&self, places: &'c Places) -> Option<&'c Wait> {
        let depth = |wait: &&Wait| wait.chain.iter().filter(|at| self.is_shown(&at.file)).count();
        places.waits().iter().max_by_key(depth)
    }

    /// The lines of the `.await`s around a wait, in the shown file, the outermost last.
    pub(super) fn lines_around(&self, wait: &Wait) -> Vec<u32> {
        let mut lines = vec![];
        // The first of them is the line of the wait itself.
        for place in wait.chain.iter().filter(|at| self.is_shown(&at.file)).skip(1) {
            lines.push(place.line);
        }
        lines
    }

    /// The line of a wait in the file that is shown. If the lane waits in a function of another
    /// file, it is the line of the `.await` of that function.
    pub(super) fn line(&self, wait: &Wait) -> Option<u32> {
        for place in [&wait.place].into_iter().chain(&wait.chain) {
            if self.is_shown(&place.file) {
                return Some(place.line);
            }
        }
        None
    }

    /// The line at which the lane of a piece panics, if it is over after the piece.
    pub(super) fn panics_in(&self, piece: &Piece) -> Option<u32> {
        match self.now(piece.lane, piece) {
            Now::Over => self.panicked_at(piece.lane),
            _ => None,
        }
    }

    /// The line of the shown file at which a lane has panicked.
    pub(super) fn panicked_at(&self, lane: LaneId) -> Option<u32> {
        let place = self.chart.rows[lane].panicked_at.as_ref()?;
        if self.is_shown(&place.file) { Some(place.line) } else { None }
    }

    /// Whether a place is in the source that the page shows: a line of another file must not be
    /// lit.
    pub(super) fn is_shown(&self, file: &str) -> bool {
        self.file == Some(file)
    }
}

/// Whether a lane that waits at this place runs an event loop. If it has polled a lane there, that
/// lane must be a task of the loop. Otherwise what is awaited there must have no name: that is so
/// for the driver of a loop. If the place is only that of the lane, as in a binary without line
/// tables, the answer is no. Without a place it is no, too.
pub(super) fn is_of_a_loop(wait: Option<&Wait>) -> bool {
    match wait {
        Some(Wait { lane: Some(_), of_a_loop, .. }) => *of_a_loop,
        Some(wait) => wait.on.is_none() && !wait.is_only_of_the_lane(),
        None => false,
    }
}
