//! From a chart to steps: what a debugger would show after each poll.
//!
//! A step is a poll, and shows the state *after* the poll: which lanes are ready, in which order;
//! which lanes wait for a timer; and which wait for another lane. All of that is concluded from the
//! chart.
//!
//! In a chart each wait already says what ended it. So a step knows what is going to happen, and
//! keeps that knowledge in fields of its own ([`Step::later`], [`Step::timers`],
//! [`Step::waits`]): a page can hide these from a reader who wants to predict.
//!
//! In reading order: [`stepped`] makes the steps of a run, one for each of its [`polls`];
//! [`Reader::step`] makes one step; `lanes_after` and `doing_after` say what the lanes do after it;
//! and each of the small functions below answers one question about one lane at one position.
use crate::timeline::{
    Chart, End, LaneId, Pos, Said, Span, State, Until, Wait,
    draw::polls::{Poll, polls},
    human,
};
use serde::Serialize;

/// A run as steps: what a debugger would show after each poll. [`Chart::steps`] makes it.
#[derive(Clone, Debug, Serialize)]
pub struct SteppedRun {
    /// What the run was called.
    pub title: String,
    /// Why the run did not end by itself; none if it did.
    pub verdict: Option<String>,
    /// How long it took, as text: `1.5 s`.
    pub took: String,
    /// When something ran: the time in nanoseconds, and as text.
    pub instants: Vec<(u64, String)>,
    /// The lanes. Lanes that only the Python twin has come last.
    pub lanes: Vec<SteppedLane>,
    /// How many of these lanes Rust has: the first so many.
    pub rows: usize,
    /// The steps in Rust, and if there is a recording of a Python twin, those in Python.
    pub tracks: Vec<Track>,
    /// The steps of all tracks in one order: a page goes from moment to moment.
    pub moments: Vec<Moment>,
    /// How the run compares with the other variants of its program; none if the page has none.
    pub variant: Option<SteppedVariant>,
}

/// A run in one language.
#[derive(Clone, Debug, Serialize)]
pub struct Track {
    /// The file to which all numbers of lines belong, from the top folder of its workspace. Empty
    /// if no lane has a place.
    pub file: String,
    /// A poll each; in Python what asyncio's event loop does in one call.
    pub steps: Vec<Step>,
    /// For each step in Rust the step of this track that belongs to it, or the last one before;
    /// none if this is the track of Rust.
    pub aligned: Option<Vec<Option<usize>>>,
}

/// What a page shows at once: a step of each track, or of one of them only.
///
/// The two languages poll different things: `join!` polls a lane inside `main`, and asyncio's
/// `gather` makes a task of it, which ends before `main` goes on. So a step need not have a
/// counterpart in the other language. It still has a moment of its own: a reader misses no step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// Index into the instants of the run.
    pub instant: usize,
    /// For each track the index of its step; none if that language does nothing here.
    pub steps: Vec<Option<usize>>,
    /// The lines that only one language prints at this instant: the index of its track, and which
    /// line of that step it is. Here the two languages part.
    pub only: Vec<(usize, usize)>,
}

/// A lane of a run that is stepped through.
#[derive(Clone, Debug, Serialize)]
pub struct SteppedLane {
    /// Its name.
    pub name: String,
    /// Lanes of one name have one colour.
    pub hue: usize,
    /// The lane that polls it; none if the runtime does.
    pub inside: Option<LaneId>,
}

