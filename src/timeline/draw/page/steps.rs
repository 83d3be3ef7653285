//! From a chart to steps: what a debugger would show after each poll.
//!
//! A step is a poll. What it shows is the state *after* the poll: which lanes are ready, in which
//! order; which wait for a timer; which for another lane. A chart has all of that already, so
//! nothing here is measured anew.
use crate::timeline::{Chart, End, LaneId, Mark, Pos, Said, Span, State, Until, Wait, human};
use serde::Serialize;

/// A scene, as the page reads it.
#[derive(Debug, Serialize)]
pub(super) struct Scene {
    pub(super) title: String,
    /// Why it did not end by itself, if it did not.
    pub(super) verdict: Option<String>,
    /// How long it took, as one says it.
    pub(super) took: String,
    /// When something ran: the time in nanoseconds, and as one says it.
    pub(super) instants: Vec<(u64, String)>,
    /// The lanes. Those that only Python has come last.
    pub(super) lanes: Vec<Lane>,
    /// How many of them Rust has.
    pub(super) rows: usize,
    /// The steps in each language whose source is shown.
    pub(super) tracks: Vec<Track>,
}

/// A run in one language.
#[derive(Debug, Serialize)]
pub(super) struct Track {
    pub(super) steps: Vec<Step>,
    /// Of another language than Rust: for each step in Rust the one that belongs to it.
    pub(super) aligned: Option<Vec<Option<usize>>>,
    /// The steps in Rust at which the two languages part.
    pub(super) differs: Vec<usize>,
}

/// A lane.
#[derive(Debug, Serialize)]
pub(super) struct Lane {
    pub(super) name: String,
    /// Lanes of one name have one colour.
    pub(super) hue: usize,
    /// The lane that polls it; none if the runtime does.
    pub(super) inside: Option<LaneId>,
}

/// A poll, and the state after it.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    /// Index into `instants`.
    pub(super) instant: usize,
    /// The lane that was polled.
    pub(super) lane: LaneId,
    /// What happened, in one sentence; and the part of it that tells the future, which is hidden
    /// with it.
    pub(super) sentence: String,
    pub(super) later: Option<String>,
    /// What was printed, and the line of the source that printed it, if it is in the file that is
    /// shown.
    pub(super) says: Vec<(LaneId, String, Option<u32>)>,
    /// The line at which the lane had been waiting, and at which it goes on now.
    pub(super) resumed: Option<u32>,
    /// The line at which it waits now.
    pub(super) stop: Option<u32>,
    /// The lines of the `.await`s around that one, the outermost last.
    pub(super) chain: Vec<u32>,
    /// What it waits for: `sleep`, `Mutex::lock`.
    pub(super) on: Option<String>,
    /// The lanes that stand somewhere else than before, and where; nowhere if they have ended.
    pub(super) stands: Vec<(LaneId, Option<u32>)>,
    /// The state of each lane, a letter each: see [`letter`].
    pub(super) states: String,
    /// The lanes that are ready, in the order of their wakes.
    pub(super) ready: Vec<LaneId>,
    /// The lanes that a timer will wake, and when.
    pub(super) timers: Vec<(LaneId, String)>,
    /// Which lane waits for which: chains of lanes, whose links are one lane or several.
    pub(super) waits: Vec<Vec<Vec<LaneId>>>,
    /// The step in which this lane was woken by another, if it was.
    pub(super) woken_in: Option<usize>,
}

/// The steps of a run.
///
/// Lines are those of `file`: what happens in another one is not lit.
pub(super) fn scene(chart: &Chart, file: Option<&str>) -> Scene {
    let order = polls(chart);
    let reader = Reader { chart, order: &order, file };
    let mut steps = vec![];
    let mut stood = vec![None; chart.rows.len()];
    for (nth, (pos, lane)) in order.iter().enumerate() {
        let mut step = reader.step(nth, *pos, *lane);
        for (lane, before) in stood.iter_mut().enumerate() {
            let now = reader.stands(lane, reader.after(nth, *pos));
            if *before != now {
                *before = now;
                step.stands.push((lane, now));
            }
        }
        steps.push(step);
    }
    let mut lanes = vec![];
    for row in &chart.rows {
        lanes.push(Lane { name: row.name.clone(), hue: row.hue, inside: row.polled_by });
    }
    let mut instants = vec![];
    for instant in &chart.instants {
        instants.push((instant.at.as_nanos() as u64, human(instant.at)));
    }
    Scene {
        title: chart.title.clone(),
        verdict: chart.verdict.clone(),
        took: human(chart.elapsed),
        instants,
        rows: lanes.len(),
        lanes,
        tracks: vec![Track { steps, aligned: None, differs: vec![] }],
    }
}

