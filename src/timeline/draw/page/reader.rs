//! Reads one step out of a chart: the state of all lanes after it.
//!
//! Each small function answers one question about one lane at one point. A point is where a piece
//! ends: a position, and the lanes of which a rest is still to come at that same position.
use super::steps::Step;
use crate::timeline::{
    Chart, End, LaneId, Places, Pos, Registered, Span, State, Until, Wait, Woken,
    draw::pieces::{Kind, Piece, doer, done_in},
    human,
};

/// Reads steps out of a chart.
pub(super) struct Reader<'c> {
    /// What is read.
    pub chart: &'c Chart,
    /// All pieces, in order: the position of a piece here is the number of its step.
    pub order: &'c [Piece],
    /// The file that the page shows; none if no lane has a place.
    pub file: Option<&'c str>,
    /// For each instant whether the runtime's thread was busy right until then: a timer that ends a
    /// wait there may have been due before.
    busy_until: Vec<bool>,
}

/// What a lane does at a point.
#[derive(Clone, Copy)]
pub(super) enum Now<'c> {
    /// It has not been made.
    NotThere,
    /// It is in the middle of this poll.
    InPoll(&'c Span),
    /// Its poll begins next: until then it does what this span says, or, if its last poll is right
    /// before, waits where that poll stopped.
    PolledNext { before: Option<&'c Span>, poll: &'c Span },
    /// This poll of it has returned, and it waits where that stopped.
    Stopped(&'c Span),
    /// It does this.
    Does(&'c Span),
    /// It has ended.
    Over,
}

/// In which list of the strip a lane is.
enum Listed {
    /// It is ready: its place in the order of wakes.
    Ready((Pos, usize)),
    /// It waits for a timer: when that is due, for the order, and in words.
    Timer(Pos, String),
    /// It waits for these lanes.
    Waits(Vec<LaneId>),
    /// It waits for a lock or a permit, and nothing says which lane has it.
    WaitsForALock,
    /// None of these.
    Nowhere,
}

impl<'c> Reader<'c> {
    pub fn new(chart: &'c Chart, order: &'c [Piece], file: Option<&'c str>) -> Reader<'c> {
        let mut busy_until = vec![false; chart.instants.len()];
        for hold in chart.threads.iter().take(1).flatten() {
            busy_until[hold.to.instant] |= hold.from.instant < hold.to.instant;
        }
        Reader { chart, order, file, busy_until }
    }

    /// What is to be seen after a piece, but for its sentence. The loop looks once at each lane,
    /// and puts it into the list that it belongs to: ready, waiting for a timer, or waiting for
    /// other lanes.
    pub fn step(&self, piece: &Piece) -> Step {
        let lane = piece.lane;
        let poll = self.poll_of(piece);
        let mut step = Step {
            instant: piece.from.instant,
            lane,
            around: self.around(piece),
            on_thread: poll.state == State::OnThread,
            sentence: String::new(),
            later: None,
            says: vec![],
            said_at: vec![],
            resumed: self.resumed(piece).and_then(|wait| self.line(wait)),
            stop: None,
            chain: vec![],
            on: None,
            stands: vec![],
            states: String::new(),
            ready: vec![],
            ready_inside: vec![],
            timers: vec![],
            waits: vec![],
            for_a_lock: vec![],
            woken_in: None,
        };
        self.add_said(piece, &mut step);
        if piece.kind == Kind::Poll {
            step.woken_in = self.woken_in(lane, poll);
        }
        let mut ready: Vec<((Pos, usize), LaneId)> = vec![];
        let mut timers: Vec<(Pos, LaneId, String)> = vec![];
        let mut waits_for = vec![vec![]; self.chart.rows.len()];
        for (other, waits) in waits_for.iter_mut().enumerate() {
            let now = self.now(other, piece);
            let mut letter = self.letter(other, now, piece);
            match self.listed(other, now, piece) {
                Listed::Ready(place) => {
                    ready.push((place, other));
                    letter = 'd'; // also before its first poll
                }
                Listed::Timer(due, words) => timers.push((due, other, words)),
                Listed::Waits(others) => *waits = others,
                Listed::WaitsForALock => step.for_a_lock.push(other),
                Listed::Nowhere => {}
            }
            step.states.push(letter);
        }
        if let Some(wait) = self.stop(piece) {
            step.stop = self.line(wait);
            step.on = self.on(lane, piece);
            // The first of the chain is the place itself, which is `stop`.
            for place in wait.chain.iter().skip(1) {
                if self.is_shown(&place.file) {
                    step.chain.push(place.line);
                }
            }
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
        step
    }

    /// The wake for which a lane is polled; none for its first poll, and for one without a wake. A
    /// chart that was written down before polls had their wakes still says what ended each wait.
    pub(super) fn woken_for(&self, lane: LaneId, poll: &Span) -> Option<Woken> {
        if poll.woken.is_some() || poll.state == State::RunningUnwoken {
            return poll.woken;
        }
        let spans = &self.chart.rows[lane].spans;
        for span in spans[..spans.partition_point(|span| span.from < poll.from)].iter().rev() {
            match span.state {
                State::Ready | State::WokenNotPolled => {}
                State::Waiting(by) if by != Until::Unwoken => {
                    return Some(Woken { by, at: span.to, nth: 0 });
                }
                _ => return None,
            }
        }
        None
    }

    /// The poll of which this is a piece.
    pub(super) fn poll_of(&self, piece: &Piece) -> &'c Span {
        let spans = &self.chart.rows[piece.lane].spans;
        &spans[spans.partition_point(|span| span.from < piece.poll)]
    }

    /// The lanes that are polling the lane of a piece, the outermost first.
    fn around(&self, piece: &Piece) -> Vec<LaneId> {
        let mut around = vec![];
        let mut lane = piece.lane;
        // A chart that was read from a file might have a circle.
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

    /// What a lane does where a piece ends.
    pub(super) fn now(&self, lane: LaneId, piece: &Piece) -> Now<'c> {
        let Piece { after, still, .. } = piece;
        let row = &self.chart.rows[lane];
        let spans = &row.spans;
        let begun = spans.partition_point(|span| span.from <= *after);
        if still.contains(&lane) {
            // The chart has it elsewhere already: what it is in the middle of has begun before.
            let before = spans.partition_point(|span| span.from < *after);
            return match spans[..before].last() {
                Some(poll) => Now::InPoll(poll),
                None => Now::NotThere,
            };
        }
        let Some(span) = spans[..begun].last() else {
            return Now::NotThere;
        };
        let before = spans[..begun - 1].last();
        if span.from == *after {
            // What a rest is going to do has not happened yet.
            if before.is_none()
                && let Some(parent) = row.parent
                && still.contains(&doer(self.chart, parent, *after))
            {
                return Now::NotThere;
            }
            if let Some(woken) = span.woken
                && woken.at == *after
                && let Until::Lane(by) = woken.by
                && still.contains(&by)
                && let Some(before) = before
            {
                let has_returned = before.state.is_poll();
                return if has_returned { Now::Stopped(before) } else { Now::Does(before) };
            }
            if span.state.is_poll() {
                return Now::PolledNext { before, poll: span };
            }
        }
        if *after < span.to {
            return if span.state.is_poll() { Now::InPoll(span) } else { Now::Does(span) };
        }
        match row.end {
            (at, End::Cancelled { by: Some(by), .. }) if at == *after && still.contains(&by) => {
                if span.state.is_poll() {
                    Now::Stopped(span)
                } else {
                    Now::Does(span)
                }
            }
            _ => Now::Over,
        }
    }

    /// What a lane does, as a letter of [`Step::states`]: one letter for each lane keeps a page
    /// with a thousand steps small.
    fn letter(&self, lane: LaneId, now: Now<'_>, piece: &Piece) -> char {
        let mark = match now {
            Now::NotThere => return '.',
            // It is not queued: its consumer asks for the next item.
            Now::PolledNext { before: Some(span), .. } if span.state == State::BetweenItems => {
                span.state.mark()
            }
            Now::PolledNext { poll, .. } if self.woken_for(lane, poll).is_some() => return 'd',
            Now::PolledNext { before: None, .. } => return 'l',
            // What the whole poll is known for comes later.
            Now::InPoll(_) if self.polled_inside(lane, piece).is_some() => State::Running.mark(),
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

    /// In which list a lane is where a piece ends.
    fn listed(&self, lane: LaneId, now: Now<'_>, piece: &Piece) -> Listed {
        let span = match now {
            Now::PolledNext { before: Some(span), .. } if span.state == State::BetweenItems => {
                return Listed::Nowhere;
            }
            Now::PolledNext { poll, .. } if let Some(woken) = self.woken_for(lane, poll) => {
                return Listed::Ready((woken.at, woken.nth));
            }
            Now::PolledNext { before: None, poll } => {
                let row = &self.chart.rows[lane];
                return match (row.parent, row.owner_at(poll.from)) {
                    // A task that has just been spawned.
                    (Some(_), None) => Listed::Ready((row.begin(), usize::MAX)),
                    _ => Listed::Nowhere,
                };
            }
            // The next poll comes without a wake, so what it waits for does not end with it.
            Now::PolledNext { before: Some(span), .. } | Now::Does(span) => span,
            _ => return Listed::Nowhere,
        };
        match self.until_at_last(lane, span) {
            (State::Ready, _) => match span.woken {
                Some(woken) => Listed::Ready((woken.at, woken.nth)),
                None => Listed::Ready((span.from, 0)),
            },
            (State::Waiting(Until::Clock), due) => Listed::Timer(due, self.due(due)),
            (State::Waiting(until), _) => {
                let others = self.waits_for(lane, span, until, piece);
                let of_a_timer = is_for_a_timer(span);
                if of_a_timer || others.is_empty() && span.places.waits().iter().any(is_timer) {
                    Listed::Timer(self.chart.last_position(), "?".into())
                } else if others.is_empty() && span.places.waits().iter().any(is_lock) {
                    Listed::WaitsForALock
                } else {
                    Listed::Waits(others)
                }
            }
            (State::Lazy, to) => self.listed_before_its_first_poll(lane, span, to, piece),
            _ => Listed::Nowhere,
        }
    }

    /// The list of a lane that was not polled yet. A future that nothing polls is in none.
    fn listed_before_its_first_poll(
        &self,
        lane: LaneId,
        span: &Span,
        to: Pos,
        piece: &Piece,
    ) -> Listed {
        let row = &self.chart.rows[lane];
        let poll = row.spans.get(1).filter(|next| next.state.is_poll());
        let is_polled = poll.is_some();
        // A callback of an event loop: the loop has said where it is.
        if let Some(wait) = span.places.waits().last() {
            return match wait.on.as_deref() {
                Some("its timer") if is_polled => Listed::Timer(to, self.due(to)),
                Some("its timer") => Listed::Timer(self.chart.last_position(), "?".into()),
                _ => Listed::Ready((span.from, usize::MAX)),
            };
        }
        // A task: the runtime polls it. It was spawned in the last poll of its maker before its
        // own first one, at the latest.
        let Some(maker) = row.parent else {
            return Listed::Nowhere;
        };
        match poll {
            Some(poll) if row.owner_at(poll.from).is_none() => {}
            _ => return Listed::Nowhere,
        }
        let spans = &self.chart.rows[maker].spans;
        let begun = spans.partition_point(|span| span.from < to);
        let last = spans[..begun].iter().rfind(|span| span.state.is_poll());
        match last {
            Some(poll) if poll.from < piece.after => Listed::Ready((poll.to, usize::MAX)),
            _ => Listed::Nowhere,
        }
    }

    /// When a timer is due that has ended a wait at `to`. If the thread was busy until then, the
    /// timer may have been due before.
    fn due(&self, to: Pos) -> String {
        let due = human(self.chart.time(to));
        if self.busy_until[to.instant] { format!("≤ {due}") } else { due }
    }

    /// The lanes for which a lane waits: those that it polls itself, or the one that will wake it.
    fn waits_for(&self, lane: LaneId, span: &Span, until: Until, piece: &Piece) -> Vec<LaneId> {
        let mut others = vec![];
        for wait in span.places.waits() {
            others.extend(wait.lane.filter(|other| !others.contains(other)));
        }
        // Futures in a set have wakers of their own, and the lane does not know which they are.
        let in_a_set = |wait: &Wait| wait.on.as_deref().is_some_and(is_set_of_futures);
        if others.is_empty() && span.places.waits().iter().any(in_a_set) {
            for (other, row) in self.chart.rows.iter().enumerate() {
                if row.owner_at(piece.after) == Some(lane) {
                    others.push(other);
                }
            }
        }
        let is_there = |other: &LaneId| match self.now(*other, piece) {
            Now::NotThere | Now::Over => false,
            Now::Stopped(_) | Now::InPoll(_) | Now::PolledNext { .. } | Now::Does(_) => true,
        };
        others.retain(is_there);
        match until {
            Until::Lane(by) if others.is_empty() && by != lane => vec![by],
            _ => others,
        }
    }

    /// Where the lane of a piece waits now, if it does.
    pub(super) fn stop(&self, piece: &Piece) -> Option<&'c Wait> {
        match self.now(piece.lane, piece) {
            // What it did between its two polls may have taken no room in the chart.
            Now::Does(span) | Now::Stopped(span) | Now::PolledNext { before: Some(span), .. } => {
                self.place(stopped(span))
            }
            _ => None,
        }
    }

    /// What the lane of a piece waits for, in a word or two: the lanes that it polls at that line,
    /// or the name of a library's future.
    pub(super) fn on(&self, lane: LaneId, piece: &Piece) -> Option<String> {
        let places = match self.now(lane, piece) {
            Now::Does(span) | Now::Stopped(span) | Now::PolledNext { before: Some(span), .. } => {
                stopped(span)
            }
            _ => return None,
        };
        let place = self.place(places)?;
        if place.lane.is_none() {
            let may_have_gone_on =
                place.or_after || places.registered() == Some(Registered::OrAfter);
            return match &place.on {
                Some(on) if may_have_gone_on => Some(format!("{on}, or after that")),
                on => on.clone(),
            };
        }
        let mut names: Vec<String> = vec![];
        for wait in places.waits() {
            if let Some(other) = wait.lane
                && wait.place == place.place
                && !names.contains(&self.chart.rows[other].name)
            {
                names.push(self.chart.rows[other].name.clone());
            }
        }
        match names.len() {
            0..=4 => Some(join(&names)),
            many => Some(format!("{many} lanes")),
        }
    }

    /// Where the lane of a piece goes on: where it was waiting, or where it was polling the lane
    /// that has ended.
    fn resumed(&self, piece: &Piece) -> Option<&'c Wait> {
        let before = self.stopped_before(piece);
        match piece.kind {
            Kind::Poll => before,
            Kind::Rest => {
                let inner = self.ended_inside(piece);
                let at = self.polls_at(piece.lane, piece.poll, *inner.first()?);
                at.or(before)
            }
        }
    }

    /// Where the lane of a piece waited before the poll.
    pub(super) fn stopped_before(&self, piece: &Piece) -> Option<&'c Wait> {
        let spans = &self.chart.rows[piece.lane].spans;
        let poll = spans.partition_point(|span| span.from < piece.poll);
        self.last_place(&spans[..poll])
    }

    /// The lanes directly inside the lane of a piece that have ended where it begins.
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

    /// Where a lane waited last, in these spans of it.
    fn last_place(&self, spans: &'c [Span]) -> Option<&'c Wait> {
        let last = spans.last()?;
        match last.state {
            State::BetweenItems => self.last_place(&spans[..spans.len() - 1]),
            // A callback was put into a queue there, and does not go on from there.
            State::Lazy => None,
            _ => self.place(stopped(last)),
        }
    }

    /// Where a lane stands at the end of a piece: where it waits, or waited until now; and while it
    /// polls another lane, where it does that.
    pub fn stands(&self, lane: LaneId, piece: &Piece) -> Option<u32> {
        match self.now(lane, piece) {
            Now::Does(span) | Now::Stopped(span) | Now::PolledNext { before: Some(span), .. } => {
                self.line(self.place(stopped(span))?)
            }
            Now::InPoll(poll) => {
                let inner = self.polled_inside(lane, piece)?;
                self.line(self.polls_at(lane, poll.from, inner)?)
            }
            Now::NotThere | Now::PolledNext { .. } | Now::Over => None,
        }
    }

    /// The lane directly inside `lane` that is polled in this piece, or in the next.
    pub(super) fn polled_inside(&self, lane: LaneId, piece: &Piece) -> Option<LaneId> {
        let nth = self.order.partition_point(|other| other.key() < piece.key());
        for piece in &self.order[nth..] {
            let mut inner = piece.lane;
            for _ in 0..self.chart.rows.len() {
                match self.chart.rows[inner].owner_at(piece.poll) {
                    Some(outer) if outer == lane => return Some(inner),
                    Some(outer) => inner = outer,
                    None => break,
                }
            }
            if piece.lane != lane {
                return None;
            }
        }
        None
    }

    /// Where a lane polls another one in the poll that began at `poll`: where it waits for it
    /// afterwards, or else has waited for it before.
    fn polls_at(&self, lane: LaneId, poll: Pos, inner: LaneId) -> Option<&'c Wait> {
        let spans = &self.chart.rows[lane].spans;
        let poll = spans.partition_point(|span| span.from < poll);
        let after = match spans.get(poll + 1) {
            Some(next) if !next.state.is_poll() => Some(&next.places),
            _ => spans.get(poll).map(|poll| &poll.stopped),
        };
        let before = spans[..poll].last().map(stopped);
        for places in [after, before].into_iter().flatten() {
            for wait in places.waits() {
                if wait.lane == Some(inner) {
                    return Some(wait);
                }
            }
        }
        // A set of futures does not say which lanes are in it.
        for places in [before, after].into_iter().flatten() {
            if let Some(wait) = self.place(places)
                && wait.on.as_deref().is_some_and(is_set_of_futures)
            {
                return Some(wait);
            }
        }
        None
    }

    /// Of several places, the one that a step has room for: a `select!` waits at several at once,
    /// and a `timeout` where its future does as well as for its own timer. It is the one that is
    /// deepest in the shown file, and the last of these.
    fn place(&self, places: &'c Places) -> Option<&'c Wait> {
        let depth = |wait: &&Wait| wait.chain.iter().filter(|at| self.is_shown(&at.file)).count();
        places.waits().iter().max_by_key(depth)
    }

    /// The line of a wait, if it is in the file that is shown.
    fn line(&self, wait: &Wait) -> Option<u32> {
        if self.is_shown(&wait.place.file) { Some(wait.place.line) } else { None }
    }

    /// Whether a place is in the source that the page shows: a line of another file must not be
    /// lit.
    fn is_shown(&self, file: &str) -> bool {
        self.file == Some(file)
    }

    /// What a lane does in a span, and until when. Polls without a wake cut one wait into several
    /// spans: the last of them has the end of the wait, and what ended it.
    pub(super) fn until_at_last(&self, lane: LaneId, span: &Span) -> (State, Pos) {
        let spans = &self.chart.rows[lane].spans;
        let mut last = (span.state, span.to);
        let next = spans.partition_point(|other| other.from <= span.from);
        for span in &spans[next..] {
            match (last.0, span.state) {
                // The poll itself is passed over, and the wait after it is the same wait.
                (State::Waiting(Until::Unwoken), State::RunningUnwoken) => {}
                (State::Waiting(Until::Unwoken), State::Waiting(_)) => last = (span.state, span.to),
                _ => break,
            }
        }
        last
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

    /// The step in which another lane woke the lane of this poll for it.
    ///
    /// A lane passes its wake on to the lane that polls it, and has not run for that: what woke the
    /// inner lane is the cause. If no lane did, a timer has, or something outside.
    fn woken_in(&self, lane: LaneId, poll: &Span) -> Option<usize> {
        let mut woken = self.woken_for(lane, poll)?;
        let lane_of = |woken: Woken| match woken.by {
            Until::Lane(by) => Some(by),
            _ => None,
        };
        // In a chart that was read from a file these wakes might go round in a circle.
        for _ in 0..self.chart.rows.len() {
            let by = lane_of(woken).filter(|by| *by != lane)?;
            match self.wake_at(by, woken.at) {
                // It was woken itself at that very moment, and has only passed that on.
                Some(inner) if self.chart.is_inside(by, lane, woken.at) => woken = inner,
                _ => return done_in(self.chart, self.order, by, woken.at),
            }
        }
        None
    }

    /// The wake of a lane at a position, if there was one.
    fn wake_at(&self, lane: LaneId, at: Pos) -> Option<Woken> {
        for span in &self.chart.rows[lane].spans {
            if let Some(woken) = span.woken
                && woken.at == at
            {
                return Some(woken);
            }
        }
        None
    }
}

/// Where a lane waits in this span, or, if it is a poll, where it stopped at its end.
fn stopped(span: &Span) -> &Places {
    if span.state.is_poll() { &span.stopped } else { &span.places }
}

/// Whether a lane waits for nothing but a timer in a span, whatever may have woken it before that.
pub(super) fn is_for_a_timer(span: &Span) -> bool {
    let waits = span.places.waits();
    !waits.is_empty() && waits.iter().all(is_timer)
}

/// Whether a lane that gives way there runs an event loop, which has no await of its own. Nothing
/// is claimed where the place is only that of the lane, as in a binary without names.
pub(super) fn is_of_a_loop(wait: Option<&Wait>) -> bool {
    wait.is_some_and(|wait| wait.on.is_none() && !wait.is_only_of_the_lane())
}

/// Whether a place is one at which a timer is waited for.
fn is_timer(wait: &Wait) -> bool {
    matches!(wait.on.as_deref(), Some("sleep" | "timeout" | "Interval::tick"))
}

/// Whether a place is one at which a lane waits for what another one gives back. Nothing records
/// which lane has it: only the wake shows it, when it was given back.
fn is_lock(wait: &Wait) -> bool {
    matches!(wait.on.as_deref(), Some("Mutex::lock" | "RwLock" | "Semaphore::acquire"))
}

/// Whether this is the name of a set of futures, which gives each a waker of its own.
fn is_set_of_futures(on: &str) -> bool {
    on.starts_with("Futures")
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn join(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Which lane waits for which, as chains. A chain begins with a lane for which no other lane waits;
/// each further link is the lanes for which the link before waits. It goes on only from a link of
/// one lane, since a page draws it as one line:
///
/// ```text
///   main → A B        main waits for A and for B
///   C → D → E         C waits for D, and D for E
///   F → G → F         a circle: no lane outside waits for F or G
/// ```
pub(super) fn chains(waits_for: &[Vec<LaneId>]) -> Vec<Vec<Vec<LaneId>>> {
    // A lane for which another one waits is a link further on, and begins no chain.
    let mut first = vec![true; waits_for.len()];
    for others in waits_for {
        for other in others {
            first[*other] = false;
        }
    }
    let mut chains = vec![];
    let mut reached = vec![false; waits_for.len()];
    for lane in 0..waits_for.len() {
        if first[lane] && !waits_for[lane].is_empty() {
            chains.push(chain(lane, waits_for, &mut reached));
        }
    }
    // What no chain has reached waits in a circle.
    for lane in 0..waits_for.len() {
        if !reached[lane] && !waits_for[lane].is_empty() {
            chains.push(chain(lane, waits_for, &mut reached));
        }
    }
    chains
}

/// The chain that begins with a lane; what it passes is noted in `reached`.
fn chain(from: LaneId, waits_for: &[Vec<LaneId>], reached: &mut [bool]) -> Vec<Vec<LaneId>> {
    let mut chain = vec![vec![from]];
    let mut lane = from;
    let mut passed = vec![];
    loop {
        reached[lane] = true;
        passed.push(lane);
        let others = &waits_for[lane];
        if others.is_empty() {
            return chain;
        }
        chain.push(others.clone());
        match others[..] {
            // A chain that comes back to itself ends where it meets itself.
            [next] if !passed.contains(&next) => lane = next,
            _ => return chain,
        }
    }
}