/// A poll, and the state after it.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Index into the instants of the run.
    pub instant: usize,
    /// The lane that was polled.
    pub lane: LaneId,
    /// Whether this ran on a thread of its own, and not on one of the runtime's.
    pub on_thread: bool,
    /// What happened, in one sentence.
    pub sentence: String,
    /// What will end the wait that begins here. A page hides this with the rest of the future.
    pub later: Option<String>,
    /// What was printed, and the line of the source that printed it, if it is in the track's file.
    pub says: Vec<(LaneId, String, Option<u32>)>,
    /// When each of these lines was printed, in nanoseconds: a poll that blocks prints at other
    /// times than that at which it began.
    pub said_at: Vec<u64>,
    /// The line at which the lane had been waiting, and at which it goes on now.
    pub resumed: Option<u32>,
    /// The line at which it waits now.
    pub stop: Option<u32>,
    /// The lines of the `.await`s around the one in `stop`, the outermost last.
    pub chain: Vec<u32>,
    /// What the lane waits for: `sleep`, `Mutex::lock`.
    pub on: Option<String>,
    /// The lanes that do not stand on the same line as before the step, with their new line; none
    /// if a lane has ended, or if its place is not known.
    pub stands: Vec<(LaneId, Option<u32>)>,
    /// The state of each lane, a letter each: `.` not there yet, `l` not polled yet, `r` running or
    /// polling another one, `b` blocking, `t` on a thread, `w` waiting, `d` ready, `x` woken and
    /// not polled, `i` a stream between items; and at its end `f` finished, `c` cancelled, `p`
    /// panicked, `u` not ended.
    pub states: String,
    /// The lanes that are ready, in the order of their wakes.
    pub ready: Vec<LaneId>,
    /// The lanes that a timer will wake, and when.
    pub timers: Vec<(LaneId, String)>,
    /// Which lane waits for which: each chain is a list of links, and a link is one lane or
    /// several.
    pub waits: Vec<Vec<Vec<LaneId>>>,
    /// The step in which another lane woke this one; none if no lane did.
    pub woken_in: Option<usize>,
}

/// How a run compares with the other variants of its program.
#[derive(Clone, Debug, Serialize)]
pub struct SteppedVariant {
    /// All runs of the group, as indices into the scenes of the page. The others are compared with
    /// the first.
    pub among: Vec<usize>,
    /// For each instant how many moments a page leaves room for: the most that any of the runs has
    /// there.
    pub columns: Vec<usize>,
    /// For each run of `among` the index of the instant at which it was over.
    pub ends: Vec<usize>,
    /// The rows of all the runs, those of the first at the top.
    pub rows: Vec<SharedRow>,
    /// For each line that this run printed, in order: whether the first prints it, too.
    pub lines: Vec<SaidBefore>,
    /// What differs from the first, in one sentence. In the first, how long each run takes.
    pub sentence: String,
}

/// A row that variants have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SharedRow {
    /// The name of the lane.
    pub name: String,
    /// Lanes of one name have one colour.
    pub hue: usize,
    /// The lane of this run; none if only other variants have it.
    pub lane: Option<LaneId>,
    /// Where the lane does something else than in the first: stretches from one edge to another. An
    /// edge is the index of an instant, and `false` for its beginning or `true` for its end.
    pub differs: Vec<[(usize, bool); 2]>,
}

/// Whether the run with which a variant is compared prints a line of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SaidBefore {
    /// The same line at the same time.
    Same,
    /// The same line, earlier or later.
    AtAnotherTime,
    /// The first does not print it.
    OnlyHere,
}

/// The steps of a run.
///
/// All line numbers are of `file`, the only file that a page shows: what happens in another file
/// has none.
pub(super) fn stepped(chart: &Chart, file: Option<&str>) -> SteppedRun {
    let order = polls(chart);
    let printed_in = printed_in(chart, &order);
    let reader = Reader { chart, order: &order, printed_in, file };
    let mut steps = vec![];
    // A step names only the lanes that have moved: a page of a thousand lanes would otherwise have
    // a thousand lines for each step.
    let mut stood = vec![None; chart.rows.len()];
    for (nth, poll) in order.iter().enumerate() {
        let mut step = reader.step(nth);
        for (lane, before) in stood.iter_mut().enumerate() {
            let now = reader.stands(lane, poll.after);
            if *before != now {
                *before = now;
                step.stands.push((lane, now));
            }
        }
        steps.push(step);
    }
    let mut lanes = vec![];
    for row in &chart.rows {
        lanes.push(SteppedLane { name: row.name.clone(), hue: row.hue, inside: row.polled_by });
    }
    let mut instants = vec![];
    for instant in &chart.instants {
        instants.push((instant.at.as_nanos() as u64, human(instant.at)));
    }
    let file = file.unwrap_or_default().to_owned();
    // With one track there is nothing to align: a moment is a step.
    let mut moments = vec![];
    for (nth, step) in steps.iter().enumerate() {
        moments.push(Moment { instant: step.instant, steps: vec![Some(nth)], only: vec![] });
    }
    SteppedRun {
        title: chart.title.clone(),
        verdict: chart.verdict.clone(),
        took: human(chart.elapsed),
        instants,
        rows: lanes.len(),
        lanes,
        tracks: vec![Track { file, steps, aligned: None }],
        moments,
        variant: None,
    }
}