/// Each poll, in order: where it began, and the lane that was polled. Of two lanes that begin at
/// one position the outer one is polled first, and only the inner one has a poll of its own there.
fn polls(chart: &Chart) -> Vec<(Pos, LaneId)> {
    let mut polls: Vec<(Pos, LaneId)> = vec![];
    for (lane, row) in chart.rows.iter().enumerate() {
        for span in &row.spans {
            if is_running(span.state) {
                polls.push((span.from, lane));
            }
        }
    }
    polls.sort();
    polls.dedup_by(|later, earlier| later.0 == earlier.0 && later.1 == earlier.1);
    polls
}

fn is_running(state: State) -> bool {
    matches!(
        state,
        State::Running
            | State::RunningUnwoken
            | State::Blocking
            | State::MovedClock
            | State::OnThread
    )
}

/// Reads one step out of a chart.
struct Reader<'c> {
    chart: &'c Chart,
    /// All polls, in order.
    order: &'c [(Pos, LaneId)],
    /// The file that is shown.
    file: Option<&'c str>,
}

impl Reader<'_> {
    fn step(&self, nth: usize, pos: Pos, lane: LaneId) -> Step {
        let after = self.after(nth, pos);
        let mut step = Step {
            instant: pos.instant,
            lane,
            sentence: String::new(),
            later: None,
            says: self.said(nth, pos),
            resumed: self.before(lane, pos).and_then(|span| self.line(stop(span)?)),
            stop: None,
            chain: vec![],
            on: None,
            stands: vec![],
            states: String::new(),
            ready: vec![],
            timers: vec![],
            waits: vec![],
            woken_in: self.woken_in(pos, lane),
        };
        let mut ready: Vec<(Pos, usize, LaneId)> = vec![];
        let mut timers: Vec<(Pos, LaneId)> = vec![];
        let mut waits_for = vec![vec![]; self.chart.rows.len()];
        for (other, waits) in waits_for.iter_mut().enumerate() {
            let span = self.span_at(other, after);
            // A lane that is polled next was ready until then, if only for no time at all.
            let next = span.filter(|span| other != lane && is_running(span.state));
            if let Some(next) = next
                && next.from == after
            {
                let woken = self.was_woken(other, after);
                if woken {
                    ready.push(self.place_in_queue(other, after));
                }
                step.states.push(match self.before(other, after) {
                    _ if woken => 'd',
                    Some(before) => letter(self.chart, other, Some(before), after),
                    None => 'l',
                });
                continue;
            }
            step.states.push(letter(self.chart, other, span, after));
            let Some(span) = span else { continue };
            match self.until_at_last(other, span) {
                (State::Ready, _) => ready.push(self.place_in_queue(other, after)),
                (State::Waiting(Until::Clock), to) => timers.push((to, other)),
                (State::Waiting(Until::Lane(by)), _) if by != other => waits.push(by),
                _ => {}
            }
        }
        if let Some(wait) = self.span_at(lane, after).and_then(stop) {
            step.stop = self.line(wait);
            step.on = self.on(wait);
            for place in wait.chain.iter().skip(1) {
                if self.is_shown(&place.file) {
                    step.chain.push(place.line);
                }
            }
        }
        ready.sort();
        for (_, _, lane) in ready {
            step.ready.push(lane);
        }
        timers.sort();
        for (due, lane) in timers {
            step.timers.push((lane, human(self.chart.time(due))));
        }
        step.waits = chains(&waits_for);
        let (sentence, later) = self.sentence(pos, after, lane, &step.says);
        step.sentence = sentence;
        step.later = later;
        step
    }

    /// The position at which this poll is over: where the next one begins, or the end of its
    /// instant.
    fn after(&self, nth: usize, pos: Pos) -> Pos {
        match self.order.get(nth + 1) {
            Some((next, _)) if next.instant == pos.instant && *next > pos => *next,
            _ => {
                let columns = self.chart.instants[pos.instant].columns;
                Pos { instant: pos.instant, column: columns.max(pos.column + 1) }
            }
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
        if span.from == after && is_running(span.state) {
            return self.line(stop(self.before(lane, after)?)?); // it is polled next
        }
        let next = spans.partition_point(|other| other.from <= span.from);
        self.line(stop(spans.get(next)?)?)
    }

    /// The line of a wait, if it is in the file that is shown.
    fn line(&self, wait: &Wait) -> Option<u32> {
        if self.is_shown(&wait.place.file) { Some(wait.place.line) } else { None }
    }

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
                State::Waiting(until) => until != Until::Unwoken,
                state => state == State::Ready,
            },
            None => false,
        }
    }

    /// A key to sort ready lanes by: when the lane was woken, and of several wakes at one position
    /// which of them it was.
    fn place_in_queue(&self, lane: LaneId, until: Pos) -> (Pos, usize, LaneId) {
        let wakes = &self.chart.wakes;
        let mut woken = until;
        for span in &self.chart.rows[lane].spans {
            if matches!(span.state, State::Waiting(_)) && span.to <= until {
                woken = span.to;
            }
        }
        let nth = wakes.iter().rposition(|wake| wake.to == lane && wake.at == woken);
        (woken, nth.unwrap_or_default(), lane)
    }

    /// What a lane does, and until when. Polls without a wake do not interrupt a wait.
    fn until_at_last(&self, lane: LaneId, span: &Span) -> (State, Pos) {
        let spans = &self.chart.rows[lane].spans;
        let mut last = (span.state, span.to);
        let next = spans.partition_point(|other| other.from <= span.from);
        for span in &spans[next..] {
            match (last.0, span.state) {
                (State::Waiting(Until::Unwoken), State::RunningUnwoken) => {}
                (State::Waiting(Until::Unwoken), State::Waiting(_)) => last = (span.state, span.to),
                _ => break,
            }
        }
        last
    }

    /// The lines that were printed in this poll, by this lane or by another on its thread.
    fn said(&self, nth: usize, pos: Pos) -> Vec<(LaneId, String, Option<u32>)> {
        let end = self.after(nth, pos);
        let mut said = vec![];
        for Said { at, lane, text, place } in &self.chart.said {
            // `at` is the right edge of the poll's column.
            if pos < *at && *at <= end {
                let line = match place {
                    Some(place) if self.is_shown(&place.file) => Some(place.line),
                    _ => None,
                };
                said.push((*lane, text.clone(), line));
            }
        }
        said
    }

    /// The step in which another lane woke this one, before it was polled at `pos`.
    fn woken_in(&self, pos: Pos, lane: LaneId) -> Option<usize> {
        let wake = self.chart.wakes.iter().rfind(|wake| wake.to == lane && wake.at <= pos)?;
        let before = self.before(lane, pos)?;
        if wake.from == lane || wake.at < before.from {
            return None;
        }
        self.order.iter().rposition(|(at, by)| *by == wake.from && *at < wake.at)
    }

    /// What a lane did until a position.
    fn before(&self, lane: LaneId, pos: Pos) -> Option<&Span> {
        let spans = &self.chart.rows[lane].spans;
        let next = spans.partition_point(|span| span.from < pos);
        spans[..next].last()
    }

    /// What happened in a poll, and what will end the wait after it.
    fn sentence(
        &self,
        pos: Pos,
        after: Pos,
        lane: LaneId,
        says: &[(LaneId, String, Option<u32>)],
    ) -> (String, Option<String>) {
        let row = &self.chart.rows[lane];
        let mut parts = vec![self.cause(pos, lane)];
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
            Some(span) if is_running(span.state) => parts.push("polls the lanes inside it".into()),
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
        let wait = spans[..now].iter().rfind(|span| matches!(span.state, State::Waiting(_)));
        let why = match wait.map(|span| span.state) {
            Some(State::Waiting(Until::Clock)) => "its time has come".into(),
            Some(State::Waiting(Until::Lane(by))) if by != lane => {
                let name = &self.chart.rows[by].name;
                let inside = self.chart.is_inside(by, lane);
                if inside { format!("{name} was woken") } else { format!("woken by {name}") }
            }
            Some(State::Waiting(Until::Outside)) => "woken from outside".into(),
            Some(State::Waiting(Until::Yield)) => "it had only given way".into(),
            _ => return "goes on".into(),
        };
        format!("goes on ({why})")
    }

    /// What ends a wait: knowledge of the future.
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

