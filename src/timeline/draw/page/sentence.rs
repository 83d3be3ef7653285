//! A step in words: why a lane was polled, what it printed and did, and what it does now.
use super::{
    lines::is_of_a_loop,
    now::{Now, has_returned_an_item},
    reader::{Reader, in_quotes, join},
    waited::WholeWait,
};
use crate::timeline::{
    End, LaneId, Position, Row, Said, Span, State, Until, Wait, Woken,
    draw::pieces::{Deed, Kind, Piece, What, is_passed_on},
    human,
};
use std::{collections::BTreeSet, mem::discriminant};

/// What is told of a piece.
pub(super) struct Told {
    /// What happened.
    pub sentence: String,
    /// Whether sentences on other lanes, or on a thread, are at its end.
    pub tells_of_others: bool,
    /// What will end the wait after it. A reader who predicts must not see it.
    pub later: Option<String>,
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
            }
            Now::Does(span) if matches!(span.state, State::Waiting(_)) => {
                parts.push(self.waits(piece));
                let wait = self.whole_wait(lane, span);
                later = wait.and_then(|wait| self.until(piece, &wait));
            }
            Now::Does(span) if matches!(span.state, State::Ready | State::WokenNotPolled) => {
                parts.push(self.woken_at_once(piece, span.woken));
            }
            Now::Does(span) if span.state == State::BetweenItems => {
                parts.push("returns an item".into());
            }
            Now::Stopped(poll) if poll.stopped.are_none() => parts.push("returns an item".into()),
            Now::Stopped(poll) => {
                let wait = self.wait_until_a_rest(lane, poll, piece);
                if wait.until == Until::Yield {
                    parts.push(self.gives_way(piece));
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
                let what =
                    if calls { "calls what is in its queue" } else { "polls the lanes inside it" };
                parts.push(what.into());
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
            Now::InPoll(_) if parts != ["goes on"] => parts.push("runs on".into()),
            Now::Over => parts.push(ended(&self.chart.rows[lane].end.1)),
            _ => {}
        }
        let others = self.others(piece, by_others);
        let thread = self.thread(piece).map(|name| format!(" {name} polls it."));
        let tells_of_others = thread.is_some() || !others.is_empty();
        let sentence = format!("{}.{}{others}", join(&parts), thread.unwrap_or_default());
        Told { sentence, tells_of_others, later }
    }

    /// Adds to `parts` what the lane of a piece does, in order. Returns the other lines that are
    /// printed in it: no lane polls or drops at that moment the lanes that print them.
    fn deeds(&self, piece: &Piece, parts: &mut Vec<String>) -> Vec<usize> {
        let mut deeds = vec![];
        let mut by_others = vec![];
        for Deed { what, .. } in &piece.deeds {
            match *what {
                What::Prints(line) if self.chart.said[line].lane != piece.lane => {
                    by_others.push(line);
                }
                // It is told of the lane that is dropped.
                What::Makes(made) if self.is_made_by_dropped(piece, made) => {}
                what => deeds.push(what),
            }
        }
        // Deeds of one kind that follow each other are told together.
        for alike in deeds.chunk_by(|one, other| discriminant(one) == discriminant(other)) {
            let mut lines = vec![];
            let mut lanes = vec![];
            for what in alike {
                match *what {
                    What::Prints(line) => lines.push(in_quotes(&self.chart.said[line].text)),
                    What::Wakes(lane)
                    | What::Queues(lane)
                    | What::Cancels(lane)
                    | What::Makes(lane)
                    | What::Drops(lane) => lanes.push(lane),
                }
            }
            parts.push(match alike[0] {
                What::Prints(_) => format!("prints {}", join(&lines)),
                What::Wakes(_) => format!("wakes {}", self.names(&lanes)),
                What::Queues(_) => format!("queues {}", self.names(&lanes)),
                What::Cancels(_) => format!("cancels {}", self.names(&lanes)),
                What::Makes(_) => format!("makes {}", self.made(&lanes, piece)),
                What::Drops(_) => format!("drops {}", self.dropped(piece, &lanes, &mut by_others)),
            });
        }
        by_others
    }

    /// The names of lanes that the lane of a piece makes. One of them may have its own name: a
    /// callback that comes again and again makes the next one of itself.
    fn made(&self, lanes: &[LaneId], piece: &Piece) -> String {
        match lanes {
            [lane] if self.chart.rows[*lane].name == self.chart.rows[piece.lane].name => {
                format!("the next {}", self.chart.rows[*lane].name)
            }
            _ => self.names(lanes),
        }
    }

    /// Whether a lane is made by one that is dropped in a piece, and so by what runs when that is
    /// dropped.
    fn is_made_by_dropped(&self, piece: &Piece, made: LaneId) -> bool {
        let drops = |deed: &Deed| match deed.what {
            What::Drops(dropped) => self.chart.rows[made].parent == Some(dropped),
            _ => false,
        };
        piece.deeds.iter().any(drops)
    }

    /// The lanes that are made in a piece by these ones, which are dropped in it.
    fn made_by_dropped(&self, piece: &Piece, dropped: &[LaneId]) -> Vec<LaneId> {
        let mut made = vec![];
        for Deed { what, .. } in &piece.deeds {
            if let What::Makes(lane) = *what
                && let Some(maker) = self.chart.rows[lane].parent
                && dropped.contains(&maker)
            {
                made.push(lane);
            }
        }
        made
    }

    /// The names of lanes that are dropped, as [`Reader::names`] has them, and what each of them
    /// does then: the lines that it prints are taken out of `by_others`.
    fn dropped(&self, piece: &Piece, lanes: &[LaneId], by_others: &mut Vec<usize>) -> String {
        if !self.can_be_named(lanes) {
            let made = self.made_by_dropped(piece, lanes);
            let makes = format!(" (which make {})", self.names(&made));
            return self.names(lanes) + if made.is_empty() { "" } else { &makes };
        }
        let mut told = vec![];
        for lane in lanes {
            let name = self.chart.rows[*lane].name.clone();
            let mut does = vec![];
            let lines = self.take_lines_of(*lane, by_others);
            if !lines.is_empty() {
                does.push(format!("prints {}", join(&lines)));
            }
            let made = self.made_by_dropped(piece, &[*lane]);
            if !made.is_empty() {
                does.push(format!("makes {}", self.names(&made)));
            }
            told.push(match does.is_empty() {
                true => name,
                false => format!("{name} (which {})", join(&does)),
            });
        }
        join(&told)
    }

    /// What happens to other lanes in a piece, in sentences of their own: that the runtime drops
    /// tasks after it, and the lines that other lanes print.
    fn others(&self, piece: &Piece, mut by_others: Vec<usize>) -> String {
        let mut told = String::new();
        if let [lane] = piece.aborted[..] {
            let what = match lane == piece.lane {
                true => "it: it was aborted".to_owned(),
                false => format!("{}, which was aborted", self.chart.rows[lane].name),
            };
            let lines = self.take_lines_of(lane, &mut by_others);
            told += &format!(" Then the runtime drops {what}");
            if !lines.is_empty() {
                told += &format!(" (it prints {})", join(&lines));
            }
        } else if !piece.aborted.is_empty() {
            let names = self.names(&piece.aborted);
            told += &format!(" Then the runtime drops {names}, which were aborted");
        }
        let mut woken = piece.woken_by_aborted.clone();
        woken.retain(|lane| !piece.aborted.contains(lane));
        if !woken.is_empty() {
            told += &format!("; this wakes {}", self.names(&woken));
        }
        if !told.is_empty() {
            told.push('.');
        }
        if let Some(outer) = self.wakes_itself_around(piece) {
            let name = &self.chart.rows[outer].name;
            told += &format!(" By now {name} has woken itself, to be polled once more.");
        }
        for line in by_others {
            let Said { lane, text, .. } = &self.chart.said[line];
            let name = &self.chart.rows[*lane].name;
            told += &format!(" In this step {name} prints {}.", in_quotes(text));
        }
        told
    }

    /// The lines of one lane, in quotation marks; they are taken out of `lines`.
    fn take_lines_of(&self, lane: LaneId, lines: &mut Vec<usize>) -> Vec<String> {
        let taken = lines.extract_if(.., |line| self.chart.said[*line].lane == lane);
        taken.map(|line| in_quotes(&self.chart.said[line].text)).collect()
    }

    /// `A and B`, each lane once and in this order, or how many they are.
    fn names(&self, lanes: &[LaneId]) -> String {
        let mut once = vec![];
        for lane in lanes {
            if !once.contains(lane) {
                once.push(*lane);
            }
        }
        if !self.can_be_named(&once) {
            return format!("{} lanes", once.len());
        }
        let names: Vec<String> =
            once.iter().map(|lane| self.chart.rows[*lane].name.clone()).collect();
        join(&names)
    }

    /// Whether a sentence names these lanes one by one: they are few, and each has another name.
    fn can_be_named(&self, lanes: &[LaneId]) -> bool {
        let names: BTreeSet<&str> =
            lanes.iter().map(|lane| self.chart.rows[*lane].name.as_str()).collect();
        names.len() == lanes.len() && lanes.len() <= 4
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
        woken.is_some_and(|woken| woken.cancels)
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
            return match self.calls.coroutine_runs(piece.lane, self.number(piece)) {
                _ if is_the_first => "starts its loop".into(),
                true => self.waits_in_its_coroutine(piece),
                false => "ends its loop's iteration".into(),
            };
        }
        match self.on_all(piece) {
            Some(on) if on != "yield_now" => format!("gives way ({on})"),
            _ => "gives way".into(),
        }
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
        let Some(woken) = self.woken_for(lane, poll) else {
            return self.cause_without_a_wake(lane, poll);
        };
        let why = match woken.by {
            Until::Clock => {
                // The first step can be no end of a wait.
                let before = self.number(piece).saturating_sub(1);
                match self.time_of_others(piece.lane, self.stopped_before(piece), before) {
                    Some(others) => format!("{others} has come"),
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
            Until::Outside => match self.ended_task(self.stopped_before(piece), woken) {
                Some(task) => format!("{task} has ended"),
                None => "woken from outside".into(),
            },
            Until::Yield => {
                let is_a_loop = is_of_a_loop(self.stopped_before(piece));
                if is_a_loop { "its loop's next iteration" } else { "it had given way" }.into()
            }
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
    fn time_of_others(&self, lane: LaneId, at: Option<&Wait>, step: usize) -> Option<String> {
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
    fn cause_of_rest(&self, piece: &Piece) -> Option<String> {
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
        if before.instant < piece.from.instant {
            let passed = human(self.chart.between(before, piece.from));
            return Some(format!("goes on after {passed}"));
        }
        Some("goes on".into())
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
        let later = self.end_after_such_polls(lane, wait);
        let wait = later.as_ref().unwrap_or(wait);
        let step = self.number(piece);
        let until = match wait.until {
            Until::Clock
                if let Some(others) = self.time_of_others(lane, self.stop(piece), step) =>
            {
                format!("{others} has come")
            }
            Until::Clock => {
                let until = human(self.chart.time(wait.to));
                // Its timer may have been due before, and the runtime's thread was not free. Of any
                // other thread that is not seen.
                let is_late =
                    self.busy_until[wait.to.instant] && !self.is_in_a_closure(lane, wait.to);
                let why = if is_late { ", when the thread is free again" } else { "" };
                format!("{until}{why}")
            }
            Until::Lane(by) if by == lane => "it wakes itself".into(),
            // Not “for”: it may wait for other lanes, too, and this wake is the first to come.
            Until::Lane(by) => {
                let name = &self.chart.rows[by].name;
                let is_passed_on = is_passed_on(self.chart, by, lane, wait.to);
                match self.is_cancelled_at(lane, wait.to) {
                    _ if is_passed_on => format!("{name} is woken"),
                    true => format!("{name} cancels it"),
                    false => format!("{name} wakes it"),
                }
            }
            Until::Outside => {
                let by = wait.until;
                let woken = Woken { by, at: wait.to, nth: 0, passed_on: false, cancels: false };
                match self.ended_task(self.stop(piece), woken) {
                    Some(task) => format!("{task} has ended"),
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

/// Whether a lane is a callback of an event loop: only such a lane waits somewhere before it is
/// polled.
fn is_a_callback(row: &Row) -> bool {
    match row.spans.first() {
        Some(first) => first.state == State::Lazy && !first.places.are_none(),
        None => false,
    }
}

/// How a lane ended, as the end of a sentence.
fn ended(end: &End) -> String {
    match end {
        End::Finished => "ends".into(),
        End::Cancelled { .. } | End::ReturnedCancelled => "is cancelled".into(),
        End::Failed(error) => format!("fails ({error})"),
        End::Panicked(message) => format!("panics: {message}"),
        End::Unfinished => "is left unfinished".into(),
    }
}