/// For each printed line the step in which it was printed; none if no poll had begun.
fn printed_in(chart: &Chart, order: &[Poll]) -> Vec<Option<usize>> {
    let mut steps = vec![];
    for Said { at, lane, .. } in &chart.said {
        // By a thread of its own.
        let is_own = |poll: &Poll| !poll.is_poll && poll.from == *at && poll.lane == *lane;
        let own = order.iter().position(is_own);
        // Otherwise in the poll that had begun last: by its lane or by another, such as the lane
        // that polls it. `at` is the right edge of a column, so the poll began before it. The
        // search is not for that very column: a poll that blocks can also print later.
        let begun = order.partition_point(|poll| poll.from < *at);
        steps.push(own.or_else(|| order[..begun].iter().rposition(|poll| poll.is_poll)));
    }
    steps
}

/// Reads one step out of a chart.
struct Reader<'c> {
    /// What is read.
    chart: &'c Chart,
    /// All polls, in order: the position of a poll here is the number of its step.
    order: &'c [Poll],
    /// For each printed line the number of its step.
    printed_in: Vec<Option<usize>>,
    /// The file that the page shows; none if no lane has a place.
    file: Option<&'c str>,
}

/// What was printed in a step: see the fields of [`Step`].
struct PrintedLines {
    /// As in a step.
    says: Vec<(LaneId, String, Option<u32>)>,
    /// As in a step.
    said_at: Vec<u64>,
}

/// What all lanes do after a step: see the fields of [`Step`].
struct LanesAfter {
    /// As in a step.
    states: String,
    /// As in a step.
    ready: Vec<LaneId>,
    /// As in a step.
    timers: Vec<(LaneId, String)>,
    /// As in a step.
    waits: Vec<Vec<Vec<LaneId>>>,
}

/// What one lane does after a step.
struct Doing {
    /// For [`Step::states`].
    letter: char,
    /// What it does, and until when; none if it does nothing yet, or nothing any more.
    until: Option<(State, Pos)>,
}