/// Where a lane waits; of several places the one that was registered last.
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

/// What a lane does, as a letter: `.` not there yet, `l` not polled yet, `r` running or polling
/// another one, `b` blocking, `t` on a thread, `w` waiting, `d` ready, `x` woken and not polled;
/// and at its end `f` finished, `c` cancelled, `p` panicked, `u` not ended.
fn letter(chart: &Chart, lane: LaneId, span: Option<&Span>, pos: Pos) -> char {
    let row = &chart.rows[lane];
    match span {
        Some(span) => match span.state.mark() {
            Mark::Lazy => 'l',
            Mark::Blocking => 'b',
            Mark::OnThread => 't',
            Mark::Waiting => 'w',
            Mark::Ready => 'd',
            Mark::WokenNotPolled => 'x',
            _ => 'r',
        },
        None if pos < row.begin() => '.',
        None => match row.end.1 {
            End::Finished => 'f',
            End::Cancelled { .. } | End::ReturnedCancelled => 'c',
            End::Panicked(_) => 'p',
            End::Unfinished => 'u',
        },
    }
}

/// Chains of waiting lanes, each from a lane for which none waits; and the circles. A link is the
/// lanes for which the one before waits; a chain goes on only where that is a single one.
pub(super) fn chains(waits_for: &[Vec<LaneId>]) -> Vec<Vec<Vec<LaneId>>> {
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