impl Reader<'_> {
    /// What is to be seen after a poll.
    fn step(&self, nth: usize) -> Step {
        let poll = &self.order[nth];
        let Poll { from: pos, is_poll, lane, after } = *poll;
        let on_thread = match self.span_at(lane, pos) {
            Some(span) => span.state == State::OnThread,
            None => false,
        };
        // A thread that prints goes on all the time: it was not woken, and resumes nowhere.
        let mut resumed = None;
        let mut woken_in = None;
        if is_poll {
            resumed = self.before(lane, pos).and_then(|span| self.line(stop(span)?));
            woken_in = self.woken_in(pos, lane);
        }
        // Where the polled lane stands now, with the `.await`s around that place. The first of the
        // chain is the place itself.
        let mut stop_at = None;
        let mut on = None;
        let mut chain = vec![];
        if let Some(wait) = self.span_at(lane, after).and_then(stop) {
            stop_at = self.line(wait);
            on = self.on(wait);
            for place in wait.chain.iter().skip(1) {
                if self.is_shown(&place.file) {
                    chain.push(place.line);
                }
            }
        }
        let PrintedLines { says, said_at } = self.printed_lines(nth);
        let (sentence, later) = self.sentence(poll, &says);
        let LanesAfter { states, ready, timers, waits } = self.lanes_after(lane, after);
        Step {
            instant: pos.instant,
            lane,
            on_thread: on_thread || !is_poll,
            sentence,
            later,
            says,
            said_at,
            resumed,
            stop: stop_at,
            chain,
            on,
            stands: vec![], // added by `stepped`, which knows the step before
            states,
            ready,
            timers,
            waits,
            woken_in,
        }
    }

    /// What all lanes do after a poll of `polled`. The loop looks once at each lane, and puts it
    /// into the list that it belongs to: ready, waiting for a timer, or waiting for another lane.
    fn lanes_after(&self, polled: LaneId, after: Pos) -> LanesAfter {
        let mut states = String::new();
        // Each lane with the key by which its list is sorted below: the loop goes by the numbers of
        // lanes, and a reader wants to know which is next.
        let mut ready: Vec<(Pos, usize, LaneId)> = vec![];
        let mut timers: Vec<(Pos, LaneId)> = vec![];
        let mut waits_for = vec![vec![]; self.chart.rows.len()];
        for (lane, waits) in waits_for.iter_mut().enumerate() {
            let Doing { letter, until } = self.doing_after(lane, polled, after);
            states.push(letter);
            match until {
                Some((State::Ready, _)) => ready.push(self.place_in_queue(lane, after)),
                Some((State::Waiting(Until::Clock), to)) => timers.push((to, lane)),
                Some((State::Waiting(Until::Lane(by)), _)) if by != lane => waits.push(by),
                _ => {}
            }
        }
        ready.sort();
        timers.sort();
        let mut due = vec![];
        for (at, lane) in timers {
            due.push((lane, human(self.chart.time(at))));
        }
        LanesAfter {
            states,
            ready: ready.into_iter().map(|(_, _, lane)| lane).collect(),
            timers: due,
            waits: chains(&waits_for),
        }
    }

    /// What one lane does after a poll of `polled`.
    fn doing_after(&self, lane: LaneId, polled: LaneId, after: Pos) -> Doing {
        let span = self.span_at(lane, after);
        // `after` is where the next poll begins. So the chart has the lane of that poll as running
        // already, and here what counts is what this lane did just before.
        if let Some(next) = span
            && lane != polled
            && next.state.is_poll()
            && next.from == after
        {
            if self.was_woken(lane, after) {
                return Doing { letter: 'd', until: Some((State::Ready, after)) };
            }
            return match self.before(lane, after) {
                // The next poll comes without a wake, so this wait does not end with it.
                Some(before) => Doing {
                    letter: letter(self.chart, lane, Some(before), after),
                    until: Some(self.until_at_last(lane, before)),
                },
                None => Doing { letter: 'l', until: None },
            };
        }
        Doing {
            letter: letter(self.chart, lane, span, after),
            until: span.map(|span| self.until_at_last(lane, span)),
        }
    }

    /// What a lane does right after a position.
    fn span_at(&self, lane: LaneId, pos: Pos) -> Option<&Span> {
        let spans = &self.chart.rows[lane].spans;
        let next = spans.partition_point(|span| span.from <= pos);
        let span = spans[..next].last()?;
        if pos < span.to { Some(span) } else { None }
    }

    /// Where a lane stands after a poll: where it waits, or waited until now; and while it polls
    /// another lane, where it will wait when that poll has returned.
    fn stands(&self, lane: LaneId, after: Pos) -> Option<u32> {
        let spans = &self.chart.rows[lane].spans;
        let span = self.span_at(lane, after)?;
        if let Some(wait) = stop(span) {
            return self.line(wait);
        }
        if span.from == after && span.state.is_poll() {
            return self.line(stop(self.before(lane, after)?)?); // it is polled next
        }
        let next = spans.partition_point(|other| other.from <= span.from);
        self.line(stop(spans.get(next)?)?)
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

    /// What is waited for, in a word or two.
    fn on(&self, wait: &Wait) -> Option<String> {
        match wait.lane {
            Some(lane) => Some(self.chart.rows[lane].name.clone()),
            None => wait.on.clone(),
        }
    }

    /// Whether a lane that is polled at `pos` was woken for it.
    fn was_woken(&self, lane: LaneId, pos: Pos) -> bool {
        match self.before(lane, pos) {
            Some(span) => match span.state {
                // The wait is over, since the lane is polled. If no wake ended it, a neighbour was
                // woken, and their parent polls both.
                State::Waiting(until) => until != Until::Unwoken,
                state => state == State::Ready,
            },
            // Its first poll, for which nothing has to wake it.
            None => false,
        }
    }

    /// The key by which ready lanes are sorted: where the lane was woken, and, if several wakes are
    /// at one position, the number of the wake. The lane itself makes the order of equals fixed.
    fn place_in_queue(&self, lane: LaneId, until: Pos) -> (Pos, usize, LaneId) {
        let wakes = &self.chart.wakes;
        let mut woken = until;
        // A lane was woken where its last wait ended. A lane that has not waited yet has no such
        // place, and counts as woken now.
        for span in &self.chart.rows[lane].spans {
            if matches!(span.state, State::Waiting(_)) && span.to <= until {
                woken = span.to;
            }
        }
        let nth = wakes.iter().rposition(|wake| wake.to == lane && wake.at == woken);
        (woken, nth.unwrap_or_default(), lane)
    }

    /// What a lane does in a span, and until when. Polls without a wake cut one wait into several
    /// spans: the last of them has the end of the wait, and what ended it.
    fn until_at_last(&self, lane: LaneId, span: &Span) -> (State, Pos) {
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

    /// The lines that were printed in a step, and when.
    fn printed_lines(&self, nth: usize) -> PrintedLines {
        let mut printed = PrintedLines { says: vec![], said_at: vec![] };
        for (Said { at, lane, text, place }, printed_in) in
            self.chart.said.iter().zip(&self.printed_in)
        {
            if *printed_in != Some(nth) {
                continue;
            }
            let line = match place {
                Some(place) if self.is_shown(&place.file) => Some(place.line),
                _ => None,
            };
            printed.says.push((*lane, text.clone(), line));
            printed.said_at.push(self.chart.time(*at).as_nanos() as u64);
        }
        printed
    }

    /// The step in which another lane woke this one, before it was polled at `pos`.
    fn woken_in(&self, pos: Pos, lane: LaneId) -> Option<usize> {
        let wakes = &self.chart.wakes;
        let mut wake = wakes.iter().rfind(|wake| wake.to == lane && wake.at <= pos)?;
        // A lane that wakes itself was not woken by another one; and a wake from before the end of
        // the lane's last poll has led to an earlier poll. What the lane did after its last poll
        // can be several spans: it waited, was ready, and then its owner did not poll it.
        if wake.from == lane || wake.at < self.last_polled(lane, pos)? {
            return None;
        }
        // A lane passes its wake on to the lane that polls it, and has not run for that: what woke
        // the inner lane is the cause. If no lane did, a timer has, or something outside. In a
        // chart that was read from a file these wakes might go round in a circle, so there is an
        // end to it.
        for _ in 0..self.chart.rows.len() {
            if !self.chart.is_inside(wake.from, lane) {
                break;
            }
            let inner = wake.from;
            let at = wake.at;
            wake = wakes.iter().rfind(|wake| wake.to == inner && wake.at == at)?;
        }
        self.order.iter().rposition(|poll| poll.lane == wake.from && poll.from < wake.at)
    }

    /// The end of a lane's last poll before a position; none if there was no such poll.
    fn last_polled(&self, lane: LaneId, pos: Pos) -> Option<Pos> {
        let spans = &self.chart.rows[lane].spans;
        let before = spans.partition_point(|span| span.from < pos);
        let polled = spans[..before].iter().rfind(|span| span.state.is_poll())?;
        Some(polled.to)
    }

    /// What a lane did right before a position.
    fn before(&self, lane: LaneId, pos: Pos) -> Option<&Span> {
        let spans = &self.chart.rows[lane].spans;
        let next = spans.partition_point(|span| span.from < pos);
        spans[..next].last()
    }

    /// What happened in a poll, and what will end the wait after it.
    fn sentence(
        &self,
        poll: &Poll,
        says: &[(LaneId, String, Option<u32>)],
    ) -> (String, Option<String>) {
        let Poll { from: pos, is_poll, lane, after } = *poll;
        let row = &self.chart.rows[lane];
        // Three parts, in the order in which they happened: why, what it printed, what it does now.
        let mut parts = vec![];
        if is_poll {
            parts.push(self.cause(pos, lane));
        }
        for (by, text, _) in says {
            if *by == lane {
                parts.push(format!("prints “{text}”"));
            }
        }
        let mut later = None;
        match self.span_at(lane, after) {
            Some(span) if matches!(span.state, State::Waiting(_)) => {
                let on = stop(span).and_then(|wait| self.on(wait));
                parts.push(match on {
                    Some(on) => format!("waits ({on})"),
                    None => "waits".into(),
                });
                later = self.until(lane, span);
            }
            Some(span) if span.state == State::Ready => parts.push("is ready again".into()),
            Some(span) if span.state == State::BetweenItems => {
                parts.push("returns an item".into());
            }
            // The next poll is of this lane, too: what it did in between took no room in the chart.
            // That it is next is not said, since a reader may be asked which lane is.
            Some(span) if span.from == after && span.state.is_poll() => {
                parts.push("is ready again".into());
            }
            // For how long is not said: it is in the future.
            Some(Span { state: State::Blocking, .. }) => parts.push("keeps the thread".into()),
            Some(Span { state: State::OnThread, .. }) => parts.push("works on its thread".into()),
            Some(span) if span.state.is_poll() => parts.push("polls the lanes inside it".into()),
            _ if row.end.0 <= after => parts.push(ended(&row.end.1)),
            _ => {}
        }
        (format!("{}.", join(&parts)), later)
    }

    /// Why the lane was polled.
    fn cause(&self, pos: Pos, lane: LaneId) -> String {
        let spans = &self.chart.rows[lane].spans;
        let now = spans.iter().position(|span| span.from == pos).unwrap_or_default();
        if now == 0 || spans[..now].iter().all(|span| span.state == State::Lazy) {
            return "begins".into();
        }
        if spans[now].state == State::RunningUnwoken {
            return "is polled without a wake".into();
        }
        // A stream between two items does not wait, so no wake has ended that state: what takes its
        // items has polled it again.
        if spans[now - 1].state == State::BetweenItems {
            return "is asked for its next item".into();
        }
        // The wait need not be the span right before: a lane that was woken is ready until it is
        // polled.
        let wait = spans[..now].iter().rfind(|span| matches!(span.state, State::Waiting(_)));
        let why = match wait.map(|span| span.state) {
            Some(State::Waiting(Until::Clock)) => "its time has come".into(),
            Some(State::Waiting(Until::Lane(by))) if by != lane => {
                let name = &self.chart.rows[by].name;
                // A wake is passed on from an inner lane to the lane that polls it. The sentence
                // names the inner lane as what was woken: it is not the cause.
                let inside = self.chart.is_inside(by, lane);
                if inside { format!("{name} was woken") } else { format!("woken by {name}") }
            }
            Some(State::Waiting(Until::Outside)) => "woken from outside".into(),
            Some(State::Waiting(Until::Yield)) => "it had only given way".into(),
            _ => return "goes on".into(),
        };
        format!("goes on ({why})")
    }

    /// What will end a wait. A reader who predicts must not see it.
    fn until(&self, lane: LaneId, span: &Span) -> Option<String> {
        let (state, to) = self.until_at_last(lane, span);
        match state {
            State::Waiting(Until::Clock) => Some(format!("until {}", human(self.chart.time(to)))),
            State::Waiting(Until::Lane(by)) => Some(format!("for {}", self.chart.rows[by].name)),
            State::Waiting(Until::Dropped) => Some("until it is dropped".into()),
            State::Waiting(Until::RunOver) => Some("until the run is over".into()),
            _ => None,
        }
    }
}

/// Where a lane waits. A `select!` waits at several places at once, and a step has room for one:
/// the last.
fn stop(span: &Span) -> Option<&Wait> {
    span.places.waits().last()
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

/// `a`, `a and b`, `a, b and c`.
pub(super) fn join(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What a lane does, as a letter of [`Step::states`]: one letter for each lane keeps a page with a
/// thousand steps small.
fn letter(chart: &Chart, lane: LaneId, span: Option<&Span>, pos: Pos) -> char {
    let row = &chart.rows[lane];
    let mark = match span {
        Some(span) => span.state.mark(),
        None if pos < row.begin() => return '.',
        None => row.end.1.mark(),
    };
    mark.letter().expect("each state and each end has one")
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
